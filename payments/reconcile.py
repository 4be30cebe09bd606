"""Looks at the provider without being told: what a lost webhook would have said, and whether both books agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import ColumnElement, or_, select

from core.escrow.model import Effect, EffectKind, EffectState, Payee, Payment, PaymentState
from core.kernel.db import Unavailable
from core.kernel.dispatch import Delivered, Later
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Ctx, Transactions
from core.ledger import service as ledger
from core.ledger.model import PROVIDER as PROVIDER_ACCOUNT
from core.ledger.model import Balance
from payments.answers import Done, Refused, Unknown
from payments.looks import Outcome, Told, look, seen, tell_refund, tell_transfer
from payments.provider import Provider

log = structlog.get_logger(__name__)

AT_ONCE: Final = 100  # of a kind in one sweep: bounds how long it takes and what it costs the provider
LATE_PAYMENT: Final = timedelta(days=1)  # how long a page that we have closed may still turn out to be paid
SILENCES: Final = 3  # looks without an answer, one after the other, that end a sweep: the provider is away


class Question(NamedTuple):
    """One thing that we do not know the end of: its row, and what the provider knows it by."""

    kind: str  # "checkout", "account", "transfer" or "refund"
    row: str
    ref: str


class Reconciler:
    """Asks the provider about everything that is open."""

    def __init__(self, transactions: Transactions, provider: Provider) -> None:
        self._transactions = transactions
        self._provider = provider
        self._after: dict[str, str] = {}

    async def sweep(self) -> int:
        """Look at every open payment, seller, payout and refund once. Returns how often there was something to tell."""
        told = silent = 0
        for question in await self._transactions.run(MARKET, self._questions):
            try:
                outcome = await self._ask(question)
                silent = silent + 1 if isinstance(outcome, Later) else 0
                told += await self._tell(outcome)
            except Unavailable:
                raise  # the database, not the question
            except Exception:
                log.exception("look_failed", kind=question.kind, ref=question.ref)  # and the next one is looked at
            if silent == SILENCES:
                break
        return told

    def _questions(self, ctx: Ctx) -> list[Question]:
        """So many of each kind, from where the last sweep ended: a hundred without an answer hide nobody for ever."""
        asked = []
        for kind, query, row in still_open(ctx):
            after = self._after.get(kind, "")
            found = ctx.session.execute(query.where(row > after).order_by(row).limit(AT_ONCE)).all()
            self._after[kind] = str(found[-1][0]) if len(found) == AT_ONCE else ""
            asked += [Question(kind, str(each[0]), str(each[1])) for each in found]
        return asked

    async def _ask(self, question: Question) -> Outcome:
        kind, row, ref = question
        if kind == "transfer":
            return seen(await self._provider.find_transfer(row, f"deal_{ref}"), partial(tell_found, row))
        if kind == "refund":
            found = await self._provider.find_refund(row, ref)
            return seen(found, lambda refund: tell_refund(refund) if refund else None)
        return await look(self._provider, kind, ref)

    async def compare_books(self) -> list[str]:
        """How the provider's balance differs from our books, in words; nothing when they agree."""
        ours = await self._transactions.run(MARKET, held_by_provider)
        match await self._provider.balance():
            case Done(theirs):
                pass
            case Refused(why) | Unknown(why):
                return [f"the provider's balance could not be read: {why}"]
        differences = []
        for currency in sorted(ours.keys() | theirs.keys()):
            nothing = Money.zero(currency)
            booked, there = ours.get(currency, nothing), theirs.get(currency, nothing)
            if booked != there:
                differences.append(f"our books say {booked}, the provider {there}: {there - booked} apart")
        return differences

    async def _tell(self, outcome: Outcome) -> int:
        match outcome:
            case Delivered(then) if then is not None:
                await self._transactions.run(PROVIDER, then)
                return 1
            case Delivered():
                return 0
        log.warning("look_failed", why=outcome.why)
        return 0


def tell_found(effect: str, ref: str | None) -> Told:
    """A payout that is not there is still being asked for; its post knows."""
    return None if ref is None else tell_transfer(effect, ref)


def still_open(ctx: Ctx) -> Iterator[tuple[str, Any, ColumnElement[str]]]:
    """What to look at by kind: rows with the provider's name of them, and the column that puts them in order.

    A payment that is over on our side is looked at for a day more: the buyer may have paid in the last second.
    """
    under_way = Payment.state.in_((PaymentState.ASKED, PaymentState.OPEN))
    over = Payment.state.in_((PaymentState.LAPSED, PaymentState.CLOSED)) & (Payment.expires_at > ctx.now - LATE_PAYMENT)
    known = Payment.session_ref.is_not(None)
    yield "checkout", select(Payment.id, Payment.session_ref).where(known, or_(under_way, over)), Payment.id.expression
    opened = Payee.account_ref.is_not(None)
    accounts = select(Payee.organisation_id, Payee.account_ref).where(opened, ~Payee.ready)
    yield "account", accounts, Payee.organisation_id.expression
    asked = Effect.state == EffectState.ASKED
    transfers = select(Effect.id, Effect.deal_id).where(asked, Effect.kind == EffectKind.TRANSFER)
    yield "transfer", transfers, Effect.id.expression
    refunds = select(Effect.id, Payment.intent_ref).join(Payment, Payment.id == Effect.payment_id)
    refunds = refunds.where(asked, Effect.kind == EffectKind.REFUND, Payment.intent_ref.is_not(None))
    yield "refund", refunds, Effect.id.expression


def held_by_provider(ctx: Ctx) -> dict[str, Money]:
    """What our books say the provider holds, by currency."""
    currencies = ctx.session.scalars(select(Balance.currency).where(Balance.account == PROVIDER_ACCOUNT)).all()
    return {currency: ledger.balance(ctx, PROVIDER_ACCOUNT, currency) for currency in currencies}
