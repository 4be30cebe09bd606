"""Credits of buyers, from overpayments and from transfers that were not asked for: used, or refunded.

The provider keeps such money for the buyer and uses it for their next bank transfer payment. It reports the balance.
More than we know of is a new credit. Less means that a credit or a waiting refund was spent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from core.kernel.compiled_statements import find_all
from core.kernel.database import check_version
from core.kernel.errors import Invalid, NotFound
from core.kernel.money import Money
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.money.disbursements.model import Disbursement
from core.money.disbursements.recovery import book
from core.money.disbursements.requests import send
from core.money.ledger import service as ledger
from core.money.ledger.accounts import PROVIDER, buyer_credit, credit, debit, refund_due
from core.trade.deals import access
from core.trade.funding.events import CreditSpent
from core.trade.funding.model import CREDIT, Credit, Payment
from core.trade.funding.payouts import finish, make_refund
from core.trade.funding.rails.model import Payer, Rail
from core.trade.funding.rails.service import OFFERED
from core.trade.funding.rails.surplus import (
    keep_credit,
    kept_of,
    known_of,
    last_transfer,
    still_there,
    transferred_too_much,
)
from core.trade.funding.service import awaited, pay_by


def give_back_paid_too_much(ctx: Ctx, credit_id: str, expected_version: int | None = None) -> Credit:
    """Refund the buyer's overpayment on request. Raises NotFound, NotAllowed, Stale."""
    kept = credit_for(ctx, credit_id)
    deal = access.deal_for(ctx, kept.deal_id)
    check_version(kept, expected_version)
    step(ctx, CREDIT, kept, "give_back", access.sides(ctx, deal))
    return _give_back(ctx, kept)


def credit_for(ctx: Ctx, credit_id: str) -> Credit:
    """Return a credit, for the sides of its deal. Raises NotFound."""
    return access.row_for(ctx, Credit, credit_id)


def credit_kept_long(ctx: Ctx, credit_id: str) -> None:
    kept = ctx.session.get_one(Credit, credit_id)
    step(ctx, CREDIT, kept, "kept_long", ("time",))
    _give_back(ctx, kept)


def _give_back(ctx: Ctx, kept: Credit) -> Credit:
    """Refund a credit the way it came."""
    deal = access.locked(ctx, kept.deal_id)
    legs = [debit(buyer_credit(kept.organisation_id), kept.amount), credit(refund_due(deal.id), kept.amount)]
    ledger.post(ctx, f"deal:{deal.id}:credit:{kept.id}", "Paid too much, given back", legs, deal=deal.id)
    payment = ctx.session.get_one(Payment, kept.payment_id)
    send(ctx, make_refund(ctx, payment, kept.amount, beside=kept.beside, credit_id=kept.id))
    ctx.session.flush()
    return kept


def credit_towards(ctx: Ctx, deal_id: str) -> Money:
    """Return what earlier transfers have left for the awaited payment. Raises NotFound to strangers."""
    deal = access.deal_for(ctx, deal_id)
    tranche = awaited(ctx, deal_id)
    if tranche is None or "buyer" not in access.sides(ctx, deal):
        return Money.zero(deal.currency)
    waiting = (each.amount for each in still_there(ctx, deal.buyer, deal.currency))
    kept = transferred_too_much(ctx, deal.buyer, deal.currency) + Money.total(waiting, deal.currency)
    return min(kept, tranche.missing)


def use_credit(ctx: Ctx, deal_id: str, offered: Collection[Rail] = OFFERED) -> Payment:
    """Pay with earlier overpaid transfers, and the rest by bank transfer, because that is where the credit is.

    The provider uses it when the payment is opened, or with the next transfer, and reports the amount. A repeated call
    changes nothing. Raises NotFound, NotAllowed, Invalid, and Stale if the deal waits for no money.
    """
    if not credit_towards(ctx, deal_id):
        raise Invalid("credit.none")
    return pay_by(ctx, deal_id, Rail.BANK_TRANSFER, offered, with_credit=True)


def credits_of(ctx: Ctx, deal_id: str) -> list[Credit]:
    """Return the open credits of a deal. Raises NotFound to strangers."""
    access.deal_for(ctx, deal_id)
    return find_all(ctx.session, Credit, ("id",), deal_id=deal_id, state=CREDIT.initial)


def surplus_found(ctx: Ctx, payer_ref: str, balances: Mapping[str, Money]) -> None:
    """Compare a buyer's balance at the provider, by currency, with what is known of it, and book the difference.

    Raises NotFound for an unknown buyer.
    """
    organisation = ctx.session.scalar(select(Payer.organisation_id).where(Payer.ref == payer_ref))
    if organisation is None:
        raise NotFound
    for currency, amount in sorted(balances.items()):
        last = last_transfer(ctx, organisation, currency)
        if last is None:
            continue  # no transfer was ever asked of them: the provider sends it back
        access.locked(ctx, last.deal_id)
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


def _spend(ctx: Ctx, organisation_id: str, balances: Money) -> None:
    """Book what is missing from the balance as spent: it was used for a later payment, and is counted there."""
    there: list[Credit | Disbursement] = [*kept_of(ctx, organisation_id, balances.currency)]
    there += still_there(ctx, organisation_id, balances.currency)
    spent = Money.total((each.amount for each in there), balances.currency) - balances
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
    access.locked(ctx, kept.deal_id)
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
    ctx.announce_change(CreditSpent(kept.organisation_id, kept.deal_id, part))


def _spend_refund(ctx: Ctx, waiting: Disbursement, part: Money) -> None:
    """Book a part of a refund as received by the buyer, because it has paid for their next deal."""
    deal, spent = access.locked(ctx, waiting.subject), waiting
    if part < waiting.amount:
        waiting.amount_minor -= part.minor
        brought = ctx.session.get_one(Payment, waiting.payment_id)
        spent = make_refund(ctx, brought, part, beside=True, credit_id=waiting.credit_id)
    legs = [debit(refund_due(deal.id), part), credit(PROVIDER, part)]
    book(ctx, spent, "Paid with what was to go back", legs, f"spent:{spent.id}")
    ctx.announce(CreditSpent(deal.buyer, deal.id, part))
    finish(ctx, deal.id)
