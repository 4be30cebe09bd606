"""Two processes reach for one of each thing that can be had once, on the database of this run."""

from __future__ import annotations

from tests.races.contest import Contest
from tests.races.prizes import KINDS


async def test_single_prize_is_won_once(database: str) -> None:
    outcome = await Contest(database, 2).hold(attempts=1, batch=len(KINDS))
    assert outcome.wrong == []
    assert outcome.said["won"] >= len(KINDS)
    assert {"listing.not_for_sale", "session.slot_taken"} <= set(outcome.said)
