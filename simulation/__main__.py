"""`python -m simulation --seeds 200`: play so many worlds; `--replay 17` plays one again and prints what happened.

`--replay 17 --without no_sweep` plays it as `docs/mutants.md` names it: with that rule's scale and faults, and the rule
off. `--as no_sweep` does the same with all rules in force.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Final

from simulation.log import Log
from simulation.mutants.catalogue import RULES
from simulation.pool import play_many, scratch_folder
from simulation.scenario import SCALES, WHOLE, Scenario
from simulation.world import Verdict, play

REGRESSIONS: Final = Path(__file__).with_name("regressions.txt")
ROOT: Final = Path(__file__).parents[1]
SHOWN: Final = 5  # violations shown of each world
COUNTED: Final = ("fault", "killed")  # prefixes of the counts that go into the census


def kept_seeds() -> list[int]:
    """Return the seeds that once found something. They are played in every run."""
    lines = REGRESSIONS.read_text().splitlines()
    return [int(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]


def seed_of_commit() -> int:
    """Return a first seed that differs between commits and is the same for one commit; 1 without a commit."""
    ask = ("git", "rev-parse", "HEAD")
    told = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return int(told.stdout[:8], 16) if told.returncode == 0 else 1


def main() -> int:
    warnings.simplefilter("ignore")  # a killed process leaves coroutines behind that are never awaited
    asked = arguments()
    if asked.replay is not None:
        return replay(asked.replay, asked.without or asked.like, off=asked.without is not None)
    first = seed_of_commit() if asked.of_commit else asked.first
    log = Log(Verdict, asked.log)
    verdicts = log.read()
    known = {verdict.seed for verdict in verdicts}
    seeds = dict.fromkeys([*kept_seeds(), *range(first, first + asked.seeds)])
    began = time.monotonic()
    for verdict in play_many([seed for seed in seeds if seed not in known], asked.processes):
        verdicts.append(verdict)
        log.keep(replace(verdict, tail=[]))
        if verdict.violations:
            print(report(verdict), flush=True)
        if asked.seconds is not None and time.monotonic() - began > asked.seconds:
            break
    if asked.census:
        print(census(verdicts))
    print(summary(verdicts, time.monotonic() - began))
    return 1 if any(verdict.violations for verdict in verdicts) else 0


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="simulation", description=__doc__)
    asked.add_argument("--seeds", type=int, default=20, help="how many fresh worlds, besides those that are kept")
    asked.add_argument("--first", type=int, default=1, help="the first seed")
    asked.add_argument("--of-commit", action="store_true", help="seeds out of the commit's name, instead of --first")
    asked.add_argument("--seconds", type=float, help="begin no other world after so long")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--log", type=Path, help="a line for each world; those that are in it are not played again")
    asked.add_argument("--census", action="store_true", help="say how often each fault and each ending was seen")
    asked.add_argument("--replay", type=int, help="play the world of this seed alone, aloud")
    asked.add_argument("--without", choices=RULES, metavar="RULE", help="switch this rule off in a replay")
    asked.add_argument("--as", dest="like", choices=RULES, metavar="RULE", help="replay the world of this rule")
    return asked.parse_args()


def replay(seed: int, name: str | None, *, off: bool) -> int:
    rule = None if name is None else RULES[name]
    among, raised = (WHOLE, ()) if rule is None else (SCALES[rule.among], rule.raised)
    with rule.off() if rule is not None and off else nullcontext():
        verdict = play(Scenario(seed, among, raised=raised, aloud=True), Path(scratch_folder().name))
    print(report(verdict))
    return 1 if verdict.violations else 0


def report(verdict: Verdict) -> str:
    shown = "\n".join(f"    {each}" for each in verdict.violations[:SHOWN])
    again = f"python -m simulation --replay {verdict.seed}"
    return f"seed {verdict.seed} ({verdict.fingerprint}): {len(verdict.violations)} violations; {again}\n{shown}"


def census(verdicts: Iterable[Verdict]) -> str:
    """Return how often each fault and each ending came."""
    seen = Counter[str]()
    for verdict in verdicts:
        seen.update(verdict.census)
        seen.update({what: count for what, count in verdict.counts.items() if what.startswith(COUNTED)})
    return "\n".join(f"{count:8} {what}" for what, count in sorted(seen.items()))


def summary(verdicts: list[Verdict], seconds: float) -> str:
    """Return a summary of all worlds. `seconds`: how long those of this run have taken."""
    kinds = {what for verdict in verdicts for what in verdict.counts if what.startswith("fault")}
    return (
        f"{len(verdicts)} worlds, {sum(each.journeys for each in verdicts)} journeys, {seconds:.0f} s in this run, "
        f"{sum(each.days for each in verdicts):.0f} days of theirs, {sum(each.commits for each in verdicts)} commits, "
        f"{sum(each.points for each in verdicts)} fault points, {sum(each.faults for each in verdicts)} faults of "
        f"{len(kinds)} kinds, {sum(each.kills for each in verdicts)} kills: "
        f"{sum(bool(each.violations) for each in verdicts)} worlds with violations"
    )


if __name__ == "__main__":
    sys.exit(main())
