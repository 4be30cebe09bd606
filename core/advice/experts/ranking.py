"""The order in which matching consultants are shown: by fit, then merit, with places for promoted and new ones.

The caller has filtered already, so ranking adds no consultant. Pure, and the same for the same list on any day.

1. Fit divides the list into three classes. The first scores at least three quarters of the best answer, the second at
   least two fifths, the third less. Payment never moves a consultant into a better class.
2. Within a class consultants keep their order of merit, and each run of `RUN` places reserves two. The first is for a
   promoted one: of several, the least shown in the last week, then by id. The third is for a new one, again the least
   shown. It applies as long as new ones have had less than `NEW_SHARE` of the last week's showings in this class. A
   reserved place without a candidate goes to the next by merit.
3. Promoted and new ones also keep their place by merit; each consultant is shown once.

A consultant is new while shown fewer than `NEW_UNTIL` times in all. Only showings end this, so a pause makes no
consultant new again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

CLASSES: Final = (0.75, 0.4)  # shares of the best score; below the last share is the last class
RUN: Final = 5
PROMOTED_PLACE, NEW_PLACE = 0, 2  # places in each run, counted from 0
NEW_SHARE: Final = Fraction(1, 5)
NEW_UNTIL: Final = 200  # showings


@dataclass(frozen=True, slots=True)
class RankedExpert:
    """A consultant in the list. `score`: how well they answer; `promoted`: in this search.

    `shown` and `shown_this_week`: how often they were in a list, from our own counters.
    """

    id: str
    score: float
    promoted: bool = False
    shown: int = 0
    shown_this_week: int = 0

    @property
    def new(self) -> bool:
        return self.shown < NEW_UNTIL


def in_line(experts: Sequence[RankedExpert]) -> list[RankedExpert]:
    """Return all consultants, each once. They are given best first by merit."""
    best = max((each.score for each in experts), default=0.0)
    classes: list[list[RankedExpert]] = [[] for _ in range(len(CLASSES) + 1)]
    for each in experts:
        classes[class_of(each.score, best)].append(each)
    return [each for of_one_class in classes for each in _placed(of_one_class)]


def class_of(score: float, best: float) -> int:
    """Return the class of a score, 0 for one close to the best. Without a positive best score all are in class 0."""
    if best <= 0:
        return 0
    return next((place for place, share in enumerate(CLASSES) if score >= share * best), len(CLASSES))


def _placed(by_merit: Sequence[RankedExpert]) -> list[RankedExpert]:
    merit = deque(by_merit)
    promoted = _in_turn(each for each in by_merit if each.promoted)
    new = _in_turn(each for each in by_merit if each.new) if _owed(by_merit) else deque()
    placed: dict[str, RankedExpert] = {}
    while len(placed) < len(by_merit):
        place = len(placed) % RUN
        lines = {PROMOTED_PLACE: (promoted, merit), NEW_PLACE: (new, merit)}.get(place, (merit,))
        following = next(each for line in lines if (each := _next(line, placed)) is not None)
        placed[following.id] = following
    return list(placed.values())


def _in_turn(some: Iterable[RankedExpert]) -> deque[RankedExpert]:
    """Order by showings this week, the least shown first."""
    return deque(sorted(some, key=lambda each: (each.shown_this_week, each.id)))


def _owed(line: Sequence[RankedExpert]) -> bool:
    """Return whether new consultants have had less than their share of showings."""
    showings = sum(each.shown_this_week for each in line)
    of_new = sum(each.shown_this_week for each in line if each.new)
    return Fraction(of_new, showings) < NEW_SHARE if showings else True


def _next(line: deque[RankedExpert], placed: dict[str, RankedExpert]) -> RankedExpert | None:
    while line and line[0].id in placed:
        line.popleft()
    return line[0] if line else None
