"""Purchases from the market: the command with its limits, the process, and the tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Minor, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import STARS, Money, MoneyOf
from core.kernel.process import PROVIDER, TIME, InProcess, Process, Transition

OFFERED_FOR: Final = timedelta(hours=1)  # a provider may keep a page open for half an hour at least
# The time after payment in which a buyer may ask for a refund. Card networks and platforms leave it to the seller.
MAY_COME_BACK: Final = timedelta(days=14)
ANSWERED_WITHIN: Final = timedelta(days=14)  # for a refund request, as its question says
REFUND_REQUEST: Final = "purchase_wish"  # the kind of its timer
GIVE_BACK: Final = "give_back"
TRY_AGAIN_AFTER: Final = timedelta(days=1)


class Rail(StrEnum):
    """The ways to pay: a platform may allow digital goods to be sold in Stars only."""

    STARS = "stars"
    CARD = "card"


class Thing(StrEnum):
    """The goods that the market sells. Each is delivered by the slice that listens for its purchase."""

    PROMOTION = "promotion"
    RECAP = "recap"


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class BuyThing(FrozenModel):
    """Ask to buy. `subject`: its id in its own slice; `price` in Stars, or in a currency for a card.

    `title` and `description` stand on the invoice as they are: 32 and 255 characters (Bot API, sendInvoice).
    `lasts_days`: how long a delivery that runs over time can be ended, and its rest refunded.
    `platform`: the code of the platform that an invoice in Stars goes to.
    """

    thing: Thing
    subject: Annotated[str, StringConstraints(min_length=1, max_length=26)]
    title: Title
    description: Description
    price_minor: Annotated[int, Field(gt=0, le=1_000_000)]
    lasts_days: Annotated[int, Field(ge=0, le=366)] = 0  # how long a part of it can still be given back
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    platform: Annotated[str, StringConstraints(max_length=10)] | None = None

    @property
    def rail(self) -> Rail:
        return Rail.STARS if self.currency == STARS.code else Rail.CARD


BUYER = frozenset({"buyer"})
OPERATOR = frozenset({"operator"})
GIVES_BACK = frozenset({"operator", "system"})


class PurchaseState(StrEnum):
    OFFERED = "offered"
    PAID = "paid"
    CLOSED = "closed"
    GIVING_BACK = "giving_back"
    KEPT = "kept"
    GIVEN_BACK = "given_back"


PURCHASE: Final = Process(
    name="purchase",
    initial=PurchaseState.OFFERED,
    final=frozenset({PurchaseState.CLOSED, PurchaseState.KEPT, PurchaseState.GIVEN_BACK}),
    transitions=(
        Transition(PurchaseState.OFFERED, "pay", PROVIDER, PurchaseState.PAID),
        Transition(PurchaseState.OFFERED, "not_offered", PROVIDER, PurchaseState.CLOSED),
        Transition(PurchaseState.OFFERED, "leave", BUYER, PurchaseState.CLOSED),
        Transition(PurchaseState.OFFERED, "offer_over", TIME, PurchaseState.CLOSED, OFFERED_FOR),
        Transition(PurchaseState.PAID, "ask_back", BUYER, PurchaseState.PAID),
        Transition(PurchaseState.PAID, "refuse", OPERATOR, PurchaseState.PAID),
        Transition(PurchaseState.PAID, GIVE_BACK, GIVES_BACK, PurchaseState.GIVING_BACK, reminds=OPERATOR),
        Transition(PurchaseState.PAID, "used_up", TIME, PurchaseState.KEPT, MAY_COME_BACK),
        Transition(PurchaseState.GIVING_BACK, "gone_back", PROVIDER | GIVES_BACK, PurchaseState.GIVEN_BACK),
        # If the bank returns a price that it had kept, what was not delivered can be refunded again.
        Transition(PurchaseState.KEPT, "regain", PROVIDER, PurchaseState.PAID),
    ),
    binds=frozenset({GIVE_BACK}),
)


class ChargebackResult(StrEnum):
    """The state of a chargeback of the price: not decided (`open`), or kept by the bank (`lost`)."""

    OPEN = "open"
    LOST = "lost"


class Purchase(InProcess[PurchaseState], Table):
    """A purchase of one thing by one person, in the process "purchase".

    `back_reason`: why the buyer asks for a refund; `back_answer`: why an operator refuses it. `rest_minor`: what was
    not used when it ended before an operator had answered.
    """

    __tablename__ = "purchase"

    state: Mapped[PurchaseState] = mapped_column(OneOf(PurchaseState), index=True)
    buyer: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    thing: Mapped[Thing] = mapped_column(OneOf(Thing))
    subject: Mapped[str] = mapped_column(Id, index=True)
    title: Mapped[str] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(String(255))
    rail: Mapped[Rail] = mapped_column(OneOf(Rail))
    price_minor: Mapped[int] = mapped_column(Minor)
    credit_minor: Mapped[int] = mapped_column(Minor, default=0)  # the part paid by Stars that came back earlier
    back_minor: Mapped[int] = mapped_column(Minor, default=0)  # the part given back
    currency: Mapped[str] = mapped_column(String(3))
    lasts_days: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
    open_until: Mapped[datetime] = mapped_column(Instant)
    credit_hold: Mapped[str | None] = mapped_column(Id)  # reserved in the books while the offer is open
    page_ref: Mapped[str | None] = mapped_column(String(120))
    url: Mapped[str | None] = mapped_column(Words)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_back_at: Mapped[datetime | None] = mapped_column(Instant)
    back_reason: Mapped[str | None] = mapped_column(Words)
    back_answer: Mapped[str | None] = mapped_column(Words)
    rest_minor: Mapped[int | None] = mapped_column(Minor)
    chargeback: Mapped[ChargebackResult | None] = mapped_column("recall", OneOf(ChargebackResult))

    price = MoneyOf()
    credit = MoneyOf()

    @property
    def asked(self) -> Money:
        """Return what is still to be paid for it."""
        return self.price - self.credit

    back = MoneyOf()

    @property
    def rest(self) -> Money:
        """Return what was not used when it ended: it goes back, even if an operator refuses the rest."""
        return Money(self.rest_minor or 0, self.currency)

    @property
    def refund_is_asked(self) -> bool:
        """Return whether the buyer's refund request waits for an operator. During a chargeback no operator decides."""
        waits = self.asked_back_at is not None and self.back_answer is None
        return waits and self.state == PurchaseState.PAID and self.chargeback is None


class PurchasePayment(Table):
    """Money that has come for a purchase, once by its outside id."""

    __tablename__ = "purchase_payment"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchase.id"), index=True)
    charge_ref: Mapped[str] = mapped_column(String(200), unique=True)
    intent_ref: Mapped[str | None] = mapped_column(String(120))
    payer: Mapped[str | None] = mapped_column(String(40))  # the payer's id on the platform
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(Instant)

    amount = MoneyOf()
