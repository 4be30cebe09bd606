"""Invariants of money that goes out, for every kind of subject."""

from __future__ import annotations

from typing import Final

from core.books.audit.sql_fragments import agree
from core.money.disbursements.model import DISBURSEMENT
from core.money.ledger.invariants import Invariant

TIMED: Final = f"""EXISTS (SELECT 1 FROM timer WHERE timer.kind = '{DISBURSEMENT.name}'
            AND timer.subject = disbursement.id)"""
BOOKED_AS: Final = """disbursement.subject_kind || ':' || disbursement.subject || ':' || disbursement.key || ':'
            || disbursement.provider_ref"""
PAID: Final = """SELECT id, received_minor AS came, currency FROM payment
            UNION ALL SELECT id, captured_minor, currency FROM card_hold
            UNION ALL SELECT id, amount_minor, currency FROM purchase_payment"""


def unsent(name: str, where: str) -> str:
    """Return SQL for what is owed under that name and has not arrived, with rows of `name, currency, minor`."""
    return f"""SELECT {name} AS name, currency, amount_minor AS minor FROM disbursement
            WHERE {where} AND state NOT IN ('done', 'kept')"""


DISBURSEMENTS: Final = (
    Invariant(
        "every payout due is on its way",
        "What is owed to a seller is asked of the provider, or waits with a reason; never both or neither.",
        agree("payable", unsent("payee", "kind = 'payout'")),
    ),
    Invariant(
        "every refund due is on its way",
        "What is owed back to a buyer is asked of the provider.",
        agree("refund_due", unsent("subject", "kind = 'refund' AND currency <> 'XTR'")),
    ),
    Invariant(
        "every Star due back is on its way",
        "What is owed back to a buyer is asked of the platform that took it.",
        agree("stars_due", unsent("subject", "kind = 'refund' AND currency = 'XTR'")),
    ),
    Invariant(
        "what has left is in the books",
        "A payout or refund that the provider has made was booked in the same moment.",
        f"""SELECT disbursement.subject, disbursement.key FROM disbursement WHERE disbursement.state = 'done'
        AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE ledger_entry.key = {BOOKED_AS})""",
    ),
    Invariant(
        "nothing was sent twice",
        "Two payouts that are one at the provider, or one of ours that is two, are somebody's money.",
        """SELECT MIN(subject), kind || ' ' || provider_ref FROM disbursement
        WHERE state = 'done' AND provider_ref IS NOT NULL GROUP BY kind, provider_ref HAVING COUNT(*) > 1""",
    ),
    Invariant(
        "no payment gives more than it brought",
        "What was paid out and given back of a payment is at most what came by it.",
        f"""SELECT MIN(disbursement.subject), 'payment ' || paid.id FROM disbursement
        JOIN ({PAID}) AS paid ON paid.id = disbursement.payment_id
        WHERE disbursement.kind IN ('payout', 'refund') AND disbursement.chargeback_id IS NULL
        GROUP BY paid.id, paid.came, paid.currency
        HAVING SUM(CASE WHEN disbursement.currency = paid.currency THEN disbursement.amount_minor ELSE 0 END)
        > paid.came""",
    ),
    Invariant(
        "all that leaves is of a payment of its subject",
        "Money that is sent out of a payment for something else is somebody else's.",
        """SELECT subject, key FROM disbursement WHERE CASE subject_kind
            WHEN 'deal' THEN NOT EXISTS (SELECT 1 FROM payment WHERE payment.id = payment_id
                AND payment.deal_id = subject)
            WHEN 'session' THEN NOT EXISTS (SELECT 1 FROM card_hold WHERE card_hold.id = payment_id
                AND card_hold.booking_id = subject)
            ELSE NOT EXISTS (SELECT 1 FROM purchase_payment WHERE purchase_payment.id = payment_id
                AND purchase_payment.purchase_id = subject
                AND purchase_payment.currency = disbursement.currency) END""",
    ),
    Invariant(
        "nothing waits to be sent without a reason",
        "What was put off is tried again, or waits for the payee's account, for a bank or until the money adds up.",
        f"""SELECT disbursement.subject, disbursement.key FROM disbursement
        WHERE disbursement.state IN ('waiting', 'refused') AND NOT {TIMED}
        AND NOT EXISTS (SELECT 1 FROM chargeback WHERE chargeback.subject = disbursement.subject
            AND chargeback.state = 'open')
        AND NOT EXISTS (SELECT 1 FROM deal WHERE deal.id = disbursement.subject AND deal.frozen IS NOT NULL)
        AND (disbursement.payee IS NULL
            OR EXISTS (SELECT 1 FROM payee WHERE payee.organisation_id = disbursement.payee AND payee.ready))""",
    ),
)
