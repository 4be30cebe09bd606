"""Rules of requests to the payment provider: keys, unknown outcomes, webhooks, sweeps."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.kernel.dispatcher import Delivered, Never
from core.kernel.inbox import take_in
from core.kernel.money import Money
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import DisbursementKind
from core.money.model import SubjectKind
from core.trade.funding.model import Payment, PaymentState
from payments import payment_requests, payouts, reconciliation, sync
from payments.outcomes import known, outcome_of
from payments.payouts import PayingOut
from payments.provider import Done, Refused, Unknown
from payments.provider_models import RefundState
from payments.reconciliation import OpenEnds, Reconciler
from payments.stripe import cards, money_in, money_out, objects, webhooks
from payments.stripe.money_out import MoneyOut
from simulation.mutants.rule import Rules, as_it_was, instead

rules = Rules(among="trade")


@rules.rule("fresh_key", "The same deed is asked for under the same key", "call_answer_lost", among="talks")
def _() -> list[Any]:
    numbers = itertools.count()

    def under(key: str) -> dict[str, str]:
        return {"idempotency_key": f"{key}:{next(numbers)}"}

    return [instead(part, "under", under) for part in (money_in, money_out, cards)]


@rules.rule(
    "blind_retry",
    "What may have been forgotten or refused is looked for before it is asked for again",
    "call_error_after",
)
def _() -> list[Any]:
    async def nothing(*_: Any) -> Any:
        return Done(None)

    return [instead(MoneyOut, name, nothing) for name in ("find_transfer", "find_reversal", "find_refund")]


@rules.rule(
    "same_key_after_no",
    "After a no, a deed is asked for under a new key",
    "restricted_soon hint_lost keys_kept",
    among="one seller",
)
def _() -> list[Any]:
    def under(key: str) -> dict[str, str]:
        head, _, tail = key.rpartition(":")
        return {"idempotency_key": head if key.startswith(("transfer:", "refund:")) and tail.isdigit() else key}

    return [instead(money_out, "under", under)]


@rules.rule("ambiguous_is_failure", "Unknown is not failed", "call_answer_lost hold_unanswered", among="talks")
def _() -> list[Any]:
    answered = as_it_was(objects, "answered")

    async def sure(call: Any) -> Any:
        answer = await answered(call)
        return Refused(answer.why, final=False) if isinstance(answer, Unknown) else answer

    return [instead(part, "answered", sure) for part in (money_in, money_out, cards)]


@rules.rule("ambiguous_is_done", "Unknown is not done", "call_lost")
def _() -> list[Any]:
    once = as_it_was(PayingOut, "_once")

    async def hoped(self: PayingOut, post: Any, *how: Any) -> Any:
        outcome = await once(self, post, *how)
        if isinstance(outcome, (Delivered, Never)):
            return outcome
        return Delivered(sync.apply_done(str(post.body["disbursement_id"]), f"unknown:{post.id}"))

    return [instead(PayingOut, "_once", hoped)]


@rules.rule("no_sweep", "The provider is asked for what it may have told us in vain", "hint_lost dispute")
def _() -> list[Any]:
    async def sweep(_self: Reconciler) -> int:
        return 0

    return [instead(Reconciler, "sweep", sweep)]


@rules.rule("no_news", "Events that have not come are read from the provider's list", "hint_lost dispute")
def _() -> list[Any]:
    async def catch_up(_self: Reconciler) -> None:
        return

    return [instead(Reconciler, "_catch_up", catch_up)]


@rules.rule("hint_forgotten", "A hint and the look that it leads to are one transaction", "dispute")
def _() -> list[Any]:
    def receive_event(ctx: Any, event_id: str, type_: str, _kind: Any, object_id: str, *, provider: str) -> bool:
        return bool(take_in(ctx.session, f"{provider}:{event_id}", {"type": type_, "object": object_id}, ctx.now))

    return [instead(part, "receive_event", receive_event) for part in (webhooks, reconciliation)]


@rules.rule(
    "dispute_first", "A dispute that is heard of before its payment waits for it", "dispute_soon paid_heard_late"
)
def _() -> list[Any]:
    async def look_at_dispute(provider: Any, ref: str) -> Any:
        return outcome_of(await provider.dispute(ref), sync.apply_dispute)

    return [instead(sync, "look_at_dispute", look_at_dispute)]


@rules.rule("late_money_lost", "What comes by a payment that has lapsed is still told", "pays_too_late hint_late")
def _() -> list[Any]:
    def paid(payment: str, funding: Any) -> Any:
        if funding is None:
            return None
        real = as_paid(payment, funding)

        def unit(ctx: Any) -> None:
            row = ctx.session.get(Payment, payment)
            if row is not None and row.state in (PaymentState.ASKED, PaymentState.OPEN):
                real(ctx)

        return known(unit)

    as_paid = as_it_was(sync, "paid")
    return [instead(sync, "paid", paid)]


@rules.rule("refund_never_bounces", "A refund that came back is owed again", "refund_bounces", among="claims")
def _() -> list[Any]:
    def apply_refund(refund: Any) -> Any:
        if refund.disbursement_id is None or refund.state is RefundState.PENDING:
            return None
        return sync.apply_done(refund.disbursement_id, refund.ref)

    return [instead(sync, "apply_refund", apply_refund), instead(payouts, "apply_refund", apply_refund)]


@rules.rule("page_for_ever", "A page that could not be opened is given up, and another asked for", "call_error_before")
def _() -> list[Any]:
    return [instead(payment_requests, "lapsed", lambda _payment: lambda _ctx: None)]


@rules.rule("no_open_ends", "Every open row is asked about, also without an event", "hint_lost")
def _() -> list[Any]:
    return [instead(OpenEnds, "next", lambda _self, _ctx: [])]


@rules.rule("gross_transfer", "The seller is sent what the books say")
def _() -> list[Any]:
    transfer = as_it_was(PayingOut, "_transfer")

    async def one_cent_more(self: Any, post: Any, asked: Any) -> Any:
        return await transfer(self, post, replace(asked, amount=asked.amount + 1))

    return [instead(PayingOut, "_transfer", one_cent_more)]


@rules.rule("wrong_account", "A payout goes to its own seller")
def _() -> list[Any]:
    accounts: list[str] = []
    transfer = as_it_was(money_out.MoneyOut, "transfer")

    async def to_the_first(self: Any, ask: Any) -> Any:
        accounts.append(ask.account)
        return await transfer(self, replace(ask, account=accounts[0]))

    return [instead(money_out.MoneyOut, "transfer", to_the_first)]


@rules.rule("credit_forgotten", "What a buyer has transferred too much is found and kept", "pays_odd_sum hint_lost")
def _() -> list[Any]:
    return [instead(sync, "apply_credit", lambda _payer, _last_report: None)]


@rules.rule("payout_twice", "A payout is asked for once")
def _() -> list[Any]:
    return [instead(MoneyOut, "transfer", _twice(as_it_was(MoneyOut, "transfer")))]


@rules.rule("refund_twice", "A refund is asked for once")
def _() -> list[Any]:
    return [instead(MoneyOut, "refund", _twice(as_it_was(MoneyOut, "refund")))]


def _twice(asked: Callable[..., Any]) -> Callable[..., Any]:
    async def twice(self: Any, ask: Any) -> Any:
        await asked(self, replace(ask, key=f"{ask.key}:again"))
        return await asked(self, ask)

    return twice


@rules.rule("fee_unbooked", "What the provider keeps for itself is booked")
def _() -> list[Any]:
    funding_of = as_it_was(objects, "funding_of")

    def without_fee(intent: Any) -> Any:
        found = funding_of(intent)
        return None if found is None else replace(found, fee=Money.zero(found.fee.currency))

    return [instead(objects, "funding_of", without_fee)]


@rules.rule("refund_unheard", "A refund that has gone is booked")
def _() -> list[Any]:
    told = as_it_was(disbursements, "done")

    def done(ctx: Any, disbursement_id: str, ref: str) -> None:
        row, _ = disbursements.locked(ctx, disbursement_id)
        if row.kind is not DisbursementKind.REFUND or row.subject_kind is not SubjectKind.DEAL:
            told(ctx, disbursement_id, ref)

    return [instead(disbursements, "done", done)]
