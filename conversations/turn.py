"""Inputs: one input of one person, in terms that every chat platform can be translated into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from core.kernel.plain_text import storable, storable_json
from core.people.accounts.model import Identity
from core.people.files.model import Checked


@dataclass(frozen=True, slots=True)
class TextMessage:
    """Typed text; a command when it starts with a slash ("/sell 200 t pellets").

    `message`: the message with the text, where it can be edited later. `is_correction`: this is its text after an edit.
    """

    text: str
    message: str = ""
    is_correction: bool = False


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A pressed button, by its payload (see buttons.py). It is never trusted: every press is authorised again."""

    button: str


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """A whole form at once. `values`: field name to text or list of texts; `files`: the files sent with it.

    `final`: submitted. Otherwise a field on which others depend has changed, and the form needs to be redrawn.
    `quiet`: neither; input was entered, which is kept in case the window is closed.
    `warned`: the fields that showed an error when the form was drawn.
    """

    draft: str
    revision: int
    values: Mapping[str, str | list[str]]
    files: Mapping[str, tuple[Checked, ...]] = field(default_factory=dict)
    final: bool = True
    quiet: bool = False
    warned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attached:
    """Photos or documents, already fetched and checked, with their caption."""

    files: tuple[Checked, ...]
    caption: str = ""
    album: str = ""  # the common id of messages that were sent as one


@dataclass(frozen=True, slots=True)
class Located:
    """A place shared from the phone, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class UnsupportedInput:
    """An input that no conversation supports: a sticker, a voice message, a file that failed its check.

    `code` with `parts` says what is wrong with it.
    """

    code: str
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reaction:
    """A positive reaction to one of our messages."""

    message: str


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """The person opens their start screen."""


@dataclass(frozen=True, slots=True)
class OpenedChat:
    """The person opens the chat with us, perhaps for the first time."""


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """A form's window was closed; its submitted input stays."""

    draft: str


@dataclass(frozen=True, slots=True)
class PaidStars:
    """The platform has charged the person for a purchase of ours.

    `charge`: the platform's id of it; `amount`: in Stars.
    """

    purchase: str
    charge: str
    amount: int


Input = (
    TextMessage
    | ButtonPress
    | FormSubmission
    | Attached
    | Located
    | UnsupportedInput
    | Reaction
    | OpenedHome
    | OpenedChat
    | ClosedForm
    | PaidStars
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One input with its outside id, sender and address.

    `key`: the outside id, handled once. `trigger`: the id that opens a window, valid for seconds.
    `message`: the message with the button. `thread`: the topic or thread of the input.
    `channel`: the place of a press or command in public, if that is not the address.
    """

    key: str
    identity: Identity
    address: str
    input: Input
    trigger: str | None = None
    message: str | None = None
    body: Any = None
    thread: str | None = None
    channel: str | None = None


def storable_turn(turn: Turn) -> Turn:
    """Return the turn without characters that no database stores. A platform passes on whatever a person typed."""
    return replace(
        turn,
        key=storable(turn.key),
        identity=_storable(turn.identity),
        address=storable(turn.address),
        input=_storable(turn.input),
        trigger=_storable(turn.trigger),
        message=_storable(turn.message),
        body=storable_json(turn.body),
        thread=_storable(turn.thread),
        channel=_storable(turn.channel),
    )


def _storable(part: Any) -> Any:
    match part:
        case str():
            return storable(part)
        case dict():
            return {_storable(name): _storable(value) for name, value in part.items()}
        case list() | tuple() | frozenset():
            return type(part)(_storable(each) for each in part)
        case Checked():
            return part  # its name was cleaned by the check
        case _ if is_dataclass(part) and not isinstance(part, type):
            return replace(part, **{each.name: _storable(getattr(part, each.name)) for each in fields(part)})
        case _:
            return part
