"""A small world under faults comes to rest, the same way in every interpreter. A rule that is off is noticed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.market import ROUTERS
from simulation.engine.dice import Dice
from simulation.engine.loop import Hung, SeededLoop
from simulation.engine.trace import Trace
from simulation.environment import OPENS
from simulation.fault_plan import ASKED_FOR, KINDS, FaultPlan
from simulation.judge.judge import ENDING, STEPS
from simulation.judge.sessions import Lifecycle, wrong_with
from simulation.mutants.calls import counted
from simulation.mutants.catalogue import RULES, switched_off
from simulation.people.person import URGENT
from simulation.people.population import ADVISES, APPROVALS, BUYS, HEADS, SEEKS, SELLS
from simulation.people.population import RULES as RULED
from simulation.scenario import SCALES, SMALL, Scenario
from simulation.services.chats import Phone
from simulation.world import play

ROOT = Path(__file__).parents[2]
SEED = 27  # talks, one of them paid and ended by its consultant
AGAIN = f"""
from pathlib import Path
from simulation.scenario import SMALL, Scenario
from simulation.world import play
print(play(Scenario({SEED}, SMALL), Path("{{folder}}")).fingerprint)
"""


def test_a_world_comes_to_rest_and_is_the_same_in_another_interpreter(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    command = (sys.executable, "-W", "ignore", "-c", AGAIN.format(folder=there))
    environment = {"PYTHONHASHSEED": "4711", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    other = subprocess.Popen(  # noqa: S603 - our own words
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    with counted() as calls:
        verdict = play(Scenario(SEED, SMALL), here)
    told, _ = other.communicate()
    assert verdict.violations == []
    assert verdict.faults > 0
    assert verdict.commits > verdict.faults
    assert verdict.census["session over: cut_short"] == 1
    assert told.strip() == verdict.fingerprint
    assert min(calls[rule] for rule in ("no_inbox", "yes_is_free", "takes_it_all", "settled_twice")) > 0


def test_every_rule_that_can_be_switched_off_is_there_and_comes_back() -> None:
    assert len(RULES) >= 40
    show = Phone.show
    for name, rule in RULES.items():
        assert rule.among in SCALES
        assert set(rule.raised) <= {*KINDS, *ASKED_FOR}
        with switched_off(name):
            pass
    assert Phone.show is show


def test_nothing_that_can_happen_is_a_mistake_and_said() -> None:
    loop = SeededLoop(Dice(1).of("order"))
    with pytest.raises(Hung, match="everybody waits"):
        loop.run_until_complete(loop.create_future())
    loop.close()


def test_a_fault_plan_is_the_seeds_own_and_ends() -> None:
    plans = [FaultPlan(Dice(seed).of("weather"), Trace(lambda: OPENS), 1_000.0) for seed in (1, 1, 2)]
    assert plans[0].rates == plans[1].rates != plans[2].rates
    assert all(set(each.rates) <= set(KINDS) for each in plans)
    asked = FaultPlan(Dice(1).of("weather"), Trace(lambda: OPENS), 1.0, raised=["wrong_hand_first"])
    assert asked.rates == plans[0].rates | {"wrong_hand_first": ASKED_FOR["wrong_hand_first"]}
    assert any(plans[0].strikes(kind, 500.0) for kind in KINDS for _ in range(1_000))
    assert FaultPlan(Dice(2).of("weather"), Trace(lambda: OPENS), 1.0, raised=["hint_lost"]).rates["hint_lost"] > 0.8
    plans[0].clear()
    assert not any(plans[0].strikes(kind, 500.0) for kind in KINDS for _ in range(1_000))


def test_every_process_that_must_end_is_looked_at() -> None:
    assert set(ENDING) == {
        "deal", "booking", "offer", "dispute_case", "chargeback", "buyer_credit", "purchase", "request"
    }  # fmt: skip
    assert {"deal", "lot", "session"} <= set(STEPS)


def test_people_like_only_what_can_be_pressed() -> None:
    approves = {verb for likes in APPROVALS for verb in likes}
    liked = {*BUYS, *SELLS, *SEEKS, *ADVISES, *RULED, *URGENT, *HEADS, *approves}
    assert liked <= {verb for book in ROUTERS for verb in book.presses}


FINE = Lifecycle("b", "SABCDE", "completed", "time_up", 10, 9_000, kept=True, said_yes=1)
FINE.purposes["h"], FINE.taken["h"] = "session", 9_000


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"said_yes": 0}, "nobody had said yes"),
        ({"said_yes": 0, "why": "noshow_seeker"}, None),
        ({"said_yes": 0, "why": "cancelled"}, "nobody had said yes"),
        ({"said_yes": 0, "why": "cancelled", "called_off": True}, None),
        ({"said_yes": 0, "free_minutes": 0}, None),
        ({"purposes": {"h": "extension"}}, "no side had asked for it"),
        ({"taken": {"h": 9_000, "again": 9_000}, "purposes": {"h": "session", "again": "session"}}, "9000 were due"),
        ({"taken": {}, "events": {"continue"}, "ran": timedelta(minutes=20)}, "it was free"),
        ({"taken": {}, "events": {"continue", "debt_limit"}, "ran": timedelta(minutes=20)}, None),
        ({"taken": {"h": 100}}, "of 9000 that were due"),
        ({"a_minute": 400, "price": 12_000, "ran": timedelta(minutes=25)}, "9000 cents were due, not 10000"),
        ({"a_minute": 400, "price": 8_000, "ran": timedelta(minutes=25)}, None),
        (
            {"a_minute": 400, "price": 9_600, "ran": timedelta(minutes=25), "why": "hung_up"},
            "9000 cents were due, not 9200",
        ),
        (
            {"a_minute": 450, "price": 9_000, "ran": timedelta(minutes=10), "events": {"continue"}},
            "9000 cents were due",
        ),
        ({"a_minute": 450, "price": 9_000, "ran": timedelta(minutes=19), "events": {"continue"}}, None),
        ({"events": {"continue"}, "kept": False}, "no yes is kept"),
    ],
)
def test_a_session_is_charged_after_a_yes_once_and_then_always(change: dict[str, Any], said: str | None) -> None:
    wrong = wrong_with(replace(FINE, **change))
    assert (not wrong) if said is None else said in "; ".join(wrong)
