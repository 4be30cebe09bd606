"""The description of one world: its seed, its population, its faults, and how far it is watched."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a world's population, and the range of days on which faults come."""

    sellers: int = 2
    buyers: int = 5
    consultants: int = 1
    seekers: int = 2
    operators: int = 2
    fault_days: tuple[int, int] = (3, 21)
    scarce: float = 0.4  # share of the worlds: everybody wants the same last truck
    # share of the consultants: they advise on one day a week, so that a card is kept and held later
    one_day: float = 0.25
    companies: float = 0.4  # share of the worlds: a clerk buys for a company, and its head must approve large deals
    likes: Mapping[str, float] = field(default_factory=dict)  # weights of presses that differ from the usual ones


WHOLE: Final = Scale()
SMALL: Final = Scale(1, 1, 1, 1, 1, (2, 2), companies=0.0)
TO_THE_END: Final = {
    "session.end": 0.0,
    "session.end_now": 0.0,
    "session.out": 0.0,
    "session.extend": 30.0,
    "session.take_more": 0.0,
}
COMPLAINTS: Final = {"session.complain": 60.0, "session.appeal": 30.0, "session.give_back": 0.0, "session.grant": 0.05}
LATE_ACCOUNT: Final = {"payout.set_up": 0.03}
TRANSFERS: Final = {"pay.how": 90.0, "pay.by": 0.0, "pay.by bank_transfer": 300.0, "credit.give_back": 0.0}
CLAIMS: Final = {"lot.accept": 1.0, "lot.claim": 40.0, "lot.grant": 40.0}
SCALES: Final[Mapping[str, Scale]] = {
    "whole": WHOLE,
    "town": Scale(1, 2, 1, 2, 1, (3, 4)),  # a few of each kind for some days
    "trade": Scale(2, 4, 0, 0, 1, (4, 7)),
    "talks": Scale(0, 0, 1, 4, 1, (4, 6)),
    "one day": Scale(0, 0, 1, 4, 1, (4, 6), one_day=1.0),  # one day a week: every card is kept, and held later
    "last truck": Scale(1, 5, 0, 0, 1, (3, 4), scarce=1.0),  # everybody wants it
    "company": Scale(1, 1, 0, 0, 1, (5, 7), scarce=0.0, companies=1.0),
    "one seller": Scale(1, 5, 0, 0, 1, (5, 8), scarce=0.0, companies=0.0),
    # The seller can only be paid weeks later.
    "late account": Scale(1, 6, 0, 0, 1, (10, 14), scarce=0.0, companies=0.0, likes=LATE_ACCOUNT),
    # For every lot a claim is made, granted and paid back.
    "claims": Scale(1, 5, 0, 0, 1, (8, 12), scarce=0.0, companies=0.0, likes=CLAIMS),
    # Everything is paid by bank transfer, and excess money is never asked back.
    "transfers": Scale(1, 5, 0, 0, 1, (5, 8), scarce=0.0, companies=0.0, likes=TRANSFERS),
    # Most sessions that are paid are complained of, and most rulings are appealed against.
    "complaints": Scale(0, 0, 1, 4, 2, (4, 6), likes=COMPLAINTS),
    # All sessions run to their end; more time is offered, and never taken.
    "long talks": Scale(0, 0, 1, 4, 1, (4, 6), likes=TO_THE_END),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """The description of a world. The same scenario gives the same world, to the last step.

    `calm`: nothing goes wrong. `raised`: faults that it always has. `aloud`: every step is printed.
    `hasty`: the world is left once there is a finding. `until_day`: it is left on that day, as it stands.
    """

    seed: int
    scale: Scale = WHOLE
    calm: bool = False
    raised: tuple[str, ...] = ()
    aloud: bool = False
    hasty: bool = False
    until_day: float = math.inf
