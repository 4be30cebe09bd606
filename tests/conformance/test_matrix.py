"""One effect, an answer to every input and a way out of every screen: each flow, on both platforms, under each fault.

`make conformance` tries all of it. `make test` tries one slice of it, always the same; PARLEY_SLICE names another.
"""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.market import BOOKS
from config.rehearsal.explore import Door, Walk
from config.rehearsal.stages import Stage, at_stage, stage_door
from conversations.book import bound
from core.people.model import Platform
from tests.conformance.matrix import DISTURBANCES, Effect, attempt, forget, undisturbed

WHOLE = "PARLEY_CONFORMANCE" in os.environ
SLICE = int(os.environ.get("PARLEY_SLICE", "1"))
CASES_IN_SLICE = 12


@dataclass
class Ground:
    """The stages of the play, and the doors that were found from them."""

    stages: dict[str, Stage]
    walk: Walk

    def doors(self) -> list[Door]:
        """The shortest way into each form; if there is any, one behind which it comes to its end."""
        found = self.walk.doors | self.walk.ended
        return [min(doors, key=lambda door: len(door.steps)) for doors in found.values()]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return asyncio.run(walked(tmp_path_factory.mktemp("stages")))


async def walked(folder: Path) -> Ground:
    """Play it once, and walk through what there is."""
    async with stage_door(folder, Platform.TELEGRAM) as play:
        await play.perform()
        walk = Walk(play.here.engine.commands)
        stages = {stage.name: stage for stage in play.stages}
    chosen = list(stages.values())
    if not WHOLE:
        dice = random.Random(SLICE)
        chosen = [dice.choice([stage for stage in chosen if stage.commands])]
    for stage in chosen:
        async with at_stage(stage, folder / "walk.sqlite", Platform.TELEGRAM) as here:
            await walk.through(here, stage)
        forget(folder, "walk.sqlite")
    return Ground(stages, walk)


@pytest.mark.skipif(not WHOLE, reason="make conformance walks through all of it")
def test_every_flow_has_a_door_and_no_step_is_met_with_silence(ground: Ground) -> None:
    """A flow that nobody can come to needs its stage in config/rehearsal/stages.py."""
    closed = sorted(bound(BOOKS).flows.keys() - ground.walk.doors.keys())
    assert not closed, f"no way into {', '.join(closed)}"
    assert ground.walk.dead == []


async def test_each_flow_has_one_effect_whatever_disturbs_it(ground: Ground, tmp_path: Path) -> None:
    cases = [(door, platform, name) for door in ground.doors() for platform in Platform for name in DISTURBANCES]
    if not WHOLE:
        random.Random(SLICE).shuffle(cases)
        cases = cases[:CASES_IN_SLICE]
    effects: dict[tuple[str, Platform], Effect] = {}
    broken = []
    for door, platform, name in cases:
        stage = ground.stages[door.stage]
        try:
            if (door.flow, platform) not in effects:
                async with attempt(tmp_path, stage, door, platform) as trying:
                    await undisturbed(trying)
                    effects[door.flow, platform] = await trying.effect()
            async with attempt(tmp_path, stage, door, platform) as trying:
                await DISTURBANCES[name](trying)
                effect = await trying.effect()
        except AssertionError as failed:
            broken.append(f"{door.flow} on {platform}, {name}: {str(failed)[:600]}")
            continue
        once = effects[door.flow, platform]
        if effect != once:
            broken.append(f"{door.flow} on {platform}, {name}: {dict(effect - once)} instead of {dict(once - effect)}")
    assert cases
    assert not broken, f"slice {SLICE}:\n" + "\n".join(broken)
