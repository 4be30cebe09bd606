"""A deal's card while the deal waits for money: a chargeback, or the last payments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from core.kernel.money import Money
from core.kernel.timers import deadline_of
from core.kernel.transaction import PROVIDER
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import Chargeback
from core.money.disbursements import recovery
from core.trade.deals import lifecycle
from core.trade.deals.messages import SayInDeal, say_in_deal
from core.trade.deals.model import DealState
from core.trade.delivery import service as delivery
from core.trade.funding.evidence import reactions as evidence_reactions
from core.trade.funding.evidence import service as evidence
from tests.conversations.trade.test_next_steps import WORDS, told
from tests.core.conftest import Market
from tests.core.trades import Trade, market_in_memory, paid

COMPLETE = "This deal is complete"


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with market_in_memory() as found:
        yield found


async def complete(market: Market) -> Trade:
    evidence_reactions.listen(market.reactions)
    trade = await paid(market, lots=1)
    (lot,) = await trade.lots()
    await trade.deliver(lot)
    await trade.accept(lot)
    await trade.provider_answers()
    assert (await told(trade, trade.seller))[0].startswith(COMPLETE)
    return trade


async def called_back(trade: Trade, *, inquiry: bool = True) -> Chargeback:
    opened = partial(
        recovery.chargeback_opened,
        ref="du_1",
        intent_ref="pi_1",
        amount=Money(21_000_00, "EUR"),
        fee=Money(20_00, "EUR"),
        reason="product_not_received",
        evidence_due=trade.market.clock.now() + timedelta(days=9) if inquiry else None,
    )
    found: Chargeback = await trade.market.run(PROVIDER, opened)
    return found


async def test_after_a_chargeback_the_card_of_a_complete_deal_says_whose_turn_it_is(market: Market) -> None:
    trade = await complete(market)
    found = await called_back(trade)
    sent_at = WORDS.show(found.evidence_due - timedelta(days=2) if found.evidence_due else None)
    first, answer = await told(trade, trade.seller)
    assert first.startswith("It is the bank's turn: ")
    assert "€21,000.00" in first
    assert f"on {sent_at}" in answer
    assert "“Send a message”" in answer
    (mine,) = await told(trade, trade.buyer)
    assert mine.startswith("It is your bank's turn: it has called €21,000.00")
    for side in (trade.seller, trade.buyer):  # on Home and under /paysupport
        (line,) = await told(trade, side, brief=True)
        assert "called €21,000.00" in line


async def test_sellers_message_before_the_answer_goes_to_the_bank_with_it(market: Market) -> None:
    """Also out of a window, whose answer is no message of the chat."""
    trade = await complete(market)
    await called_back(trade)
    said = SayInDeal(deal_id=trade.deal_id, words="The weight ticket is number 4711.")
    await market.run(trade.seller, lambda ctx: say_in_deal(ctx, said))
    acts = await trade.as_market(lambda ctx: evidence.acts_of(ctx, trade.deal_id))
    assert (acts[-1].fact, acts[-1].text) == ("DealLineSaid", said.words)


async def test_when_our_answer_is_with_the_bank_the_card_says_so(market: Market) -> None:
    trade = await complete(market)
    found = await called_back(trade)
    await trade.as_market(lambda ctx: evidence.send_pack(ctx, found.id))
    assert "on its way to the bank" in (await told(trade, trade.seller))[1]
    await market.run(PROVIDER, lambda ctx: evidence.pack_sent(ctx, found.id, "0" * 64))
    assert (await told(trade, trade.seller))[1].startswith("The bank has had my answer since")


@pytest.mark.parametrize("won", [True, False])
async def test_when_the_bank_has_decided_only_who_owes_reads_of_it(market: Market, won: bool) -> None:
    trade = await complete(market)
    await called_back(trade, inquiry=False)
    assert (await told(trade, trade.seller))[1] == "The bank asks for no answer. You have nothing to do."
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=won))
    (seller,) = await told(trade, trade.seller)
    (buyer,) = await told(trade, trade.buyer)
    assert buyer.startswith(COMPLETE)
    assert seller.startswith(COMPLETE if won else "The bank has decided: ")
    assert won or "You owe €20,475.00" in seller


async def test_while_a_deal_stands_still_its_seller_reads_when_the_bank_is_answered(market: Market) -> None:
    evidence_reactions.listen(market.reactions)
    trade = await paid(market, lots=1)
    await called_back(trade)
    still, answer = await told(trade, trade.seller)
    assert still.startswith("Send nothing now")
    assert answer.startswith("My answer goes to the bank by itself on ")
    assert len(await told(trade, trade.buyer)) == 1


async def test_a_settling_deal_names_what_it_waits_for_and_a_day(market: Market) -> None:
    """The seller's payouts are set up, one lot is paid out and one given up. Only the buyer's refund is awaited."""
    trade = await paid(market, lots=2)
    first, second = await trade.lots()
    await trade.deliver(first)
    await trade.accept(first)
    await trade.provider_answers()
    await market.run(trade.seller, lambda ctx: delivery.ask_drop(ctx, second.id))
    await market.run(trade.buyer, lambda ctx: delivery.agree_drop(ctx, second.id))
    assert (await trade.deal()).state == DealState.SETTLING
    timer = await trade.as_market(lambda ctx: deadline_of(ctx.session, "deal", trade.deal_id))
    for side, whose in ((trade.seller, "What goes back to "), (trade.buyer, "what goes back to you is on its way")):
        (line,) = await told(trade, side)
        assert whose in line
        assert WORDS.show(timer.due_at) in line
        assert "payouts are set up" not in line
    await market.run(PROVIDER, lambda ctx: lifecycle.money_stuck(ctx, trade.deal_id))
    (line,) = await told(trade, trade.seller)
    assert "What goes back to the buyer has not left yet" in line
