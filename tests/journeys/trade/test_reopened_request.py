"""A request whose quote was taken: the winner, the sellers still bound, and the buyer's second choice."""

from __future__ import annotations

import pytest

from tests.journeys.market import PAIRS, Chat, ChatUser, World, confirms
from tests.journeys.trade_steps import Trade

REQUEST = "/request 100 t A1 pellets DAP Kaunas in 3 weeks"


async def quoted(seller: ChatUser, price: str) -> None:
    await seller.says("/requests")
    await seller.presses("Open")
    await seller.presses("Make a quote")
    await seller.fills(price=price)
    await seller.sees("Your quote is in.")


async def two_quotes(world: World, tom: ChatUser, rasa: ChatUser, jonas: ChatUser) -> None:
    """Give Tom two quotes: Rasa's of €20,800 and Jonas's of €20,900."""
    await tom.says(REQUEST)
    await tom.fills(closes="tomorrow")
    await tom.sees("Your request is out.")
    await quoted(rasa, "208 €/t")
    await quoted(jonas, "209 €/t")
    await world.later(days=2)
    await tom.sees("The time for quotes is over.", "€20,800.00", "€20,900.00")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_a_winner_who_leaves_unsigned_leaves_the_next_quote_to_be_taken(
    world: World, chat: Chat, other: Chat
) -> None:
    tom, rasa, jonas = await world.on(chat, "Tom"), await world.on(other, "Rasa"), await world.on(chat, "Jonas")
    await two_quotes(world, tom, rasa, jonas)
    await confirms(tom, "Take Rasa: €20,800.00")
    await tom.sees("You have taken the quote of Rasa: deal", "Both sides sign it by", "✓ taken")
    await tom.sees("If it is not signed, you can take another quote until")
    await rasa.sees("Tom has taken your quote: deal", "Both sides sign it by", "✓ taken", "Open the deal")
    told = await jonas.sees("The buyer has taken another quote. Yours stands until", "Yours can still be taken until")
    assert "20,800" not in told
    await rasa.sees("[Leave the deal]")  # what is under way when the product closes comes half a minute later

    await world.closes()
    await world.opens()
    await rasa.presses("Leave the deal")
    seen = await rasa.sees("Yes: Leave the deal")
    assert "for sale again" not in seen, "what was quoted stood on no shelf"
    await rasa.presses("Yes: Leave the deal")
    await rasa.sees("taken, and no deal came of it")
    await tom.sees(
        "No deal came of the quote that you took. Another one still stands", "Your turn: take one of the quotes"
    )
    await jonas.sees("No deal came of the quote that the buyer took. Yours stands")
    await confirms(tom, "Take Jonas: €20,900.00")
    await jonas.sees("You have a deal.", "Tom has taken your quote: deal")
    trade = Trade(world, jonas, tom)
    await trade.sign()
    await tom.sees("Both sides have signed it, and this request is over.")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_request_of_an_unsigned_deal_is_repeated_with_a_press(world: World, chat: Chat, other: Chat) -> None:
    tom, rasa, jonas = await world.on(chat, "Tom"), await world.on(other, "Rasa"), await world.on(chat, "Jonas")
    await two_quotes(world, tom, rasa, jonas)
    await confirms(tom, "Take Rasa: €20,800.00")
    await rasa.sees("Tom has taken your quote: deal")
    await world.later(days=2)
    await world.later(days=2)
    for each in (tom, jonas):
        await each.sees("No deal came of the quote that was taken, and no other one stands, so the request has ended.")
    await tom.presses("Ask again")
    await tom.sends()
    await tom.sees("Your request is out.")
    await jonas.sees("Tom asks again for what you have quoted on before.", "Your turn: quote anew by")
    await jonas.presses("Make a quote")
    await jonas.sends()
    await jonas.sees("Your quote is in.", "€20,900.00")


@pytest.mark.parametrize(("chat", "other"), PAIRS)
async def test_when_both_have_signed_the_others_are_told_that_they_are_free(
    world: World, chat: Chat, other: Chat
) -> None:
    tom, rasa, jonas = await world.on(chat, "Tom"), await world.on(other, "Rasa"), await world.on(chat, "Jonas")
    await two_quotes(world, tom, rasa, jonas)
    await confirms(tom, "Take Rasa: €20,800.00")
    trade = Trade(world, rasa, tom)
    await trade.agreed()
    await trade.sign()
    await jonas.sees("The buyer has signed with another seller, so your quote binds you no longer.")
    await rasa.sees("Both sides have signed it, and this request is over.")
