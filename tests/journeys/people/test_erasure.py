"""C4.6: a person who deletes their account is forgotten.

No table holds a word of theirs any more, the books balance and their chain holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from config.tables import METADATA
from core.kernel.transaction import MARKET, Ctx
from core.money.ledger.chain import link_entries, verify
from lab.people import OnTelegram
from tests.journeys.market import CHATS, PAIRS, Chat, ChatUser, World
from tests.journeys.session_steps import Counsel, goes_on
from tests.journeys.trade_steps import Trade, profile

# Parts of all that Sarah has told in one way or another, as a search for her would find them.
TOLD = ("Sarah", "boiler slags", "straw pellets of mine", "Kaunas", "Girios Baltic")


def everything(ctx: Ctx) -> str:
    """Return the whole database as text."""
    rows: list[Any] = []
    for table in METADATA.sorted_tables:
        if table.name not in ("outbox", "search_blob"):  # on its way out, and packed
            rows += [f"{table.name}: {row}" for row in ctx.session.execute(select(table))]
    return "\n".join(map(str, rows))


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
async def test_deleted_person_is_forgotten_and_the_books_stay(world: World, pair: tuple[Chat, Chat]) -> None:
    counsel = Counsel(world, await world.on(pair[0], "Sarah"), await world.on(pair[1], "Alex"))
    sarah, alex = counsel.seeker, counsel.consultant
    if isinstance(sarah, OnTelegram):
        await sarah.says("/profile")
        await sarah.fills(roles="buyer", company="Girios Baltic", country="Lithuania")
    await sarah.says("/place Kaunas")
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await sarah.says("/delete")
    await sarah.sees("a session of yours is not over yet")
    await counsel.meet()
    await sarah.says("My grate hates the straw pellets of mine.")
    await alex.sees("straw pellets of mine")
    await world.later(minutes=8.2)
    await goes_on(sarah)
    await alex.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
    await sarah.sees("€90.00 was taken from the card")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €76.50.")
    (kept,) = (await world.browser.get("/lab/books"))["sessions"]
    assert (kept["buyer"], kept["seller"], kept["amount"]) == ("Sarah", "Alex", "90.00 EUR")
    assert "Taken from the card" in {each["memo"] for each in kept["entries"]}

    product = world.product
    assert product is not None
    before = await product.transactions.run(MARKET, everything)
    assert all(each in before for each in TOLD[:4])
    await leaves(sarah)
    await alex.sees("with somebody who has left")
    after = await product.transactions.run(MARKET, everything)
    found = [line for line in after.splitlines() if any(each in line for each in (*TOLD, str(sarah.id)))]
    assert not found, found
    await world.books_balance()
    await product.transactions.run(MARKET, link_entries)
    verdict = await product.transactions.run(MARKET, verify)
    assert (verdict.broken, [each for each in verdict.checks if not each.ok]) == (None, [])


@pytest.mark.parametrize("chat", CHATS)
async def test_an_old_button_deletes_nothing_of_a_new_account(world: World, chat: Chat) -> None:
    sarah = await world.on(chat, "Sarah")
    await profile(sarah, "buyer", "Girios Baltic")
    await sarah.says("/delete")
    await sarah.presses("Delete everything about me")
    old = await button_for(sarah, "Yes: Delete everything about me")
    await sarah.presses("Yes: Delete everything about me")
    await sarah.sees("Nothing here names you any more.")
    await profile(sarah, "buyer", "Heat AB", country="Sweden")
    await old()
    await sarah.sees("That button was for an account that is deleted already.")
    await sarah.says("/company")
    await sarah.sees("Heat AB", "You work here alone so far.")


async def leaves(person: ChatUser) -> None:
    await person.says("/delete")
    await person.presses("Delete everything about me")
    await person.sees("nobody can bring it back. Delete it?")
    await person.presses("Yes: Delete everything about me")
    await person.sees("Nothing here names you any more.")


@pytest.mark.parametrize("chat", CHATS)
async def test_irreversible_step_is_asked_again(world: World, chat: Chat) -> None:
    sarah = await world.on(chat, "Sarah")
    await profile(sarah, "buyer", "Girios Baltic")
    await sarah.says("/delete")
    await sarah.presses("Delete everything about me")
    await sarah.sees("Erased: your name, accounts", "nobody can bring it back. Delete it?")
    await sarah.presses("No, go back")
    await sarah.sees("Your turn: delete everything, or keep your account.")
    await sarah.presses("Delete everything about me")
    old = await button_for(sarah, "Yes: Delete everything about me")
    await world.later(minutes=11)
    await old()  # a late press is asked again
    await sarah.says("/company")
    await sarah.sees("Girios Baltic", "You work here alone so far.")


async def button_for(person: ChatUser, label: str) -> Callable[[], Awaitable[None]]:
    """Return a press on the button as it is now, whatever happens to its card."""
    if isinstance(person, OnTelegram):
        return partial(person.presses_anyway, await person.button(label))
    return partial(person.presses, label)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
async def test_whose_company_has_left_stands_on_the_deal_as_that(world: World, pair: tuple[Chat, Chat]) -> None:
    rasa, tom = await world.on(pair[0], "Rasa"), await world.on(pair[1], "Tom")
    trade = Trade(world, rasa, tom)
    await trade.funded()
    await tom.presses("Send a message")
    await (tom.answers if isinstance(tom, OnTelegram) else tom.fills)(words="Please ring the bell.")
    await rasa.sees("Please ring the bell.")
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    await trade.accept()
    await trade.complete()
    old = await rasa.button("Rate the other side") if isinstance(rasa, OnTelegram) else None
    await leaves(tom)
    (deal,) = (await world.browser.get("/lab/books"))["deals"]
    assert deal["buyer"] == "somebody who has left"
    await rasa.says("/deals")
    listed = await rasa.sees("Other side: a company that has left")
    await rasa.presses("Open")
    shown = await rasa.sees("Other side: a company that has left · not rated yet, 1 deal")
    await rasa.sees("and you have nothing left to do.")
    if isinstance(rasa, OnTelegram) and old is not None:
        await rasa.presses_anyway(old)
        await rasa.sees("The other side has left. Nobody is there who could be rated.")
    await rasa.presses("See the terms")
    terms = await rasa.sees("Buyer: a company that has left on ", "Seller: Rasa")
    assert "Other side: –" not in listed + shown + terms
