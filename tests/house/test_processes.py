"""Every process has a table without dead ends, and a current picture of it in the docs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from config.market import TIMER_HANDLERS
from core.kernel.process import PROVIDER, TIME, Process, Transition
from core.trade.deals.model import DEAL, DealState
from core.trade.delivery.model import LOT, OPEN
from core.trade.disputes.model import CASE
from tools.diagrams import PAGE, page, processes

# These states wait for another subject's clock. A lot waits for its tranche's, a dispute for its lot's or deal's. A
# session or a purchase waits for the move of its money, which is requested again until the provider answers.
ANOTHERS_CLOCK = {
    ("lot", "waiting"),
    ("case", "escalated"),
    ("purchase", "giving_back"),
    ("disbursement", "asked"),
    ("session", "charging"),
    ("session", "releasing"),
    ("session", "paying_out"),
}


def states(process: Process[Any]) -> set[str]:
    return {process.initial} | {each.to for each in process.transitions}


def test_the_processes_of_the_market_are_found() -> None:
    named = {process.name for process in processes()}
    assert named >= {"case", "deal", "inquiry", "listing", "lot", "offer", "request", "review"}
    assert named >= {"chargeback", "credit", "promotion", "purchase", "tranche"}
    assert named >= {"recap", "recording", "session", "session_review"}


@pytest.mark.parametrize("process", processes(), ids=lambda process: process.name)
def test_a_table_has_no_dead_end(process: Process[Any]) -> None:
    assert process.problems() == []


@pytest.mark.parametrize("process", processes(), ids=lambda process: process.name)
def test_every_state_has_a_timed_way_out_without_people(process: Process[Any]) -> None:
    untimed = {state for state in states(process) - process.final if not process.timed(state)}
    assert {(process.name, state) for state in untimed} <= ANOTHERS_CLOCK


@pytest.mark.parametrize("process", processes(), ids=lambda process: process.name)
def test_every_timed_process_has_a_timer_handler(process: Process[Any]) -> None:
    if any("time" in each.by for each in process.transitions):
        assert process.name in TIMER_HANDLERS


@pytest.mark.parametrize("process", processes(), ids=lambda process: process.name)
def test_time_alone_ends_it_from_wherever_it_stands(process: Process[Any]) -> None:
    """Check that time and its consequences lead to an end without people and without the provider."""
    alone = {
        (each.to, each.source)
        for each in process.transitions
        if each.by & {"time", "system"} and each.to != each.source
    }
    ends, grown = set(process.final), True
    while grown:
        grown = bool(more := {source for to, source in alone if to in ends} - ends)
        ends |= more
    assert states(process) - ends == set()


class Some(StrEnum):
    BEGUN = "begun"
    OVER = "over"
    NOWHERE = "nowhere"
    TRAP = "trap"
    UNUSED = "unused"


BUYER = frozenset({"buyer"})
SOUND = (Transition(Some.BEGUN, "end", TIME, Some.OVER, timedelta(days=1)),)


def test_the_check_finds_what_is_wrong_with_a_table() -> None:
    lost = Transition(Some.NOWHERE, "go", BUYER, Some.BEGUN)
    trap = Transition(Some.BEGUN, "fall", BUYER, Some.TRAP)
    twice = Transition(Some.BEGUN, "end", BUYER, Some.OVER)
    broken = Process("some", Some.BEGUN, frozenset({Some.OVER}), (*SOUND, lost, trap, twice))
    assert broken.problems() == [
        "begun, end stands twice",
        "nowhere is never reached",
        "unused is never reached",
        "nowhere ends only if a person acts",
        "trap ends only if a person acts",
        "unused ends only if a person acts",
    ]


def test_only_the_provider_may_tell_that_what_was_over_has_turned() -> None:
    told, asked = (Transition(DealState.CLOSED, "turn", who, DealState.AGREED) for who in (PROVIDER, BUYER))
    assert replace(DEAL, transitions=(*DEAL.transitions, told)).problems() == []
    assert replace(DEAL, transitions=(*DEAL.transitions, asked)).problems() == ["turn leaves the final state closed"]


def test_every_open_lot_can_be_ruled_on_and_recalled() -> None:
    assert set(OPEN) == states(LOT) - LOT.final
    for state in OPEN:
        assert {"deal_ruled", "recalled"} <= set(LOT.open_to(state, ("system",)))


@pytest.mark.parametrize("process", [DEAL, LOT, CASE], ids=lambda process: process.name)
def test_step_of_a_person_that_ends_a_trade_binds(process: Process[Any]) -> None:
    ending = {each.event for each in process.transitions if each.to in process.final}
    assert ending & process.of_people() <= process.binds


def test_the_picture_in_the_docs_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "draw it again: python -m tools.diagrams"
