"""Invoices as files: each taxation fits the schema of EN 16931, adds up there too, and is inside the PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from facturx import get_xml_from_pdf
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from core.invoicing.model import Content, Kind
from payments.invoices.carrier import pdf_of
from payments.invoices.page import draft, electronic, issued
from tests.payments.papers import AT_HOME, DAY, GERMAN, PAPERS, SELLER, credit, paper, to

RAM = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}


def read(content: Content) -> dict[str, Decimal]:
    """The sums as a machine reads them."""
    found = etree.fromstring(electronic(content, "PA-2026-000002", DAY))
    [sums] = found.iterfind(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", RAM)
    return {etree.QName(each).localname: Decimal(each.text or "") for each in sums}


@pytest.mark.parametrize("name", PAPERS)
def test_each_taxation_fits_the_schema_and_says_why(name: str) -> None:
    xml = electronic(PAPERS[name], "PA-2026-000002", DAY).decode()
    category = name.removeprefix("credit note on a part of ").partition(",")[0]
    assert f"<ram:CategoryCode>{category}</ram:CategoryCode>" in xml
    assert ("ExemptionReason>" in xml) == (category != "S")
    assert ("<ram:TypeCode>381<" in xml) == ("PA-2026-000001" in xml) == name.startswith("credit")
    assert ('schemeID="VA">LT100001919017<' in xml) == (category != "O")


@settings(max_examples=40)
@given(st.integers(1, 10**9), st.sampled_from([0, 900, 2_100, 2_550]), st.booleans(), st.data())
def test_what_a_machine_adds_up_is_what_was_paid(gross: int, rate: int, abroad: bool, data: st.DataObject) -> None:
    seller = SELLER.model_copy(update={"home_bp": rate})
    content = paper(Kind.GOODS, seller, GERMAN if abroad else AT_HOME, to("DE" if abroad else "LT"), gross)
    for each in (content, credit(content, data.draw(st.integers(1, gross)))):
        sums = read(each)
        whole = Decimal(each.sums.gross) / 100
        assert sums["TaxBasisTotalAmount"] + sums["TaxTotalAmount"] == sums["GrandTotalAmount"]
        assert sums["GrandTotalAmount"] + sums.get("RoundingAmount", Decimal(0)) == whole == sums["TotalPrepaidAmount"]
        assert sums["DuePayableAmount"] == 0


def test_the_file_has_the_page_for_people_and_the_invoice_for_machines() -> None:
    content = PAPERS["K"]
    pdf = issued(content, "PA-2026-000002", DAY)
    name, inside = get_xml_from_pdf(pdf)
    assert name == "factur-x.xml"
    assert inside == electronic(content, "PA-2026-000002", DAY)
    text = " ".join("".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages).split())
    for said in (
        *("Invoice PA-2026-000002", "Girios & Sūnūs UAB", "VAT DE136695976", "Purchase order: PO 4500123456"),
        *("Cost centre: KST 12", "FSC-C123456 CB-COC-123456", "24.36 t", "5237.41 EUR", "Intra-Community supply"),
        "in the name and on behalf of Girios & Sūnūs UAB, as agreed on 2026-11-21",
    ):
        assert said in text


def test_a_draft_says_that_it_is_no_invoice_and_has_none_inside() -> None:
    pdf = draft(PAPERS["S"].model_copy(update={"tax": None}), DAY)
    text = "".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages)
    assert "This is not an invoice" in text
    assert "please ask your book-keeper" in text
    assert "factur-x.xml" not in PdfReader(BytesIO(pdf)).attachments


def test_a_draft_is_of_the_day_by_its_issuers_clock() -> None:
    content = PAPERS["S"].model_copy(update={"issuer": SELLER.model_copy(update={"zone": "Europe/Vilnius"})})
    pdf = pdf_of(content, None, None, datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
    assert "Date: 2027-01-01" in "".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages)
