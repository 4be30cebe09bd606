"""Typed and picked values: the state that Slack reports for them, and what Slack's window refuses by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lab.slack.check import interactive_elements

Json = dict[str, Any]
Value = str | list[str] | None

# Element type -> the key of its value in `state.values` and in an action.
VALUE_KEYS: Final = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
_MANY: Final = frozenset({"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"})
_PATTERNS: Final = {
    "email_text_input": (r"[^@\s]+@[^@\s]+\.[^@\s.]+", "Please enter a valid email address."),
    "url_text_input": (r"https?://[^\s/]+\S*", "Please enter a valid URL."),
    "datepicker": (r"\d{4}-\d\d-\d\d", "Please enter a valid date."),
    "timepicker": (r"([01]\d|2[0-3]):[0-5]\d", "Please enter a valid time."),
}
REQUIRED: Final = "Please complete this required field."


class NoSuchChoice(ValueError):
    """The person cannot have picked this: it is not on the screen."""


def initial_state(blocks: list[Json]) -> Json:
    """Return `state.values` before anything is typed: the initial values, otherwise null or an empty choice."""
    state: Json = {}
    for block, element in interactive_elements(blocks):
        if (key := VALUE_KEYS.get(element["type"])) is not None:
            first = element.get(f"initial_{key.removeprefix('selected_').removeprefix('rich_text_')}")
            empty: list[Any] | None = [] if key in _MANY else None
            entry = {"type": element["type"], key: first if first is not None else empty}
            state.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return state


def entry_for(element: Json, value: Value, file_of: Callable[[str], Json], suggested: list[Json]) -> Json:
    """Return the state of an element after the person put `value` in. Raises NoSuchChoice."""
    kind = element["type"]
    key = VALUE_KEYS[kind]
    many = [value] if isinstance(value, str) else list(value or [])
    if key in {"selected_option", "selected_options"}:
        chosen = [_choice(element, each, suggested) for each in many]
        return {"type": kind, key: chosen if key in _MANY else (chosen[0] if chosen else None)}
    if key == "files":
        return {"type": kind, key: [file_of(each) for each in many]}
    if key in _MANY:
        return {"type": kind, key: many}
    one = many[0] if many else None
    if key == "rich_text_value":
        return {"type": kind, key: _rich(one) if one else None}
    if key == "selected_date_time":
        return {"type": kind, key: int(one) if one else None}
    return {"type": kind, key: one or None}


def all_options(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def _choice(element: Json, value: str, suggested: list[Json]) -> Json:
    offered = suggested if element["type"].endswith("external_select") else all_options(element)
    first = [element.get("initial_option"), *(element.get("initial_options") or [])]
    for option in [*offered, *(each for each in first if each)]:
        if option["value"] == value:
            return dict(option)
    raise NoSuchChoice(f"{value!r} is not among the options of {element['action_id']}")


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def complaints(blocks: list[Json], state: Json) -> dict[str, str]:
    """Return block_id -> complaint: the words of Slack's window under an input before the app gets anything."""
    found: dict[str, str] = {}
    for block, element in interactive_elements(blocks):
        if block["type"] != "input":
            continue
        value = state[block["block_id"]][element["action_id"]][VALUE_KEYS[element["type"]]]
        if value is None or value in ("", []):
            if not block.get("optional"):
                found[block["block_id"]] = REQUIRED
        elif complaint := _complaint(element, value):
            found[block["block_id"]] = complaint
    return found


def _complaint(element: Json, value: Any) -> str | None:
    kind = element["type"]
    if kind in _PATTERNS:
        pattern, words = _PATTERNS[kind]
        return None if re.fullmatch(pattern, value) else words
    if kind == "plain_text_input":
        return _length(value, element.get("min_length") or 0, element.get("max_length") or 3_000)
    if kind == "number_input":
        return _number(element, value)
    if kind == "file_input":
        return _files(element, value)
    most = element.get("max_selected_items")
    return f"Please select at most {most} items." if most and len(value) > most else None


def _length(value: str, least: int, most: int) -> str | None:
    if len(value) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(value) > most else None


def _number(element: Json, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a valid number."
    if not number.is_finite() or (not element["is_decimal_allowed"] and number != number.to_integral_value()):
        return "Please enter a whole number." if number.is_finite() else "Please enter a valid number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < Decimal(low):
        return f"Please enter a number that is {low} or more."
    return f"Please enter a number that is {high} or less." if high is not None and number > Decimal(high) else None


def _files(element: Json, files: list[Json]) -> str | None:
    if len(files) > (element.get("max_files") or 10):
        return f"Please upload at most {element.get('max_files') or 10} files."
    kinds = element.get("filetypes")
    wrong = [file["name"] for file in files if kinds and file["filetype"] not in kinds]
    return f"This type of file is not allowed: {', '.join(wrong)}." if wrong else None
