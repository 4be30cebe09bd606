"""Steps of a session under complaint: the operator reads each one in words, never as a code."""

from __future__ import annotations

from conversations.advice.aftercare.complaint import STEPS
from core.advice.sessions.model import SESSION

COMPLAINED = "session_dispute"


def before(state: str) -> set[str]:
    """Return this state and the states from which it can be reached."""
    reached = {state}
    while more := {each.source for each in SESSION.transitions if each.to in reached} - reached:
        reached |= more
    return reached


def test_every_step_that_leads_to_a_complaint_and_away_from_it_has_a_word() -> None:
    steps = before(COMPLAINED)
    taken = {each.event for each in SESSION.transitions if each.source in steps and each.to in steps}
    taken |= {each.event for each in SESSION.transitions if each.source in (COMPLAINED, "paying_out")}
    assert {"pick_time", "continue", "complain", "rule", "paid_out"} <= taken
    assert taken <= STEPS.keys()
