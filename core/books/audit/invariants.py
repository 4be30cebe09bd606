"""Invariants of the books and the trade together, as SQL that finds the rows that break them.

The worker, `main.py doctor`, the lights in the lab and the end of every test story use this one list. Add to it
whenever a bug has touched money. Invariants of the books alone are in `core/money/ledger/invariants.py`.
"""

from __future__ import annotations

from typing import Final

from core.books.audit.chargebacks import CHARGEBACKS
from core.books.audit.disbursements import DISBURSEMENTS
from core.books.audit.invoices import INVOICES
from core.books.audit.purchases import PURCHASES
from core.books.audit.sessions import SESSIONS
from core.books.audit.sql_fragments import agree, earned, level, owed, timed, total, words
from core.money.ledger.invariants import BOOKS, Invariant
from core.trade.deals.model import DEAL
from core.trade.delivery.model import LOT

PARTED: Final = total("released_minor + back_minor", "lot_settlement", "lot_settlement.deal_id = deal.id")
TAKEN_BY_BANK: Final = total(
    "from_escrow_minor", "chargeback", "chargeback.subject = deal.id AND chargeback.state <> 'won'"
)
FUNDED: Final = total("held_minor", "tranche", "tranche.deal_id = deal.id")

TRADE: Final = (
    Invariant(
        "no finished deal holds money",
        "When a deal is over, all of its money has arrived where it belongs.",
        f"""SELECT deal.id, deal.ref FROM deal WHERE deal.state IN ({words(DEAL.final)})
        AND {owed("'escrow:' || deal.id", "deal.currency")} <> 0""",
    ),
    Invariant(
        "what is held of a deal is what came less what was parted",
        "Held money is neither forgotten nor invented, lot by lot.",
        f"""SELECT deal.id, deal.ref FROM deal
        WHERE {owed("'escrow:' || deal.id", "deal.currency")} <> {FUNDED} - {PARTED} - {TAKEN_BY_BANK}""",
    ),
    Invariant(
        "a deal's money has one currency",
        "Amounts of two currencies cannot be compared, so a deal with both can never be closed.",
        """SELECT deal.id, deal.ref || ' ' || balance.currency FROM deal
        JOIN ledger_balance AS balance ON balance.account = 'escrow:' || deal.id
        WHERE balance.currency <> deal.currency""",
    ),
    Invariant(
        "all held money belongs to a deal or a session",
        "Money held for a deal that nobody knows would be held for ever.",
        """SELECT NULL, account FROM ledger_balance WHERE account LIKE 'escrow:%'
        AND NOT EXISTS (SELECT 1 FROM deal WHERE deal.id = substr(account, 8))
        AND NOT EXISTS (SELECT 1 FROM booking WHERE booking.id = substr(account, 8))""",
    ),
    Invariant(
        "what was paid too much is the buyer's",
        "It is offered back, and goes back by itself.",
        agree(
            "buyer_credit",
            """SELECT organisation_id AS name, currency, amount_minor AS minor FROM buyer_credit
            WHERE state = 'kept'""",
        ),
    ),
    Invariant(
        "what sellers owe is what banks have taken back from them",
        "A claim without a chargeback would be taken from an honest seller.",
        """SELECT NULL, 'receivable:' || name || ' ' || currency || ' is ' || SUM(minor) || ' apart' FROM (
            SELECT seller AS name, currency, claimed_minor - recovered_minor AS minor FROM chargeback
            WHERE state IN ('open', 'lost')
            UNION ALL SELECT substr(account, 12), currency, credits - debits FROM ledger_balance
            WHERE account LIKE 'receivable:%'
        ) AS both_sides GROUP BY name, currency HAVING SUM(minor) <> 0""",
    ),
    Invariant(
        "our commission is that of the lots and sessions that were released",
        "We have earned what the signed terms say, and nothing else.",
        level(f"""{earned("commission")}
            UNION ALL SELECT deal.currency, -lot_settlement.fee_minor FROM lot_settlement
            JOIN deal ON deal.id = lot_settlement.deal_id
            UNION ALL SELECT booking.currency, -session_settlement.fee_minor FROM session_settlement
            JOIN booking ON booking.id = session_settlement.booking_id
            UNION ALL SELECT currency, from_commission_minor FROM chargeback
            WHERE state <> 'won' AND matter <> 'purchase'"""),
    ),
    Invariant(
        "the fee of a deal is the fee on its whole",
        "However a deal is cut into lots, the commission is that of the released total, rounded once.",
        """SELECT deal.id, deal.ref FROM deal JOIN lot_settlement ON lot_settlement.deal_id = deal.id
        GROUP BY deal.id, deal.ref, deal.commission_bp HAVING SUM(fee_minor)
        <> (2 * CAST(SUM(released_minor) AS BIGINT) * deal.commission_bp + 10000) / 20000""",
    ),
    Invariant(
        "a lot's money is parted to the cent",
        "What is released and what goes back is the lot's amount (unless a bank has taken some), the fee a part of it.",
        """SELECT lot.deal_id, 'lot ' || lot.number FROM lot_settlement JOIN lot ON lot.id = lot_settlement.lot_id
        WHERE released_minor + back_minor > lot.amount_minor OR (released_minor + back_minor < lot.amount_minor
            AND NOT EXISTS (SELECT 1 FROM chargeback WHERE chargeback.subject = lot.deal_id))
        OR released_minor < 0 OR back_minor < 0
        OR fee_minor < 0 OR fee_minor > released_minor""",
    ),
    Invariant(
        "only a lot that is over has been parted",
        "Money that was released while the goods are still on their way cannot be got back.",
        f"""SELECT lot.deal_id, 'lot ' || lot.number FROM lot_settlement
        JOIN lot ON lot.id = lot_settlement.lot_id WHERE lot.state NOT IN ({words(LOT.final)})""",
    ),
    Invariant(
        "a lot that is over has been parted",
        "A seller whose lot was accepted is paid, and a buyer whose lot was dropped has the money back.",
        f"""SELECT lot.deal_id, 'lot ' || lot.number FROM lot JOIN tranche ON tranche.deal_id = lot.deal_id
        AND lot.number BETWEEN tranche.first_lot AND tranche.last_lot
        WHERE tranche.state = 'funded' AND lot.state IN ({words(LOT.final)}) AND lot.amount_minor > 0
        AND NOT EXISTS (SELECT 1 FROM lot_settlement WHERE lot_settlement.lot_id = lot.id)
        AND NOT EXISTS (SELECT 1 FROM chargeback WHERE chargeback.subject = lot.deal_id)""",
    ),
    Invariant(
        "a deal's lots are worth the deal",
        "The last lot ends the deal with nothing left over.",
        """SELECT deal.id, deal.ref FROM deal JOIN lot ON lot.deal_id = deal.id
        GROUP BY deal.id, deal.ref, deal.amount_minor HAVING SUM(lot.amount_minor) <> deal.amount_minor""",
    ),
    Invariant(
        "a deal's parts are worth the deal",
        "What is asked of the buyer in parts is what was agreed.",
        """SELECT deal.id, deal.ref FROM deal JOIN tranche ON tranche.deal_id = deal.id
        GROUP BY deal.id, deal.ref, deal.amount_minor HAVING SUM(tranche.amount_minor) <> deal.amount_minor""",
    ),
    Invariant(
        "a credit goes back once, to where it came from",
        "A refund that says it is of what was paid too much is of that payment, and of no more than was kept.",
        """SELECT MIN(disbursement.subject), buyer_credit.id FROM disbursement
        JOIN buyer_credit ON buyer_credit.id = disbursement.credit_id
        GROUP BY buyer_credit.id, buyer_credit.amount_minor, buyer_credit.state, buyer_credit.payment_id
        HAVING SUM(disbursement.amount_minor) > buyer_credit.amount_minor OR buyer_credit.state <> 'given_back'
        OR SUM(CASE WHEN disbursement.lot_id IS NULL AND disbursement.payment_id = buyer_credit.payment_id
            THEN 0 ELSE 1 END) > 0""",
    ),
    Invariant(
        "nobody pays for what was not signed by both",
        "Money was only ever asked for under terms that both sides have signed.",
        """SELECT deal.id, deal.ref FROM deal JOIN payment ON payment.deal_id = deal.id
        WHERE deal.buyer_signed_at IS NULL OR deal.seller_signed_at IS NULL""",
    ),
    Invariant(
        "no deal waits without an end",
        "Every state that time ends has its timer: no money waits for somebody who has gone.",
        f"""SELECT deal.id, deal.ref || ' ' || deal.state FROM deal WHERE deal.state IN ({timed(DEAL)})
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'deal' AND timer.subject = deal.id)""",
    ),
    Invariant(
        "no lot waits without an end",
        "The same of each lot.",
        f"""SELECT lot.deal_id, 'lot ' || lot.number || ' ' || lot.state FROM lot WHERE lot.state IN ({timed(LOT)})
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'lot' AND timer.subject = lot.id)""",
    ),
    Invariant(
        "no more is sold than was listed",
        "Two buyers of the last truck would each be promised it.",
        """SELECT NULL, listing.id FROM listing
        WHERE CAST(remaining_amount AS NUMERIC) < 0
        OR CAST(remaining_amount AS NUMERIC) > CAST(quantity_amount AS NUMERIC)""",
    ),
)

INVARIANTS: Final = (*BOOKS, *TRADE, *DISBURSEMENTS, *CHARGEBACKS, *SESSIONS, *PURCHASES, *INVOICES)
