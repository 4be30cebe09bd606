"""An invoice as a PDF: the page that people read, with the electronic invoice inside it (Factur-X, EN 16931)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final, Literal

from facturx import generate_from_binary
from facturx.generate_xml import generate_xml
from fpdf import FPDF

from core.invoicing.model import Content, Party
from core.kernel.money import Money
from payments.document import line, new_page
from payments.invoices.terms import business_terms, notes, quantity_of

LEVEL: Final = "en16931"
Syntax = Literal["factur-x", "ubl-2.1"]
WIDTHS: Final = (104, 26, 30, 30)  # mm, of the columns of the only table


def electronic(content: Content, number: str, issued_on: date, syntax: Syntax = "factur-x") -> bytes:
    """The invoice as machines read it, in one of the two syntaxes of EN 16931, held against its schema.

    Raises ValueError for what does not fit.
    """
    terms = business_terms(content, number, issued_on)
    xml: bytes = generate_xml(terms, flavor=syntax, level=LEVEL, check_schematron=None)
    return xml


def issued(content: Content, number: str, issued_on: date) -> bytes:
    """The whole document: what both sides' book-keepers keep."""
    kind = "Invoice" if content.corrects is None else "Credit note"
    page = _drawn(content, f"{kind} {number}", issued_on)
    title = f"{content.issuer.name}: {kind} {number}"
    told = {"author": content.issuer.name, "title": title, "subject": title, "keywords": "Factur-X, EN 16931"}
    pdf: bytes = generate_from_binary(
        bytes(page.output()),
        electronic(content, number, issued_on),
        flavor="factur-x",
        level=LEVEL,
        check_xsd=False,  # it was held against it just now
        pdf_metadata=told,
        lang="en",
    )
    return pdf


def draft(content: Content, today: date) -> bytes:
    """The same figures for whoever writes the invoice themselves: without a number it is none, and says so."""
    return bytes(_drawn(content, "Draft. This is not an invoice", today).output())


def _drawn(content: Content, title: str, day: date) -> FPDF:
    page = new_page(datetime.combine(day, time.min, UTC))
    line(page, title, 16, "B")
    page.ln(2)
    for said in _head(content, day):
        line(page, said, 9)
    page.ln(3)
    for role, party in (("From", content.issuer), ("To", content.recipient)):
        line(page, role, 9, "B")
        for said in _party(party):
            line(page, said, 9)
        page.ln(2)
    _table(page, content)
    for said in (*notes(content), *_end(content)):
        line(page, said, 9)
    return page


def _head(content: Content, day: date) -> list[str]:
    said = [f"Date: {day.isoformat()}", f"Supplied: {content.supply.on.isoformat()}"]
    if content.supply.ref:
        said.append(f"Contract: {content.supply.ref}")
    if content.corrects is not None:
        said.append(f"Corrects invoice {content.corrects.number} of {content.corrects.issued_on.isoformat()}")
    if content.supply.order:
        said.append(f"Purchase order: {content.supply.order}")
    if content.supply.cost_centre:
        said.append(f"Cost centre: {content.supply.cost_centre}")
    return said


def _party(party: Party) -> list[str]:
    number = f"VAT {party.vat_number}" if party.vat_number else ""
    return [
        each
        for each in (party.name, party.address, ", ".join(filter(None, (party.place, party.country))), number)
        if each
    ]


def _table(page: FPDF, content: Content) -> None:
    sums, tax = content.sums, content.tax
    rate = "?" if tax is None else f"{tax.category.value} {tax.percent:f} %"
    rows = [
        ("What", "VAT", "Quantity", "Net"),
        (content.supply.what, rate, quantity_of(content), _money(content, sums.net)),
        ("Net", "", "", _money(content, sums.net)),
        ("VAT", rate, "", _money(content, sums.vat)),
    ]
    if sums.rounding:
        rows.append(("Rounding", "", "", _money(content, sums.rounding)))
    rows.append(("Total", "", "", _money(content, sums.gross)))
    page.set_font("DejaVu", "", 9)
    with page.table(
        col_widths=WIDTHS, text_align=("LEFT", "LEFT", "RIGHT", "RIGHT"), borders_layout="HORIZONTAL_LINES"
    ) as table:
        for row in rows:
            drawn = table.row()
            for cell in row:
                drawn.cell(cell)
    page.ln(3)


def _end(content: Content) -> list[str]:
    if content.tax is None:
        return ["How this is taxed depends on more than the market knows: please ask your book-keeper."]
    given = "Given back" if content.corrects is not None else "Paid"
    return [each for each in (content.tax.reason, f"{given}: nothing is left to pay.") if each]


def _money(content: Content, minor: int) -> str:
    return str(Money(minor, content.currency))
