"""Pure decisions about invoices: what of a gross amount is VAT, what a credit note takes back, how a number reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from core.invoicing.model import MARKET, Paper, Sums
from core.kernel.exact import vat_within
from core.people.rules import known_zone

# Numbers that we give in somebody's name must not meet those that they give themselves: hence a prefix of ours.
SERIES: Final = {
    (True, Paper.INVOICE): "PM",
    (True, Paper.CREDIT_NOTE): "PMC",
    (False, Paper.INVOICE): "PA",
    (False, Paper.CREDIT_NOTE): "PAC",
}


def sums_of(gross: int, rate_bp: int) -> Sums:
    """The parts of what was paid, VAT included."""
    net, vat, rounding = vat_within(gross, rate_bp)
    return Sums(net=net, vat=vat, rounding=rounding)


def credit_sums(invoiced: int, credited: int, gross: int, rate_bp: int) -> Sums:
    """The parts of a credit note, on the running total: all of an invoice's credit notes make exactly the invoice.

    `invoiced`: the invoice's gross, `credited`: what of it was taken back before.
    """
    assert 0 < gross <= invoiced - credited, "no more is taken back than was invoiced"
    before, after = sums_of(invoiced - credited, rate_bp), sums_of(invoiced - credited - gross, rate_bp)
    return Sums(net=before.net - after.net, vat=before.vat - after.vat, rounding=before.rounding - after.rounding)


def day_in(zone: str, moment: datetime) -> date:
    """The day by the clock where an issuer is at home: on New Year's night another year than that of UTC."""
    return moment.astimezone(known_zone(zone)).date()


def series_of(issuer: str, paper: Paper) -> str:
    return SERIES[issuer == MARKET, paper]


def number_of(series: str, year: int, serial: int) -> str:
    """PA-2026-000017."""
    return f"{series}-{year}-{serial:06d}"
