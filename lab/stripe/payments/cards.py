"""The test cards and the outcome of a charge on each of them (docs.stripe.com/testing)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY
from lab.stripe.books import Books
from lab.stripe.payments.disputes import Complaint

Decline = tuple[str, str, str]
"""(code, decline code, words for the payer)"""

Authentication = Literal["never", "until_saved", "always"]


@dataclass(frozen=True, slots=True)
class Card:
    """One test number.

    `fails_when`: a card may be declined always, or only once it belongs to a customer.
    `at_once`: its money is available without the usual two days.
    `refund`: when a refund to it arrives, and whether it comes back.
    """

    number: str
    token: str
    about: str
    brand: str = "visa"
    decline: Decline | None = None
    fails_when: Literal["always", "saved"] = "always"
    authentication: Authentication = "never"
    complaint: Complaint | None = None
    warned: bool = False
    at_once: bool = False
    refund: Literal["arrives", "comes_back"] = "arrives"


CARDS: Final = [
    Card("4242424242424242", "pm_card_visa", "Pays at once"),
    Card("5555555555554444", "pm_card_mastercard", "Pays at once (Mastercard)", brand="mastercard"),
    Card("378282246310005", "pm_card_amex", "Pays at once (American Express)", brand="amex"),
    Card("4000000000000077", "pm_card_bypassPending", "Pays, and the money is available at once", at_once=True),
    Card("4000002760003184", "pm_card_authenticationRequired", "Needs authentication", authentication="always"),
    Card(
        "4000002500003155",
        "pm_card_authenticationRequiredOnSetup",
        "Needs authentication until it is saved",
        authentication="until_saved",
    ),
    Card(
        "4000000000000002",
        "pm_card_visa_chargeDeclined",
        "Is declined",
        decline=("card_declined", "generic_decline", "Your card was declined."),
    ),
    Card(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "Has insufficient funds",
        decline=("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    ),
    Card(
        "4000000000009987",
        "pm_card_visa_chargeDeclinedLostCard",
        "Was lost",
        decline=("card_declined", "lost_card", "Your card was declined."),
    ),
    Card(
        "4000000000000069",
        "pm_card_chargeDeclinedExpiredCard",
        "Has expired",
        decline=("expired_card", "expired_card", "Your card has expired."),
    ),
    Card(
        "4000000000000341",
        "pm_card_chargeCustomerFail",
        "Can be saved, and is declined when it is charged later",
        decline=("card_declined", "generic_decline", "Your card was declined."),
        fails_when="saved",
    ),
    Card(
        "4000000000000259",
        "pm_card_createDispute",
        "Pays, and is disputed at once as fraud",
        complaint=Complaint(5, "fraudulent"),
    ),
    Card(
        "4000000000002685",
        "pm_card_createDisputeProductNotReceived",
        "Pays, and is disputed after forty days: not received",
        complaint=Complaint(40 * DAY, "product_not_received"),
    ),
    Card(
        "4000000000001976",
        "pm_card_createDisputeInquiry",
        "Pays, and its bank inquires",
        complaint=Complaint(5, "fraudulent", inquiry=True),
    ),
    Card("4000000000005423", "pm_card_createIssuerFraudRecord", "Pays, and its bank warns of fraud", warned=True),
    Card("4000000000005126", "pm_card_refundFail", "Pays, and a refund to it comes back", refund="comes_back"),
]
BY_NUMBER: Final = {card.number: card for card in CARDS}
BY_TOKEN: Final = {card.token: card for card in CARDS}


def card_of(books: Books, method: Thing) -> Card:
    return BY_NUMBER[books.cards[method["id"]]]


def details(books: Books, card: Card) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "country": "DE",
        "exp_month": 12,
        "exp_year": books.world.clock.now().year + 3,
        "fingerprint": f"lab{card.number[-8:]}",
        "funding": "credit",
        "last4": card.number[-4:],
    }
