"""An invoice as a PDF: the page that people read, with the electronic invoice inside it (Factur-X, EN 16931)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final, Literal

from facturx import generate_from_binary
from facturx.generate_xml import generate_xml
from fpdf import FPDF

from core.books.invoicing.model import Content, DocumentWords
from documents.invoices.business_terms import business_terms, words_of
from documents.page import line, new_page

LEVEL: Final = "en16931"
Syntax = Literal["factur-x", "ubl-2.1"]
WIDTHS: Final = (82, 22, 54, 32)  # mm, of the columns of the only table: a quantity with its price fits on a line


def electronic(content: Content, number: str, issued_on: date, syntax: Syntax = "factur-x") -> bytes:
    """Return the machine-readable invoice in one of the two syntaxes of EN 16931, validated against its schema.

    Raises ValueError for an invalid one.
    """
    terms = business_terms(content, number, issued_on)
    xml: bytes = generate_xml(terms, flavor=syntax, level=LEVEL, check_schematron=None)
    return xml


def issued(content: Content, number: str, issued_on: date) -> bytes:
    """Return the whole document, which both sides' bookkeepers store."""
    title = f"{content.issuer.name}: {words_of(content).title}"
    told = {"author": content.issuer.name, "title": title, "subject": title, "keywords": "Factur-X, EN 16931"}
    pdf: bytes = generate_from_binary(
        draft(content, issued_on),
        electronic(content, number, issued_on),
        flavor="factur-x",
        level=LEVEL,
        check_xsd=False,  # it was held against it just now
        pdf_metadata=told,
        lang=words_of(content).language,
    )
    return pdf


def draft(content: Content, day: date) -> bytes:
    """Draw the page alone for a seller who writes the invoice. It says that it is none, and has no number."""
    said, page = words_of(content), new_page(datetime.combine(day, time.min, UTC))
    line(page, said.title, 16, "B")
    page.ln(2)
    for each in said.head:
        line(page, each, 9)
    page.ln(3)
    for role, *lines in said.parties:
        line(page, role, 9, "B")
        for each in lines:
            line(page, each, 9)
        page.ln(2)
    _table(page, said)
    for each in (*said.notes, *said.end):
        line(page, each, 9)
    return bytes(page.output())


def _table(page: FPDF, said: DocumentWords) -> None:
    page.set_font("DejaVu", "", 9)
    with page.table(
        col_widths=WIDTHS, text_align=("LEFT", "LEFT", "RIGHT", "RIGHT"), borders_layout="HORIZONTAL_LINES"
    ) as table:
        for row in said.rows:
            drawn = table.row()
            for cell in row:
                drawn.cell(cell)
    page.ln(3)
