"""A form: the inputs of one command, and how each is asked for, read and shown.

Answers are kept as text that reads back to the same value ("200 t", "2026-11-30 – 2026-12-06"), never as a position.
The next question is the first field without a valid answer. So a restart, a deploy or a change of platform in the
middle costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from conversations.chat_context import ChatContext
from conversations.forms.keypads import Keypad, Keys
from conversations.forms.suggestions import matching
from conversations.reply import MOST_OPTIONS, FieldKind, FieldView, FormView, Line, Option
from conversations.wording import Words
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import UnitPrice
from core.kernel.quantity import UNITS, Quantity

MEASURED: Final = re.compile(r"(?P<amount>[0-9]{1,12}(?:\.[0-9]{1,6})?) (?:(?P<currency>[A-Z]{3})/)?(?P<unit>\w{1,20})")


def in_words(words: Words, kept: str) -> str:
    """Return an amount or a price in words; any other answer unchanged."""
    found = MEASURED.fullmatch(kept)
    if found is None or found["unit"] not in UNITS:
        return kept
    amount, unit = Decimal(found["amount"]), found["unit"]
    return words.show(UnitPrice(amount, found["currency"], unit) if found["currency"] else Quantity(amount, unit))


Values = Mapping[str, Any]  # field name to its value, for fields with a valid answer


BEFORE = "before"  # the hidden field of a form that edits something: the old values
KEEP_AT_MOST = 75  # characters on the button that keeps an answer
OFFERED = 20  # while a part of a name is typed


def as_text(value: Any) -> str:
    return str(value)


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    `read(chat, text, values)`: the value of an answer; raises Refusal with a sentence that says what would be right.
    `values` includes the field's own earlier value. It must accept the output of `write(value)`.

    `options(chat, values)`: the available choices. `applies(values)`: whether the question is asked, given the answers
    before it. `finds(chat, part, values)`: matches for a part of a name, where there are very many choices.
    `otherwise(values)`: the default; it is shown, and can be changed.
    `keypad`: the keys that answer it where fields are asked one by one.

    Its words are in the catalogue under `<form>.<name>` (label), `<form>.<name>.ask` and, if there is one,
    `<form>.<name>.hint`.
    """

    name: str
    kind: FieldKind = "text"
    read: Callable[[ChatContext, str, Values], Any] = lambda _chat, text, _values: text
    write: Callable[[Any], str] = as_text
    show: Callable[[ChatContext, Any], str] = lambda chat, value: chat.words.show(value)
    options: Callable[[ChatContext, Values], Sequence[Option]] = lambda _chat, _values: ()
    finds: Callable[[ChatContext, str, Values], Sequence[Option]] | None = None
    keypad: Keypad | None = None
    applies: Callable[[Values], bool] = lambda _values: True
    optional: bool = False
    otherwise: Callable[[Values], Any] = lambda _values: None
    shapes_form: bool = False
    open_choice: bool = False  # options are proposals; other text is accepted too
    fixed: bool = False  # given when the form is opened; never shown or changed
    min_length: int = 0
    max_length: int = 500
    example: str = ""  # a valid answer in every language; fields with a reader of their own have one
    such_as: Callable[[ChatContext, Values], Any] = lambda _chat, _values: None  # replaces the hint

    def is_missing(self, answers: Mapping[str, str]) -> bool:
        return not self.optional and not answers.get(self.name)

    def may_be_passed(self, answers: Mapping[str, str]) -> bool:
        """Return True if the field can be skipped: it is optional, or a field of several choices that has one."""
        return self.optional or (self.kind == "choices" and bool(answers.get(self.name)))


@dataclass(frozen=True, slots=True)
class Reading:
    """A form's answers, read from the top: values so far, errors by field, and the next question."""

    values: dict[str, Any]
    errors: dict[str, Refusal]
    asked: tuple[Field, ...]  # the fields that apply
    missing: str | None  # the first field without a valid answer


@dataclass(frozen=True, slots=True)
class Form:
    """Fields in the order they are asked. `name` is also the prefix of its words in the catalogue.

    `words_of`: the form whose questions and words are reused.
    """

    name: str
    fields: tuple[Field, ...]
    review: bool = True  # review everything before submission (on a platform that asks one by one)
    words_of: str = ""
    _by_name: dict[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {each.name: each for each in self.fields})

    def field(self, name: str) -> Field:
        if name not in self._by_name:
            raise Invalid("talk.form_changed")
        return self._by_name[name]

    def code(self, name: str) -> str:
        """Return the code of a field's label; with `.ask`, the code of its question."""
        return f"{self.words_of or self.name}.{name}"

    @property
    def schema(self) -> str:
        """Changes with the fields, so that a draft of an older release is checked again."""
        shape = "|".join(f"{each.name}:{each.kind}:{each.optional}" for each in self.fields)
        return hashlib.sha256(shape.encode()).hexdigest()[:16]

    def look(self, chat: ChatContext, answers: Mapping[str, str], stood: Values | None = None) -> Reading:
        """Read all answers from the top. Answers to fields that no longer apply are kept, and ignored.

        `stood`: the earlier values of the fields, each of which is read beside its own answer.
        """
        values: dict[str, Any] = {}
        errors: dict[str, Refusal] = {}
        asked: list[Field] = []
        missing: str | None = None
        for each in self.fields:
            if not each.applies(values):
                continue
            if not each.fixed:
                asked.append(each)
            text = answers.get(each.name)
            if not text:
                # Optional fields are offered in the review and never asked for.
                missing = missing or (None if each.optional else each.name)
                usual = each.otherwise(values)
                if usual is not None:
                    values[each.name] = usual
                continue
            own = {each.name: stood[each.name]} if stood and each.name in stood else {}
            try:
                values[each.name] = self.value(chat, each, text, {**own, **values})
            except Refusal as refusal:
                errors[each.name] = refusal
                missing = missing or each.name
        return Reading(values, errors, tuple(asked), missing)

    def changed(self, chat: ChatContext, reading: Reading, answers: Mapping[str, str]) -> dict[str, Any]:
        """Return the changed fields of a form that edits something, each with its value before (None: empty)."""
        if BEFORE not in answers:
            return {}
        before = self.look(chat, {**answers, **stood(answers)}).values
        names = (each.name for each in reading.asked)
        return {name: before.get(name) for name in names if before.get(name) != reading.values.get(name)}

    def lines(self, chat: ChatContext, reading: Reading) -> tuple[Line, ...]:
        return tuple(
            Line(label=chat.words(self.code(each.name)), value=each.show(chat, reading.values[each.name]))
            for each in reading.asked
            if each.name in reading.values
        )

    def value(self, chat: ChatContext, asked: Field, text: str, values: Values) -> Any:
        """Read one answer. A fixed choice must be one of its options. Raises Refusal."""
        if len(text.strip()) < asked.min_length:
            raise Invalid("form.too_short", least=asked.min_length)
        limit = asked.max_length
        if len(text) > limit:
            raise Invalid("form.too_long", limit=limit, length=len(text))
        if asked.kind in {"choice", "choices"} and not asked.open_choice:
            known = {option.value for option in asked.options(chat, values)}
            chosen = text.split(",") if asked.kind == "choices" else [text]
            if not set(chosen) <= known:
                raise Invalid("form.choose_one")
        return asked.read(chat, text, values)

    def offers(self, chat: ChatContext, asked: Field, part: str, values: Values) -> list[Option]:
        """Return the options that match a typed part; none if the field has no options."""
        if asked.finds is not None:
            return list(asked.finds(chat, part, values))[:OFFERED]
        return matching(part, asked.options(chat, values), OFFERED)

    def view(
        self,
        chat: ChatContext,
        reading: Reading,
        answers: Mapping[str, str],
        *,
        draft: str,
        revision: int,
        current: str | None,
        intro: str = "",
        note: str = "",
        warning: str = "",
        errors: Mapping[str, str] | None = None,
        as_new_message: bool = True,
        can_go_back: bool = False,
        keyed: str = "",
        proposed: int | None = None,
        keep: str = "",
        may_be_cleared: bool = False,
    ) -> FormView:
        """Return the form as it is now, in the person's words. `keyed` and `proposed` are the current field's."""
        words = chat.words
        told = {name: words.refusal(refusal) for name, refusal in reading.errors.items()} | dict(errors or {})
        return FormView(
            draft=draft,
            revision=revision,
            title=words(f"{self.name}.title"),
            intro=intro,
            note=note,
            warning=warning,
            fields=tuple(self._fields(chat, reading, answers, told, current, keyed=keyed, proposed=proposed)),
            current=current,
            submit=words(f"{self.name}.submit"),
            cancel=words("form.cancel"),
            back=words("form.back"),
            skip=words("form.next" if answers.get(current or "") and current not in reading.errors else "form.skip"),
            change=words("form.change"),
            more=words("form.more"),
            search=words("form.search"),
            can_go_back=can_go_back,
            keep=words("form.keep", value=keep)[:KEEP_AT_MOST] if keep else "",
            clear=words("form.clear") if may_be_cleared else "",
            as_new_message=as_new_message,
        )

    def _fields(
        self,
        chat: ChatContext,
        reading: Reading,
        answers: Mapping[str, str],
        errors: Mapping[str, str],
        current: str | None,
        *,
        keyed: str,
        proposed: int | None,
    ) -> Iterator[FieldView]:
        before = self.changed(chat, reading, answers)
        for each in reading.asked:
            view = self._field_view(
                chat, each, reading, answers, errors, asked=each.name == current, keyed=keyed, proposed=proposed
            )
            was = before.get(each.name)
            yield view.model_copy(update={"was": each.show(chat, was)}) if was else view

    def _field_view(
        self,
        chat: ChatContext,
        each: Field,
        reading: Reading,
        answers: Mapping[str, str],
        errors: Mapping[str, str],
        *,
        asked: bool,
        keyed: str,
        proposed: int | None,
    ) -> FieldView:
        """Return one field as shown. If fields are asked one by one, only the current one has options and keypad."""
        words, code = chat.words, self.code(each.name)
        at_once = chat.platform.shows_windows
        with_options = at_once or asked
        value = reading.values.get(each.name)
        given = answers.get(each.name)
        options = tuple(each.options(chat, reading.values)) if with_options else ()
        pad = Keys((), "")
        if each.keypad is not None and asked and not at_once:
            pad = each.keypad.keys(chat, keyed, value, reading.values)
        return FieldView(
            name=each.name,
            kind=each.kind,
            label=words(code),
            ask=words(f"{code}.ask"),
            hint=self._hint(chat, each, reading.values),
            options=options[:MOST_OPTIONS],
            keys=pad.rows,
            keyed=pad.keyed,
            searchable=with_options and (each.finds is not None or len(options) > MOST_OPTIONS),
            value=each.write(value) if value is not None else given,
            shown=each.show(chat, value) if value is not None else in_words(words, given or ""),
            typed=self._typed(chat, each, value, reading.values) if at_once and value is not None else "",
            error=errors.get(each.name, ""),
            proposed=proposed if asked else None,
            optional=each.optional,
            shapes_form=each.shapes_form,
            max_length=each.max_length,
            example=each.example,
        )

    def _hint(self, chat: ChatContext, each: Field, values: Values) -> str:
        """Return an example of an answer: for the goods of the form, or for any goods."""
        code, such = f"{self.code(each.name)}.hint", each.such_as(chat, values)
        if such is not None:
            return chat.words("form.such_as", example=such)
        return chat.words(code) if chat.words.knows(code) else ""

    def _typed(self, chat: ChatContext, each: Field, value: Any, values: Values) -> str:
        """Return an amount, price or day as its reader writes it: "215,50 EUR/t".

        Use the stored form if the written one would not read back to the same value.
        """
        kept = each.write(value)
        if each.kind not in {"text", "number", "date"}:
            return kept
        shown = each.show(chat, value).replace("\u00a0", " ").replace("\u202f", " ")
        try:
            return shown if self.value(chat, each, shown, values) == value else kept
        except Refusal:
            return kept


def stood(answers: Mapping[str, str]) -> dict[str, str]:
    """Return the values that a form found when it was opened to edit something, including empty ones."""
    return dict(json.loads(answers.get(BEFORE, "{}")))


def refusal_of(fault: ValidationError) -> Invalid:
    """Translate a command's own limit into a refusal that names the field and the limit."""
    first = fault.errors()[0]
    field_name = str(first["loc"][0]) if first["loc"] else None
    limits = first.get("ctx", {})
    match first["type"]:
        case "string_too_short":
            return Invalid("form.too_short", field=field_name, least=limits["min_length"])
        case "string_too_long":
            given = str(first["input"])
            return Invalid("form.too_long", field=field_name, limit=limits["max_length"], length=len(given))
        case "too_long":
            return Invalid("form.too_many", field=field_name, most=limits["max_length"])
        case _:
            return Invalid("form.not_accepted", field=field_name)


LONGEST: Final = 1000  # letters in a message to the other side or to an operator
WORDS: Final = Field("words", "long_text", max_length=LONGEST)


def own_words(name: str) -> Form:
    return Form(name, (WORDS,), review=False)
