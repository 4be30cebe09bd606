"""D4.3, D4.4: a consultant looks at their numbers, buys a place, and is shown with a label.

The unused part of the price is refunded.
"""

from __future__ import annotations

from lab.people import OnTelegram
from tests.journeys.market import World
from tests.journeys.session_steps import Counsel, operator, writes


async def test_a_promotion_is_paid_in_stars_and_ends_when_its_consultant_goes_away(world: World) -> None:
    sarah, alex = await world.on_slack("Sarah"), await world.on_telegram("Alex")
    counsel = Counsel(world, sarah, alex)
    await counsel.list()
    await sarah.says("/experts the grate of my boiler slags")
    await sarah.presses("Times and profile")
    await alex.says("/promote")
    await alex.sees("in lists 1×, opened 1×", "Featured, 7 days", "Buy for 200 ⭐")
    await alex.taps_twice("Buy for 200 ⭐")
    shown = await alex.sees("pay the invoice beside this", "Leave it")
    assert shown.count("pay the invoice beside this") == 1  # two taps, one invoice
    await alex.pays_stars("Featured, 7 days")
    await alex.sees("Paid. Your promotion runs from now on.", "It runs until")
    await sarah.says("/experts boiler slag")
    await sarah.sees("Promoted · Alex")

    await world.later(days=3.5)
    await alex.presses("End it early")
    await alex.sees("For the time that is left 100 ⭐ is kept for you", "[End it now, keep 100 ⭐ here]")
    await world.later(days=1)
    await alex.presses("End it now, keep 100 ⭐ here")
    await alex.sees("For the time that is left 71 ⭐ is kept for you")  # less by now, so it is asked again
    await alex.presses("Let it run")
    await alex.says("/expert")
    await alex.presses("Pause")
    await alex.sees("what you have paid for ends when you go", "71 ⭐ is kept for you")
    await alex.presses("Go away, and end it")
    await alex.sees("because you are away", "71 ⭐ is kept for you")
    await alex.says("/paysupport")
    await alex.sees("Kept for you: 71 ⭐", "Given back")
    await world.books_balance()


async def test_a_promotion_is_paid_by_card_where_there_are_no_stars(world: World) -> None:
    counsel = Counsel(world, await world.on_telegram("Sarah"), await world.on_slack("Alex"))
    alex = counsel.consultant
    await counsel.list()
    await alex.says("/promote")
    await alex.presses("Buy for €5.00")
    await world.pays(await alex.opens("Pay €5.00"))
    await alex.sees("Paid. Your promotion runs from now on.", "Top of Bioenergy engineering")
    await counsel.seeker.says("/experts boiler slag")
    await counsel.seeker.sees("Promoted · Alex")
    await alex.presses("End it early")
    await alex.sees("End it early? For the time that is left €5.00 goes back to where it was paid from.")
    await alex.presses("End it now, €5.00 comes back")
    await alex.sees("€5.00 went back to where it was paid from.")
    [refund] = await world.at_the_provider("refund")
    assert refund["amount"] == 500
    await world.books_balance()
    assert world.product is not None
    assert await world.product.sweeps.reconciler.reconcile() == {}


async def test_a_wish_for_the_money_back_is_answered_though_the_promotion_ends_first(world: World) -> None:
    counsel = Counsel(world, await world.on_slack("Sarah"), await world.on_telegram("Alex"))
    alex, olga = counsel.consultant, await operator(world)
    await counsel.list()
    await alex.says("/language pl")
    await alex.says("/promote")
    await alex.presses("Kup za 200 ⭐")
    assert isinstance(alex, OnTelegram)
    await alex.pays_stars("Wyróżnienie na 7 dni")
    await alex.says("/paysupport")
    await alex.presses("Poproś o zwrot pieniędzy")
    await writes(alex, "Nobody has asked me anything.")
    screen = await alex.sees("Operator przygląda się prośbie", "Nobody has asked me anything.")
    assert "Kupujący chce zwrotu" not in screen  # that is told to operators
    screen = await olga.sees("The buyer would like the money back.", "Promotion", "Alex", "Nobody has asked me")
    assert "Wyróżnienie" not in screen
    await world.later(days=7.1)
    await olga.presses("Do not give it back")
    await writes(olga, "It was shown for all of its days.")
    await alex.sees("Operator zdecydował", "It was shown for all of its days.")
    await world.books_balance()
