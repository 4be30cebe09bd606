"""An operator reads in words what happened in a session that was complained of: no step of its table is left a code."""

from __future__ import annotations

from conversations.advice.aftercare.complaint import STEPS
from core.advice.sessions.process import SESSION

COMPLAINED = "session_dispute"


def before(state: str) -> set[str]:
    """The states from which this one can be reached, and itself."""
    reached = {state}
    while more := {each.source for each in SESSION.transitions if each.to in reached} - reached:
        reached |= more
    return reached


def test_every_step_that_leads_to_a_complaint_and_away_from_it_has_a_word() -> None:
    course = before(COMPLAINED)
    taken = {each.event for each in SESSION.transitions if each.source in course and each.to in course}
    taken |= {each.event for each in SESSION.transitions if each.source in (COMPLAINED, "paying_out")}
    assert {"pick_time", "continue", "complain", "rule", "paid_out"} <= taken
    assert taken <= STEPS.keys()
