"""Money that was sent and comes back, or that the provider will not send: it is owed and tried again."""

from __future__ import annotations

from functools import partial

from core.books.reconciliation import reactions as reconciling
from core.books.reconciliation.service import explain_lines, take_line
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Ctx
from core.money.disbursements import service as disbursements
from core.money.disbursements.events import DisbursementRefused
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.ledger.accounts import refund_due
from core.money.ledger.service import balance
from core.money.model import SubjectKind
from core.trade.deals.model import DealState
from core.trade.funding import settlement
from core.trade.funding.events import PayoutSent
from tests.core.conftest import Market
from tests.core.trades import Trade, called_off, paid

WHOLE = Money(21_000_00, "EUR")


async def test_a_refund_that_the_buyers_bank_sends_back_is_owed_again(market: Market) -> None:
    market.watch(DisbursementRefused)
    trade, disbursement = await called_off(market)
    done = partial(disbursements.done, disbursement_id=disbursement, ref="re_1")
    failed = partial(
        disbursements.refused, disbursement_id=disbursement, why="lost_or_stolen_card", final=True, ref="re_1"
    )
    await market.run(PROVIDER, done)
    assert (await trade.deal()).state == DealState.CANCELLED
    for told in (failed, failed, done):  # twice, and what was read before it failed comes last
        await market.run(PROVIDER, told)
    of = (SubjectKind.DEAL, trade.deal_id, disbursement, DisbursementKind.REFUND, trade.buying, WHOLE)
    assert market.facts == [DisbursementRefused(*of, "lost_or_stolen_card")]
    assert await owed(trade) == WHOLE
    await trade.market.books_hold()
    await trade.pass_days(8)
    assert [body["attempt"] for body in trade.asked("refund")] == [1, 2]
    await market.run(PROVIDER, failed)  # told once more of the first, while the second is under way
    assert [each.state for each in await disbursements_of(trade)] == [DisbursementState.ASKED]
    await market.run(PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref="re_2"))
    assert await owed(trade) == Money.zero("EUR")
    await trade.market.books_hold()
    await market.run(PROVIDER, failed)
    assert await owed(trade) == Money.zero("EUR")
    sent_back = partial(disbursements.refused, disbursement_id=disbursement, why="declined", final=True, ref="re_2")
    await market.run(PROVIDER, sent_back)
    assert await owed(trade) == WHOLE


async def test_refund_refused_for_good_is_tried_again_without_an_operator(market: Market) -> None:
    trade, disbursement = await called_off(market)
    refused = partial(disbursements.refused, disbursement_id=disbursement, why="charge_disputed", final=True)
    await market.run(PROVIDER, refused)
    await trade.pass_days(8)
    await market.run(PROVIDER, refused)
    await trade.pass_days(8)
    assert [body["attempt"] for body in trade.asked("refund")] == [1, 2, 3]
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.CANCELLED
    await trade.market.books_hold()


async def test_a_payout_told_twice_is_told_on_once(market: Market) -> None:
    market.watch(PayoutSent)
    trade = await paid(market, lots=1)
    (lot,) = await trade.lots()
    await trade.deliver(lot)
    await trade.accept(lot)
    disbursement = trade.asked("transfer")[0]["disbursement_id"]
    for _ in range(2):
        await trade.as_market(
            partial(disbursements.ask_again, disbursement_id=disbursement)
        )  # under way, then done: not asked for again
        await market.run(PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref="tr_1"))
    assert len(market.facts) == len(trade.asked("transfer")) == 1


async def owed(trade: Trade) -> Money:
    found: Money = await trade.as_market(lambda ctx: balance(ctx, refund_due(trade.deal_id), "EUR"))
    return found


async def disbursements_of(trade: Trade) -> list[Disbursement]:
    found: list[Disbursement] = await trade.as_market(lambda ctx: settlement.disbursements_of(ctx, trade.deal_id))
    return found


async def test_one_that_was_made_by_an_earlier_asking_counts_and_the_books_of_the_provider_are_explained(
    market: Market,
) -> None:
    """The first request got no answer, so it was repeated after its refund had come back, and made a second."""
    reconciling.listen(market.reactions)
    trade, disbursement = await called_off(market)
    failed = partial(disbursements.refused, disbursement_id=disbursement, why="declined", final=True, ref="re_1")
    made = [partial(disbursements.done, disbursement_id=disbursement, ref=ref) for ref in ("re_1", "re_2")]
    for told in (made[0], failed, made[1], failed, *made):
        await market.run(PROVIDER, told)

    assert await owed(trade) == Money.zero("EUR")
    assert [each.state for each in await disbursements_of(trade)] == [DisbursementState.DONE]
    await trade.market.books_hold()

    def lines(ctx: Ctx) -> dict[str, str]:
        lines = (("refund", -WHOLE, "re_1"), ("refund_failure", WHOLE, "re_1"), ("refund", -WHOLE, "re_2"))
        for kind, amount, ref in lines:
            take_line(ctx, ref=f"{kind}:{ref}", kind=kind, amount=amount, fee=Money.zero("EUR"), source=ref, at=ctx.now)
        return explain_lines(ctx)

    assert await market.run(MARKET, lines) == {}
