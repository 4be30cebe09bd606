"""One appeal for each side against a ruling: the part of a process in which an operator has ruled.

A ruling counts when its term is over. The first appeal hands it to an operator who has not ruled on it. The
second ruling is the last word. If none comes in time, the first stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from core.kernel.process import TIME, State, Transition

APPEAL_WITHIN: Final = timedelta(hours=48)
REVIEW_WITHIN: Final = timedelta(days=14)

NOT_APPEALED: Final = frozenset({"unheard"})  # a side that has not appealed itself
REVIEWER: Final = frozenset({"reviewer"})  # an operator who has not ruled on it before

APPEALS_BIND: Final = frozenset({"appeal", "rule_again"})


def appeals(
    ruled: State, appealed: State, carried_out: State, parties: frozenset[str]
) -> tuple[Transition[State], ...]:
    """Return the lines of a process from its first ruling to the state in which a ruling is carried out."""
    return (
        Transition(ruled, "appeal", parties, appealed),
        Transition(appealed, "appeal", NOT_APPEALED, appealed),
        Transition(ruled, "appeal_over", TIME, carried_out, APPEAL_WITHIN),
        Transition(appealed, "rule_again", REVIEWER, carried_out),
        # Then the first ruling stands.
        Transition(appealed, "review_limit", TIME, carried_out, REVIEW_WITHIN, REVIEWER),
    )


def roles_of_party(appeals_of_side: Iterable[str | None]) -> frozenset[str]:
    """Return the further role of a person by the appeals of their sides: "unheard" while one has not appealed."""
    return NOT_APPEALED if any(each is None for each in appeals_of_side) else frozenset()


def roles_of_operator(person: str | None, ruled_by: Iterable[str]) -> frozenset[str]:
    """Return the further role of an operator: "reviewer" if they have not ruled on it."""
    return frozenset() if person in set(ruled_by) else REVIEWER
