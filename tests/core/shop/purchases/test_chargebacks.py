"""Chargebacks of our own sales: requests come to an end, and the price goes back neither twice nor never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from core.books.invoicing.model import Invoice
from core.kernel.money import Money
from core.kernel.timers import due_timers
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.rules import withdrawal_ref
from core.money.disbursements import reactions as disbursement_reactions
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.money.disbursements.events import DisbursementRefused
from core.money.disbursements.model import MOST_REFUSALS, Disbursement, DisbursementKind, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import PROVIDER as AT_PROVIDER
from core.money.ledger.accounts import SALES, payable, refund_due
from core.money.payees.events import AccountAwaited
from core.people.accounts.model import Person
from core.people.accounts.service import organisation_of, person_of
from core.shop.purchases import payments, service
from core.shop.purchases import reactions as purchase_chargebacks
from core.shop.purchases.events import PaymentSentBack, PurchaseGivenBack, PurchaseLost, PurchaseRegained
from core.shop.purchases.model import BuyThing, Purchase, PurchaseState, Thing
from core.shop.purchases.reactions import timer_handlers
from core.trade.funding import payees
from core.trade.funding.reactions import timer_handlers as escrow_timer_handlers
from payments.reconciliation import still_open
from tests.core import invoicing_steps
from tests.core.conftest import Market

TIMER_HANDLERS = {**disbursement_reactions.timer_handlers, **escrow_timer_handlers, **timer_handlers}
PRICE = 7_00
Answer = TypeVar("Answer")


@dataclass
class Sale:
    """A purchase by card: Rasa buys, and the story plays the provider and her bank."""

    market: Market
    rasa: Actor
    person: Person
    purchase: Purchase

    async def pays(self, name: str = "1") -> None:
        come = partial(payments.card_paid, amount=Money(PRICE, "EUR"), fee=Money(40, "EUR"))
        await self.outside(lambda ctx: come(ctx, self.purchase.id, intent_ref=f"pi_{name}", charge_ref=f"ch_{name}"))

    async def gives_back(self, minor: int = PRICE) -> str:
        """Give the price back, and return the id of the refund that is asked for."""
        await self.as_market(lambda ctx: service.give_back(ctx, self.purchase.id, Money(minor, "EUR")))
        return str(self.asked("refund")[-1]["disbursement_id"])

    async def is_refused(self, refund: str, ref: str | None = None) -> None:
        await self.outside(lambda ctx: disbursements.refused(ctx, refund, "charge_disputed", ref=ref))

    async def is_called_back(self, minor: int = PRICE, intent: str = "pi_1", ref: str = "du_1") -> None:
        opened = partial(
            recovery.chargeback_opened,
            ref=ref,
            intent_ref=intent,
            amount=Money(minor, "EUR"),
            fee=Money(0, "EUR"),
            reason="fraudulent",
            evidence_due=None,
        )
        await self.outside(opened)

    async def is_decided(self, *, won: bool, ref: str = "du_1") -> None:
        for _ in range(2):
            await self.outside(partial(chargebacks.closed, ref=ref, won=won))
        await self.books_hold()

    async def has_an_account(self) -> None:
        own = self.person.organisation_id

        def opens(ctx: Ctx) -> None:
            organisation_of(ctx, own).country = "LT"
            payees.ask_onboarding(ctx)

        await self.market.run(self.rasa, opens)
        await self.outside(lambda ctx: payees.account_opened(ctx, own, "acct_rasa"))
        await self.outside(lambda ctx: payees.payee_told(ctx, own, ready=True, missing=()))

    async def days(self, count: int) -> None:
        for _ in range(count):
            self.market.clock.advance(days=1, seconds=1)
            await self.market.run_timers(dict(TIMER_HANDLERS))
        await self.books_hold()

    async def as_market(self, unit: Callable[[Ctx], Answer]) -> Answer:
        return await self.market.run(MARKET, unit)

    async def outside(self, unit: Callable[[Ctx], object]) -> None:
        await self.market.run(PROVIDER, unit)

    async def now(self) -> Purchase:
        return await self.as_market(lambda ctx: service.purchase_for(ctx, self.purchase.id))

    async def refunds(self) -> list[tuple[DisbursementState, int]]:
        query = select(Disbursement.state, Disbursement.amount_minor).order_by(Disbursement.id)
        return await self.as_market(lambda ctx: [(row.state, row.amount_minor) for row in ctx.session.execute(query)])

    async def balances(self, *accounts: str) -> list[int]:
        return await self.as_market(lambda ctx: [ledger.balance(ctx, each, "EUR").minor for each in accounts])

    def asked(self, kind: str) -> list[dict[str, Any]]:
        return [post.body for post in self.market.posts if post.kind == kind]

    async def books_hold(self) -> None:
        await self.market.books_hold()

    async def is_at_rest(self) -> None:
        """Check that no request about a refund is open at the provider, and no timer is set for one."""

        def left(ctx: Ctx) -> list[str]:
            open_ = [kind for kind, query, _ in still_open(ctx) for _ in ctx.session.execute(query)]
            timers = [timer.kind for timer in due_timers(ctx.session, ctx.now + timedelta(days=3_650))]
            return [each for each in (*open_, *timers) if each in ("refund", "transfer", "disbursement")]

        assert await self.as_market(left) == []


@pytest.fixture
async def sale(market: Market) -> Sale:
    disbursement_reactions.listen(market.reactions)
    purchase_chargebacks.listen(market.reactions)
    invoicing_steps.hire(market)
    market.watch(PurchaseGivenBack, PaymentSentBack, PurchaseLost, PurchaseRegained, AccountAwaited)
    rasa, person = await market.newcomer("Rasa")
    thing = BuyThing(
        thing=Thing.RECAP, subject="recap-1", title="Recap", description="All of it", price_minor=PRICE, currency="EUR"
    )
    made = Sale(market, rasa, person, await market.run(rasa, lambda ctx: service.buy(ctx, thing)))
    await made.pays()
    return made


@pytest.mark.parametrize("known", [True, False])
async def test_rest_after_a_chargeback_is_paid_to_an_account_and_not_to_the_card(sale: Sale, known: bool) -> None:
    refund = await sale.gives_back()
    await sale.is_called_back(4_00)
    await sale.is_refused(refund)
    await sale.days(2)
    if known:
        await sale.has_an_account()
    await sale.is_decided(won=False)
    assert (sale.asked("refund"), await sale.refunds()) == (
        sale.asked("refund")[:1],
        [(DisbursementState.ASKED if known else DisbursementState.WAITING, 3_00)],
    )
    own = sale.person.organisation_id
    assert await sale.balances(refund_due(sale.purchase.id), payable(own), SALES) == [0, 3_00, 0]
    if not known:
        await sale.days(10)
        assert len([fact for fact in sale.market.facts if isinstance(fact, AccountAwaited)]) > 1
        await sale.has_an_account()
    (transfer,) = sale.asked("transfer")
    assert (transfer["amount"], transfer["charge"], transfer["account"]) == (3_00, None, "acct_rasa")

    await sale.outside(lambda ctx: disbursements.refused(ctx, refund, "balance_insufficient"))
    await sale.days(1)
    assert [each["attempt"] for each in sale.asked("transfer")] == [transfer["attempt"], transfer["attempt"] + 1]
    for _ in range(2):
        await sale.outside(lambda ctx: disbursements.done(ctx, refund, "tr_1"))
        await sale.as_market(lambda ctx: disbursements.ask_again(ctx, refund))
    assert len(sale.asked("transfer")) == 2
    given = next(fact for fact in sale.market.facts if isinstance(fact, PurchaseGivenBack))
    assert (given.amount, given.why, (await sale.now()).state) == (Money(3_00, "EUR"), "account", "given_back")
    assert await sale.balances(payable(own), AT_PROVIDER) == [0, -40]
    await invoicing_steps.writes_all(sale.market)
    assert await sale.as_market(_credited) == PRICE
    await sale.books_hold()
    await sale.is_at_rest()


def _credited(ctx: Ctx) -> int:
    return sum(ctx.session.scalars(select(Invoice.gross_minor).where(Invoice.corrects.is_not(None))))


async def test_a_refund_that_is_refused_when_the_bank_has_decided_already_is_not_owed_any_more(sale: Sale) -> None:
    refund = await sale.gives_back()
    await sale.is_called_back()
    await sale.is_decided(won=False)
    await sale.is_refused(refund)
    assert await sale.refunds() == []
    assert await sale.balances(refund_due(sale.purchase.id), SALES, AT_PROVIDER) == [0, 0, -40]
    assert (await sale.now()).state == PurchaseState.GIVEN_BACK
    await sale.books_hold()
    await sale.is_at_rest()


async def test_a_dispute_that_is_won_of_what_came_twice_lets_its_refund_go(sale: Sale) -> None:
    await sale.pays("2")
    second = str(sale.asked("refund")[0]["disbursement_id"])
    await sale.is_called_back(intent="pi_2")
    await sale.is_refused(second)
    await sale.is_decided(won=True)
    assert len(sale.asked("refund")) == 2
    await sale.outside(lambda ctx: disbursements.done(ctx, second, "re_2"))
    assert [type(each) for each in sale.market.facts] == [PaymentSentBack]  # what was bought never stood still
    assert await sale.balances(SALES, refund_due(sale.purchase.id)) == [PRICE, 0]
    await sale.is_at_rest()


@pytest.mark.parametrize("disputed", ["pi_1", "pi_2"])
async def test_dispute_of_one_payment_leaves_the_other_alone(sale: Sale, disputed: str) -> None:
    await sale.pays("2")  # twice, and so it goes back
    second = str(sale.asked("refund")[0]["disbursement_id"])
    await sale.is_called_back(intent=disputed)
    if disputed == "pi_2":
        await sale.is_refused(second)
        await sale.days(2)
        assert len(sale.asked("refund")) == 1  # nothing is asked before the bank has decided
    assert ((await sale.now()).chargeback is None) == (disputed == "pi_2")
    (dispute,) = await sale.as_market(lambda ctx: chargebacks.of_subject(ctx, sale.purchase.id))
    assert await sale.as_market(lambda ctx: purchase_chargebacks.hangs_on(ctx, dispute.id)) == (disputed == "pi_1")
    await sale.is_decided(won=False)
    if disputed == "pi_1":
        assert await sale.refunds() == [(DisbursementState.ASKED, PRICE)]
        await sale.outside(lambda ctx: disbursements.done(ctx, second, "re_2"))
    lost = [fact for fact in sale.market.facts if isinstance(fact, PurchaseLost)]
    assert len(lost) == (1 if disputed == "pi_1" else 0)
    # Either way one price has come, and one is with the buyer again. The payment that stayed has paid for what was
    # sold.
    assert await sale.balances(refund_due(sale.purchase.id), SALES) == [0, PRICE if disputed == "pi_2" else 0]
    assert (await sale.now()).state == PurchaseState.PAID
    await sale.books_hold()
    await sale.is_at_rest()


async def test_a_bank_that_turns_after_it_had_kept_the_price_gives_it_back_to_the_books_and_a_wish_may_follow(
    sale: Sale,
) -> None:
    await sale.is_called_back()
    await sale.is_decided(won=False)
    assert await sale.balances(SALES, AT_PROVIDER) == [0, -40]
    await sale.days(20)
    assert (await sale.now()).state == PurchaseState.KEPT
    await sale.is_decided(won=True)
    assert await sale.balances(SALES, AT_PROVIDER) == [PRICE, PRICE - 40]
    assert [type(each) for each in sale.market.facts] == [PurchaseLost, PurchaseRegained]
    assert ((await sale.now()).state, (await sale.now()).chargeback) == ("paid", None)
    await sale.market.run(sale.rasa, lambda ctx: service.ask_back(ctx, sale.purchase.id, "I did not use it"))
    staff, person = await sale.market.newcomer("Desk")

    def appoint(ctx: Ctx) -> None:
        person_of(ctx, person.id).operator = True

    await sale.outside(appoint)
    await sale.market.run(staff, lambda ctx: service.give_back_whole(ctx, sale.purchase.id))
    await sale.outside(lambda ctx: disbursements.done(ctx, sale.asked("refund")[0]["disbursement_id"], "re_1"))
    assert await sale.balances(SALES, refund_due(sale.purchase.id), AT_PROVIDER) == [0, 0, -40]
    await invoicing_steps.writes_all(sale.market)
    await sale.books_hold()
    await sale.is_at_rest()


@pytest.mark.parametrize("kept", [PRICE, 4_00])
async def test_refund_withheld_for_a_bank_is_sent_when_the_bank_turns(sale: Sale, kept: int) -> None:
    refund = await sale.gives_back()
    await sale.is_called_back(kept)
    await sale.is_refused(refund)
    await sale.has_an_account()
    await sale.is_decided(won=False)
    for transfer in sale.asked("transfer"):
        await sale.outside(lambda ctx, of=transfer: disbursements.done(ctx, of["disbursement_id"], "tr_1"))  # type: ignore[misc]
    await sale.is_decided(won=True)
    again = sale.asked("refund")[-1]
    assert (again["amount"], again["payment_intent"], again["disbursement_id"] != refund) == (kept, "pi_1", True)
    await sale.outside(lambda ctx: disbursements.done(ctx, again["disbursement_id"], "re_2"))
    assert await sale.balances(SALES, refund_due(sale.purchase.id), AT_PROVIDER) == [0, 0, -40]
    assert (await sale.now()).state == PurchaseState.GIVEN_BACK
    await sale.books_hold()
    await sale.is_at_rest()


async def test_unanswered_question_of_a_bank_keeps_no_refund(sale: Sale) -> None:
    refund = await sale.gives_back()
    await sale.is_called_back(0)
    await sale.is_refused(refund)
    await sale.days(3)
    assert len(sale.asked("refund")) == 1
    await sale.is_decided(won=False)
    assert len(sale.asked("refund")) == 2
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_1"))
    assert (await sale.now()).state == PurchaseState.GIVEN_BACK
    await sale.is_at_rest()


async def test_a_second_dispute_that_is_won_gives_the_rest_to_the_account_that_it_had_waited_for(sale: Sale) -> None:
    refund = await sale.gives_back()
    await sale.is_called_back(4_00)
    await sale.is_refused(refund)
    await sale.is_decided(won=False)
    await sale.is_called_back(3_00, ref="du_2")
    own = sale.person.organisation_id
    assert await sale.balances(payable(own), refund_due(sale.purchase.id)) == [0, 3_00]
    await sale.is_decided(won=True, ref="du_2")
    assert await sale.balances(payable(own), refund_due(sale.purchase.id)) == [3_00, 0]
    await sale.has_an_account()
    await sale.outside(lambda ctx: disbursements.done(ctx, refund, "tr_1"))
    assert await sale.balances(SALES, payable(own), AT_PROVIDER) == [0, 0, -40]
    await sale.is_at_rest()


async def test_a_second_dispute_of_a_payment_that_is_won_leaves_what_the_first_has_lost(sale: Sale) -> None:
    await sale.is_called_back(4_00)
    await sale.is_decided(won=False)
    await sale.is_called_back(3_00, ref="du_2")
    await sale.is_decided(won=True, ref="du_2")
    assert (await sale.now()).chargeback == "lost"
    assert await sale.balances(SALES, AT_PROVIDER) == [3_00, 3_00 - 40]


@pytest.mark.parametrize("given_back", [False, True])
async def test_dispute_that_is_won_and_lost_after_all_is_our_loss(sale: Sale, given_back: bool) -> None:
    """The scheme changes the decision before or after the buyer had the price back from us."""
    await sale.is_called_back()
    await sale.is_decided(won=True)
    if given_back:
        refund = await sale.gives_back()
        await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_1"))
    await sale.is_called_back(ref=withdrawal_ref("du_1", 2))
    await sale.is_decided(won=False, ref=withdrawal_ref("du_1", 2))
    twice = PRICE if given_back else 0
    assert await sale.balances(SALES, refund_due(sale.purchase.id), AT_PROVIDER) == [-twice, 0, -40 - twice]
    assert (await sale.now()).chargeback == "lost"
    await sale.is_decided(won=True)  # an old word
    await sale.is_decided(won=True, ref=withdrawal_ref("du_1", 2))
    assert await sale.balances(SALES, AT_PROVIDER) == [PRICE - twice, PRICE - twice - 40]
    assert (await sale.now()).chargeback is None
    await invoicing_steps.writes_all(sale.market)
    await sale.books_hold()
    await sale.is_at_rest()


async def test_a_card_that_takes_nothing_back_is_asked_no_more_and_the_buyer_names_an_account(sale: Sale) -> None:
    sale.market.watch(DisbursementRefused)
    refund = await sale.gives_back(5_00)
    for final in (False, *(True,) * MOST_REFUSALS):  # a balance that is short today is no refusal
        await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="expired_card", final=final))
        await sale.days(1)
    assert len(sale.asked("refund")) == 1 + MOST_REFUSALS
    await sale.has_an_account()
    (transfer,) = sale.asked("transfer")
    await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="account_closed", final=True))
    await sale.days(1)
    own = sale.person.organisation_id
    told = [(each.kind, each.organisation_id) for each in sale.market.facts if isinstance(each, DisbursementRefused)]
    assert told == [(DisbursementKind.REFUND, own), (DisbursementKind.PAYOUT, own)]  # once of each way
    await sale.outside(lambda ctx: disbursements.done(ctx, transfer["disbursement_id"], "tr_1"))
    assert await sale.balances(SALES, refund_due(sale.purchase.id), payable(sale.person.organisation_id)) == [
        2_00,
        0,
        0,
    ]
    await sale.books_hold()
    await sale.is_at_rest()


@pytest.mark.parametrize("won", [True, False])
async def test_refund_waiting_for_an_account_waits_for_the_bank_and_goes_once(sale: Sale, won: bool) -> None:
    refund = await sale.gives_back()
    for _ in range(MOST_REFUSALS):
        await sale.outside(partial(disbursements.refused, disbursement_id=refund, why="card_closed", final=True))
        await sale.days(1)
    own = sale.person.organisation_id
    assert await sale.balances(payable(own)) == [PRICE]
    await sale.is_called_back(4_00)
    await sale.has_an_account()
    await sale.days(2)
    assert (sale.asked("transfer"), await sale.balances(payable(own))) == ([], [0])
    await sale.is_decided(won=won)
    if won:
        assert sale.asked("refund")[-1]["amount"] == PRICE  # the card is asked again
        await sale.outside(lambda ctx: disbursements.done(ctx, refund, "re_9"))
    else:
        (transfer,) = sale.asked("transfer")
        assert transfer["amount"] == 3_00
        await sale.outside(lambda ctx: disbursements.done(ctx, refund, "tr_1"))
    assert await sale.balances(SALES, refund_due(sale.purchase.id), payable(own), AT_PROVIDER) == [0, 0, 0, -40]
    await sale.books_hold()
    await sale.is_at_rest()
