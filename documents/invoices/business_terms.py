"""An invoice in the business terms of EN 16931 (BT and BG numbers), from which its XML is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from core.books.invoicing.model import Category, Content, DocumentWords, Party
from core.books.invoicing.rules import line_sums, unit_price
from core.kernel.money import Money

INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001
ONE: Final = "C62"
# UN/ECE Recommendation 20. What it has no name for is counted by the piece, and named in words on the line.
UNITS: Final = {
    "t": "TNE",
    "kg": "KGM",
    "MWh": "MWH",
    "kWh": "KWH",
    "GJ": "GV",
    "MJ": "3B",
    "m3": "MTQ",
    "l": "LTR",
    "loose_m3": "MTQ",
    "stacked_m3": "MTQ",
    "solid_m3": "MTQ",
}


def business_terms(content: Content, number: str, issued_on: date) -> dict[str, Any]:
    """Return the invoice's business terms. The due amount (BT-113) is zero, because all has been paid."""
    sums, tax = content.sums, content.tax
    assert tax is not None, "what is issued is taxed in a known way"
    net, vat = _amount(content, sums.net), _amount(content, sums.vat)
    terms: dict[str, Any] = {
        "BT-1": number,
        "BT-2": issued_on,
        "BT-3": INVOICE if content.corrects is None else CREDIT_NOTE,
        "BT-5": content.currency,
        "BT-12": content.supply.ref,
        "BT-13": content.supply.order,
        "BT-19": content.supply.cost_centre,
        "BT-72": content.supply.on,
        "BT-106": net,
        "BT-109": net,
        "BT-110": vat,
        "BT-112": _amount(content, sums.net + sums.vat),
        "BT-113": _amount(content, sums.gross),
        "BT-114": _amount(content, sums.rounding) if sums.rounding else "",
        "BT-115": _amount(content, 0),
        "BG-1": [{"BT-22": each} for each in words_of(content).notes],
        "BG-4": _party(content.issuer, tax.category),
        "BG-7": _party(content.recipient, tax.category),
        "BG-13": {"name": content.recipient.name, "country_code": content.supply.goods_to or content.recipient.country},
        "BG-23": [_vat(content)],
        "BG-25": [_line(content)],
    }
    if content.corrects is not None:
        terms["BG-3"] = [{"BT-25": content.corrects.number, "BT-26": content.corrects.issued_on}]
    return {name: value for name, value in terms.items() if value not in ("", [])}


def words_of(content: Content) -> DocumentWords:
    assert content.document_words is not None, "it is put into words before it is drawn"
    return content.document_words


def _party(party: Party, category: Category) -> dict[str, Any]:
    """Return a party.

    A supply outside VAT may carry no VAT number as such (BR-O-02): there it is a plain identifier.
    """
    found = {
        "name": party.name,
        "addr_l1": party.address,
        "city": party.place,
        "country_code": party.country,
        "identifiers": {None: party.vat_number or party.id},
    }
    if party.vat_number is not None and category is not Category.OUTSIDE:
        found["vat_identifier"] = party.vat_number
    return {name: value for name, value in found.items() if value}


def _vat(content: Content) -> dict[str, Any]:
    tax = content.tax
    assert tax is not None, "looked at above"
    found = {
        "BT-116": _amount(content, content.sums.net),
        "BT-117": _amount(content, content.sums.vat),
        "BT-118": tax.category.value,
        "BT-119": "" if tax.category is Category.OUTSIDE else f"{tax.percent:f}",
        "BT-120": words_of(content).reason,
        "BT-121": tax.code,
    }
    return {name: value for name, value in found.items() if value}


def _line(content: Content) -> dict[str, Any]:
    """Return the agreed price per unit, and any later reduction as an allowance (BG-27) before the line's sum."""
    supply, tax, net = content.supply, content.tax, _amount(content, content.sums.net)
    assert tax is not None, "looked at above"
    counted = supply.unit in UNITS and content.corrects is None
    amount, (full, less) = supply.amount if counted else Decimal(1), line_sums(content)
    price, base = unit_price(Money(full, content.currency), amount)
    found: dict[str, Any] = {
        "BT-126": "1",
        "BT-129": f"{amount:f}",
        "BT-130": UNITS.get(supply.unit, ONE),
        "BT-131": net,
        "BT-146": f"{price:f}",
        "BT-149": f"{base:f}",
        "BT-151": tax.category.value,
        "BT-152": "" if tax.category is Category.OUTSIDE else f"{tax.percent:f}",
        "BT-153": words_of(content).line,
        "BT-154": words_of(content).quantity,
    }
    if less:
        found["BG-27"] = [{"amount": _amount(content, less), "reason": words_of(content).reduced}]
    return {name: value for name, value in found.items() if value}


def _amount(content: Content, minor: int) -> str:
    return f"{Money(minor, content.currency).amount:f}"
