"""Due invoices: each movement of money makes its document due once, between the right parties.

Money that is given back is credited.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest

from core.advice.sessions import meeting
from core.advice.sessions import service as sessions
from core.books.invoicing import service
from core.books.invoicing.events import InvoiceDrawn
from core.books.invoicing.model import DocumentKind, Invoice, Kind, State
from core.kernel.errors import Invalid, NotFound
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Ctx
from core.money.chargebacks import service as chargebacks
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.people.accounts.model import Settle
from core.people.accounts.service import settle
from core.people.files.service import content_of
from core.shop.purchases import payments
from core.shop.purchases import service as purchases
from core.shop.purchases.model import BuyThing, Thing
from core.trade.deals import service as deals
from core.trade.deals.model import NoteOrder
from core.trade.delivery import claims
from core.trade.listings.model import Certificate, ChangeListing
from core.trade.listings.service import change_listing
from tests.core import invoicing_steps
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, counsel
from tests.core.books.invoicing.parties import (
    BUYER_IN_GERMANY,
    SELLER_AT_HOME,
    WRITTEN_BY_US,
    agrees,
    delivered,
    introduced,
    papers,
)
from tests.core.conftest import Market
from tests.core.goods import catalogue, tonnes
from tests.core.trades import agreed, paid


def told(found: list[Invoice]) -> list[tuple[str, str, int]]:
    """Return the kind, state and amount of each invoice. Credit notes have a minus."""
    return [(f"{each.kind}", f"{each.state}", each.gross_minor * (-1 if each.corrects else 1)) for each in found]


async def all_is_right(market: Market) -> None:
    await market.books_hold()


async def test_our_fee_is_invoiced_by_us_and_the_goods_by_their_seller_or_in_their_name(market: Market) -> None:
    trade = await paid(market, lots=2)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    first, second = await trade.lots()
    await trade.deliver(first)
    await trade.accept(first)
    with pytest.raises(Invalid, match=r"billing\.rate_needed"):
        await agrees(market, trade.seller, WRITTEN_BY_US.model_copy(update={"home_bp": None}))
    await agrees(market, trade.seller)
    await trade.deliver(second)
    await trade.accept(second)
    fee, draft, _, goods = found = await papers(market)
    assert told(found)[:2] == [("commission", "issued", 262_50), ("goods", "draft", 10_500_00)]
    assert [(each.number, each.issuer, each.recipient) for each in (fee, goods)] == [
        ("PM-2026-000001", "market", trade.selling),
        ("PA-2026-000001", trade.selling, trade.buying),
    ]
    assert fee.content is not None
    assert goods.content is not None
    assert (fee.content.tax.category, fee.vat_minor) == ("S", 45_56)  # type: ignore[union-attr]
    assert goods.content.tax.category == "S"  # type: ignore[union-attr]  # delivered to Vilnius: it never left
    assert goods.content.in_name_of == market.clock.now().date()

    def seen(ctx: Ctx) -> tuple[int, int]:
        return len(service.invoices_of(ctx, trade.deal_id)), len(service.numbers_by_part(ctx)[second.id])

    assert await market.run(trade.seller, seen) == (4, 2)
    assert await market.run(trade.buyer, seen) == (1, 1)
    for stranger, paper in ((trade.buyer, draft), (trade.buyer, fee), (trade.stranger, goods)):
        with pytest.raises(NotFound):
            await market.run(stranger, lambda ctx, paper=paper: service.invoice_for(ctx, paper.id))  # type: ignore[misc]
    await all_is_right(market)


async def test_the_sellers_invoice_names_the_purchase_order_and_never_the_cost_centre(market: Market) -> None:
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await agrees(market, trade.seller)
    order = NoteOrder(purchase_order="PO 4500123456", cost_centre="K-12")
    await market.run(trade.buyer, lambda ctx: deals.note_order(ctx, trade.deal_id, order))
    await delivered(trade, 1)
    goods = next(each for each in await papers(market) if each.issuer == trade.selling)
    assert goods.content is not None
    assert (goods.content.supply.order, goods.content.supply.cost_centre) == ("PO 4500123456", "")
    assert goods.content.document_words is not None
    head = goods.content.document_words.head
    assert "Purchase order: PO 4500123456" in head
    assert "K-12" not in " ".join(head)


async def test_a_lot_that_is_cut_before_has_a_lower_invoice_and_one_that_is_dropped_has_none(market: Market) -> None:
    trade = await paid(market, lots=2)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await agrees(market, trade.seller)
    first = (await trade.lots())[0]
    await trade.deliver(first)
    await trade.claim(first)
    await market.run(trade.seller, lambda ctx: claims.grant_claim(ctx, first.id))
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    cut = next(each for each in await trade.lots() if each.id == first.id)
    assert cut.pay < cut.amount
    found = await papers(market)
    assert [(each.kind, each.gross, each.state) for each in found] == [
        (Kind.COMMISSION, cut.pay.share(250), State.ISSUED),
        (Kind.GOODS, cut.pay, State.DUE),  # the buyer's country is not known yet
    ]
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    assert [each.state for each in await papers(market)] == [State.ISSUED, State.ISSUED]
    assert (found[1].supply.amount, found[1].supply.agreed_minor) == (cut.quantity_amount, cut.amount.minor)
    await all_is_right(market)


async def test_a_lot_that_is_paid_by_what_was_weighed_is_invoiced_by_that(market: Market) -> None:
    """The quantity that came, at the agreed price, and nothing taken off."""
    trade = await paid(market, lots=1)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    lot = (await trade.lots())[0]
    await trade.dispatch(lot)
    await trade.arrive(lot, tonnes("99.6"))
    await trade.accept(lot)
    goods = next(each for each in await papers(market) if each.kind is Kind.GOODS)
    assert (goods.supply.amount, goods.supply.agreed_minor, goods.gross_minor) == (
        Decimal("99.6"),
        20_916_00,
        20_916_00,
    )


async def test_fee_is_credited_on_chargeback_and_invoiced_again_when_won(market: Market) -> None:
    trade = await paid(market, lots=2)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await delivered(trade, 2)
    opened = partial(
        recovery.chargeback_opened,
        ref="du_1",
        intent_ref="pi_1",
        amount=Money(15_000_00, "EUR"),
        fee=Money(20_00, "EUR"),
        reason="fraudulent",
        evidence_due=None,
    )
    for _ in range(2):  # told twice
        await market.run(PROVIDER, opened)
    found = [each for each in await papers(market) if each.kind is Kind.COMMISSION]
    assert told(found) == [
        ("commission", "issued", 262_50),
        ("commission", "issued", 262_50),
        ("commission", "issued", -262_50),  # the latest invoice bears as much of the 375.00 as it has
        ("commission", "issued", -112_50),
    ]
    notes = [each for each in found if each.document_kind is DocumentKind.CREDIT_NOTE]
    assert [each.number for each in notes] == ["PMC-2026-000001", "PMC-2026-000002"]
    assert [each.content.corrects.number for each in notes if each.content and each.content.corrects] == [
        "PM-2026-000002",
        "PM-2026-000001",
    ]
    await all_is_right(market)
    await market.run(PROVIDER, lambda ctx: chargebacks.closed(ctx, ref="du_1", won=True))
    assert told(await papers(market))[-1] == ("commission", "issued", 375_00)
    await all_is_right(market)


@pytest.mark.parametrize(
    ("country", "zone", "town", "year"),
    [
        ("LT", "Europe/Vilnius", None, 2027),
        ("US", "America/New_York", None, 2026),
        ("LT", "Europe/Vilnius", ("Riga", "LV", "America/New_York"), 2027),  # a yard abroad
        ("US", "America/New_York", ("Kiritimati", "US", "Pacific/Kiritimati"), 2027),  # the town knows it better
        ("LT", None, None, 2026),
    ],
)
async def test_invoice_on_new_years_night_is_dated_by_its_issuers_clock(
    market: Market, country: str, zone: str | None, town: tuple[str, str, str] | None, year: int
) -> None:
    """At half past ten of 31 December in UTC. The market itself is in Vilnius."""
    trade = await paid(market, lots=1)
    # A second introduction keeps the town's clock.
    for who, company in ((trade.seller, SELLER_AT_HOME | {"country": country, "vat_number": None}),) * 2:
        await introduced(market, who, **company, zone=zone)
        if town is not None:
            where = Settle(place=town[0], country=town[1], lat=50.0, lon=20.0, zone=town[2])
            await market.run(who, lambda ctx, where=where: settle(ctx, where))  # type: ignore[misc]
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    market.clock.moment = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    await agrees(market, trade.seller)
    await delivered(trade, 1)
    for each in await papers(market):
        assert each.content is not None
        own = 2027 if each.kind is Kind.COMMISSION else year
        day = date(own, 1, 1) if own == 2027 else date(2026, 12, 31)
        assert (each.issued_on, each.content.supply.on, each.year) == (day, day, own)
        assert f"-{own}-" in (each.number or "")
        assert each.content.in_name_of == (None if each.kind is Kind.COMMISSION else day)
    await all_is_right(market)


async def test_goods_that_are_paid_directly_are_invoiced_and_no_fee_is(market: Market) -> None:
    trade = await agreed(market, lots=1, settlement="direct")
    await trade.sign()
    await market.run(trade.seller, lambda ctx: deals.confirm_money(ctx, trade.deal_id))
    for who, company in ((trade.seller, SELLER_AT_HOME), (trade.buyer, BUYER_IN_GERMANY)):
        await introduced(market, who, **company)
    await agrees(market, trade.seller)
    await delivered(trade, 1)
    assert told(await papers(market)) == [("goods", "issued", 21_000_00)]
    await all_is_right(market)


async def test_a_session_is_invoiced_by_its_consultant_and_our_fee_by_us(market: Market) -> None:
    they = await counsel(market)
    for who, name in ((they.alex, "Alex"), (they.sarah, "Sarah")):
        await introduced(market, who, company=f"{name} advises", country="EE")
    await agrees(market, they.alex, WRITTEN_BY_US.model_copy(update={"home_bp": None}))  # not registered for VAT
    await they.books(TUESDAY_TEN, 60)
    await they.adds_card()
    await they.does(they.alex, sessions.accept)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.sarah, meeting.end)
    await they.later(days=3)
    fee, session = found = await papers(market)
    assert told(found) == [("commission", "issued", 13_50), ("session", "issued", 90_00)]
    assert fee.content is not None
    assert session.content is not None
    assert (fee.content.tax.category, session.content.tax.category) == ("S", "O")  # type: ignore[union-attr]
    await all_is_right(market)


async def test_card_sale_is_invoiced_and_its_refund_is_credited(market: Market) -> None:
    invoicing_steps.hire(market)
    rasa, _ = await market.newcomer("Rasa")
    await introduced(market, rasa, **BUYER_IN_GERMANY)
    thing = BuyThing(
        thing=Thing.PROMOTION, subject="promo-1", title="Featured", description="Top", price_minor=1_200, currency="EUR"
    )
    purchase = await market.run(rasa, lambda ctx: purchases.buy(ctx, thing))

    def outside(ctx: Ctx) -> None:
        price, fee = Money(12_00, "EUR"), Money(48, "EUR")
        payments.page_opened(ctx, purchase.id, page_ref="cs_1", url="https://pay.example/cs_1")
        payments.card_paid(ctx, purchase.id, amount=price, fee=fee, intent_ref="pi_1", charge_ref="ch_1")

    await market.run(PROVIDER, outside)
    await market.run(MARKET, lambda ctx: purchases.give_back(ctx, purchase.id, Money(500, "EUR")))
    [refund] = [post for post in market.posts if post.kind == "refund"]
    await market.run(PROVIDER, lambda ctx: disbursements.done(ctx, refund.body["disbursement_id"], "re_1"))
    assert told(await papers(market)) == [("sale", "issued", 12_00), ("sale", "issued", -5_00)]
    await all_is_right(market)


async def test_file_goes_to_its_requester_and_the_first_is_kept(market: Market) -> None:
    trade = await paid(market, lots=1)
    for who, company in ((trade.seller, SELLER_AT_HOME), (trade.buyer, BUYER_IN_GERMANY)):
        await introduced(market, who, **company)
    await delivered(trade, 1)
    fee, draft = await papers(market)
    market.watch(InvoiceDrawn)

    async def asking(invoice: Invoice, drawing: bytes) -> None:
        before = len(market.posts)
        await market.run(trade.seller, lambda ctx: service.ask_file(ctx, invoice.id, "telegram::42"))
        for post in market.posts[before:]:
            asked = {"person_id": post.body["person"], "where": post.body["where"], "content": drawing}
            await market.run(MARKET, partial(service.drawn, invoice_id=post.body["invoice"], **asked))

    for invoice, drawings in ((fee, (b"%PDF-1", b"%PDF-2")), (draft, (b"%PDF-3", b"%PDF-4"))):
        for drawing in drawings:
            await asking(invoice, drawing)
    files = [fact.file_id for fact in market.facts if isinstance(fact, InvoiceDrawn)]
    kept = await market.run(MARKET, lambda ctx: [content_of(ctx, each) for each in files])
    assert [(each.name, each.content) for each in kept] == [
        *([("PM-2026-000001.pdf", b"%PDF-1")] * 2),
        ("draft.pdf", b"%PDF-3"),
        ("draft.pdf", b"%PDF-4"),
    ]
    with pytest.raises(NotFound):
        await market.run(trade.buyer, lambda ctx: service.ask_file(ctx, draft.id, "slack:T1:D1"))


async def test_the_invoice_names_the_certificates_that_were_signed_whatever_the_listing_says_since(
    market: Market,
) -> None:
    agreed_on = (Certificate(scheme="ENplus", number="LT005"), Certificate(scheme="FSC", number="FSC-C111111"))
    trade = await paid(market, lots=1, certificates=agreed_on)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await agrees(market, trade.seller)
    signed = (await trade.deal()).terms.certificates

    later = ChangeListing(certificates=(agreed_on[0], Certificate(scheme="FSC", number="FSC-C999999")))
    await market.run(trade.seller, lambda ctx: change_listing(ctx, catalogue(), trade.listing_id, later))
    (lot,) = await trade.lots()
    await trade.deliver(lot)
    await trade.accept(lot)

    assert signed == agreed_on
    goods = next(each.content for each in await papers(market) if each.kind is Kind.GOODS)
    assert goods is not None
    assert goods.supply.certificates == ("ENplus LT005", "FSC-C111111")
