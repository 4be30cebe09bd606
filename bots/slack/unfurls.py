"""Previews of links to listings, consultants and deals in a channel, shown under the message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.renderer import card_blocks
from conversations.reply import Card

log = structlog.get_logger(__name__)


async def unfurl(client: AsyncWebClient, event: Mapping[str, Any], cards: Mapping[str, Card]) -> None:
    """Show previews to the channel. `cards`: by link. A preview changes nothing, so a failure is only logged."""
    if not cards:
        return
    where = {"unfurl_id": event["unfurl_id"], "source": event["source"]} if event.get("unfurl_id") else {}
    where = where or {"channel": event["channel"], "ts": event["message_ts"]}
    unfurls = {url: {"blocks": card_blocks(card)} for url, card in cards.items()}
    try:
        await client.chat_unfurl(**where, unfurls=unfurls)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as failure:
        log.info("slack_link_not_unfurled", why=str(failure))
