"""Rules of held money: bookings, splits, chargebacks."""

from __future__ import annotations

from typing import Any

from core.kernel.money import Money
from core.kernel.process import step
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.model import CHARGEBACK
from core.money.disbursements import recovery, requests
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import DisbursementKind, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import COMMISSION, PROVIDER, credit, debit, payable
from core.trade.deals import access, lifecycle
from core.trade.delivery.events import LotArrived
from core.trade.delivery.model import Lot
from core.trade.funding import chargebacks as deal_chargebacks
from core.trade.funding import overpayments, payouts, reactions, service, settlement
from core.trade.funding import rules as money
from core.trade.funding.model import Payment
from simulation.mutants.rule import Rules, as_it_was, instead, nothing

rules = Rules(among="trade")


@rules.rule("booked_twice", "A payout that is told again is booked once, under one name", "call_answer_lost call_slow")
def _() -> list[Any]:
    post = as_it_was(ledger, "post")

    def again(ctx: Any, key: str, *rest: Any, **named: Any) -> Any:
        return post(ctx, f"{key}:{ctx.new_id()}", *rest, **named)

    told = as_it_was(disbursements, "done")

    def done(ctx: Any, disbursement_id: str, ref: str) -> None:
        row, _ = disbursements.locked(ctx, disbursement_id)
        if row.kind is not DisbursementKind.PAYOUT:
            told(ctx, disbursement_id, ref)
            return
        row.state = DisbursementState.ASKED
        legs = [debit(payable(str(row.payee)), row.amount), credit(PROVIDER, row.amount)]
        recovery.book(ctx, row, "Sent to the seller", legs, ref)
        payouts.finish(ctx, row.subject)

    return [instead(ledger, "post", again), instead(disbursements, "done", done)]


@rules.rule("fee_by_lot", "The commission is on the running total of the deal")
def _() -> list[Any]:
    def part(amount: Money, released: Money, _so_far: Money, _fees: Money, commission_bp: int) -> money.Parting:
        fee = Money(released.minor * commission_bp // 10_000, released.currency)
        return money.Parting(released - fee, fee, amount - released)

    return [instead(money, "part", part)]


@rules.rule("paid_on_arrival", "Only a lot that is over is paid")
def _() -> list[Any]:
    listen = as_it_was(reactions, "listen")

    def arrived(ctx: Any, fact: Any) -> None:
        settlement.settle_lot(ctx, fact.lot_id, ctx.session.get_one(Lot, fact.lot_id).amount)

    def eager(heard: Any) -> None:
        listen(heard)
        heard.on(LotArrived, arrived)

    return [instead(reactions, "listen", eager)]


@rules.rule("no_refund", "What goes back is sent back")
def _() -> list[Any]:
    return [instead(each, "refund", nothing) for each in (settlement, service)]


@rules.rule("refund_and_release", "What is released does not also go back")
def _() -> list[Any]:
    part = as_it_was(money, "part")

    def both(amount: Money, *rest: Any) -> money.Parting:
        parting = part(amount, *rest)
        return money.Parting(parting.net, parting.fee, amount)

    return [instead(money, "part", both)]


@rules.rule("overpaid_kept", "What was paid too much is the buyer's", "pays_odd_sum")
def _() -> list[Any]:
    def ours(ctx: Any, _buyer: str, payment: Any, surplus: Money) -> None:
        payment.received_minor += surplus.minor
        payment.surplus_minor += surplus.minor
        payment.beside_minor += surplus.minor
        legs = [debit(PROVIDER, surplus), credit(COMMISSION, surplus)]
        ledger.post(ctx, f"payment:{payment.id}:{payment.received_minor}", "Ours", legs, deal=payment.deal_id)
        ctx.session.flush()

    return [instead(service, "keep_credit", nothing), instead(overpayments, "_keep", ours)]


@rules.rule("beside_counted", "What was transferred beside a payment is no part of it", "pays_odd_sum paid_heard_last")
def _() -> list[Any]:
    return [instead(Payment, "counted", property(lambda payment: payment.received))]


@rules.rule("credit_for_ever", "What was paid too much goes back by itself", "pays_odd_sum", among="transfers")
def _() -> list[Any]:
    return [instead(reactions, "credit_kept_long", nothing)]


@rules.rule("part_is_all", "A part of the money does not fund the deal", "pays_odd_sum")
def _() -> list[Any]:
    complete = as_it_was(service, "_complete")

    def part_came(ctx: Any, deal: Any, tranche: Any, payment: Any, _came: Any) -> None:
        complete(ctx, deal, tranche, payment)

    return [instead(service, "_part_came", part_came)]


@rules.rule("paid_again", "A payment is counted once, however often it is told", "hint_twice")
def _() -> list[Any]:
    received = as_it_was(service, "payment_received")

    def booked_twice(ctx: Any, payment_id: str, amount: Money, **named: Any) -> None:
        payment = service.payment_locked(ctx, payment_id)
        if payment.charge_ref is not None:
            payment.charge_ref, payment.received_minor = None, 0
        received(ctx, payment_id, amount, **named)

    return [instead(service, "payment_received", booked_twice)]


@rules.rule("chargeback_unheard", "What a bank takes back is booked", "dispute")
def _() -> list[Any]:
    return [instead(chargebacks, "_take", nothing)]


@rules.rule("win_not_undone", "A dispute that is won undoes every leg", "dispute", among="late account")
def _() -> list[Any]:
    def undo(ctx: Any, found: Any, _fee: Any) -> None:
        step(ctx, CHARGEBACK, found, "won", ("provider",))
        ctx.session.flush()

    return [instead(chargebacks, "_undo", undo)]


@rules.rule("dispute_race", "Nothing leaves a deal whose money was called back", "dispute_later", among="late account")
def _() -> list[Any]:
    return [instead(requests, "frozen", lambda *_: False), instead(chargebacks, "frozen", lambda *_: False)]


@rules.rule("never_thaws", "When the bank has decided, the deal's money moves again", "dispute")
def never_thaws() -> list[Any]:
    return [instead(chargebacks, "_thaw", nothing)]


@rules.rule(
    "frozen_for_ever", "When the bank has decided, the deal's money moves again, then or a day later", "dispute"
)
def _() -> list[Any]:
    return [*never_thaws(), instead(reactions, "try_deal_again", nothing)]


@rules.rule(
    "no_set_off",
    "A claim that was served by a later payout is not also kept by the seller",
    "dispute",
    among="late account",
)
def _() -> list[Any]:
    set_off = as_it_was(settlement, "set_off")

    def whole(ctx: Any, kind: Any, subject: str, seller: str, net: Money, *, mark: str) -> Money:
        set_off(ctx, kind, subject, seller, net, mark=mark)
        return net

    return [instead(settlement, "set_off", whole)]


@rules.rule("claim_twice", "What came back from the seller is owed no more", "dispute")
def _() -> list[Any]:
    return [instead(chargebacks, "_recovered", nothing)]


@rules.rule("never_tried_again", "A payout that was put off is tried again", "seller_restricted call_error_before")
def _() -> list[Any]:
    return [instead(disbursements, name, nothing) for name in ("set_timer", "send_again", "retry")]


@rules.rule("waits_in_vain", "A payee who can be paid now is sent what has waited")
def _() -> list[Any]:
    return [instead(disbursements, "send_waiting", nothing), instead(reactions, "try_deal_again", nothing)]


@rules.rule("state_before_books", "A payout is done when it is booked")
def _() -> list[Any]:
    def book(ctx: Any, row: Any, _memo: str, _legs: Any, ref: str) -> None:
        row.state, row.provider_ref = DisbursementState.DONE, ref
        ctx.session.flush()

    return [instead(recovery, "book", book)]


@rules.rule("never_ends", "A deal ends when nothing is held and nothing is on its way")
def _() -> list[Any]:
    return [instead(place, "finish", nothing) for place in (payouts, settlement, reactions, deal_chargebacks)]


@rules.rule("ends_too_soon", "A deal does not end before its money has arrived", among="late account")
def _() -> list[Any]:
    def finish(ctx: Any, deal_id: str) -> None:
        deal = access.locked(ctx, deal_id)
        if deal.state in lifecycle.ENDING:
            (lifecycle.paid_out if deal.state in lifecycle.SETTLING else lifecycle.refunded)(ctx, deal_id)

    return [instead(place, "finish", finish) for place in (payouts, settlement, reactions, deal_chargebacks)]
