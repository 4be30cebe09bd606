"""The money lines on a session's card: the hold and its time, the charge, and the split."""

from __future__ import annotations

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.fees import fee_lines
from conversations.reply import Button, Line
from core.advice.sessions import card_holds, settlement
from core.advice.sessions.model import SETTLED, Booking, SessionState
from core.kernel.money import Money


def hold_lines(chat: ChatContext, booking: Booking) -> list[Line]:
    """Return when the price will be held, if the payment card is only kept for now."""
    words, at = chat.words, card_holds.held_later(chat.ctx, booking)
    if at is None or booking.state not in (SessionState.REQUESTED, SessionState.COUNTERED, SessionState.CONFIRMED):
        return []
    return [Line(label=words("session.hold"), value=words("session.hold_later", price=booking.price, at=at))]


def charged_lines(chat: ChatContext, booking: Booking, side: str) -> list[Line]:
    """Return what was charged, for good; and what for, if it is not plainly the price of a talk."""
    words = chat.words
    settled = settlement.settlement_of(chat.ctx, booking.id) if booking.state in SETTLED else None
    charged = booking.due
    if settled is not None:
        charged = Money(settled.net_minor + settled.fee_minor + settled.back_minor, booking.currency)
    elif booking.state not in (SessionState.REVIEW_WINDOW, SessionState.SESSION_DISPUTE):
        return []
    reason = f"session.charged_for.{booking.why}"
    reason = f"{reason}.{side}" if words.knows(f"{reason}.{side}") else reason
    if not words.knows(reason):
        if settled is None:
            return []  # the line about the turn says the sum
        return [Line(label=words("session.gross"), value=words.show(charged))] if charged else []
    return [Line(label=words("session.gross"), value=words(reason, amount=charged))]


def statement_lines(chat: ChatContext, booking: Booking, side: str) -> list[Line]:
    """Return how the money was split: the refund, and for the consultant also gross, fee, its VAT and net."""
    words = chat.words
    settled = settlement.settlement_of(chat.ctx, booking.id) if booking.state in SETTLED else None
    if settled is None:
        return []
    net, fee, back = (
        Money(minor, booking.currency) for minor in (settled.net_minor, settled.fee_minor, settled.back_minor)
    )
    goes_back = [Line(label=words(f"session.back.{side}"), value=words.show(back))] if back else []
    if side == "seeker":
        return goes_back
    deducted = fee_lines(chat, booking.consultant_org, fee)
    return [*goes_back, *deducted, Line(label=words("session.net"), value=words.show(net))]


def card_button(chat: ChatContext, booking: Booking) -> tuple[Button, ...]:
    page = card_holds.page_of(chat.ctx, booking)
    if page is None:
        return (Button(label=chat.words("session.card_button"), press=press("session.card", booking.id)),)
    if booking.state == SessionState.DEBT:
        return (Button(label=chat.words("session.pay_button", price=booking.due), url=page, style="primary"),)
    if card_holds.held_later(chat.ctx, booking) is not None:
        return (Button(label=chat.words("session.keep_card_button"), url=page, style="primary"),)
    return (Button(label=chat.words("session.add_card_button", price=booking.price), url=page, style="primary"),)
