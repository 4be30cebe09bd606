"""The start screen on Slack's Home tab: how it is drawn, and which user's tab it is."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bots.slack.blocks import VIEW_BLOCKS, Block
from bots.slack.platform import SLACK
from bots.slack.renderer import home_blocks
from conversations.reply import Home
from core.kernel.transaction import Ctx
from core.people.accounts.model import ChatIdentity


def home_view(home: Home) -> Block:
    return {"type": "home", "callback_id": "home", "blocks": home_blocks(home, VIEW_BLOCKS)}


def user_at(ctx: Ctx, workspace: str, address: str) -> str | None:
    """Return the Slack id of the user whose direct messages with the app are in this channel."""
    return ctx.session.scalar(
        select(ChatIdentity.outside_id).where(
            ChatIdentity.platform == SLACK.code,
            ChatIdentity.workspace == workspace,
            ChatIdentity.address == address,
        )
    )


async def publish(client: AsyncWebClient, user: str, home: Home) -> None:
    """Raises SlackApiError."""
    await client.views_publish(user_id=user, view=home_view(home))
