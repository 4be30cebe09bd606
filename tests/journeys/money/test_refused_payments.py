"""Money that is refused at its destination: both chats read what it waits for, and it arrives by another way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.kernel.transaction import MARKET, Ctx
from core.money.disbursements.model import Disbursement
from core.people.accounts.model import Person
from core.trade.funding.payees import account_refused
from lab.people import until
from tests.journeys.market import PAIRS, Chat, World
from tests.journeys.trade_steps import Trade, profile

CLOSED_CARD = "4000000000005126"  # pays, and takes nothing back


async def refunds(world: World, sent: int, refused: int) -> None:
    """Wait until this many refunds have been sent, and this many are known to have come back."""
    product = world.product
    assert product is not None

    async def there() -> bool:
        heard = await product.transactions.run(MARKET, lambda ctx: ctx.session.scalar(select(Disbursement.refusals)))
        arrived = [each for each in await world.at_the_provider("refund") if each["status"] != "pending"]
        return (len(arrived), heard) == (sent, refused)

    await until(there, lambda: f"not {sent} sent and {refused} refused")


@pytest.mark.parametrize(("selling", "buying"), PAIRS)
async def test_a_card_that_takes_nothing_back_is_left_for_an_account_of_the_buyers(
    world: World, selling: Chat, buying: Chat
) -> None:
    trade = Trade(world, await world.on(selling, "Rasa"), await world.on(buying, "Tom"))
    rasa, tom = trade.seller, trade.buyer
    await profile(tom, "buyer", "Heat AB")
    await trade.list()
    await trade.buy()
    await trade.sign()
    await world.pays(await tom.opens("Pay €"), CLOSED_CARD)
    for each in (rasa, tom):
        await each.sees("The money is held. Delivery can begin.")
    await tom.presses("Ask to cancel")
    await tom.presses("Yes: Ask to cancel")
    await rasa.presses("Agree to cancel")
    await rasa.presses("Yes: Agree to cancel")
    await tom.sees("€43,000.00 is on its way back to you.")

    await world.later(days=1, hours=1)
    await tom.sees("€43,000.00 is due back to you and did not arrive")
    assert "did not arrive" not in await rasa.sees("This deal is cancelled.")
    await refunds(world, 1, 1)
    await world.later(days=7, hours=1)
    await refunds(world, 2, 1)
    await world.later(days=1, hours=1)
    await refunds(world, 2, 2)
    await world.later(days=7, hours=1)
    await refunds(world, 3, 2)
    await world.later(days=1, hours=1)
    await tom.sees("€43,000.00 is waiting for you. Set up your payouts, and it goes out at once.")

    await tom.says("/payout")
    await world.onboards(await tom.opens("Open the page"))
    await tom.sees("Your payouts are set up.")
    (transfer,) = await world.at_the_provider("transfer")
    assert transfer["amount"] == 43_000_00
    await world.books_balance()


async def test_refused_account_is_told_to_the_person_who_waits_for_its_page(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await profile(rasa, "seller", "Girios UAB")
    product = world.product
    assert product is not None

    def refused(ctx: Ctx) -> None:
        person = ctx.session.scalars(select(Person)).one()
        account_refused(ctx, person.organisation_id, person.id, "country_unsupported")

    await product.transactions.run(MARKET, refused)
    await rasa.sees("Our payment provider cannot open an account for you: country_unsupported.", "Set up payouts")
