"""What a session costs who seeks advice, and what the consultant will have of it."""

from __future__ import annotations

from conversations.talk import Talk
from core.sessions import rules
from core.sessions.model import Booking


def price_in_words(talk: Talk, booking: Booking) -> str:
    words = talk.words
    free = booking.free_minutes
    code = "session.price_free" if free else "session.price_all"
    if booking.basis == "minute":
        return words(f"{code}_minute", price=booking.price, rate=booking.terms.rate, free=free)
    return words(code, price=booking.price, free=free)


def net_in_words(talk: Talk, booking: Booking) -> str:
    """What the consultant will have of the price."""
    code = "session.net_minute" if booking.basis == "minute" else "session.net_whole"
    return talk.words(code, net=rules.net_of(booking.price, booking.terms))
