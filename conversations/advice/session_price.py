"""The price of a session for the seeker, and the consultant's net of it."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from core.advice.sessions import final_charges, rules
from core.advice.sessions.model import Booking, Meeting
from core.kernel.transaction import Ctx


def price_in_words(chat: ChatContext, booking: Booking) -> str:
    words = chat.words
    free = booking.free_minutes
    code = "session.price_free" if free else "session.price_all"
    if booking.basis == "minute":
        return words(f"{code}_minute", price=booking.price, rate=booking.terms.rate, free=free)
    return words(code, price=booking.price, free=free)


def says_early(ctx: Ctx, booking: Booking) -> bool:
    """Return True if the seeker decides while free minutes are left."""
    return final_charges.free_time(ctx, booking) < booking.terms.free


def continue_label(chat: ChatContext, booking: Booking, *, early: bool) -> str:
    """Return the label of the button that agrees to pay. It names the price, and says if free minutes are left."""
    by_minute = booking.basis == "minute"
    price = booking.terms.rate if by_minute else booking.price
    code = "session.continue_minute" if by_minute else "session.continue"
    return chat.words(f"{code}_early_button" if early else f"{code}_button", price=price)


def so_far_in_words(chat: ChatContext, booking: Booking) -> str:
    """Return how long a paid session has run by now, and what it costs so far."""
    talked, paid = final_charges.minutes_so_far(chat.ctx, booking)
    by_minute = booking.basis == "minute"
    return chat.words(
        "session.so_far_minute" if by_minute else "session.so_far",
        at=chat.ctx.now,
        talked=talked,
        paid=paid,
        due=final_charges.so_far(chat.ctx, booking),
        rate=booking.terms.rate,
    )


def talked_in_words(chat: ChatContext, booking: Booking, meeting: Meeting) -> str:
    """Return how long a finished session was, and how much of it is charged."""
    free, paid = final_charges.minutes_told(booking, meeting)
    if paid is None:
        return chat.words("session.minutes", count=free)
    return chat.words("session.talked_for", free=free, paid=paid)


def net_in_words(chat: ChatContext, booking: Booking) -> str:
    """Return the consultant's net of the price."""
    net = rules.net_of(booking.price, booking.terms)
    by_minute = booking.basis == "minute"
    return chat.words("session.net_minute", net=net) if by_minute else chat.words("session.net_whole", net=net)
