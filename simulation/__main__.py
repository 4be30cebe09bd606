"""`python -m simulation --seeds 200`: play so many worlds; `--replay 17` plays one again and prints what happened."""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Final

from simulation.fleet import berth, sail
from simulation.world import Verdict, play

REGRESSIONS: Final = Path(__file__).with_name("regressions.txt")
SHOWN: Final = 5  # violations of a world; the rest says the same


def kept_seeds() -> list[int]:
    """Seeds that have found something once. They are played in every run."""
    lines = REGRESSIONS.read_text().splitlines()
    return [int(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]


def main() -> int:
    warnings.simplefilter("ignore")  # a killed process leaves coroutines behind that nobody will ever await
    asked = arguments()
    if asked.replay is not None:
        return replay(asked.replay)
    first = int(time.time()) if asked.fresh else asked.first
    seeds = [*kept_seeds(), *range(first, first + asked.seeds)]
    began, sums, found = time.monotonic(), Counter[str](), list[Verdict]()
    faults, census = Counter[str](), Counter[str]()
    for verdict in sail(seeds, asked.processes):
        sums.update(
            worlds=1,
            journeys=verdict.journeys,
            points=verdict.points,
            kills=verdict.kills,
            faults=verdict.faults,
            commits=verdict.commits,
            days=round(verdict.days),
        )
        faults.update({what: count for what, count in verdict.counts.items() if what.startswith("fault ")})
        census.update(verdict.census)
        census.update({what: count for what, count in verdict.counts.items() if what.startswith(("fault", "killed"))})
        if verdict.violations:
            found.append(verdict)
            print(report(verdict), flush=True)
        if asked.seconds is not None and time.monotonic() - began > asked.seconds:
            break
    seconds = time.monotonic() - began
    if asked.census:
        print("\n".join(f"{count:8} {what}" for what, count in sorted(census.items())))
    print(
        f"{sums['worlds']} worlds, {sums['journeys']} journeys in {seconds:.0f} s "
        f"({sums['journeys'] / seconds:.1f} journeys/s), {sums['days']} days of theirs, {sums['commits']} commits, "
        f"{sums['points']} fault points, {sums['faults']} faults of {len(faults)} kinds, {sums['kills']} kills: "
        f"{len(found)} worlds with violations"
    )
    return 1 if found else 0


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="simulation", description=__doc__)
    asked.add_argument("--seeds", type=int, default=20, help="how many fresh worlds, besides those that are kept")
    asked.add_argument("--first", type=int, default=1, help="the first seed")
    asked.add_argument("--fresh", action="store_true", help="seeds that nobody has played before, instead of --first")
    asked.add_argument("--seconds", type=float, help="begin no other world after so long")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--census", action="store_true", help="say how often each weather and each ending was seen")
    asked.add_argument("--replay", type=int, help="play the world of this seed alone, aloud")
    return asked.parse_args()


def replay(seed: int) -> int:
    verdict = play(seed, Path(berth().name), aloud=True)
    print(report(verdict))
    return 1 if verdict.violations else 0


def report(verdict: Verdict) -> str:
    shown = "\n".join(f"    {each}" for each in verdict.violations[:SHOWN])
    again = f"python -m simulation --replay {verdict.seed}"
    return f"seed {verdict.seed} ({verdict.fingerprint}): {len(verdict.violations)} violations; {again}\n{shown}"


if __name__ == "__main__":
    sys.exit(main())
