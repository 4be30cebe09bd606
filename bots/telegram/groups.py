"""Searches in a group: public listings are found there, and other commands lead to the private chat.

A group's answers change nothing and show only listings. So nothing is stored, and a failed search is simply repeated.
"""

from __future__ import annotations

import structlog
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, Message, ReplyParameters
from telegram.error import TelegramError

from bots.telegram.renderer import card_screen
from bots.telegram.turns import identity_of
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings, Words

log = structlog.get_logger(__name__)

SHOWN = 3  # listings at once: a group is no shop window


async def answer_in_group(bot: Bot, update_handler: UpdateHandler, wordings: Wordings, message: Message) -> None:
    """Answer a message in a group. Never raises."""
    try:
        await _answer(bot, update_handler, wordings, message)
    except TelegramError as failure:
        log.info("telegram_group_not_answered", why=str(failure))
    except Exception:
        log.exception("telegram_group_failed")


async def _answer(bot: Bot, update_handler: UpdateHandler, wordings: Wordings, message: Message) -> None:
    if message.from_user is None or not message.text:
        return
    words = wordings.speak(message.from_user.language_code or "en")
    sentence = message.text.partition(" ")[2] if message.text.startswith("/") else message.text
    await (_found(bot, update_handler, words, message, sentence) if sentence.strip() else _asked(bot, words, message))


def looks_for(wordings: Wordings, message: Message) -> bool:
    """Return whether the message is `/find`, or answers the question that a bare `/find` led to, in any language."""
    asked, text = message.reply_to_message, message.text or ""
    if text.startswith("/"):
        return text.partition(" ")[0].partition("@")[0] == "/find"
    questions = {wordings.speak(language)("group.find") for language in wordings.languages()}
    return asked is not None and asked.text in questions


async def _asked(bot: Bot, words: Words, message: Message) -> None:
    """Ask what to find. Only the asking user's keyboard opens on the answer."""
    force = ForceReply(selective=True, input_field_placeholder=words("group.example")[:64])
    await bot.send_message(
        message.chat.id,
        words("group.find"),
        reply_parameters=ReplyParameters(message.message_id),
        reply_markup=force,
        message_thread_id=message.message_thread_id if message.is_topic_message else None,
    )


async def _found(bot: Bot, update_handler: UpdateHandler, words: Words, message: Message, sentence: str) -> None:
    assert message.from_user is not None, "somebody asks"
    door = f"https://t.me/{bot.username}?start="
    glance = await update_handler.glance(identity_of(message.from_user), sentence, None, door, anyone=True)
    if glance is None or not glance.shared:
        await _say(bot, message, words("group.nothing"), _door(bot))
        return
    for shared in glance.shared[:SHOWN]:
        screen = card_screen(shared.card)
        await bot.send_message(
            message.chat.id, screen.text.plain, entities=screen.text.entities, reply_markup=screen.keyboard
        )


async def _say(bot: Bot, message: Message, text: str, keyboard: InlineKeyboardMarkup) -> None:
    await bot.send_message(
        message.chat.id, text, reply_parameters=ReplyParameters(message.message_id), reply_markup=keyboard
    )


def _door(bot: Bot) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(f"@{bot.username}", url=f"https://t.me/{bot.username}")]])
