"""Ask for the buyer's money, tranche by tranche, by the rail that they choose, and count what comes in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from core.kernel.compiled_statements import find_all
from core.kernel.errors import NotAllowed, Stale
from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.money.chargebacks.service import held_charged_back
from core.money.ledger import service as ledger
from core.money.ledger.accounts import PROVIDER, PROVIDER_FEES, buyer_credit, credit, debit, escrow, refund_due
from core.money.messages import ExpireCheckout
from core.trade.deals import access, lifecycle
from core.trade.deals.model import FUND_WITHIN, Deal, DealState
from core.trade.delivery import service as delivery
from core.trade.funding import events, rules
from core.trade.funding.model import TRANCHE, Payment, PaymentState, Tranche, TrancheState
from core.trade.funding.payouts import refund
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.surplus import keep_credit

UNDER_WAY = (PaymentState.ASKED, PaymentState.OPEN)


# --- tranches ---------------------------------------------------------------------------------------------------------


def plan_tranches(ctx: Ctx, deal_id: str) -> None:
    """Divide a signed deal into tranches, and ask for the first one when it is due."""
    deal = access.locked(ctx, deal_id)
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
            lifecycle.fund_by(ctx, deal.id, group.due + FUND_WITHIN, asked_at=group.due)
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
        ctx.announce(events.TrancheAwaited(tranche.deal_id, tranche.number, tranche.amount))
    ask_for(ctx, access.locked(ctx, tranche.deal_id), tranche)


def tranche_unpaid(ctx: Ctx, tranche_id: str) -> None:
    """Drop the lots of a tranche that is not paid in time. The deal goes on with the others."""
    tranche = tranche_locked(ctx, tranche_id)
    _lapse(ctx, tranche, "funding_expired", "time")
    ctx.announce(events.TrancheLapsed(tranche.deal_id, tranche.number, tranche.amount))
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
    return access.row_for(ctx, Tranche, tranche_id)


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
    deal = access.locked(ctx, tranche.deal_id)
    for payment in payments_in(ctx, tranche):
        if payment.state in UNDER_WAY:
            close(ctx, payment, PaymentState.CLOSED)
        if payment.held:
            here = ledger.balance(ctx, escrow(deal.id), deal.currency)
            left = payment.held - held_charged_back(ctx, payment.id, payment.currency)
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
    deal = access.deal_for(ctx, deal_id)
    if "buyer" not in access.sides(ctx, deal):
        raise NotAllowed
    deal, tranche = access.locked(ctx, deal_id), awaited(ctx, deal_id)
    if tranche is None:
        raise Stale
    return ask_for(ctx, deal, tranche)


def pay_by(
    ctx: Ctx, deal_id: str, rail: Rail, offered: Collection[Rail] = rails.OFFERED, *, with_credit: bool = False
) -> Payment:
    """Let the buyer pay by this rail: close the open payment, and open another one.

    `with_credit`: the buyer wants to use what they have paid too much for other deals.

    Raises NotFound, NotAllowed, Invalid, and Stale if the deal waits for no money.
    """
    if rails.choose_rail(ctx, deal_id, rail, offered, with_credit=with_credit):
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
        ctx.announce(events.PaymentLinkReady(payment.deal_id, payment.id))
    else:
        _ask_expiry(ctx, payment, session_ref)
    ctx.session.flush()


def payment_of(ctx: Ctx, deal_id: str) -> Payment | None:
    """Return the current payment: the one under way, else the last that brought money, else the latest.

    Raises NotFound to strangers.
    """
    access.deal_for(ctx, deal_id)
    known = find_all(ctx.session, Payment, ("-number",), deal_id=deal_id)
    for states in (UNDER_WAY, (PaymentState.RECEIVED,)):
        for payment in known:
            if payment.state in states:
                return payment
    return known[0] if known else None


def payment_locked(ctx: Ctx, payment_id: str) -> Payment:
    """Return the payment, with its deal locked first as everywhere. Raises NotFound."""
    return access.row_locked(ctx, Payment, payment_id)[0]


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
    ctx.enqueue(f"deal:{deal.id}", rails.checkout_of(ctx, deal, payment))
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
    return access.row_locked(ctx, Tranche, tranche_id)[0]


def close(ctx: Ctx, payment: Payment, state: PaymentState) -> None:
    payment.state = state
    if payment.session_ref is not None:
        _ask_expiry(ctx, payment, payment.session_ref)
    ctx.session.flush()


def _ask_expiry(ctx: Ctx, payment: Payment, session: str) -> None:
    ctx.enqueue(f"deal:{payment.deal_id}", ExpireCheckout(payment=payment.id, session=session))


def payment_part(ctx: Ctx, payment_id: str, received: Money, *, intent_ref: str) -> None:
    """Record a part of a bank transfer. `received`: all that has come by this payment so far; more is awaited.

    Only the increase is counted, so reports may come again, late, or in any order. Money for a replaced payment goes to
    the buyer's balance at the provider, where `balances` finds it.
    """
    payment = payment_locked(ctx, payment_id)
    way = rails.way_of(ctx, payment_id)
    if way is not None and way.over:
        return  # reported late: what had come is already released
    payment.intent_ref = intent_ref
    given_up = payment.state in (PaymentState.CLOSED, PaymentState.LAPSED)
    if payment.state in UNDER_WAY or (
        given_up and tranche_locked(ctx, payment.tranche_id).state != TrancheState.AWAITED
    ):
        _count(ctx, payment, received)


def payment_received(
    ctx: Ctx, payment_id: str, amount: Money, *, intent_ref: str, charge_ref: str, provider_fee: Money
) -> None:
    """Record a complete payment. `amount`: everything that it brought, including earlier parts.

    What the deal waits for is held. If it is too little, the rest is asked for. If it is too much, the surplus becomes
    the buyer's credit. If nothing is awaited, it is refunded at once.
    """
    payment = payment_locked(ctx, payment_id)
    if payment.charge_ref is not None:
        return
    payment.intent_ref, payment.charge_ref = intent_ref, charge_ref
    _give_up_others(ctx, payment, amount)
    _count(ctx, payment, amount)
    if provider_fee:
        legs = [debit(PROVIDER_FEES, provider_fee), credit(PROVIDER, provider_fee)]
        key = f"deal:{payment.deal_id}:payment:{payment.id}:fee"
        ledger.post(ctx, key, "Kept by the provider", legs, deal=payment.deal_id)
    if payment.state in UNDER_WAY:
        payment.state = PaymentState.RECEIVED
        ctx.session.flush()
    tranche = tranche_locked(ctx, payment.tranche_id)
    if tranche.state == TrancheState.AWAITED:  # the payment was too small
        ask_for(ctx, access.locked(ctx, payment.deal_id), tranche)


def payment_lapsed(ctx: Ctx, payment_id: str) -> None:
    """Record that the provider has closed the payment, or could not open it, and release what had come in part."""
    payment = payment_locked(ctx, payment_id)
    if payment.state in UNDER_WAY:
        _let_go(ctx, payment)
        payment.state = PaymentState.LAPSED
        ctx.session.flush()
        if awaited(ctx, payment.deal_id) is not None:
            ctx.announce(events.PaymentLapsed(payment.deal_id, payment.id))


def _give_up_others(ctx: Ctx, payment: Payment, amount: Money) -> None:
    """If one payment covers everything due, close the partly paid transfer."""
    tranche = tranche_locked(ctx, payment.tranche_id)
    if tranche.state != TrancheState.AWAITED or amount.currency != payment.currency:
        return
    for other in payments_in(ctx, tranche):
        too_much = amount - payment.counted > tranche.missing
        if too_much and other is not payment and other.state in UNDER_WAY:
            _let_go(ctx, other)
            close(ctx, other, PaymentState.CLOSED)


def _let_go(ctx: Ctx, payment: Payment) -> None:
    """Take back what has come of a transfer that is not awaited any more. The provider keeps it in the buyer's balance.

    It is not held for any payment then. `balances` finds it there and makes it the buyer's credit.
    """
    loose = payment.held - held_charged_back(ctx, payment.id, payment.currency)
    if payment.charge_ref is not None or loose.minor <= 0:
        return
    legs = [debit(escrow(payment.deal_id), loose), credit(PROVIDER, loose)]
    key = f"deal:{payment.deal_id}:payment:{payment.id}:let_go:{payment.received_minor}"
    ledger.post(ctx, key, "Let go by the provider before all of it had come", legs, deal=payment.deal_id)
    payment.received_minor -= loose.minor
    tranche_locked(ctx, payment.tranche_id).held_minor -= loose.minor
    ctx.session.flush()


def _count(ctx: Ctx, payment: Payment, total: Money) -> None:
    """Book the new part of a payment: to the deal, to the buyer's credit, or as a refund."""
    new = total - payment.counted if total.currency == payment.currency else total
    if new.minor <= 0:
        return
    deal, tranche = access.locked(ctx, payment.deal_id), tranche_locked(ctx, payment.tranche_id)
    is_awaited = tranche.state == TrancheState.AWAITED and total.currency == payment.currency
    held = min(new, tranche.missing) if is_awaited else Money.zero(new.currency)
    # A released amount that is reported again before it reaches the buyer is another entry of the same sum.
    key = f"deal:{deal.id}:payment:{payment.id}:{total.minor}" + ("" if is_awaited else ":unwanted")
    over = credit(buyer_credit(deal.buyer) if is_awaited else refund_due(deal.id), new - held)
    legs = [debit(PROVIDER, new), credit(escrow(deal.id), held), over]
    ledger.post(ctx, key, "Paid by the buyer", legs, deal=deal.id)
    payment.received_minor += new.minor
    payment.surplus_minor += (new - held).minor
    if not is_awaited:
        payment.state = PaymentState.RETURNED
        ctx.session.flush()
        late = total.currency == payment.currency
        ctx.announce(events.PaymentReturned(deal.id, payment.id, new, "too_late" if late else "wrong_currency"))
        refund(ctx, deal, payment, new)
        return
    tranche.held_minor += held.minor
    ctx.session.flush()
    if new > held:
        keep_credit(ctx, deal.buyer, payment, new - held)
    if tranche.missing:
        _part_came(ctx, deal, tranche, payment, held)
    else:
        _complete(ctx, deal, tranche, payment)


def _part_came(ctx: Ctx, deal: Deal, tranche: Tranche, payment: Payment, came: Money) -> None:
    step(ctx, TRANCHE, tranche, "money_in", ("provider",))
    lifecycle.money_in(ctx, deal.id)
    ctx.announce(events.PaymentPartReceived(deal.id, payment.id, came, tranche.held, tranche.missing))


def _complete(ctx: Ctx, deal: Deal, tranche: Tranche, payment: Payment) -> None:
    payment.state = PaymentState.RECEIVED
    step(ctx, TRANCHE, tranche, "money_complete", ("provider",))
    ctx.announce_change(events.PaymentReceived(deal.id, payment.id, tranche.amount, tranche.number))
    if deal.state == DealState.AWAITING_FUNDING:
        lifecycle.money_complete(ctx, deal.id)
    for other in payments_in(ctx, tranche):
        if other.state in UNDER_WAY:
            close(ctx, other, PaymentState.RECEIVED if other.received_minor else PaymentState.CLOSED)
    delivery.start_lots(ctx, deal.id, tranche.first_lot, tranche.last_lot)
