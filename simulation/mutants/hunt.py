"""Looks for the world that misses a rule. Apart from the command, for the processes that look import it by its name."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

from simulation.fleet import play_alone


@dataclass(frozen=True, slots=True)
class Found:
    """`seed`: the first world that told; None when none did of those up to `tried`."""

    rule: str
    seed: int | None
    what: str
    seconds: float
    tried: int


def hunt(rule: str, seeds: range) -> Found:
    """Play worlds without this rule until one does not hold."""
    warnings.simplefilter("ignore")
    began = time.monotonic()
    for seed in seeds:
        verdict = play_alone(seed, rule, hasty=True)
        if verdict.violations:
            return Found(rule, seed, verdict.violations[0], time.monotonic() - began, seed)
    return Found(rule, None, "", time.monotonic() - began, seeds.stop - 1)
