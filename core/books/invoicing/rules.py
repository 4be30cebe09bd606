"""Pure decisions about invoices: the VAT in a gross amount, the amounts of credit notes, the form of numbers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Final

from core.books.invoicing.model import MARKET, Content, DocumentKind, Sums
from core.kernel.decimals import half_up_to, vat_within
from core.kernel.money import PRICE_DECIMALS, Money
from core.people.accounts.rules import known_zone

LARGEST_BASE: Final = 7  # powers of ten of units that a price may be for
# Numbers that we give in a company's name must not meet its own numbers: hence a prefix of ours.
SERIES: Final = {
    (True, DocumentKind.INVOICE): "PM",
    (True, DocumentKind.CREDIT_NOTE): "PMC",
    (False, DocumentKind.INVOICE): "PA",
    (False, DocumentKind.CREDIT_NOTE): "PAC",
}


def sums_of(gross: int, rate_bp: int) -> Sums:
    """Split a payment into its parts, VAT included."""
    net, vat, rounding = vat_within(gross, rate_bp)
    return Sums(net=net, vat=vat, rounding=rounding)


def credit_sums(invoiced: int, credited: int, gross: int, rate_bp: int) -> Sums:
    """Return the parts of a credit note, on the running total. All credit notes of an invoice make exactly the invoice.

    `invoiced`: the invoice's gross.
    `credited`: what of it was taken back before.
    """
    assert 0 < gross <= invoiced - credited, "no more is taken back than was invoiced"
    before, after = sums_of(invoiced - credited, rate_bp), sums_of(invoiced - credited - gross, rate_bp)
    return Sums(net=before.net - after.net, vat=before.vat - after.vat, rounding=before.rounding - after.rounding)


def line_sums(content: Content) -> tuple[int, int]:
    """Return the only line in net minor units: the goods' price by the contract, and what was taken off that."""
    agreed, rate = content.supply.agreed_minor, content.tax.rate_bp if content.tax is not None else 0
    if agreed is None or content.corrects is not None:
        return content.sums.net, 0
    full = sums_of(agreed, rate).net
    return full, full - content.sums.net


def stands_otherwise(written: Content, now: Content) -> bool:
    """Return whether a side or the VAT now differs from the invoice. Clocks and rates of other sales are not on it."""
    sides = ((written.issuer, now.issuer), (written.recipient, now.recipient))
    unwritten = {"home_bp": None, "zone": "UTC"}
    if any(old.model_copy(update=unwritten) != new.model_copy(update=unwritten) for old, new in sides):
        return True
    old, new = written.tax, now.tax
    return old is None or new is None or (old.category, old.rate_bp) != (new.category, new.rate_bp)


def unit_price(net: Money, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Return the net price and its base quantity (BT-146, BT-149), so that the quantity costs just `net`, rounded once.

    The base is one unit and the price has two decimals where that fits, else up to four. Otherwise the base is ten
    units, a hundred and so on.
    """
    for power, decimals in product(range(LARGEST_BASE), range(2, PRICE_DECIMALS + 1)):
        base = Decimal(10**power)
        price = half_up_to(Fraction(net.amount) * Fraction(base) / Fraction(quantity), decimals)
        if Money.rounded(Fraction(price) * Fraction(quantity) / Fraction(base), net.currency) == net:
            return price, base
    return net.amount, quantity


def day_in(zone: str, moment: datetime) -> date:
    """Return the day by the clock of the issuer's home. On New Year's night its year differs from that of UTC."""
    return moment.astimezone(known_zone(zone)).date()


def series_of(issuer: str, kind: DocumentKind) -> str:
    return SERIES[issuer == MARKET, kind]


def number_of(series: str, year: int, serial: int) -> str:
    """PA-2026-000017."""
    return f"{series}-{year}-{serial:06d}"
