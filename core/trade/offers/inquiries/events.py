"""Events of inquiries."""

from __future__ import annotations

from core.kernel.events import Event


class InquiryFact(Event):
    """`by_person` acted; None when time or the system did. Buyer and seller are organisations."""

    inquiry_id: str
    buyer: str
    seller: str
    by_person: str | None


class InquirySaid(InquiryFact):
    """One side has asked or answered. `why`: "asked" for the first word of all."""

    why: str


class InquiryClosed(InquiryFact):
    """It is over. `why`: "close", "offered", "listing_gone" or "idle"."""

    why: str
