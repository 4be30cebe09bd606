"""Converts Telegram's updates into turns. Files are fetched and checked here, before any transaction begins."""

from __future__ import annotations

from typing import Any

from telegram import Bot, Message, MessageReactionUpdated, ReactionTypeEmoji, Update, User
from telegram.error import BadRequest, InvalidToken, NetworkError
from tenacity import retry, retry_if_exception_type, retry_if_not_exception_type, stop_after_attempt, wait_exponential

from bots.telegram.platform import TELEGRAM
from bots.telegram.text import JOINER
from conversations.links import LED_TO, read_url
from conversations.turn import (
    Attached,
    ButtonPress,
    Input,
    Located,
    PaidStars,
    Reaction,
    TextMessage,
    Turn,
    UnsupportedInput,
)
from core.kernel.errors import Invalid, Refusal
from core.people.accounts.model import Identity
from core.people.files.checker import FileChecker
from core.people.files.model import LARGEST, Checked

GONE = (BadRequest, InvalidToken)  # Telegram's errors for a file that it does not have, or does not give
FETCHES = 3
YES = frozenset({"👍", "👌", "🤝", "💯", "❤", "🔥", "🫡"})  # the reactions of Telegram that mean yes


def key_of(bot_id: int, update: Update) -> str:
    """Return an update's outside id. An edit of a message is an update of its own."""
    return f"tg:{bot_id}:{update.update_id}"


def identity_of(user: User) -> Identity:
    """Return a user's identity. Telegram tells the language of their app, and nothing of their location."""
    return Identity(TELEGRAM.code, "", str(user.id), user.full_name, user.language_code or "en")


async def turn_of(bot: Bot, update: Update, body: Any = None, *, files: FileChecker) -> Turn | None:
    """Return the turn of an update from a private chat; None when the update asks for no answer.

    `body`: the update as it was received, which is stored.
    """
    query = update.callback_query
    if query is not None:
        message = query.message
        press = ButtonPress(query.data or "")
        shown = str(message.message_id) if message else None
        topic = message.message_thread_id if isinstance(message, Message) else None
        return turn(bot, update, query.from_user, press, body, message=shown, topic=topic)
    if update.message_reaction is not None:
        return _reaction(bot, update, update.message_reaction, body)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    if message.via_bot is not None and message.via_bot.id == bot.id:
        given = _chosen(message) if update.message else None
    else:
        given = await _input(bot, message, files) if update.message else _correction(message)
    topic = message.message_thread_id if message.is_topic_message else None
    return turn(bot, update, message.from_user, given, body, topic=topic) if given is not None else None


def _reaction(bot: Bot, update: Update, changed: MessageReactionUpdated, body: Any) -> Turn | None:
    """Return the turn of a new reaction that means yes; None for any other."""
    before = {each.emoji for each in changed.old_reaction if isinstance(each, ReactionTypeEmoji)}
    now = {each.emoji for each in changed.new_reaction if isinstance(each, ReactionTypeEmoji)}
    if changed.user is None or not (now - before) & YES:
        return None
    return turn(bot, update, changed.user, Reaction(str(changed.message_id)), body)


def turn(
    bot: Bot,
    update: Update,
    user: User,
    given: Input,
    body: Any,
    *,
    message: str | None = None,
    topic: int | None = None,
) -> Turn:
    """Build a turn. The id of a private chat is the id of the person in it."""
    return Turn(
        key=key_of(bot.id, update),
        identity=identity_of(user),
        address=str(user.id),
        input=given,
        message=message,
        body=body,
        thread=str(topic) if topic else None,
    )


def _correction(message: Message) -> Input | None:
    """Return the turn of an edited text. Other edits (a caption, a moving location) change nothing."""
    return TextMessage(_words(message.text), str(message.message_id), is_correction=True) if message.text else None


def _chosen(message: Message) -> Input | None:
    """Return the input for an inline result that was chosen: an answer to the open form, or a listing.

    A listing's words are its seller's, so they are no text of the user; its button leads to it. A forward comes without
    the button, so there is nothing to answer.
    """
    if message.reply_markup is not None:
        urls = [key.url for row in message.reply_markup.inline_keyboard for key in row if key.url]
        link = next((link for link in map(read_url, urls) if link is not None and link.thing in LED_TO), None)
        return TextMessage(f"/start {link.thing}_{link.named}") if link is not None else None
    if message.forward_origin is not None or not message.text:
        return None
    return TextMessage(_words(message.text), str(message.message_id))


def _words(text: str) -> str:
    """Remove the invisible seams from a text. Text pasted from our messages contains them."""
    return text.replace(JOINER, "")


async def _input(bot: Bot, message: Message, files: FileChecker) -> Input | None:
    """Return the input of a message; None for Telegram's own notes (for example that a message was pinned)."""
    if message.text:
        return TextMessage(_words(message.text), str(message.message_id))
    if message.successful_payment or message.location:
        return _plain(message)
    caption, album = message.caption or "", message.media_group_id or ""
    try:
        if message.photo:
            largest = max(message.photo, key=lambda size: size.width * size.height)
            file = await _fetched(bot, files, largest.file_id, "photo.jpg", largest.file_size)
            return Attached((file,), caption, album)
        if message.document and not message.animation:
            paper = message.document
            file = await _fetched(bot, files, paper.file_id, paper.file_name or "file", paper.file_size)
            return Attached((file,), caption, album)
    except Refusal as refusal:
        return UnsupportedInput(refusal.code, refusal.parts)
    return UnsupportedInput("talk.only_text_and_files") if message.effective_attachment else None


def _plain(message: Message) -> Input:
    """Return a payment that Telegram has made, or a place."""
    if paid := message.successful_payment:
        return PaidStars(paid.invoice_payload, paid.telegram_payment_charge_id, paid.total_amount)
    assert message.location is not None, "it is one of the two"
    return Located(message.location.latitude, message.location.longitude)


async def _fetched(bot: Bot, files: FileChecker, file_id: str, name: str, size: int | None) -> Checked:
    """Return a file with its bytes, checked. Raises Invalid; a file that is unavailable now must be sent again."""
    if size is not None and size > LARGEST:
        raise Invalid("file.too_large", name=name, limit=LARGEST // 1024 // 1024)
    try:
        return await files.fetch(name, lambda: _download(bot, file_id))
    except GONE as gone:
        raise Invalid("file.broken", name=name) from gone
    except NetworkError as away:
        raise Invalid("file.unreachable", name=name) from away


@retry(
    retry=retry_if_exception_type(NetworkError) & retry_if_not_exception_type(GONE),
    stop=stop_after_attempt(FETCHES),
    wait=wait_exponential(0.5),
    reraise=True,
)
async def _download(bot: Bot, file_id: str) -> bytes:
    remote = await bot.get_file(file_id)
    return bytes(await remote.download_as_bytearray())
