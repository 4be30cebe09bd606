"""What one world is asked to be: its seed, who lives in it, its weather, and how far it is watched."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.people.cast import WHOLE, Scale


@dataclass(frozen=True, slots=True)
class Scenario:
    """The same scenario is the same world, to the last step.

    `calm`: nothing goes wrong; `raised`: weather that it has in any case. `aloud`: every step is printed. `hasty`: it
    is left when there is something to tell; `until_day`: it is left then, as it stands, for who wants to see no more.
    """

    seed: int
    scale: Scale = WHOLE
    calm: bool = False
    raised: tuple[str, ...] = ()
    aloud: bool = False
    hasty: bool = False
    until_day: float = math.inf
