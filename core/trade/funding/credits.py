"""Credits from overpayments: used for the next payment, or refunded on request or after a month."""

from __future__ import annotations

from collections.abc import Collection

from core.kernel.compiled_statements import find_all
from core.kernel.errors import Invalid, NotFound, Stale
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.money.disbursements.requests import send
from core.money.ledger import service as ledger
from core.money.ledger.accounts import buyer_credit, credit, debit, refund_due
from core.trade.deals import service as deals
from core.trade.funding.funding import awaited, pay_by
from core.trade.funding.model import CREDIT, Credit, Payment
from core.trade.funding.payouts import make_refund
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.service import OFFERED
from core.trade.funding.rails.surplus import transferred_too_much


def give_back_paid_too_much(ctx: Ctx, credit_id: str, expected_version: int | None = None) -> Credit:
    """Refund the buyer's overpayment on request. Raises NotFound, NotAllowed, Stale."""
    kept = credit_for(ctx, credit_id)
    deal = deals.deal_for(ctx, kept.deal_id)
    if expected_version is not None and expected_version != kept.version:
        raise Stale
    step(ctx, CREDIT, kept, "give_back", deals.sides(ctx, deal))
    return _give_back(ctx, kept)


def credit_for(ctx: Ctx, credit_id: str) -> Credit:
    """Return a credit, for the sides of its deal. Raises NotFound."""
    kept = ctx.session.get(Credit, credit_id)
    if kept is None:
        raise NotFound
    deals.deal_for(ctx, kept.deal_id)
    return kept


def credit_kept_long(ctx: Ctx, credit_id: str) -> None:
    kept = ctx.session.get_one(Credit, credit_id)
    step(ctx, CREDIT, kept, "kept_long", ("time",))
    _give_back(ctx, kept)


def _give_back(ctx: Ctx, kept: Credit) -> Credit:
    """Refund a credit the way it came."""
    deal = deals.locked(ctx, kept.deal_id)
    legs = [debit(buyer_credit(kept.organisation_id), kept.amount), credit(refund_due(deal.id), kept.amount)]
    ledger.post(ctx, f"deal:{deal.id}:credit:{kept.id}", "Paid too much, given back", legs, deal=deal.id)
    payment = ctx.session.get_one(Payment, kept.payment_id)
    send(ctx, make_refund(ctx, payment, kept.amount, beside=kept.beside, credit_id=kept.id))
    ctx.session.flush()
    return kept


def credit_towards(ctx: Ctx, deal_id: str) -> Money:
    """Return what earlier transfers have left for the awaited payment. Raises NotFound to strangers."""
    deal = deals.deal_for(ctx, deal_id)
    tranche = awaited(ctx, deal_id)
    if tranche is None or "buyer" not in deals.sides(ctx, deal):
        return Money.zero(deal.currency)
    return min(transferred_too_much(ctx, deal.buyer, deal.currency), tranche.missing)


def use_credit(ctx: Ctx, deal_id: str, offered: Collection[Rail] = OFFERED) -> Payment:
    """Pay with earlier overpaid transfers, and the rest by bank transfer, because that is where the credit is.

    The provider uses it when the payment is opened, or with the next transfer, and reports the amount. A repeated call
    changes nothing. Raises NotFound, NotAllowed, Invalid, and Stale if the deal waits for no money.
    """
    if not credit_towards(ctx, deal_id):
        raise Invalid("credit.none")
    return pay_by(ctx, deal_id, Rail.BANK_TRANSFER, offered)


def credits_of(ctx: Ctx, deal_id: str) -> list[Credit]:
    """Return the open credits of a deal. Raises NotFound to strangers."""
    deals.deal_for(ctx, deal_id)
    return find_all(ctx.session, Credit, ("id",), deal_id=deal_id, state=CREDIT.initial)
