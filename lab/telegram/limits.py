"""What Telegram refuses: too long, too many, malformed, too fast. The words are Telegram's own."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from lab.telegram.call import Call, Refusal, bad_request
from lab.telegram.markup import parse_html
from lab.world import Clock

TEXT_CHARACTERS: Final = 4096
CAPTION_CHARACTERS: Final = 1024
CALLBACK_DATA_BYTES: Final = 64
BUTTONS: Final = 100
PHOTO_BYTES: Final = 10 * 1024 * 1024
UPLOAD_BYTES: Final = 50 * 1024 * 1024
DOWNLOAD_BYTES: Final = 20 * 1024 * 1024

ENTITY_TYPES: Final = (
    frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic"})
    | frozenset({"underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"})
    | frozenset({"text_link", "text_mention", "custom_emoji", "date_time"})
)
STYLES: Final = frozenset({"primary", "success", "danger"})
ACTIONS: Final = frozenset(
    {"callback_data", "url", "copy_text", "switch_inline_query", "switch_inline_query_current_chat"}
    | {"switch_inline_query_chosen_chat", "web_app", "login_url", "pay", "callback_game"}
)

Formatted = tuple[str, list[dict[str, Any]]]


class Pace:
    """How fast a bot may write.

    Telegram says "about 30 messages a second" in all and "avoid sending more than one message per
    second in a particular chat; short bursts are allowed" (core.telegram.org/bots/faq). It does not
    say how long a burst may be: here a chat takes 20 at once and then one a second, so that ordinary
    talk passes and a loop does not. An edit counts a quarter.
    """

    per_second = 30.0
    chat_burst = 20.0
    chat_per_second = 1.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: dict[int, tuple[float, float]] = {}

    def spend(self, chat: int, cost: float = 1.0) -> None:
        """Take `cost` messages from both allowances, or refuse with 429 and take nothing."""
        now = self._clock.now().timestamp()
        everyone = self._level(0, now, self.per_second)
        here = self._level(chat, now, self.chat_per_second)
        late = max(
            (everyone + cost - self.per_second) / self.per_second,
            (here + cost - self.chat_burst) / self.chat_per_second,
        )
        # A single call bigger than the whole allowance passes when nothing was spent before it.
        if late > 0 and (everyone > 0 or here > 0):
            seconds = max(1, math.ceil(late))
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        self._spent[0] = (everyone + cost, now)
        self._spent[chat] = (here + cost, now)

    def _level(self, key: int, now: float, rate: float) -> float:
        spent, at = self._spent.get(key, (0.0, now))
        return max(0.0, spent - (now - at) * rate)


def text_of(call: Call, name: str = "text") -> Formatted:
    """Text with its entities, checked as `sendMessage` checks it."""
    text, entities = formatted(call.fields | {"entities": call.parsed("entities", list)}, name, "entities")
    if not text:
        raise bad_request("message text is empty")
    if len(text) > TEXT_CHARACTERS:
        raise bad_request("message is too long")
    return text, entities


def caption_of(call: Call) -> Formatted:
    return caption_in(call.fields | {"caption_entities": call.parsed("caption_entities", list)})


def caption_in(fields: dict[str, Any]) -> Formatted:
    """A caption, of a call or of one part of an album; may be empty."""
    text, entities = formatted(fields, "caption", "caption_entities")
    if len(text) > CAPTION_CHARACTERS:
        raise bad_request("message caption is too long")
    return text, entities


def formatted(fields: dict[str, Any], name: str, entities_name: str) -> Formatted:
    """Text after parsing of its markup: the length limits hold for what is left, not for the tags."""
    text = str(fields.get(name) or "")
    mode = str(fields.get("parse_mode") or "").lower()
    entities: list[dict[str, Any]] = fields.get(entities_name) or []
    if mode == "html":
        text, entities = parse_html(text)
    elif mode and not entities:
        raise bad_request("unsupported parse_mode")
    check_entities(text, entities)
    trimmed = text.rstrip()
    return trimmed, _clipped(entities, utf16(trimmed))


def utf16(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts entity offsets."""
    return len(text.encode("utf-16-le")) // 2


def check_entities(text: str, entities: list[dict[str, Any]]) -> None:
    inside = _middles(text)
    end_of_text = utf16(text)
    for entity in entities:
        kind, begin, length = entity.get("type"), entity.get("offset"), entity.get("length")
        if kind not in ENTITY_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        if not isinstance(begin, int) or begin < 0:
            raise bad_request(f"receive an entity with incorrect offset {begin}")
        if not isinstance(length, int) or length < 0:
            raise bad_request(f"receive an entity with incorrect length {length}")
        end = begin + length
        if begin in inside:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {begin}")
        if begin > end_of_text:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {begin}")
        if end in inside:
            raise bad_request(f"entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol")
        if end > end_of_text:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
            )
        url = entity.get("url", "")
        if kind == "text_link" and not re.match(r"(https?|tg)://\S+$|(tel|mailto):\S+$", url):
            raise bad_request(f"entity URL '{url}' is invalid: Wrong HTTP URL")
    _check_nesting(entities)


def _check_nesting(entities: list[dict[str, Any]]) -> None:
    """One entity may lie inside another; two may not overlap in part."""
    ends: list[int] = []
    for entity in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        while ends and ends[-1] <= begin:
            ends.pop()
        if ends and end > ends[-1]:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
            )
        ends.append(end)


def keyboard_of(call: Call) -> dict[str, Any] | None:
    """The reply markup, checked; None when there is none."""
    markup: dict[str, Any] | None = call.parsed("reply_markup", dict)
    if not markup:
        return None
    if "inline_keyboard" in markup:
        rows = markup["inline_keyboard"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad_request("object expected as reply markup")
        buttons = [button for row in rows for button in row]
        if len(buttons) > BUTTONS:
            raise bad_request("REPLY_MARKUP_TOO_LONG")
        for button in buttons:
            _check_button(button)
    return markup


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    if not str(button.get("text") or "").strip():
        raise bad_request("can't parse inline keyboard button: text is empty")
    actions = [each for each in ACTIONS if button.get(each) not in (None, "")]
    if "switch_inline_query" in button or "switch_inline_query_current_chat" in button:
        actions = actions or ["switch_inline_query"]  # an empty query is a fine one
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    callback = button.get("callback_data")
    if callback is not None and len(str(callback).encode()) > CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not re.match(r"(https?|tg)://\S+$", str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    copied = button.get("copy_text")
    if copied is not None and not 1 <= len(str(copied.get("text", ""))) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if button.get("style") is not None and button["style"] not in STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")


def _middles(text: str) -> set[int]:
    """UTF-16 offsets that fall between the two halves of one symbol."""
    middles, at = set(), 0
    for character in text:
        width = 2 if ord(character) > 0xFFFF else 1
        if width == 2:
            middles.add(at + 1)
        at += width
    return middles


def _clipped(entities: list[dict[str, Any]], end: int) -> list[dict[str, Any]]:
    kept = [each | {"length": min(each["length"], end - each["offset"])} for each in entities]
    return sorted((each for each in kept if each["length"] > 0), key=lambda each: (each["offset"], -each["length"]))
