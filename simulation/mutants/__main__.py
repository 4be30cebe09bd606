"""`python -m simulation.mutants --seeds 300`: switch off one rule after the other; which world tells first?"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import os
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from simulation.fleet import play_alone
from simulation.mutants.catalogue import RULES

ENOUGH = 0.95  # of the rules that are not known to be covered by another


@dataclass(frozen=True, slots=True)
class Found:
    """`seed`: the first world that told; None when none did."""

    rule: str
    seed: int | None
    what: str
    seconds: float


def hunt(rule: str, seeds: int, first: int = 1) -> Found:
    """Play worlds without this rule until one does not hold."""
    warnings.simplefilter("ignore")
    began = time.monotonic()
    for seed in range(first, first + seeds):
        verdict = play_alone(seed, rule, hasty=True)
        if verdict.violations:
            return Found(rule, seed, verdict.violations[0], time.monotonic() - began)
    return Found(rule, None, "", time.monotonic() - began)


def main() -> int:
    asked = argparse.ArgumentParser(prog="simulation.mutants", description=__doc__)
    asked.add_argument("--seeds", type=int, default=300, help="how many worlds each rule is looked for in")
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--only", nargs="*", default=list(RULES), choices=list(RULES), metavar="RULE")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = asked.parse_args()
    find = functools.partial(hunt, seeds=given.seeds, first=given.first)
    caught = covered = 0
    with ProcessPoolExecutor(given.processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for found in pool.map(find, given.only):
            rule = RULES[found.rule]
            caught += found.seed is not None
            covered += found.seed is None and bool(rule.covered_by)
            where = f"seed {found.seed}" if found.seed is not None else rule.covered_by or "NOT CAUGHT"
            print(f"{found.rule:24} {where:12} {found.seconds:6.0f} s  {rule.says}: {found.what[:120]}", flush=True)
    counted = len(given.only) - covered
    share = caught / counted if counted else 1.0
    print(f"{caught} of {counted} rules caught ({share:.0%}); {covered} more are covered by another rule")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
