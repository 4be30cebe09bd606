"""Sentences for every situation of a deal and its deliveries: whose turn it is, the next step, its deadline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from conversations.chat_context import ChatContext
from conversations.trade.deals.money_summary import GOING_OUT, chargeback_turn, our_answer, what_goes_out
from conversations.trade.deals.sides import as_settled
from conversations.wording import labelled
from core.kernel.timers import Timer, deadline_of, deadlines_of
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback
from core.money.disbursements.model import Disbursement
from core.trade.deals.access import NEEDED_POSITIONS, deal_for, signs_alone
from core.trade.deals.model import DEAL, UNBALANCED, Deal, DealState, Side
from core.trade.deals.service import approve_by
from core.trade.delivery.model import LOT, UNSENT, Lot, LotState
from core.trade.delivery.rules import ended_unpaid, needs_sellers_answer
from core.trade.disputes.model import CASE, OPEN, Case, CaseState
from core.trade.disputes.service import cases_of
from core.trade.funding.model import TRANCHE, Tranche


@dataclass(frozen=True, slots=True)
class Now:
    """A deal's state for this person, read once. `mine`: their roles.

    `awaited`: the next tranche to pay; without any payment, also before it is requested.
    `confirmed_by`: until when the banks confirm the buyer's payment, where one is on its way.
    `of_colleagues`: steps of the buyer that a colleague takes.
    `recalls`: the deal's chargebacks. `going_out`: the last payouts and refunds it waits for.
    """

    deal: Deal
    mine: frozenset[str]
    lots: Sequence[Lot]
    awaited: Tranche | None
    confirmed_by: datetime | None
    rate_by: datetime | None
    of_colleagues: frozenset[str]
    chargebacks: Sequence[Chargeback] = ()
    going_out: Sequence[Disbursement] = ()

    @property
    def may_rate(self) -> bool:
        """Return True if the deal is over and they have not reviewed it yet."""
        return self.rate_by is not None

    @property
    def side(self) -> Side:
        """Return the side whose sentences they read; for an operator, the seller's."""
        return "buyer" if "buyer" in self.mine else "seller"


def deal_waits(ctx: Ctx, now: Now) -> list[Wait]:
    """Return all that a deal waits for, at least one item: those of the reader first, the soonest first."""
    return in_order(_waits(ctx, now))


def deal_turn(chat: ChatContext, now: Now, other: str, waits: Sequence[Wait], *, brief: bool = False) -> str:
    """Return whose turn it is, the next step and its deadline: a line for each wait, in their order.

    Every state of every process has its sentence here. `brief`: the first line only, for a list of deals.
    """
    deal, words = now.deal, chat.words
    if deal.frozen is not None and deal.state != DealState.DISPUTED and deal.state not in DEAL.final:
        return _with_answer(chat, now, _standstill(chat, now), brief=brief)
    if deal.state in DEAL.final and (sentence := chargeback_turn(chat, deal, now.side, other, now.chargebacks)):
        return _with_answer(chat, now, sentence, brief=brief)
    if now.confirmed_by is not None and deal.state == DealState.AWAITING_FUNDING and not asked_directly(deal):
        due = now.confirmed_by
        if now.side == "buyer":
            return words("turn.deal.confirming.buyer", due=due)
        return words("turn.deal.confirming.seller", due=due)
    if within_the_company := _done_by_colleague(chat, now) or _above(chat, now, other):
        return within_the_company
    told = [_sentence(chat, wait, other, deal, len(now.lots)) for wait in waits[: 1 if brief else SHOWN]]
    if (
        deal.state == DealState.AWAITING_FUNDING
        and now.side == "seller"
        and deal.listing_id
        and not asked_directly(deal)
    ):
        told[0] = f"{told[0]} {words('deal.goods_back')}"  # unpaid
    if not brief and len(waits) > SHOWN:
        told.append(words("turn.more", count=len(waits) - SHOWN))
    if not brief and deal.state == DealState.AWAITING_FUNDING:
        told += [
            words("turn.paid_late", lot=lot.number) for lot in now.lots[:1] if _may_be_paid_late(lot, waits[0].due)
        ]
    return "\n".join(told)


def _done_by_colleague(chat: ChatContext, now: Now) -> str:
    """Return the sentence that the next step of the buyer's company is a colleague's; empty if it is not."""
    step = _buyers_step(now)
    if step not in now.of_colleagues:
        return ""
    return chat.words("turn.colleague", position=chat.words(f"company.position.{NEEDED_POSITIONS[step]}"))


def _buyers_step(now: Now) -> str:
    """Return the step that the buyer takes next; empty if the next step is not the buyer's."""
    if now.deal.state == DealState.AGREED and now.deal.buyer_signed_at is None:
        return "sign"
    states = {lot.state for lot in now.lots} if now.deal.state in LOTS_GO_ON else set()
    if LotState.INSPECTION in states:
        return "accept"
    return "arrive" if LotState.DISPATCHED in states else ""


def asked_directly(deal: Deal) -> bool:
    """Return True if a side has asked to settle without the market."""
    return deal.direct_asked_by is not None or deal.direct_requested_by is not None


def _may_be_paid_late(lot: Lot, due: datetime | None) -> bool:
    """Return True if the delivery window may end before the payment is due. Then a delay counts from the payment."""
    return due is not None and due.date() > lot.window_to


def lot_turn(chat: ChatContext, lot: Lot, side: Side, other: str) -> str:
    """Return whose turn it is with this delivery, and by when."""
    found = _lot_waits(chat.ctx, lot.deal_id, [lot], side)
    deal = deal_for(chat.ctx, lot.deal_id)
    return _sentence(chat, found[0] if found else lot_wait(lot, side, None), other, deal, 1)


def _needs_approval(chat: ChatContext, now: Now) -> bool:
    """Return True if the person who signed for the buyer, or is to sign, may not do so alone."""
    signer = now.deal.buyer_signed_by or (chat.person.id if now.side == "buyer" else None)
    return signer is not None and not signs_alone(chat.ctx, now.deal, signer)


def _above(chat: ChatContext, now: Now, other: str) -> str:
    """Return the sentence that an approval comes before the payment, if the buyer's signatory exceeds their limit."""
    if now.deal.state != DealState.AGREED or not _needs_approval(chat, now):
        return ""
    deadline = deadline_of(chat.ctx.session, "deal", now.deal.id)
    due = deadline.due_at if deadline is not None else chat.ctx.now
    approve = approve_by(now.deal, due)
    signed = "turn.deal.agreed_signed_above.buyer" if now.deal.buyer_signed_at else "turn.deal.agreed_above.buyer"
    code = signed if now.side == "buyer" else "turn.deal.agreed_above.seller"
    return chat.words(code, other=other, due=due, approve=approve)


# --- waits ------------------------------------------------------------------------------------------------------------


def _waits(ctx: Ctx, now: Now) -> list[Wait]:
    """Return all that a deal waits for, at least one item."""
    deal, side, lots = now.deal, now.side, now.lots
    going = _lot_waits(ctx, deal.id, lots, side) if deal.state in LOTS_GO_ON else []
    if deal.state == DealState.FUNDED:
        if now.awaited is not None and now.confirmed_by is None and side == "buyer":
            # paid deliveries go on without the waiting ones
            due = deadline_of(ctx.session, TRANCHE.name, now.awaited.id)
            due_at = due.due_at if due else None
            going.append(Wait("turn.deal.tranche_awaited.buyer", mine=True, due=due_at, part=now.awaited))
            going = [wait for wait in going if wait.lot is None or wait.lot.state != LotState.WAITING]
        if going or lots:
            return going or [lot_wait(lots[-1], side, None)]
    if deal.state == DealState.DISPUTED and (disputed := _dispute(ctx, deal.id, side)):
        return [disputed]
    over = deal.state in DEAL.final  # then no date is set
    answer = "cancel_silent" if deal.state == DealState.CANCEL_ASKED else None  # it may be overdue earlier
    timer = deadline_of(ctx.session, DEAL.name, deal.id, answer) if not over else None
    situation = what_goes_out(deal.state, now.going_out) if deal.state in GOING_OUT else _situation(now)
    due_at = timer.due_at if timer is not None else now.rate_by
    return [Wait(f"turn.deal.{situation}.{side}", situation in MINE, due_at, part=now.awaited), *going]


LOTS_GO_ON: Final = frozenset({DealState.FUNDED, DealState.CANCEL_ASKED})  # with money held for each delivery
MINE: Final = frozenset({"cancel_asked_me"})  # situations in which deliveries wait beside the deal


def _lot_waits(ctx: Ctx, deal_id: str, lots: Sequence[Lot], side: Side) -> list[Wait]:
    """Return the waits of the open deliveries, at most three however many there are."""
    due = deadlines_of(ctx.session, LOT.name, [lot.id for lot in lots if lot.state not in LOT.final])
    disputed = any(lot.state == LotState.LOT_DISPUTE for lot in lots)
    cases = {case.subject: case for case in cases_of(ctx, deal_id) if case.state in OPEN} if disputed else {}
    ruled_by = deadlines_of(ctx.session, CASE.name, [case.id for case in cases.values()])
    return lot_waits(lots, side, due, cases, ruled_by, short=_short(ctx, deal_id, lots))


def _short(ctx: Ctx, deal_id: str, lots: Sequence[Lot]) -> set[str]:
    """Return the deliveries weighed so low by the buyer alone that acceptance or silence makes a claim."""
    weighed = [lot for lot in lots if lot.state == LotState.INSPECTION and lot.weighed_by == "buyer"]
    agreed = deal_for(ctx, deal_id).terms.quality if weighed else None
    return {lot.id for lot in weighed if needs_sellers_answer(agreed, lot)}


def _dispute(ctx: Ctx, deal_id: str, side: Side) -> Wait | None:
    """Return the wait of a dispute about the whole deal; None if it has no deadline."""
    case = next((case for case in cases_of(ctx, deal_id) if case.subject == deal_id and case.state in OPEN), None)
    timer = deadline_of(ctx.session, CASE.name, case.id) if case is not None else None
    return case_wait(case, side, timer, None) if case is not None and timer is not None else None


# --- in words ---------------------------------------------------------------------------------------------------------


def _standstill(chat: ChatContext, now: Now) -> str:
    """Return the sentence of a frozen deal. The freeze comes first, because the usual turn and date do not hold."""
    if now.deal.frozen == UNBALANCED:
        return chat.words("turn.frozen.in_doubt")
    if now.side == "buyer":
        return chat.words("turn.frozen.buyer")
    unsent = any(lot.state in UNSENT for lot in now.lots)
    return chat.words("deal.send_nothing" if unsent else "turn.frozen.seller")


def _with_answer(chat: ChatContext, now: Now, sentence: str, *, brief: bool) -> str:
    """Append the market's answer to the bank, for the seller, whose money it concerns."""
    answer = our_answer(chat, now.chargebacks) if now.side == "seller" and not brief else ""
    return "\n".join(each for each in (sentence, answer) if each)


def _situation(now: Now) -> str:
    """Return the deal's state, refined where the person who has to act reads another sentence."""
    deal, mine, side = now.deal, now.mine, now.side
    asked = {DealState.CANCEL_ASKED: deal.cancel_asked_by, DealState.FUNDED_DIRECT: deal.cancel_asked_by}
    if deal.state == DealState.AGREED and (deal.buyer_signed_at if side == "buyer" else deal.seller_signed_at):
        return "agreed_signed"
    if deal.state == DealState.AWAITING_APPROVAL and "approver" in mine:
        return "approval_asked_me"
    if deal.state in DEAL.final:
        return _ending(now)
    if deal.state == DealState.AWAITING_FUNDING and asked_directly(deal):
        return _asked_to_settle_directly(deal, mine, side)
    if asked.get(deal.state) is not None:
        asked_by = "cancel_asked_me" if "other" in mine else "cancel_asked_them"
        return f"{asked_by}_direct" if deal.direct else asked_by
    later = now.awaited is not None and now.awaited.state == TRANCHE.initial
    refined = {
        DealState.AWAITING_FUNDING: "funding_later" if later else "",
        DealState.FUNDED_DIRECT: "funded_direct_paid" if deal.buyer_paid_at is not None else "",
    }
    return refined.get(deal.state) or deal.state


def _asked_to_settle_directly(deal: Deal, mine: frozenset[str], side: Side) -> str:
    """Return the situation of a request for direct settlement.

    A wish inside the buyer's company stays there until decided.
    """
    if deal.direct_requested_by is not None and side == "buyer":
        return "direct_wanted_me" if "approver" in mine else "direct_wanted_them"
    if deal.direct_asked_by is None:
        return deal.state
    return "direct_asked_me" if "invited" in mine else "direct_asked_them"


def _ending(now: Now) -> str:
    """Return how a deal ended. Each cause has a sentence, because the possible next steps differ."""
    deal, lots = now.deal, now.lots
    if deal.state == DealState.CLOSED:
        if deal.ended_by == "idle" and deal.buyer_paid_at is not None:
            return "closed_idle_paid"
        return f"closed_{deal.ended_by}" if deal.ended_by in CLOSED_BY else "closed"
    if deal.state == DealState.CANCELLED:
        cancelled = "cancelled" if ended_unpaid(lots) else "cancelled_in_part"
        return f"{cancelled}_unrated" if now.may_rate else cancelled
    if deal.direct and any(lot.state == LotState.DROPPED for lot in lots):
        return "completed_short"
    ended = "given_back" if ended_unpaid(lots) and not deal.direct else "completed"
    return ended if now.may_rate else f"{ended}_rated"


# Endings for other reasons than missing signatures.
CLOSED_BY: Final = frozenset({"refuse", "approval_expired", "idle", "cancel_agreed", "undelivered"})


def _sentence(chat: ChatContext, wait: Wait, other: str, deal: Deal, lots: int) -> str:
    """Return the sentence of one wait.

    A dispute's sentence names no delivery, so add its number if there are several.
    """
    words, lot = chat.words, wait.lot
    # If both sides read the same, the catalogue has one sentence for both.
    code = as_settled(chat, wait.code if words.knows(wait.code) else wait.code.rpartition(".")[0], deal)
    parts: dict[str, object] = {"other": other, "due": wait.due if wait.due is not None else ""}
    if lot is not None:
        parts |= {"lot": lot.number, "truck": lot.truck or "", "eta": lot.eta or ""}
    if wait.part is not None:
        parts |= {"amount": wait.part.missing, "opens": wait.part.due_at}
    sentence = words(code, **parts)
    if lot is not None and lots > 1 and wait.code.startswith("turn.case."):
        return labelled(words, words("lot.number", number=lot.number, count=lots), sentence)
    return sentence


SHOWN: Final = 3  # to keep the card short; the lines of the deliveries show the rest
LATEST: Final = datetime.max.replace(tzinfo=UTC)  # sort key without a deadline


@dataclass(frozen=True, slots=True)
class Wait:
    """One step that a deal waits for. `code`: its sentence. `mine`: it is the reader's turn.

    `due`: the time at which it happens by itself; None if it never does. `lot`: the delivery that it is about, if any.
    `part`: the tranche that it is about, if any.
    """

    code: str
    mine: bool
    due: datetime | None
    lot: Lot | None = None
    part: Tranche | None = None


def in_order(waits: Iterable[Wait]) -> list[Wait]:
    """Sort waits: those of the reader first, then the others, the soonest first in each group."""
    return sorted(waits, key=lambda wait: (not wait.mine, wait.due or LATEST))


def lot_waits(
    lots: Sequence[Lot],
    side: Side,
    due: Mapping[str, Timer],
    cases: Mapping[str, Case],
    ruled_by: Mapping[str, Timer],
    *,
    short: Collection[str] = (),
) -> list[Wait]:
    """Return the waits of the open deliveries.

    `due`: the next deadline by delivery. `cases`: open disputes by delivery. `ruled_by`: the deadlines of these.
    `short`: deliveries weighed so low by the buyer alone that their silence is a claim.

    Deliveries of a later tranche wait for it, which is said elsewhere. They are listed only if all deliveries wait so.
    """
    opened = [lot for lot in lots if lot.state not in LOT.final]
    going = [lot for lot in opened if lot.state != LotState.WAITING]
    found = []
    for lot in going or opened[:1]:
        case = cases.get(lot.id)
        timer = ruled_by.get(case.id) if case is not None else None
        if case and timer:
            found.append(case_wait(case, side, timer, lot))
        else:
            found.append(lot_wait(lot, side, due.get(lot.id), short=lot.id in short))
    return found


def lot_wait(lot: Lot, side: Side, timer: Timer | None, *, short: bool = False) -> Wait:
    """Return the wait of a delivery. It waits for the side that is reminded of the deadline."""
    mine = is_turn_of(lot, side)
    if timer is not None:
        asked = {side, "other"} if lot.asked_by is not None and lot.asked_by != side else {side}
        mine = mine or bool(LOT.reminds(lot.state, timer.event) & asked)
    due = timer.due_at if timer is not None else None
    situation = "inspection_short" if short else _lot_situation(lot, side)
    return Wait(f"turn.lot.{situation}.{side}", mine, due, lot)


def case_wait(case: Case, side: Side, timer: Timer, lot: Lot | None) -> Wait:
    """Return the wait of a dispute with a deadline. Until a ruling counts, either side may appeal."""
    mine = case.state == CaseState.RULED or side in CASE.reminds(case.state, timer.event)
    return Wait(f"turn.case.{case.state}.party", mine, timer.due_at, lot)


TASKS: Final[Mapping[str, frozenset[LotState]]] = {
    "buyer": frozenset({LotState.INSPECTION, LotState.CLAIM_OFFERED, LotState.LATE, LotState.REFEREE}),
    "seller": frozenset({LotState.PLANNED, LotState.LATE, LotState.CLAIM, LotState.REFEREE}),
}


def is_turn_of(lot: Lot, side: Side) -> bool:
    """Return True if the next step with a delivery is this side's."""
    if lot.state == LotState.REFEREE_FOUND or (lot.state == LotState.PLANNED and lot.asked_by not in (None, side)):
        return lot.asked_by != side
    return lot.state in TASKS[side]


def _lot_situation(lot: Lot, side: Side) -> str:
    """Return the delivery's state, refined where the person who has to act reads another sentence."""
    if lot.state == LotState.PLANNED and lot.asked_by is not None:
        return "drop_asked_me" if lot.asked_by != side else "drop_asked_them"
    if lot.state == LotState.CLAIM and lot.never_came:
        return "never_came"
    if lot.state == LotState.REFEREE_FOUND:
        return "referee_found_me" if lot.asked_by != side else "referee_found_them"
    return lot.state
