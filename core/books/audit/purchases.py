"""Invariants of what the market sells itself, and of the Stars and the money that came for it."""

from __future__ import annotations

from typing import Final

from core.books.audit.sql_fragments import agree, earned, level, timed, words
from core.money.ledger.invariants import Invariant
from core.shop.purchases.model import PURCHASE

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
