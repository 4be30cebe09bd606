"""Invariants of chargebacks on deals, sessions and our own sales."""

from __future__ import annotations

from typing import Final

from core.books.audit.sql_fragments import earned, level, timed, total
from core.money.chargebacks.model import CHARGEBACK
from core.money.ledger.accounts import LOSS
from core.money.ledger.invariants import Invariant

ON_ITS_WAY: Final = total(
    "payout.amount_minor",
    "disbursement AS payout",
    "payout.payment_id = card_hold.id AND payout.kind IN ('payout', 'refund') AND payout.chargeback_id IS NULL",
)
GONE: Final = total("from_escrow_minor", "chargeback", "chargeback.payment_id = card_hold.id AND state <> 'won'")
RELEASED: Final = total("released_minor - fee_minor", "lot_settlement", "deal_id = subject")
EARNED: Final = total("net_minor", "session_settlement", "booking_id = subject")

CHARGEBACKS: Final = (
    Invariant(
        "what a bank took is borne by somebody, to the cent",
        "What was held, what we had earned, what the seller owes and what we have lost are what has left our balance.",
        """SELECT subject, ref FROM chargeback
        WHERE from_escrow_minor + from_commission_minor + claimed_minor + from_loss_minor <> amount_minor
        OR from_escrow_minor < 0 OR from_commission_minor < 0 OR from_loss_minor < 0
        OR recovered_minor NOT BETWEEN 0 AND claimed_minor
        OR from_refunds_minor NOT BETWEEN 0 AND recovered_minor""",
    ),
    Invariant(
        "what we have lost is what nobody made good, and what a payer has twice",
        "A claim is our loss when it is written off, and is so no more when the bank gives the money back.",
        level(f"""{earned(LOSS)}
            UNION ALL SELECT currency, claimed_minor - recovered_minor FROM chargeback WHERE state = 'written_off'
            UNION ALL SELECT currency, from_loss_minor FROM chargeback WHERE state <> 'won'"""),
    ),
    Invariant(
        "no seller owes more than they were given",
        "What went back to the payer before their bank took it was never the seller's.",
        f"""SELECT subject, seller FROM chargeback WHERE state <> 'won' AND matter <> 'purchase'
        GROUP BY matter, subject, seller HAVING SUM(claimed_minor - from_refunds_minor) >
        CASE matter WHEN 'deal' THEN {RELEASED} ELSE {EARNED} END""",
    ),
    Invariant(
        "a bank takes back what somebody has paid",
        "A dispute about nothing of ours would be taken from somebody who has nothing to do with it.",
        """SELECT subject, ref FROM chargeback WHERE CASE matter
            WHEN 'deal' THEN NOT EXISTS (SELECT 1 FROM payment WHERE payment.id = payment_id
                AND payment.deal_id = subject)
            WHEN 'session' THEN NOT EXISTS (SELECT 1 FROM card_hold WHERE card_hold.id = payment_id
                AND card_hold.booking_id = subject)
            ELSE NOT EXISTS (SELECT 1 FROM purchase_payment WHERE purchase_payment.id = payment_id
                AND purchase_payment.purchase_id = subject) END""",
    ),
    Invariant(
        "what a bank took, gave back or kept is in the books",
        "Each turn of a dispute is booked in the moment in which it is known.",
        """SELECT subject, ref FROM chargeback WHERE amount_minor > 0 AND NOT EXISTS (
            SELECT 1 FROM ledger_entry WHERE key = 'chargeback:' || chargeback.id || ':' || 'opened')
        UNION ALL SELECT subject, ref FROM chargeback
        WHERE amount_minor > 0 AND state IN ('won', 'written_off') AND NOT EXISTS (
            SELECT 1 FROM ledger_entry WHERE key = 'chargeback:' || chargeback.id || ':' || chargeback.state)""",
    ),
    Invariant(
        "no dispute waits without an end",
        "A bank that never decides, and a seller who never pays, end by time.",
        f"""SELECT subject, ref FROM chargeback WHERE state IN ({timed(CHARGEBACK)})
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'chargeback' AND timer.subject = chargeback.id)""",
    ),
    Invariant(
        "every dispute that wants an answer has one prepared",
        "What is not answered by the bank's date is lost.",
        """SELECT subject, ref FROM chargeback WHERE state = 'open' AND evidence_due IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM evidence_pack WHERE evidence_pack.chargeback_id = chargeback.id)""",
    ),
    Invariant(
        "no charge of a session gives more than it brought",
        "What goes to the consultant and back out of a charge, and what a bank took of it, is at most what was taken.",
        f"""SELECT booking_id, 'hold ' || number FROM card_hold
        WHERE {ON_ITS_WAY} + {GONE} > captured_minor""",
    ),
)
