"""Replies: a closed set of shapes that every renderer must know. All words are final; no markup anywhere."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from core.kernel.frozen_model import FrozenModel

LONGEST_LABEL: Final = 75  # characters of a button or an option
MOST_OPTIONS: Final = 100  # in one list
JOINT: Final = ": "  # between a label and its value, by default


RENAMED: Final = {"fresh": "as_new_message"}  # fields of replies in the outbox from an earlier release


class Shape(FrozenModel):
    @model_validator(mode="before")
    @classmethod
    def _read_earlier_names(cls, values: Any) -> Any:
        if isinstance(values, dict) and not RENAMED.keys().isdisjoint(values):
            return {RENAMED.get(name, name): value for name, value in values.items()}
        return values


# The text of a button. A name in it may have any length and is cut; a test limits our own words.
Label = Annotated[str, AfterValidator(lambda label: label[:LONGEST_LABEL])]

Style = Literal["plain", "primary", "danger"]


class Button(Shape):
    """A button. `press`: the payload it carries back (buttons.py). `url`: the page it opens. `style`: as on both
    platforms.

    `share`: a lookup to send into a chat of the person's choice. `lookup`: the same in this chat, where the chosen
    result is sent. Both work only on platforms that have them.
    """

    label: Label = Field(min_length=1)
    press: str | None = Field(default=None, max_length=64)
    url: str | None = None
    share: str | None = Field(default=None, max_length=64)
    lookup: str | None = Field(default=None, max_length=64)
    style: Style = "plain"


class Line(Shape):
    """One labelled line of a card, or a value without a label. `was`: the value before a change.

    `leads`: the value is an address of ours, to open or copy.
    `joint`: the punctuation between label and value in the reader's language (label_punctuation.py).
    """

    label: str
    value: str
    was: str | None = None
    joint: str = JOINT
    leads: bool = False


class Chart(Shape):
    """Numbers to be drawn as a picture. Each of `values` is a dot on one scale, `middle` a line, `own` highlighted.

    `other_scale`: the factor to a second scale above and its name (per tonne and per MWh).
    """

    title: str
    scale: str
    values: tuple[float, ...]
    middle: float
    middle_label: str
    own: tuple[float, ...] = ()
    own_label: str = ""
    other_scale: tuple[float, str] | None = None
    words: str = ""  # text alternative of the picture


class Bars(Shape):
    """Numbers over time, to be drawn as a picture: one bar each, with its name below and its label above.

    `names`, `heights` and `labels` are of equal length; a height of zero leaves the place empty.
    """

    title: str
    names: tuple[str, ...]
    heights: tuple[float, ...]
    labels: tuple[str, ...]
    words: str = ""  # text alternative of the picture


class Card(Shape):
    """One subject in its current state.

    At one address a subject has one live card: it is edited, or replaced when `as_new_message`.

    `room`: the topic it belongs to ("deal:…"), on platforms that have topics.
    `turn`: whose turn it is, the next step and its deadline. `pictures` and `documents`: ids of kept files.
    `chart`: a picture that is drawn when it is sent.
    `table`: the data of the last lines as rows under a head, on platforms that have tables.
    `opens`: the payload that shows the whole subject. It is the only button of a card in a list where a platform keeps
    buttons apart from cards.
    """

    kind: Literal["card"] = "card"
    subject: str | None = Field(default=None, max_length=60)
    room: str | None = Field(default=None, max_length=40)
    title: str
    text: str = ""
    lines: tuple[Line, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    turn: str = ""
    note: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    pictures: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    chart: Chart | Bars | None = None
    opens: str | None = Field(default=None, max_length=64)
    as_new_message: bool = True

    @property
    def main(self) -> str:
        """Return the payload of the main button; empty if there is none."""
        return next((b.press for row in self.buttons for b in row if b.style == "primary" and b.press), "")

    @property
    def folded(self) -> str:
        """Return the line that is left when a newer card of the subject stands below: its title and its news."""
        happened = " ".join(self.note.split())
        return f"{self.title} · {happened}" if happened else self.title


class Say(Shape):
    """A short text, optionally with buttons."""

    kind: Literal["say"] = "say"
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


class CardList(Shape):
    """Several subjects to choose from (search results, offers, deals): one card that is edited while paging.

    `side_by_side`: each is short enough to stand beside the next one, on platforms that can. `first`: the number of the
    first of them, counting earlier pages.
    """

    kind: Literal["list"] = "list"
    subject: str = Field(max_length=60)
    title: str
    text: str = ""
    items: tuple[Card, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    side_by_side: bool = False
    first: int = 1
    as_new_message: bool = True


class Option(Shape):
    value: str = Field(max_length=75)
    label: Label


FieldKind = Literal["text", "long_text", "choice", "choices", "date", "number", "email", "files"]


class FieldView(Shape):
    """One field of a form as shown: its question, its value, and its error.

    `keys`: a keypad to answer with; `keyed`: the text keyed in so far. `searchable`: more options than a list holds,
    found by typing a part of the name.
    """

    name: str
    kind: FieldKind
    label: str
    joint: str = JOINT  # as in a line
    ask: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    keys: tuple[tuple[Option, ...], ...] = ()
    keyed: str = ""
    searchable: bool = False
    value: str | None = None  # stored form; for choices, option values separated by commas
    shown: str = ""  # the value in the person's words
    was: str = ""  # the old value, if the form edits something and this field has changed
    typed: str = ""  # the value in the form in which the person would type it
    error: str = ""
    proposed: int | None = None  # the position of the option that the typed text probably meant
    optional: bool = False
    shapes_form: bool = False  # other fields depend on it
    max_length: int = 500
    example: str = ""  # an example of an answer


class FormView(Shape):
    """A form that is being filled. `current`: the current field; None: all is answered, for review."""

    kind: Literal["form"] = "form"
    draft: str
    revision: int
    title: str
    intro: str = ""
    note: str = ""  # a note about the form in its current state
    warning: str = ""  # why the form cannot be submitted
    fields: tuple[FieldView, ...]
    current: str | None
    submit: str
    cancel: str
    back: str
    skip: str
    change: str  # a note that every line can be changed
    more: str = ""  # a note that typing finds more options than there are buttons
    search: str = ""  # the button that searches options while typing
    can_go_back: bool = False
    keep: str = ""  # the button that keeps the answer while a line is changed
    clear: str = ""  # the button that clears an optional answer while its line is changed
    as_new_message: bool = True


class FormClosed(Shape):
    """The form is done or deleted: its card is removed, or says so."""

    kind: Literal["form_closed"] = "form_closed"
    draft: str
    text: str = ""


class Shared(Shape):
    """A subject to share into any chat: its entry in the list, and its message."""

    id: str = Field(max_length=64)
    title: str
    description: str
    card: Card


class Toast(Shape):
    """A short message that only the person who pressed sees. `alert`: they must confirm it."""

    kind: Literal["toast"] = "toast"
    text: str = Field(max_length=200)
    alert: bool = False


class FormErrors(Shape):
    """The errors of a submitted form by field. The input is kept."""

    kind: Literal["form_errors"] = "form_errors"
    errors: dict[str, str]


class Home(Shape):
    """The person's start screen: open steps first, then their business. It is a tab where a platform has one."""

    kind: Literal["desk"] = "desk"
    title: str
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    sections: tuple[CardList, ...] = ()


Reply = Annotated[
    Card | Say | CardList | FormView | FormClosed | Toast | FormErrors | Home, Field(discriminator="kind")
]
