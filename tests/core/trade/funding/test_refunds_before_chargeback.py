"""Chargebacks of money that was refunded already: the payer has it twice, and no seller is asked for it."""

from __future__ import annotations

from functools import partial

import pytest

from core.kernel.transaction import PROVIDER
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import ChargebackState
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.money.ledger.accounts import LOSS, escrow, receivable, refund_due
from core.trade.deals.model import DealState
from core.trade.delivery import service as delivery
from core.trade.delivery.model import LotState
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trade.funding.chargeback_steps import (
    another_deal,
    books_hold,
    chargeback,
    decided,
    of,
    recalled,
    released,
)
from tests.core.trades import Trade, agreed, called_off, paid_too_late

ALL = eur(21_000_00)


async def half_given_back(market: Market, accepted: int) -> Trade:
    """Refund one of two lots; the other is accepted and paid out, or still to come."""
    trade = await released(market, lots=2, accepted=accepted)
    other = (await trade.lots())[-1]
    await market.run(trade.buyer, lambda ctx: delivery.ask_drop(ctx, other.id))
    await market.run(trade.seller, lambda ctx: delivery.agree_drop(ctx, other.id))
    await trade.provider_answers()
    return trade


async def seller_owes(trade: Trade) -> int:
    return (await of(trade, receivable(trade.selling))).minor


@pytest.mark.parametrize("won", [True, False])
async def test_a_seller_who_was_given_nothing_owes_nothing(market: Market, won: bool) -> None:
    trade = await paid_too_late(market)
    await trade.provider_answers()
    await recalled(trade)
    assert (await seller_owes(trade), await of(trade, LOSS)) == (0, ALL)
    await books_hold(trade)
    await decided(trade, won=won)
    assert (await chargeback(trade)).state == (ChargebackState.WON if won else ChargebackState.RECOVERED)
    assert await of(trade, LOSS) == (eur(0) if won else ALL)
    await books_hold(trade)
    later = await another_deal(trade)
    await later.sign()
    await later.pay(intent="pi_2")
    await later.seller_can_be_paid()
    (lot,) = await later.lots()
    await later.deliver(lot)
    await later.accept(lot)
    await later.provider_answers()
    assert [body["amount"] for body in trade.asked("transfer")] == [
        10_237_50
    ]  # all of it: half the amount, without the fee
    if not won:
        await decided(trade, won=True)  # on appeal: it was our loss, and no longer is
        assert await of(trade, LOSS) == eur(0)
        assert len(trade.asked("refund")) == 1  # the buyer has had theirs
    await books_hold(trade)


@pytest.mark.parametrize("heard_late", [True, False])
async def test_a_refund_that_did_not_leave_after_all_is_no_loss(market: Market, heard_late: bool) -> None:
    """The refund was under way when the bank called. It is refused before or after the bank has decided."""
    trade, refund = await called_off(market)
    refused = partial(disbursements.refused, disbursement_id=refund, why="charge_disputed", final=True)
    await recalled(trade, answer=False)
    assert (await seller_owes(trade), await of(trade, LOSS)) == (0, ALL)
    if not heard_late:
        await market.run(PROVIDER, refused)
        await books_hold(trade)
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=False))
    if heard_late:
        await market.run(PROVIDER, refused)
    assert (await of(trade, LOSS), await of(trade, refund_due(trade.deal_id))) == (eur(0), eur(0))
    found = await chargeback(trade)
    assert (found.state, found.from_refunds, found.from_loss) == ("recovered", ALL, eur(0))
    await books_hold(trade)
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=True))
    assert [body["amount"] for body in trade.asked("refund")] == [ALL.minor, ALL.minor]  # theirs, and sent again
    assert await of(trade, LOSS) == eur(0)
    await books_hold(trade)


@pytest.mark.parametrize(("taken", "left"), [(21_000_00, []), (6_000_00, [15_000_00])])
async def test_a_refund_that_comes_back_when_the_bank_has_kept_the_money_is_not_sent_again(
    market: Market, taken: int, left: list[int]
) -> None:
    """The refund was with the buyer's bank, and their account is closed. By now the dispute has given them the same
    money.
    """
    trade, refund = await called_off(market)
    await trade.provider_answers()
    await recalled(trade, taken)
    await decided(trade, won=False)
    assert await of(trade, LOSS) == eur(taken)
    told = partial(disbursements.refused, disbursement_id=refund, why="account_closed", final=True, ref=f"re_{refund}")
    await market.run(PROVIDER, told)
    found = await chargeback(trade)
    assert (found.state, found.from_refunds, found.from_loss) == ("recovered", eur(taken), eur(0))
    assert await of(trade, LOSS) == eur(0)
    await books_hold(trade)
    await trade.pass_days(8)
    assert [body["amount"] for body in trade.asked("refund")[1:]] == left
    await decided(trade, won=True)
    assert [body["amount"] for body in trade.asked("refund")[1:]] == [*left, taken]
    await books_hold(trade)


async def test_late_payment_goes_back_from_itself_after_a_won_dispute(market: Market) -> None:
    """Its refund had waited when the bank called; the deal has no other payment, or one that is spent already."""
    trade = await paid_too_late(market)
    put_off = partial(
        disbursements.refused, disbursement_id=trade.asked("refund")[0]["disbursement_id"], why="later", final=False
    )
    await market.run(PROVIDER, put_off)
    trade.answered |= {post.id for post in market.posts if post.kind == "refund"}
    await recalled(trade)
    assert (await chargeback(trade)).from_refunds == ALL
    await decided(trade, won=True)
    assert [body["payment_intent"] for body in trade.asked("refund")] == ["pi_1", "pi_1"]
    assert await of(trade, refund_due(trade.deal_id)) == eur(0)
    await books_hold(trade)


async def test_rest_of_a_partly_refunded_payment_is_borne_as_ever(market: Market) -> None:
    """One lot was paid out, the other was refunded. The bank takes the whole payment, and then some of it again."""
    trade = await half_given_back(market, accepted=1)
    await recalled(trade)
    first = await chargeback(trade)
    shares = (first.from_escrow_minor, first.from_commission_minor, first.claimed_minor, first.from_loss_minor)
    assert shares == (0, 262_50, 10_237_50, 10_500_00)
    await books_hold(trade)
    again = partial(recovery.chargeback_opened, ref="du_2", intent_ref="pi_1", amount=eur(3_000_00), fee=eur(20_00))
    await market.run(PROVIDER, partial(again, reason="fraudulent", evidence_due=None))
    assert [body["amount"] for body in trade.asked("reversal")] == [10_237_50]  # and nothing more
    assert await of(trade, LOSS) == eur(13_500_00)
    await books_hold(trade)


async def disputed(trade: Trade, ref: str, cents: int) -> None:
    opened = partial(recovery.chargeback_opened, ref=ref, intent_ref="pi_1", amount=eur(cents), fee=eur(0))
    await trade.market.run(PROVIDER, partial(opened, reason="fraudulent", evidence_due=None))


async def closed(trade: Trade, ref: str, *, won: bool) -> None:
    await trade.market.run(PROVIDER, partial(chargebacks.closed, ref=ref, won=won))
    await books_hold(trade)


@pytest.mark.parametrize("first", ["du_1", "du_2"])
async def test_winning_one_of_two_disputes_of_held_money_leaves_no_loss(market: Market, first: str) -> None:
    """Together they took more than the buyer had with us. With one of them won it is less, and the rest goes back."""
    trade = await half_given_back(market, accepted=0)
    await disputed(trade, "du_1", 7_000_00)
    await disputed(trade, "du_2", 4_666_66)
    assert await of(trade, LOSS) == eur(1_166_66)
    for ref in (first, "du_1", "du_2"):
        await closed(trade, ref, won=ref == "du_1")
    await trade.provider_answers()
    assert await of(trade, LOSS) == eur(0)
    assert [body["amount"] for body in trade.asked("refund")] == [10_500_00, 5_833_34]  # with the bank's all they paid
    assert (await trade.states()) == (DealState.COMPLETED, [LotState.DROPPED, LotState.DROPPED])
    await books_hold(trade)


@pytest.mark.parametrize("heard", [True, False])
async def test_seller_bears_the_lost_one_of_two_disputes_after_payout(market: Market, heard: bool) -> None:
    trade = await half_given_back(market, accepted=1)
    await disputed(trade, "du_1", 10_500_00)
    await disputed(trade, "du_2", 5_000_00)
    assert (await seller_owes(trade), await of(trade, LOSS)) == (10_237_50, eur(5_000_00))
    if heard:
        await trade.provider_answers()  # it is taken back out of the seller's account
    await closed(trade, "du_1", won=True)
    for _ in range(3):
        await trade.provider_answers()
    await closed(trade, "du_2", won=False)
    await trade.provider_answers()
    assert (await seller_owes(trade), await of(trade, LOSS)) == (0, eur(0))
    sent, reversed_ = (sum(body["amount"] for body in trade.asked(kind)) for kind in ("transfer", "reversal"))
    assert sent - reversed_ == 10_237_50 - 4_737_50  # 262.50 of the 5,000.00 were our fee
    await books_hold(trade)
    await closed(trade, "du_2", won=True)
    await trade.provider_answers()
    assert await of(trade, LOSS) == eur(0)
    await books_hold(trade)


async def test_second_chargeback_of_a_payment_takes_none_of_another(market: Market) -> None:
    trade = await agreed(market, lots=2)
    await trade.sign()
    await trade.pay(eur(10_000_00))
    await trade.provider_answers()
    await trade.pay(intent="pi_2")
    await disputed(trade, "du_1", 10_000_00)
    await disputed(trade, "du_2", 4_000_00)
    assert (await of(trade, LOSS), await of(trade, escrow(trade.deal_id))) == (eur(4_000_00), eur(11_000_00))
    await books_hold(trade)


async def test_closed_dispute_asks_the_seller_for_nothing_again(market: Market) -> None:
    """The dispute was lost while the other one was open, and was our loss. When the other one is won, only our fee of
    it is taken over.
    """
    trade = await half_given_back(market, accepted=1)
    await disputed(trade, "du_1", 10_500_00)
    await disputed(trade, "du_2", 5_000_00)
    await closed(trade, "du_2", won=False)
    await closed(trade, "du_1", won=True)
    assert (await seller_owes(trade), await of(trade, LOSS)) == (0, eur(4_737_50))
    await trade.provider_answers()
    await books_hold(trade)
