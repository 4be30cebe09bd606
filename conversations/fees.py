"""The market's fee on earnings and the VAT on it, the same for goods and sessions."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.reply import Line
from core.advice.sessions.fee_vat import parts_of
from core.kernel.money import Money
from core.people.accounts.service import organisation_of


def fee_lines(chat: ChatContext, earner: str, fee: Money) -> list[Line]:
    """Return the lines of a fee; none if there is no fee. `earner`: the organisation that the fee was taken from."""
    if not fee:
        return []
    words, firm = chat.words, organisation_of(chat.ctx, earner)
    parts = parts_of(fee, chat.market_context.vat, firm.country, firm.vat_number)
    vat = words(f"session.vat.{parts.treatment}", vat=parts.vat, percent=chat.market_context.vat.percent)
    lines = [
        Line(label=words("session.fee"), value=words.show(parts.fee)),
        Line(label=words("session.vat"), value=vat),
    ]
    if parts.rounding:
        lines.append(Line(label=words("invoice.paper.rounding"), value=words.show(parts.rounding)))
    return lines
