"""Disputes that the card scheme decides against us after a win: the bank takes the money again."""

from __future__ import annotations

from functools import partial

import pytest

from core.kernel.transaction import MARKET, PROVIDER
from core.money.chargebacks.events import ChargebackClosed, ChargebackOpened
from core.money.chargebacks.model import Chargeback
from core.money.disbursements import service as disbursements
from core.money.ledger.accounts import COMMISSION, LOSS, escrow, payable, receivable, refund_due
from core.money.ledger.accounts import PROVIDER as AT_PROVIDER
from core.trade.deals.model import DealState
from core.trade.delivery.model import LotState
from core.trade.funding import chargebacks
from payments.provider_models import Dispute, DisputeState, Taking
from payments.reconciliation import OpenEnds
from payments.sync import apply_dispute
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.trade.funding.chargeback_steps import another_deal, books_hold, of, released
from tests.core.trade.funding.test_refunds_before_chargeback import closed, disputed
from tests.core.trades import Trade, agreed, paid

ALL = 21_000_00
NET = 20_475_00
WON, LOST = DisputeState.WON, DisputeState.LOST


async def told(trade: Trade, state: DisputeState, *back: bool, cents: int = ALL, answer: bool = True) -> None:
    """Report the dispute's state twice. `back` says for each time that the money was taken whether it is back."""
    none, fee = eur(0), eur(20_00)
    takings = [Taking(eur(cents), fee, each, fee if each else none) for each in back]
    dispute = Dispute("du_1", "ch_pi_1", "pi_1", state, eur(cents), takings, "fraudulent", None)
    for _ in range(2):
        unit = apply_dispute(dispute)
        assert unit is not None
        await trade.market.run(PROVIDER, unit)
    if answer:
        await trade.provider_answers()
    await books_hold(trade)


async def known(trade: Trade) -> list[tuple[str, str]]:
    found: list[Chargeback] = await trade.as_market(lambda ctx: chargebacks.chargebacks_of(ctx, trade.deal_id))
    return [(each.ref, each.state) for each in found]


async def test_seller_owes_again_when_a_dispute_reopens_after_payout(market: Market) -> None:
    trade = await released(market, lots=1, accepted=1)
    await told(trade, DisputeState.OPEN, False)
    before = await of(trade, AT_PROVIDER)
    await told(trade, WON, True)
    assert await of(trade, COMMISSION) == eur(525_00)
    market.watch(ChargebackOpened, ChargebackClosed)
    await told(trade, LOST, True, False)
    assert await known(trade) == [("du_1", "won"), ("du_1#2", "recovered")]
    assert [type(fact).__name__ for fact in market.facts] == ["ChargebackOpened", "ChargebackClosed"]
    assert (await of(trade, COMMISSION), await of(trade, receivable(trade.selling))) == (eur(0), eur(0))
    # The fee for the first time has come back, the one for the second has not.
    assert await of(trade, AT_PROVIDER) == before
    # The payout before the win had come back whole, so the one that was sent after it is asked back.
    assert [body["amount"] for body in trade.asked("transfer")] == [NET, NET]
    asked = [(body["amount"], body["transfer"]) for body in trade.asked("reversal")]
    sent = [f"tr_{body['disbursement_id']}" for body in trade.asked("transfer")]
    assert asked == [(NET, sent[0]), (NET, sent[1])]
    await told(trade, WON, True)  # an old word, heard late
    await told(trade, DisputeState.OPEN, False)
    assert await known(trade) == [("du_1", "won"), ("du_1#2", "recovered")]
    await told(trade, WON, True, True)  # and the scheme changes its decision again
    assert await known(trade) == [("du_1", "won"), ("du_1#2", "won")]
    assert [body["amount"] for body in trade.asked("transfer")] == [NET, NET, NET]
    assert await of(trade, COMMISSION) == eur(525_00)


async def test_all_of_it_may_be_heard_at_once(market: Market) -> None:
    """The steps run in order: the first is finished before the second is reported."""
    trade = await released(market, lots=1, accepted=1)
    await told(trade, LOST, True, False)
    assert [body["id"] for body in trade.asked("look")] == ["du_1"]
    assert await known(trade) == [("du_1", "won"), ("du_1#2", "recovered")]
    assert await of(trade, COMMISSION) == eur(0)


async def test_returned_money_is_won_though_the_provider_calls_it_lost(market: Market) -> None:
    """The provider may not list the second withdrawal yet, or may bear it itself."""
    trade = await released(market, lots=1, accepted=1)
    await told(trade, LOST, True)
    assert await known(trade) == [("du_1", "won")]


async def test_while_it_is_held_the_held_money_bears_it_and_what_is_open_ends(market: Market) -> None:
    trade = await paid(market, lots=2)
    await told(trade, WON, True, cents=5_000_00)
    assert (await trade.deal()).frozen is None
    await told(trade, DisputeState.OPEN, True, False, cents=5_000_00)  # the bank asks once more, and has it meanwhile
    assert (await trade.deal()).frozen is not None
    assert await of(trade, escrow(trade.deal_id)) == eur(ALL - 5_000_00)
    await told(trade, LOST, True, False, cents=5_000_00)
    assert await trade.states() == (DealState.COMPLETED, [LotState.DROPPED, LotState.DROPPED])
    assert sum(body["amount"] for body in trade.asked("refund")) == ALL - 5_000_00
    assert (await of(trade, refund_due(trade.deal_id)), await of(trade, LOSS)) == (eur(0), eur(0))


async def test_seller_who_is_not_asked_back_pays_with_the_next_deal(market: Market) -> None:
    trade = await released(market, lots=1, accepted=1)
    await told(trade, WON, True)
    await told(trade, LOST, True, False, answer=False)
    trade.answered |= {post.id for post in market.posts}
    assert await of(trade, receivable(trade.selling)) == eur(NET)
    later = await another_deal(trade)
    await later.sign()
    await later.pay(intent="pi_2")
    (lot,) = await later.lots()
    await later.deliver(lot)
    await later.accept(lot)
    assert await of(trade, receivable(trade.selling)) == eur(NET // 2)
    await books_hold(trade)


@pytest.mark.parametrize("days", [1, 200])
async def test_one_that_was_won_is_looked_at_for_half_a_year(market: Market, days: int) -> None:
    trade = await released(market, lots=1, accepted=1)
    await told(trade, WON, True, True)
    market.clock.advance(days=days)
    asked = await market.run(MARKET, partial(OpenEnds().next))
    refs = {each.ref for each in asked if each.kind == "dispute"}
    assert refs == ({"du_1"} if days == 1 else set())


async def test_second_payout_to_an_account_is_booked_again(market: Market) -> None:
    """The refund waited for an account; a second dispute of the payment used it and was won. So it goes again."""
    trade = await paid(market, lots=1)
    await disputed(trade, "du_1", 5_000_00)
    await closed(trade, "du_1", won=False)
    for number in (1, 2):
        refund = trade.asked("refund")[-1]
        assert (len(trade.asked("refund")), refund["amount"]) == (number, ALL - 5_000_00)
        said = partial(
            disbursements.refused, disbursement_id=refund["disbursement_id"], why="charge_disputed", final=True
        )
        await market.run(PROVIDER, said)
        assert await of(trade, payable(trade.buying)) == eur(ALL - 5_000_00)
        await books_hold(trade)
        if number == 1:
            await disputed(trade, "du_2", ALL)
            assert await of(trade, payable(trade.buying)) == eur(0)
            await closed(trade, "du_2", won=True)


async def test_refund_after_a_win_does_not_block_the_next_chargeback(market: Market) -> None:
    """The deal was not paid in full. Both the win and the second chargeback are heard of after its end."""
    trade = await agreed(market, lots=1)
    await trade.sign()
    await trade.pay(eur(5_000_00))
    await told(trade, DisputeState.OPEN, False, cents=3_000_00)
    await trade.pass_days(6)
    await told(trade, LOST, True, False, cents=3_000_00)
    assert await known(trade) == [("du_1", "won"), ("du_1#2", "recovered")]
    back = sum(each["amount"] for each in trade.asked("refund"))
    lost = (await of(trade, LOSS)).minor
    # The buyer has twice what was refunded before the second time was heard of.
    assert back + 3_000_00 - lost == 5_000_00
    assert (await of(trade, escrow(trade.deal_id)), await of(trade, refund_due(trade.deal_id))) == (eur(0), eur(0))
