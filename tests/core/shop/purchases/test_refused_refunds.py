"""A bank and a card that refuse at awkward moments: in any order, a sale's price goes back once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from conversations.event_sentences import notifications
from conversations.shop.purchase_notifications import PURCHASE_LISTENERS
from core.books.invoicing.model import DocumentKind, Invoice
from core.kernel.events import Event
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import MOST_REFUSALS, DisbursementState
from core.money.ledger.accounts import PROVIDER as AT_PROVIDER
from core.money.ledger.accounts import SALES, payable, refund_due
from core.shop.purchases.events import PaymentSentBack, PurchaseLost, PurchaseRegained
from core.shop.purchases.model import PurchaseState
from tests.core import invoicing_steps
from tests.core.shop.purchases.test_chargebacks import PRICE, Sale, sale

__all__ = ["sale"]


async def refused(sale: Sale, refund: str, times: int = MOST_REFUSALS) -> None:
    for _ in range(times):
        await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="card_closed", final=True))
        await sale.days(1)


async def all_is_given_back_once(sale: Sale, fees: int = 40) -> None:
    own = payable(sale.person.organisation_id)
    assert await sale.balances(SALES, refund_due(sale.purchase.id), own, AT_PROVIDER) == [0, 0, 0, -fees]
    assert (await sale.now()).state == PurchaseState.GIVEN_BACK
    await sale.books_hold()
    await sale.is_at_rest()


@pytest.mark.parametrize("won", [True, False])
async def test_a_card_that_says_no_for_the_last_time_while_the_bank_asks_waits_for_the_bank(
    sale: Sale, won: bool
) -> None:
    await sale.has_an_account()
    refund = await sale.gives_back()
    await refused(sale, refund, MOST_REFUSALS - 1)
    await sale.is_called_back()
    await refused(sale, refund, 1)
    await sale.days(2)
    assert sale.asked("transfer") == []  # the bank may give it to the buyer first
    await sale.is_decided(won=won)
    if won:
        await refused(sale, refund, 1)
        (transfer,) = sale.asked("transfer")
        await sale.outside(lambda ctx: disbursements.done(ctx, transfer["disbursement_id"], "tr_1"))
    assert len(sale.asked("transfer")) == (1 if won else 0)
    await all_is_given_back_once(sale)


@pytest.mark.parametrize("decided", [True, False])
async def test_an_account_that_says_no_after_the_bank_has_called_the_price_back_is_sent_only_what_the_bank_leaves(
    sale: Sale, decided: bool
) -> None:
    """The payout was under way when the bank called. It is refused before or after the bank has decided."""
    await sale.has_an_account()
    refund = await sale.gives_back()
    await refused(sale, refund)
    await sale.is_called_back(4_00)
    if decided:
        await sale.is_decided(won=False)
    await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="account_closed", final=True))
    await sale.days(2)
    if not decided:
        assert len(sale.asked("transfer")) == 1
        await sale.is_decided(won=False)
    assert [each["amount"] for each in sale.asked("transfer")] == [PRICE, 3_00]
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "tr_2"))
    await all_is_given_back_once(sale)


@pytest.mark.parametrize("second", ["re_2", None])
async def test_a_refund_that_has_failed_is_no_news_of_the_one_that_is_under_way(sale: Sale, second: str | None) -> None:
    """The provider reports the first failure again, days late, while the third attempt is still on its way."""
    await sale.has_an_account()
    refund = await sale.gives_back()
    for ref in ("re_1", second):
        await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="expired", ref=ref, final=True))
        await sale.days(1)
    for late in ("re_1", second or "re_1"):
        await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="expired", ref=late, final=True))
        await sale.outside(partial(disbursements.done, disbursement_id=refund, ref=late))  # a late report of success
    assert (await sale.refunds(), sale.asked("transfer")) == ([(DisbursementState.ASKED, PRICE)], [])
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_3"))
    await all_is_given_back_once(sale)


async def test_a_card_that_says_no_late_is_no_news_of_what_goes_to_an_account(sale: Sale) -> None:
    await sale.has_an_account()
    refund = await sale.gives_back()
    for number in range(1, MOST_REFUSALS + 1):
        failed = partial(disbursements.refused, disbursement_id=refund, why="expired", ref=f"re_{number}", final=True)
        await sale.outside(failed)
        await sale.days(1)
    for number in range(1, MOST_REFUSALS + 1):
        failed = partial(disbursements.refused, disbursement_id=refund, why="expired", ref=f"re_{number}", final=True)
        await sale.outside(failed)
    assert await sale.refunds() == [(DisbursementState.ASKED, PRICE)]
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "tr_1"))
    await all_is_given_back_once(sale)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("last", [True, False])
async def test_first_decision_of_two_disputes_of_one_payment_releases_nothing(
    sale: Sale, first: bool, last: bool
) -> None:
    await sale.has_an_account()
    refund = await sale.gives_back()
    await sale.is_called_back(4_00)
    await sale.is_called_back(3_00, ref="du_2")
    await sale.is_refused(refund)
    await sale.is_decided(won=first)
    await sale.days(2)
    assert (len(sale.asked("refund")), sale.asked("transfer")) == (1, [])
    assert (await sale.now()).chargeback == "open"
    await sale.is_decided(won=last, ref="du_2")
    back = 4_00 * first + 3_00 * last
    asked = sale.asked("refund")[1:] if first and last else sale.asked("transfer")
    assert [each["amount"] for each in asked] == ([back] if back else [])
    if back:
        await sale.outside(lambda ctx: disbursements.done(ctx, refund, "ref"))
    told = [type(each) for each in sale.market.facts if isinstance(each, PurchaseRegained | PurchaseLost)]
    assert told == [PurchaseLost] * (not first) + [PurchaseRegained if last else PurchaseLost]
    await all_is_given_back_once(sale)


async def test_a_dispute_that_is_won_of_what_was_used_up_before_gives_no_new_time_to_ask_for_the_price(
    sale: Sale,
) -> None:
    await sale.days(20)
    assert (await sale.now()).state == PurchaseState.KEPT
    await sale.is_called_back()
    await sale.is_decided(won=True)
    assert ((await sale.now()).state, (await sale.now()).chargeback) == ("kept", None)
    await sale.is_at_rest()


async def test_price_that_comes_back_and_goes_again_is_not_told_as_unasked(sale: Sale) -> None:
    await sale.pays("2")  # this one came unasked
    second = str(sale.asked("refund")[0]["disbursement_id"])
    await sale.outside(lambda ctx: disbursements.done(ctx, second, "re_2"))
    refund = await sale.gives_back()
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_1"))
    await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="expired", ref="re_1", final=True))
    await sale.days(1)
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_3"))
    told = [(each.amount, each.of_price) for each in sale.market.facts if isinstance(each, PaymentSentBack)]
    assert told == [(Money(PRICE, "EUR"), False), (Money(PRICE, "EUR"), True)]
    await all_is_given_back_once(sale, fees=80)


def heard(sale: Sale) -> list[tuple[str, str]]:
    """Collect what the buyer is told from now on: the sentence and its variant."""
    said: list[tuple[str, str]] = []

    def hear(tell: Callable[[Ctx, Any], None]) -> Callable[[Ctx, Event], None]:
        def hears(ctx: Ctx, fact: Event) -> None:
            before = len(notifications(ctx).sentences.get(("purchase", sale.purchase.id), []))
            tell(ctx, fact)
            after = notifications(ctx).sentences.get(("purchase", sale.purchase.id), [])
            said.extend((code, str(parts.get("why", ""))) for code, parts in after[before:] if code)

        return hears

    for facts, on in PURCHASE_LISTENERS:
        for fact, code in facts.items():
            sale.market.reactions.on(fact, hear(on(code)))
    return said


async def test_mere_question_of_a_bank_is_not_told(sale: Sale) -> None:
    said = heard(sale)
    await sale.is_called_back(0)
    assert said == []
    await sale.is_called_back()  # now it takes the money
    assert said == [("notice.purchase_recalled", "")]
    await sale.is_called_back(0, ref="du_2")
    await sale.is_decided(won=False, ref="du_2")  # "kept the price: 0.00" would be false
    assert len(said) == 1


@pytest.mark.parametrize("last", [True, False])
async def test_winning_a_part_of_the_price_is_not_told_as_a_win_of_all(sale: Sale, last: bool) -> None:
    said = heard(sale)
    await sale.is_called_back(4_00)
    await sale.is_called_back(3_00, ref="du_2")
    await sale.is_decided(won=True)
    assert said == [("notice.purchase_recalled", "")] * 2
    await sale.is_decided(won=last, ref="du_2")
    assert said[2:] == [("notice.purchase_recall_closed", "won" if last else "lost")]


async def test_a_price_that_came_back_and_went_again_is_told_as_what_it_is(sale: Sale) -> None:
    said = heard(sale)
    refund = await sale.gives_back()
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_1"))
    await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="expired", ref="re_1", final=True))
    await sale.days(1)
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_2"))
    assert said == [("notice.purchase_given_back", "")] * 2


@pytest.mark.parametrize("won", [True, False])
async def test_a_dispute_about_what_came_twice_leaves_the_invoice_of_what_was_bought_alone(
    sale: Sale, won: bool
) -> None:
    await sale.pays("2")
    second = str(sale.asked("refund")[0]["disbursement_id"])
    await sale.is_called_back(intent="pi_2")
    await sale.is_refused(second)
    await sale.is_decided(won=won)
    await invoicing_steps.writes_all(sale.market)
    papers = await sale.as_market(lambda ctx: list(ctx.session.scalars(select(Invoice.gross_minor))))
    assert papers == [PRICE]  # one invoice, and no credit note


@pytest.mark.parametrize(("back", "taken"), [(PRICE, PRICE), (3_00, PRICE), (3_00, 4_00), (3_00, 5_00)])
@pytest.mark.parametrize("under_way", [True, False])
@pytest.mark.parametrize("won", [True, False])
async def test_refund_before_a_chargeback_is_credited_once(
    sale: Sale, back: int, taken: int, under_way: bool, won: bool
) -> None:
    """The bank takes a price that was refunded in part. A second credit note would take back what was never paid."""
    refund = await sale.gives_back(back)
    done = partial(disbursements.done, disbursement_id=refund, ref="re_1")
    if not under_way:
        await sale.outside(done)
    await sale.is_called_back(taken)
    if under_way:
        await sale.outside(done)
    assert await stands(sale) == max(PRICE - back - taken, 0)
    await sale.is_decided(won=won)
    assert await stands(sale) == max(PRICE - back - (0 if won else taken), 0)
    await sale.outside(lambda ctx: disbursements.refused(ctx, refund, "expired", ref="re_1", final=True))
    await sale.books_hold()
    await sale.is_decided(won=True)
    assert await stands(sale) == PRICE - back
    await sale.outside(
        partial(disbursements.done, disbursement_id=str(sale.asked("refund")[-1]["disbursement_id"]), ref="re_2")
    )
    assert await stands(sale) == PRICE - back
    await invoicing_steps.writes_all(sale.market)
    await sale.books_hold()


async def stands(sale: Sale) -> int:
    """Return how much of the price is invoiced, less its credit notes."""
    papers = await sale.as_market(
        lambda ctx: [(each.document_kind, each.gross_minor) for each in ctx.session.scalars(select(Invoice))]
    )
    return sum(gross if paper is DocumentKind.INVOICE else -gross for paper, gross in papers)
