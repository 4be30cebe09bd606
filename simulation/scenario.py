"""What one world is asked to be: its seed, who lives in it, its faults, and how far it is watched."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """How many live in a world, and for how many days at least and at most faults come."""

    sellers: int = 2
    buyers: int = 5
    consultants: int = 1
    seekers: int = 2
    operators: int = 2
    fault_days: tuple[int, int] = (3, 21)
    scarce: float = 0.4  # of the worlds: everybody wants the same last truck
    one_day: float = 0.25  # of the consultants: they talk on one day a week, so that a card is kept and held later
    companies: float = 0.4  # of the worlds: somebody buys for a company, whose head must say yes to what is large
    likes: Mapping[str, float] = field(default_factory=dict)  # what everybody does more gladly than usual, or less


WHOLE: Final = Scale()
SMALL: Final = Scale(1, 1, 1, 1, 1, (2, 2), companies=0.0)
TO_THE_END: Final = {
    "session.end": 0.0,
    "session.end_now": 0.0,
    "session.out": 0.0,
    "session.extend": 30.0,
    "session.take_more": 0.0,
}
LATE_ACCOUNT: Final = {"payout.set_up": 0.03}
TRANSFERS: Final = {"pay.how": 90.0, "pay.by": 0.0, "pay.by bank_transfer": 300.0, "credit.give_back": 0.0}
CLAIMS: Final = {"lot.accept": 1.0, "lot.claim": 40.0, "lot.grant": 40.0}
SCALES: Final[Mapping[str, Scale]] = {
    "whole": WHOLE,
    "town": Scale(1, 2, 1, 2, 1, (3, 4)),  # a few of everybody for some days
    "trade": Scale(2, 4, 0, 0, 1, (4, 7)),
    "talks": Scale(0, 0, 1, 4, 1, (4, 6)),
    "one day": Scale(0, 0, 1, 4, 1, (4, 6), one_day=1.0),  # a week: every card is kept, and held later
    "last truck": Scale(1, 5, 0, 0, 1, (3, 4), scarce=1.0),  # which everybody wants
    "company": Scale(1, 1, 0, 0, 1, (5, 7), scarce=0.0, companies=1.0),
    "one seller": Scale(1, 5, 0, 0, 1, (5, 8), scarce=0.0, companies=0.0),
    # The seller can be paid only weeks later.
    "late account": Scale(1, 6, 0, 0, 1, (10, 14), scarce=0.0, companies=0.0, likes=LATE_ACCOUNT),
    # Of every lot something is claimed, granted and given back.
    "claims": Scale(1, 5, 0, 0, 1, (8, 12), scarce=0.0, companies=0.0, likes=CLAIMS),
    # All is paid by bank transfer, and what was too much is never asked for.
    "transfers": Scale(1, 5, 0, 0, 1, (5, 8), scarce=0.0, companies=0.0, likes=TRANSFERS),
    # Nobody hangs up; more time is offered, and never taken.
    "long talks": Scale(0, 0, 1, 4, 1, (4, 6), likes=TO_THE_END),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """The same scenario is the same world, to the last step.

    `calm`: nothing goes wrong; `raised`: faults that it has in any case. `aloud`: every step is printed. `hasty`: it
    is left when there is something to tell; `until_day`: it is left then, as it stands, for who wants to see no more.
    """

    seed: int
    scale: Scale = WHOLE
    calm: bool = False
    raised: tuple[str, ...] = ()
    aloud: bool = False
    hasty: bool = False
    until_day: float = math.inf
