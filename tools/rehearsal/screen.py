"""A person's screen: the replies that reached them, and the input that a step makes there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from conversations.buttons import Press, press, read_press
from conversations.reply import (
    Button,
    Card,
    CardList,
    FieldView,
    FormClosed,
    FormErrors,
    FormView,
    Home,
    Reply,
    Say,
    Toast,
)
from conversations.turn import Attached, ButtonPress, FormSubmission, Input, TextMessage
from core.people.files.rules import checked

MOST_INPUTS: Final = 80  # inputs to one form
OFTEN: Final = 3  # so many equal answers in a row end the attempt
PAPER: Final = checked("report.pdf", "application/pdf", b"%PDF-1.7\n%%EOF\n")  # for a field that takes files
WORDS: Final = "Clean and dry, under roof, loaded by us."  # for a field that takes any words


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a person, without the names of the day: "presses offer.buy", "fills the form".

    `verb`: the button's, or "" for words and forms. `choice`: what the button carries beside its subject.
    """

    who: str
    does: str  # "says", "presses", "fills"
    what: str = ""
    choice: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.who, self.does, self.what, self.choice) if part)


@dataclass(slots=True)
class Screen:
    """One person's screen on one platform; the newest reply is last. `at_once`: a form is one window (Slack)."""

    at_once: bool
    shown: list[Reply] = field(default_factory=list)

    def show(self, replies: list[Reply]) -> None:
        self.shown += replies

    def copy(self) -> Screen:
        return Screen(self.at_once, list(self.shown))

    @property
    def form(self) -> FormView | None:
        """Return the form in front, unless it was sent or cancelled."""
        closed = set()
        for reply in reversed(self.shown):
            if isinstance(reply, FormClosed):
                closed.add(reply.draft)
            elif isinstance(reply, FormView):
                return None if reply.draft in closed else reply
        return None

    def presses(self) -> Iterator[tuple[Press, str]]:
        """Yield the buttons that can be pressed, newest card first; older cards of the same subject are left out."""
        seen: set[str] = set()
        for reply in reversed(self.shown):
            subject = subject_of(reply)
            if subject is not None and subject in seen:
                continue
            seen |= {subject} if subject is not None else set()
            for button in buttons_of(reply):
                if button.press is not None:
                    yield read_press(button.press), button.press

    def input_of(self, step: Step) -> Input | None:
        """Return this step as an input, or None if there is no such button or no form to fill."""
        match step.does:
            case "says":
                return TextMessage(step.what)
            case "presses":
                fitting = [load for pressed, load in self.presses() if pressed.verb == step.what]
                same = [load for load in fitting if not step.choice or read_press(load).choice == step.choice]
                return ButtonPress((same or fitting)[0]) if fitting else None
            case "fills":
                form = self.form
                return None if form is None else next_input(form, {}, at_once=self.at_once)
            case other:
                raise AssertionError(f"nobody {other}")


def subject_of(reply: Reply) -> str | None:
    match reply:
        case Card(subject=subject) | CardList(subject=subject):
            return subject
        case FormView(draft=draft):
            return f"form:{draft}"
        case _:
            return None


def buttons_of(reply: Reply) -> Iterator[Button]:
    """Yield every button of a reply, including those of its items. A form has none; it is filled in other ways."""
    match reply:
        case Card(buttons=rows) | Say(buttons=rows):
            yield from (button for row in rows for button in row)
        case CardList(buttons=rows, items=items):
            yield from (button for item in items for button in buttons_of(item))
            yield from (button for row in rows for button in row)
        case Home(buttons=rows, sections=sections):
            yield from (button for row in rows for button in row)
            yield from (button for section in sections for button in buttons_of(section))
        case FormView() | FormClosed() | Toast() | FormErrors():
            return


@dataclass(slots=True)
class FormInput:
    """A person who fills a form with any valid answers. A refused form is sent again with other answers.

    `given`: what they want to say; the rest is found in the form.
    """

    draft: str
    given: dict[str, str | list[str]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    refused: bool = False  # it was sent unchanged
    window: FormSubmission | None = None  # as it was sent last: its content stays
    inputs: int = 0
    last: Input | None = None
    repeated: int = 0  # how often the last input had no effect

    @classmethod
    def of(cls, screen: Screen, given: Mapping[str, str | list[str]] | None = None) -> FormInput:
        """Begin to fill the form on the screen. If all fields are full, change one, or sending would have no effect."""
        form = screen.form
        form_input = cls(form.draft if form is not None else "", dict(given or {}))
        if form is not None and not given and form.fields and all(each.value for each in form.fields):
            form_input._change(form)
        return form_input

    def next(self, screen: Screen) -> Input | None:
        """Return the next input, or None if the form is gone or nothing more can be done about it."""
        form = screen.form
        self.inputs += 1
        if form is None or form.draft != self.draft or self.inputs > MOST_INPUTS:
            return None
        refused = isinstance(screen.shown[-1], FormErrors) or self.refused
        papers = self._wants_papers(form, screen)
        if refused and not (self.given or papers or self._change(form)):
            papers = self._enclose(form)
            if not papers:
                return None
        given = next_input(form, self.given, at_once=screen.at_once)
        if isinstance(given, FormSubmission) and given.final:
            given = self.window = self._on_top(given, papers)
            self.given = {}
        self.refused = isinstance(given, ButtonPress) and read_press(given.button).verb == "form.send"
        self.repeated = self.repeated + 1 if given == self.last else 0
        self.last = given
        return given if self.repeated < OFTEN else None

    def _on_top(self, given: FormSubmission, papers: list[str]) -> FormSubmission:
        """Return the window's new content: the given values over its old ones, with files where they are wanted."""
        before = self.window or given
        files = {**before.files, **dict.fromkeys(papers, (PAPER,))}
        return replace(given, values={**before.values, **given.values}, files=files)

    @staticmethod
    def _wants_papers(form: FormView, screen: Screen) -> list[str]:
        """Return the fields whose missing files the last reply complains about."""
        last = screen.shown[-1]
        wrong = last.errors if isinstance(last, FormErrors) else {each.name: each.error for each in form.fields}
        return [each.name for each in form.fields if each.kind == "files" and wrong.get(each.name) and not each.value]

    def _change(self, form: FormView) -> bool:
        """Choose another answer to one field, starting with the one that the form asks for now.

        It is the field's example, or any words for a text field that was left empty.
        """
        for each in sorted(form.fields, key=lambda field: field.name != form.current):
            answer = each.example or (WORDS if each.kind == "long_text" and not each.value else "")
            if answer and each.name not in self.changed and each.value != answer:
                self.changed.add(each.name)
                self.given[each.name] = answer
                return True
        return False

    def _enclose(self, form: FormView) -> list[str]:
        """Return an optional file field, once no further words are possible. In a chat it is asked for next."""
        spare = [each.name for each in form.fields if each.kind == "files" and not each.value]
        papers = [name for name in spare if name not in self.changed][:1]
        self.changed.update(papers)
        self.given |= dict.fromkeys(papers, "")
        return papers


def next_input(form: FormView, given: dict[str, str | list[str]], *, at_once: bool) -> Input:
    """Return a person's next input in this form: the whole window, or one answer in a chat.

    Existing values stay. Values from `given` go in, and are removed from there in a chat. Other required fields get a
    valid answer; then the form is sent.
    """
    if at_once:
        return filled(form, given)
    asked = next((each for each in form.fields if each.name == form.current), None)
    if asked is None:
        verb, choice = ("form.edit", next(iter(given))) if given else ("form.send", "")
        return ButtonPress(press(verb, form.draft, form.revision, choice))
    if asked.kind == "choices":
        return _next_choice(form, asked, given)
    if asked.kind == "files":
        expected = given.pop(asked.name, None) is not None
        needed = (expected or asked.error or not asked.optional) and not asked.value
        return Attached((PAPER,)) if needed else ButtonPress(press("form.skip", form.draft, form.revision))
    answer = given.pop(asked.name, None) or valid_answer(asked)
    places = {option.value: place for place, option in enumerate(asked.options)}
    if answer in places:
        return ButtonPress(press("form.pick", form.draft, form.revision, str(places[str(answer)])))
    return TextMessage(str(answer))


def _next_choice(form: FormView, asked: FieldView, given: dict[str, str | list[str]]) -> Input:
    """Return the next choice that is still missing, or the button that goes on."""
    expected = given.get(asked.name) or [valid_answer(asked)]
    missing = [value for value in expected if value not in (asked.value or "").split(",")]
    if not missing:
        given.pop(asked.name, None)
        return ButtonPress(press("form.skip", form.draft, form.revision))
    place = next(place for place, option in enumerate(asked.options) if option.value == missing[0])
    return ButtonPress(press("form.pick", form.draft, form.revision, str(place)))


def filled(form: FormView, given: Mapping[str, str | list[str]]) -> FormSubmission:
    """Return the whole window at once. If others depend on empty fields, return only those."""
    shaping = [each.name for each in form.fields if each.shapes_form and not each.value and not each.optional]
    values: dict[str, str | list[str]] = {}
    for each in form.fields:
        if each.name in given:
            values[each.name] = given[each.name]
        elif each.value:
            values[each.name] = each.value.split(",") if each.kind == "choices" else each.value
        elif not each.optional:
            answer = valid_answer(each)
            values[each.name] = [answer] if each.kind == "choices" else answer
    said = {name: value for name, value in values.items() if value and (not shaping or name in shaping)}
    return FormSubmission(form.draft, form.revision, said, final=not shaping)


def valid_answer(asked: FieldView) -> str:
    """Return an answer that the field accepts, from the form itself: options, example, kind."""
    if asked.options:
        return asked.options[0].value
    if asked.example:
        return asked.example
    match asked.kind:
        case "number":
            return "1"
        case "files":
            return ""
        case _:
            return WORDS[: asked.max_length]
