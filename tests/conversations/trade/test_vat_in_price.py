"""VAT in prices: the seller, the buyer and the terms that both sign say what a price includes."""

from __future__ import annotations

from decimal import Decimal

from conversations.discovery.result_cards import listing_card
from conversations.reply import Card
from conversations.trade.deals.card import deal_card
from conversations.trade.deals.contract_terms import terms_card
from conversations.trade.listings.my_listings import own_card
from conversations.trade.offers.offer import offer_card
from core.books.invoicing.rules import sums_of
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.trade.deals import access
from core.trade.listings.service import listing_for
from core.trade.offers import service as offers
from tests.conversations.trade.test_whole_terms import WORDINGS, chat_in, on_the_table
from tests.core.trades import agreed, market_in_memory


async def test_seller_and_buyer_read_that_vat_is_in_the_price() -> None:
    """On the listing, the offer, the deal and in the terms that both sign, in each language."""
    async with market_in_memory() as market:
        trade = await agreed(market)
        offer_id = await on_the_table(trade)

        def read(ctx: Ctx) -> None:
            listing = listing_for(ctx, trade.listing_id)
            for language in WORDINGS.languages():
                chat = chat_in(ctx, language)
                deal, offer = access.deal_for(ctx, trade.deal_id), offers.offer_for(ctx, offer_id)
                cards = [deal_card(chat, deal), terms_card(chat, deal), offer_card(chat, offer)]
                cards.append(
                    own_card(chat, listing) if listing.seller == chat.organisation else listing_card(chat, listing)
                )
                included = chat.words("price.vat_in", price="").strip(" ,")
                assert all(included in _price(card, chat.words("terms.price")) for card in cards)
                assert chat.words("terms.vat_in") in [line.value for line in terms_card(chat, deal).lines]

        for who in (trade.buyer, trade.seller):
            await market.run(who, read)


def _price(card: Card, label: str) -> str:
    (value,) = [line.value for line in card.lines if line.label == label]
    return value


def test_the_form_that_asks_for_the_rate_works_it_out_as_the_invoice_does() -> None:
    """The example in the question is what an invoice of that sum would have, in each language's own figures."""
    vat = Money(sums_of(489_215, 2_100).vat, "EUR")
    assert vat.amount == Decimal("849.05")
    for language in WORDINGS.languages():
        asked = WORDINGS.speak(language)("billing.home_rate.ask")
        assert f"849{'.' if language == 'en' else ','}05" in asked
        assert "892" in asked


async def test_the_terms_say_in_which_order_a_measured_lot_is_worked_out() -> None:
    """A heavier lot pays no deduction back: both have signed that, and not only decision 0014 knows it."""
    async with market_in_memory() as market:
        trade = await agreed(market)

        def read(ctx: Ctx) -> None:
            chat = chat_in(ctx, "en")
            terms = terms_card(chat, access.deal_for(ctx, trade.deal_id))
            (said,) = [line.value for line in terms.lines if line.label == chat.words("terms.quality")]
            assert said.index("never more than agreed") < said.index("then moisture and ash are taken off")

        await market.run(trade.buyer, read)
