"""In which order those who fit are shown: fit first, then merit, a place for who is promoted, a share for who is new.

Whoever calls has filtered already, so nothing here lets anybody in. Pure, and the same for the same line on any day.

1. Fit parts the line into classes: what answers at least three quarters as well as the best answer, at least two
   fifths, and the rest. Nobody passes into a better class, whatever they pay.
2. Within a class everybody stands by merit, as they came, and each run of `RUN` places keeps two for others:
   the first for one who is promoted (of several, who was shown least in the last week, then by id); the third for one
   who is new, as long as the new ones have had less than `NEW_SHARE` of all showings of the last week in this class
   (again who was shown least). A place that nobody may take goes to the next by merit.
3. Promoted and new ones also stand by merit like everybody else; nobody is shown twice.

New is who was shown fewer than `NEW_UNTIL` times in all: it ends by being seen, so that pausing makes nobody new again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

CLASSES: Final = (0.75, 0.4)  # of the best score; what is below the last is the last class
RUN: Final = 5
PROMOTED_PLACE, NEW_PLACE = 0, 2  # of each run, counted from 0
NEW_SHARE: Final = Fraction(1, 5)
NEW_UNTIL: Final = 200  # showings


@dataclass(frozen=True, slots=True)
class RankedExpert:
    """Somebody in line. `score`: how well they answer; `promoted`: here, for this wish.

    `shown` and `shown_this_week`: how often they stood in a list, from our own counters.
    """

    id: str
    score: float
    promoted: bool = False
    shown: int = 0
    shown_this_week: int = 0

    @property
    def new(self) -> bool:
        return self.shown < NEW_UNTIL


def in_line(standing: Sequence[RankedExpert]) -> list[RankedExpert]:
    """All of them, each once. Given best first by merit."""
    best = max((each.score for each in standing), default=0.0)
    classes: list[list[RankedExpert]] = [[] for _ in range(len(CLASSES) + 1)]
    for each in standing:
        classes[class_of(each.score, best)].append(each)
    return [each for of_one_class in classes for each in _placed(of_one_class)]


def class_of(score: float, best: float) -> int:
    """0 for who answers about as well as the best; who has no best to be measured by is alike."""
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
    """Who was shown least this week comes first."""
    return deque(sorted(some, key=lambda each: (each.shown_this_week, each.id)))


def _owed(line: Sequence[RankedExpert]) -> bool:
    """Whether the new ones have had less than their share."""
    showings = sum(each.shown_this_week for each in line)
    of_new = sum(each.shown_this_week for each in line if each.new)
    return Fraction(of_new, showings) < NEW_SHARE if showings else True


def _next(line: deque[RankedExpert], placed: dict[str, RankedExpert]) -> RankedExpert | None:
    while line and line[0].id in placed:
        line.popleft()
    return line[0] if line else None
