"""One sentence may answer several questions of a form at once: which, and what of it none of them takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from conversations.chat_context import ChatContext
from conversations.forms.form import Field, Reading
from conversations.forms.suggestions import by_label
from conversations.router import Flow
from core.catalogue.product_names import folded
from core.kernel.chat_state.model import Draft
from core.kernel.errors import Refusal

WHOLE: Final = "*"  # in place of a field's name: the message that answered several
AS_WRITTEN: Final = frozenset({"long_text", "files"})  # their own words are the answer, whatever they speak of
PARTS: Final = re.compile(r"[,;\n]\s+|\n")  # "180 €/t, 2 lots, 60 t"; not the comma of an amount
TAKES_ALL: Final = next(each.default for each in fields(Field) if each.name == "read")
LETTERS: Final = 3  # of a label that have to be there: "1 lot", "2 lots", "3 partijų"


@dataclass(frozen=True, slots=True)
class SaidAtOnce:
    """Answers by field name; empty where the text answers no more than the question. `left`: what nothing took."""

    answers: Mapping[str, str]
    left: tuple[str, ...] = ()


def said_at_once(
    chat: ChatContext, flow: Flow, text: str, *, draft: Draft, reading: Reading, current: str | None
) -> SaidAtOnce:
    """What a sentence answers.

    While something is asked, what was answered before stays: "Kaunas, beside the A1" must not change a grade. When
    all is answered and looked over, whatever is said anew counts.
    """
    if current is not None and flow.form.field(current).kind in AS_WRITTEN:
        return SaidAtOnce({})
    known = draft.answers if current is not None else {}
    open_names = {each.name for each in flow.form.fields if not each.fixed}
    said, rest = _counted(chat, flow, text, reading)
    said |= flow.reads(chat, rest, reading.values) if flow.reads is not None else {}
    said = {
        name: answer for name, answer in said.items() if name in open_names and (name == current or not known.get(name))
    }
    left: list[str] = []
    for part in _parts(chat, flow, rest, said, draft=draft, reading=reading):
        fits = _fitting(chat, flow, part, reading) if current is None else {}
        if len(fits) == 1:
            said = {**fits, **said}
        else:
            left.append(part)
    return SaidAtOnce(said, tuple(left)) if len(said) > 1 or current is None else SaidAtOnce({})


def _counted(chat: ChatContext, flow: Flow, text: str, reading: Reading) -> tuple[dict[str, str], str]:
    """Numbers that stand before the name of their line ("2 lots"), and the text without them."""
    said = {}
    for each in reading.asked:
        label = chat.words(flow.form.code(each.name))
        if each.kind != "number" or " " in label:
            continue
        stem = re.escape(label[: max(LETTERS, len(label) - 2)])
        found = re.search(rf"(?<![\w.,])(\d{{1,9}})\s*{stem}\w*", text, re.IGNORECASE)
        if found is not None and _reads(chat, flow, each, found[1], reading) is not None:
            said[each.name] = found[1]
            text = f"{text[: found.start()]} {text[found.end() :]}"
    return said, text.strip(" ,;\n")


def _parts(
    chat: ChatContext, flow: Flow, text: str, said: Mapping[str, str], *, draft: Draft, reading: Reading
) -> list[str]:
    """The parts of a sentence that say nothing of the answers which the whole of it gave."""
    parts = [part.strip() for part in PARTS.split(text) if part.strip()]
    if flow.reads is None:
        whole = len(parts) > 1 and len(_fitting(chat, flow, text, reading)) == 1
        return [text] if whole else parts
    now = flow.form.look(chat, {**draft.answers, **said}).values
    shown = [folded(flow.form.field(name).show(chat, now[name])) for name in said if name in now]
    return [
        part
        for part in parts
        if not flow.reads(chat, part, reading.values) and not any(folded(part) in each for each in shown)
    ]


def _fitting(chat: ChatContext, flow: Flow, text: str, reading: Reading) -> dict[str, str]:
    """The lines of the form that a text could be the answer of, each with that answer: by its shape alone."""
    found = {each.name: _reads(chat, flow, each, text, reading) for each in reading.asked}
    return {name: answer for name, answer in found.items() if answer is not None}


def _reads(chat: ChatContext, flow: Flow, asked: Field, text: str, reading: Reading) -> str | None:
    """The text as an answer of this line, as it is kept. None: it is none, or any words at all would be one."""
    options = asked.options(chat, reading.values)
    of_a_shape = bool(options) or (bool(asked.example) and asked.read is not TAKES_ALL)
    if not of_a_shape or asked.kind in AS_WRITTEN:
        return None
    try:
        return asked.write(flow.form.value(chat, asked, by_label(options, text), reading.values))
    except Refusal:
        return None
