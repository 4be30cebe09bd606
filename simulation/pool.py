"""Many worlds, one after the other in each of several processes; a violation comes back with its seed."""

from __future__ import annotations

import functools
import multiprocessing
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from simulation.scenario import Scenario
from simulation.world import Verdict, play

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a world's database needs no disk; without it any folder does


def play_many(seeds: Iterable[int], processes: int) -> Iterator[Verdict]:
    """Yield the verdicts in the order of the seeds."""
    if processes == 1:
        yield from (play_alone(seed) for seed in seeds)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(play_alone, seeds)
        finally:
            pool.shutdown(cancel_futures=True)  # the caller has seen enough


def play_alone(seed: int) -> Verdict:
    """Play one world in this process."""
    return play(Scenario(seed), Path(scratch_folder().name))


@functools.cache
def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    """Return the folder where this process keeps its databases until it ends."""
    return tempfile.TemporaryDirectory(prefix="parley-simulation-", dir=MEMORY if MEMORY.is_dir() else None)
