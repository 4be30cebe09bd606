"""What is said back: a closed set of shapes that every renderer must know. All words are final; no markup anywhere."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LONGEST_LABEL: Final = 75  # characters of a button or an option
MOST_OPTIONS: Final = 100  # in one list
JOINT: Final = ": "  # between a label and its value, where a language has no other


RENAMED: Final = {"fresh": "as_new_message"}  # fields of replies that an earlier release has put into the outbox


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _read_earlier_names(cls, values: Any) -> Any:
        if isinstance(values, dict) and not RENAMED.keys().isdisjoint(values):
            return {RENAMED.get(name, name): value for name, value in values.items()}
        return values


# What is pressed. A name in it may be of any length, and is cut; of our own words a test counts the letters.
Label = Annotated[str, AfterValidator(lambda label: label[:LONGEST_LABEL])]

Style = Literal["plain", "primary", "danger"]


class Button(Shape):
    """`press`: what it carries back (buttons.py), or `url`: where it leads. `style` as both platforms colour it.

    `share`: what is looked up in a chat of the person's choice, to be sent there; `lookup`: the same in this very chat,
    where what is chosen is said. Both only where a platform can.
    """

    label: Label = Field(min_length=1)
    press: str | None = Field(default=None, max_length=64)
    url: str | None = None
    share: str | None = Field(default=None, max_length=64)
    lookup: str | None = Field(default=None, max_length=64)
    style: Style = "plain"


class Line(Shape):
    """One labelled line of a card; without a label its value speaks for itself. `was`: the value before, when it has
    changed.

    `leads`: the value is an address of our own, to be followed and to be copied as it is.
    `joint`: what stands between label and value in the reader's language (joints.py).
    """

    label: str
    value: str
    was: str | None = None
    joint: str = JOINT
    leads: bool = False


class Chart(Shape):
    """Numbers to be drawn as a picture: each of `values` a dot on one scale, `middle` a line, `own` marked.

    `other_scale`: what one of the unit is on a second scale above (per tonne and per MWh), and that scale's name.
    """

    title: str
    scale: str
    values: tuple[float, ...]
    middle: float
    middle_label: str
    own: tuple[float, ...] = ()
    own_label: str = ""
    other_scale: tuple[float, str] | None = None
    words: str = ""  # what it shows, for whoever does not see it


class Bars(Shape):
    """Numbers over time, to be drawn as a picture: a bar of each, with what it stands for below and above it.

    `names`, `heights` and `labels` are of equal length; a height of nothing leaves the place empty.
    """

    title: str
    names: tuple[str, ...]
    heights: tuple[float, ...]
    labels: tuple[str, ...]
    words: str = ""  # what it shows, for whoever does not see it


class Card(Shape):
    """One thing, as it stands now. At one address a subject has one live card: it is edited, or replaced when
    `as_new_message`.

    `room`: what it is a part of ("deal:…"), where a platform keeps such things together.
    `turn`: whose turn it is, what happens next and by when. `pictures` and `documents`: ids of kept files;
    `chart`: a picture that is drawn when it is sent. `table`: what the last lines say, as rows under a head, for where
    a platform has tables. `opens`: what shows the whole of it, which is all that is pressed of one among others where
    their buttons stand apart from them.
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
        """What its main button carries, if it has one that presses."""
        return next((b.press for row in self.buttons for b in row if b.style == "primary" and b.press), "")

    @property
    def folded(self) -> str:
        """The line that is left of it when a newer card of the same thing stands below: what it was, what happened."""
        happened = " ".join(self.note.split())
        return f"{self.title} · {happened}" if happened else self.title


class Say(Shape):
    """A few words, perhaps with buttons."""

    kind: Literal["say"] = "say"
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


class CardList(Shape):
    """Several things to choose from (search results, offers, deals), one card that is edited while paging.

    `side_by_side`: each is short enough to stand beside the next one, where a platform can. `first`: the number of the
    first of them, where pages before it had others.
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
    """One field of a form as it is shown: its question, what is in it, and what is wrong with it.

    `keys`: a keypad to answer with, and `keyed` what it says so far. `searchable`: there is more to choose from than a
    list holds, found by typing a part of it.
    """

    name: str
    kind: FieldKind
    label: str
    joint: str = JOINT  # as of a line
    ask: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    keys: tuple[tuple[Option, ...], ...] = ()
    keyed: str = ""
    searchable: bool = False
    value: str | None = None  # canonical text; for choices option values, comma-separated
    shown: str = ""  # the value in the person's words
    was: str = ""  # so was the value before, where the form changes what is there and this has changed
    typed: str = ""  # the value as the person would type it, where it is typed
    error: str = ""
    proposed: int | None = None  # the place of the option that was perhaps meant by what was typed
    optional: bool = False
    shapes_form: bool = False  # other fields depend on it
    max_length: int = 500
    example: str = ""  # an answer that would do


class FormView(Shape):
    """A form in the middle of being filled. `current`: the field asked for now; None: all is there, look it over."""

    kind: Literal["form"] = "form"
    draft: str
    revision: int
    title: str
    intro: str = ""
    note: str = ""  # a word about the form as it stands now
    warning: str = ""  # why the whole of it cannot be sent
    fields: tuple[FieldView, ...]
    current: str | None
    submit: str
    cancel: str
    back: str
    skip: str
    change: str  # says that every line can be changed
    more: str = ""  # says that more can be chosen by typing than there are buttons
    search: str = ""  # the button that finds more as it is typed
    can_go_back: bool = False
    keep: str = ""  # the button that leaves the answer as it was, while a line is changed
    clear: str = ""  # the button that leaves no answer, while a line is changed that needs none
    as_new_message: bool = True


class FormClosed(Shape):
    """The form is done or thrown away: its card goes, or says so."""

    kind: Literal["form_closed"] = "form_closed"
    draft: str
    text: str = ""


class Shared(Shape):
    """A thing that can be sent into any chat, as it is offered there and as it will stand there."""

    id: str = Field(max_length=64)
    title: str
    description: str
    card: Card


class Toast(Shape):
    """A short word to the one who pressed, seen by nobody else. `alert`: they must take note of it."""

    kind: Literal["toast"] = "toast"
    text: str = Field(max_length=200)
    alert: bool = False


class FormErrors(Shape):
    """What is wrong with a sent form, by field. Nothing entered is lost."""

    kind: Literal["form_errors"] = "form_errors"
    errors: dict[str, str]


class Home(Shape):
    """The person's desk: what waits for them first, then their business. It has a tab of its own where there is one."""

    kind: Literal["desk"] = "desk"
    title: str
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    sections: tuple[CardList, ...] = ()


Reply = Annotated[
    Card | Say | CardList | FormView | FormClosed | Toast | FormErrors | Home, Field(discriminator="kind")
]
