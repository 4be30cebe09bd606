"""One private chat as the bot sees it: sends, edits and replaces messages, and knows which one shows which subject."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import BadRequest, TelegramError

from bots.telegram.renderer import Screen, card_screen, render
from bots.telegram.request import call
from bots.telegram.text import CAPTION_UNITS, styled
from conversations.charts import drawn
from conversations.outgoing_replies import PHOTO, placed
from conversations.reply import Bars, Card, CardList, Chart, FormClosed, FormErrors, FormView, Home, Reply, Say, Toast
from core.kernel.chat_state.model import ShownCard
from core.people.files.model import Checked

log = structlog.get_logger(__name__)

NO_PREVIEW = {"is_disabled": True}
ALBUM = 10  # core.telegram.org/bots/api#sendmediagroup: 2 to 10
TOPIC = "topic:"
TOPIC_NAME = 128  # core.telegram.org/bots/api#createforumtopic


@dataclass(frozen=True, slots=True)
class Shown:
    """The message that shows a subject. Under a photo the words are a caption, which another call edits."""

    message: int
    photo: bool = False
    folded: str = ""
    main: str = ""
    lately: bool = True

    @classmethod
    def read(cls, card: ShownCard) -> Shown:
        message, photo = int(card.message.removesuffix(PHOTO)), card.message.endswith(PHOTO)
        return cls(message, photo, card.folded, card.main, card.lately)

    def card(self) -> ShownCard:
        return ShownCard(f"{self.message}{PHOTO if self.photo else ''}", self.folded, self.main, self.lately)


def subject_of(reply: Reply) -> str | None:
    """Return the subject that has one live message in a chat."""
    match reply:
        case Card(subject=subject) | CardList(subject=subject):
            return subject
        case FormView(draft=draft) | FormClosed(draft=draft):
            return f"form:{draft}"
        case Say() | Toast() | FormErrors() | Home():
            return None
        case _:
            assert_never(reply)


Files = Callable[[Sequence[str]], Awaitable[list[Checked]]]  # kept files by their ids


class Chat:
    """`shown`: the message that shows each subject now; `files` loads a card's files when it is really sent.

    `moved` collects the changes of `shown`, to be stored after the sending. `button_message`: the message of the
    pressed button, when the reply answers a press.
    """

    def __init__(
        self,
        bot: Bot,
        address: str,
        shown: Mapping[str, ShownCard],
        files: Files,
        *,
        thread: str | None = None,
        button_message: str | None = None,
    ) -> None:
        self._bot = bot
        self._id = int(address)
        self._shown = {subject: Shown.read(card) for subject, card in shown.items()}
        self._files = files
        self._thread = int(thread) if thread else None  # the topic for the replies
        self._button_message = button_message
        self.moved: dict[str, ShownCard | None] = {}

    async def show(self, reply: Reply) -> None:
        """Show one reply. Raises TelegramError."""
        match reply:
            case Card():
                await self._put(reply, pictures=reply.pictures, documents=reply.documents, chart=reply.chart)
            case CardList():
                await self._put(reply)
            case FormView():
                await self._put(reply, replace=True)
            case FormClosed():
                await self._close(reply)
            case Say() | Toast() | FormErrors() | Home():
                for screen in render(reply):
                    await self._send(screen)
            case _:
                assert_never(reply)

    async def _put(
        self,
        reply: Card | CardList | FormView,
        *,
        pictures: Sequence[str] = (),
        documents: Sequence[str] = (),
        chart: Chart | Bars | None = None,
        replace: bool = False,
    ) -> None:
        """Edit the message that shows the subject, or send a new one at the bottom and deactivate the old one."""
        screen, subject = card_screen(reply), subject_of(reply)
        old = self._shown.get(subject) if subject else None
        folded, main = (reply.folded, reply.main) if isinstance(reply, Card) else ("", "")
        as_new_message = placed(reply, old.card() if old is not None else None, self._button_message).as_new_message
        if subject is not None and old is not None and not as_new_message and await self._edit(old, screen):
            if (old.folded, old.main) != (folded, main):
                self._point(subject, dataclasses.replace(old, folded=folded, main=main))
            return
        if isinstance(reply, Card) and reply.room is not None:
            self._thread = await self._topic(reply)
        shown = await self._files(pictures)
        if chart is not None:
            shown.append(await asyncio.to_thread(drawn, chart))
        now = await self._send_with(screen, shown, await self._files(documents))
        if subject is not None:
            self._point(subject, dataclasses.replace(now, folded=folded, main=main))
        if old is not None:
            await self._retire(old, delete=replace)

    async def _topic(self, card: Card) -> int | None:
        """Return the topic of the card's deal; opened with its first card. None where this chat has no topics."""
        subject = f"{TOPIC}{card.room}"
        known = self._shown.get(subject)
        if known is not None:
            return known.message
        if not has_topics(self._bot):
            return None
        name = f"{card.title}"[:TOPIC_NAME]
        try:
            opened = await self._bot.create_forum_topic(self._id, name)
        except BadRequest as refused:  # a chat may have none, though the bot has
            log.info("topic_not_opened", why=str(refused))
            return None
        self._point(subject, Shown(opened.message_thread_id))
        return opened.message_thread_id

    async def _close(self, closed: FormClosed) -> None:
        """Close the form's card: delete it, or replace it with a final text if there is one."""
        subject = f"form:{closed.draft}"
        old, screens = self._shown.get(subject), render(closed)
        if old is not None:
            self._point(subject, None)
            if screens and await self._edit(old, screens[0]):
                return
            await self._retire(old, delete=True)
        for screen in screens:
            await self._send(screen)

    def _point(self, subject: str, now: Shown | None) -> None:
        self.moved[subject] = now.card() if now is not None else None
        if now is None:
            self._shown.pop(subject, None)
        else:
            self._shown[subject] = now

    # --- single calls -----------------------------------------------------------------------------------------------

    async def _send(self, screen: Screen) -> Shown:
        where = {"chat_id": self._id, "message_thread_id": self._thread}
        try:
            sent = await call(self._bot, "sendMessage", **where, **_spoken(screen))
        except BadRequest as refused:
            if self._thread is None or "thread not found" not in str(refused).lower():
                raise
            self._thread = None  # the person has deleted that topic; the reply goes to the main chat
            sent = await call(self._bot, "sendMessage", chat_id=self._id, **_spoken(screen))
        return Shown(sent["message_id"])

    async def _send_with(self, screen: Screen, pictures: list[Checked], documents: list[Checked]) -> Shown:
        """Send a screen with files.

        One picture carries the words as its caption, if they fit; otherwise files go first.
        """
        for document in documents:
            await self._bot.send_document(
                self._id, document.content, filename=document.name, message_thread_id=self._thread
            )
        if len(pictures) == 1 and screen.text.units <= CAPTION_UNITS:
            return await self._photo(pictures[0], screen)
        await self._album(pictures)
        return await self._send(screen)

    async def _photo(self, picture: Checked, screen: Screen) -> Shown:
        """Send a photo, or the same file as a document when Telegram does not accept its shape."""
        text = screen.text
        try:
            sent = await self._bot.send_photo(
                self._id,
                picture.content,
                filename=picture.name,
                caption=text.plain,
                caption_entities=text.entities,
                reply_markup=screen.keyboard,
                message_thread_id=self._thread,
            )
        except BadRequest as refused:
            log.info("photo_refused", why=str(refused))
            sent = await self._bot.send_document(
                self._id,
                picture.content,
                filename=picture.name,
                caption=text.plain,
                caption_entities=text.entities,
                reply_markup=screen.keyboard,
                message_thread_id=self._thread,
            )
        return Shown(sent.message_id, photo=True)

    async def _album(self, pictures: list[Checked]) -> None:
        """Send pictures without words, ten at a time; as documents when Telegram does not accept the shape of one."""
        for start in range(0, len(pictures), ALBUM):
            part = pictures[start : start + ALBUM]
            try:
                if len(part) == 1:
                    await self._bot.send_photo(
                        self._id, part[0].content, filename=part[0].name, message_thread_id=self._thread
                    )
                else:
                    media = [InputMediaPhoto(each.content, filename=each.name) for each in part]
                    await self._bot.send_media_group(self._id, media, message_thread_id=self._thread)
            except BadRequest as refused:
                log.info("photo_refused", why=str(refused))
                for each in part:
                    await self._bot.send_document(
                        self._id, each.content, filename=each.name, message_thread_id=self._thread
                    )

    async def _edit(self, old: Shown, screen: Screen) -> bool:
        """Edit a message in place. False: it is impossible (deleted, too old, too much text for a caption)."""
        text = screen.text
        if old.photo and text.units > CAPTION_UNITS:
            return False
        try:
            if old.photo:
                await self._bot.edit_message_caption(
                    self._id,
                    old.message,
                    caption=text.plain,
                    caption_entities=text.entities,
                    reply_markup=screen.keyboard,
                )
            else:
                shown = {"chat_id": self._id, "message_id": old.message}
                await call(self._bot, "editMessageText", **shown, **_spoken(screen))
        except BadRequest as refused:
            return "not modified" in str(refused).lower()
        return True

    async def _retire(self, old: Shown, *, delete: bool) -> None:
        """Delete the old message, or fold it into a line, so that no dead buttons stay. It may fail."""
        try:
            if delete and await self._deleted(old):
                return
            if old.folded and await self._edit(old, Screen(styled(old.folded))):
                return
            await self._bot.edit_message_reply_markup(self._id, old.message, reply_markup=None)
        except TelegramError as failure:
            log.info("old_card_left", message=old.message, why=str(failure))

    async def _deleted(self, old: Shown) -> bool:
        """Delete a message. A bot may delete its messages for 48 hours."""
        try:
            return bool(await call(self._bot, "deleteMessage", chat_id=self._id, message_id=old.message))
        except BadRequest:
            return False


def has_topics(bot: Bot) -> bool:
    """Return whether private chats with this bot have topics (BotFather decides); False before the bot knows itself."""
    try:
        return bool(bot.bot.has_topics_enabled)
    except RuntimeError:
        return False


# --- a screen in the Bot API's own words ------------------------------------------------------------------------------


def _spoken(screen: Screen) -> dict[str, Any]:
    """Return the parameters of sendMessage and editMessageText for a screen."""
    entities = [{"type": each.type, "offset": each.offset, "length": each.length} for each in screen.text.entities]
    return {
        "text": screen.text.plain,
        "entities": entities or None,
        "reply_markup": _keys(screen.keyboard) if screen.keyboard is not None else None,
        "link_preview_options": NO_PREVIEW,
    }


def _keys(keyboard: InlineKeyboardMarkup) -> dict[str, Any]:
    return {"inline_keyboard": [[_key(button) for button in row] for row in keyboard.inline_keyboard]}


def _key(button: InlineKeyboardButton) -> dict[str, Any]:
    """Return a button of ours: it sends a press, leads somewhere or into another chat, and may have a colour."""
    key = {"text": button.text, "callback_data": button.callback_data, "url": button.url, "style": button.style}
    key["switch_inline_query"] = button.switch_inline_query
    key["switch_inline_query_current_chat"] = button.switch_inline_query_current_chat
    return {name: value for name, value in key.items() if value is not None}
