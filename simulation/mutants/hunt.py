"""The search for a world that misses a rule. Worker processes import it by its name, so it is not in `__main__`."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulation.mutants.catalogue import RULES
from simulation.pool import scratch_folder
from simulation.scenario import SCALES, Scenario
from simulation.world import Verdict, play


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a hunt. `seed`: the first world that missed the rule; None if there is none up to `tried`.

    `worlds`: how many were played. `unsound`: in words, worlds that fail even with all rules in force.
    """

    rule: str
    seed: int | None
    what: str
    seconds: float
    tried: int
    worlds: int = 0
    unsound: tuple[str, ...] = ()


def hunt(rule: str, seeds: Sequence[int]) -> Found:
    """Play worlds without this rule until one fails that does not fail with it."""
    warnings.simplefilter("ignore")
    began, worlds = time.monotonic(), 0
    unsound: list[str] = []
    among, raised = RULES[rule].among, RULES[rule].raised
    for seed in seeds:
        worlds += 1
        with RULES[rule].off():
            told = look(seed, among, raised)
        if not told.violations:
            continue
        worlds += 1
        itself = as_it_is(seed, among, raised, math.inf if told.rested else told.days + A_DAY)
        if not itself:
            return Found(rule, seed, told.violations[0], time.monotonic() - began, seed, worlds, tuple(unsound))
        unsound.append(f"seed {seed} of {among} with {raised}: {itself[0]}")
    return Found(rule, None, "", time.monotonic() - began, max(seeds, default=0), worlds, tuple(unsound))


def look(seed: int, among: str, raised: tuple[str, ...], until_day: float = math.inf) -> Verdict:
    asked = Scenario(seed, SCALES[among], raised=raised, hasty=True, until_day=until_day)
    return play(asked, Path(scratch_folder().name))


def as_it_is(seed: int, among: str, raised: tuple[str, ...], until_day: float) -> list[str]:
    """Return what this world violates even with all rules in force: that is not due to a missing rule."""
    known, found = KNOWN.get((seed, among, raised), (0.0, []))
    if not found and known < until_day:
        found = look(seed, among, raised, until_day).violations
        KNOWN[seed, among, raised] = until_day, found
    return found


A_DAY: Final = 1.0  # days by which the judge's look may be later than in the world that failed
KNOWN: Final[dict[tuple[int, str, tuple[str, ...]], tuple[float, list[str]]]] = {}
