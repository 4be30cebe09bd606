"""Reminders before a deadline: to the people whose turn it is, on a card with buttons, and not at night."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from conversations.advice.aftercare.complaint import KIND as COMPLAINT
from conversations.chat_context import ChatContext
from conversations.event_sentences import notifications
from conversations.notifications.cards import parties
from conversations.trade.delivery.findings import undecided
from core.advice.sessions import service as sessions
from core.advice.sessions.complaints import DECIDED_IN, complaint_of, may_rule
from core.advice.sessions.model import SESSION, SessionState
from core.discovery.alerts.model import Rhythm
from core.discovery.alerts.notification_hours import quiet_hours_of
from core.discovery.alerts.rules import may_tell_at
from core.kernel.appeals import REVIEWER
from core.kernel.process import Process
from core.kernel.reminders import DeadlineNears, put_off
from core.kernel.transaction import MARKET, Ctx
from core.kernel.transaction import person as acting_person
from core.people.accounts.model import Person
from core.people.accounts.service import acting
from core.shop.purchases import service as purchases
from core.shop.purchases.model import PURCHASE, REFUND_REQUEST
from core.trade.deals import access, lifecycle
from core.trade.deals.model import DEAL, Deal, DealState
from core.trade.delivery import service as delivery
from core.trade.delivery import steps
from core.trade.delivery.model import LOT, Lot, LotState
from core.trade.delivery.steps import roles as lot_roles
from core.trade.disputes import service as support
from core.trade.disputes.model import CASE, OPEN
from core.trade.funding.model import TRANCHE
from core.trade.funding.service import tranche_for
from core.trade.offers import service as offers
from core.trade.offers.inquiries import service as inquiries
from core.trade.offers.inquiries.model import INQUIRY
from core.trade.offers.model import OFFER
from core.trade.requests import service as requests
from core.trade.requests.model import REQUEST


@dataclass(frozen=True, slots=True)
class ReminderSubject:
    """A subject in a state, its card, and a person's roles in it.

    `lot`: the number of the delivery, if the card shows several. `code`, `parts`: a sentence of its own, where no side
    has the turn.
    """

    state: StrEnum
    card: tuple[str, str]  # kind and subject
    roles: Callable[[Ctx], frozenset[str]]
    lot: int | None = None
    code: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)


def _deal(ctx: Ctx, deal_id: str) -> ReminderSubject | None:
    deal = access.deal_for(ctx, deal_id)

    def roles(mine: Ctx) -> frozenset[str]:
        """Return the roles. A side that has signed has no step until the other one has."""
        found = access.sides(mine, deal)
        return frozenset() if deal.state == DealState.AGREED and "sign" not in access.may(mine, deal) else found

    return ReminderSubject(deal.state, ("deal", deal.id), roles)


def _lot(ctx: Ctx, lot_id: str) -> ReminderSubject | None:
    """Return the delivery of a deal to remind of; None if the deal stands still."""
    lot = steps.lot_for(ctx, lot_id)
    deal = access.deal_for(ctx, lot.deal_id)
    if lifecycle.stands_still(deal):
        return None
    if lot.state == LotState.LOT_DISPUTE:
        return _undecided(ctx, lot, deal)
    number = lot.number if len(delivery.lots_of(ctx, deal.id)) > 1 else None
    return ReminderSubject(lot.state, ("deal", deal.id), lambda mine: lot_roles(mine, lot, deal), number)


def _undecided(ctx: Ctx, lot: Lot, deal: Deal) -> ReminderSubject | None:
    """Return a reminder to both sides and operators of what time decides if they do not, with its amounts."""
    case = next(
        (each for each in support.cases_of(ctx, deal.id) if each.subject == lot.id and each.state in OPEN), None
    )
    if case is None:
        return None

    def comes_to(chat: ChatContext) -> str:
        return undecided(chat, deal, lot, delivery.findings_of(chat.ctx, lot.id))

    def roles(mine: Ctx) -> frozenset[str]:
        return frozenset({"concerned"}) if access.sides(mine, deal) else frozenset()

    return ReminderSubject(lot.state, ("case", case.id), roles, code="notice.undecided", parts={"what": comes_to})


def _tranche(ctx: Ctx, tranche_id: str) -> ReminderSubject | None:
    """Return the tranche to remind of; None for the first one, which the deal itself covers."""
    tranche = tranche_for(ctx, tranche_id)
    deal = access.deal_for(ctx, tranche.deal_id)
    if tranche.number == 1:
        return None
    return ReminderSubject(tranche.state, ("deal", deal.id), lambda mine: access.sides(mine, deal))


def _offer(ctx: Ctx, offer_id: str) -> ReminderSubject | None:
    offer = offers.offer_for(ctx, offer_id)
    return ReminderSubject(offer.state, ("offer", offer.id), lambda mine: offers.sides(mine, offer))


def _inquiry(ctx: Ctx, inquiry_id: str) -> ReminderSubject | None:
    inquiry = inquiries.inquiry_for(ctx, inquiry_id)
    return ReminderSubject(inquiry.state, ("inquiry", inquiry.id), lambda mine: inquiries.sides(mine, inquiry))


def _request(ctx: Ctx, request_id: str) -> ReminderSubject | None:
    request = requests.request_for(ctx, request_id)
    return ReminderSubject(request.state, ("request", request.id), lambda mine: requests.roles_of(mine, request))


def _case(ctx: Ctx, case_id: str) -> ReminderSubject | None:
    case = support.case_for(ctx, case_id)
    deal = access.deal_for(ctx, case.deal_id)
    return ReminderSubject(case.state, ("case", case.id), lambda mine: support.roles(mine, case, deal))


def _session(ctx: Ctx, booking_id: str) -> ReminderSubject | None:
    """Return the session to remind of.

    Return None for a person at the payment page or waiting for an instant call, because they watch it anyway. An
    answered complaint waits for operators alone.
    """
    booking = sessions.booking_for(ctx, booking_id)
    at_once = booking.instant or (booking.state == SessionState.SLOT_HELD and booking.picked_at is None)
    if at_once or (booking.state == SessionState.SESSION_DISPUTE and _is_answered(ctx, booking_id)):
        return None
    return ReminderSubject(
        booking.state, ("session", booking.id), lambda mine: frozenset(sessions.sides(mine, booking))
    )


def _is_answered(ctx: Ctx, booking_id: str) -> bool:
    complaint = complaint_of(ctx, booking_id)
    return complaint is not None and bool(complaint.answer)


def _complaint(ctx: Ctx, booking_id: str) -> ReminderSubject | None:
    """Return the complaint, which has its own card for operators."""
    booking = sessions.booking_for(ctx, booking_id)
    if booking.state not in DECIDED_IN:
        return None

    def roles(mine: Ctx) -> frozenset[str]:
        return frozenset({"operator", *REVIEWER}) if may_rule(mine, booking) else frozenset()

    return ReminderSubject(booking.state, (COMPLAINT, booking.id), roles)


def _refund_request(ctx: Ctx, purchase_id: str) -> ReminderSubject | None:
    """Return the request for a refund. It waits for any operator except its own buyer."""
    purchase = purchases.purchase_for(ctx, purchase_id)
    if not purchase.refund_is_asked:
        return None

    def roles(mine: Ctx) -> frozenset[str]:
        person = acting(mine)
        return frozenset({"operator"}) if person.operator and person.id != purchase.buyer else frozenset()

    return ReminderSubject(purchase.state, ("purchase", purchase.id), roles)


Finding = Callable[[Ctx, str], ReminderSubject | None]
REMINDED: Final[Mapping[str, tuple[Process[Any], Sequence[Finding]]]] = {
    **{
        process.name: (process, (find,))
        for process, find in (
            (DEAL, _deal),
            (LOT, _lot),
            (TRANCHE, _tranche),
            (OFFER, _offer),
            (INQUIRY, _inquiry),
            (REQUEST, _request),
            (CASE, _case),
        )
    },
    SESSION.name: (SESSION, (_session, _complaint)),
    sessions.MOVE: (SESSION, (_session,)),
    REFUND_REQUEST: (PURCHASE, (_refund_request,)),
}


def on_deadline_nears(ctx: Ctx, fact: DeadlineNears) -> None:
    """Remind the people whose turn it is.

    If it is night for one of them, wait until the morning if that is early enough.
    """
    if fact.kind not in REMINDED:
        return
    process, findings = REMINDED[fact.kind]
    found = [thing for find in findings if (thing := find(ctx.acting_as(MARKET), fact.subject)) is not None]
    turns = [(thing, whom) for thing in found if (whom := _whose_turn(ctx, process, thing, fact))]
    if not turns:
        return
    morning = max(_morning(ctx, person) for _, whom in turns for person in whom)
    if ctx.now < morning < fact.due_at:
        put_off(ctx.session, fact, morning)
        return
    for thing, whom in turns:
        _say(ctx, thing, whom, fact)


def _whose_turn(ctx: Ctx, process: Process[Any], thing: ReminderSubject, fact: DeadlineNears) -> list[Person]:
    asked = process.reminds(thing.state, fact.event)
    people = {each.id: each for each in parties(ctx, *thing.card)}.values()
    return [person for person in people if thing.roles(ctx.acting_as(acting_person(person.id))) & asked]


def _say(ctx: Ctx, thing: ReminderSubject, whom: Sequence[Person], fact: DeadlineNears) -> None:
    to = frozenset(person.id for person in whom)
    if thing.code:
        notifications(ctx).say(*thing.card, thing.code, by=None, to=to, due=fact.due_at, **thing.parts)
        return
    code = "notice.little_time" if fact.late else "notice.half_time"
    which: dict[str, Any] = {"lot": thing.lot} if thing.lot is not None else {}
    notifications(ctx).say(*thing.card, f"{code}_of_lot" if which else code, by=None, to=to, due=fact.due_at, **which)


def _morning(ctx: Ctx, person: Person) -> datetime:
    """Return now, or the end of the night in the person's zone."""
    return may_tell_at(Rhythm.DAILY, ctx.now, quiet_hours_of(ctx, person), [])
