"""The audit: every rule about money is broken once and seen, the deal stops, the operator is called, once."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from config import alarms
from config.platforms import PLATFORMS
from conversations.wording import Wordings
from core.books.audit.invariants import DISBURSEMENTS, INVARIANTS, TRADE
from core.books.audit.service import audit
from core.kernel.errors import Refusal
from core.kernel.transaction import MARKET
from core.money.ledger.events import InvariantBroken, InvariantHolds
from tests.core.conftest import Market
from tests.core.harms import broken, unseen
from tests.core.trades import Trade, agreed, paid

HARMS = {
    "no finished deal holds money": "UPDATE deal SET state = 'completed'",
    "what is held of a deal is what came less what was parted": "UPDATE tranche SET held_minor = held_minor + 1",
    "a deal's money has one currency": "UPDATE deal SET currency = 'USD'",
    "all held money belongs to a deal or a session": (
        "UPDATE ledger_balance SET account = 'escrow:x' WHERE account LIKE 'escrow:%'"
    ),
    "every payout due is on its way": "UPDATE disbursement SET state = 'asked' WHERE kind = 'payout'",
    "every refund due is on its way": (
        "UPDATE disbursement SET kind = 'refund', state = 'asked' WHERE id = (SELECT MIN(id) FROM disbursement)"
    ),
    "what was paid too much is the buyer's": (
        "INSERT INTO ledger_balance SELECT 'buyer_credit:x', currency, grows, guarded, 0, 5, 0, 0"
        " FROM ledger_balance WHERE account LIKE 'escrow:%'"
    ),
    "what sellers owe is what banks have taken back from them": (
        "INSERT INTO ledger_balance SELECT 'receivable:x', currency, 'debit', guarded, 5, 0, 0, 0"
        " FROM ledger_balance WHERE account LIKE 'escrow:%'"
    ),
    "our commission is that of the lots and sessions that were released": (
        "UPDATE lot_settlement SET fee_minor = fee_minor - 1"
    ),
    "the fee of a deal is the fee on its whole": "UPDATE deal SET commission_bp = commission_bp + 100",
    "a lot's money is parted to the cent": "UPDATE lot_settlement SET back_minor = back_minor + 1",
    "only a lot that is over has been parted": "UPDATE lot SET state = 'planned' WHERE state = 'accepted'",
    "a lot that is over has been parted": "UPDATE lot SET state = 'accepted' WHERE state = 'planned'",
    "a deal's lots are worth the deal": "UPDATE lot SET amount_minor = amount_minor + 1",
    "a deal's parts are worth the deal": "UPDATE tranche SET amount_minor = amount_minor + 1",
    "every Star due back is on its way": (
        "INSERT INTO ledger_balance SELECT 'stars_due:x', 'XTR', grows, guarded, 0, 5, 0, 0"
        " FROM ledger_balance WHERE account LIKE 'escrow:%'"
    ),
    "all that leaves is of a payment of its subject": "UPDATE disbursement SET payment_id = 'x'",
    "what has left is in the books": "UPDATE disbursement SET provider_ref = provider_ref || '!'",
    "nothing was sent twice": "UPDATE disbursement SET provider_ref = 'tr_1', state = 'done'",
    "no payment gives more than it brought": "UPDATE payment SET received_minor = 1",
    "a credit goes back once, to where it came from": (
        "INSERT INTO buyer_credit (id, state, state_since, version, organisation_id, deal_id, payment_id, amount_minor,"
        " currency, beside) SELECT 'c', 'given_back', asked_at, 1, buyer, deal.id, payment.id, 1, 'EUR', FALSE"
        " FROM payment JOIN deal ON deal.id = deal_id; UPDATE disbursement SET credit_id = 'c'"
    ),
    "nobody pays for what was not signed by both": "UPDATE deal SET seller_signed_at = NULL",
    "no deal waits without an end": "DELETE FROM timer WHERE kind = 'deal'",
    "no lot waits without an end": "DELETE FROM timer WHERE kind = 'lot'",
    "nothing waits to be sent without a reason": "UPDATE disbursement SET state = 'refused'",
    "no more is sold than was listed": "UPDATE listing SET remaining_amount = '-1'",
}


async def traded(market: Market) -> Trade:
    """Return a trade with two lots accepted and paid out, one that has arrived, and others still to come."""
    trade = await paid(market)
    first, second = (await trade.lots())[:2]
    for lot in (first, second):
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    return trade


def test_there_are_enough_and_each_says_why() -> None:
    assert {
        each.name for each in (*TRADE, *DISBURSEMENTS)
    } == HARMS.keys()  # those of the books are broken in test_ledger_chain.py
    assert len(INVARIANTS) >= 30
    assert len({each.name for each in INVARIANTS}) == len(INVARIANTS)
    assert [each.name for each in INVARIANTS if not each.why.endswith(".")] == []


async def test_each_is_seen_when_it_is_broken(market: Market) -> None:
    await traded(market)
    assert await unseen(market, HARMS) == []


async def test_a_break_stops_the_deal_and_calls_the_operator_once(market: Market) -> None:
    trade = await agreed(market)
    await trade.sign()
    await trade.pay()
    first, second = (await trade.lots())[:2]
    for lot in (first, second):
        await trade.deliver(lot)
    await trade.accept(first)  # its money waits for the seller's account
    market.watch(InvariantBroken, InvariantHolds)
    alarms.listen(market.reactions, Wordings(PLATFORMS), "desk@parley.example")
    await trade.as_market(lambda ctx: ctx.session.execute(text("UPDATE tranche SET held_minor = held_minor + 1")))
    for _ in range(2):
        await market.run(MARKET, audit)
    letters = [post.body for post in market.posts if post.channel == "mail"]
    assert [letter["to"] for letter in letters] == ["desk@parley.example"]
    assert f"Deal: {trade.deal_id}. It stands still" in letters[0]["text"]
    assert len(market.facts) == 1

    with pytest.raises(Refusal, match=r"deal\.frozen"):
        await trade.accept(second)
    await trade.seller_can_be_paid()
    await trade.pass_days(8)  # and time releases nothing either
    assert trade.asked("transfer") == []
    await trade.as_market(lambda ctx: ctx.session.execute(text("UPDATE tranche SET held_minor = held_minor - 1")))
    await market.run(MARKET, audit)
    assert market.facts[1:] == [InvariantHolds(trade.deal_id)]
    assert len(trade.asked("transfer")) == 1
    await trade.accept(second)
    assert len(trade.asked("transfer")) == 2
    await trade.provider_answers()
    assert await market.run(MARKET, broken) == []
