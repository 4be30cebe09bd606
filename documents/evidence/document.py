"""Draws the record of a deal, session or purchase as a PDF for a bank's clerk, with the JSON inside."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from core.advice.promotion import purchase_record as sales
from core.advice.sessions import evidence as sessions
from core.books.invoicing.service import named_on_invoices
from core.kernel.money import Money
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.trade.funding.evidence import deal_record as deals
from documents.evidence.sentences import capital, deed, in_words
from documents.page import heading, line, new_page

if TYPE_CHECKING:
    from fpdf import FPDF

Goods: TypeAlias = Callable[[str, str, str | None, Quantity], str]
RECORDS: Final[Mapping[str, Callable[[Ctx, str], dict[str, Any]]]] = {
    "deal": partial(deals.record_of, named=named_on_invoices),
    "session": sessions.record_of,
    "purchase": sales.record_of,
}


def goods_in_words(terms: Mapping[str, Any], goods: Goods) -> str:
    """Return the goods of a deal in trade terms, in English like the whole record."""
    quantity = Quantity(Decimal(terms["quantity"]["amount"]), terms["quantity"]["unit"])
    return goods("en", terms["product_id"], terms["grade_id"], quantity)


# The name of each kind of subject, and the facts that come before its timeline.
SUBJECTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "deal": ("Contract", ("signatures", "lots", "findings", "negotiation")),
    "session": ("Consultation", ("consents", "presence", "clock", "reminders", "complaints")),
    "purchase": ("Purchase", ("delivery",)),
}
MONEY: Final = ("payments", "charges", "settlements", "payouts_and_refunds")
ROWS: Final[Mapping[str, str]] = {
    "signatures": "Signatures",
    "lots": "Deliveries",
    "findings": "What was measured",
    "negotiation": "How the terms were agreed",
    "consents": "What the customer said yes to, as they read it",
    "presence": "Who was in the room, and when",
    "clock": "Minutes that ran, as the server counted them",
    "reminders": "What both were reminded of",
    "complaints": "Complaints, and how they ended",
    "delivery": "What was delivered",
    "payments": "Payments",
    "charges": "What was held and taken from the card",
    "settlements": "How the money was parted",
    "payouts_and_refunds": "Payouts and refunds",
}
LONGEST_CELL: Final = 900  # characters; the JSON inside has the whole of it
MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?\+00:00")
# The ids of our rows are in the JSON; a clerk has no use for them.
OURS: Final = frozenset({"version", "key", "attempt", "beside", "currency", "flagged", "rounds", "url", "terms_json"})
# Codes of ours, which are words with lines between them.
CODES: Final = frozenset(
    {"event", "from", "to", "state", "process", "reason", "why", "product_id", "grade_id", "packaging"}
)
SENTENCE: Final = re.compile(r"(?<=[.!?]) (?=[A-Z])")
OUR_ID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def drawn(record: Mapping[str, Any], at: datetime, story: str = "") -> bytes:
    """Draw the document. `story`: the case in sentences. The same record at the same moment gives the same bytes."""
    page = new_page(at)
    thing, what, facts, dispute = record[record["matter"]], *SUBJECTS[record["matter"]], record["dispute"]
    deliveries = {lot["id"]: f"delivery {lot['number']}" for lot in record.get("lots", ())}
    table = RecordTable(dispute["amount"].split()[-1], deliveries)
    heading(page, f"{what} {thing['ref']}: the facts about dispute {dispute['ref']}")
    if story:
        _in_short(page, story)
    table.pairs(page, "The dispute", dispute)
    table.pairs(page, what, {name: value for name, value in thing.items() if name != "terms"})
    table.pairs(page, "Terms, as they were agreed", record.get("terms") or thing.get("terms", {}))
    for name in facts:
        table.rows(page, ROWS[name], record[name])
    table.rows(page, "What happened when", sorted(record["timeline"], key=lambda step: str(step["at"])))
    table.rows(page, "Who did what, and by which message", record["chat"])
    for name in MONEY:
        table.rows(page, ROWS[name], record.get(name, ()))
    page.embed_file(
        bytes=json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1).encode(),
        basename=f"{thing['ref']}.json",
        modification_date=at,
        desc="The same record for machines",
    )
    return bytes(page.output())


def _in_short(page: FPDF, told: str) -> None:
    """Draw the whole case in sentences, before any table: the clerk decides by them."""
    line(page, "The case in short", 11, "B")
    for sentence in SENTENCE.split(told):
        line(page, sentence, 9)
    page.ln(2)


@dataclass(frozen=True)
class RecordTable:
    """Formats a record for a bank's clerk, who reads amounts, times and words, and does not know our ids.

    `currency`: for amounts that name none. `names`: by id, for subjects that have a name.
    """

    currency: str
    names: Mapping[str, str]

    def pairs(self, page: FPDF, title: str, values: Mapping[str, Any]) -> None:
        line(page, title, 11, "B")
        for name, value in self.facts_of(values):
            line(page, f"{capital(name)}: {value}"[:LONGEST_CELL], 8)
        page.ln(2)

    def rows(self, page: FPDF, title: str, rows: Iterable[Mapping[str, Any]]) -> None:
        found = [self.sentence(row) for row in rows]
        if found:
            line(page, title, 11, "B")
            for each in found:
                line(page, f"• {each}"[:LONGEST_CELL], 8)
            page.ln(2)

    def sentence(self, row: Mapping[str, Any]) -> str:
        """Return a row as a sentence. An action or a state change begins with its time; the other facts are named."""
        facts = dict(self.facts_of(row))
        at, by = facts.pop("at", ""), facts.pop("message", "")
        told = _told(facts)
        rest = "; ".join(f"{name}: {value}" for name, value in facts.items())
        begun = " · ".join(filter(None, (at, told)))
        return capital("; ".join(filter(None, (begun, rest)))) + (f" (message {by})" if by else "")

    def facts_of(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the known facts of a row, each with its name."""
        for name, value in row.items():
            told = self.names.get(value, "") if isinstance(value, str) else ""
            said = told or in_words(value)
            if not said or name in OURS or OUR_ID.fullmatch(said):
                continue
            if name.endswith("_minor"):
                yield (
                    name.removesuffix("_minor").replace("_", " "),
                    str(Money(value, row.get("currency", self.currency))),
                )
            elif name == "did":
                yield name, deed(value)
            elif name in CODES:
                yield name.removesuffix("_id"), said.replace("_", " ")
            else:
                yield name.removesuffix("_id").replace("_", " "), MOMENT.sub(r"\1 \2 UTC", said)


def _told(facts: dict[str, str]) -> str:
    """Return who did what, or which state became which, and remove these facts from `facts`."""
    if "did" in facts:
        return f"{facts.pop('who', '')}: {facts.pop('did')}"
    if "event" not in facts or "to" not in facts:
        return ""
    what, before = facts.pop("process", ""), facts.pop("from", "")
    became = f"{before} → {facts.pop('to')}" if before else facts.pop("to")
    return f"{what}, {facts.pop('event')}: {became}"
