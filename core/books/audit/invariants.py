"""Invariants of the books and the trade together, as SQL that finds the rows that break them.

The worker, `main.py doctor`, the lights in the lab and the end of every test story use this one list. Add to it
whenever a bug has touched money. Invariants of the books alone are in `core/money/ledger/invariants.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from core.advice.sessions.model import SESSION, TAKES_THE_SLOT
from core.books.invoicing.pending_invoices import TIMER
from core.kernel.process import Process
from core.money.chargebacks.model import CHARGEBACK
from core.money.disbursements.model import DISBURSEMENT
from core.money.ledger.accounts import LOSS
from core.money.ledger.invariants import BOOKS, Invariant
from core.shop.purchases.model import PURCHASE
from core.trade.deals.model import DEAL
from core.trade.delivery.model import LOT


def words(named: Iterable[str]) -> str:
    """Return a list of words for IN (…)."""
    return ", ".join(f"'{word}'" for word in sorted(named))


def timed(process: Process[Any]) -> str:
    """Return the states that a timer ends."""
    return words({each.source for each in process.transitions if "time" in each.by})


def total(column: str, table: str, where: str) -> str:
    return f"COALESCE((SELECT SUM({column}) FROM {table} WHERE {where}), 0)"


def owed(account: str, currency: str) -> str:
    """Return SQL for the balance of an account of other people's money."""
    return total("credits - debits", "ledger_balance", f"account = {account} AND currency = {currency}")


def earned(account: str, sign: str = "") -> str:
    """Return SQL for the balance of an account of ours, with rows of `currency, minor`; unrolled postings count too."""
    return f"""SELECT currency, {sign}(credits - debits) AS minor FROM ledger_balance WHERE account = '{account}'
            UNION ALL SELECT currency, {sign}(credits - debits) FROM ledger_delta WHERE account = '{account}'"""


def agree(kind: str, counted: str) -> str:
    """Return SQL that compares the balances of one kind of account with `counted`, which selects `name, currency,
    minor`.

    Both are added up by name, the books with a minus: a remainder is a break.
    """
    start = len(kind) + 2
    return f"""SELECT NULL, '{kind}:' || name || ' ' || currency || ' is ' || SUM(minor) || ' apart' FROM (
            {counted}
            UNION ALL SELECT substr(account, {start}), currency, debits - credits FROM ledger_balance
            WHERE account LIKE '{kind}:%'
        ) AS both_sides GROUP BY name, currency HAVING SUM(minor) <> 0"""


def level(both_sides: str) -> str:
    """Return SQL that finds the currencies in which rows of `currency, minor` do not add up to zero."""
    return f"""SELECT NULL, currency || ' is ' || SUM(minor) || ' apart' FROM ({both_sides}) AS both_sides
        GROUP BY currency HAVING SUM(minor) <> 0"""


# --- chargebacks ------------------------------------------------------------------------------------------------------

ON_ITS_WAY: Final = total(
    "payout.amount_minor",
    "disbursement AS payout",
    "payout.payment_id = card_hold.id AND payout.kind IN ('payout', 'refund') AND payout.chargeback_id IS NULL",
)
CHARGED_BACK_OF_HOLD: Final = total(
    "from_escrow_minor", "chargeback", "chargeback.payment_id = card_hold.id AND state <> 'won'"
)
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
        WHERE {ON_ITS_WAY} + {CHARGED_BACK_OF_HOLD} > captured_minor""",
    ),
)


# --- money that goes out ----------------------------------------------------------------------------------------------

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


# --- invoices ---------------------------------------------------------------------------------------------------------

NUMBERED: Final = """FROM invoice WHERE invoice.issuer = invoice_series.issuer
            AND invoice.year = invoice_series.year AND invoice.series = invoice_series.series"""

INVOICES: Final = (
    Invariant(
        "invoice numbers have no gap",
        "A number that is missing, or given twice, is the first thing that a tax inspector asks about.",
        f"""SELECT NULL, issuer || ' ' || series || ' ' || year FROM invoice_series
        WHERE last <> (SELECT COUNT(*) {NUMBERED}) OR last <> (SELECT COALESCE(MAX(serial), 0) {NUMBERED})
        UNION ALL SELECT NULL, number FROM invoice WHERE number IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM invoice_series WHERE invoice_series.issuer = invoice.issuer
            AND invoice_series.year = invoice.year AND invoice_series.series = invoice.series
            AND invoice.serial BETWEEN 1 AND invoice_series.last)""",
    ),
    Invariant(
        "an invoice is numbered in the year of its date",
        "Numbers begin anew each year: one of another year than the date beside it is missed in the one or the other.",
        """SELECT NULL, number FROM invoice WHERE number IS NOT NULL
        AND SUBSTR(CAST(issued_on AS VARCHAR(10)), 1, 4) <> CAST(year AS VARCHAR(4))""",
    ),
    Invariant(
        "our commission is what we invoice",
        "Fees without an invoice are income without a paper; an invoice without a fee asks for money twice.",
        level(f"""{earned("commission")}
            UNION ALL SELECT currency, CASE paper WHEN 'invoice' THEN -gross_minor ELSE gross_minor END
            FROM invoice WHERE kind = 'commission'"""),
    ),
    Invariant(
        "what was paid for goods is on an invoice or its draft",
        "The seller's and the buyer's books have to say what they paid each other.",
        """SELECT lot_settlement.deal_id, lot_settlement.lot_id FROM lot_settlement
        JOIN lot ON lot.id = lot_settlement.lot_id WHERE released_minor + lot.test_minor <> COALESCE((
            SELECT gross_minor FROM invoice WHERE invoice.key = 'goods:lot:' || lot_settlement.lot_id), 0)""",
    ),
    Invariant(
        "an invoice adds up",
        "Net and VAT are what was paid, but for a rounding of a minor unit or two.",
        """SELECT NULL, key FROM invoice WHERE ABS(gross_minor - net_minor - vat_minor) > 2
        OR net_minor < 0 OR vat_minor < 0""",
    ),
    Invariant(
        "no more is credited than was invoiced",
        "A credit note is of an invoice, and all of them together are at most that invoice.",
        """SELECT NULL, source.key FROM invoice AS source JOIN invoice AS credit ON credit.corrects = source.id
        GROUP BY source.id, source.key, source.gross_minor HAVING SUM(credit.gross_minor) > source.gross_minor""",
    ),
    Invariant(
        "every invoice that is due will be written",
        "It waits for its turn, or with a timer for a side to say where it is at home, its VAT number or its address.",
        f"""SELECT NULL, invoice.key FROM invoice WHERE state = 'due' AND corrects IS NULL
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.ordering_key = 'invoice:' || invoice.id)
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = '{TIMER}' AND timer.subject = invoice.id)""",
    ),
)


# --- our own sales ----------------------------------------------------------------------------------------------------

SOLD: Final = words(("paid", "kept", "giving_back", "given_back"))

PURCHASES: Final = (
    Invariant(
        "what was sold is in the books",
        "We have earned the prices that were paid, less what was given back or a bank took, and nothing else.",
        level(f"""{earned("sales")}
            UNION ALL {earned("star_sales")}
            UNION ALL SELECT currency, back_minor - price_minor FROM purchase WHERE state IN ({SOLD})
            UNION ALL SELECT currency, from_commission_minor FROM chargeback
            WHERE state <> 'won' AND matter = 'purchase'"""),
    ),
    Invariant(
        "the Stars that the platform holds are those that were paid",
        "Each Star has come by a payment that the platform named, and leaves by giving one back.",
        level(f"""{earned("stars")}
            UNION ALL SELECT currency, amount_minor FROM purchase_payment WHERE currency = 'XTR'
            UNION ALL SELECT currency, -amount_minor FROM disbursement
            WHERE currency = 'XTR' AND state = 'done'"""),
    ),
    Invariant(
        "Stars that are kept came back, in part or to nobody, and are not spent yet",
        "Credit that nobody gave would be a present; credit that is gone unspent, a theft.",
        agree(
            "star_credit",
            f"""SELECT buyer AS name, currency,
                CASE WHEN back_minor = price_minor THEN credit_minor ELSE back_minor END AS minor
            FROM purchase WHERE currency = 'XTR' AND back_minor > 0
            UNION ALL SELECT purchase.buyer, refund.currency, refund.amount_minor FROM disbursement AS refund
            JOIN purchase ON purchase.id = refund.subject WHERE refund.state = 'kept'
            UNION ALL SELECT buyer, currency, -credit_minor FROM purchase
            WHERE currency = 'XTR' AND state IN ({SOLD})""",
        ),
    ),
    Invariant(
        "nothing is delivered that was not paid",
        "A purchase counts as paid by one payment of what was asked, or by Stars that were kept for its buyer.",
        f"""SELECT NULL, purchase.id FROM purchase WHERE state IN ({SOLD}) AND price_minor > credit_minor
        AND NOT EXISTS (SELECT 1 FROM purchase_payment AS payment WHERE payment.purchase_id = purchase.id
            AND payment.amount_minor = price_minor - credit_minor AND payment.currency = purchase.currency)""",
    ),
    Invariant(
        "no purchase waits without an end",
        "Every state that time ends has its timer.",
        f"""SELECT NULL, purchase.id || ' ' || purchase.state FROM purchase WHERE state IN ({timed(PURCHASE)})
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'purchase' AND timer.subject = purchase.id)""",
    ),
)


# --- sessions ---------------------------------------------------------------------------------------------------------

CAPTURED: Final = total(
    "hold.captured_minor", "card_hold AS hold", "hold.booking_id = booking.id AND hold.state = 'captured'"
)
# The part of it that a bank has taken back while it was held.
CHARGED_BACK: Final = total(
    "from_escrow_minor", "chargeback", "chargeback.subject = booking.id AND chargeback.state <> 'won'"
)
# A talk that was charged for its minutes, not for a cancellation or a no-show.
CHARGED_TALK: Final = """FROM booking JOIN card_hold ON card_hold.booking_id = booking.id
        WHERE card_hold.state = 'captured' AND card_hold.captured_minor > 0 AND booking.free_minutes > 0
        AND booking.why NOT IN ('cancelled', 'noshow_seeker')"""
# Two overlapping sessions of one consultant, not counting the minutes that were added to a talk.
TWO_AT_ONCE: Final = f"""SELECT one.id, one.ref || ' and ' || other.ref FROM booking AS one
        JOIN meeting ON meeting.booking_id = one.id
        JOIN booking AS other ON other.expert_id = one.expert_id AND other.id <> one.id
        WHERE one.state IN ({words(TAKES_THE_SLOT)}) AND other.state IN ({words(TAKES_THE_SLOT)})
        AND other.starts_at >= one.starts_at AND """

SESSIONS: Final = (
    Invariant(
        "no consultant is in two sessions at once",
        "A slot is one seeker's: the second one would find a consultant who talks to somebody else.",
        TWO_AT_ONCE + "other.starts_at < strftime('%Y-%m-%d %H:%M:%f', one.starts_at, "
        "(one.length - meeting.extended) || ' minutes')",
        TWO_AT_ONCE + "other.starts_at < one.starts_at + (one.length - meeting.extended) * INTERVAL '1 minute'",
    ),
    Invariant(
        "a session that is over holds nothing",
        "What was taken from a card has gone to the consultant, to us, or back.",
        f"""SELECT booking.id, booking.ref FROM booking WHERE booking.state IN ({words(SESSION.final)})
        AND {owed("'escrow:' || booking.id", "booking.currency")} <> 0""",
    ),
    Invariant(
        "no seeker is charged for a talk without a yes",
        "A talk is charged after a consent that is on record, a late cancellation and a no-show by the rule shown.",
        f"""SELECT booking.id, booking.ref {CHARGED_TALK}
        AND NOT EXISTS (SELECT 1 FROM consent WHERE consent.booking_id = booking.id AND consent.kind = 'continue')""",
    ),
    Invariant(
        "the yes was given in the talk that it pays for",
        "A yes from before the talk, or after its end, is no yes to go on paying.",
        f"""SELECT booking.id, booking.ref {CHARGED_TALK} AND NOT EXISTS (
            SELECT 1 FROM consent JOIN meeting ON meeting.booking_id = consent.booking_id
            WHERE consent.booking_id = booking.id AND consent.kind = 'continue' AND consent.person_id = booking.seeker
            AND consent.at >= meeting.began_at AND consent.at <= meeting.ended_at)""",
    ),
    Invariant(
        "no hold gives more than it holds",
        "What is taken of a hold is at most what the seeker has let us hold.",
        "SELECT booking_id, number || ' took ' || captured_minor FROM card_hold WHERE captured_minor > amount_minor",
    ),
    Invariant(
        "a hold is taken once",
        "Each charge is in the books under its own hold, and no two holds are one at the provider.",
        """SELECT card_hold.booking_id, 'hold ' || card_hold.number FROM card_hold WHERE card_hold.state = 'captured'
        AND card_hold.captured_minor > 0 AND (
            NOT EXISTS (SELECT 1 FROM ledger_entry WHERE ledger_entry.key
                = 'session:' || card_hold.booking_id || ':captured:' || card_hold.number)
            OR EXISTS (SELECT 1 FROM card_hold AS other
                WHERE other.intent_ref = card_hold.intent_ref AND other.id <> card_hold.id AND other.state = 'captured')
        )""",
    ),
    Invariant(
        "a session's money is parted to the cent",
        "What goes to the consultant, to us and back is all that was taken, less what a bank has taken before.",
        f"""SELECT booking.id, booking.ref FROM session_settlement AS parted
        JOIN booking ON booking.id = parted.booking_id
        WHERE parted.net_minor + parted.fee_minor + parted.back_minor <> {CAPTURED} - {CHARGED_BACK}
        OR parted.net_minor < 0 OR parted.fee_minor < 0 OR parted.back_minor < 0""",
    ),
    Invariant(
        "the fee of a session is the share that was shown",
        "The commission is that of the consultant's part, rounded half up once.",
        """SELECT booking.id, booking.ref FROM session_settlement AS parted
        JOIN booking ON booking.id = parted.booking_id WHERE parted.fee_minor
        <> (2 * CAST(parted.net_minor + parted.fee_minor AS BIGINT) * booking.commission_bp + 10000) / 20000""",
    ),
    Invariant(
        "what was taken is held until it is parted",
        "A charge that is not held for its session would be paid out of somebody else's money.",
        f"""SELECT booking.id, booking.ref FROM booking WHERE {owed("'escrow:' || booking.id", "booking.currency")}
        <> CASE WHEN EXISTS (SELECT 1 FROM session_settlement AS parted WHERE parted.booking_id = booking.id)
            THEN 0 ELSE {CAPTURED} - {CHARGED_BACK} END""",
    ),
    Invariant(
        "no card is charged more than was due",
        "All that is taken for a session is what its clock and its terms say, once.",
        """SELECT booking.id, booking.ref FROM booking JOIN card_hold ON card_hold.booking_id = booking.id
        WHERE card_hold.state = 'captured' GROUP BY booking.id, booking.ref, booking.due_minor
        HAVING SUM(card_hold.captured_minor) > booking.due_minor""",
    ),
    Invariant(
        "no session waits without an end",
        "Every state that time ends has its timer.",
        f"""SELECT booking.id, booking.ref || ' ' || booking.state FROM booking
        WHERE booking.state IN ({timed(SESSION)})
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'session' AND timer.subject = booking.id)""",
    ),
)


# --- deals ------------------------------------------------------------------------------------------------------------

SETTLED: Final = total("released_minor + back_minor", "lot_settlement", "lot_settlement.deal_id = deal.id")
CHARGED_BACK_OF_DEAL: Final = total(
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
        WHERE {owed("'escrow:' || deal.id", "deal.currency")} <> {FUNDED} - {SETTLED} - {CHARGED_BACK_OF_DEAL}""",
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
