"""`python -m tests.races --attempts 100000`: real processes fight for the same things, on PostgreSQL and on SQLite."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import structlog

from config.migrations import upgrade
from tests.postgres import cluster
from tests.races.contest import Contest, Outcome

BATCH: Final = 60
IN_TURN: Final = (2, 4, 8)  # processes
MOST: Final = {"sqlite": 4, "postgresql": 8}  # hands that still have a connection and a core


def main() -> int:
    asked = argparse.ArgumentParser(prog="tests.races", description=__doc__)
    asked.add_argument("--attempts", type=int, default=10_000, help="in all, half of them on each database")
    asked.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    given = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    databases = given.database or ["postgresql", "sqlite"]
    wrong = 0
    for name in databases:
        hands = [each for each in IN_TURN if each <= MOST[name]]
        for each in hands:  # the same prizes for each: more hands reach for one more often
            wrong += race(name, each, given.attempts * each // sum(hands) // len(databases))
    return 1 if wrong else 0


def race(database: str, hands: int, attempts: int) -> int:
    """Run one contest on a fresh database, and return the number of faults."""
    began = time.monotonic()
    if database == "postgresql":
        with cluster() as address:
            outcome = asyncio.run(contest(address, hands, attempts))
    else:
        with tempfile.TemporaryDirectory(prefix="parley-races-") as folder:
            outcome = asyncio.run(contest(f"sqlite:///{Path(folder) / 'market.sqlite'}", hands, attempts))
    seconds = time.monotonic() - began
    ends = ", ".join(f"{count} {word}" for word, count in outcome.said.most_common(6))
    print(
        f"{database}, {hands} processes: {outcome.attempts} attempts in {seconds:.0f} s ({ends}): "
        f"{len(outcome.wrong)} wrong",
        flush=True,
    )
    for each in outcome.wrong[:10]:
        print(f"    {each}", flush=True)
    return len(outcome.wrong)


async def contest(address: str, hands: int, attempts: int) -> Outcome:
    await upgrade(address)
    return await Contest(address, hands).hold(attempts, BATCH)


if __name__ == "__main__":
    sys.exit(main())
