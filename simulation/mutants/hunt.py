"""Looks for the world that misses a rule. Apart from the command, for the processes that look import it by its name."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from simulation.fleet import berth
from simulation.mutants.catalogue import RULES
from simulation.people.cast import SCALES
from simulation.world import play


@dataclass(frozen=True, slots=True)
class Found:
    """`seed`: the first world that told; None when none did of those up to `tried`.

    `worlds`: how many were played; `unsound`: those which do not hold with all rules in force either, in words.
    """

    rule: str
    seed: int | None
    what: str
    seconds: float
    tried: int
    worlds: int = 0
    unsound: tuple[str, ...] = ()


def hunt(rule: str, seeds: range) -> Found:
    """Play worlds without this rule until one does not hold that holds with it."""
    warnings.simplefilter("ignore")
    began, worlds = time.monotonic(), 0
    unsound: list[str] = []
    among, raised = RULES[rule].among, RULES[rule].raised
    for seed in seeds:
        worlds += 1
        with RULES[rule].off():
            wrong = violations(seed, among, raised)
        if not wrong:
            continue
        worlds += 1
        itself = as_it_is(seed, among, raised)
        if not itself:
            return Found(rule, seed, wrong[0], time.monotonic() - began, seed, worlds, tuple(unsound))
        unsound.append(f"seed {seed} of {among} with {raised}: {itself[0]}")
    return Found(rule, None, "", time.monotonic() - began, seeds.stop - 1, worlds, tuple(unsound))


def violations(seed: int, among: str, raised: tuple[str, ...]) -> list[str]:
    return play(seed, Path(berth().name), hasty=True, scale=SCALES[among], raised=raised).violations


@cache
def as_it_is(seed: int, among: str, raised: tuple[str, ...]) -> list[str]:
    """What does not hold of this world with all rules in force: nothing, or what it told was no rule's absence."""
    return violations(seed, among, raised)
