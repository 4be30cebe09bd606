"""Answers to several questions of a form in one sentence, and the words that answer none.

Questions to the market typed in place of an answer are answered, and the form goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from conversations.chat_context import ChatContext
from conversations.forms.form import Field, Form, Reading
from conversations.forms.suggestions import by_label
from conversations.market_questions import LANGUAGE, question_asked
from conversations.router import Flow
from core.catalogue.product_names import folded
from core.discovery.search.service import intent_of, parse
from core.kernel.chat_state.model import Draft
from core.kernel.errors import Refusal

WHOLE: Final = "*"  # in place of a field's name: the message that answered several fields
AS_WRITTEN: Final = frozenset({"long_text", "files"})  # the person's own words are the answer, whatever they mention
PARTS: Final = re.compile(r"[,;\n]\s+|\n")  # "180 €/t, 2 lots, 60 t"; not the comma of an amount
TAKES_ALL: Final = next(each.default for each in fields(Field) if each.name == "read")
LETTERS: Final = 3  # letters of a label that must match: "1 lot", "2 lots", "3 partijų"


@dataclass(frozen=True, slots=True)
class SentenceAnswers:
    """Answers by field name, empty where the text answers only the question. `left`: the words that were not used."""

    answers: Mapping[str, str]
    left: tuple[str, ...] = ()


def answers_in(
    chat: ChatContext, flow: Flow, text: str, *, draft: Draft, reading: Reading, current: str | None
) -> SentenceAnswers:
    """Return the answers in a sentence.

    While a question is open, earlier answers stay: "Kaunas, beside the A1" must not change a grade. Once all is
    answered and under review, every new answer counts.
    """
    if current is not None and flow.form.field(current).kind in AS_WRITTEN:
        return SentenceAnswers({})
    known = draft.answers if current is not None else {}
    open_names = {each.name for each in flow.form.fields if not each.fixed}
    answers, rest = _counted(chat, flow, text, reading)
    answers |= flow.reads(chat, rest, reading.values) if flow.reads is not None else {}
    answers = {
        name: answer
        for name, answer in answers.items()
        if name in open_names and (name == current or not known.get(name))
    }
    left: list[str] = []
    for part in _parts(chat, flow, rest, answers, draft=draft, reading=reading):
        fits = _fitting(chat, flow, part, reading) if current is None else {}
        if len(fits) == 1:
            answers = {**fits, **answers}
        else:
            left.append(part)
    return SentenceAnswers(answers, tuple(left)) if len(answers) > 1 or current is None else SentenceAnswers({})


def part_refused(
    chat: ChatContext, form: Form, before: Mapping[str, str], answers: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the answers of one sentence to save, and by field the refusals of the others.

    An invalid answer does not replace a valid one.
    """
    stands, errors = form.look(chat, before).values, form.look(chat, {**before, **answers}).errors
    refused = {name: chat.words.refusal(errors[name]) for name in answers if name in errors and name in stands}
    return {name: answer for name, answer in answers.items() if name not in refused}, refused


def _counted(chat: ChatContext, flow: Flow, text: str, reading: Reading) -> tuple[dict[str, str], str]:
    """Return the numbers before the name of their field ("2 lots"), and the text without them."""
    answers = {}
    for each in reading.asked:
        label = chat.words(flow.form.code(each.name))
        if each.kind != "number" or " " in label:
            continue
        stem = re.escape(label[: max(LETTERS, len(label) - 2)])
        found = re.search(rf"(?<![\w.,])(\d{{1,9}})\s*{stem}\w*", text, re.IGNORECASE)
        if found is not None and _reads(chat, flow, each, found[1], reading) is not None:
            answers[each.name] = found[1]
            text = f"{text[: found.start()]} {text[found.end() :]}"
    return answers, text.strip(" ,;\n")


def _parts(
    chat: ChatContext, flow: Flow, text: str, answers: Mapping[str, str], *, draft: Draft, reading: Reading
) -> list[str]:
    """Return the parts of a sentence that add nothing to the answers of the whole."""
    parts = [part.strip() for part in PARTS.split(text) if part.strip()]
    if flow.reads is None:
        whole = len(parts) > 1 and len(_fitting(chat, flow, text, reading)) == 1
        return [text] if whole else parts
    now = flow.form.look(chat, {**draft.answers, **answers}).values
    shown = [folded(flow.form.field(name).show(chat, now[name])) for name in answers if name in now]
    return [
        part
        for part in parts
        if not flow.reads(chat, part, reading.values) and not any(folded(part) in each for each in shown)
    ]


def _fitting(chat: ChatContext, flow: Flow, text: str, reading: Reading) -> dict[str, str]:
    """Return the fields that the text could answer, by its shape alone, each with that answer."""
    found = {each.name: _reads(chat, flow, each, text, reading) for each in reading.asked}
    return {name: answer for name, answer in found.items() if answer is not None}


def _reads(chat: ChatContext, flow: Flow, asked: Field, text: str, reading: Reading) -> str | None:
    """Return the text as a stored answer of this field.

    Return None if it is no answer, or if any words would be one.
    """
    options = asked.options(chat, reading.values)
    of_a_shape = bool(options) or (bool(asked.example) and asked.read is not TAKES_ALL)
    if not of_a_shape or asked.kind in AS_WRITTEN:
        return None
    try:
        return asked.write(flow.form.value(chat, asked, by_label(options, text), reading.values))
    except Refusal:
        return None


SPOKEN: Final = "languages"  # the field that asks for languages: "English" answers it


def aside(chat: ChatContext, asked: Field, text: str) -> tuple[str, str] | None:
    """Return the command that answers the text, with its words; None if the text is an answer.

    It may be help asked for by that word alone, or a question about the market. Where any goods could be named, it may
    be a question about the fee. A field that keeps a text as written takes all texts as answers.
    """
    if asked.kind in AS_WRITTEN:
        return None
    if folded(text.strip(" .,!?")) in {"help", folded(chat.words("command.help"))}:
        return "help", ""
    question = question_asked(chat, text)
    if question is not None and not (question == LANGUAGE and asked.name == SPOKEN):
        return question
    if not asked.open_choice:
        return None
    market_context = chat.market_context
    parsed = parse(text, market_context.catalogue, market_context.places, chat.today, chat.words.language)
    return ("fee", text) if intent_of(text, parsed, market_context.catalogue).is_about_fee() else None
