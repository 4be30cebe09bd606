"""Who hears that a deadline nears: those whose turn it is, on the card where they can act, and not at night."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from conversations.advice.aftercare.complaint import KIND as COMPLAINT
from conversations.chat_context import ChatContext
from conversations.event_sentences import notifications
from conversations.notifications.recipients import parties
from conversations.trade.deals.undecided_claims import undecided
from core.advice.sessions import service as sessions
from core.advice.sessions.process import SESSION, SessionState
from core.advice.sessions.settlement import complaint_of
from core.discovery.alerts.model import Rhythm
from core.discovery.alerts.notification_hours import quiet_hours_of
from core.discovery.alerts.rules import may_tell_at
from core.kernel.process import Process
from core.kernel.reminders import DeadlineNears, put_off
from core.kernel.transaction import MARKET, Ctx
from core.kernel.transaction import person as acting_person
from core.people.accounts.model import Person
from core.people.accounts.service import acting
from core.shop.purchases import service as purchases
from core.shop.purchases.model import PURCHASE, WISH
from core.trade.deals import service as deals
from core.trade.deals.model import DEAL, Deal, DealState
from core.trade.delivery import service as delivery
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
    """A thing in a state: on which card it is shown, and what somebody is to it, through their own eyes.

    `lot`: its number, where the card shows several of its kind. `code`, `parts`: of a sentence of its own, where nobody
    is waited for.
    """

    state: StrEnum
    card: tuple[str, str]  # kind and subject
    roles: Callable[[Ctx], frozenset[str]]
    lot: int | None = None
    code: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)


def _deal(ctx: Ctx, deal_id: str) -> ReminderSubject | None:
    deal = deals.deal_for(ctx, deal_id)

    def roles(mine: Ctx) -> frozenset[str]:
        """A side that has signed has nothing to do until the other one has."""
        found = deals.sides(mine, deal)
        return frozenset() if deal.state == DealState.AGREED and "sign" not in deals.may(mine, deal) else found

    return ReminderSubject(deal.state, ("deal", deal.id), roles)


def _lot(ctx: Ctx, lot_id: str) -> ReminderSubject | None:
    """A lot of a deal that stands still waits for somebody else."""
    lot = delivery.lot_for(ctx, lot_id)
    deal = deals.deal_for(ctx, lot.deal_id)
    if deals.stands_still(deal):
        return None
    if lot.state == LotState.LOT_DISPUTE:
        return _undecided(ctx, lot, deal)
    number = lot.number if len(delivery.lots_of(ctx, deal.id)) > 1 else None
    return ReminderSubject(lot.state, ("deal", deal.id), lambda mine: lot_roles(mine, lot, deal), number)


def _undecided(ctx: Ctx, lot: Lot, deal: Deal) -> ReminderSubject | None:
    """Both sides, and operators, hear what time will do when nobody decides, and what it comes to."""
    case = next(
        (each for each in support.cases_of(ctx, deal.id) if each.subject == lot.id and each.state in OPEN), None
    )
    if case is None:
        return None

    def comes_to(chat: ChatContext) -> str:
        return undecided(chat, deal, lot, delivery.findings_of(chat.ctx, lot.id))

    def roles(mine: Ctx) -> frozenset[str]:
        return frozenset({"concerned"}) if deals.sides(mine, deal) else frozenset()

    return ReminderSubject(lot.state, ("case", case.id), roles, code="notice.undecided", parts={"what": comes_to})


def _tranche(ctx: Ctx, tranche_id: str) -> ReminderSubject | None:
    """Of the first one the deal itself reminds."""
    tranche = tranche_for(ctx, tranche_id)
    deal = deals.deal_for(ctx, tranche.deal_id)
    if tranche.number == 1:
        return None
    return ReminderSubject(tranche.state, ("deal", deal.id), lambda mine: deals.sides(mine, deal))


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
    deal = deals.deal_for(ctx, case.deal_id)
    return ReminderSubject(case.state, ("case", case.id), lambda mine: support.roles(mine, case, deal))


def _session(ctx: Ctx, booking_id: str) -> ReminderSubject | None:
    """Who is at the pay page, or waits for an instant call, looks at it anyway; a complaint that is answered waits for
    operators alone."""
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
    """Operators have a card of their own for it."""
    booking = sessions.booking_for(ctx, booking_id)
    if booking.state != SessionState.SESSION_DISPUTE:
        return None
    return ReminderSubject(booking.state, (COMPLAINT, booking.id), lambda _mine: frozenset({"operator"}))


def _wish(ctx: Ctx, purchase_id: str) -> ReminderSubject | None:
    """A wish for the money back waits for any operator but its own buyer."""
    purchase = purchases.purchase_for(ctx, purchase_id)
    if not purchase.wish_open:
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
    WISH: (PURCHASE, (_wish,)),
}


def on_deadline_nears(ctx: Ctx, fact: DeadlineNears) -> None:
    """Say it to those whose turn it is; when it is night for one of them, in the morning, if that is soon enough."""
    if fact.kind not in REMINDED:
        return
    process, findings = REMINDED[fact.kind]
    found = [thing for find in findings if (thing := find(ctx.seen_by(MARKET), fact.subject)) is not None]
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
    return [person for person in people if thing.roles(ctx.seen_by(acting_person(person.id))) & asked]


def _say(ctx: Ctx, thing: ReminderSubject, whom: Sequence[Person], fact: DeadlineNears) -> None:
    to = frozenset(person.id for person in whom)
    if thing.code:
        notifications(ctx).say(*thing.card, thing.code, by=None, to=to, due=fact.due_at, **thing.parts)
        return
    code = "notice.little_time" if fact.late else "notice.half_time"
    which: dict[str, Any] = {"lot": thing.lot} if thing.lot is not None else {}
    notifications(ctx).say(*thing.card, f"{code}_of_lot" if which else code, by=None, to=to, due=fact.due_at, **which)


def _morning(ctx: Ctx, person: Person) -> datetime:
    """Now; or when the night is over where they are."""
    return may_tell_at(Rhythm.DAILY, ctx.now, quiet_hours_of(ctx, person), [])
