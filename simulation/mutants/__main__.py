"""`python -m simulation.mutants --seeds 300`: switch off each rule in turn, and find the first world that misses it.

`--calls 3` plays so many worlds of each scale with all rules in force. It says how often each function is called that a
rule would replace: a function without calls cannot be missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import warnings
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from simulation.log import Log
from simulation.mutants.calls import counted
from simulation.mutants.catalogue import RULES
from simulation.mutants.hunt import Found, hunt, look
from simulation.scenario import SCALES

ENOUGH: Final = 0.95  # share of the rules that are not known to be covered by another
TOLD: Final = 160  # letters of a violation, in the table


def main() -> int:
    asked = arguments()
    if asked.calls:
        return print_calls(asked.calls)
    log = Log(Found, asked.log)
    latest = {found.rule: found for found in log.read() if found.tried}
    told = {found.rule: found.seed for found in Log(Found, asked.before).read() if found.seed is not None}
    left = [rule for rule in asked.only if not is_done(latest.get(rule), asked.seeds)]
    ahead = [seeds_ahead(told.get(rule), latest.get(rule), asked.seeds) for rule in left]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.processes, mp_context=context) as pool:
        for found in pool.map(hunt, left, ahead):
            log.keep(found)
            latest[found.rule] = found
            print(line(found), flush=True)
    if asked.table is not None:
        asked.table.write_text(table(latest))
    caught, covered = tally({rule: found for rule, found in latest.items() if rule in asked.only})
    counted = len(asked.only) - covered
    share = caught / counted if counted else 1.0
    print(f"{caught} of {counted} rules caught ({share:.0%}); {covered} more are covered by another rule")
    unsound = [each for found in latest.values() for each in found.unsound]
    print("\n".join(f"does not hold with all rules either: {each}" for each in unsound))
    return 0 if share >= ENOUGH and not unsound else 1


def print_calls(seeds: int) -> int:
    warnings.simplefilter("ignore")
    with counted() as calls:
        wrong = [each for scale in SCALES for seed in range(1, seeds + 1) for each in look(seed, scale, ()).violations]
    for name, count in sorted(calls.items(), key=lambda each: each[1]):
        print(f"{count:8} {name}")
    return 1 if wrong or not all(calls.values()) else 0


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="simulation.mutants", description=__doc__)
    asked.add_argument("--seeds", type=int, default=300, help="how many worlds each rule is looked for in")
    asked.add_argument("--only", nargs="*", default=list(RULES), choices=list(RULES), metavar="RULE")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--log", type=Path, help="a line for each rule; what is in it is not looked for again")
    asked.add_argument(
        "--before", type=Path, help="the log of an earlier run: the worlds that told then are tried first"
    )
    asked.add_argument("--calls", type=int, default=0, help="only count the calls, in so many worlds of each scale")
    asked.add_argument("--table", type=Path, help="write all that is known as a page")
    return asked.parse_args()


def seeds_ahead(told: int | None, found: Found | None, seeds: int) -> list[int]:
    """Return the seed that was caught in an earlier run, then the seeds that this run has not tried."""
    tried = 0 if found is None else found.tried
    first = [told] if told is not None and told > tried else []
    return list(dict.fromkeys([*first, *range(tried + 1, seeds + 1)]))


def is_done(found: Found | None, seeds: int) -> bool:
    return found is not None and (found.seed is not None or found.tried >= seeds)


def tally(latest: Mapping[str, Found]) -> tuple[int, int]:
    """Return how many rules were caught, and how many of the others are covered by another."""
    caught = sum(found.seed is not None for found in latest.values())
    covered = sum(found.seed is None and bool(RULES[rule].covered_by) for rule, found in latest.items())
    return caught, covered


def line(found: Found) -> str:
    where = place(found) if found.seed is not None else RULES[found.rule].covered_by or "NOT CAUGHT"
    return f"{found.rule:24} {where:30} {found.seconds:6.0f} s  {RULES[found.rule].says}: {found.what[:TOLD]}"


def place(found: Found) -> str:
    """Return the catching world: its seed, its scale and its raised faults."""
    rule = RULES[found.rule]
    return f"seed {found.seed} of `{rule.among}`" + "".join(f", `{kind}`" for kind in rule.raised)


def table(latest: Mapping[str, Found]) -> str:
    """Return a page with a row for each rule that was looked for, in the order of the catalogue."""
    caught, covered = tally(latest)
    rows = [row(latest[rule]) for rule in RULES if rule in latest]
    head = (
        "# Rules switched off",
        "",
        "Each row is a rule of the product that `simulation/mutants` switches off from outside, and a world that",
        "tells. The world has a seed, a scale (`simulation/scenario.py`) and raised faults. Those happen more often",
        "there than elsewhere, because the rule is only needed then. The same world with all rules in force has told",
        "nothing. The first of several breaks is named. Written by `make mutants`; one is seen again with",
        "`python -m simulation --replay SEED --without RULE`.",
        "",
        f"{len(latest)} of {len(RULES)} rules were looked for: {caught} are caught, {covered} are covered by another.",
        "",
        "| rule | what it says | caught by | what was told |",
        "| --- | --- | --- | --- |",
    )
    return "\n".join((*head, *rows)) + "\n"


def row(found: Found) -> str:
    rule = RULES[found.rule]
    where = place(found) if found.seed is not None else "covered" if rule.covered_by else "not caught"
    unseen = rule.covered_by or f"not within {found.tried} worlds"
    what = found.what.partition("; ")[0][:TOLD] if found.seed is not None else unseen
    return f"| {rule.name} | {rule.says} | {where} | {what.replace('|', '/')} |"


if __name__ == "__main__":
    sys.exit(main())
