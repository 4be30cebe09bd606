"""VAT has to be stated in the issuer's national currency, at the day's rate, which is not known here."""

from __future__ import annotations

import pytest

from conversations.books.invoices import invoice_card
from conversations.reply import Card
from core.books.invoicing import service
from core.books.invoicing.model import Invoice, Kind, SetBilling, State
from core.books.invoicing.vat import national_currency
from core.kernel.transaction import Ctx
from core.trade.listings.model import Place
from tests.conversations.trade.test_whole_terms import chat_in
from tests.core.books.invoicing.parties import BUYER_IN_GERMANY, agrees, delivered, introduced, papers
from tests.core.conftest import Market
from tests.core.goods import VILNIUS
from tests.core.trades import Trade, paid

SELLER_IN_POLAND = {"company": "Pelet Sp. z o.o.", "country": "PL", "vat_number": "PL8567346215"}
BUYER_IN_POLAND = {"company": "Ciepło Sp. z o.o.", "country": "PL", "vat_number": "PL1132191233"}
WARSAW = Place(name="Warszawa", country="PL", lat=52.2297, lon=21.0122)
AT_23 = SetBilling(address="ul. Leśna 1, 15-001 Białystok", market_writes=True, home_bp=2_300)


async def goods_of(market: Market) -> Invoice:
    (goods,) = [each for each in await papers(market) if each.kind is Kind.GOODS]
    return goods


async def sold_in_euros(market: Market, **buyer: str | None) -> Trade:
    """Deliver a lot by a Polish seller who agrees to be invoiced, for a price in euros."""
    abroad = buyer["country"] != "PL"
    trade = await paid(market, lots=1, place=VILNIUS if abroad else WARSAW)
    await introduced(market, trade.seller, **SELLER_IN_POLAND)
    await introduced(market, trade.buyer, **buyer)
    await agrees(market, trade.seller, AT_23)
    await delivered(trade, 1)
    return trade


async def test_invoice_with_polish_vat_in_euros_is_left_to_its_issuer(market: Market) -> None:
    """In zlotys it would have to stand there, too (Directive 2006/112/EC, article 230)."""
    trade = await sold_in_euros(market, **BUYER_IN_POLAND)
    goods = await goods_of(market)
    assert goods.state is State.DRAFT
    assert not await market.run(trade.seller, lambda ctx: service.may_write_now(ctx, goods))

    def drawn(ctx: Ctx) -> Card:
        return invoice_card(chat_in(ctx, "en"), service.invoice_for(ctx, goods.id))

    card = await market.run(trade.seller, drawn)
    assert "ask your book-keeper" in next(line.value for line in card.lines if line.label == "VAT")
    await market.books_hold()


async def test_where_there_is_no_vat_there_is_nothing_to_tell_in_another_currency(market: Market) -> None:
    await sold_in_euros(market, **BUYER_IN_GERMANY)
    goods = await goods_of(market)
    assert goods.content is not None
    assert goods.content.tax is not None
    assert (goods.state, goods.content.tax.category, goods.vat_minor) == (State.ISSUED, "K", 0)


@pytest.mark.parametrize(
    ("country", "currency"), [("LT", "EUR"), ("PL", "PLN"), ("BG", "EUR"), ("SE", "SEK"), ("US", None)]
)
def test_each_member_state_has_its_national_currency(country: str, currency: str | None) -> None:
    assert national_currency(country) == currency
