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
    net = rules.net_of(booking.price, booking.terms)
    by_minute = booking.basis == "minute"
    return talk.words("session.net_minute", net=net) if by_minute else talk.words("session.net_whole", net=net)
