"""One invoice of each kind of taxation, and a partial credit note, for a book-keeper to try."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from core.books.invoicing.model import Content, Corrected, Goods, Kind, Party, Supply, What
from core.books.invoicing.rules import credit_sums, sums_of
from core.books.invoicing.vat import tax_of
from tests.core.invoicing_steps import PAPER_WORDS

DAY: Final = date(2026, 11, 21)
SELLER: Final = Party(
    id="01SELLER",
    name="Girios & Sūnūs UAB",
    country="LT",
    address="Savanorių pr. 1, LT-44255",
    place="Kaunas",
    vat_number="LT100001919017",
    home_bp=2_100,
)
AT_HOME: Final = Party(
    id="01HOME",
    name="Šiluma UAB",
    country="LT",
    vat_number="LT999999917",
    address="Raudondvario pl. 86",
    place="Kaunas",
)
GERMAN: Final = Party(id="01GERMAN", name="Wärme GmbH", country="DE", place="Kiel", vat_number="DE136695976")
BRITISH: Final = Party(id="01BRITISH", name="Heat Ltd", country="GB")
PELLETS: Final = Supply(
    of=What.GOODS,
    goods=Goods(product="wood_pellets", grade="ENplus_A1", incoterm="DAP", place="Kiel"),
    lot=1,
    on=DAY,
    ref="K7P3QX",
    amount=Decimal("24.36"),
    unit="t",
    order="PO 4500123456",
    cost_centre="KST 12",
    certificates=("fsc FSC-C123456 CB-COC-123456",),
)
ADVICE: Final = Supply(of=What.ADVICE, minutes=30, on=DAY, ref="S7P3QX")
RULED: Final = ADVICE.model_copy(update={"minutes": 8, "agreed_minor": 19_20})
NUMBER: Final = "PA-2026-000002"


def worded(content: Content, number: str | None = NUMBER, language: str | None = None) -> Content:
    """Return the invoice with its words, in another language if one is given."""
    told = content.model_copy(update={"language": language or content.language})
    return told.model_copy(update={"document_words": PAPER_WORDS(told, number, DAY)})


def paper(kind: Kind, issuer: Party, recipient: Party, supply: Supply, gross: int = 5_237_41) -> Content:
    tax = tax_of(kind, issuer, recipient, supply)
    assert tax is not None
    sums = sums_of(gross, tax.rate_bp)
    in_name_of = DAY if kind is Kind.GOODS else None
    return worded(
        Content(
            issuer=issuer, recipient=recipient, supply=supply, tax=tax, sums=sums, currency="EUR", in_name_of=in_name_of
        )
    )


def to(country: str) -> Supply:
    return PELLETS.model_copy(update={"goods_to": country})


def credit(source: Content, gross: int, number: str = "PA-2026-000001") -> Content:
    assert source.tax is not None
    sums = credit_sums(source.sums.gross, 0, gross, source.tax.rate_bp)
    return worded(source.model_copy(update={"sums": sums, "corrects": Corrected(number=number, issued_on=DAY)}))


CLAIMED: Final = to("LT").model_copy(update={"amount": Decimal("23.833"), "agreed_minor": 5_079_53})
STANDARD: Final = paper(Kind.GOODS, SELLER, AT_HOME, to("LT"), 1_00)  # one of those that only a rounding makes whole
PAPERS: Final = {
    "S": STANDARD,
    # 23.833 t at 213.13 EUR/t, VAT included. A claim has left this sum.
    "S, for less than was agreed": paper(Kind.GOODS, SELLER, AT_HOME, CLAIMED, 4_892_15),
    "S, of a session of which a ruling took a part": paper(Kind.SESSION, SELLER, AT_HOME, RULED, 9_60),
    "AE": paper(Kind.SESSION, SELLER, GERMAN, ADVICE),
    "K": paper(Kind.GOODS, SELLER, GERMAN, to("DE")),
    "G": paper(Kind.GOODS, SELLER, BRITISH, to("GB")),
    "E": paper(Kind.GOODS, SELLER.model_copy(update={"home_bp": 0}), AT_HOME, to("LT")),
    "O": paper(Kind.SESSION, SELLER.model_copy(update={"vat_number": None}), GERMAN, ADVICE),
    "O, by a registered issuer to abroad": paper(Kind.SESSION, SELLER, BRITISH, ADVICE),
    "credit note on a part of S": credit(paper(Kind.GOODS, SELLER, AT_HOME, to("LT")), 1_234_57),
    "credit note on a part of K": credit(paper(Kind.GOODS, SELLER, GERMAN, to("DE")), 1_00),
}
