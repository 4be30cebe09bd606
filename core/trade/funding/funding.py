"""Ask for the buyer's money, tranche by tranche, by the rail that they choose.

`incoming_payments` counts what comes.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from core.kernel.compiled_statements import find_all
from core.kernel.errors import NotAllowed, NotFound, Stale
from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import held_taken
from core.money.ledger import service as ledger
from core.money.ledger.accounts import credit, debit, escrow, refund_due
from core.money.messages import ExpireCheckout
from core.trade.deals import service as deals
from core.trade.deals.model import FUND_WITHIN, Deal
from core.trade.delivery import service as delivery
from core.trade.funding import rules
from core.trade.funding.events import PaymentLinkReady, TrancheAwaited, TrancheLapsed
from core.trade.funding.model import TRANCHE, Payment, PaymentState, Tranche, TrancheState
from core.trade.funding.payouts import refund
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Rail

UNDER_WAY = (PaymentState.ASKED, PaymentState.OPEN)


# --- tranches ---------------------------------------------------------------------------------------------------------


def plan_tranches(ctx: Ctx, deal_id: str) -> None:
    """Divide a signed deal into tranches, and ask for the first one when it is due."""
    deal = deals.locked(ctx, deal_id)
    if tranches_of(ctx, deal.id):
        return
    lots = delivery.lots_of(ctx, deal.id)
    planned = [rules.Planned(lot.number, lot.amount, lot.window_from, lot.window_to) for lot in lots]
    for number, group in enumerate(rules.groups(planned, ctx.now), 1):
        tranche = Tranche(
            id=ctx.new_id(),
            deal_id=deal.id,
            number=number,
            first_lot=group.first,
            last_lot=group.last,
            amount_minor=group.amount.minor,
            currency=group.amount.currency,
            due_at=group.due,
        )
        enter(ctx, TRANCHE, tranche, TRANCHE.initial, {"fall_due": group.due})
        ctx.session.add(tranche)
        if number == 1:
            deals.fund_by(ctx, deal.id, group.due + FUND_WITHIN, asked_at=group.due)
        ctx.session.flush()
        if group.due <= ctx.now:
            tranche_due(ctx, tranche.id)


def tranche_due(ctx: Ctx, tranche_id: str) -> None:
    """Ask for a tranche whose time to pay has come."""
    tranche = tranche_locked(ctx, tranche_id)
    at_once = tranche.state_since == ctx.now  # with the second signature, which is announced already
    step(ctx, TRANCHE, tranche, "fall_due", ("time",))
    ctx.session.flush()
    if not at_once:
        ctx.announce(TrancheAwaited(tranche.deal_id, tranche.number, tranche.amount))
    ask_for(ctx, deals.locked(ctx, tranche.deal_id), tranche)


def tranche_unpaid(ctx: Ctx, tranche_id: str) -> None:
    """Drop the lots of a tranche that is not paid in time. The deal goes on with the others."""
    tranche = tranche_locked(ctx, tranche_id)
    _lapse(ctx, tranche, "funding_expired", "time")
    ctx.announce(TrancheLapsed(tranche.deal_id, tranche.number, tranche.amount))
    delivery.drop_unfunded(ctx, tranche.deal_id, tranche.first_lot, tranche.last_lot)


def call_off_funding(ctx: Ctx, deal_id: str) -> None:
    """Close the open payments of a deal that is off or paid directly, and refund what has come in part."""
    for tranche in tranches_of(ctx, deal_id):
        if tranche.state not in TRANCHE.final:
            _lapse(ctx, tranche, "called_off", "system")


def tranches_of(ctx: Ctx, deal_id: str) -> list[Tranche]:
    return find_all(ctx.session, Tranche, ("number",), deal_id=deal_id)


def tranche_for(ctx: Ctx, tranche_id: str) -> Tranche:
    """Return a tranche of a deal that the actor may see. Raises NotFound."""
    tranche = ctx.session.get(Tranche, tranche_id)
    if tranche is None:
        raise NotFound
    deals.deal_for(ctx, tranche.deal_id)
    return tranche


def awaited(ctx: Ctx, deal_id: str) -> Tranche | None:
    """Return the tranche that has to be paid next, if one is due."""
    return next(iter(find_all(ctx.session, Tranche, ("number",), deal_id=deal_id, state=TrancheState.AWAITED)), None)


def funded_lot(ctx: Ctx, deal_id: str, lot_number: int) -> bool:
    """Return whether that lot's money is held."""
    query = select(Tranche.id).where(
        Tranche.deal_id == deal_id,
        Tranche.state == TrancheState.FUNDED,
        Tranche.first_lot <= lot_number,
        Tranche.last_lot >= lot_number,
    )
    return ctx.session.scalar(query) is not None


def _lapse(ctx: Ctx, tranche: Tranche, event: str, role: str) -> None:
    step(ctx, TRANCHE, tranche, event, (role,))
    ctx.session.flush()
    deal = deals.locked(ctx, tranche.deal_id)
    for payment in payments_in(ctx, tranche):
        if payment.state in UNDER_WAY:
            close(ctx, payment, PaymentState.CLOSED)
        if payment.held:
            here = ledger.balance(ctx, escrow(deal.id), deal.currency)
            left = payment.held - held_taken(ctx, payment.id, payment.currency)
            back = max(min(left, here), Money.zero(payment.currency))
            payment.surplus_minor = payment.received_minor
            payment.state = PaymentState.RETURNED
            tranche.held_minor -= back.minor  # the buyer's bank has taken the rest of it
            ctx.session.flush()
            if back:
                _give_back(ctx, deal, payment, back)


def _give_back(ctx: Ctx, deal: Deal, payment: Payment, back: Money) -> None:
    legs = [debit(escrow(deal.id), back), credit(refund_due(deal.id), back)]
    ledger.post(ctx, f"deal:{deal.id}:payment:{payment.id}:returned", "Not enough came in time", legs, deal=deal.id)
    refund(ctx, deal, payment, back)


# --- payment pages ----------------------------------------------------------------------------------------------------


def pay_again(ctx: Ctx, deal_id: str) -> Payment:
    """Give the buyer a link that works. Raises Stale if the deal waits for no money."""
    deal = deals.deal_for(ctx, deal_id)
    if "buyer" not in deals.sides(ctx, deal):
        raise NotAllowed
    deal, tranche = deals.locked(ctx, deal_id), awaited(ctx, deal_id)
    if tranche is None:
        raise Stale
    return ask_for(ctx, deal, tranche)


def pay_by(ctx: Ctx, deal_id: str, rail: Rail, offered: Collection[Rail] = rails.OFFERED) -> Payment:
    """Let the buyer pay by this rail: close the open payment, and open another one.

    Raises NotFound, NotAllowed, Invalid, and Stale if the deal waits for no money.
    """
    if rails.choose_rail(ctx, deal_id, rail, offered):
        for tranche in tranches_of(ctx, deal_id):
            for payment in payments_in(ctx, tranche):
                if payment.state in UNDER_WAY:
                    close(ctx, payment, PaymentState.CLOSED)
    return pay_again(ctx, deal_id)


def checkout_opened(ctx: Ctx, payment_id: str, session_ref: str, url: str, expires_at: datetime) -> None:
    """Record the provider's page where the buyer pays. A page that is not needed any more is closed at once."""
    payment = payment_locked(ctx, payment_id)
    if payment.session_ref is not None:
        return
    payment.session_ref, payment.url, payment.expires_at = session_ref, url, expires_at
    if payment.state is PaymentState.ASKED:
        payment.state = PaymentState.OPEN
        ctx.announce(PaymentLinkReady(payment.deal_id, payment.id))
    else:
        _ask_expiry(ctx, payment, session_ref)
    ctx.session.flush()


def payment_of(ctx: Ctx, deal_id: str) -> Payment | None:
    """Return the current payment: the one under way, else the last that brought money, else the latest.

    Raises NotFound to strangers.
    """
    deals.deal_for(ctx, deal_id)
    known = find_all(ctx.session, Payment, ("-number",), deal_id=deal_id)
    for states in (UNDER_WAY, (PaymentState.RECEIVED,)):
        for payment in known:
            if payment.state in states:
                return payment
    return known[0] if known else None


def payment_locked(ctx: Ctx, payment_id: str) -> Payment:
    """Return the payment, with its deal locked first as everywhere. Raises NotFound."""
    deal_id = ctx.session.scalar(select(Payment.deal_id).where(Payment.id == payment_id))
    if deal_id is None:
        raise NotFound
    deals.locked(ctx, deal_id)
    return ctx.session.get_one(Payment, payment_id)


def ask_for(ctx: Ctx, deal: Deal, tranche: Tranche) -> Payment:
    """Open a checkout for what the tranche misses, or return the one that is under way."""
    latest, ends = next(iter(payments_in(ctx, tranche)), None), _funding_ends(ctx, tranche)
    if latest is not None and latest.state in UNDER_WAY:
        way = rails.way_of(ctx, latest.id)
        if way is not None and way.rail is Rail.BANK_TRANSFER:
            latest.expires_at = max(latest.expires_at, ends)  # its clock stood still, too, while the service was down
        if latest.expires_at > ctx.now:
            return latest
        close(ctx, latest, PaymentState.RECEIVED if latest.received_minor else PaymentState.LAPSED)
    number = select(Payment.number).where(Payment.deal_id == deal.id).order_by(Payment.number.desc()).limit(1)
    payment = Payment(
        id=ctx.new_id(),
        deal_id=deal.id,
        tranche_id=tranche.id,
        number=(ctx.session.scalar(number) or 0) + 1,
        state=PaymentState.ASKED,
        amount_minor=tranche.missing.minor,
        received_minor=0,
        surplus_minor=0,
        beside_minor=0,
        currency=tranche.currency,
        asked_at=ctx.now,
        expires_at=rails.open_until(ctx, deal, ends),
    )
    ctx.session.add(payment)
    ctx.session.flush()
    ctx.post(f"deal:{deal.id}", rails.checkout_of(ctx, deal, payment))
    return payment


def _funding_ends(ctx: Ctx, tranche: Tranche) -> datetime:
    """Return until when its money is awaited: longer than usual if a bank is slow or the service was down."""
    timer = deadline_of(ctx.session, TRANCHE.name, tranche.id, "funding_expired")
    return tranche.state_since + FUND_WITHIN if timer is None else timer.due_at


def payments_in(ctx: Ctx, tranche: Tranche) -> list[Payment]:
    """Return the tranche's payments, the newest first."""
    query = select(Payment).where(Payment.tranche_id == tranche.id).order_by(Payment.number.desc())
    return list(ctx.session.scalars(query))


def tranche_locked(ctx: Ctx, tranche_id: str) -> Tranche:
    """Return the tranche, with its deal locked first as everywhere. Raises NotFound."""
    deal_id = ctx.session.scalar(select(Tranche.deal_id).where(Tranche.id == tranche_id))
    if deal_id is None:
        raise NotFound
    deals.locked(ctx, deal_id)
    return ctx.session.get_one(Tranche, tranche_id)


def close(ctx: Ctx, payment: Payment, state: PaymentState) -> None:
    payment.state = state
    if payment.session_ref is not None:
        _ask_expiry(ctx, payment, payment.session_ref)
    ctx.session.flush()


def _ask_expiry(ctx: Ctx, payment: Payment, session: str) -> None:
    ctx.post(f"deal:{payment.deal_id}", ExpireCheckout(payment=payment.id, session=session))
