"""Transfers that buyers made without being asked: kept as credit, to be refunded or used for the next payment.

The provider keeps such money for the buyer and uses it for their next bank transfer payment. It reports the balance.
More than we know of is a new credit. Less means that a credit or a waiting refund was spent.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.money.disbursements.model import Disbursement
from core.money.disbursements.recovery import book
from core.money.ledger import service as ledger
from core.money.ledger.accounts import PROVIDER, buyer_credit, credit, debit, refund_due
from core.trade.deals import service as deals
from core.trade.funding.events import CreditSpent
from core.trade.funding.model import CREDIT, Credit, Payment
from core.trade.funding.payouts import finish, make_refund
from core.trade.funding.rails.model import Payer
from core.trade.funding.rails.surplus import keep_credit, kept_of, known_of, last_transfer, still_there


def surplus_found(ctx: Ctx, payer_ref: str, standing: Mapping[str, Money]) -> None:
    """Compare a buyer's balance at the provider, by currency, with what is known of it, and book the difference.

    Raises NotFound for an unknown buyer.
    """
    organisation = ctx.session.scalar(select(Payer.organisation_id).where(Payer.ref == payer_ref))
    if organisation is None:
        raise NotFound
    for currency, amount in sorted(standing.items()):
        last = last_transfer(ctx, organisation, currency)
        if last is None:
            continue  # no transfer was ever asked of them: the provider sends it back
        deals.locked(ctx, last.deal_id)
        surplus = amount - known_of(ctx, organisation, currency)
        if surplus.minor > 0:
            _keep(ctx, organisation, last, surplus)
        else:
            _spend(ctx, organisation, amount)


def _keep(ctx: Ctx, organisation_id: str, payment: Payment, surplus: Money) -> None:
    kept = keep_credit(ctx, organisation_id, payment, surplus, beside=True)
    payment.received_minor += surplus.minor
    payment.surplus_minor += surplus.minor
    payment.beside_minor += surplus.minor  # else later money of the payment itself would be counted too low
    legs = [debit(PROVIDER, surplus), credit(buyer_credit(organisation_id), surplus)]
    ledger.post(ctx, f"credit:{kept.id}:found", "Transferred without being asked for", legs, deal=payment.deal_id)
    ctx.session.flush()


def _spend(ctx: Ctx, organisation_id: str, standing: Money) -> None:
    """Book what is missing from the balance as spent: it was used for a later payment, and is counted there."""
    there: list[Credit | Disbursement] = [*kept_of(ctx, organisation_id, standing.currency)]
    there += still_there(ctx, organisation_id, standing.currency)
    spent = Money.total((each.amount for each in there), standing.currency) - standing
    for each in there:
        part = min(each.amount, spent)
        if part.minor <= 0:
            return
        spent -= part
        if isinstance(each, Credit):
            _spend_credit(ctx, each, part)
        else:
            _spend_refund(ctx, each, part)


def _spend_credit(ctx: Ctx, kept: Credit, part: Money) -> None:
    deals.locked(ctx, kept.deal_id)
    brought = ctx.session.get_one(Payment, kept.payment_id)
    brought.received_minor -= part.minor
    brought.surplus_minor -= part.minor
    brought.beside_minor -= part.minor
    legs = [debit(buyer_credit(kept.organisation_id), part), credit(PROVIDER, part)]
    key = f"credit:{kept.id}:spent:{kept.amount_minor}"
    ledger.post(ctx, key, "Paid with what was too much before", legs, deal=kept.deal_id)
    if part == kept.amount:
        step(ctx, CREDIT, kept, "spend", ("provider",))
    else:
        kept.amount_minor -= part.minor
    ctx.session.flush()
    ctx.announce(CreditSpent(kept.organisation_id, kept.deal_id, part))


def _spend_refund(ctx: Ctx, waiting: Disbursement, part: Money) -> None:
    """Book a part of a refund as received by the buyer, because it has paid for their next deal."""
    deal, spent = deals.locked(ctx, waiting.subject), waiting
    if part < waiting.amount:
        waiting.amount_minor -= part.minor
        brought = ctx.session.get_one(Payment, waiting.payment_id)
        spent = make_refund(ctx, brought, part, beside=True, credit_id=waiting.credit_id)
    legs = [debit(refund_due(deal.id), part), credit(PROVIDER, part)]
    book(ctx, spent, "Paid with what was to go back", legs, f"spent:{spent.id}")
    ctx.announce(CreditSpent(deal.buyer, deal.id, part))
    finish(ctx, deal.id)
