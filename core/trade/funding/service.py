"""The one door to held money: it is asked for (`funding`), comes in (`incoming_payments`), is parted (`settlement`),
goes out (`effects`), to sellers who have said where to (`payees`), and may be taken back by a bank (`chargebacks`,
`recalled`).
"""

from __future__ import annotations

from core.trade.funding.called_back import frozen
from core.trade.funding.chargebacks import chargeback_named
from core.trade.funding.chargebacks import closed as chargeback_closed
from core.trade.funding.credits import credit_for, credit_towards, credits_of, give_back_paid_too_much, use_credit
from core.trade.funding.effects import finish, refund_done, send_again, transfer_done
from core.trade.funding.funding import awaited, checkout_opened, pay_again, pay_by, payment_of, tranche_for, tranches_of
from core.trade.funding.incoming_payments import payment_lapsed, payment_part, payment_received
from core.trade.funding.money_summary import MoneySummary, money_summary
from core.trade.funding.payees import (
    account_opened,
    account_refused,
    ask_onboarding,
    onboarding_link,
    organisation_of_account,
    payee_of,
    payee_ready,
    payee_told,
)
from core.trade.funding.recalled.deals import (
    chargeback_opened,
    chargebacks_of,
    refund_refused,
    reversal_done,
    reversal_refused,
    transfer_refused,
)
from core.trade.funding.settlement import effects_of, money_of, settle_lot, settlement_of

__all__ = [
    "MoneySummary",
    "account_opened",
    "account_refused",
    "ask_onboarding",
    "awaited",
    "chargeback_closed",
    "chargeback_named",
    "chargeback_opened",
    "chargebacks_of",
    "checkout_opened",
    "credit_for",
    "credit_towards",
    "credits_of",
    "effects_of",
    "finish",
    "frozen",
    "give_back_paid_too_much",
    "money_of",
    "money_summary",
    "onboarding_link",
    "organisation_of_account",
    "pay_again",
    "pay_by",
    "payee_of",
    "payee_ready",
    "payee_told",
    "payment_lapsed",
    "payment_of",
    "payment_part",
    "payment_received",
    "refund_done",
    "refund_refused",
    "reversal_done",
    "reversal_refused",
    "send_again",
    "settle_lot",
    "settlement_of",
    "tranche_for",
    "tranches_of",
    "transfer_done",
    "transfer_refused",
    "use_credit",
]
