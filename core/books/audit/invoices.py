"""Invariants of invoices: numbers have no gap, and documents say what the books say."""

from __future__ import annotations

from typing import Final

from core.books.audit.sql_fragments import earned, level
from core.books.invoicing.pending_invoices import TIMER
from core.money.ledger.invariants import Invariant

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
