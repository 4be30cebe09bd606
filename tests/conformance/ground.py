"""The ground of the matrix: the play at each stage, and the door into each form found from there.

It is played and walked through once for all test workers: the first does it, and the others read it.
"""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bots.telegram.platform import TELEGRAM
from core.people.accounts.model import PlatformCode
from tools.rehearsal.exploration import DEEPEST, Door, Walk
from tools.rehearsal.play import stage_door
from tools.rehearsal.screen import Step
from tools.rehearsal.stages import Stage, at_stage

WHOLE: Final = "PARLEY_CONFORMANCE" in os.environ
NEAR: Final = 2  # steps from a stage on, in the slice that is part of all tests


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground. `doors`: into each form, by its name. `dead`: steps that met with silence, each after its stage."""

    stages: Mapping[str, Stage]
    commands: Sequence[str]
    doors: Mapping[str, Door]
    dead: tuple[tuple[str, Step], ...]


async def ground_in(folder: Path) -> Ground:
    """Read the ground from this folder, which all workers share, or make it if no worker has yet."""
    kept = folder / "ground.pickle"
    with (folder / "ground.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            stages = folder / "stages"
            stages.mkdir()
            kept.write_bytes(pickle.dumps(await walked(stages)))
        found: Ground = pickle.loads(kept.read_bytes())  # noqa: S301 - our own, of a moment ago
    return found


async def walked(folder: Path) -> Ground:
    """Play it once and walk through what there is; the slice plays the beginning, and walks through what is near."""
    async with stage_door(folder, TELEGRAM.code) as play:
        await (play.perform() if WHOLE else play.open_market())
        commands, stages = play.here.engine.commands, {stage.name: stage for stage in play.stages}
    if WHOLE:
        walk = await through(stages.values(), commands, TELEGRAM.code, folder)
    else:
        walk = await through(list(stages.values())[-1:], commands, TELEGRAM.code, folder, deepest=NEAR)
    return Ground(stages, commands, doors_of(walk), tuple(walk.dead))


async def through(
    stages: Iterable[Stage], commands: Sequence[str], platform: PlatformCode, folder: Path, deepest: int = DEEPEST
) -> Walk:
    """Walk through all that can be said and pressed on this platform, from these stages on."""
    walk = Walk(commands, deepest=deepest)
    for stage in stages:
        path = folder / f"walk-{stage.path.name}"
        async with at_stage(stage, path, platform) as here:
            await walk.through(here, stage)
        forget(path)
    return walk


def doors_of(walk: Walk) -> dict[str, Door]:
    """Return the shortest way into each form, by a door behind which it is completed, if there is one."""
    found = walk.doors | walk.ended
    return {flow: min(doors, key=lambda door: len(door.steps)) for flow, doors in found.items()}


def forget(path: Path) -> None:
    """Delete a database with all its files."""
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
