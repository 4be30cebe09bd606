"""Queries the provider without a webhook: finds what a lost one would have said, and whether both books agree."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import ColumnElement, String, select, type_coerce

from core.books.reconciliation import service as reconciliation
from core.books.reconciliation.model import DifferenceKind
from core.books.reconciliation.rules import differences
from core.kernel.clock import Clock
from core.kernel.database import Unavailable
from core.kernel.dispatcher import Delivered, Later, Outcome
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Ctx, Transactions
from core.money.chargebacks.model import CHARGEBACK, Chargeback
from core.money.chargebacks.rules import dispute_of
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.subjects import PAYMENTS
from core.money.payees.model import Payee
from core.trade.funding.model import Payment
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Payer, PaymentWay
from payments.provider import Answer, Done, Provider, Refused, Unknown
from payments.provider_models import Events, Movement
from payments.sync import look, look_at_refund_of, look_at_reversal_of, look_at_transfer_of
from payments.webhook_inbox import receive_event

AT_ONCE: Final = 100  # items of one kind in one sweep: limits its duration and its cost to the provider
BANK_MAY_TURN: Final = timedelta(days=180)  # how long a dispute that was lost may still be won, or the other way round


class Question(NamedTuple):
    """One item whose outcome is unknown: its row, and the provider's reference."""

    kind: str  # "checkout", "credit", "account", "transfer", "reversal", "refund" or "dispute"
    row: str
    ref: str  # for a transfer, the group under which the provider has it


class OpenEnds:
    """A batch of each kind, starting after the previous batch. A hundred unanswered items do not block the rest."""

    def __init__(self) -> None:
        self._after: dict[str, str] = {}

    def next(self, ctx: Ctx) -> list[Question]:
        asked = []
        for number, (kind, query, row) in enumerate(still_open(ctx)):
            cursor = f"{number} {kind}"
            after = self._after.get(cursor, "")
            found = ctx.session.execute(query.where(row > after).order_by(row).limit(AT_ONCE)).all()
            self._after[cursor] = str(found[-1][0]) if len(found) == AT_ONCE else ""
            asked += [Question(kind, str(each[0]), dispute_of(str(each[1]))) for each in found]
        return asked


def still_open(ctx: Ctx) -> Iterator[tuple[str, Any, ColumnElement[str]]]:
    """Yield the open items by kind: rows with the provider's reference, and the column that orders them.

    A payment stays open until the provider says that no more money can arrive by it, whatever its state here. A slow
    bank may settle it long after its page has expired and its deal has ended.
    """
    opened = select(Payment.id, Payment.session_ref).join(PaymentWay, PaymentWay.payment_id == Payment.id)
    yield "checkout", opened.where(Payment.session_ref.is_not(None), ~PaymentWay.over), Payment.id.expression
    accounts = select(Payee.organisation_id, Payee.account_ref).where(Payee.account_ref.is_not(None))
    yield "account", accounts, Payee.organisation_id.expression
    yield from _disbursements()
    may_turn = Chargeback.opened_at > ctx.now - BANK_MAY_TURN
    disputes = select(Chargeback.id, Chargeback.ref).where((Chargeback.state == CHARGEBACK.initial) | may_turn)
    yield "dispute", disputes, Chargeback.id.expression
    # After the refunds: an unclaimed refund is part of the credit, and would be taken for newly arrived money.
    yield "credit", select(Payer.organisation_id, Payer.ref), Payer.organisation_id.expression


def _disbursements() -> Iterator[tuple[str, Any, ColumnElement[str]]]:
    """Payouts, reversals and refunds; the platform answers for Stars at once."""
    row, asked = Disbursement.id.expression, Disbursement.state == DisbursementState.ASKED
    group = type_coerce(Disbursement.subject_kind, String) + "_" + Disbursement.subject
    payouts = select(Disbursement.id, group).where(asked, Disbursement.kind == DisbursementKind.PAYOUT)
    yield "transfer", payouts, row
    reversals = select(Disbursement.id, Disbursement.reverses).where(asked)
    yield "reversal", reversals.where(Disbursement.kind == DisbursementKind.REVERSAL), row
    for kind, payments in PAYMENTS.items():
        known = payments.rows.subquery()
        refunds = select(Disbursement.id, known.c.intent_ref).join(known, known.c.payment_id == Disbursement.payment_id)
        by_card = (Disbursement.subject_kind == kind) & known.c.intent_ref.is_not(None)
        yield "refund", refunds.where(asked, by_card, Disbursement.kind == DisbursementKind.REFUND), row


log = structlog.get_logger(__name__)

SILENCES: Final = 3  # looks without an answer, one after the other, that end a sweep: the provider is away
SETTLED_FOR: Final = timedelta(minutes=10)  # before a line of the provider's books is laid beside ours


class Reconciler:
    """Queries the provider about every open item, and compares its books with ours."""

    def __init__(self, transactions: Transactions, provider: Provider, clock: Clock) -> None:
        self._transactions = transactions
        self._provider = provider
        self._clock = clock
        self._open = OpenEnds()

    # --- every few minutes --------------------------------------------------------------------------------------------

    async def sweep(self) -> int:
        """Look up every open payment, seller, payout and refund once, and take in missed events.

        Returns how often there was something to report.
        """
        told = silent = 0
        for question in await self._transactions.run(MARKET, self._open.next):
            try:
                outcome = await self._ask(question)
                silent = silent + 1 if isinstance(outcome, Later) else 0
                told += await self._tell(outcome)
            except Unavailable:
                raise  # the database, not the question
            except Exception:
                log.exception("look_failed", kind=question.kind, ref=question.ref)  # and the next one is looked up
            if silent == SILENCES:
                return told
        await self._catch_up()
        return told

    async def _catch_up(self) -> None:
        """Take in events whose webhook has not come: each leads to the same look-up as its webhook."""
        since = await self._transactions.run(MARKET, partial(reconciliation.read_from, name="news"))
        match await self._provider.news(since):
            case Done(news) if news:
                await self._transactions.run(PROVIDER, lambda ctx: _take_news(ctx, news))
            case Refused(why) | Unknown(why):
                log.warning("news_not_read", why=why)

    async def _ask(self, question: Question) -> Outcome:
        kind, row, ref = question
        match kind:
            case "transfer":
                return await look_at_transfer_of(self._provider, row, ref)
            case "reversal":
                return await look_at_reversal_of(self._provider, row, ref)
            case "refund":
                return await look_at_refund_of(self._provider, row, ref, self._clock.now())
        return await look(self._provider, kind, ref)

    async def _tell(self, outcome: Outcome) -> int:
        match outcome:
            case Delivered(then) if then is not None:
                await self._transactions.run(PROVIDER, then)
                return 1
            case Delivered():
                return 0
        log.warning("look_failed", why=outcome.why)
        return 0

    # --- every night --------------------------------------------------------------------------------------------------

    async def reconcile(self) -> Mapping[str, str]:
        """Compare the provider's books with ours, line by line and balance by balance; return the differences in words.

        Each difference is a case, which closes itself when the books agree again.
        """
        match await self._provider.hold_earnings():
            case Refused(why) | Unknown(why):
                log.warning("automatic_payouts_not_stopped", why=why)
        await self.sweep()
        unread = await self._read_lines()
        lines = await self._transactions.run(MARKET, reconciliation.explain_lines)
        balances = await self.compare_balances()
        unknown = await self._transactions.run(MARKET, reconciliation.unknown_for_long)
        await self._transactions.run(MARKET, reconciliation.try_given_up)
        if unread is not None:
            return {"lines": unread}

        def note(ctx: Ctx) -> None:
            reconciliation.compare(ctx, DifferenceKind.LINE, lines)
            reconciliation.compare(ctx, DifferenceKind.BALANCE, balances)
            reconciliation.compare(ctx, DifferenceKind.UNKNOWN, unknown)

        await self._transactions.run(MARKET, note)
        return {**lines, **balances, **unknown}

    async def _read_lines(self) -> str | None:
        """Read the lines; return None, or why they could not be read."""
        since = await self._transactions.run(MARKET, partial(reconciliation.read_from, name="movements"))
        until = self._clock.now() - SETTLED_FOR
        match await self._provider.movements(since, until):
            case Done(movements):

                def take(ctx: Ctx) -> None:
                    for each in movements:
                        _take_movement(ctx, each)
                    reconciliation.read_until(ctx, "movements", until)

                await self._transactions.run(MARKET, take)
                return None
            case Refused(why) | Unknown(why):
                return f"the provider's books could not be read: {why}"

    async def compare_balances(self) -> dict[str, str]:
        """Return how the provider's balances differ from our books, by currency; empty when they agree."""
        ours, payers = await self._transactions.run(
            MARKET, lambda ctx: (reconciliation.held_by_provider(ctx), rails.payer_refs(ctx))
        )
        theirs: dict[str, Money] = {}
        # Buyers' transfers that no payment has used yet are not on our balance, but they are with the provider.
        requests: list[Callable[[], Awaitable[Answer[dict[str, Money]]]]] = [self._provider.balance]
        for payer in payers:
            requests += [partial(self._provider.credit, payer), partial(self._provider.in_part, payer)]
        for ask in requests:
            match await ask():
                case Done(sums):
                    for currency, amount in sums.items():
                        theirs[currency] = theirs.get(currency, Money.zero(currency)) + amount
                case Refused(why) | Unknown(why):
                    return {"all": f"the provider's balance could not be read: {why}"}
        return differences(ours, theirs)

    async def compare_books(self) -> list[str]:
        """Return the differences as sentences, for a command line."""
        return list((await self.compare_balances()).values())


def _take_news(ctx: Ctx, news: Sequence[Events]) -> None:
    for each in news:
        receive_event(ctx, each.id, each.type, each.kind, each.object_id, provider=each.provider)
    reconciliation.read_until(ctx, "news", max(each.at for each in news))


def _take_movement(ctx: Ctx, line: Movement) -> None:
    reconciliation.take_line(
        ctx, ref=line.ref, kind=line.kind, amount=line.amount, fee=line.fee, source=line.source, at=line.at
    )
