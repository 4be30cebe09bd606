"""Open items from our own rows whose outcome is unknown, each with the provider's reference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, String, select, type_coerce

from core.kernel.transaction import Ctx
from core.money.chargebacks.model import CHARGEBACK, Chargeback
from core.money.chargebacks.rules import dispute_of
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.disbursements.subjects import PAYMENTS
from core.money.payees.model import Payee
from core.trade.funding.model import Payment
from core.trade.funding.rails.model import Payer, PaymentWay

AT_ONCE: Final = 100  # items of one kind in one sweep: limits its duration and its cost to the provider
BANK_MAY_TURN: Final = timedelta(days=180)  # how long a dispute that was lost may still be won, or the other way round


class Question(NamedTuple):
    """One item whose outcome is unknown: its row, and the provider's reference."""

    kind: str  # "checkout", "credit", "account", "transfer", "reversal", "refund" or "dispute"
    row: str
    ref: str  # for a transfer, the group under which the provider has it


class OpenEnds:
    """A batch of each kind, starting after the previous batch. A hundred unanswered items do not block the rest."""

    def __init__(self) -> None:
        self._after: dict[str, str] = {}

    def next(self, ctx: Ctx) -> list[Question]:
        asked = []
        for number, (kind, query, row) in enumerate(still_open(ctx)):
            cursor = f"{number} {kind}"
            after = self._after.get(cursor, "")
            found = ctx.session.execute(query.where(row > after).order_by(row).limit(AT_ONCE)).all()
            self._after[cursor] = str(found[-1][0]) if len(found) == AT_ONCE else ""
            asked += [Question(kind, str(each[0]), dispute_of(str(each[1]))) for each in found]
        return asked


def still_open(ctx: Ctx) -> Iterator[tuple[str, Any, ColumnElement[str]]]:
    """Yield the open items by kind: rows with the provider's reference, and the column that orders them.

    A payment stays open until the provider says that no more money can arrive by it, whatever its state here. A slow
    bank may settle it long after its page has expired and its deal has ended.
    """
    opened = select(Payment.id, Payment.session_ref).join(PaymentWay, PaymentWay.payment_id == Payment.id)
    yield "checkout", opened.where(Payment.session_ref.is_not(None), ~PaymentWay.over), Payment.id.expression
    accounts = select(Payee.organisation_id, Payee.account_ref).where(Payee.account_ref.is_not(None))
    yield "account", accounts, Payee.organisation_id.expression
    yield from _disbursements()
    may_turn = Chargeback.opened_at > ctx.now - BANK_MAY_TURN
    disputes = select(Chargeback.id, Chargeback.ref).where((Chargeback.state == CHARGEBACK.initial) | may_turn)
    yield "dispute", disputes, Chargeback.id.expression
    # After the refunds: an unclaimed refund is part of the credit, and would be taken for newly arrived money.
    yield "credit", select(Payer.organisation_id, Payer.ref), Payer.organisation_id.expression


def _disbursements() -> Iterator[tuple[str, Any, ColumnElement[str]]]:
    """Payouts, reversals and refunds; the platform answers for Stars at once."""
    row, asked = Disbursement.id.expression, Disbursement.state == DisbursementState.ASKED
    group = type_coerce(Disbursement.subject_kind, String) + "_" + Disbursement.subject
    payouts = select(Disbursement.id, group).where(asked, Disbursement.kind == DisbursementKind.PAYOUT)
    yield "transfer", payouts, row
    reversals = select(Disbursement.id, Disbursement.reverses).where(asked)
    yield "reversal", reversals.where(Disbursement.kind == DisbursementKind.REVERSAL), row
    for kind, payments in PAYMENTS.items():
        known = payments.rows.subquery()
        refunds = select(Disbursement.id, known.c.intent_ref).join(known, known.c.payment_id == Disbursement.payment_id)
        by_card = (Disbursement.subject_kind == kind) & known.c.intent_ref.is_not(None)
        yield "refund", refunds.where(asked, by_card, Disbursement.kind == DisbursementKind.REFUND), row
