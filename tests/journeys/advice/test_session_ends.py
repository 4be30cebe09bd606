"""Ends of sessions that do not go well: early, late, unheard. Each side reads the truth, on both chats."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from lab.people import OnTelegram
from tests.journeys.market import PAIRS, World
from tests.journeys.session_steps import Counsel, goes_on


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, advises = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(advises, "Alex"))


async def booked(counsel: Counsel, **changes: str) -> None:
    await counsel.list(**changes)
    await counsel.book()
    await counsel.agree()


async def test_ending_a_paid_talk_is_asked_once_and_early_costs_the_time_that_was_given(counsel: Counsel) -> None:
    """Half an hour for 90 euros: Alex gives two of the twenty minutes after the free ones."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await booked(counsel)
    await counsel.meet()
    await world.later(minutes=10.1)
    await goes_on(sarah)
    await alex.sees("charged from here")
    await world.later(minutes=1.5)
    await sarah.presses("End")
    await sarah.sees("End now? €90.00 is due: the price is for the whole session. Alex gets €76.50 of it")
    await sarah.presses("Talk on")
    await sarah.sees("The talk is charged now")
    await alex.presses("End")
    await alex.sees("End now? €9.00 is due: of €90.00", "You get €7.65 of it")
    await alex.presses("Yes: End")
    await sarah.sees("only the time that was given is charged. Due: €9.00", "€9.00 was taken from the card, the rest")
    await alex.sees("only the time that you gave is charged. Due: €9.00")
    await sarah.sees("If something was wrong, say so by", "[Something was wrong]")
    await sarah.says("/invoices")
    await sarah.sees("Receipt for session", "Charged: €9.00", "Taken from your card:", "is Alex's to write")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €7.65. Our fee in all: €1.35.")
    await world.books_balance()


async def test_an_early_yes_keeps_the_free_minutes_and_the_sum_that_was_told_is_taken(counsel: Counsel) -> None:
    """By the minute: Sarah says yes after two minutes, and Alex takes his time to confirm the end."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list(rate="2.37 EUR a minute")
    await counsel.book("€47.40")
    await counsel.agree()
    await counsel.meet()
    await world.later(minutes=2)
    await goes_on(sarah, "Continue, €2.37 a minute after the free ones")
    await sarah.sees("Your free minutes run to their end first", "from then on each minute is charged")
    await alex.sees("Your client goes on.", "Free time left: ●●●●●●●●○○ 8 minutes")
    await sarah.presses("End")
    await sarah.sees("End now? Nothing is due.")
    await sarah.presses("Talk on")
    await world.later(minutes=8.5)
    for each in (sarah, alex):
        await each.sees("charged from here", "The talk is charged now")
    await world.later(minutes=3)
    await alex.presses("End")
    await alex.sees("End now? €9.48 is due, for each minute begun.")
    await world.later(minutes=3)
    await alex.presses("Yes: End, €9.48")
    await alex.sees("The talk has run on since you were asked", "End now? €16.59 is due")
    await world.later(minutes=1.8)
    await alex.presses("Yes: End, €16.59")
    await sarah.sees("€16.59 was taken from the card", "10 min free, 7 min charged")
    await world.books_balance()


async def test_cards_tell_time_and_cost_and_a_pause_does_not_change_the_price_at_the_press(counsel: Counsel) -> None:
    """By the minute, with a pause between the question and its yes: what the button named is what is taken."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list(rate="2.00 EUR a minute")
    await counsel.book("€40.00")
    await counsel.agree()
    await counsel.meet()
    await world.later(minutes=10.1)
    await goes_on(sarah, "Continue, €2.00 a minute")
    await sarah.sees("charged from here")
    await world.later(minutes=5.1)
    for each in (sarah, alex):
        await each.sees("16 min by ", "6 of them charged: €12.00 so far, at €2.00 a minute")
    await sarah.presses("End")
    await sarah.sees("End now? €12.00 is due, for each minute begun.")
    await alex.presses("Away a moment")
    await alex.sees("The clock stands still")
    await alex.presses("I am here")
    await alex.sees("The talk is charged now")
    await world.later(minutes=1)
    await sarah.presses("Yes: End, €12.00")
    for each in (sarah, alex):
        await each.sees("10 min free, 6 min charged")
    await sarah.sees("€12.00 was taken from the card")
    await world.books_balance()


async def test_no_more_minutes_are_charged_than_were_booked(counsel: Counsel) -> None:
    """The product is busy at the planned end, and looks at its clock half a minute late."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list(rate="2.00 EUR a minute")
    await counsel.book("€40.00")
    await counsel.agree()
    await counsel.meet()
    await world.later(minutes=2)
    await goes_on(sarah, "Continue, €2.00 a minute after the free ones")
    await sarah.sees("Your free minutes run to their end first")
    await world.later(minutes=28.6)
    for each in (sarah, alex):
        await each.sees("10 min free, 20 min charged")
    await sarah.sees("€40.00 was taken from the card")
    await world.books_balance()


async def test_text_and_place_sent_before_coming_in_reach_the_other_side(
    counsel: Counsel,
) -> None:
    """Neither is searched for, or taken for where Sarah's own company is."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await booked(counsel)
    await world.later(minutes=minutes(await counsel.begins() - await world.now()) - 5)
    await sarah.sees("You can both come in now")
    await sarah.says("Good morning, my boiler slags.")
    await sarah.sees("Kept for Alex: it is passed on when the talk begins. Press “I am here”", "[I am here]")
    assert "boiler slags." not in await alex.screen()
    await world.later(minutes=5.1)
    for each in (sarah, alex):
        await each.presses("I am here")
    await alex.sees("the free minutes run", "Good morning, my boiler slags.")
    assert "send it again" not in await sarah.screen()
    if isinstance(sarah, OnTelegram):
        await sarah.shares_place(48.8584, 2.2945)
        await alex.sees("Sarah: 📍", "(48.85840, 2.29450)")
        assert "Your place is" not in await sarah.screen()


async def test_calling_off_after_the_start_costs_what_not_coming_costs(counsel: Counsel) -> None:
    """Flexible terms: it costs nothing until the start, and half of the price once Alex is there.

    The reason stays on the card.
    """
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await booked(counsel, policy="Flexible: free until 2 hours before, 50 % for not coming")
    await world.later(minutes=minutes(await counsel.begins() - await world.now()) - 1)
    await sarah.presses("Cancel")
    await sarah.sees("Calling it off costs nothing.")
    await sarah.presses("Keep it")
    await alex.presses("I am here")
    await world.later(minutes=2)
    await sarah.sees("It is time for your session.")
    await sarah.presses("Cancel")
    await sarah.sees("Calling it off now costs €45.00.")
    await sarah.presses("Cancel it")
    await sarah.sees("€45.00 was taken from the card")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €38.25.")
    await sarah.says("/sessions")
    await sarah.sees("Your sessions", "€45.00, for calling it off late")
    await world.books_balance()


async def test_a_card_that_fails_a_day_before_is_the_reason_that_both_read(counsel: Counsel) -> None:
    """A session six days ahead: no money is held until the day before, and no text says so."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await world.by_day()  # when the day is the same in Vilnius
    await counsel.list(hours=f"{await world.now() + timedelta(days=6):%a} 0-24 Vilnius")
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    await sarah.presses(await counsel.first_slot())
    await sarah.sees("The first 10 minutes are free")
    await sarah.sends()
    await sarah.sees("Nothing is held now: €90.00 is held on it at")
    await world.pays(await sarah.opens("Add card, nothing held yet"), "4000000000000341")
    await alex.sees("Somebody asks for a session with you.")
    await counsel.agree()
    await sarah.sees("On your card: nothing yet; €90.00 is held at")
    begins = await counsel.begins()
    await world.later(minutes=minutes(begins - await world.now()) - 24 * 60 + 1)
    await sarah.sees("Your card could not be held.", "[Add card, hold €90.00]")
    await alex.sees("Your client's card could not be held yet.")
    await world.later(minutes=minutes(begins - await world.now()) - 2 * 60 + 1)
    await sarah.sees("your card could not be held, and you added no other in time")
    await sarah.sees("Off: your card could not be held", "Nothing was charged, and nothing was held.")
    await alex.sees("your client's card could not be held, and no other was added in time")
    for each in (sarah, alex):
        assert "bank shows" not in await each.screen()


async def test_client_who_did_not_come_reads_so_with_the_cost(counsel: Counsel) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await booked(counsel, policy="Flexible: free until 2 hours before, 50 % for not coming")
    await world.later(minutes=minutes(await counsel.begins() - await world.now()) + 0.1)
    await alex.presses("I am here")
    await world.later(minutes=10.1)
    await sarah.sees("You did not come, and the consultant was there. Due: €45.00.")
    await sarah.sees("€45.00, because you did not come")
    await alex.sees("Your client did not come. Due: €45.00.")
    await sarah.says("/money")
    await sarah.sees("Paid by you, held")


@pytest.mark.parametrize("sarah_comes", [True, False], ids=["one", "neither"])
async def test_a_consultant_who_did_not_come_reads_it_of_themselves(counsel: Counsel, *, sarah_comes: bool) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await booked(counsel)
    await world.later(minutes=minutes(await counsel.begins() - await world.now()) + 0.1)
    if sarah_comes:
        await sarah.presses("I am here")
    await world.later(minutes=10.1)
    await sarah.sees("The consultant did not come." if sarah_comes else "Neither of you came.")
    await alex.sees("You did not come. Nothing is charged." if sarah_comes else "Neither of you came.")
    assert "bank shows" not in await alex.screen()


async def test_a_second_booking_is_told_where_the_free_minutes_go(counsel: Counsel) -> None:
    sarah = counsel.seeker
    await booked(counsel)
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    await sarah.presses((await counsel.slots())[-1])  # the first is taken, and may still stand on the earlier card
    shown = await sarah.sees("Your free minutes go to your session of ", "so all of this talk is charged")
    assert "You have had your free minutes" not in shown


def minutes(time: timedelta) -> float:
    return time.total_seconds() / 60


async def test_two_cancels_at_once_tell_both_who_was_first(counsel: Counsel) -> None:
    sarah, alex = counsel.seeker, counsel.consultant
    await booked(counsel)
    for each in (sarah, alex):
        await each.presses("Cancel")
        await each.sees("Cancel it")
    await asyncio.gather(*(each.presses("Cancel it") for each in (sarah, alex)))
    shown = [await each.sees("Called off by:") for each in (sarah, alex)]
    first = "Sarah" if "Called off by: Sarah" in shown[1] else "Alex"
    assert f"Called off by: {'You' if first == 'Sarah' else 'Alex'}" in shown[0]
    assert f"Called off by: {'You' if first == 'Alex' else 'Sarah'}" in shown[1]


@pytest.mark.parametrize("seeker_first", [True, False], ids=["continue-first", "end-first"])
async def test_continue_against_end_has_one_outcome_for_both_and_it_is_what_is_taken(
    counsel: Counsel, *, seeker_first: bool
) -> None:
    """The first press counts.

    A press on outdated buttons shows the current state, and ends nothing.
    """
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await booked(counsel)
    await counsel.meet()
    await world.later(minutes=10.1)
    await sarah.presses("Continue, pay €90.00")
    await sarah.sees("Go on and pay for this session?", "[Continue, pay €90.00]")
    await alex.sees("The free minutes are over.", "[End]")
    presses = (sarah.presses("Continue, pay €90.00"), alex.presses("End"))
    await asyncio.gather(*(presses if seeker_first else presses[::-1]), return_exceptions=True)  # one card is gone

    async def decided() -> str:
        shown = await sarah.screen()
        return next((each for each in ("charged from here", "It ended free.") if each in shown), "")

    outcome = await world.browser.until(decided, lambda: "nobody was heard")
    await alex.sees(outcome)
    if outcome == "charged from here":
        await sarah.presses("End")
        await sarah.presses("Yes: End")
        await sarah.sees("€90.00 was taken from the card.")
        await alex.sees("€76.50 of it is yours")
    else:
        assert "€90.00 was taken" not in await sarah.screen()
        assert await world.at_the_provider("transfer") == []
    await world.books_balance()
