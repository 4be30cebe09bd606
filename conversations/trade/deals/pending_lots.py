"""The waits of a deal by delivery: whose turn it is, by when, and which a card shows. It reads no data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.kernel.timers import Timer
from core.trade.deals.model import Side
from core.trade.delivery.model import LOT, Lot, LotState
from core.trade.disputes.model import CASE, Case, CaseState
from core.trade.funding.model import Tranche

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
    mine = asks(lot, side)
    if timer is not None:
        asked = {side, "other"} if lot.asked_by is not None and lot.asked_by != side else {side}
        mine = mine or bool(LOT.reminds(lot.state, timer.event) & asked)
    due = timer.due_at if timer is not None else None
    situation = "inspection_short" if short else _situation(lot, side)
    return Wait(f"turn.lot.{situation}.{side}", mine, due, lot)


def case_wait(case: Case, side: Side, timer: Timer, lot: Lot | None) -> Wait:
    """Return the wait of a dispute with a deadline. Until a ruling counts, either side may appeal."""
    mine = case.state == CaseState.RULED or side in CASE.reminds(case.state, timer.event)
    return Wait(f"turn.case.{case.state}.party", mine, timer.due_at, lot)


TASKS: Final[Mapping[str, frozenset[LotState]]] = {
    "buyer": frozenset({LotState.INSPECTION, LotState.CLAIM_OFFERED, LotState.LATE, LotState.REFEREE}),
    "seller": frozenset({LotState.PLANNED, LotState.LATE, LotState.CLAIM, LotState.REFEREE}),
}


def asks(lot: Lot, side: Side) -> bool:
    """Return True if the next step with a delivery is this side's."""
    if lot.state == LotState.REFEREE_FOUND or (lot.state == LotState.PLANNED and lot.asked_by not in (None, side)):
        return lot.asked_by != side
    return lot.state in TASKS[side]


def _situation(lot: Lot, side: Side) -> str:
    """Return the delivery's state, refined where the person who has to act reads another sentence."""
    if lot.state == LotState.PLANNED and lot.asked_by is not None:
        return "drop_asked_me" if lot.asked_by != side else "drop_asked_them"
    if lot.state == LotState.CLAIM and lot.never_came:
        return "never_came"
    if lot.state == LotState.REFEREE_FOUND:
        return "referee_found_me" if lot.asked_by != side else "referee_found_them"
    return lot.state
