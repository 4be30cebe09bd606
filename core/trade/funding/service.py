"""The interface to held money. `funding` asks for it, `incoming_payments` counts it, `settlement` splits it.

`payouts` sends it out, to the accounts in `payees`; `chargebacks` handles what a bank takes back.
"""

from __future__ import annotations

from core.trade.funding.chargebacks import chargebacks_of
from core.trade.funding.credits import credit_for, credit_towards, credits_of, give_back_paid_too_much, use_credit
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
from core.trade.funding.payouts import finish
from core.trade.funding.settlement import disbursements_of, money_of, settle_lot, settlement_of

__all__ = [
    "MoneySummary",
    "account_opened",
    "account_refused",
    "ask_onboarding",
    "awaited",
    "chargebacks_of",
    "checkout_opened",
    "credit_for",
    "credit_towards",
    "credits_of",
    "disbursements_of",
    "finish",
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
    "settle_lot",
    "settlement_of",
    "tranche_for",
    "tranches_of",
    "use_credit",
]
