"""The VAT in our fee, for a consultant's statement.

Our fee is the same for everybody and includes the VAT where there is any. Services to a business are taxed where it is
(Directive 2006/112/EC, article 44). Another member state's business accounts for the VAT itself (article 196). A
business outside the Union does not concern our tax. Without a VAT number a business is taxed as at home.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from stdnum.eu.vat import MEMBER_STATES

from core.kernel.decimals import vat_within
from core.kernel.money import Money

Treatment = Literal["charged", "reversed", "outside"]


@dataclass(frozen=True, slots=True)
class MarketVat:
    """Where the market is at home (ISO 3166), and the rate of its VAT there."""

    country: str
    rate_bp: int

    @property
    def percent(self) -> Decimal:
        """Return the percentage, for example 21 or 25.5."""
        return Decimal(self.rate_bp) / 100


@dataclass(frozen=True, slots=True)
class FeeParts:
    """The parts of a fee on its invoice, to the cent: the net amount, its VAT, and the rounding difference."""

    fee: Money
    vat: Money
    rounding: Money
    treatment: Treatment


def parts_of(fee: Money, market: MarketVat, country: str | None, vat_number: str | None) -> FeeParts:
    """Return the VAT in a fee that was taken from an organisation of that country; an unknown country is home."""
    treatment = _treatment(market, country, vat_number)
    rate_bp = market.rate_bp if treatment == "charged" else 0
    net, vat, rounding = (Money(minor, fee.currency) for minor in vat_within(fee.minor, rate_bp))
    return FeeParts(net, vat, rounding, treatment)


def _treatment(market: MarketVat, country: str | None, vat_number: str | None) -> Treatment:
    if country is None or country == market.country:
        return "charged"
    if country.lower() not in MEMBER_STATES:
        return "outside"
    return "charged" if vat_number is None else "reversed"
