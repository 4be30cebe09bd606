"""The messages of the channels "payments" and "stars": what the provider or the platform does, and documents to draw.

The names of kinds and fields are stored. A new field needs a default, so that older rows still load.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import AliasChoices, Field

from core.kernel.messages import Message, stored_as
from core.kernel.money import Money
from core.kernel.quantity import Quantity

PAYMENTS: Final = "payments"
STARS: Final = "stars"

DisbursementId = Annotated[str, Field(validation_alias=AliasChoices("disbursement_id", "effect"))]  # as it was called


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced(Message):
    """The base of messages that name an amount of money. `amount` counts minor units."""

    amount: int
    currency: str

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


# --- money in ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GoodsSold:
    """The goods of a deal, to be named in the buyer's words."""

    product_id: str
    grade_id: str | None
    quantity: Quantity


@stored_as(PAYMENTS, "checkout.open")
class OpenCheckout(Priced):
    """Open a payment page for a deal. `title`: the finished title, in rows of an earlier release that have no `goods`.

    `payer`: the buyer's id at the provider, if they have one.
    """

    payment: str
    deal: str
    expires: datetime
    rail: str
    buyer: str
    buyer_name: str
    buyer_email: str | None = None
    payer: str | None = None
    ref: str = ""
    goods: GoodsSold | None = None
    language: str = "en"
    title: str = ""
    provider: str | None = None  # chosen when the message is delivered, where there are several


@stored_as(PAYMENTS, "checkout.expire")
class ExpireCheckout(Message):
    payment: str
    session: str


@stored_as(PAYMENTS, "purchase.page")
class OpenPurchasePage(Priced):
    """Open a page to pay for something that the market itself sells."""

    purchase: str
    title: str
    expires: datetime
    buyer_name: str = ""
    provider: str | None = None  # chosen when the message is delivered, where there are several


@stored_as(PAYMENTS, "purchase.page.close")
class ClosePurchasePage(Message):
    purchase: str
    session: str


@stored_as(STARS, "invoice")
class SendInvoice(Message):
    """Ask for a payment in a chat. `amount` counts Stars."""

    purchase: str
    address: str
    title: str
    description: str
    amount: int


# --- money held on a card ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage(Priced):
    """The base of both pages for a seeker's card. `ref` and `what`: the session, for the page's title."""

    hold: str
    person: str
    name: str
    expires: datetime
    email: str | None = None
    ref: str = ""
    what: str = ""
    provider: str | None = None  # chosen when the message is delivered, where there are several


@stored_as(PAYMENTS, "hold.page")
class OpenHoldPage(OpenPage):
    """Open a page on which a seeker's card is held."""


@stored_as(PAYMENTS, "card.page")
class OpenCardPage(OpenPage):
    """Open a page on which a card is kept, to be held later."""


@stored_as(PAYMENTS, "hold.page.close")
class CloseCardPage(Message):
    """Close a page of either kind."""

    hold: str
    session: str


@stored_as(PAYMENTS, "hold")
class PlaceHold(Priced):
    hold: str
    attempt: int
    payer: str
    card: str


@stored_as(PAYMENTS, "capture")
class CaptureHold(Priced):
    hold: str
    intent: str


@stored_as(PAYMENTS, "hold.cancel")
class CancelHold(Message):
    hold: str
    intent: str


# --- money out --------------------------------------------------------------------------------------------------------


@stored_as(PAYMENTS, "transfer")
class SendTransfer(Priced):
    """Pay out to an account. `charge`: the charge that it leaves; None leaves our balance."""

    disbursement_id: DisbursementId
    attempt: int
    account: str
    group: str
    charge: str | None = None


@stored_as(PAYMENTS, "refund")
class SendRefund(Priced):
    """Give a payment back. `payer`: send it from this buyer's balance, as far as that has more than `kept`.

    `kept` counts minor units. `beside`: the money came beside the payment, and can leave only from the balance.
    """

    disbursement_id: DisbursementId
    attempt: int
    payment_intent: str | None
    charge: str | None = None
    payer: str | None = None
    kept: int = 0
    email: str | None = None
    beside: bool = False


@stored_as(PAYMENTS, "reversal")
class SendReversal(Priced):
    """Take a payout back from the account that has it."""

    disbursement_id: DisbursementId
    attempt: int
    transfer: str


@stored_as(STARS, "refund")
class RefundStars(Message):
    """Give a whole payment back to its payer. `amount` counts Stars."""

    disbursement_id: DisbursementId
    payer: str
    charge: str
    attempt: int
    amount: int
    currency: str


# --- sellers, disputes, and what the provider has told ----------------------------------------------------------------


@stored_as(PAYMENTS, "account.open")
class OpenAccount(Message):
    """Open a seller's account. `after`: the account before it, where that one was closed."""

    organisation: str
    person: str
    name: str
    country: str | None
    email: str | None
    after: str | None = None
    provider: str | None = None  # chosen when the message is delivered, where there are several


@stored_as(PAYMENTS, "account.link")
class LinkAccount(Message):
    """Make a link to the page on which a seller fills in their account."""

    organisation: str
    account: str
    person: str


@stored_as(PAYMENTS, "evidence.submit")
class SubmitEvidence(Message):
    chargeback: str
    dispute: str
    subject_kind: Annotated[str, Field(validation_alias=AliasChoices("subject_kind", "matter"))]  # as it was called
    attempt: int
    subject: str = ""


@stored_as(PAYMENTS, "look")
class Look(Message):
    """Fetch an object of the provider's and apply its state. `event`: why, for the operator."""

    kind: str
    id: str
    event: str = ""


# --- documents --------------------------------------------------------------------------------------------------------


@stored_as(PAYMENTS, "invoice.write")
class WriteInvoice(Message):
    """Give an invoice its number. `as_it_is`: though a side is not known whole; `waited`: its time to wait is over."""

    invoice: str
    as_it_is: bool = False
    waited: bool = False


@stored_as(PAYMENTS, "invoice.draw")
class DrawInvoice(Message):
    """Draw an invoice for a person. `where`: the chat that it goes to."""

    invoice: str
    person: str
    where: str


@stored_as(PAYMENTS, "invoice.mail")
class MailInvoice(Message):
    invoice: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDocument:
    """All that stands on the paper, in the words of its reader. `rows`: each a label and what it says.

    `conditions`: the market's own, as they bind. `signed`: the very text whose sha256 both have signed; empty before.
    """

    ref: str
    title: str
    text: str
    rows: tuple[tuple[str, str], ...]
    note: str
    conditions: str
    signed: str


@stored_as(PAYMENTS, "terms.draw")
class DrawTerms(Message):
    """Draw the terms of a deal for a person. `where`: the chat that they go to."""

    deal: str
    person: str
    where: str
    document: Annotated[ContractDocument, Field(validation_alias=AliasChoices("document", "paper"))]
