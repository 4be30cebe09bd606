"""The browser page of a shared link: the same public facts as in a channel's preview, and the ways in."""

from __future__ import annotations

from collections.abc import Callable

from bots.slack.platform import CLIENT, SLACK
from bots.telegram.platform import START_LINK, TELEGRAM
from conversations.chat_context import MarketContext
from conversations.links import LED_TO
from conversations.reply import Card
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings, Words
from core.people.accounts.model import Identity
from web.links import Linked, Look


def looking(update_handler: UpdateHandler, known: MarketContext, home: str, bot_name: Callable[[], str]) -> Look:
    """Return the function that draws a link's page. `bot_name`: the Telegram bot's, empty while unknown."""
    wordings, by_slack = known.wordings, SLACK.code in known.platforms

    async def look(path: str, asked_for: str) -> Linked:
        address = f"{home}{path}"
        # Robots that draw previews ask for no language. They get the owner's, who shares the page among their own.
        asked = language_of(wordings, asked_for) or language_of(wordings, await update_handler.locale_behind(address))
        words = wordings.speak(asked or "en")
        visitor = Identity(TELEGRAM.code, "", "", "", words.language, "UTC")
        card = (await update_handler.previews(visitor, [address])).get(address)
        return linked(words, card, path, bot_name(), by_slack=by_slack) if card is not None else nowhere(words)

    return look


def language_of(wordings: Wordings, asked_for: str) -> str:
    """Return the first language that the browser asks for and we support ("de-AT,de;q=0.9,en;q=0.8"); empty if none."""
    tags = (part.partition(";")[0].strip().partition("-")[0].lower() for part in asked_for.split(","))
    return next((tag for tag in tags if tag in wordings.languages()), "")


def linked(words: Words, card: Card, path: str, bot: str, *, by_slack: bool = True) -> Linked:
    thing, named = path.strip("/").split("/")
    assert thing in LED_TO, f"{path} is no link of ours"
    start = START_LINK.format(bot=bot, start=f"{thing}_{named}")
    telegram = (TELEGRAM.called(words.language, "open"), start)
    return Linked(
        words.language,
        card.title,
        "\n".join(filter(None, (card.text, card.note))),
        [(line.label, line.value) for line in card.lines],
        [*([telegram] if bot else []), *([(SLACK.called(words.language, "open"), CLIENT)] if by_slack else [])],
        SLACK.called(words.language, "paste") if by_slack else "",
    )


def nowhere(words: Words) -> Linked:
    return Linked(words.language, words("link.nowhere"), words("link.nowhere_text"), found=False)
