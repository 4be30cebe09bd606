"""Validation of blocks and views as Slack does it: accepted and completed with ids, or refused with a pointer."""

from __future__ import annotations

import copy
import random
import string
from collections.abc import Callable, Iterator
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView

from lab.slack.blocks import SURFACES, ChatAddress, Message, ViewArgument
from lab.slack.refusal import Refusal

Json = dict[str, Any]

_ID_LETTERS: Final = string.ascii_letters + string.digits + "+/="
_WORDS: Final[dict[str, Callable[[Json], str]]] = {
    "string_too_long": lambda c: f"must be less than {c['max_length'] + 1} characters",
    "string_too_short": lambda c: f"must be more than {c['min_length'] - 1} characters",
    "too_long": lambda c: f"no more than {c['max_length']} items allowed",
    "too_short": lambda c: f"no fewer than {c['min_length']} items allowed",
    "union_tag_invalid": lambda c: f"unsupported type: {c['tag']}",
    "union_tag_not_found": lambda _: "missing required field: type",
    "literal_error": lambda _: "must be a valid enum value",
    "string_type": lambda _: "must provide a string",
    "list_type": lambda _: "must provide an array",
    "model_type": lambda _: "must provide an object",
    "model_attributes_type": lambda _: "must provide an object",
    "bool_type": lambda _: "must be a boolean",
    "int_type": lambda _: "must be an integer",
}


# Blocks that an older client does not know.
NEWER: Final = frozenset({"alert", "card", "carousel", "container", "context_actions", "plan", "table", "task_card"})


def check_message(blocks: list[Json], random_: random.Random, *, newer: bool = True) -> list[Json]:
    """Return a message's blocks, completed. `newer`: clients know the newer ones. Raises `invalid_blocks`."""
    complaints = _complaints(Message, {"blocks": blocks}) or _rules({"blocks": blocks}, "message", "", newer)
    if sum(block["type"] == "table" for block in _every_block(blocks) if not complaints) > 1:
        raise Refusal("only_one_table_allowed")
    if complaints:
        raise Refusal("invalid_blocks", complaints, errors=[text.removeprefix("[ERROR] ") for text in complaints])
    return _completed(blocks, random_)


def check_view(view: Json, chat_address: ChatAddress, random_: random.Random, *, newer: bool = True) -> Json:
    """Return an app's view with its blocks completed. Raises `invalid_arguments`, `view_too_large`."""
    complaints = _complaints(ViewArgument, {"view": view})
    if not complaints and view["type"] != chat_address:
        complaints = ["[ERROR] must be a valid enum value [json-pointer:/view/type]"]
    if complaints or (complaints := _rules(view, chat_address, "/view", newer)):
        raise Refusal("invalid_arguments", complaints)
    if refused := _sdk_view_opinion(view):
        raise Refusal("invalid_arguments", [f"[ERROR] {refused} [json-pointer:/view]"])
    if len(str(view).encode()) > 250_000:  # views.open: "view_too_large"
        raise Refusal("view_too_large")
    return {**view, "blocks": _completed(view["blocks"], random_)}


def interactive_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield (block, element) for everything with an action_id, at any depth."""
    for block in _every_block(blocks):
        for element in _elements(block):
            if "action_id" in element:
                yield block, element


def _every_block(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from _every_block(block.get("child_blocks", []))
        if block["type"] == "carousel":
            yield from _every_block(block["elements"])


def _elements(block: Json) -> list[Json]:
    match block["type"]:
        case "section":
            return [block["accessory"]] if block.get("accessory") else []
        case "input":
            return [block["element"]]
        case "actions" | "context_actions":
            return list(block["elements"])
        case "card":
            return list(block.get("actions") or [])
    return []


def _complaints(shape: type[Message | ViewArgument], argument: Json) -> list[str]:
    try:
        shape.model_validate(argument)
    except ValidationError as refused:
        return [_complaint(error, argument) for error in refused.errors()]
    return []


def _complaint(error: ErrorDetails, argument: Json) -> str:
    """Return pydantic's complaint in Slack's words and with Slack's pointer."""
    pointer, context, last = _pointer(error["loc"], argument), error.get("ctx", {}), error["loc"][-1]
    match error["type"]:
        case "missing":
            words = f"missing required field: {last}"
        case "extra_forbidden":
            words, pointer = f"invalid additional property: {last}", pointer.rsplit("/", 1)[0]
        case "text_limit":
            words, pointer = error["msg"], f"{pointer}/text"
        case kind:
            words = _WORDS[kind](context) if kind in _WORDS else error["msg"]
            pointer += "/type" if kind == "union_tag_invalid" else ""
    return f"[ERROR] {words} [json-pointer:{pointer}]"


def _pointer(location: tuple[int | str, ...], argument: Any) -> str:
    """Return the path through the argument itself, without the names of union members that pydantic adds."""
    path = ""
    for part in location:
        if (isinstance(argument, dict) and part in argument) or (isinstance(argument, list) and isinstance(part, int)):
            argument = argument[part]  # type: ignore[index]  # the line above has checked it
            path += f"/{part}"
    return path


def _rules(body: Json, chat_address: ChatAddress, root: str, newer: bool) -> list[str]:
    """Check what the shapes cannot say: surfaces, uniqueness, the form's submit button, and the SDK's own opinion."""
    complaints: list[str] = []
    blocks, seen = body["blocks"], set()
    for number, block in enumerate(blocks):
        pointer = f"{root}/blocks/{number}"
        if chat_address not in SURFACES.get(block["type"], {chat_address}) or (block["type"] in NEWER and not newer):
            complaints.append(f"unsupported type: {block['type']} [json-pointer:{pointer}/type]")
        if block["type"] == "input" and chat_address == "modal" and not body.get("submit"):
            complaints.append(f"must define `submit` to use `input` block [json-pointer:{pointer}/input]")
        if block["type"] == "input" and chat_address != "modal" and block["element"]["type"] == "file_input":
            complaints.append(f"unsupported type: file_input [json-pointer:{pointer}/element/type]")
        for each in _every_block([block]):
            if each.get("block_id") in seen:
                complaints.append(f"block_id already exists [json-pointer:{pointer}/block_id]")
            seen |= {each["block_id"]} if each.get("block_id") else set()
            actions = [element["action_id"] for element in _elements(each) if "action_id" in element]
            if len(actions) != len(set(actions)):
                complaints.append(f"action_id already exists [json-pointer:{pointer}]")
        complaints += _sdk_opinion(block, pointer)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > 12_000:
        complaints.append(f"must be less than 12001 characters [json-pointer:{root}/blocks]")
    return [f"[ERROR] {complaint}" for complaint in complaints]


def _sdk_opinion(block: Json, pointer: str) -> list[str]:
    """Check a few rules that only slack_sdk's models know; a block that they cannot write again is refused."""
    try:
        if parsed := SdkBlock.parse(copy.deepcopy(block)):
            parsed.to_dict()
    except SlackObjectFormationError as refused:
        return [f"{refused} [json-pointer:{pointer}]"]
    return []


def _sdk_view_opinion(view: Json) -> str:
    """Return the complaint of slack_sdk's own model of a view; empty if it can write the view again."""
    try:
        SdkView(**{key: value for key, value in copy.deepcopy(view).items() if value is not None}).to_dict()
    except (SlackObjectFormationError, TypeError) as refused:
        return str(refused)
    return ""


def _completed(blocks: list[Json], random_: random.Random) -> list[Json]:
    """Return copies with a block_id for every block and an action_id for every interactive element, as Slack does."""
    blocks = copy.deepcopy(blocks)
    for block in _every_block(blocks):
        block.setdefault("block_id", "".join(random_.choices(_ID_LETTERS, k=5)))
        for element in _elements(block):
            if element["type"] != "image":
                element.setdefault("action_id", "".join(random_.choices(_ID_LETTERS, k=5)))
    return blocks
