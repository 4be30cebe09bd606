"""A trade's money from the buyer's card to the seller's account, through the real client."""

from __future__ import annotations

from sqlalchemy import select

from core.kernel.money import Money
from core.kernel.outbox import OutboxRow
from core.kernel.transaction import Ctx
from core.money.disbursements.model import DisbursementState
from core.people.accounts.service import person_of
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.funding.events import OnboardingLinkReady, PaymentLinkReady
from tests.payments.conftest import Shop


async def test_a_deal_is_paid_delivered_and_paid_out(shop: Shop) -> None:
    shop.market.watch(PaymentLinkReady, OnboardingLinkReady)
    payment = await shop.funded()
    await shop.onboard()
    await shop.deliver_all()
    await shop.until_deal(DealState.COMPLETED)

    (session,) = await shop.made("checkout.session")
    assert session["metadata"] == {"payment": payment.id, "deal": shop.trade.deal_id}
    assert session["success_url"] == "https://parley.test/paid"
    transfers = await shop.made("transfer")
    assert [each["amount"] for each in transfers] == [1_023_750, 1_023_750]
    assert {each["transfer_group"] for each in transfers} == {f"deal_{shop.trade.deal_id}"}
    assert {each["source_transaction"] for each in transfers} == {(await shop.made("charge"))[0]["id"]}
    assert (await shop.trade.money()).paid_out == Money(2_047_500, "EUR")
    told = [type(fact).__name__ for fact in shop.market.facts]
    assert told == ["PaymentLinkReady", "OnboardingLinkReady"]
    await shop.books_agree()


async def test_money_waits_for_a_seller_without_an_account(shop: Shop) -> None:
    await shop.funded()
    await shop.deliver_all()
    assert [each.state for each in await shop.effects()] == [DisbursementState.WAITING] * 2
    assert await shop.made("transfer") == []
    await shop.onboard()
    await shop.until_deal(DealState.COMPLETED)
    assert len(await shop.made("transfer")) == 2
    await shop.books_agree()


async def test_the_payment_page_calls_the_goods_as_the_payer_does(shop: Shop) -> None:
    await shop.trade.as_market(lambda ctx: setattr(person_of(ctx, str(shop.trade.buyer.person)), "locale", "de-AT"))
    await shop.sign()
    asked = await shop.browser.get("/lab/wire?service=stripe&match=checkout")
    ref = (await shop.trade.deal()).ref
    assert f"{ref}: 100 t Holzpellets, ENplus A1" in str(asked)


async def test_a_page_that_was_asked_for_by_an_earlier_release_is_opened_under_the_title_that_it_gave(
    shop: Shop,
) -> None:
    """It was in the outbox when the new release began: its goods and language were not told yet."""

    def as_written_then(ctx: Ctx) -> None:
        (row,) = ctx.session.scalars(select(OutboxRow).where(OutboxRow.kind == "checkout.open"))
        rest = {name: value for name, value in row.body.items() if name not in ("goods", "language")}
        row.body = {**rest, "title": f"{row.body['ref']}: 100 t wood pellets"}

    await shop.strike("outage", "POST /v1/checkout/sessions")
    for actor in (shop.trade.buyer, shop.trade.seller):
        await shop.market.run(actor, lambda ctx: deals.sign_deal(ctx, shop.trade.deal_id))
    await shop.work()
    await shop.trade.as_market(as_written_then)
    await shop.pass_time(seconds=5)
    assert (await shop.trade.payment()).url is not None
    assert "100 t wood pellets" in str(await shop.browser.get("/lab/wire?service=stripe&match=checkout"))
