"""A form as a Slack window: how its fields are drawn, and how their values are read back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from bots.slack.blocks import TEXT, VIEW_BLOCKS, Block, clean, clipped, context, paragraphs, plain
from conversations.reply import FieldView, FormView, Option
from conversations.turn import FormSubmission

CALLBACK = "form"
ACTION = "value"
SHAPING = "shapes"  # the action id of a field on which others depend
# docs.slack.dev/reference/views/modal-views and .../block-kit/block-elements
TITLE = 24
LABEL = 2_000
OPTION = 75
PLACEHOLDER = 150
OPTIONS = 100
FILES = 10
FILE_TYPES = ["jpg", "jpeg", "png", "webp", "pdf"]

WARNS = "warns."  # before the name of the field under the warning
FINGERPRINT_SEPARATOR = "~"  # parts a field's name from the mark of its options


def modal(form: FormView) -> Block:
    """Return the window of a form. Slack stores only the draft's id and revision, and the typed values."""
    blocks = [
        *paragraphs(form.intro),
        *context(form.note),
        *(block for field in form.fields for block in _field(field)),
    ]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"draft": form.draft, "revision": form.revision}),
        "notify_on_close": True,
        "title": plain(form.title, TITLE),
        "submit": plain(form.submit, TITLE),
        "close": plain(form.cancel, TITLE),
        "blocks": (blocks or paragraphs(form.title))[:VIEW_BLOCKS],
    }


def read_submission(view: Mapping[str, Any], *, final: bool, quiet: bool = False) -> FormSubmission:
    """Return the window's values. An empty field is sent as "", so that it is cleared; files come by another way."""
    about = json.loads(view["private_metadata"])
    values = {name: _value(entry) for name, entry in _entries(view).items() if entry["type"] != "file_input"}
    warnings = (str(block.get("block_id") or "") for block in view["blocks"])
    warned = frozenset(each.removeprefix(WARNS) for each in warnings if each.startswith(WARNS))
    return FormSubmission(str(about["draft"]), int(about["revision"]), values, final=final, quiet=quiet, warned=warned)


def draft_of(view: Mapping[str, Any]) -> str:
    return str(json.loads(view["private_metadata"])["draft"])


def files_in(view: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the files of each field that has some, as Slack describes them."""
    return {
        name: list(entry["files"])
        for name, entry in _entries(view).items()
        if entry["type"] == "file_input" and entry.get("files")
    }


def errors_in(view: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, str]:
    """Convert errors by field into errors by block.

    An error without a field on the screen is shown under the first one.
    """
    blocks = {field_name(block["block_id"]): block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    told: dict[str, str] = {}
    for name, sentence in errors.items():
        block = blocks.get(name) or next(iter(blocks.values()), "")
        told[block] = f"{told[block]} {sentence}" if block in told else sentence
    return told


def shows(view: Mapping[str, Any], name: str) -> bool:
    return any(field_name(block["block_id"]) == name for block in view["blocks"] if block["type"] == "input")


def field_name(block_id: str) -> str:
    return block_id.partition(FINGERPRINT_SEPARATOR)[0]


def _entries(view: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    held = view["state"]["values"]
    return {
        field_name(block): entry
        for block, entries in held.items()
        for action, entry in entries.items()
        if action in {ACTION, SHAPING}
    }


def _value(entry: Mapping[str, Any]) -> str | list[str]:
    match entry["type"]:
        case "static_select" | "external_select":
            return str((entry.get("selected_option") or {}).get("value", ""))
        case "multi_static_select":
            return [str(option["value"]) for option in entry.get("selected_options") or []]
        case _:
            return str(entry.get("value") or "")


def options_of(options: Sequence[Option]) -> list[Block]:
    return [{"text": plain(option.label, OPTION), "value": option.value} for option in options[:OPTIONS]]


# --- drawing ----------------------------------------------------------------------------------------------------------


def _field(field: FieldView) -> list[Block]:
    options = _options(field)
    there = field.kind == "files" and bool(field.value)  # earlier files stay unless new ones are added
    block: Block = {
        "type": "input",
        "block_id": _block_id(field, options),
        "label": plain(field.label, LABEL),
        "element": _element(field, options),
        "optional": field.optional or there,
        "dispatch_action": field.kind != "files",
    }
    hint = field.hint or (field.ask if field.ask != field.label else "")
    if there and field.shown:
        hint = f"{field.shown}. {hint}"
    if field.was:  # typing next to it changes it, without a redraw
        hint = f"{field.was} → … {hint}"
    if clean(hint):
        block["hint"] = plain(hint, LABEL)
    error = context(f"⚠️ {field.error}") if field.error else []
    return [*(each | {"block_id": f"{WARNS}{field.name}"} for each in error), block]


def _block_id(field: FieldView, options: Sequence[Option]) -> str:
    """Return the block's id. Slack keeps a block's value as long as its id stays; new options make another block."""
    if not options:
        return field.name
    fingerprint = zlib.crc32("\n".join(f"{option.value}\t{option.label}" for option in options).encode())
    return f"{field.name}{FINGERPRINT_SEPARATOR}{fingerprint:08x}"


def _options(field: FieldView) -> list[Option]:
    """Return the options to pick from. A valid answer typed elsewhere, though not proposed, stands first."""
    if field.kind not in {"choice", "choices"} or (field.searchable and field.kind == "choice"):
        return []
    options = list(field.options)
    own = field.value if field.kind == "choice" and not field.error else None
    if own and len(own) <= OPTION and own not in {option.value for option in options}:
        options.insert(0, Option(value=own, label=clipped(field.shown or own, OPTION)))
    return options[:OPTIONS]


def _element(field: FieldView, options: Sequence[Option]) -> Block:
    """Return the input element. It reports each change at once, because a closed window reports nothing."""
    return _drawn(field, options) | {"action_id": SHAPING if field.shapes_form else ACTION}


def _drawn(field: FieldView, options: Sequence[Option]) -> Block:
    if field.searchable and field.kind != "choices":
        return _search(field)
    if options and field.kind == "choices":
        return _select("multi_static_select", "initial_options", options, (field.value or "").split(","))
    if options:
        return _select("static_select", "initial_option", options, [field.value or ""])
    if field.kind == "files":
        return {"type": "file_input", "filetypes": FILE_TYPES, "max_files": FILES}
    return _typed(field)


def _search(field: FieldView) -> Block:
    """Return a list whose options Slack requests while their name is typed (`block_suggestion`)."""
    select: Block = {"type": "external_select", "min_query_length": 1}
    if field.value and field.shown and len(field.value) <= OPTION and not field.error:
        select["initial_option"] = {"text": plain(field.shown, OPTION), "value": field.value}
    if field.example:
        select["placeholder"] = plain(field.example, PLACEHOLDER)
    return select


def _select(kind: str, first: str, options: Sequence[Option], chosen: Sequence[str]) -> Block:
    drawn = options_of(options)
    initial = [each for each in drawn if each["value"] in chosen]
    select: Block = {"type": kind, "options": drawn}
    if initial:
        select[first] = initial[0] if first == "initial_option" else initial
    return select


def _typed(field: FieldView) -> Block:
    """Return a text input. It is read by the same rules as in a chat ("next week", "200 t")."""
    value = clipped(field.typed or field.value or "", TEXT)
    element: Block = {"type": "plain_text_input"}
    if field.kind == "email":
        element["type"] = "email_text_input"
    else:
        element["max_length"] = min(max(field.max_length, len(value), 1), TEXT)
        element["multiline"] = field.kind == "long_text"
    if value:
        element["initial_value"] = value
    if field.example and not field.hint:  # a hint has examples of its own, in the reader's language
        element["placeholder"] = plain(field.example, PLACEHOLDER)
    told = "on_enter_pressed" if field.shapes_form else "on_character_entered"
    element["dispatch_action_config"] = {"trigger_actions_on": [told]}
    return element
