"""Many worlds, one after the other in each of several processes; what did not hold comes back with its seed."""

from __future__ import annotations

import functools
import multiprocessing
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from simulation.mutants.catalogue import switched_off
from simulation.world import Verdict, play

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a world's database needs no disk; without it any folder does


def sail(seeds: Iterable[int], processes: int, *, mutant: str | None = None) -> Iterator[Verdict]:
    """Verdicts in the order of the seeds. `mutant`: the rule that is switched off in all of them."""
    if processes == 1:
        yield from (play_alone(seed, mutant) for seed in seeds)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(functools.partial(play_alone, mutant=mutant), seeds)
        finally:
            pool.shutdown(cancel_futures=True)  # who has seen enough asks for no more


def play_alone(seed: int, mutant: str | None = None, *, hasty: bool = False) -> Verdict:
    """One world in this process. `hasty`: it ends with the first thing that does not hold."""
    with switched_off(mutant):
        return play(seed, Path(berth().name), hasty=hasty)


@functools.cache
def berth() -> tempfile.TemporaryDirectory[str]:
    """Where this process keeps its databases, until it ends."""
    return tempfile.TemporaryDirectory(prefix="parley-simulation-", dir=MEMORY if MEMORY.is_dir() else None)
