"""Chargebacks during and after release: the party that bears them, what is tried, and what a win undoes."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import NotFound, Refusal
from core.kernel.transaction import PROVIDER
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import CHARGEBACK, ChargebackState
from core.money.chargebacks.rules import recourse
from core.money.disbursements import service as disbursements
from core.money.ledger.accounts import COMMISSION, LOSS, receivable
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.delivery import service as delivery
from core.trade.delivery.model import AcceptLot, LotState
from core.trade.funding import chargebacks as funding_chargebacks
from core.trade.funding import service, settlement
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
from tests.core.trades import agreed


@given(
    st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 5_000), st.integers(1, 2 * 10**8), st.integers(0, 100)
)
def test_shares_of_a_chargeback_add_up_to_its_amount(
    held: int, released: int, bp: int, taken: int, percent: int
) -> None:
    fees = eur(released).share(bp)
    returned = fees.share(percent * 100)
    claimed = (eur(released) - fees).share(percent * 100)
    share = recourse(eur(taken), eur(held), eur(released), fees, returned, claimed=claimed)
    assert share.escrow + share.commission + share.claimed + share.loss == eur(taken)
    assert eur(0) <= share.escrow <= eur(held)
    assert eur(0) <= share.commission <= fees - returned
    assert eur(0) <= share.claimed <= eur(released) - fees - claimed
    assert share.loss == max(eur(taken) - eur(held) - (fees - returned) - (eur(released) - fees - claimed), eur(0))


async def test_after_release_the_commission_is_returned_and_the_rest_taken_back_from_the_seller(market: Market) -> None:
    trade = await released(market)
    await recalled(trade)
    found = await chargeback(trade)
    assert (found.from_escrow_minor, found.from_commission_minor, found.claimed_minor) == (0, 525_00, 20_475_00)
    assert [body["amount"] for body in trade.asked("reversal")] == [10_237_50, 10_237_50]
    assert found.outstanding == eur(0)
    assert (await trade.deal()).state == DealState.COMPLETED  # what the deal has come to stays
    await books_hold(trade)
    await decided(trade, won=False)
    assert (await chargeback(trade)).state == ChargebackState.RECOVERED
    await books_hold(trade)
    await decided(trade, won=True)  # on appeal: what the seller has made good is theirs again
    assert (await chargeback(trade)).state == ChargebackState.WON
    assert await of(trade, COMMISSION) == eur(525_00)
    assert [body["amount"] for body in trade.asked("transfer")] == [10_237_50, 10_237_50, 20_475_00]
    await books_hold(trade)


async def test_a_win_undoes_every_leg(market: Market) -> None:
    trade = await released(market)
    await recalled(trade)
    await decided(trade, won=True)
    assert (await chargeback(trade)).state == ChargebackState.WON
    assert (await of(trade, COMMISSION), await of(trade, receivable(trade.selling))) == (eur(525_00), eur(0))
    assert [body["amount"] for body in trade.asked("transfer")][-1] == 20_475_00  # what was taken back is theirs again
    await books_hold(trade)


@pytest.mark.parametrize("won", [True, False])
async def test_held_money_is_used_first_and_open_lots_end(market: Market, won: bool) -> None:
    trade = await released(market, lots=4, accepted=2)
    await recalled(trade, 5_000_00, answer=False)
    found = await chargeback(trade)
    assert (found.from_escrow_minor, found.claimed_minor) == (5_000_00, 0)
    await decided(trade, won=won)
    states = [lot.state for lot in await trade.lots()]
    assert states == [LotState.ACCEPTED] * 2 + [LotState.PLANNED if won else LotState.DROPPED] * 2
    await books_hold(trade)
    if not won:  # 10,500 were held, 5,000 of it are the buyer's already
        assert sum(body["amount"] for body in trade.asked("refund")) == 5_500_00
        await decided(trade, won=True)  # on appeal the buyer's bank has it from the buyer, who got no goods for it
        assert sum(body["amount"] for body in trade.asked("refund")) == 10_500_00
        assert [(await trade.deal()).state, (await chargeback(trade)).state] == ["completed", "won"]
        await books_hold(trade)


async def test_two_banks_take_back_no_more_of_our_fee_than_was_earned(market: Market) -> None:
    """Two payments cover two lots each; one lot was released, three went back. Then the buyer's bank takes both
    payments back.

    The buyer has money twice by that, but it is no one's debt. The seller was paid for one lot, and owes no more.
    """
    trade = await agreed(market, window_to=date(2027, 3, 20))
    await trade.sign()
    await trade.seller_can_be_paid()
    later = (await trade.as_market(lambda ctx: service.tranches_of(ctx, trade.deal_id)))[1].due_at
    for payment in (1, 2):
        await trade.pay(intent=f"pi_{payment}")
        for lot in (await trade.lots())[2 * payment - 2 : 2 * payment]:
            await trade.deliver(lot)
            if lot.number == 1:
                await trade.accept(lot)
            else:
                await trade.claim(lot)
                await market.run(trade.seller, partial(delivery.give_back_lot, lot_id=lot.id))
        await trade.pass_days((later - market.clock.now()).days + 1)
        await trade.provider_answers()
    assert ((await trade.deal()).state, await of(trade, COMMISSION)) == ("completed", eur(131_25))
    for payment in (1, 2):
        await recalled(trade, 10_500_00, payment)
    found = await trade.as_market(lambda ctx: funding_chargebacks.chargebacks_of(ctx, trade.deal_id))
    shares = [(each.from_commission_minor, each.claimed_minor, each.from_loss_minor) for each in found]
    assert shares == [(131_25, 5_118_75, 5_250_00), (0, 0, 10_500_00)]
    assert (await of(trade, COMMISSION), await of(trade, LOSS)) == (eur(0), eur(15_750_00))
    await books_hold(trade)


async def test_a_seller_who_has_nothing_left_pays_with_the_next_deal(market: Market) -> None:
    trade = await released(market, lots=1, accepted=1)
    await recalled(trade, answer=False)
    for post in trade.asked("reversal"):
        refuse = partial(
            disbursements.refused, disbursement_id=post["disbursement_id"], why="balance_insufficient", final=True
        )
        await market.run(PROVIDER, refuse)
    trade.answered |= {post.id for post in market.posts if post.kind == "reversal"}
    await decided(trade, won=False)
    assert await of(trade, receivable(trade.selling)) == eur(20_475_00)
    await books_hold(trade)
    await trade.pass_long()
    assert (await chargeback(trade)).state == ChargebackState.WRITTEN_OFF
    assert (await of(trade, LOSS), await of(trade, receivable(trade.selling))) == (eur(20_475_00), eur(0))
    await books_hold(trade)
    sent = trade.asked("transfer")
    trade.answered |= {post.id for post in market.posts if post.kind == "reversal"}
    await decided(trade, won=True)  # on appeal: it was our loss, and no longer is
    assert ((await chargeback(trade)).state, await of(trade, LOSS)) == ("won", eur(0))
    assert trade.asked("transfer") == sent
    await books_hold(trade)


async def test_a_refund_that_waited_is_not_given_twice(market: Market) -> None:
    trade = await released(market, lots=2, accepted=1)
    late = (await trade.lots())[1]
    await market.run(trade.buyer, lambda ctx: delivery.ask_drop(ctx, late.id))
    await market.run(trade.seller, lambda ctx: delivery.agree_drop(ctx, late.id))
    refund = trade.asked("refund")[0]["disbursement_id"]
    await market.run(PROVIDER, lambda ctx: disbursements.refused(ctx, refund, "charge_disputed", final=True))
    trade.answered |= {post.id for post in market.posts}
    await recalled(trade, 21_000_00, answer=False)
    await decided(trade, won=False)
    found = await chargeback(trade)
    assert (found.claimed_minor, found.recovered_minor) == (20_737_50, 10_500_00 + 10_237_50)  # refund and payout
    assert [
        disbursement.kind
        for disbursement in await trade.as_market(lambda ctx: settlement.disbursements_of(ctx, trade.deal_id))
    ] == [
        "payout",
        "reversal",
    ]
    await books_hold(trade)
    await decided(trade, won=True)  # on appeal each side gets back what was kept of theirs
    assert [body["amount"] for body in trade.asked("refund")] == [10_500_00, 10_500_00]
    assert [body["amount"] for body in trade.asked("transfer")] == [10_237_50, 10_237_50]
    await books_hold(trade)


async def test_nothing_moves_while_the_bank_thinks(market: Market) -> None:
    trade = await released(market, lots=3, accepted=1)
    open_lot = (await trade.lots())[1]
    await trade.deliver(open_lot)
    await recalled(trade, 21_000_00)
    with pytest.raises(Refusal, match=r"deal\.frozen"):
        await market.run(trade.buyer, lambda ctx: delivery.accept_lot(ctx, AcceptLot(lot_id=open_lot.id)))
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    with pytest.raises(Refusal, match=r"deal\.frozen"):  # the last lot was not sent yet, and would be given up
        await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    await trade.pass_days(30)
    assert (await trade.lots())[1].state == LotState.INSPECTION  # freeze beats timer
    await decided(trade, won=True)
    await trade.pass_days(4)  # three of them are for going on
    assert (await trade.lots())[1].state == LotState.ACCEPTED
    await books_hold(trade)


async def test_no_payout_leaves_a_deal_while_the_bank_thinks(market: Market) -> None:
    trade = await agreed(market, lots=2)
    await trade.sign()
    await trade.pay()
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    await trade.accept(lot)
    await recalled(trade, 1_000_00)
    await trade.seller_can_be_paid()
    assert trade.asked("transfer") == []
    await decided(trade, won=True)
    assert [body["amount"] for body in trade.asked("transfer")] == [10_237_50]
    await books_hold(trade)


async def test_a_bank_that_never_answers_has_kept_it(market: Market) -> None:
    trade = await released(market)
    await recalled(trade)
    await trade.pass_long()
    assert (await chargeback(trade)).state in CHARGEBACK.final
    await books_hold(trade)


async def test_a_question_takes_nothing_and_a_strangers_payment_is_nobodys(market: Market) -> None:
    trade = await released(market)
    await recalled(trade, 0)
    assert (await chargeback(trade)).amount == eur(0)
    await decided(trade, won=False)
    assert (await chargeback(trade)).state == ChargebackState.RECOVERED
    await books_hold(trade)
    with pytest.raises(NotFound):
        await market.run(PROVIDER, lambda ctx: chargebacks.closed(ctx, ref="du_9", won=True))


async def test_later_payouts_are_set_off_against_what_a_seller_owes(market: Market) -> None:
    trade = await released(market, lots=1, accepted=1)
    await recalled(trade, answer=False)
    trade.answered |= {post.id for post in market.posts if post.kind == "reversal"}
    await decided(trade, won=False)
    later = await another_deal(trade)
    await later.sign()
    await later.pay(intent="pi_2")
    lot = (await later.lots())[0]
    await later.deliver(lot)
    await later.accept(lot)
    assert (await chargeback(trade)).outstanding == eur(20_475_00 - 10_237_50)
    assert [body["group"] for body in trade.asked("transfer")] == [f"deal_{trade.deal_id}"]  # none for the later deal
    assert (await later.deal()).state == DealState.COMPLETED
    await books_hold(trade)
    await decided(trade, won=True)  # an appeal that the bank hears after all
    assert trade.asked("transfer")[-1]["amount"] == 10_237_50
    await books_hold(trade)


@pytest.mark.parametrize(
    ("ends", "taken", "won"),
    [
        ("by time", 3_000_00, True),
        ("by time", 5_000_00, False),
        ("by the buyer", 3_000_00, False),
        ("by the buyer", 5_000_00, True),
        ("by the bank", 3_000_00, False),
    ],
)
async def test_a_part_that_was_paid_and_called_back_is_not_given_twice(
    market: Market, ends: str, taken: int, won: bool
) -> None:
    """The buyer pays 5,000 of 21,000, and has the bank call it back before the rest has come."""
    trade = await agreed(market, lots=2)
    await trade.sign()
    payment = await trade.payment()
    part = partial(service.payment_part, payment_id=payment.id, received=eur(5_000_00), intent_ref="pi_1")
    await market.run(PROVIDER, part)
    await recalled(trade, taken)
    if ends == "by time":
        await trade.pass_days(6)
    elif ends == "by the buyer":
        await market.run(trade.buyer, lambda ctx: deals.cancel_deal(ctx, trade.deal_id))
    assert trade.asked("refund") == []  # nothing leaves while the bank thinks
    await books_hold(trade)
    await decided(trade, won=won)
    await trade.pass_days(6)
    await trade.provider_answers()

    def given_back() -> int:
        return sum(body["amount"] for body in trade.asked("refund"))

    assert ((await trade.deal()).state, given_back()) == ("cancelled", 5_000_00 - (0 if won else taken))
    await books_hold(trade)
    await decided(trade, won=True)  # on appeal, when all is over
    assert (given_back(), (await trade.money()).held) == (5_000_00, eur(0))
    await books_hold(trade)
