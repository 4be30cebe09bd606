"""What the market asks of a payment provider, and the three answers there are: done, refused, or nobody knows.

A provider never raises for what its service or the network does. All amounts are `Money`: whole minor units as
ISO 4217 has them; a provider that counts otherwise converts. Every ask carries a `key`: the same key with the
same ask has one effect, however often it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeAlias, TypeVar

from core.kernel.money import Money

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Done(Generic[Value]):
    """It has happened, or was read."""

    value: Value


@dataclass(frozen=True, slots=True)
class Refused:
    """It has not happened and will not under this key. `final`: nor under another, until a person has looked at it."""

    why: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened. Only the same key again, or a look, can tell. `seconds`: the wait they asked for."""

    why: str
    seconds: float | None = None


Answer: TypeAlias = Done[Value] | Refused | Unknown


@dataclass(frozen=True, slots=True)
class CheckoutAsk:
    """Open a page on which the buyer pays `amount`. `group` ties together all that is moved for one deal."""

    key: str
    payment: str
    deal: str
    group: str
    title: str
    amount: Money
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Funding:
    """Money that has come: `amount` less `fee`, which may be in the currency of our account with the provider."""

    amount: Money
    fee: Money
    intent: str
    charge: str


class CheckoutState(StrEnum):
    """open → paid; or settling (a slow method), then paid or failed; or expired."""

    OPEN = "open"
    SETTLING = "settling"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page as the provider has it. `payment` is ours when we made it; `url` while it is open."""

    ref: str
    payment: str | None
    state: CheckoutState
    url: str | None
    expires_at: datetime
    funding: Funding | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """One attempt to pay. `payment` is ours when we asked for it; `funding` once the money is there."""

    ref: str
    payment: str | None
    funding: Funding | None


@dataclass(frozen=True, slots=True)
class TransferAsk:
    """Send `amount` out of `charge` to a seller's account."""

    key: str
    effect: str
    amount: Money
    charge: str
    account: str
    group: str


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Give `amount` of what came with `intent` back to the buyer."""

    key: str
    effect: str
    amount: Money
    intent: str


class RefundState(StrEnum):
    """A refund may be on its way for days, and fail after all."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as the provider has it. `effect` is ours when we asked for it."""

    ref: str
    effect: str | None
    state: RefundState
    why: str = ""


@dataclass(frozen=True, slots=True)
class AccountAsk:
    """Open an account for a seller. `country`: ISO 3166-1 alpha-2."""

    key: str
    organisation: str
    name: str
    country: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """A seller as the provider knows them. `ready`: can receive transfers."""

    ref: str
    ready: bool


class Provider(Protocol):
    """One payment provider. Whatever is looked up and is not there is `Refused`; a search that finds nothing, None."""

    async def open_checkout(self, ask: CheckoutAsk) -> Answer[Checkout]: ...

    async def expire_checkout(self, ref: str) -> Answer[Checkout]:
        """Let nobody pay there any more. One that is paid or expired already is answered as it is."""
        ...

    async def checkout(self, ref: str) -> Answer[Checkout]: ...

    async def intent(self, ref: str) -> Answer[Intent]: ...

    async def transfer(self, ask: TransferAsk) -> Answer[str]:
        """The transfer's reference. Refused, not final: the seller cannot receive yet, or our balance is short."""
        ...

    async def find_transfer(self, effect: str, group: str) -> Answer[str | None]:
        """The transfer made for an effect of ours, whatever its key was."""
        ...

    async def refund(self, ask: RefundAsk) -> Answer[Refund]: ...

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]: ...

    async def find_refund(self, effect: str, intent: str) -> Answer[Refund | None]:
        """The latest refund made for an effect of ours, whatever its key was."""
        ...

    async def open_account(self, ask: AccountAsk) -> Answer[Account]: ...

    async def account(self, ref: str) -> Answer[Account]: ...

    async def account_link(self, key: str, ref: str) -> Answer[str]:
        """The page where a seller tells what the provider has to know. It works once and for minutes."""
        ...

    async def balance(self) -> Answer[dict[str, Money]]:
        """What the provider holds for us by currency, available or not yet; without what the operator has put in
        as a reserve or taken out as earnings, which are not in the market's books."""
        ...

    async def close(self) -> None: ...
