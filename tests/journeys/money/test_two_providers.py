"""Two provider accounts, each for sellers of its own countries: a deal's money leaves where it came in."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr
from sqlalchemy import select

from config.installation import RESERVE
from config.providers import SECOND
from core.kernel.transaction import MARKET, Ctx
from core.money.payees.model import Payee
from core.trade.funding.providers import provider_in
from lab.people import Browser
from lab.tests.conftest import running_lab
from tests.journeys.market import World, open_world
from tests.journeys.trade_steps import Trade, profile


async def delivered(trade: Trade, country: str) -> None:
    """A whole deal; one tonne of it does not come, and is paid back."""
    await profile(trade.seller, "seller", f"{trade.seller.name} & Co", country)
    await trade.funded()
    await trade.set_up_payouts()
    await trade.dispatch()
    await trade.arrive(measured="199 t")
    await trade.accept_weighed("199 t of 200 t came.")
    await trade.complete()


def accounts(ctx: Ctx) -> list[str]:
    """The sellers' accounts as our rows keep them, the oldest first."""
    return [str(ref) for ref in ctx.session.scalars(select(Payee.account_ref).order_by(Payee.asked_at))]


async def moved(world: World) -> dict[str, list[int]]:
    """Return the charges, transfers and refunds at one of the two, in cents."""
    kinds = ("charge", "transfer", "refund")
    return {kind: [each["amount"] for each in await world.at_the_provider(kind)] for kind in kinds}


async def test_each_deal_is_paid_out_and_refunded_by_the_provider_that_took_its_money(database: str) -> None:
    async with open_world(database, product=False) as world, running_lab(world.lab.world) as other:
        other.stripe.top_up(RESERVE)
        second = {
            "second_stripe_secret_key": SecretStr(other.stripe.secret_key),
            "second_stripe_webhook_secret": SecretStr(other.stripe.webhook_secret),
            "second_stripe_api_url": f"{other.url}/stripe",
            "second_stripe_countries": "SE, NO",
        }
        world.settings = world.settings.model_copy(update=second)
        await world.opens()
        assert world.product is not None
        other.stripe.webhook_url = f"{world.product.server.url}/stripe/second/webhook"
        abroad = replace(world, browser=Browser(world.browser.http, other.url))

        await delivered(Trade(world, await world.on_telegram("Rasa"), await world.on_slack("Tom")), "Lithuania")
        at_home = await moved(world)
        assert await moved(abroad) == {"charge": [], "transfer": [], "refund": []}

        await delivered(Trade(abroad, await world.on_telegram("Sven"), await world.on_slack("Ona")), "Sweden")
        assert await moved(world) == at_home
        assert await moved(abroad) == at_home
        assert [len(moves) for moves in at_home.values()] == [1, 1, 1]

        payees = await world.product.transactions.run(MARKET, accounts)
        assert [provider_in(ref) for ref in payees] == [None, SECOND]
        await world.books_balance()
