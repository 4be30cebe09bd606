"""What a deal waits for, lot by lot: whose it is, by when, and what of it a card says. Nothing is read here."""

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

SHOWN: Final = 3  # a card stays a card; what waits longest stands on the lots' own lines
LATEST: Final = datetime.max.replace(tzinfo=UTC)  # where what has no deadline stands


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that somebody is waited for. `code`: of its sentence; `mine`: whether it is the reader's to do.

    `due`: what time does about it happens then, None where time does nothing. `lot`: which one it is about, if one.
    `part`: the part of the money that it is about, if it is.
    """

    code: str
    mine: bool
    due: datetime | None
    lot: Lot | None = None
    part: Tranche | None = None


def in_order(waits: Iterable[Wait]) -> list[Wait]:
    """What waits for the reader first, then what waits for others; of each the soonest first."""
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
    """What the open lots wait for. `due`: the next deadline by lot; `cases`: open disputes by lot; `ruled_by`: theirs;
    `short`: of which so little came by the buyer's word that their silence is a claim.

    Lots of a later part of the money wait for that part, which is told by itself: they stand here only when all do.
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
    """What a lot waits for. Who is reminded of a deadline is who it waits for."""
    mine = asks(lot, side)
    if timer is not None:
        asked = {side, "other"} if lot.asked_by is not None and lot.asked_by != side else {side}
        mine = mine or bool(LOT.reminds(lot.state, timer.event) & asked)
    due = timer.due_at if timer is not None else None
    situation = "inspection_short" if short else _situation(lot, side)
    return Wait(f"turn.lot.{situation}.{side}", mine, due, lot)


def case_wait(case: Case, side: Side, timer: Timer, lot: Lot | None) -> Wait:
    """What a dispute waits for, while it has a day of its own. Until a ruling counts, either side may appeal."""
    mine = case.state == CaseState.RULED or side in CASE.reminds(case.state, timer.event)
    return Wait(f"turn.case.{case.state}.party", mine, timer.due_at, lot)


TASKS: Final[Mapping[str, frozenset[LotState]]] = {
    "buyer": frozenset({LotState.INSPECTION, LotState.CLAIM_OFFERED, LotState.LATE, LotState.REFEREE}),
    "seller": frozenset({LotState.PLANNED, LotState.LATE, LotState.CLAIM, LotState.REFEREE}),
}


def asks(lot: Lot, side: Side) -> bool:
    """Whether the next step with a lot is this side's."""
    if lot.state == LotState.REFEREE_FOUND or (lot.state == LotState.PLANNED and lot.asked_by not in (None, side)):
        return lot.asked_by != side
    return lot.state in TASKS[side]


def _situation(lot: Lot, side: Side) -> str:
    """The lot's state, as far as it is told differently to whoever has to act."""
    if lot.state == LotState.PLANNED and lot.asked_by is not None:
        return "drop_asked_me" if lot.asked_by != side else "drop_asked_them"
    if lot.state == LotState.CLAIM and lot.never_came:
        return "never_came"
    if lot.state == LotState.REFEREE_FOUND:
        return "referee_found_me" if lot.asked_by != side else "referee_found_them"
    return lot.state
