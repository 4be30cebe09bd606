"""Telegram's limits of texts and keyboards: too long, too many, malformed. The words are Telegram's own."""

from __future__ import annotations

import re
from typing import Any, Final

from lab.telegram.call import Call, bad_request
from lab.telegram.entities import check_entities, clipped, utf16
from lab.telegram.markdown import parse_markdown
from lab.telegram.markup import parse_html

TEXT_CHARACTERS: Final = 4096
CAPTION_CHARACTERS: Final = 1024
CALLBACK_DATA_BYTES: Final = 64
BUTTONS: Final = 100
REPLY_BUTTONS: Final = 300
PLACEHOLDER_CHARACTERS: Final = 64
PHOTO_BYTES: Final = 10 * 1024 * 1024
UPLOAD_BYTES: Final = 50 * 1024 * 1024
DOWNLOAD_BYTES: Final = 20 * 1024 * 1024

STYLES: Final = frozenset({"primary", "success", "danger"})
ACTIONS: Final = frozenset(
    {"callback_data", "url", "copy_text", "switch_inline_query", "switch_inline_query_current_chat"}
    | {"switch_inline_query_chosen_chat", "web_app", "login_url", "pay", "callback_game"}
)
# These two may be empty: then the person types the query from its first letter.
MAYBE_EMPTY: Final = frozenset({"switch_inline_query", "switch_inline_query_current_chat"})
LINK: Final = re.compile(r"(https?://[^\s/]+\.[^\s/]+|https?://(localhost|127\.0\.0\.1)|tg://)\S*$")

Formatted = tuple[str, list[dict[str, Any]]]
Markup = dict[str, Any]


def text_of(call: Call, name: str = "text") -> Formatted:
    """Return a text with its entities, checked as `sendMessage` checks it."""
    given = {name: call.value(name), "parse_mode": call.value("parse_mode")}
    text, entities = formatted(given | {"entities": call.parsed("entities", list)}, name, "entities")
    if not text:
        raise bad_request("message text is empty")
    if len(text) > TEXT_CHARACTERS:
        raise bad_request("message is too long")
    return text, entities


def caption_of(call: Call) -> Formatted:
    given = {"caption": call.value("caption"), "parse_mode": call.value("parse_mode")}
    return caption_in(given | {"caption_entities": call.parsed("caption_entities", list)})


def caption_in(fields: dict[str, Any]) -> Formatted:
    """Return the caption of a call or of one part of an album; it may be empty."""
    text, entities = formatted(fields, "caption", "caption_entities")
    if len(text) > CAPTION_CHARACTERS:
        raise bad_request("message caption is too long")
    return text, entities


def formatted(fields: dict[str, Any], name: str, entities_name: str) -> Formatted:
    """Return a text after its markup is parsed. The length limits hold for the rest, without the marks."""
    text = str(fields.get(name) or "")
    mode = str(fields.get("parse_mode") or "").lower()
    entities: list[dict[str, Any]] = fields.get(entities_name) or []
    if mode == "html":
        text, entities = parse_html(text)
    elif mode == "markdownv2":
        text, entities = parse_markdown(text)
    elif mode:  # the old Markdown, too: Telegram keeps it "for backward compatibility" only
        raise bad_request("unsupported parse_mode")
    check_entities(text, entities)
    trimmed = text.rstrip()
    return trimmed, clipped(entities, utf16(trimmed))


def keyboard_of(call: Call) -> Markup | None:
    """Return the reply markup, checked; None if there is none."""
    markup: Markup | None = call.parsed("reply_markup", dict)
    if not markup:
        return None
    check_markup(markup)
    return markup


def check_markup(markup: Markup) -> None:
    """Check one of the four kinds: inline keyboard, keyboard, its removal, a forced reply."""
    if "inline_keyboard" in markup:
        _check_inline(markup["inline_keyboard"])
    elif "keyboard" in markup:
        _check_reply_keyboard(markup)
    elif "force_reply" in markup:
        _check_placeholder(markup)
    elif "remove_keyboard" not in markup:
        raise bad_request("object expected as reply markup")


def _rows(rows: Any, most: int) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("object expected as reply markup")
    buttons = [button for row in rows for button in row]
    if len(buttons) > most:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return buttons


def _check_inline(rows: Any) -> None:
    buttons = _rows(rows, BUTTONS)
    for number, button in enumerate(buttons):
        _check_button(button)
        if button.get("pay") and (number or button is not rows[0][0]):
            raise bad_request("BUTTON_POS_INVALID")  # "must always be the first button in the first row"


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    if not str(button.get("text") or "").strip():
        raise bad_request("can't parse inline keyboard button: text is empty")
    actions = [each for each in ACTIONS if button.get(each) is not None and (button[each] or each in MAYBE_EMPTY)]
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    callback = button.get("callback_data")
    if callback is not None and len(str(callback).encode()) > CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not LINK.match(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    for name in MAYBE_EMPTY & button.keys():
        if len(str(button[name])) > 256:
            raise bad_request("BUTTON_DATA_INVALID")
    copied = button.get("copy_text")
    if copied is not None and not 1 <= len(str(copied.get("text", ""))) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if button.get("style") is not None and button["style"] not in STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")


def _check_reply_keyboard(markup: Markup) -> None:
    buttons = _rows(markup["keyboard"], REPLY_BUTTONS)
    if not buttons:
        raise bad_request("reply keyboard must contain at least one button")
    for button in buttons:
        words = button if isinstance(button, str) else str(button.get("text") or "")
        if not words.strip():
            raise bad_request("keyboard button text must be non-empty")
    _check_placeholder(markup)


def _check_placeholder(markup: Markup) -> None:
    if len(str(markup.get("input_field_placeholder") or "")) > PLACEHOLDER_CHARACTERS:
        raise bad_request("INPUT_FIELD_PLACEHOLDER_INVALID")
