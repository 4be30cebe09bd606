"""The receipt for a paid session: the amount charged to the card, its purpose, and who owes the invoice."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.reply import Card, Line
from core.advice.sessions.receipts import Receipt, receipts_of
from core.books.invoicing import service as invoicing
from core.books.invoicing.model import Kind, State


def receipt_cards(chat: ChatContext, subject: str | None = None) -> list[Card]:
    """Return a receipt for each charged session without an invoice, the latest first."""
    return [_receipt_card(chat, each) for each in receipts_of(chat.ctx, subject) if not _invoiced(chat, each)]


def _invoiced(chat: ChatContext, receipt: Receipt) -> bool:
    """Return True if the consultant's invoice is issued. It says all that the receipt says, and more."""
    found = invoicing.invoices_of(chat.ctx, receipt.booking.id)
    return any(each.kind is Kind.SESSION and each.state is State.ISSUED for each in found)


def _receipt_card(chat: ChatContext, receipt: Receipt) -> Card:
    words, booking = chat.words, receipt.booking
    name = chat.name_of(booking.consultant)
    lines = [
        Line(label=words("invoice.for"), value=words("session.card", ref=booking.ref, name=name)),
        Line(label=words("session.when"), value=words.moment(booking.starts_at)),
        Line(label=words("session.gross"), value=words.show(receipt.charged)),
        Line(label=words("receipt.taken_at"), value=words.moment(receipt.at)),
    ]
    if receipt.back:
        lines.append(Line(label=words("session.back.seeker"), value=words.show(receipt.back)))
    return Card(
        title=words("receipt.title", ref=booking.ref), text=words("receipt.text", name=name), lines=tuple(lines)
    )
