"""What came in: one input of one person, in words that every chat platform can be translated into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.people.accounts.model import Identity
from core.people.files.model import Checked


@dataclass(frozen=True, slots=True)
class TextMessage:
    """Typed text; a command when it starts with a slash ("/sell 200 t pellets").

    `message`: the message that says it, where one can be changed later; `anew`: it was, and this is what it says now.
    """

    text: str
    message: str = ""
    anew: bool = False


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A button, by what it carries (see buttons.py). Never trusted: whoever presses is authorised again."""

    button: str


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """A whole form at once. `values`: field name to text or list of texts; `files` those sent with it.

    `final`: sent off; otherwise a field on which others depend has changed and the form wants to be drawn anew.
    `quiet`: neither; something was entered, which is kept, should the window be closed.
    `warned`: the fields at which the form, as it was drawn, says that something is wrong with them.
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
    """Photos or documents, already fetched and checked, with the words written beside them."""

    files: tuple[Checked, ...]
    caption: str = ""
    album: str = ""  # what several messages have in common that were sent as one


@dataclass(frozen=True, slots=True)
class Located:
    """A place shared from the phone, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class UnsupportedInput:
    """Something that no conversation takes: a sticker, a voice message, a file that failed its check.

    `code` with `parts` says what is wrong with it.
    """

    code: str
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction that says yes, under one of our messages."""

    message: str


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """The person looks at their desk."""


@dataclass(frozen=True, slots=True)
class OpenedChat:
    """The person looks at the talk with us, perhaps for the first time."""


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """A form's window was closed; what was sent so far stays."""

    draft: str


@dataclass(frozen=True, slots=True)
class PaidStars:
    """The platform has charged the person for a purchase of ours. `charge`: its own name of it; `amount`: in Stars."""

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
    """One input with its outside id, who sent it and where.

    `key`: the outside id, taken once. `trigger`: what opens a window, good for seconds.
    `message`: the message a button hangs on. `thread`: the topic or thread that it was said in. `channel`: where it was
    pressed or commanded before others, when that is not the address.
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
