"""The meaning of a grade in one line: its standard, and the limits of its goods."""

from __future__ import annotations

from typing import Final

from conversations.chat_context import ChatContext
from conversations.reply import Line
from core.catalogue.schema import Grade, Limit

PARAMETERS: Final = ("moisture", "ash", "ncv", "max_length")  # the parameters by which goods are compared
# The standards, by the beginning of a grade's id.
DEFINED_BY: Final = {"BALTPOOL": "grade.of_baltpool", "ISO17225": "grade.of_iso", "ENplus": "grade.of_enplus"}


def grade_line(chat: ChatContext, grade_id: str | None) -> tuple[Line, ...]:
    """Return the line of a grade, labelled by its name; none without known limits and a known standard."""
    if grade_id is None:
        return ()
    grade = chat.market_context.catalogue.grade(grade_id)
    limits = {limit.parameter: limit for limit in grade.limits if _is_known(grade, limit)}
    named = (name for name in PARAMETERS if name in limits)
    measured = [chat.words(f"grade.{name}", limit=shown) for name in named if (shown := _limit(chat, limits[name]))]
    defined = next((chat.words(code) for begins, code in DEFINED_BY.items() if grade_id.startswith(begins)), "")
    told = ", ".join([*([defined] if defined else []), *measured])
    return (Line(label=grade.label, value=told),) if told else ()


def _is_known(grade: Grade, limit: Limit) -> bool:
    """Return True if a limit is binding. A typical value is no limit for a buyer."""
    return not (limit.status or grade.status).is_typical


def _limit(chat: ChatContext, limit: Limit) -> str:
    """Return "35–55 %", "≤ 2 %", "≥ 4.6 kWh/kg"."""
    least, most = limit.at_least, limit.at_most if limit.at_most is not None else limit.below
    sign = "≤" if limit.at_most is not None else "<"
    low, high = (chat.words.number(each) if each is not None else "" for each in (least, most))
    span = f"{low}–{high}" if low and high else f"{sign} {high}" if high else f"≥ {low}" if low else ""
    return f"{span} {limit.unit}".strip() if span else ""
