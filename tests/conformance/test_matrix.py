"""Every flow, on every platform, under every disturbance: one effect, an answer to every input, a way out.

The flows are those of the routers. The door into each flow is found by walking through the conversations: no list names
them. `make conformance` tries all of it. `make test` tries every disturbance on both platforms, each with one of the
flows that are near. PARLEY_SLICE deals other ones.

Some things are tried here and others over the wire. A double press, a restart or a second worker meets the engine and
its transaction. It also meets the draft in the database and the dispatcher. It does not depend on how a platform brings
its inputs. So these are played at the update handler, where one input costs milliseconds and all flows can be tried.

A platform's own library and wire add repeated updates, lost acknowledgements, Slack's retries and killed processes.
These are the same for every flow, and are tried over the wire with the real libraries:

- `tests/journeys/faults/test_disturbances.py` and `test_kill.py` for whole trades;
- `tests/bots/test_telegram_bot.py` and `test_slack_bot.py` for each platform.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from bots.slack.platform import SLACK
from config.market import ROUTERS
from config.platforms import PLATFORMS
from conversations.router import merge_routers
from core.people.accounts.model import PlatformCode
from tests.conformance.attempt import attempt
from tests.conformance.disturbances import DISTURBANCES, undisturbed
from tests.conformance.effect import Effect, by_state
from tests.conformance.ground import WHOLE, Ground, ground_in, through

FLOWS: Final = sorted(merge_routers(ROUTERS).flows)
SLICE: Final = int(os.environ.get("PARLEY_SLICE", "1"))
CASES: Final = [(platform, name) for platform in (each.code for each in PLATFORMS) for name in DISTURBANCES]

whole = pytest.mark.skipif(not WHOLE, reason="make conformance tries all of it")


@dataclass(frozen=True, slots=True)
class Trial:
    """The effect of each undisturbed flow, tried once on each platform, to compare other runs with."""

    ground: Ground
    folder: Path
    effects: dict[tuple[str, PlatformCode], Effect] = field(default_factory=dict)

    async def of(self, flow: str, platform: PlatformCode, disturbance: str) -> None:
        once = await self.effect_of(flow, platform)
        door, chosen = self.ground.doors[flow], DISTURBANCES[disturbance]
        async with attempt(self.folder, self.ground.stages[door.stage], door, platform) as trying:
            await chosen.plays(trying)
            await trying.leaves()
            effect = trying.effect()
        if chosen.same:
            assert effect == once, difference(effect, once)
        else:
            assert by_state(effect) == by_state(once), difference(by_state(effect), by_state(once))

    async def effect_of(self, flow: str, platform: PlatformCode) -> Effect:
        if (flow, platform) not in self.effects:
            door = self.ground.doors[flow]
            async with attempt(self.folder, self.ground.stages[door.stage], door, platform) as trying:
                before = trying.effect()
                await undisturbed(trying)
                assert trying.player.screen.form is None, f"{flow} does not come to its end: {trying.form}"
                effect = trying.effect()
            # In the slice, a form may be filled in already when its person reaches it and has nothing to add.
            assert effect != before or not WHOLE, f"{flow} has no effect"
            self.effects[flow, platform] = effect
        return self.effects[flow, platform]


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "conformance"
    shared.mkdir(exist_ok=True)
    return Trial(asyncio.run(ground_in(shared)), tmp_path_factory.mktemp("attempts"))


@whole
def test_no_flow_is_without_a_door(trial: Trial) -> None:
    """Check that every flow can be reached; one that cannot needs its stage in tools/rehearsal/play.py."""
    assert sorted(trial.ground.doors) == FLOWS


@whole
def test_no_step_is_met_with_silence_on_telegram(trial: Trial) -> None:
    assert trial.ground.dead == ()


@whole
async def test_no_step_is_met_with_silence_on_slack(trial: Trial, tmp_path: Path) -> None:
    walk = await through(trial.ground.stages.values(), trial.ground.commands, SLACK.code, tmp_path)
    assert walk.dead == []


@whole
@pytest.mark.parametrize("disturbance", DISTURBANCES)
@pytest.mark.parametrize("platform", [each.code for each in PLATFORMS])
@pytest.mark.parametrize("flow", FLOWS if WHOLE else ())
async def test_each_flow_has_one_effect_whatever_disturbs_it(
    flow: str, platform: PlatformCode, disturbance: str, trial: Trial
) -> None:
    await trial.of(flow, platform, disturbance)


@pytest.mark.skipif(WHOLE, reason="all of it is tried")
@pytest.mark.parametrize(("platform", "disturbance"), CASES)
async def test_near_flows_have_one_effect(platform: PlatformCode, disturbance: str, trial: Trial) -> None:
    dealt = SLICE * len(CASES) + CASES.index((platform, disturbance))
    near = sorted(trial.ground.doors)
    await trial.of(near[dealt % len(near)], platform, disturbance)


def difference(now: Counter[Any], once: Counter[Any]) -> str:
    return f"{dict(now - once)} instead of {dict(once - now)}"
