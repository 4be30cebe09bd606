"""An invoice that waits for a missing detail: the party is reminded.

Later the invoice is written with the known details, or left.
"""

from __future__ import annotations

import pytest

from conversations.books.invoices import invoice_card
from core.books.invoicing import reactions, service
from core.books.invoicing.events import InvoiceAwaits
from core.books.invoicing.model import Invoice, Kind, SetBilling, State
from core.books.invoicing.pending_invoices import REMINDED_AFTER, WAITS_FOR
from core.kernel.transaction import Actor
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile, organisation_of
from tests.conversations.trade.test_whole_terms import chat_in
from tests.core.books.invoicing.parties import BUYER_IN_GERMANY, SELLER_AT_HOME, agrees, delivered, introduced, papers
from tests.core.conftest import Market
from tests.core.trades import Trade, paid

TIMER_HANDLERS = dict(reactions.timer_handlers)
AT_KIEL = SetBilling(address="Hafenstr. 1, 24103 Kiel", market_writes=False)


async def says(market: Market, who: Actor, **company: str | None) -> None:
    """Set a company's profile and country. VAT details are set only if they are given."""
    command = CompleteProfile(roles=frozenset(Role), **company)
    await market.run(who, lambda ctx: complete_profile(ctx, command))


async def of_kind(market: Market, kind: Kind) -> Invoice:
    (found,) = [each for each in await papers(market) if each.kind is kind]
    return found


async def reminded(market: Market) -> list[str]:
    """Return the companies that are reminded when the time for that comes."""
    before = len(market.facts)
    market.clock.moment += REMINDED_AFTER
    await market.run_timers(TIMER_HANDLERS)
    return [fact.organisation for fact in market.facts[before:] if isinstance(fact, InvoiceAwaits)]


async def waited(market: Market) -> None:
    market.clock.moment += WAITS_FOR - REMINDED_AFTER
    await market.run_timers(TIMER_HANDLERS)


async def reads(market: Market, who: Actor, invoice: Invoice) -> str:
    return (
        await market.run(who, lambda ctx: invoice_card(chat_in(ctx, "en"), ctx.session.get_one(Invoice, invoice.id)))
    ).text


async def sold(market: Market) -> Trade:
    """Deliver a lot of a seller from another member state, who has not said if they have a VAT number."""
    market.watch(InvoiceAwaits)
    trade = await paid(market, lots=1)
    await says(market, trade.seller, company="Pellet GmbH", country="DE")
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await agrees(market, trade.seller, AT_KIEL)
    await delivered(trade, 1)
    return trade


async def test_our_fee_is_charged_with_vat_as_to_a_private_person_and_corrected_when_they_say_more(
    market: Market,
) -> None:
    trade = await sold(market)
    fee = await of_kind(market, Kind.COMMISSION)
    told = await reads(market, trade.seller, fee)
    assert "Without an answer by 3 Dec 2026 I write it with what I know: as to a private person, with VAT." in told
    assert await reminded(market) == [trade.selling]
    assert (await of_kind(market, Kind.COMMISSION)).state is State.DUE
    await waited(market)
    fee = await of_kind(market, Kind.COMMISSION)
    assert fee.content is not None
    assert fee.content.tax is not None
    assert (fee.state, fee.content.tax.category, fee.vat_minor) == (State.ISSUED, "S", 91_11)
    await market.books_hold()
    await says(market, trade.seller, company="Pellet GmbH", country="DE", vat_number="DE136695976")
    await market.run(trade.seller, lambda ctx: service.correct(ctx, fee.id))
    _, back, right = [each for each in await papers(market) if each.kind is Kind.COMMISSION]
    assert (back.vat_minor, right.vat_minor) == (91_11, 0)
    await market.books_hold()


async def test_seller_who_answers_in_time_is_not_reminded(market: Market) -> None:
    trade = await sold(market)
    await of_kind(market, Kind.COMMISSION)
    await agrees(market, trade.seller, AT_KIEL.model_copy(update={"vat_number": "DE136695976"}))
    fee = await of_kind(market, Kind.COMMISSION)
    assert (fee.state, fee.vat_minor) == (State.ISSUED, 0)
    assert await reminded(market) == []
    await waited(market)


async def test_seller_without_a_country_is_invoiced_our_fee_as_at_home(market: Market) -> None:
    market.watch(InvoiceAwaits)
    trade = await paid(market, lots=1)
    await delivered(trade, 1)
    await trade.as_market(lambda ctx: setattr(organisation_of(ctx, trade.selling), "country", None))
    await of_kind(market, Kind.COMMISSION)
    assert await reminded(market) == [trade.selling]
    await waited(market)
    fee = await of_kind(market, Kind.COMMISSION)
    assert fee.content is not None
    assert (fee.state, fee.vat_minor, fee.content.recipient.country) == (State.ISSUED, 91_11, "LT")
    await market.books_hold()


async def test_goods_are_invoiced_without_a_missing_address(market: Market) -> None:
    market.watch(InvoiceAwaits)
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await agrees(market, trade.seller)
    await says(market, trade.buyer, **BUYER_IN_GERMANY)
    await delivered(trade, 1)
    goods = await of_kind(market, Kind.GOODS)
    assert "I write it without your address" in await reads(market, trade.buyer, goods)
    assert await reminded(market) == [trade.buying]
    await waited(market)
    goods = await of_kind(market, Kind.GOODS)
    assert goods.content is not None
    assert (goods.state, goods.content.recipient.address) == (State.ISSUED, "")


@pytest.mark.parametrize("unsaid", ["seller's VAT", "buyer's country"])
async def test_detail_that_only_the_issuer_knows_is_left_to_them(market: Market, unsaid: str) -> None:
    """Check two details that are never assumed.

    We call no supply outside VAT in a company's name before the company says so. A buyer may be anywhere.
    """
    market.watch(InvoiceAwaits)
    trade = await paid(market, lots=1)
    if unsaid == "seller's VAT":
        await says(market, trade.seller, company="Girios UAB", country="LT")
        await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    else:
        await introduced(market, trade.seller, **SELLER_AT_HOME)
    await agrees(market, trade.seller, SetBilling(address="Savanorių pr. 1", market_writes=True, home_bp=2_100))
    await delivered(trade, 1)
    goods = await of_kind(market, Kind.GOODS)
    who, side = (trade.seller, trade.selling) if unsaid == "seller's VAT" else (trade.buyer, trade.buying)
    assert "I leave it to its issuer" in await reads(market, who, goods)
    assert side in await reminded(market)
    await waited(market)
    assert (await of_kind(market, Kind.GOODS)).state is State.DRAFT
    await market.books_hold()
