"""Money that went another way than planned, by a bank's will or ours, is not counted on a second time."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from core.books.statements import service as statements
from core.kernel.errors import Refusal
from core.kernel.events import Event
from core.kernel.heartbeat import beat
from core.kernel.transaction import MARKET, PROVIDER, Ctx
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import DisbursementKind, DisbursementState
from core.money.ledger.events import InvariantBroken, InvariantHolds
from core.people.accounts.service import organisation_of
from core.trade.deals import lifecycle
from core.trade.deals.model import DealState
from core.trade.delivery import service as delivery
from core.trade.delivery.model import LotState
from core.trade.funding import chargebacks, overpayments, service, settlement
from core.trade.funding.model import PaymentState
from core.trade.funding.overpayments import surplus_found
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Rail
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.goods import tonnes
from tests.core.trade.funding.chargeback_steps import another_deal, decided, recalled, released
from tests.core.trades import Trade, agreed, paid

NEAR = date(2026, 12, 3)  # all parts of the money are asked for at once


async def test_rest_of_two_payments_goes_back_by_the_undisputed_one(market: Market) -> None:
    """A provider refunds nothing of a payment that the payer's bank has taken."""
    trade = await agreed(market, 8_000, 2, quantity=tonnes(8_000), window_to=NEAR)
    await trade.sign()
    await trade.seller_can_be_paid()
    for intent in ("pi_2", "pi_1"):  # the later part first: the lots of the earlier one were paid by what is taken
        await trade.pay(intent=intent)
    assert await trade.states() == (DealState.FUNDED, [LotState.PLANNED, LotState.PLANNED])
    await recalled(trade, 840_000_00)
    await decided(trade, won=False)
    refunds = [(body["payment_intent"], body["amount"]) for body in trade.asked("refund")]
    assert refunds == [("pi_2", 840_000_00)]
    assert (await trade.deal()).state == DealState.COMPLETED
    await market.books_hold()


async def test_refund_used_for_a_claim_leaves_its_number_to_no_other(market: Market) -> None:
    trade = await agreed(market, 100, 3)
    await trade.sign()
    await trade.pay(eur(21_000_00 + 50_00))
    await trade.seller_can_be_paid()
    for lot in (await trade.lots())[:2]:
        await market.run(trade.buyer, partial(delivery.ask_drop, lot_id=lot.id))
        await market.run(trade.seller, partial(delivery.agree_drop, lot_id=lot.id))
    for refund in trade.asked("refund"):
        refused = partial(
            disbursements.refused, disbursement_id=refund["disbursement_id"], why="account_closed", final=True
        )
        await market.run(PROVIDER, refused)
    trade.answered |= {post.id for post in market.posts}
    await recalled(trade, 14_001_00)  # half of it is for goods that are still to come, half waits to go back
    await decided(trade, won=False)
    (kept,) = await trade.as_market(lambda ctx: overpayments.credits_of(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: overpayments.give_back_paid_too_much(ctx, kept.id))
    await trade.provider_answers()
    assert trade.asked("refund")[-1]["amount"] == 50_00
    await market.books_hold()


async def by_debit(trade: Trade, intent: str) -> None:
    """Let the buyer pay by a debit, and all of the money come."""
    await trade.market.run(trade.buyer, lambda ctx: service.pay_by(ctx, trade.deal_id, Rail.SEPA_DEBIT))
    await trade.provider_answers()
    payment = await trade.payment()
    await trade.pay(intent=intent)
    await trade.market.run(PROVIDER, lambda ctx: rails.all_came(ctx, payment.id))


async def test_a_debit_that_was_called_back_earns_no_trust(market: Market) -> None:
    trade = await agreed(market, 50, 1)
    await trade.sign()
    await by_debit(trade, "pi_1")
    await trade.seller_can_be_paid()
    await recalled(trade, 10_500_00)
    await decided(trade, won=False)
    market.clock.advance(days=60)
    later = await another_deal(trade)
    await later.sign()
    await by_debit(later, "pi_2")
    (lot,) = await later.lots()
    await later.deliver(lot)
    await later.accept(lot)
    (payout,) = await later.as_market(lambda ctx: settlement.disbursements_of(ctx, later.deal_id))
    assert (payout.kind, payout.state, payout.why) == (DisbursementKind.PAYOUT, DisbursementState.WAITING, "recallable")


async def test_an_outage_leaves_a_transfer_that_came_in_part_its_time(market: Market) -> None:
    """The deadline has moved: the rail by which a part has come stays the deal's rail."""
    trade = await agreed(market, 100, 1)
    await trade.as_market(lambda ctx: setattr(organisation_of(ctx, trade.buying), "vat_number", "LT100001919017"))
    await trade.sign()
    first = await trade.payment()
    await market.run(PROVIDER, lambda ctx: service.payment_part(ctx, first.id, eur(20_000_00), intent_ref="pi_1"))
    await market.run(MARKET, lambda ctx: beat(ctx, market.clock.now(), ()))
    market.clock.advance(days=6)
    await market.run(MARKET, lambda ctx: beat(ctx, market.clock.now(), ()))
    again = await market.run(trade.buyer, lambda ctx: service.pay_again(ctx, trade.deal_id))
    assert (again.id, again.state) == (first.id, PaymentState.OPEN)
    assert again.expires_at > market.clock.now()
    assert trade.asked("checkout.expire") == []


async def test_partial_transfer_is_let_go_when_the_replaced_debit_arrives(
    market: Market,
) -> None:
    """The buyer pays by debit, changes their mind and transfers a part. Then the banks carry the debit out."""
    trade = await agreed(market, 100, 1)
    await trade.sign()
    debit = await trade.payment()
    await market.run(trade.buyer, lambda ctx: service.pay_by(ctx, trade.deal_id, Rail.BANK_TRANSFER))
    await trade.provider_answers()
    transfer = await trade.payment()
    await market.run(PROVIDER, lambda ctx: service.payment_part(ctx, transfer.id, eur(5_000_00), intent_ref="pi_2"))
    await trade.pay(eur(21_000_00), payment_id=debit.id)
    assert ((await trade.deal()).state, (await trade.money()).held) == ("funded", eur(21_000_00))
    assert [body["payment"] for body in trade.asked("checkout.expire")] == [debit.id, transfer.id]
    await trade.provider_answers()

    def stands_there(ctx: Ctx) -> None:
        rails.payer_known(ctx, trade.buying, "cus_1")
        surplus_found(ctx, "cus_1", {"EUR": eur(5_000_00)})

    await market.run(PROVIDER, stands_there)
    (kept,) = await trade.as_market(lambda ctx: overpayments.credits_of(ctx, trade.deal_id))
    assert kept.amount == eur(5_000_00)
    lines = await market.run(trade.buyer, lambda ctx: list(statements.lines(ctx)))
    assert [line.what for line in lines] == ["paid", "adjusted", "paid", "overpaid"]  # and nothing was given back
    await market.books_hold()


async def test_dropped_transfer_that_is_reported_again_goes_back_once(market: Market) -> None:
    """The provider has not closed the transfer yet, and a sweep reads what has arrived by it."""
    trade = await agreed(market, 100, 1)
    await trade.sign()
    debit = await trade.payment()
    await market.run(PROVIDER, lambda ctx: rails.payer_known(ctx, trade.buying, "cus_1"))
    await market.run(trade.buyer, lambda ctx: service.pay_by(ctx, trade.deal_id, Rail.BANK_TRANSFER))
    await trade.provider_answers()
    transfer = await trade.payment()
    part = partial(service.payment_part, payment_id=transfer.id, received=eur(5_000_00), intent_ref="pi_2")
    await market.run(PROVIDER, part)
    await trade.pay(eur(21_000_00), payment_id=debit.id)
    for _ in range(2):
        await market.run(PROVIDER, part)
        await market.books_hold()
    assert [(body["amount"], body["payer"]) for body in trade.asked("refund")] == [(5_000_00, "cus_1")]
    await market.run(PROVIDER, lambda ctx: surplus_found(ctx, "cus_1", {"EUR": eur(5_000_00)}))
    assert await trade.as_market(lambda ctx: overpayments.credits_of(ctx, trade.deal_id)) == []
    await trade.provider_answers()
    await market.run(PROVIDER, lambda ctx: surplus_found(ctx, "cus_1", {"EUR": eur(0)}))
    assert (await trade.money()).held == eur(21_000_00)
    await market.books_hold()


@pytest.mark.parametrize("first", ["bank", "doubt"])
async def test_deal_stopped_for_two_reasons_moves_when_both_are_gone(market: Market, first: str) -> None:
    """A bank has called the money back, and the books are in doubt. One of them is put right, the other is not."""
    trade = await paid(market, lots=2)
    lot = (await trade.lots())[0]
    await trade.deliver(lot)

    async def unbalanced(fact: Event) -> None:
        await trade.as_market(lambda ctx: ctx.announce(fact))

    broken, right = InvariantBroken("books", trade.deal_id, ""), InvariantHolds(trade.deal_id)
    if first == "bank":
        await recalled(trade, 5_000_00)
        await unbalanced(broken)
        await decided(trade, won=True)
    else:
        await unbalanced(broken)
        await recalled(trade, 5_000_00)
        await unbalanced(right)
    with pytest.raises(Refusal, match=r"deal\.frozen"):
        await trade.accept(lot)
    await (unbalanced(right) if first == "bank" else decided(trade, won=True))
    await trade.accept(lot)
    await trade.provider_answers()
    assert [body["amount"] for body in trade.asked("transfer")] == [10_237_50]
    await market.books_hold()


async def test_time_rules_on_no_deal_that_a_bank_asks_about(market: Market) -> None:
    trade = await paid(market, lots=2)
    operator = await trade.operator("Olga")
    await market.run(operator, lambda ctx: lifecycle.freeze_deal(ctx, trade.deal_id))
    await recalled(trade, 0)  # it asks, and takes nothing yet
    await trade.pass_days(62)
    assert (await trade.deal()).state == DealState.DISPUTED
    await decided(trade, won=True)
    await trade.pass_days(2)
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.COMPLETED
    await market.books_hold()


async def test_a_bank_that_gives_what_was_to_go_back_takes_nothing_from_the_seller(market: Market) -> None:
    """The buyer waits for a refund that does not arrive, and asks their bank for it."""
    trade = await released(market, lots=2, accepted=1)
    late = (await trade.lots())[1]
    await market.run(trade.buyer, lambda ctx: delivery.ask_drop(ctx, late.id))
    await market.run(trade.seller, lambda ctx: delivery.agree_drop(ctx, late.id))
    refund = trade.asked("refund")[0]["disbursement_id"]
    await market.run(PROVIDER, lambda ctx: disbursements.refused(ctx, refund, "account_closed", final=True))
    trade.answered |= {post.id for post in market.posts}
    await recalled(trade, 10_500_00)
    assert trade.asked("reversal") == []
    await market.books_hold()
    await decided(trade, won=False)
    (found,) = await trade.as_market(lambda ctx: chargebacks.chargebacks_of(ctx, trade.deal_id))
    assert (found.state, found.from_commission_minor, found.from_refunds_minor) == ("recovered", 0, 10_500_00)
    assert [
        each.kind for each in await trade.as_market(lambda ctx: settlement.disbursements_of(ctx, trade.deal_id))
    ] == ["payout"]
    assert (await trade.deal()).state == DealState.COMPLETED
    await market.books_hold()
    await decided(trade, won=True)
    assert trade.asked("refund")[-1]["amount"] == 10_500_00
    await market.books_hold()
