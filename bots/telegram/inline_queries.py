"""Inline mode: a user types the bot's name in any chat, and sends a listing that leads to the bot.

In the chat with the bot itself it finds the answer to an open form with more options than buttons.

A query changes nothing, so nothing is stored. A failed query is not answered: the next letter sends another one.
"""

from __future__ import annotations

import structlog
from telegram import Bot, Chat, InlineQuery, InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent
from telegram.error import TelegramError

from bots.telegram.renderer import card_screen
from bots.telegram.turns import identity_of
from conversations.reply import Shared
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings

log = structlog.get_logger(__name__)

KEPT_SECONDS = 30  # by Telegram, for the same person and words: listings change
TITLE = DESCRIPTION = 200  # characters that a phone shows at most
HELLO = "hello"


async def answer_inline(bot: Bot, update_handler: UpdateHandler, wordings: Wordings, query: InlineQuery) -> None:
    """Answer an inline query. Never raises: only the phone waits for the answer."""
    try:
        await _answer(bot, update_handler, wordings, query)
    except TelegramError as failure:  # too old, above all
        log.info("telegram_inline_not_answered", why=str(failure))
    except Exception:
        log.exception("telegram_inline_failed")


async def _answer(bot: Bot, update_handler: UpdateHandler, wordings: Wordings, query: InlineQuery) -> None:
    identity = identity_of(query.from_user)
    door = f"https://t.me/{bot.username}?start="
    here = query.chat_type == Chat.SENDER
    found = await update_handler.glance(identity, query.query, query.offset or None, door, here=here)
    if found is None:
        words = wordings.speak(identity.locale)
        hello = InlineQueryResultsButton(words("listing.say_hello"), start_parameter=HELLO)
        await bot.answer_inline_query(query.id, [], cache_time=0, is_personal=True, button=hello)
        return
    if found.options:  # they change with the form, so they are not cached
        results = [answer(place, option.label) for place, option in enumerate(found.options)]
        await bot.answer_inline_query(query.id, results, cache_time=0, is_personal=True)
        return
    results = [article(each) for each in found.shared]
    after, words = found.after or "", wordings.speak(found.locale)
    ask_here = InlineQueryResultsButton(words("find.nothing"), start_parameter=HELLO) if not found.shared else None
    await bot.answer_inline_query(
        query.id, results, cache_time=KEPT_SECONDS, is_personal=True, next_offset=after, button=ask_here
    )


def answer(place: int, label: str) -> InlineQueryResultArticle:
    """Build the result whose text is sent in the person's name when they choose it."""
    return InlineQueryResultArticle(str(place), label[:TITLE], InputTextMessageContent(label))


def article(shared: Shared) -> InlineQueryResultArticle:
    """Build the result that the phone offers, with the message that it becomes."""
    screen = card_screen(shared.card)
    return InlineQueryResultArticle(
        id=shared.id,
        title=shared.title[:TITLE],
        description=shared.description[:DESCRIPTION],
        input_message_content=InputTextMessageContent(screen.text.plain, entities=screen.text.entities),
        reply_markup=screen.keyboard,
    )
