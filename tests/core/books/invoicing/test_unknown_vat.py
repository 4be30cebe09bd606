"""A company that was never asked for its VAT number gets no final invoice. A wrong invoice is corrected."""

from __future__ import annotations

import pytest

from conversations.books.invoices import invoice_card
from conversations.reply import Card
from core.books.invoicing import service
from core.books.invoicing.events import InvoiceAwaits
from core.books.invoicing.model import DocumentKind, Invoice, Kind, SetBilling, State
from core.kernel.errors import NotAllowed
from core.kernel.transaction import Actor
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile
from tests.conversations.trade.test_whole_terms import chat_in
from tests.core.books.invoicing.parties import BUYER_IN_GERMANY, SELLER_AT_HOME, agrees, delivered, introduced, papers
from tests.core.conftest import Market
from tests.core.trades import Trade, paid

GERMAN = {"company": "Pellet GmbH", "country": "DE"}
AT_KIEL = SetBilling(address="Hafenstr. 1, 24103 Kiel", market_writes=False)


async def says(market: Market, who: Actor, **company: str | None) -> None:
    """Set a company's profile and country. VAT details are set only if they are given."""
    command = CompleteProfile(roles=frozenset(Role), **company)
    await market.run(who, lambda ctx: complete_profile(ctx, command))


async def of_kind(market: Market, kind: Kind) -> list[Invoice]:
    return [each for each in await papers(market) if each.kind is kind]


async def sold_by_a_german(market: Market) -> Trade:
    trade = await paid(market, lots=1)
    await says(market, trade.seller, **GERMAN)
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await agrees(market, trade.seller, AT_KIEL)
    await delivered(trade, 1)
    return trade


async def card_of(market: Market, who: Actor, invoice: Invoice) -> Card:
    return await market.run(who, lambda ctx: invoice_card(chat_in(ctx, "en"), ctx.session.get_one(Invoice, invoice.id)))


def presses(card: Card) -> list[str]:
    return [button.press or "" for row in card.buttons for button in row]


async def test_our_fee_waits_until_a_company_of_another_member_state_has_said_its_number(market: Market) -> None:
    """Check that the number is asked for once, and the invoice is then written by itself.

    Otherwise it would have been issued with 21 % VAT, which is wrong and final.
    """
    market.watch(InvoiceAwaits)
    trade = await sold_by_a_german(market)
    (fee,) = await of_kind(market, Kind.COMMISSION)
    assert fee.state is State.DUE
    card = await card_of(market, trade.seller, fee)
    assert "has your company a VAT number?" in card.text
    assert presses(card) == ["billing.open"]
    assert [fact.organisation for fact in market.facts if isinstance(fact, InvoiceAwaits)][:1] == [trade.selling]
    await market.books_hold()
    await agrees(market, trade.seller, AT_KIEL.model_copy(update={"vat_number": "DE136695976"}))
    (fee,) = await of_kind(market, Kind.COMMISSION)
    assert fee.content is not None
    assert fee.content.tax is not None
    assert (fee.state, fee.content.tax.category, fee.vat_minor) == (State.ISSUED, "AE", 0)


async def test_seller_without_a_vat_number_is_taxed_as_at_home(market: Market) -> None:
    trade = await sold_by_a_german(market)
    await agrees(market, trade.seller, AT_KIEL.model_copy(update={"without_vat": True}))
    (fee,) = await of_kind(market, Kind.COMMISSION)
    assert (fee.state, fee.vat_minor) == (State.ISSUED, 91_11)


async def test_in_a_companys_name_nothing_is_called_outside_vat_before_it_has_said_so(market: Market) -> None:
    trade = await paid(market, lots=1)
    await says(market, trade.seller, company="Girios UAB", country="LT")
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    await agrees(market, trade.seller)
    await delivered(trade, 1)
    (goods,) = await of_kind(market, Kind.GOODS)
    card = await card_of(market, trade.buyer, goods)
    assert goods.state is State.DUE
    assert "until Girios UAB has said whether they have a VAT number" in card.text
    await says(market, trade.seller, **SELLER_AT_HOME)
    (goods,) = await of_kind(market, Kind.GOODS)
    assert goods.content is not None
    assert goods.content.tax is not None
    assert (goods.state, goods.content.tax.category) == (State.ISSUED, "S")


async def test_our_fee_waits_for_the_street_that_its_invoice_needs(market: Market) -> None:
    trade = await paid(market, lots=1)
    await says(market, trade.seller, **SELLER_AT_HOME)
    await delivered(trade, 1)
    (fee,) = await of_kind(market, Kind.COMMISSION)
    assert "which address of your company" in (await card_of(market, trade.seller, fee)).text
    await agrees(market, trade.seller, AT_KIEL)
    (fee,) = await of_kind(market, Kind.COMMISSION)
    assert fee.content is not None
    assert (fee.state, fee.content.recipient.address) == (State.ISSUED, AT_KIEL.address)


async def test_wrong_invoice_is_credited_and_written_again(market: Market) -> None:
    """Check that the recipient of our invoice can ask for this once, and only after a change."""
    trade = await sold_by_a_german(market)
    await agrees(market, trade.seller, AT_KIEL.model_copy(update={"without_vat": True}))
    (wrong,) = await of_kind(market, Kind.COMMISSION)
    with pytest.raises(NotAllowed):
        await market.run(trade.seller, lambda ctx: service.correct(ctx, wrong.id))
    await says(market, trade.seller, **GERMAN, vat_number="DE136695976")
    card = await card_of(market, trade.seller, wrong)
    assert f"invoice.correct|{wrong.id}" in presses(card)
    assert "with other details than I know today" in card.text
    await market.run(trade.seller, lambda ctx: service.correct(ctx, wrong.id))
    with pytest.raises(NotAllowed):
        await market.run(trade.seller, lambda ctx: service.correct(ctx, wrong.id))
    _, back, right = await of_kind(market, Kind.COMMISSION)
    assert (back.document_kind, back.number, back.vat_minor) == (DocumentKind.CREDIT_NOTE, "PMC-2026-000001", 91_11)
    assert (right.number, right.gross, right.vat_minor) == ("PM-2026-000002", wrong.gross, 0)
    assert back.content is not None
    assert back.content.document_words is not None
    assert back.content.document_words.end == ("Taken back in full: a corrected invoice takes its place.",)
    assert not [each for each in presses(await card_of(market, trade.seller, right)) if "correct" in each]
    await market.books_hold()


async def test_a_draft_whose_buyer_is_not_known_yet_has_a_button_too_and_then_waits(market: Market) -> None:
    """Earlier the list said "I can write them now" above drafts that could not be written."""
    trade = await paid(market, lots=1)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    await delivered(trade, 1)
    await agrees(market, trade.seller)
    (draft,) = await of_kind(market, Kind.GOODS)
    assert draft.state is State.DRAFT
    assert f"invoice.write_now|{draft.id}" in presses(await card_of(market, trade.seller, draft))
    await market.run(trade.seller, lambda ctx: service.write_now(ctx, draft.id))
    (due,) = await of_kind(market, Kind.GOODS)
    assert due.state is State.DUE
    assert "waits until Ben has said in which country" in (await card_of(market, trade.seller, due)).text
    await introduced(market, trade.buyer, **BUYER_IN_GERMANY)
    (written,) = await of_kind(market, Kind.GOODS)
    assert written.number == "PA-2026-000001"
