"""Actions that cross: two pages for one debt, a hold that comes late, a session moved with both there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from config.market import OWN_CLOCKS
from core.advice.experts.model import Expert
from core.advice.sessions import card_holds, card_results, group_requests, meeting, service
from core.advice.sessions.model import Booking, BookSession, HoldState, ProposeTimes, SessionState
from core.kernel.errors import Stale
from core.kernel.heartbeat import beat
from core.kernel.money import Money
from core.kernel.timer_sweep import handle_timer
from core.kernel.timers import due_timers
from core.kernel.transaction import MARKET, PROVIDER
from core.money.payees.events import AccountAwaited
from core.trade.funding.payees import payee_told
from tests.core.advice.sessions.session_steps import COMMISSION_BP, TIMER_HANDLERS, TUESDAY_TEN, Counsel, agreed


async def another_page(they: Counsel) -> None:
    await they.run(
        they.sarah, lambda ctx: card_holds.open_page_again(ctx, ctx.session.get_one(Booking, they.booking_id))
    )
    await they.bank()


async def is_held(they: Counsel, number: int) -> None:
    """Report that the bank holds the money of this hold; what follows has no answer yet."""
    hold = (await they.holds())[number - 1]
    until = they.market.clock.moment + they.holds_for
    await they.run(PROVIDER, card_results.held, hold.id, intent=f"pi_{hold.id}", until=until, card="pm_1")


async def is_answered(they: Counsel, *kinds: str) -> None:
    """Answer the requests that were met with silence."""
    they.silent = set()
    they.answered -= {post.id for post in they.market.posts if post.kind in kinds}
    await they.bank()


async def lets_go(they: Counsel) -> None:
    """Let the bank release the money before its time."""
    await they.run(PROVIDER, card_results.hold_gone, (await they.holds())[-1].id, "lapsed")
    await they.bank()


async def both_are_here(they: Counsel, start: datetime = TUESDAY_TEN) -> None:
    await they.until(start - timedelta(minutes=5))
    await they.does(they.alex, meeting.come_in)
    await they.does(they.sarah, meeting.come_in)


# --- presence ---------------------------------------------------------------------------------------------------------


async def test_presence_at_another_time_does_not_count_at_the_new_one(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.does(they.sarah, meeting.end)
    start = TUESDAY_TEN + timedelta(days=1)
    await agreed(they, start)  # without free minutes: it is charged as soon as both are there
    await both_are_here(they, start)
    await they.does(they.alex, service.propose_move, start + timedelta(hours=3))
    await they.does(they.sarah, service.take_move)
    await they.later(days=1)

    assert (await they.booking()).why == "noshow_both"
    assert (await they.money())["held"] == 0


async def test_waiting_for_the_card_alone_is_no_no_show(they: Counsel) -> None:
    await agreed(they)
    await both_are_here(they)
    they.refuses = {"hold"}
    await lets_go(they)
    await they.later(minutes=8)
    assert await they.state() == SessionState.CARD_TROUBLE
    await they.adds_card()
    await they.later(minutes=1)

    assert await they.state() == SessionState.FREE_WINDOW


async def test_leaving_between_the_two_deadlines_of_a_start_still_ends_the_session(they: Counsel) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN)
    await they.does(they.alex, meeting.come_in)
    they.market.clock.advance(minutes=10)
    due = {each.event: each for each in await they.run(MARKET, lambda ctx: due_timers(ctx.session, ctx.now))}
    await handle_timer(they.market.transactions, TIMER_HANDLERS, due["noshow_consultant"])
    await they.does(they.alex, meeting.go_out)
    await they.later(days=1)

    assert (await they.booking()).why == "noshow_seeker"


# --- holds ------------------------------------------------------------------------------------------------------------


async def test_money_that_is_held_while_they_talk_already_is_kept_for_the_end(they: Counsel) -> None:
    await agreed(they)
    await they.until(TUESDAY_TEN - timedelta(minutes=5))
    they.silent = {"hold"}
    await lets_go(they)
    await they.meet(TUESDAY_TEN)
    await is_answered(they, "hold")
    await they.consent()
    await they.does(they.sarah, meeting.end)

    assert await they.state() == SessionState.REVIEW_WINDOW
    assert await they.holds_states() == ["lapsed", "captured"]


async def test_a_card_is_held_when_we_are_back_and_not_as_much_later_as_we_were_away(they: Counsel) -> None:
    start, machine = TUESDAY_TEN + timedelta(days=9), datetime(2026, 1, 1, tzinfo=UTC)
    await agreed(they, start)
    await they.until(start - timedelta(hours=25))
    await they.run(MARKET, beat, machine, OWN_CLOCKS)
    they.market.clock.advance(hours=26)
    await they.run(MARKET, beat, machine + timedelta(hours=26), OWN_CLOCKS)
    await they.later(seconds=1)
    assert await they.holds_states() == ["held"]
    await they.does(they.alex, meeting.come_in)
    await they.does(they.sarah, meeting.come_in)

    assert await they.state() == SessionState.FREE_WINDOW


async def test_a_session_whose_card_failed_before_the_yes_waits_for_another(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    await they.adds_card()
    they.refuses = {"hold"}
    await lets_go(they)
    await they.does(they.alex, service.accept)
    assert await they.state() == SessionState.CARD_TROUBLE
    await they.adds_card()

    assert (await they.state(), await they.holds_states()) == ("confirmed", ["lapsed", "refused", "held"])


async def test_a_card_that_comes_by_the_older_of_two_pages_is_held_on_the_day(they: Counsel) -> None:
    start = TUESDAY_TEN + timedelta(days=8)
    command = ProposeTimes(expert_ids=(they.expert_id,), times=(start,), length=30, problem="Why does my ash melt?")
    ask = await they.run(they.sarah, group_requests.propose_times, command, COMMISSION_BP)
    they.booking_id = (await they.run(they.sarah, group_requests.ask_for, ask))[0].id
    await they.does(they.alex, group_requests.pick_time, start)
    await they.later(minutes=40)
    they.silent = {"hold.page.close"}
    await another_page(they)
    await they.run(PROVIDER, card_results.card_saved, (await they.holds())[0].id, card="pm_1")
    await they.adds_card()
    assert await they.state() == SessionState.CONFIRMED
    await they.until(start - timedelta(hours=1))

    assert await they.holds_states() == ["held", "released"]


async def test_a_debt_is_paid_once_also_on_two_pages_at_once(they: Counsel) -> None:
    await in_debt(they)
    await they.later(hours=23, minutes=1)
    they.silent = {"capture", "hold.page.close"}
    await another_page(they)
    for number in (2, 3):
        await is_held(they, number)
    await is_answered(they, "capture", "hold.page.close")

    assert (await they.money())["held"] == 9000
    assert await they.holds_states() == ["lapsed", "captured", "released"]


async def test_a_debt_that_is_just_being_paid_does_not_run_out(they: Counsel) -> None:
    await in_debt(they)
    await they.later(days=6, hours=23, minutes=50)
    await another_page(they)
    they.silent = {"capture"}
    await is_held(they, 3)
    await they.later(minutes=20)
    await is_answered(they, "capture")
    assert await they.state() == SessionState.REVIEW_WINDOW
    await they.later(days=3)

    assert await they.state() == SessionState.COMPLETED
    assert await they.money() == {"held": 0, "consultant": 0, "commission": 1350, "ours": 9000 - 126 - 7650}


async def in_debt(they: Counsel) -> None:
    """Let the bank refuse the money for a session that is over, and forget the requests made in vain."""
    they.refuses = {"capture"}
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    they.refuses = set()
    they.market.posts.clear()
    assert await they.state() == SessionState.DEBT


# --- more time --------------------------------------------------------------------------------------------------------


async def wants_more(they: Counsel, minutes: int) -> None:
    await they.does(they.alex, meeting.offer_extension, minutes)
    await they.does(they.sarah, meeting.take_extension, shown=f"{minutes} more minutes", place="slack:D1")


async def test_offered_extension_does_not_change_while_the_bank_is_asked(they: Counsel) -> None:
    await agreed(they, length=60)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    they.silent = {"hold"}
    await wants_more(they, 30)
    with pytest.raises(Stale):
        await they.does(they.alex, meeting.offer_extension, 15)
    await is_answered(they, "hold")
    await they.later(minutes=95)

    assert (await they.booking()).length == 90
    assert (await they.money())["held"] == 9000 + 4500


async def test_more_time_is_paid_once_when_a_card_that_failed_is_tried_again(they: Counsel) -> None:
    await agreed(they, length=60)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    they.refuses = {"hold"}
    they.silent = {"hold.page.close"}
    await wants_more(they, 15)
    they.refuses = set()
    await they.does(they.sarah, meeting.take_extension, shown="15 more minutes", place="telegram:1:3")
    await is_held(they, 3)  # on the page that was opened when the bank had refused
    await they.bank()
    await they.later(minutes=80)

    assert (await they.booking()).length == 75
    assert (await they.money())["held"] == 9000 + 2250


async def test_the_bank_that_lets_go_of_more_time_adds_none_and_what_was_used_is_owed(they: Counsel) -> None:
    await agreed(they, length=60)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await wants_more(they, 15)
    await they.does(they.alex, meeting.offer_extension, 15)
    await lets_go(they)
    assert (await they.booking()).length == 75
    await they.later(minutes=80)

    assert await they.state() == SessionState.DEBT
    assert (await they.booking()).due_minor == 9000 + 2250


# --- payouts ----------------------------------------------------------------------------------------------------------


async def test_a_payout_that_was_refused_is_sent_when_the_account_works_again(they: Counsel) -> None:
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    they.refuses = {"transfer"}
    await they.does(they.sarah, meeting.end)
    await they.later(days=2, minutes=1)
    account = partial(payee_told, organisation_id=(await they.booking()).consultant_org)
    await they.run(PROVIDER, account, ready=False, missing=("an identity document",))
    they.refuses = set()
    await they.later(days=3)
    assert await they.state() == SessionState.PAYING_OUT
    await they.run(PROVIDER, account, ready=True, missing=())
    await they.bank()

    assert await they.state() == SessionState.COMPLETED


async def test_a_consultant_without_an_account_is_asked_for_one_again_and_again(they: Counsel) -> None:
    """One message may be lost, so the account is asked for every three days, until the money can go."""
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    earns = (await they.booking()).consultant_org
    account = partial(payee_told, organisation_id=earns, missing=())
    await they.run(PROVIDER, account, ready=False)
    they.market.watch(AccountAwaited)
    await they.later(days=2, minutes=1)
    assert (await they.state(), they.market.facts) == ("paying_out", [])
    await they.later(days=6, minutes=1)
    assert they.market.facts == [AccountAwaited(earns, (Money(7650, "EUR"),))] * 2
    await they.run(PROVIDER, account, ready=True)
    await they.later(days=6)
    assert (await they.state(), len(they.market.facts)) == ("completed", 2)


# --- terms ------------------------------------------------------------------------------------------------------------


async def test_booking_on_other_terms_than_were_shown_is_refused(they: Counsel) -> None:
    """Sarah has read that ten minutes are free, and uses them up on the other chat before she sends it."""
    command = BookSession(expert_id=they.expert_id, starts_at=TUESDAY_TEN, length=30, problem="Slag in the grate")
    expert = await they.run(MARKET, lambda ctx: ctx.session.get_one(Expert, they.expert_id))
    shown = (await they.run(they.sarah, service.terms_for, expert, command.length, COMMISSION_BP)).fingerprint
    await they.books(TUESDAY_TEN + timedelta(days=1))
    with pytest.raises(Stale):
        await they.run(they.sarah, service.book_session, command, COMMISSION_BP, shown=shown)
    now = (await they.run(they.sarah, service.terms_for, expert, command.length, COMMISSION_BP)).fingerprint
    booked = await they.run(they.sarah, service.book_session, command, COMMISSION_BP, shown=now)

    assert (booked.free_minutes, booked.state) == (0, "slot_held")


async def test_answers_that_come_twice_or_too_late_change_nothing(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    await they.does(they.sarah, service.abandon)
    assert await they.state() == SessionState.CLOSED
    (hold,) = await they.holds()
    ends = TUESDAY_TEN + timedelta(days=6)
    for _ in range(2):
        await they.run(PROVIDER, card_results.held, hold.id, intent="pi_late", until=ends, card="pm_1")
        await they.bank()

    assert [hold.state for hold in await they.holds()] == [HoldState.RELEASED]
    assert len([post for post in they.market.posts if post.kind == "hold.cancel"]) == 1
