"""Sales of the market itself, against a strict provider: the undisputed rest of a price arrives, the books agree."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from config import alarms
from config.platforms import PLATFORMS
from conversations.wording import Wordings
from core.kernel.money import Money
from core.kernel.transaction import MARKET, Ctx
from core.money.disbursements.model import Disbursement, DisbursementState
from core.money.messages import OpenAccount
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile
from core.shop.purchases import service
from core.shop.purchases.model import BuyThing, Purchase, PurchaseState, Thing
from core.trade.funding.events import AccountRefused
from tests.payments.conftest import Shop

PRICE = 12_00
RECAP = BuyThing(
    thing=Thing.RECAP, subject="recap-1", title="Recap", description="All of it", price_minor=PRICE, currency="EUR"
)


async def sold(shop: Shop) -> Purchase:
    """Let the buyer of the deal buy a recap by card."""
    profile = CompleteProfile(roles=frozenset({Role.BUYER}), company="Heat AB", country="LT")
    await shop.market.run(shop.trade.buyer, lambda ctx: complete_profile(ctx, profile))
    purchase = await shop.market.run(shop.trade.buyer, lambda ctx: service.buy(ctx, RECAP))

    async def state(expected: str) -> bool:
        found = await now(shop, purchase)
        return found.url is not None if expected == "open" else found.state == expected

    await shop.until(partial(state, "open"))
    await shop.does(f"pay/{(await now(shop, purchase)).page_ref}", method="card", number="4242424242424242")
    await shop.until(partial(state, "paid"))
    return await now(shop, purchase)


async def now(shop: Shop, purchase: Purchase) -> Purchase:
    return await shop.market.run(MARKET, lambda ctx: service.purchase_for(ctx, purchase.id))


@pytest.mark.parametrize("trouble", [None, "answer_lost"])
async def test_undisputed_rest_of_a_price_goes_to_the_buyers_account(shop: Shop, trouble: str | None) -> None:
    await shop.reserve()
    purchase = await sold(shop)
    charge = await shop.newest("charge")
    await shop.strike("drop", "charge.dispute", deliveries=True, times=9)  # so the refund is asked for and refused
    await shop.does(f"disputes/{charge}", do="open", amount=5_00)
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, purchase.id, Money(PRICE, "EUR")))
    await shop.work()
    await shop.does(f"disputes/{charge}", do="lose")
    await shop.reconciler.sweep()
    await shop.work()
    assert await refunds(shop) == [(DisbursementState.WAITING, 7_00)]
    if trouble is not None:
        await shop.strike(trouble, "POST /v1/transfers")
    await shop.onboard(buyer=True)

    async def gone() -> bool:
        await shop.reconciler.sweep()  # which asks for what is still unanswered
        return (await now(shop, purchase)).state == PurchaseState.GIVEN_BACK

    await shop.until(gone)
    assert await refunds(shop) == [(DisbursementState.DONE, 7_00)]
    assert [each["amount"] for each in await shop.made("transfer")] == [7_00]
    assert await shop.made("refund") == []
    await shop.books_agree()
    await shop.pass_time(days=3)
    assert await shop.reconciler.reconcile() == {}
    asked = await shop.calls("POST /v1/refunds")
    await shop.pass_time(days=3)
    await shop.reconciler.reconcile()
    assert await shop.calls("POST /v1/refunds") == asked


async def refunds(shop: Shop) -> list[tuple[DisbursementState, int]]:
    query = select(Disbursement.state, Disbursement.amount_minor)

    def read(ctx: Ctx) -> list[tuple[DisbursementState, int]]:
        return [(row.state, row.amount_minor) for row in ctx.session.execute(query)]

    return await shop.market.run(MARKET, read)


async def test_a_transfer_to_a_buyer_that_is_refused_waits_for_their_account_again(shop: Shop) -> None:
    """The provider has restricted the account meanwhile."""
    await shop.reserve()
    purchase = await sold(shop)
    charge = await shop.newest("charge")
    await shop.strike("drop", "charge.dispute", deliveries=True, times=9)
    await shop.does(f"disputes/{charge}", do="open", amount=5_00)
    await shop.market.run(MARKET, lambda ctx: service.give_back(ctx, purchase.id, Money(PRICE, "EUR")))
    await shop.work()
    await shop.onboard(buyer=True)
    await shop.strike("drop", "account", deliveries=True, times=9)
    account = await shop.account(shop.trade.buying)
    await shop.does(f"accounts/{account}", do="restrict", due=["identity.business_details.registration_number"])
    await shop.does(f"disputes/{charge}", do="lose")
    await shop.reconciler.sweep()
    await shop.work()
    assert await shop.made("transfer") == []
    await shop.does(f"accounts/{account}", do="restore")
    await shop.pass_time(days=1, minutes=1)

    async def gone() -> bool:
        await shop.reconciler.sweep()
        return (await now(shop, purchase)).state == PurchaseState.GIVEN_BACK

    await shop.until(gone)
    await shop.books_agree()


async def test_account_that_the_provider_refuses_is_told_to_its_requester(shop: Shop) -> None:
    shop.market.watch(AccountRefused)
    alarms.listen(shop.market.reactions, Wordings(PLATFORMS), None)
    selling, person = shop.trade.selling, str(shop.trade.seller.person)
    account = OpenAccount(organisation=selling, person=person, name="Anna", email=None, country=None)

    def request(ctx: Ctx) -> None:
        ctx.enqueue(f"account:{selling}", account)

    await shop.market.run(MARKET, request)
    await shop.work()
    (told,) = shop.market.facts
    assert isinstance(told, AccountRefused)
    assert (told.organisation_id, told.person) == (shop.trade.selling, shop.trade.seller.person)
    assert told.why
