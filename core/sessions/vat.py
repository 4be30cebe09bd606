"""The VAT in our fee: what a consultant's statement says of it.

Our fee is the same for everybody and includes the VAT where there is any. Services to a business are taxed where it is
(Directive 2006/112/EC, article 44): another member state's business accounts for it itself (article 196), one outside
the Union is not our tax's concern. Whoever has given no VAT number is taxed as at home.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from stdnum.eu.vat import MEMBER_STATES

from core.kernel.exact import half_up
from core.kernel.money import BASIS_POINTS, Money

Treatment = Literal["charged", "reversed", "outside"]


@dataclass(frozen=True, slots=True)
class MarketVat:
    """Where the market is at home (ISO 3166), and the rate of its VAT there."""

    country: str
    rate_bp: int

    @property
    def percent(self) -> Decimal:
        """21, 25.5."""
        return Decimal(self.rate_bp) / 100


@dataclass(frozen=True, slots=True)
class FeeParts:
    """A fee as an invoice has it: without VAT, and the VAT on that."""

    fee: Money
    vat: Money
    treatment: Treatment


def parts_of(fee: Money, market: MarketVat, country: str | None, vat_number: str | None) -> FeeParts:
    """The VAT in a fee that was taken from an organisation of that country; an unknown country is home."""
    treatment = _treatment(market, country, vat_number)
    if treatment != "charged":
        return FeeParts(fee, Money.zero(fee.currency), treatment)
    net = half_up(Fraction(fee.minor * BASIS_POINTS, BASIS_POINTS + market.rate_bp))
    vat = Money(half_up(Fraction(net * market.rate_bp, BASIS_POINTS)), fee.currency)  # as the invoice has it
    return FeeParts(fee - vat, vat, treatment)


def _treatment(market: MarketVat, country: str | None, vat_number: str | None) -> Treatment:
    if country is None or country == market.country:
        return "charged"
    if country.lower() not in MEMBER_STATES:
        return "outside"
    return "charged" if vat_number is None else "reversed"
