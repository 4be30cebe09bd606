"""The contents of a screen: Block Kit and keyboards, read as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any


def places_of(window: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every block on the screen with its place: the Home first, the newest message last.

    Cards side by side are reversed, because the first one is looked at first.
    """
    if window["home"]:
        for block in window["home"]["blocks"]:
            yield {"view_id": window["home"]["id"]}, block
    for channel in window["channels"]:
        for message in channel["messages"]:
            previews = [block for each in message.get("attachments", []) for block in each.get("blocks", [])]
            for block in [*(message.get("blocks") or []), *previews]:
                for shown in reversed(block["elements"]) if block["type"] == "carousel" else [block]:
                    yield {"channel": channel["id"], "ts": message["ts"]}, shown


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the elements of a block that can be pressed or picked from."""
    return [*block.get("elements", []), *block.get("actions", []), block.get("accessory") or {}]


def words_of_message(message: dict[str, Any]) -> list[str]:
    own = list(words_of(message["blocks"])) if message.get("blocks") else [message.get("text", "")]
    return [*own, *(file.get("name", "") for file in message.get("files", [])), *previews_of(message)]


def previews_of(message: dict[str, Any]) -> list[str]:
    """Return the words under the links in a message."""
    return list(words_of([each.get("blocks", []) for each in message.get("attachments", [])]))


# The keys under which Block Kit keeps visible texts, in the order in which they are seen.
SHOWING = (
    *("title", "subtitle", "label", "text", "body", "fields", "elements", "blocks", "rows", "initial_value", "hint"),
    *("accessory", "element", "actions"),
)


def words_of(part: Any) -> Iterator[str]:
    """Yield all texts of Block Kit, in order; a button's in brackets."""
    if isinstance(part, list):
        for each in part:
            yield from words_of(each)
    elif isinstance(part, dict):
        if part.get("type") == "button":
            yield f"[{part['text']['text']}]"
        elif part.get("type") == "rich_text_section":
            yield "".join(run.get("text", "") for run in part["elements"]).strip()
        elif isinstance(part.get("text"), str):
            yield part["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        else:
            for key in SHOWING:
                yield from words_of(part[key]) if not isinstance(part.get(key), str) and part.get(key) else ()


def button_for(message: dict[str, Any], data: str) -> dict[str, Any] | None:
    """Return the first button of a message whose data matches this pattern."""
    buttons = (button for row in message.get("keyboard", []) for button in row)
    return next((each for each in buttons if re.fullmatch(data, each.get("callback_data", ""))), None)


def choice(element: dict[str, Any], answer: str) -> Any:
    """Return the value that a person's answer stands for in this element.

    In a select it is the option with that label or value. In a multi-select the answer is split at commas.
    """
    if element["type"] not in {"static_select", "multi_static_select"}:
        return answer
    if element["type"] == "multi_static_select" and ", " in answer:
        return [value for part in answer.split(", ") for value in choice(element, part)]
    for option in element["options"]:
        if answer.casefold() in {option["value"].casefold(), option["text"]["text"].casefold()}:
            return option["value"] if element["type"] == "static_select" else [option["value"]]
    for option in element["options"]:
        if option["text"]["text"].casefold().startswith(answer.casefold()):
            return option["value"] if element["type"] == "static_select" else [option["value"]]
    raise AssertionError(f"{answer!r} is not among {[option['text']['text'] for option in element['options']]}")
