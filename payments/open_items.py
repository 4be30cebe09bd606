"""What we do not know the end of, from our own rows: each with the provider's name of it."""

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
        for number, (kind, query, row) in enumerate(still_open(ctx)):
            cursor = f"{number} {kind}"
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
    yield from _disbursements()
    may_turn = Chargeback.opened_at > ctx.now - BANK_MAY_TURN
    disputes = select(Chargeback.id, Chargeback.ref).where((Chargeback.state == CHARGEBACK.initial) | may_turn)
    yield "dispute", disputes, Chargeback.id.expression
    # After the refunds: one that nobody has claimed stands there, and would be taken for money that has just come.
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
