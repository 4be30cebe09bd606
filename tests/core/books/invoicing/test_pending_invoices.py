"""An invoice that waits for a detail: the party that can give it reads so, and how to give it.

No invoice waits for ever.
"""

from __future__ import annotations

from functools import partial

import pytest

from conversations.books.invoices import invoice_card, show_all
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.reply import Card, CardList, Reply, Say
from core.books.invoicing import service
from core.books.invoicing.events import InvoiceAwaits
from core.books.invoicing.issuance import write
from core.books.invoicing.model import Invoice, Kind, SetBilling, State
from core.kernel.errors import NotAllowed
from core.kernel.transaction import MARKET, Actor, Ctx
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile
from tests.conversations.trade.test_whole_terms import chat_in
from tests.core import invoicing_steps
from tests.core.books.invoicing.parties import BUYER_IN_GERMANY, SELLER_AT_HOME, agrees, delivered, introduced, papers
from tests.core.conftest import Market
from tests.core.trades import Trade, paid

AT_KIEL = SetBilling(address="Hafenstr. 1, 24103 Kiel", market_writes=False)


async def at_home(market: Market, who: Actor, **company: str | None) -> None:
    """Set a company's profile and country, without an address."""
    command = CompleteProfile(roles=frozenset(Role), **company)
    await market.run(who, lambda ctx: complete_profile(ctx, command))


async def of_goods(market: Market) -> Invoice:
    (goods,) = [each for each in await papers(market) if each.kind is Kind.GOODS]
    return goods


async def reads(trade: Trade, who: Actor) -> Reply:
    """Return the deal's list of invoices as this side reads it."""

    def look(ctx: Ctx) -> ChatContext:
        talk = chat_in(ctx, "en")
        show_all(talk, Press("invoice.list", trade.deal_id))
        return talk

    (reply,) = (await trade.market.run(who, look)).replies
    return reply


def goods_card(reply: Reply) -> Card:
    assert isinstance(reply, CardList)
    return next(each for each in reply.items if any("Wood pellets" in line.value for line in each.lines))


def presses(card: Card) -> list[str]:
    return [button.press or "" for row in card.buttons for button in row]


async def test_the_invoice_for_goods_waits_for_the_buyers_address_which_is_asked_of_the_buyer(market: Market) -> None:
    """Check that both sides read what the invoice of a paid lot waits for.

    It is written by itself when the buyer gives the address, to that address.
    """
    market.watch(InvoiceAwaits)
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await agrees(market, trade.seller)
    await at_home(market, trade.buyer, **BUYER_IN_GERMANY)
    await delivered(trade, 1)
    goods = await of_goods(market)
    assert goods.state is State.DUE
    assert {fact.organisation for fact in market.facts if isinstance(fact, InvoiceAwaits)} == {trade.buying}
    buyers, sellers = goods_card(await reads(trade, trade.buyer)), goods_card(await reads(trade, trade.seller))
    assert "the invoice waits for you: which address" in buyers.text
    assert presses(buyers) == ["billing.open"]
    assert "waits for the address of Wärme GmbH, who has been asked" in sellers.text
    await agrees(market, trade.buyer, AT_KIEL)
    goods = await of_goods(market)
    assert goods.content is not None
    assert (goods.state, goods.content.recipient.address) == (State.ISSUED, AT_KIEL.address)


async def test_a_seller_who_would_rather_not_wait_has_it_written_without_the_address(market: Market) -> None:
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await agrees(market, trade.seller)
    await at_home(market, trade.buyer, **BUYER_IN_GERMANY)
    await delivered(trade, 1)
    goods = await of_goods(market)
    assert f"invoice.write_now|{goods.id}" in presses(goods_card(await reads(trade, trade.seller)))
    with pytest.raises(NotAllowed):  # the buyer says their address, and decides nothing else
        await market.run(trade.buyer, partial(_write_now_seen, goods.id))
    await market.run(trade.seller, lambda ctx: service.write_now(ctx, goods.id))
    post = [each for each in market.posts if each.kind == "invoice.write"][-1]
    assert post.body["as_it_is"]
    await market.run(MARKET, lambda ctx: write(ctx, goods.id, invoicing_steps.PAPER_WORDS, as_it_is=True))
    assert (await of_goods(market)).state is State.ISSUED


def _write_now_seen(invoice_id: str, ctx: Ctx) -> None:
    if not service.may_write_now(ctx, ctx.session.get_one(Invoice, invoice_id)):
        raise NotAllowed


async def test_a_buyer_who_has_named_no_country_reads_that_it_is_this_and_how_to_say_it(market: Market) -> None:
    """Not that they have to accept and pay first, which they have."""
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await agrees(market, trade.seller)
    await delivered(trade, 1)
    await papers(market)
    buyers, sellers = goods_card(await reads(trade, trade.buyer)), goods_card(await reads(trade, trade.seller))
    assert "in which country is your company at home?" in buyers.text
    assert presses(buyers) == [press("command", choice="profile")]
    assert "waits until Ben has said in which country" in sellers.text
    assert "/profile" not in sellers.text, "nobody else can say it for them"


async def test_buyer_from_a_self_invoicing_seller_is_told_where_to_ask(market: Market) -> None:
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await delivered(trade, 1)
    await papers(market)
    told = await reads(trade, trade.buyer)
    assert isinstance(told, Say)
    assert "invoiced to you by the sellers themselves" in told.text
    assert "Girios UAB" in told.text


async def test_earlier_drafts_can_be_written_after_the_seller_agrees(
    market: Market,
) -> None:
    trade = await paid(market, lots=2)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await delivered(trade, 1)
    draft = await of_goods(market)
    before = await reads(trade, trade.seller)
    assert isinstance(before, CardList)
    assert "I have not been asked to write invoices" in before.text
    assert not [each for each in presses(goods_card(before)) if each.startswith("invoice.write_now")]
    await agrees(market, trade.seller)
    after = await reads(trade, trade.seller)
    assert isinstance(after, CardList)
    assert "not been asked" not in after.text
    assert "from before you asked me to write" in after.text
    assert f"invoice.write_now|{draft.id}" in presses(goods_card(after))
    await market.run(trade.seller, lambda ctx: service.write_now(ctx, draft.id))
    written = await of_goods(market)
    assert (written.state, written.number) == (State.ISSUED, "PA-2026-000001")
    card = await market.run(
        trade.buyer, lambda ctx: invoice_card(chat_in(ctx, "en"), service.invoice_for(ctx, written.id))
    )
    assert card.title == "Invoice PA-2026-000001"
