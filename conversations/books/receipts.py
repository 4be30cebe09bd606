"""The receipt of who paid for a session: what was taken from their card, for what, and who owes the invoice."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.reply import Card, Line
from core.advice.sessions.receipts import Receipt, receipts_of
from core.books.invoicing import service as invoicing
from core.books.invoicing.model import Kind, State


def receipt_cards(chat: ChatContext, subject: str | None = None) -> list[Card]:
    """Of each session that was charged and of which there is no invoice yet, the latest first."""
    return [_receipt_card(chat, each) for each in receipts_of(chat.ctx, subject) if not _invoiced(chat, each)]


def _invoiced(chat: ChatContext, receipt: Receipt) -> bool:
    """Whether its consultant's invoice is here: it says all of this, and more."""
    found = invoicing.invoices_of(chat.ctx, receipt.booking.id)
    return any(each.kind is Kind.SESSION and each.state is State.ISSUED for each in found)


def _receipt_card(chat: ChatContext, receipt: Receipt) -> Card:
    words, booking = chat.words, receipt.booking
    name = chat.name_of(booking.consultant)
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
