"""Money as whole minor units of one currency, and the price of one unit of goods.

No float ever gets in: a float is our own mistake (TypeError), everything a person can cause is a `Refusal`.
All rounding is half up, away from zero, and happens once, at the end of an exact calculation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from typing import Any, Final

from core.kernel.decimals import decimals_of, finite, half_up, half_up_to, plain
from core.kernel.errors import Invalid
from core.kernel.quantity import Quantity, converted, unit_named

BASIS_POINTS: Final = 10_000
# Eighteen digits: fits a 64-bit column, and is more than any market will ever clear.
LARGEST_MINOR: Final = 10**17
PRICE_DECIMALS: Final = 4
LARGEST_PRICE: Final = Decimal(10**9)


class MoneyRefused(Invalid):
    """An amount, a currency or a price that cannot be taken; the code starts with `money.` or `price.`."""


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency; `exponent` is the number of decimals of its minor unit."""

    code: str
    exponent: int


# ISO 4217 exponents of the currencies this trade is paid in. Forint formally keeps its two.
CURRENCIES: Final[dict[str, Currency]] = {
    code: Currency(code, exponent)
    for code, exponent in {
        **dict.fromkeys(("EUR", "USD", "GBP", "PLN", "SEK", "NOK", "DKK", "CHF", "CZK", "HUF", "RON", "UAH"), 2),
        **dict.fromkeys(("MDL", "GEL", "TRY", "RSD", "CAD"), 2),
        **dict.fromkeys(("JPY", "ISK"), 0),
    }.items()
}

# A chat platform's own unit for what is sold within it. Deals and payouts never use it, so it is not among the others.
STARS: Final = Currency("XTR", 0)


def currency_named(code: str) -> Currency:
    """Return the currency of an ISO code in capitals, or Stars; refuse unknown codes."""
    known = STARS if code == STARS.code else CURRENCIES.get(code)
    if known is None:
        raise MoneyRefused("money.currency_unknown", given=code, known=tuple(sorted(CURRENCIES)))
    return known


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units (cents) of `currency`. May be negative: a ledger needs both signs."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is counted in whole minor units, not in {type(self.minor).__name__}")
        currency_named(self.currency)
        if abs(self.minor) > LARGEST_MINOR:
            raise MoneyRefused("money.too_large", currency=self.currency)

    @classmethod
    def of(cls, amount: Decimal | int, currency: str) -> Money:
        """Major units (`Decimal("12.50")`, "EUR"); refuses decimals that the currency does not have."""
        value, exponent = finite(amount), currency_named(currency).exponent
        if abs(value) > LARGEST_MINOR:
            raise MoneyRefused("money.too_large", currency=currency)
        if decimals_of(value) > exponent:
            raise MoneyRefused("money.too_many_decimals", given=value, currency=currency, decimals=exponent)
        return cls(int(Fraction(value) * 10**exponent), currency)

    @classmethod
    def rounded(cls, amount: Fraction, currency: str) -> Money:
        """Major units, rounded half up to the minor unit. Call it once, at the end of an exact calculation."""
        if not isinstance(amount, Fraction):
            raise TypeError(f"round exact fractions only, not {type(amount).__name__}")
        return cls(half_up(amount * 10 ** currency_named(currency).exponent), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return an amount of zero in that currency."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """Return the sum, which is zero of `currency` when there is nothing to add."""
        result = cls.zero(currency)
        for amount in amounts:
            result += amount
        return result

    @property
    def amount(self) -> Decimal:
        """Major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-currency_named(self.currency).exponent)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._minor_of(other)

    def share(self, basis_points: int) -> Money:
        """Return this many hundredths of a percent of the amount, rounded half up: 250 is 2.5 %."""
        if type(basis_points) is not int:
            raise TypeError("a rate is a whole number of basis points")
        return Money(half_up(Fraction(self.minor * basis_points, BASIS_POINTS)), self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Split into parts in proportion to `weights` that sum to exactly this (largest remainder; ties go to the
        earlier).
        """
        if not weights or any(type(weight) is not int or weight < 0 for weight in weights) or not sum(weights):
            raise ValueError("weights are whole numbers, none negative, at least one above zero")
        whole, sign = abs(self.minor), -1 if self.minor < 0 else 1
        parts = [divmod(whole * weight, sum(weights)) for weight in weights]
        minors = [floor for floor, _ in parts]
        neediest = sorted(range(len(parts)), key=lambda i: (-parts[i][1], i))
        for i in neediest[: whole - sum(minors)]:
            minors[i] += 1
        return [Money(sign * minor, self.currency) for minor in minors]

    def _minor_of(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MoneyRefused("money.currencies_differ", left=self.currency, right=other.currency)
        return other.minor


def running_total_fee(cumulative: Money, earlier_fees: Money, basis_points: int) -> Money:
    """Return the fee due now, so that all fees together are the fee on the running total.

    Ten lots then cost exactly what one large lot costs. The fee is negative when the total has shrunk by a refund: that
    much is given back.
    """
    return cumulative.share(basis_points) - earlier_fees


class MoneyOf:
    """Reads a column of minor units as money: `price = MoneyOf()` is `price_minor` in the row's `currency`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._column = f"{name}_minor"

    def __get__(self, row: Any, owner: type | None = None) -> Money:
        return Money(getattr(row, self._column), row.currency)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """`amount` major units of `currency` for one `unit` of goods; positive, at most four decimals."""

    amount: Decimal
    currency: str
    unit: str

    def __post_init__(self) -> None:
        value = finite(self.amount)
        currency_named(self.currency)
        unit_named(self.unit)
        if value <= 0:
            raise MoneyRefused("price.not_positive", given=value)
        if value > LARGEST_PRICE:
            raise MoneyRefused("price.too_large", given=value, most=LARGEST_PRICE)
        if decimals_of(value) > PRICE_DECIMALS:
            raise MoneyRefused("price.too_many_decimals", given=value, decimals=PRICE_DECIMALS)
        object.__setattr__(self, "amount", plain(value))

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}/{self.unit}"

    def times(self, quantity: Quantity) -> Money:
        """Return what the quantity costs. Refuses a unit that has no fixed conversion to the price's unit."""
        return Money.rounded(converted(quantity, self.unit) * Fraction(self.amount), self.currency)

    def per(self, unit: str) -> UnitPrice:
        """Return the price per another unit of the same kind, rounded half up to four decimals."""
        of_one = converted(Quantity(Decimal(1), unit), self.unit) * Fraction(self.amount)
        return UnitPrice(half_up_to(of_one, PRICE_DECIMALS), self.currency, unit)
