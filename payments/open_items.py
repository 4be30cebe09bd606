"""What we do not know the end of, from our own rows: each with the provider's name of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, select

from core.advice.sessions.model import CardHold, SessionPayout
from core.kernel.transaction import Ctx
from core.shop.purchases.model import PurchasePayment, PurchaseRefund, RefundState
from core.trade.funding.called_back import dispute_of
from core.trade.funding.model import CHARGEBACK, Chargeback, Effect, EffectKind, EffectState, Payee, Payment
from core.trade.funding.rails.model import Payer, PaymentWay

AT_ONCE: Final = 100  # of a kind in one sweep: bounds how long it takes and what it costs the provider
BANK_MAY_TURN: Final = timedelta(days=180)  # how long a dispute that was lost may still be won, or the other way round


class Question(NamedTuple):
    """One thing that we do not know the end of: its row, and what the provider knows it by."""

    kind: str  # "checkout", "credit", "account", "transfer", "reversal", "refund" or "dispute"
    row: str
    ref: str  # of a transfer, the group under which the provider has it


class OpenEnds:
    """So many of each kind, from where the last time ended: a hundred without an answer hide nobody for ever."""

    def __init__(self) -> None:
        self._after: dict[str, str] = {}

    def next(self, ctx: Ctx) -> list[Question]:
        asked = []
        for kind, query, row in still_open(ctx):
            cursor = f"{kind} {row}"
            after = self._after.get(cursor, "")
            found = ctx.session.execute(query.where(row > after).order_by(row).limit(AT_ONCE)).all()
            self._after[cursor] = str(found[-1][0]) if len(found) == AT_ONCE else ""
            asked += [Question(kind, str(each[0]), dispute_of(str(each[1]))) for each in found]
        return asked


def still_open(ctx: Ctx) -> Iterator[tuple[str, Any, ColumnElement[str]]]:
    """What to look at by kind: rows with the provider's name of them, and the column that puts them in order.

    A payment is looked at until the provider itself says that nothing can come by it, whatever has become of it here:
    a slow bank may settle it long after its page has run out and its deal has ended.
    """
    opened = select(Payment.id, Payment.session_ref).join(PaymentWay, PaymentWay.payment_id == Payment.id)
    yield "checkout", opened.where(Payment.session_ref.is_not(None), ~PaymentWay.over), Payment.id.expression
    accounts = select(Payee.organisation_id, Payee.account_ref).where(Payee.account_ref.is_not(None))
    yield "account", accounts, Payee.organisation_id.expression
    asked = Effect.state == EffectState.ASKED
    transfers = select(Effect.id, "deal_" + Effect.deal_id).where(asked, Effect.kind == EffectKind.TRANSFER)
    yield "transfer", transfers, Effect.id.expression
    reversals = select(Effect.id, Effect.reverses).where(asked, Effect.kind == EffectKind.REVERSAL)
    yield "reversal", reversals, Effect.id.expression
    refunds = select(Effect.id, Payment.intent_ref).join(Payment, Payment.id == Effect.payment_id)
    refunds = refunds.where(asked, Effect.kind == EffectKind.REFUND, Payment.intent_ref.is_not(None))
    yield "refund", refunds, Effect.id.expression
    yield from _of_sessions_and_sales()
    may_turn = Chargeback.opened_at > ctx.now - BANK_MAY_TURN
    disputes = select(Chargeback.id, Chargeback.ref).where((Chargeback.state == CHARGEBACK.initial) | may_turn)
    yield "dispute", disputes, Chargeback.id.expression
    # After the refunds: one that nobody has claimed stands there, and would be taken for money that has just come.
    yield "credit", select(Payer.organisation_id, Payer.ref), Payer.organisation_id.expression


def _of_sessions_and_sales() -> Iterator[tuple[str, Any, ColumnElement[str]]]:
    """Payouts, reversals and refunds of sessions, and refunds of what the market sold."""
    row, asked = SessionPayout.id.expression, SessionPayout.state == EffectState.ASKED
    transfers = select(SessionPayout.id, "session_" + SessionPayout.booking_id)
    yield "transfer", transfers.where(asked, SessionPayout.kind == EffectKind.TRANSFER), row
    reversals = select(SessionPayout.id, SessionPayout.reverses)
    yield "reversal", reversals.where(asked, SessionPayout.kind == EffectKind.REVERSAL), row
    refunds = select(SessionPayout.id, CardHold.intent_ref).join(CardHold, CardHold.id == SessionPayout.hold_id)
    yield "refund", refunds.where(asked, SessionPayout.kind == EffectKind.REFUND), row
    sold, under_way = PurchaseRefund.id.expression, PurchaseRefund.state == RefundState.ASKED
    by_card = select(PurchaseRefund.id, PurchasePayment.intent_ref)
    by_card = by_card.join(PurchasePayment, PurchasePayment.id == PurchaseRefund.payment_id)
    back_to_it = PurchaseRefund.payee.is_(None) & PurchasePayment.intent_ref.is_not(None)
    yield "refund", by_card.where(under_way, back_to_it), sold
    to_account = select(PurchaseRefund.id, "purchase_" + PurchaseRefund.purchase_id)
    yield "transfer", to_account.where(under_way, PurchaseRefund.payee.is_not(None)), sold
