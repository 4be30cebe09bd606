"""Sentences on a deal for a bank's clerk: on known facts, held and direct deals, and deleted parties."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.privacy.erasure.service import erase
from core.trade.deals import service as deals
from core.trade.funding import service as escrow
from core.trade.funding.evidence import reactions as evidence
from documents.evidence.document import RECORDS, RecordTable, drawn, goods_in_words
from documents.evidence.sentences import deed, texts
from tests.core import invoicing_steps
from tests.core.books.invoicing.parties import BUYER_IN_GERMANY, SELLER_AT_HOME, agrees, introduced, papers
from tests.core.conftest import Market
from tests.core.trades import Trade, agreed, market_in_memory
from tests.documents.test_invoices import text_of

SHARE = Money(5_000_00, "EUR")


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with market_in_memory() as market:
        evidence.listen(market.reactions)
        yield market


async def signed(market: Market, **held: Any) -> Trade:
    trade = await agreed(market, lots=2, **held)
    for who, profile in ((trade.seller, SELLER_AT_HOME), (trade.buyer, BUYER_IN_GERMANY)):
        await introduced(market, who, **profile)
    await trade.sign()
    return trade


async def record(trade: Trade, taken: Money) -> dict[str, Any]:
    """Return our record of the deal when the buyer's bank takes this sum of its payment."""
    opened = partial(
        recovery.chargeback_opened,
        ref="du_1",
        intent_ref="pi_1",
        amount=taken,
        fee=Money(20_00, "EUR"),
        reason="fraudulent",
        evidence_due=trade.market.clock.now(),
    )
    found = await trade.market.run(PROVIDER, opened)
    made: dict[str, Any] = await trade.market.run(MARKET, lambda ctx: RECORDS["deal"](ctx, found.id))
    made["deal"]["goods"] = goods_in_words(made["deal"]["terms"], invoicing_steps.PAPER_WORDS.goods)
    assert drawn(made, trade.market.clock.now()).startswith(b"%PDF")
    return made


async def test_a_clerk_reads_the_document_and_no_python(market: Market) -> None:
    """The case in sentences first; amounts with units, places, no words for what is not there; lines from the left."""
    trade = await signed(market)
    await trade.pay()
    first, _ = await trade.lots()
    await trade.deliver(first)
    await trade.claim(first)
    made = await record(trade, Money(21_000_00, "EUR"))
    document = drawn(made, trade.market.clock.now(), texts(made)["uncategorized_text"])
    text = text_of(document)
    for python in ("{'", "': ", "None", "False", "True", "["):
        assert python not in text, text[max(0, text.find(python) - 80) :][:160]
    assert text.index("The case in short") < text.index("Wärme GmbH (the buyer) and Girios UAB (the seller)")
    assert text.index("Wärme GmbH (the buyer)") < text.index("Terms, as they were agreed")
    for said in (
        "Quantity: 100 t",
        "Price: 210 EUR/t",
        "Place: Vilnius, LT",
        "Product: wood pellets",
        "ash cut 5 %",
        "deal, money complete: awaiting funding → funded",
        "· Ben: deal signed",
    ):
        assert said in text


async def test_bank_reads_the_goods_signatures_payment_and_delivery_of_a_held_deal(market: Market) -> None:
    trade = await signed(market)
    await trade.pay()
    first, second = await trade.lots()
    await trade.deliver(first)
    await trade.accept(first)
    await trade.dispatch(second)
    ref = (await trade.deal()).ref
    said = texts(await record(trade, Money(21_000_00, "EUR")))
    assert said["product_description"].startswith(
        f"100 t Wood pellets, ENplus A1, DAP Vilnius, under contract {ref}, terms sha256 "
    )
    assert (said["customer_name"], said["shipping_date"]) == ("Wärme GmbH", "2026-11-23, 2026-11-23")
    at = "2026-11-23 09:00 UTC"
    assert said["uncategorized_text"] == (
        f"Wärme GmbH (the buyer) and Girios UAB (the seller) agreed on contract {ref} in chat, {at}: 100 t Wood "
        f"pellets, ENplus A1, DAP Vilnius, for 21000.00 EUR. It was signed for the buyer by Ben, {at}. It was signed "
        f"for the seller by Anna, {at}. Of the disputed payment 21000.00 EUR came. The market held it for the two, to "
        f"be released to the seller for each delivery that is accepted. Delivery 1, 50 t, sent 2026-11-23 by LTU 123, "
        f"arrived 2026-11-23 as the seller reported, weighed as 50 t by the seller, accepted by Ben, {at}. Delivery 2, "
        f"50 t, sent 2026-11-23 by LTU 123. Of what was held 10500.00 EUR was released for these deliveries, the "
        f"market's fee included."
    )
    assert f"{at}: Ben, lot accepted" in said["access_activity_log"]


async def test_bank_reads_that_a_direct_deals_money_was_unheld_and_refunded(
    market: Market,
) -> None:
    """A part of a bank transfer had come before the two agreed to settle it between themselves."""
    trade = await signed(market)
    payment = await trade.payment()
    part = partial(escrow.payment_part, payment_id=payment.id, received=SHARE, intent_ref="pi_1")
    await market.run(PROVIDER, part)
    await market.run(trade.buyer, lambda ctx: deals.ask_direct(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_direct(ctx, trade.deal_id))
    waits = texts(await record(trade, Money.zero("EUR")))["uncategorized_text"]
    direct = "Buyer and seller settle this contract directly between themselves: the market holds no money for it."
    assert f"{direct} Of the disputed payment 5000.00 EUR came. 5000.00 EUR is due back to the buyer" in waits
    assert "The market held" not in waits
    (refund,) = trade.asked("refund")
    await market.run(PROVIDER, partial(disbursements.done, disbursement_id=refund["disbursement_id"], ref="re_1"))
    sent = texts(await record(trade, Money.zero("EUR")))["uncategorized_text"]
    assert f"{direct} Of the disputed payment 5000.00 EUR came. 5000.00 EUR was sent back to the buyer as re_1." in sent


@pytest.mark.parametrize("invoiced", [True, False])
async def test_deleted_party_is_named_by_their_invoice_or_not_at_all(market: Market, invoiced: bool) -> None:
    trade = await signed(market)
    await trade.pay()
    await trade.seller_can_be_paid()
    if invoiced:
        await agrees(market, trade.seller)
    for lot in await trade.lots():
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    await papers(market)
    await market.run(trade.buyer, erase)
    made = await record(trade, Money(21_000_00, "EUR"))
    said = texts(made)
    assert said.get("customer_name") == ("Wärme GmbH" if invoiced else None)
    gone = "somebody who has left the market, and whose name was erased"
    assert [each["person"] for each in made["signatures"]] == [gone, "Anna"]
    assert f"signed for the buyer by {gone}" in said["uncategorized_text"]
    assert not any("–" in text or "None" in text for text in [*said.values(), made["deal"]["buyer"]])


async def test_the_document_tells_sums_moments_and_deliveries_and_no_ids_of_ours(market: Market) -> None:
    trade = await signed(market)
    await trade.pay()
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    await trade.accept(lot)
    made = await record(trade, Money(21_000_00, "EUR"))
    clerks = RecordTable("EUR", {lot.id: "delivery 1"})
    (settled,), accepted = made["settlements"], made["chat"][-1]
    at = ("at", "2026-11-23 09:00 UTC")
    assert list(clerks.facts_of(accepted)) == [at, ("who", "Ben"), ("did", "lot accepted"), ("about", "delivery 1")]
    assert sorted(clerks.facts_of(settled)) == [
        at,
        ("back", "0.00 EUR"),
        ("fee", "262.50 EUR"),
        ("lot", "delivery 1"),
        ("released", "10500.00 EUR"),
    ]


def test_deeds_are_told_in_words() -> None:
    assert [deed(fact) for fact in ("LotAccepted", "DealReadyToFund")] == ["lot accepted", "deal ready to fund"]
