"""What must always be true of what the market sells itself, and of the Stars and the money that came for it."""

from __future__ import annotations

from typing import Final

from core.books.audit.sql_fragments import agree, earned, level, timed, total, words
from core.money.ledger.invariants import Invariant
from core.shop.purchases.model import PURCHASE
from core.trade.funding.model import LOST

KEPT: Final = f"state IN ({words(LOST)})"  # a dispute that the bank has decided against us
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
            UNION ALL SELECT currency, -amount_minor FROM purchase_refund
            WHERE currency = 'XTR' AND state = 'done'"""),
    ),
    Invariant(
        "every Star due back is on its way",
        "What is owed back to a buyer is asked of the platform.",
        agree(
            "stars_due",
            """SELECT purchase_id AS name, currency, amount_minor AS minor FROM purchase_refund
            WHERE currency = 'XTR' AND state NOT IN ('done', 'kept')""",
        ),
    ),
    Invariant(
        "Stars that are kept came back, in part or to nobody, and are not spent yet",
        "Credit that nobody gave would be a present; credit that is gone unspent, a theft.",
        agree(
            "star_credit",
            f"""SELECT buyer AS name, currency,
                CASE WHEN back_minor = price_minor THEN credit_minor ELSE back_minor END AS minor
            FROM purchase WHERE currency = 'XTR' AND back_minor > 0
            UNION ALL SELECT purchase.buyer, refund.currency, refund.amount_minor FROM purchase_refund AS refund
            JOIN purchase ON purchase.id = refund.purchase_id WHERE refund.state = 'kept'
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
        "no payment of a purchase gives more than it brought",
        "What goes back of a payment is at most what came by it.",
        """SELECT NULL, payment.charge_ref FROM purchase_payment AS payment
        JOIN purchase_refund AS refund ON refund.payment_id = payment.id
        GROUP BY payment.charge_ref, payment.amount_minor
        HAVING SUM(refund.amount_minor) > payment.amount_minor
        OR SUM(CASE WHEN refund.currency = payment.currency THEN 0 ELSE 1 END) > 0""",
    ),
    Invariant(
        "what a bank keeps of a sale is what its disputes say",
        "What the bank has given the buyer is not given again, and what it has not is not withheld.",
        f"""SELECT NULL, charge_ref FROM purchase_payment AS payment
        WHERE covered_minor NOT BETWEEN 0 AND lost_minor
        OR lost_minor <> {total("amount_minor", "chargeback", f"payment_id = payment.id AND {KEPT}")}
        OR covered_minor <> {total("from_escrow_minor", "chargeback", f"payment_id = payment.id AND {KEPT}")}""",
    ),
    Invariant(
        "no purchase waits without an end",
        "Every state that time ends has its timer.",
        f"""SELECT NULL, purchase.id || ' ' || purchase.state FROM purchase WHERE state IN ({timed(PURCHASE)})
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'purchase' AND timer.subject = purchase.id)""",
    ),
    Invariant(
        "a refund of a purchase that was refused is tried again",
        "Nobody's money waits for somebody to remember it. One for an account goes when there is one.",
        """SELECT NULL, purchase_id FROM purchase_refund WHERE state = 'refused'
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'purchase_refund'
            AND timer.subject = purchase_refund.id)
        UNION ALL SELECT NULL, purchase_id FROM purchase_refund WHERE state = 'waiting'
        AND EXISTS (SELECT 1 FROM payee WHERE payee.organisation_id = purchase_refund.payee AND payee.ready)""",
    ),
)
