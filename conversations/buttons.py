"""The payload of a button: a verb, a subject, the version the person saw, and perhaps a choice.

It is never trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conversations.reply import Button, FieldView, FormView, Style
from core.kernel.errors import Invalid

MOST_BYTES = 64  # every platform's button can carry so many
GAP = "|"


@dataclass(frozen=True, slots=True)
class Press:
    """`verb`: the action ("deal.sign"). `subject`: its id. `expected_version`: the subject's version on the card."""

    verb: str
    subject: str = ""
    expected_version: int | None = None
    choice: str = ""


def press(verb: str, subject: str = "", expected_version: int | None = None, choice: str = "") -> str:
    """Write a button's load. An over-long one is our mistake and fails at once."""
    load = GAP.join((verb, subject, "" if expected_version is None else str(expected_version), choice)).rstrip(GAP)
    assert len(load.encode()) <= MOST_BYTES, f"{load} does not fit a button"
    return load


def to_command(words: Callable[[str], str], command: str, style: Style = "plain", *, label: str = "") -> Button:
    """Return a button that runs a command, labelled with the command's name or with `label`."""
    return Button(label=label or words(f"command.{command}"), press=press("command", choice=command), style=style)


def read_press(load: str) -> Press:
    """Read a payload. Raises Invalid for any text we could not have written."""
    parts = load.split(GAP, 3)
    verb, subject, expected_version, choice = [*parts, "", "", ""][:4]
    if (
        len(load.encode()) > MOST_BYTES
        or not verb
        or (expected_version and not (expected_version.isascii() and expected_version.isdigit()))
    ):
        raise Invalid("talk.unknown_button")
    return Press(verb, subject, int(expected_version) if expected_version else None, choice)


def proposal(form: FormView, asked: FieldView) -> Button | None:
    """Return a button with a proposed answer to a text that is none of the answers."""
    if asked.proposed is None or asked.proposed >= len(asked.options):  # a long list may not show it
        return None
    load = press("form.pick", form.draft, form.revision, str(asked.proposed))
    return Button(label=asked.options[asked.proposed].label, press=load, style="primary")
