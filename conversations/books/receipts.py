"""The receipt of who paid for a session: what was taken from their card, for what, and who owes the invoice."""

from __future__ import annotations

from conversations.chat_context import Talk
from conversations.reply import Card, Line
from core.advice.sessions.receipts import Receipt, receipts_of
from core.books.invoicing import service as invoicing
from core.books.invoicing.model import Kind, State


def receipt_cards(talk: Talk, subject: str | None = None) -> list[Card]:
    """Of each session that was charged and of which there is no invoice yet, the latest first."""
    return [_receipt_card(talk, each) for each in receipts_of(talk.ctx, subject) if not _invoiced(talk, each)]


def _invoiced(talk: Talk, receipt: Receipt) -> bool:
    """Whether its consultant's invoice is here: it says all of this, and more."""
    found = invoicing.invoices_of(talk.ctx, receipt.booking.id)
    return any(each.kind is Kind.SESSION and each.state is State.ISSUED for each in found)


def _receipt_card(talk: Talk, receipt: Receipt) -> Card:
    words, booking = talk.words, receipt.booking
    name = talk.name_of(booking.consultant)
    lines = [
        Line(label=words("invoice.for"), value=words("session.card", ref=booking.ref, name=name)),
        Line(label=words("session.when"), value=words.moment(booking.starts_at)),
        Line(label=words("session.gross"), value=words.show(receipt.taken)),
        Line(label=words("receipt.taken_at"), value=words.moment(receipt.at)),
    ]
    if receipt.back:
        lines.append(Line(label=words("session.back.seeker"), value=words.show(receipt.back)))
    return Card(
        title=words("receipt.title", ref=booking.ref), text=words("receipt.text", name=name), lines=tuple(lines)
    )
