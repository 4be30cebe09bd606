"""Choose the rail of a deal's payment, store where a bank transfer goes, and decide what may be passed on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, select

from core.kernel.database import existing
from core.kernel.errors import Invalid, NotAllowed
from core.kernel.lot_sizes import largest_payment
from core.kernel.money import Money
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.messages import GoodsSold, OpenCheckout
from core.people.accounts.service import members, organisation_of, person_of
from core.trade.deals import access, lifecycle
from core.trade.deals.model import Deal, DealState
from core.trade.funding.events import PaymentSettling
from core.trade.funding.model import TRANCHE, Payment, PaymentState, Tranche, TrancheState
from core.trade.funding.rails.model import (
    DEBIT_CHARGEBACK,
    FACTS,
    MOST_TRUST,
    SETTLES_WITHIN,
    Payer,
    PaymentWay,
    Rail,
    RailChoice,
)
from core.trade.funding.rails.surplus import brought_by_others
from core.trade.funding.rules import link_expires

OFFERED: Final = (Rail.BANK_TRANSFER, Rail.CARD, Rail.SEPA_DEBIT)  # unless the operator has configured others
AFTER_THE_BANKS: Final = timedelta(days=1)  # a deal waits this long after a slow rail's last day


# --- the buyer's choice -----------------------------------------------------------------------------------------------


def rails_for(ctx: Ctx, deal: Deal, offered: Collection[Rail] = OFFERED) -> list[Rail]:
    """Return the rails that this deal can be paid by, its own first."""
    own = rail_of(ctx, deal)
    return sorted(fitting(_at_once(ctx, deal), offered), key=lambda rail: rail is not own)


def rail_of(ctx: Ctx, deal: Deal) -> Rail:
    """Return the rail that the buyer has chosen, or else the proposed one.

    A bank transfer would use what the buyer has paid too much for other deals. Without their yes it is the card.
    """
    choice = ctx.session.get(RailChoice, deal.id)
    if choice is not None:
        rail = choice.rail
    else:
        business = organisation_of(ctx, deal.buyer).vat_number is not None
        rail = proposed(_at_once(ctx, deal), OFFERED, business=business)
    asked_at = choice.chosen_at if choice is not None else None
    unasked = rail is Rail.BANK_TRANSFER and brought_by_others(ctx, deal, asked_at)
    return Rail.CARD if unasked and not _transfer_is_open(ctx, deal.id) else rail


def _transfer_is_open(ctx: Ctx, deal_id: str) -> bool:
    ways = select(Payment.id).join(PaymentWay, PaymentWay.payment_id == Payment.id)
    is_open = Payment.state.in_((PaymentState.ASKED, PaymentState.OPEN))
    found = ways.where(Payment.deal_id == deal_id, PaymentWay.rail == Rail.BANK_TRANSFER, is_open)
    return ctx.session.scalar(found.limit(1)) is not None


def _at_once(ctx: Ctx, deal: Deal) -> Money:
    """Return the most that one payment has to carry: a large deal is paid in tranches."""
    largest = ctx.session.scalar(select(func.max(Tranche.amount_minor)).where(Tranche.deal_id == deal.id))
    return deal.amount if largest is None else Money(int(largest), deal.currency)


def choose_rail(
    ctx: Ctx, deal_id: str, rail: Rail, offered: Collection[Rail] = OFFERED, *, with_credit: bool = False
) -> bool:
    """Choose the rail of a deal. Return whether it has changed, so that a new payment has to be opened.

    `with_credit`: the buyer wants to use what they have paid too much for other deals.

    Raises NotFound, NotAllowed, Invalid. A bank transfer that has come in part is completed as a bank transfer.
    """
    deal = access.locked(ctx, deal_id)
    if "buyer" not in access.sides(ctx, deal):
        raise NotAllowed
    if rail not in fitting(_at_once(ctx, deal), offered):
        raise Invalid("pay.rail_does_not_fit")
    if rail is rail_of(ctx, deal):
        return False
    if rail is Rail.BANK_TRANSFER and not with_credit and brought_by_others(ctx, deal):
        raise Invalid("credit.not_asked")
    open_ones = Payment.state.in_((PaymentState.ASKED, PaymentState.OPEN))
    if ctx.session.scalar(
        select(Payment.id).where(Payment.deal_id == deal.id, open_ones, Payment.received_minor > 0).limit(1)
    ):
        raise Invalid("pay.partly_transferred")
    choice = ctx.session.get(RailChoice, deal.id)
    if choice is None:
        choice = RailChoice(deal_id=deal.id)
        ctx.session.add(choice)
    choice.rail, choice.chosen_by, choice.chosen_at = rail, ctx.actor.person or "", ctx.now
    ctx.session.flush()
    return True


def open_until(ctx: Ctx, deal: Deal, funding_ends: datetime) -> datetime:
    """Return when a payment closes: at the funding deadline for a bank transfer, else at the page's limit."""
    return funding_ends if rail_of(ctx, deal) is Rail.BANK_TRANSFER else link_expires(ctx.now, funding_ends)


# --- making a payment -------------------------------------------------------------------------------------------------


def checkout_of(ctx: Ctx, deal: Deal, payment: Payment) -> OpenCheckout:
    """Record the rail of a payment, and return the request to the provider."""
    rail = rail_of(ctx, deal)
    ctx.session.add(PaymentWay(payment_id=payment.id, rail=rail))
    payer, terms = ctx.session.get(Payer, deal.buyer), deal.terms
    return OpenCheckout(
        payment=payment.id,
        deal=deal.id,
        ref=deal.ref,
        goods=GoodsSold(terms.product_id, terms.grade_id, terms.quantity),
        amount=payment.amount_minor,
        currency=payment.currency,
        expires=payment.expires_at,
        rail=rail.value,
        payer=payer.ref if payer is not None else None,
        buyer=deal.buyer,
        buyer_name=organisation_of(ctx, deal.buyer).name,
        buyer_email=email_of(ctx, deal.buyer),
        language=person_of(ctx, deal.buyer_signed_by).locale if deal.buyer_signed_by else "en",
    )


def email_of(ctx: Ctx, organisation_id: str) -> str | None:
    """Return the address where the provider may write to a buyer."""
    return next((each.email for each in members(ctx, organisation_id) if each.email), None)


def way_of(ctx: Ctx, payment_id: str) -> PaymentWay | None:
    return ctx.session.get(PaymentWay, payment_id)


def transfer_goes_to(ctx: Ctx, payment_id: str, *, iban: str, bic: str, holder: str, reference: str) -> None:
    """Record the account that the buyer has to transfer to. Raises NotFound."""
    way = existing(ctx.session, PaymentWay, payment_id)
    way.iban, way.bic, way.holder, way.reference = iban, bic, holder, reference
    ctx.session.flush()


def settling(ctx: Ctx, payment_id: str) -> None:
    """Record that the payer has done their part. The banks' time does not count against the buyer's deadline."""
    way, payment = ctx.session.get(PaymentWay, payment_id), ctx.session.get(Payment, payment_id)
    if way is None or payment is None or way.settling or payment.state is not PaymentState.OPEN:
        return
    deal = access.locked(ctx, payment.deal_id)
    way.settling = True
    payment.expires_at = ctx.now + SETTLES_WITHIN
    ends = payment.expires_at + AFTER_THE_BANKS
    if ctx.session.get_one(Tranche, payment.tranche_id).state == TrancheState.AWAITED:
        set_timer(ctx.session, Timer(TRANCHE.name, payment.tranche_id, "funding_expired", ends))
    if deal.state == DealState.AWAITING_FUNDING:
        lifecycle.fund_by(ctx, deal.id, ends)
    ctx.announce(PaymentSettling(deal.id, payment.id, payment.expires_at))
    ctx.session.flush()


def all_came(ctx: Ctx, payment_id: str) -> None:
    """Start the time in which the payer can call the payment back."""
    way = ctx.session.get(PaymentWay, payment_id)
    if way is not None and way.came_at is None:
        way.came_at = ctx.now
        ctx.session.flush()


def over(ctx: Ctx, payment_id: str) -> None:
    """Record that nothing can come by this payment any more, according to the provider."""
    way = ctx.session.get(PaymentWay, payment_id)
    if way is not None and not way.over:
        way.over, way.settling = True, False
        ctx.session.flush()


def payer_known(ctx: Ctx, organisation_id: str, ref: str) -> None:
    """Store the provider's id of a buyer; the first one stays."""
    if ctx.session.get(Payer, organisation_id) is None:
        ctx.session.add(Payer(organisation_id=organisation_id, ref=ref, known_since=ctx.now))
        ctx.session.flush()


def payer_refs(ctx: Ctx) -> list[str]:
    """Return the provider's ids of all buyers who can transfer money to us."""
    return list(ctx.session.scalars(select(Payer.ref).order_by(Payer.organisation_id)))


# --- passing money on -------------------------------------------------------------------------------------------------


def kept_until(ctx: Ctx, row: Disbursement) -> datetime | None:
    """Return the time until which a payout waits for its payment to be safe; None if it may go now.

    A debit can be called back for eight weeks. It goes earlier as far as the buyer's earlier debits were not called
    back.
    """
    way = ctx.session.get(PaymentWay, row.payment_id)
    if row.kind is not DisbursementKind.PAYOUT or way is None or FACTS[way.rail].chargeback_within is None:
        return None
    until = safe_from(way.rail, way.came_at or ctx.now)
    if until <= ctx.now:
        return None
    payment = ctx.session.get_one(Payment, row.payment_id)
    buyer = ctx.session.get_one(Deal, payment.deal_id).buyer
    # Only one payout of a buyer at a time: two at once would not count each other.
    ctx.session.get(Payer, buyer, with_for_update=True)
    stood, early = _stood(ctx, buyer, payment.currency), _sent_early(ctx, buyer, payment.currency)
    return None if trusted(stood, early, row.amount) else until


def _stood(ctx: Ctx, buyer: str, currency: str) -> Money:
    """Return the sum of this buyer's debits that were not called back, and now can be only for a reason."""
    total = (
        select(func.coalesce(func.sum(Payment.received_minor), 0))
        .join(PaymentWay, PaymentWay.payment_id == Payment.id)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(
            Deal.buyer == buyer,
            Payment.currency == currency,
            Payment.state == PaymentState.RECEIVED,
            PaymentWay.rail == Rail.SEPA_DEBIT,
            PaymentWay.came_at <= ctx.now - DEBIT_CHARGEBACK,
            ~exists().where(Chargeback.payment_id == Payment.id, Chargeback.state != ChargebackState.WON),
        )
    )
    return Money(int(ctx.session.scalar(total) or 0), currency)


def _sent_early(ctx: Ctx, buyer: str, currency: str) -> Money:
    """Return what is paid out, or about to be, of this buyer's debits that can still be called back."""
    total = (
        select(func.coalesce(func.sum(Disbursement.amount_minor), 0))
        .join(PaymentWay, PaymentWay.payment_id == Disbursement.payment_id)
        .join(Deal, Deal.id == Disbursement.subject)
        .where(
            Deal.buyer == buyer,
            Disbursement.currency == currency,
            Disbursement.kind == DisbursementKind.PAYOUT,
            Disbursement.state.in_((DisbursementState.ASKED, DisbursementState.DONE)),
            PaymentWay.rail == Rail.SEPA_DEBIT,
            PaymentWay.came_at > ctx.now - DEBIT_CHARGEBACK,
        )
    )
    return Money(int(ctx.session.scalar(total) or 0), currency)


def fitting(amount: Money, offered: Collection[Rail]) -> list[Rail]:
    """Return the rails that can carry this amount."""
    return [
        rail
        for rail, facts in FACTS.items()
        if rail in offered
        and (facts.currencies is None or amount.currency in facts.currencies)
        and amount <= largest_payment(amount.currency)
    ]


def proposed(amount: Money, offered: Collection[Rail], *, business: bool) -> Rail:
    """Return the rail for a buyer who has not chosen: a business pays by bank transfer, everybody else by card."""
    return Rail.BANK_TRANSFER if business and Rail.BANK_TRANSFER in fitting(amount, offered) else Rail.CARD


def safe_from(rail: Rail, came_at: datetime) -> datetime:
    """Return the time from which money that came by this rail can be sent on without trusting the buyer."""
    chargeback_within = FACTS[rail].chargeback_within
    return came_at if chargeback_within is None else came_at + chargeback_within


def trusted(stood: Money, outstanding: Money, amount: Money) -> bool:
    """Return whether `amount` of a debit may be passed on early, as far as the buyer's earlier debits allow.

    `stood`: debits whose recall time is over. `outstanding`: what was passed on early and can still be recalled. The
    limit is MOST_TRUST.
    """
    return outstanding.minor + amount.minor <= min(stood.minor, MOST_TRUST)
