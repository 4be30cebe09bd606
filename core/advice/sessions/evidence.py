"""A session as a bank sees it: the booking and its terms, presence, and the seeker's consent.

Each event is marked as it happens, with the message that it came by. What was said in the talk is not included. It is
deleted when its time is over, and does not concern a bank.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import select

from core.advice.sessions import final_charges
from core.advice.sessions.events import FreeMinutePassed, LineSent, PaidTimePassed, SessionFact
from core.advice.sessions.model import Booking, CardHold, Complaint, Consent, Meeting, Settlement
from core.kernel.database import columns, plain
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback
from core.money.disbursements.recovery import rows_of
from core.money.ledger import service as ledger
from core.trade.funding.evidence.deal_record import beginning, names, shown, steps
from core.trade.funding.evidence.model import RecordedAct
from core.trade.funding.evidence.reactions import facts_under
from core.trade.funding.evidence.service import acts_of, record_act

UNMARKED: Final = (FreeMinutePassed, PaidTimePassed, LineSent)
ABOUT: Final = ("side", "when", "why", "minutes")  # the fields of an event that its mark may name
LONGEST_ABOUT: Final = 40
PRESENCE: Final = frozenset({"CameIn", "WentOut", "FreeTalkBegan", "YesGivenEarly", "PaidTalkBegan", "TalkEnded"})
TOLD: Final = frozenset({"SessionReminder", "FreeMinutesLeft", "FreeMinutesOver", "PaidMinutesLeft"})


def listen(reactions: Reactions) -> None:
    for kind in facts_under(SessionFact):
        if kind not in UNMARKED:
            reactions.on(kind, _record)


def _record(ctx: Ctx, fact: SessionFact) -> None:
    about = next((str(getattr(fact, name)) for name in ABOUT if hasattr(fact, name)), None)
    record_act(ctx, fact.booking_id, type(fact).__name__, about=about and about[:LONGEST_ABOUT], person=fact.by_person)


def record_of(ctx: Ctx, chargeback_id: str) -> dict[str, Any]:
    """Return everything we have of a disputed session, as plain values."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    booking = ctx.session.get_one(Booking, found.subject)
    acts = acts_of(ctx, booking.id)
    people = names(ctx, [booking.seeker, booking.consultant, *(each.person_id for each in acts)])
    return {
        **beginning(ctx, found, booking.due),
        "session": _agreed(booking, people),
        "talk": _talk(booking, ctx.session.get_one(Meeting, booking.id)),
        "terms": {name: plain(value) for name, value in _terms(booking).items()},
        "consents": [columns(each) for each in _rows(ctx, Consent, booking.id)],
        "clock": [columns(each) for each in _rows(ctx, Meeting, booking.id)],
        "presence": _of(acts, PRESENCE, people),
        "reminders": _of(acts, TOLD, people),
        "timeline": steps(ctx, booking.id),
        "chat": [shown(each, people) for each in acts],
        "charges": [columns(each) for each in _rows(ctx, CardHold, booking.id)],
        "complaints": [columns(each) for each in _rows(ctx, Complaint, booking.id)],
        "settlements": [columns(each) for each in _rows(ctx, Settlement, booking.id)],
        "payouts_and_refunds": [columns(each) for each in rows_of(ctx, booking.id)],
        "books": ledger.books(ctx, booking.id),
    }


def _agreed(booking: Booking, people: dict[str, str]) -> dict[str, Any]:
    return {
        "ref": booking.ref,
        "seeker": people.get(booking.seeker, ""),
        "consultant": people.get(booking.consultant, ""),
        "booked_at": plain(booking.made_at),
        "starts_at": plain(booking.starts_at),
        "minutes": booking.length,
        "room": booking.room,
        "about": booking.problem,
        "state": booking.state,
        "ended": booking.why,
        "charged": str(booking.due),
    }


def _talk(booking: Booking, meeting: Meeting) -> dict[str, int | None]:
    """Return the minutes of the talk: those before anything was charged, and those that were charged."""
    free, charged = final_charges.minutes_told(booking, meeting)
    return {"free_minutes": free, "charged_minutes": charged}


def _terms(booking: Booking) -> dict[str, Any]:
    """Return the terms as they were shown before booking; they never change."""
    terms = booking.terms
    return {
        "price": str(terms.price),
        "rate": f"{terms.rate} a {terms.basis}",
        "free_minutes": int(terms.free.total_seconds()) // 60,
        "free_to_cancel_until_minutes_before": booking.free_until_minutes,
        "late_cancellation_percent": terms.late_percent,
        "no_show_percent": terms.no_show_percent,
        "rules": terms.policy,
    }


def _of(acts: Iterable[RecordedAct], facts: frozenset[str], people: dict[str, str]) -> list[dict[str, Any]]:
    return [shown(each, people) for each in acts if each.fact in facts]


def _rows(ctx: Ctx, kind: Any, booking_id: str) -> list[Any]:
    return list(ctx.session.scalars(select(kind).where(kind.booking_id == booking_id)))
