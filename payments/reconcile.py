"""Looks at the provider without being told: what a lost webhook would have said, and whether both books agree."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple

import structlog
from sqlalchemy import or_, select

from core.escrow.model import Effect, EffectKind, EffectState, Payee, Payment, PaymentState
from core.kernel.dispatch import Delivered
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Ctx, Transactions
from core.ledger import service as ledger
from core.ledger.model import PROVIDER as PROVIDER_ACCOUNT
from core.ledger.model import Balance
from payments.looks import Outcome, Told, look, seen, tell_refund, tell_transfer
from payments.provider import Done, Provider, Refused, Unknown

log = structlog.get_logger(__name__)

AT_ONCE: Final = 100  # of a kind in one sweep: bounds how long it takes and what it costs the provider
LATE_PAYMENT: Final = timedelta(days=1)  # how long a page that we have closed may still turn out to be paid


class Open(NamedTuple):
    """What we do not know the end of."""

    checkouts: list[str]
    accounts: list[str]
    transfers: list[tuple[str, str]]  # effect, group
    refunds: list[tuple[str, str]]  # effect, payment intent


class Reconciler:
    """Asks the provider about everything that is open."""

    def __init__(self, transactions: Transactions, provider: Provider) -> None:
        self._transactions = transactions
        self._provider = provider

    async def sweep(self) -> int:
        """Look at every open payment, seller, payout and refund once. Returns how often there was something to tell."""
        open_ = await self._transactions.run(MARKET, still_open)
        told = 0
        for kind, refs in (("checkout", open_.checkouts), ("account", open_.accounts)):
            for ref in refs:
                told += await self._tell(await look(self._provider, kind, ref))
        for effect, group in open_.transfers:
            sent = await self._provider.find_transfer(effect, group)
            told += await self._tell(seen(sent, partial(tell_found, effect)))
        for effect, intent in open_.refunds:
            given = await self._provider.find_refund(effect, intent)
            told += await self._tell(seen(given, lambda refund: tell_refund(refund) if refund else None))
        return told

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


def still_open(ctx: Ctx) -> Open:
    """A payment that is over on our side is looked at for a day more: the buyer may have paid in the last second."""
    under_way = Payment.state.in_((PaymentState.ASKED, PaymentState.OPEN))
    over = Payment.state.in_((PaymentState.LAPSED, PaymentState.CLOSED)) & (Payment.expires_at > ctx.now - LATE_PAYMENT)
    checkouts = (
        select(Payment.session_ref)
        .where(Payment.session_ref.is_not(None), or_(under_way, over))
        .order_by(Payment.id)
        .limit(AT_ONCE)
    )
    accounts = select(Payee.account_ref).where(Payee.account_ref.is_not(None), ~Payee.ready).limit(AT_ONCE)
    asked = (
        select(Effect.id, Effect.kind, Effect.deal_id, Payment.intent_ref)
        .join(Payment, Payment.id == Effect.payment_id)
        .where(Effect.state == EffectState.ASKED, Payment.intent_ref.is_not(None))
        .order_by(Effect.id)
        .limit(AT_ONCE)
    )
    effects = ctx.session.execute(asked).all()
    return Open(
        [ref for ref in ctx.session.scalars(checkouts) if ref],
        [ref for ref in ctx.session.scalars(accounts) if ref],
        [(row.id, f"deal_{row.deal_id}") for row in effects if row.kind is EffectKind.TRANSFER],
        [(row.id, row.intent_ref) for row in effects if row.kind is EffectKind.REFUND],
    )


def held_by_provider(ctx: Ctx) -> dict[str, Money]:
    """What our books say the provider holds, by currency."""
    currencies = ctx.session.scalars(select(Balance.currency).where(Balance.account == PROVIDER_ACCOUNT)).all()
    return {currency: ledger.balance(ctx, PROVIDER_ACCOUNT, currency) for currency in currencies}
