"""An act that binds a person is one press on a button that names it, after one look.

The tables say which events bind. The rest of what people may do is listed here, with the reason why it does not bind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, select

from bots.telegram.platform import TELEGRAM
from config.market import ROUTERS
from conversations.router import Router, merge_routers
from conversations.steps import YES
from conversations.turn import ButtonPress, Reaction, TextMessage
from core.kernel.chat_state.model import ShownCard
from core.kernel.chat_state.service import point_to
from core.kernel.process import Process, StepRow
from core.kernel.transaction import Ctx
from core.money.ledger.model import Entry
from tools.diagrams import processes
from tools.rehearsal.market import Player, Rehearsal, undone
from tools.rehearsal.play import stage_door
from tools.rehearsal.stages import Stage, at_stage

# What leads to each event that binds: a button that asks first, or a form. The review of a form shows what is sent, and
# one press on its own button sends it.
LED_BY: Final[Mapping[tuple[str, str], str]] = {
    **{("deal", verb): f"deal.{verb}" for verb in ("sign", "unsign", "approve", "refuse", "cancel", "cancel_asked")},
    **{("deal", verb): f"deal.{verb}" for verb in ("cancel_agreed", "direct_asked", "direct_agreed")},
    **{("deal", verb): f"deal.{verb}" for verb in ("buyer_says_paid", "seller_confirms_money")},
    ("deal", "direct_wanted"): "deal.direct_asked",
    ("deal", "freeze"): "form freeze",
    **{("lot", verb): f"lot.{verb}" for verb in ("accept", "accept_anyway", "drop", "drop_asked", "drop_agreed")},
    **{("lot", verb): f"lot.{verb}" for verb in ("not_arrived", "grant", "take", "take_replacement", "agree_value")},
    **{("lot", verb): f"lot.{verb}" for verb in ("give_back", "operator_asked")},
    ("lot", "accept_weighed"): "lot.accept",
    ("lot", "weight_asked"): "lot.accept",
    ("lot", "accept_anyway_weighed"): "lot.accept_anyway",
    ("lot", "claim"): "form claim",
    ("lot", "propose"): "form propose",
    ("lot", "mean_taken"): "form contradict",
    ("lot", "contradict"): "form contradict",
    ("lot", "counter"): "form counter_claim",
    ("lot", "referee_value"): "form referee",
    ("case", "agree"): "case.agree",
    ("case", "half_agree"): "case.agree",
    ("case", "propose"): "form shares",
    ("case", "rule"): "form ruling",
    ("case", "rule_again"): "form ruling",
    ("case", "appeal"): "form appeal",
    ("offer", "accept"): "offer.accept",  # or the form of a purchase at once, whose review shows the sum
    ("request", "award"): "request.award",
    ("request", "withdraw"): "request.withdraw",
    ("listing", "withdraw"): "listing.withdraw",
    ("credit", "give_back"): "credit.give_back",
    ("purchase", "give_back"): "purchase.give_back",
    ("promotion", "stop"): "promote.stop",
    ("recap", "forget"): "recap.forget",
    ("recording", "forget"): "recap.forget",
    ("session", "continue"): "session.continue",
    ("session", "cancel_early"): "session.cancel",
    ("session", "cancel_late_seeker"): "session.cancel",
    ("session", "cancel_late_consultant"): "session.cancel",
    ("session", "hang_up"): "session.end",
    ("session", "complain"): "form complaint",
    ("session", "give_back"): "session.give_back",
    ("session", "take_back"): "session.take_back",
    ("session", "rule"): "form session_ruling",
    ("session", "rule_again"): "form session_ruling",
    ("session", "appeal"): "form session_appeal",
    ("session", "grant"): "session.grant",
}
NOTHING_CHANGES = "everything stays as it was"
PROPOSES = "it only proposes, and the other side answers"
TELLS = "it tells what has happened, and moves no money"
BINDS_NOBODY: Final[Mapping[tuple[str, str], str]] = {
    ("deal", "cancel_refused"): NOTHING_CHANGES,
    ("deal", "direct_refused"): NOTHING_CHANGES,
    ("deal", "resume"): "an operator lets the deal go on as it was; the question is asked all the same",
    ("lot", "dispatch"): TELLS,
    ("lot", "arrive"): TELLS,
    ("lot", "sample_sent"): TELLS,
    ("lot", "weigh"): TELLS,
    ("lot", "show_late"): TELLS,
    ("case", "call_operator"): "the two can still settle it, and an operator only looks",
    ("offer", "counter"): PROPOSES,
    ("offer", "decline"): "no goods or money are promised yet, and a new offer can be made",
    ("offer", "withdraw"): "no goods or money are promised yet, and a new offer can be made",
    ("inquiry", "say"): TELLS,
    ("inquiry", "close"): "no goods or money are promised, and a new question can be asked",
    ("request", "quote"): PROPOSES,
    ("request", "change"): "a quote on the earlier version binds no seller",
    ("listing", "change"): "a listing promises nothing before an offer is accepted",
    ("listing", "renew"): "a listing promises nothing before an offer is accepted",
    ("listing", "pause"): "it can be resumed",
    ("listing", "resume"): "it can be paused",
    ("listing", "sell_out"): "it can be restocked",
    ("listing", "restock"): "it can be paused",
    ("listing", "take_down"): "an operator can put it back; a form with a reason asks all the same",
    ("listing", "put_back"): "an operator can take it down again; the question is asked all the same",
    ("listing", "put_back_paused"): "an operator can take it down again; the question is asked all the same",
    ("purchase", "leave"): "nothing is paid yet",
    ("purchase", "ask_back"): "an operator decides",
    ("purchase", "refuse"): "an operator writes an answer, and the purchase stays as it was",
    ("purchase", "gone_back"): "what the operator's refund comes to",
    ("promotion", "drop"): "nothing is paid yet",
    ("recap", "edit"): "it is sent later",
    ("recap", "send"): "both can delete it",
    ("recording", "agree"): "both can delete it",
    ("recording", "refuse"): NOTHING_CHANGES,
    ("session", "pick_time"): "the seeker adds a card later, or lets it be",
    ("session", "decline"): "nothing is charged, and the hold is released",
    ("session", "withdraw"): "nothing is charged, and the hold is released",
    ("session", "abandon"): "nothing is charged",
    ("session", "accept"): "the price was agreed when it was booked, and the time can be cancelled",
    ("session", "other_time"): PROPOSES,
    ("session", "take_time"): "the price was agreed when it was booked, and the time can be cancelled",
    ("session", "propose_move"): PROPOSES,
    ("session", "take_move"): "the price was agreed when it was booked, and the time can be cancelled",
    ("session", "leave_move"): NOTHING_CHANGES,
    ("session", "end_early"): "the free minutes cost nothing",
    ("session", "drop"): "one can come in again",
    ("session", "answer"): TELLS,
}
MOVES_TOO: Final = frozenset({"credit.use", "session.take_more", "leave.now", "company.remove"})  # without a table


def of_people() -> set[tuple[str, str]]:
    return {(process.name, event) for process in processes() for event in process.of_people()}


def whole() -> Router:
    return merge_routers(ROUTERS)


def test_every_event_of_a_person_either_binds_or_says_why_not() -> None:
    binding = {(process.name, event) for process in processes() for event in process.binds}
    assert of_people() - binding == set(BINDS_NOBODY)
    assert binding == set(LED_BY)


def test_every_event_that_binds_has_its_button_or_its_form() -> None:
    router = whole()
    for led in {*LED_BY.values(), *MOVES_TOO}:
        assert led in router.presses or led.removeprefix("form ") in router.flows, led


def test_reaction_presses_nothing_that_binds() -> None:
    router = whole()
    asked = {*LED_BY.values(), *MOVES_TOO}
    assert router.reversible
    assert router.reversible <= router.presses.keys()
    assert not {verb for verb in router.reversible if verb in asked or verb.removesuffix("_now") in asked}


def test_table_says_so_if_no_person_may_fire_what_binds() -> None:
    process: Process[Any] = next(each for each in processes() if each.name == "tranche")
    object.__setattr__(process, "binds", frozenset({"money_in"}))
    try:
        assert process.problems() == ["money_in binds, and no person may fire it"]
    finally:
        object.__setattr__(process, "binds", frozenset())


# --- at every stage of a whole play -----------------------------------------------------------------------------------

WORDS: Final = ("yes", "ok", "sign", "accept", "continue", "I agree to everything", "release the money")


def moved(ctx: Ctx) -> tuple[list[tuple[str, str]], int]:
    """Return every step that was taken so far, and the number of entries in the books."""
    ctx.session.flush()
    steps = ctx.session.execute(select(StepRow.process, StepRow.event).order_by(StepRow.at, StepRow.id)).all()
    return [(process, event) for process, event in steps], ctx.session.scalar(select(func.count(Entry.id))) or 0


def reacts(here: Rehearsal, ctx: Ctx, player: Player, load: str) -> None:
    """Put a thumb under a card with this main button."""
    where = (player.identity.platform, player.identity.workspace, player.address)
    point_to(ctx, *where, subject="thumbed", card=ShownCard("1", "", load))
    here.turn_within(ctx, player, Reaction("1"))


def bound(before: tuple[list[tuple[str, str]], int], after: tuple[list[tuple[str, str]], int]) -> list[Any]:
    """Return what has moved in between that binds a person."""
    taken = [step for step in after[0][len(before[0]) :] if step in LED_BY]
    return [*taken, *(["an entry in the books"] if after[1] != before[1] else [])]


async def try_at(stage: Stage, path: Path, reversible: set[str]) -> Iterator[str]:
    """Try every button of everybody in sight at this stage. Return the verbs that were tried."""
    tried: set[str] = set()
    async with at_stage(stage, path, TELEGRAM.code) as here:

        def unit(ctx: Ctx) -> None:
            before = moved(ctx)
            for player in here.people.values():
                for pressed, load in list(player.screen.presses()):
                    with undone(here, ctx):
                        reacts(here, ctx, player, load)
                        after = moved(ctx)
                        assert bound(before, after) == [], f"a reaction pressed {load} at {stage.name}"
                        assert after == before or pressed.verb in reversible, f"a reaction pressed {load}"
                    if pressed.verb not in LED_BY.values() or pressed.choice.endswith(YES):
                        continue
                    tried.add(pressed.verb)
                    with undone(here, ctx):
                        here.turn_within(ctx, player, ButtonPress(load))
                        assert bound(before, moved(ctx)) == [], f"one press on {load} binds at {stage.name}"
                for words in WORDS:
                    with undone(here, ctx):
                        here.turn_within(ctx, player, TextMessage(words))
                        assert bound(before, moved(ctx)) == [], f"{words!r} binds at {stage.name}"

        await here.probe(unit)
    return iter(tried)


@pytest.fixture
async def stages(tmp_path: Path) -> list[Stage]:
    async with stage_door(tmp_path, TELEGRAM.code) as play:
        await play.perform()
        return play.stages


async def test_no_reaction_no_word_and_no_single_press_binds_anybody(stages: list[Stage], tmp_path: Path) -> None:
    reversible, tried = whole().reversible, set[str]()
    for number, stage in enumerate(stages):
        tried |= {*await try_at(stage, tmp_path / f"try-{number}.sqlite", reversible)}
    wanted = {"deal.sign", "deal.unsign", "deal.cancel", "deal.cancel_asked", "offer.accept", "lot.accept", "lot.take"}
    assert tried >= wanted | {"session.continue", "session.end", "purchase.give_back"}
