"""Invoices as files: each taxation fits the schema of EN 16931, adds up there too, and is inside the PDF."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import escape

import pytest
from facturx import get_xml_from_pdf
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from config.platforms import PLATFORMS
from conversations.wording import Wordings
from core.books.invoicing.model import Content, Kind
from documents.invoices.page import draft, electronic, issued
from tests.documents.papers import AT_HOME, DAY, GERMAN, NUMBER, PAPERS, SELLER, credit, paper, to, worded

RAM = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}


def read(content: Content) -> dict[str, Decimal]:
    """Return the sums as a machine reads them."""
    found = etree.fromstring(electronic(content, NUMBER, DAY))
    [sums] = found.iterfind(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", RAM)
    return {etree.QName(each).localname: Decimal(each.text or "") for each in sums}


@pytest.mark.parametrize("name", PAPERS)
def test_each_taxation_fits_the_schema_and_says_why(name: str) -> None:
    xml = electronic(PAPERS[name], NUMBER, DAY).decode()
    category = name.removeprefix("credit note on a part of ").partition(",")[0]
    assert f"<ram:CategoryCode>{category}</ram:CategoryCode>" in xml
    assert ("ExemptionReason>" in xml) == (category != "S")
    assert ("<ram:TypeCode>381<" in xml) == ("PA-2026-000001" in xml) == name.startswith("credit")
    assert ('schemeID="VA">LT100001919017<' in xml) == (category != "O")


@settings(max_examples=40)
@given(st.integers(1, 10**9), st.sampled_from([0, 900, 2_100, 2_550]), st.booleans(), st.data())
def test_machine_readable_sums_equal_the_payment(gross: int, rate: int, abroad: bool, data: st.DataObject) -> None:
    seller = SELLER.model_copy(update={"home_bp": rate})
    content = paper(Kind.GOODS, seller, GERMAN if abroad else AT_HOME, to("DE" if abroad else "LT"), gross)
    for each in (content, credit(content, data.draw(st.integers(1, gross)))):
        sums = read(each)
        whole = Decimal(each.sums.gross) / 100
        assert sums["TaxBasisTotalAmount"] + sums["TaxTotalAmount"] == sums["GrandTotalAmount"]
        assert sums["GrandTotalAmount"] + sums.get("RoundingAmount", Decimal(0)) == whole == sums["TotalPrepaidAmount"]
        assert sums["DuePayableAmount"] == 0


def plain(text: str) -> str:
    return " ".join(text.split())


def text_of(pdf: bytes) -> str:
    return plain("\n".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages))


def test_the_file_has_the_page_for_people_and_the_invoice_for_machines() -> None:
    content = PAPERS["K"]
    pdf = issued(content, NUMBER, DAY)
    name, inside = get_xml_from_pdf(pdf)
    assert name == "factur-x.xml"
    assert inside == electronic(content, NUMBER, DAY)
    text = text_of(pdf)
    for said in (
        *("Invoice PA-2026-000002", "Girios & Sūnūs UAB", "VAT DE136695976", "Purchase order: PO 4500123456"),
        *("Cost centre: KST 12", "FSC-C123456 CB-COC-123456", "24.36 t", "€5,237.41", "Kiel, Germany"),
        *("Wood pellets, ENplus A1 · DAP Kiel · lot 1", "Intra-Community supply (Article 138, Directive 2006/112/EC)"),
        "in the name and on behalf of Girios & Sūnūs UAB, as agreed on 21 Nov 2026",
    ):
        assert said in text


def test_goods_have_their_unit_price_and_what_was_taken_off_it_has_its_reason() -> None:
    """For people and for machines (article 226 (8) of Directive 2006/112/EC; BT-146, BG-27); and who declares what."""
    content = PAPERS["S, for less than was agreed"]
    text, xml = text_of(issued(content, NUMBER, DAY)), etree.fromstring(electronic(content, NUMBER, DAY))
    reason = "Price reduction under the contract, for what was found after delivery"
    for said in (
        *("Quantity × net unit price", "23.833 t × 176.1406 EUR/t", "€4,197.96", reason, "-€154.86", "€4,043.10"),
        *("Certified, as the seller declares: fsc FSC-C123456", "Raudondvario pl. 86"),
    ):
        assert plain(said) in text
    told = {
        etree.QName(each).localname: each.text
        for each in xml.iterfind(".//ram:IncludedSupplyChainTradeLineItem//*", RAM)
    }
    assert (told["ChargeAmount"], told["BilledQuantity"], told["LineTotalAmount"]) == ("176.1406", "23.833", "4043.10")
    assert (told["ActualAmount"], told["Reason"]) == ("154.86", reason)
    [buyer] = xml.iterfind(".//ram:BuyerTradeParty//ram:LineOne", RAM)
    assert buyer.text == "Raudondvario pl. 86"


def test_a_town_that_the_address_names_is_not_said_again() -> None:
    kiel = GERMAN.model_copy(update={"address": "Hafenstr. 1, 24103 Kiel"})
    said = paper(Kind.GOODS, SELLER, kiel, to("DE")).document_words
    assert said is not None
    assert said.parties[1][1:] == ("Wärme GmbH", "Hafenstr. 1, 24103 Kiel", "Germany", "VAT DE136695976")


@pytest.mark.parametrize("language", ["en", "de", "lt"])
def test_a_quantity_with_its_price_stands_on_one_line(language: str) -> None:
    told = worded(PAPERS["S, for less than was agreed"], language=language)
    assert told.document_words is not None
    lines = PdfReader(BytesIO(issued(told, NUMBER, DAY))).pages[0].extract_text().splitlines()
    assert any(plain(told.document_words.rows[1][2]) in plain(each) for each in lines)


def test_a_service_is_one_on_the_page_as_it_is_for_machines_and_what_is_given_back_is_no_number_of_anything() -> None:
    service, given_back = PAPERS["AE"], PAPERS["credit note on a part of S"]
    assert service.document_words is not None
    assert given_back.document_words is not None
    assert service.document_words.rows[1][2] == "1"
    assert given_back.document_words.rows[1][2] == ""
    assert b'BilledQuantity unitCode="C62">1<' in electronic(service, NUMBER, DAY)


@pytest.mark.parametrize("language", Wordings(PLATFORMS).languages())
def test_a_paper_is_in_one_language_and_the_same_for_machines(language: str) -> None:
    """Its words, dates and amounts; what a tax office looks for stays: the article, and the code that says why."""
    heard: set[str] = set()
    for name, content in PAPERS.items():
        told = worded(content, language=language)
        said = told.document_words
        assert said is not None
        for syntax in ("factur-x", "ubl-2.1"):
            xml = plain(electronic(told, NUMBER, DAY, syntax).decode())
            for each in (said.line, said.reason, said.quantity, *said.notes):
                assert escape(plain(each)) in xml
        assert ("2006/112" in said.reason) == (name.removeprefix("credit note on a part of ") in ("AE", "K", "G"))
        heard |= {said.title, said.line, said.reason, *said.head, *said.notes, *said.end}
        heard |= {party[0] for party in said.parties} | {cell for row in said.rows for cell in row}
    english = {
        each
        for content in PAPERS.values()
        if content.document_words
        for each in (content.document_words.title, *content.document_words.end)
    }
    assert bool(heard & english) == (language == "en")
    assert not any("invoice." in each for each in heard), "every word is in its catalogue"


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "de-AT",
            (
                "Rechnung PA-2026-000002",
                "Datum: 21. Nov. 2026",
                "Holzpellets, ENplus A1 · DAP Kiel · Los 1",
                "24,36 t",
                "Kiel, Deutschland",
                "Steuerfreie innergemeinschaftliche Lieferung (Artikel 138 der Richtlinie 2006/112/EG)",
            ),
        ),
        ("fr", ("Facture PA-2026-000002", "Date : 21 nov. 2026", "5 237,41 €", "Payé : il ne reste rien à payer.")),
        (
            "uk",
            (
                "Рахунок-фактура PA-2026-000002",
                "Постачання в межах ЄС (стаття 138 Директиви 2006/112/ЄС)",
                "Kiel, Німеччина",
            ),
        ),
    ],
)
def test_the_page_is_read_in_its_language(language: str, sentences: tuple[str, ...]) -> None:
    pdf = issued(worded(PAPERS["K"], language=language), NUMBER, DAY)
    assert [each for each in sentences if plain(each) not in text_of(pdf)] == []
    assert str(PdfReader(BytesIO(pdf)).trailer["/Root"]["/Lang"]) == language  # type: ignore[index]


def test_reader_of_an_unsupported_language_gets_an_invoice_in_english() -> None:
    pdf = issued(worded(PAPERS["K"], language="pt-BR"), NUMBER, DAY)
    assert "Invoice PA-2026-000002" in text_of(pdf)
    assert str(PdfReader(BytesIO(pdf)).trailer["/Root"]["/Lang"]) == "en-GB"  # type: ignore[index]


def test_a_paper_from_before_there_were_languages_stays_as_it_was_worded() -> None:
    now = PAPERS["AE"].model_dump(mode="json", exclude={"document_words", "language"})
    now["supply"] = {"what": "Consultation, 30 minutes", "on": "2026-11-21", "ref": "S7P3QX"}
    now["tax"] = {"category": "AE", "rate_bp": 0, "reason": "Reverse charge", "code": "VATEX-EU-AE"}
    said = worded(Content.model_validate(now)).document_words
    assert said is not None
    assert (said.line, said.reason) == ("Consultation, 30 minutes", "Reverse charge")


def test_a_draft_says_that_it_is_no_invoice_and_has_none_inside() -> None:
    pdf = draft(worded(PAPERS["S"].model_copy(update={"tax": None}), None), DAY)
    text = "".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages)
    assert "This is not an invoice" in text
    assert "please ask your book-keeper" in text
    assert "factur-x.xml" not in PdfReader(BytesIO(pdf)).attachments
