"""The texts of an invoice in its language.

The recipient keeps the document, so its wording must not change later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from conversations.forms.answers import named_goods
from conversations.wording import Wordings, Words, labelled
from core.books.invoicing.model import Category, Content, DocumentWords, Party, Supply, Tax, What
from core.books.invoicing.rules import line_sums
from core.catalogue.model import Catalogue
from core.kernel.decimals import half_up_to
from core.kernel.money import PRICE_DECIMALS, Money, UnitPrice
from core.kernel.quantity import Quantity

Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class InvoiceTexts:
    """The texts of a document, in the document's own language."""

    wordings: Wordings
    catalogue: Catalogue

    def __call__(self, content: Content, number: str | None, day: date) -> DocumentWords:
        """Return the texts. `number`: empty for a draft, which is dated today."""
        words = self.wordings.speak(content.language)
        line = supplied(words, self.catalogue, content.supply)
        return DocumentWords(
            language=str(words.locale).replace("_", "-"),
            title=_title(words, content, number),
            head=_head(words, content, day),
            parties=(
                (words("invoice.from"), *_party(words, content.issuer)),
                (words("invoice.to"), *_party(words, content.recipient)),
            ),
            rows=_rows(words, content, line),
            notes=_notes(words, content),
            end=_end(words, content),
            line=line,
            quantity=_quantity(words, content),
            reason=_reason(words, content.tax),
            reduced=_reduced(words, content),
        )

    def goods(self, language: str, product_id: str, grade_id: str | None, quantity: Quantity) -> str:
        """Return the amount and the goods, as the payer reads them on the payment page."""
        words = self.wordings.speak(language)
        return f"{words.show(quantity)} {named_goods(words, self.catalogue, product_id, grade_id)}"


def supplied(words: Words, catalogue: Catalogue, supply: Supply) -> str:
    """Return the supplied goods or service on one line."""
    match supply.of:
        case What.GOODS:
            assert supply.goods is not None, "goods are known by their ids"
            goods, named = supply.goods, named_goods(words, catalogue, supply.goods.product, supply.goods.grade)
            term = f"{goods.incoterm} {goods.place}"
            return words("invoice.line.goods", goods=named, term=term, lot=f"{supply.lot}")
        case What.FEE_OF_DEAL:
            of_lot = words("invoice.line.fee_of_lot", ref=supply.ref, lot=f"{supply.lot}")
            return words("invoice.line.fee_of_deal", ref=supply.ref) if supply.lot is None else of_lot
        case What.FEE_OF_SESSION:
            return words("invoice.line.fee_of_session", ref=supply.ref)
        case What.ADVICE:
            return words("invoice.line.advice", count=supply.minutes)
        case What.CALLED_OFF | What.NOT_COME as what:
            return words("invoice.line.not_come" if what is What.NOT_COME else "invoice.line.called_off")
        case What.NAMED:
            return supply.what


def _title(words: Words, content: Content, number: str | None) -> str:
    if number is None:
        return words("invoice.paper.draft")
    if content.corrects is not None:
        return words("invoice.paper.credit_note", number=number)
    return words("invoice.paper.invoice", number=number)


def _head(words: Words, content: Content, day: date) -> tuple[str, ...]:
    supply, corrected = content.supply, content.corrects
    labelled_values = [
        (words("invoice.paper.date"), words.show(day)),
        (words("invoice.paper.supplied"), words.show(supply.on)),
        (words("invoice.paper.contract"), supply.ref),
        (words("order.purchase_order"), supply.order),
        (words("order.cost_centre"), supply.cost_centre),
    ]
    lines = [labelled(words, label, value) for label, value in labelled_values if value]
    if corrected is not None:
        lines.append(words("invoice.paper.corrects", number=corrected.number, day=corrected.issued_on))
    return tuple(lines)


def _party(words: Words, party: Party) -> tuple[str, ...]:
    """Return a party's name and address lines. The town is left out if the address already names it."""
    country = words.locale.territories.get(party.country, party.country)
    number = words("invoice.paper.vat_number", number=party.vat_number) if party.vat_number else ""
    place = "" if party.place.casefold() in party.address.casefold() else party.place
    lines = (party.name, party.address, ", ".join(filter(None, (place, country))), number)
    return tuple(filter(None, lines))


def _rows(words: Words, content: Content, line: str) -> tuple[Row, ...]:
    """Return the rows. A supply outside VAT has no rate; a service is one unit, and a refund has no quantity."""
    sums, tax, vat = content.sums, content.tax, words("invoice.vat")
    known = tax is not None and tax.category is not Category.OUTSIDE
    rate = words("invoice.paper.rate", percent=tax.percent) if tax is not None and known else "–"

    def money(minor: int) -> str:
        return words.show(Money(minor, content.currency))

    full, less = line_sums(content)
    one = "1" if content.corrects is None else ""
    priced = _priced(words, content, full)
    reduced = [(_reduced(words, content), rate, "", money(-less))] if less else []
    rounding = [(words("invoice.paper.rounding"), "", "", money(sums.rounding))] if sums.rounding else []
    return (
        (words("invoice.paper.what"), vat, _heading(words, priced), words("invoice.paper.net")),
        (line, rate, priced or _quantity(words, content) or one, money(full)),
        *reduced,
        (words("invoice.paper.net"), "", "", money(sums.net)),
        (vat, rate, "", money(sums.vat)),
        *rounding,
        (words("invoice.paper.total"), "", "", money(sums.gross)),
    )


def _heading(words: Words, priced: str) -> str:
    return words("invoice.paper.quantity_price" if priced else "invoice.paper.quantity")


def _priced(words: Words, content: Content, full: int) -> str:
    """Return "24.36 t × 215.00 EUR/t" without VAT (Directive 2006/112/EC, article 226 (8)).

    It is empty without a quantity.
    """
    supply, quantity = content.supply, _quantity(words, content)
    if not quantity or supply.agreed_minor is None:
        return ""
    price = half_up_to(Fraction(Money(full, content.currency).amount) / Fraction(supply.amount), PRICE_DECIMALS)
    return f"{quantity} × {words.show(UnitPrice(price, content.currency, supply.unit))}" if price else ""


def _reduced(words: Words, content: Content) -> str:
    """Return why less was paid than the contract charged; empty if all of it was paid."""
    if not line_sums(content)[1]:
        return ""
    return words("invoice.paper.reduced" if content.supply.of is What.GOODS else "invoice.paper.reduced_service")


def _quantity(words: Words, content: Content) -> str:
    """Return "24.5 t"; empty for a service, and for a refunded part of a price."""
    supply = content.supply
    if content.corrects is not None or not supply.unit:
        return ""
    return words.show(Quantity(supply.amount, supply.unit))


def _notes(words: Words, content: Content) -> tuple[str, ...]:
    """Return the statements that the law or a certificate requires on the document."""
    statements = [words("invoice.paper.declared", what=each) for each in content.supply.certificates]
    if content.in_name_of is not None:
        statements.append(words("invoice.paper.in_name_of", name=content.issuer.name, since=content.in_name_of))
    return tuple(statements)


def _end(words: Words, content: Content) -> tuple[str, ...]:
    if content.tax is None:
        return (words("invoice.paper.vat_unknown"),)
    return tuple(filter(None, (_reason(words, content.tax), _settled(words, content))))


def _settled(words: Words, content: Content) -> str:
    """Say that nothing is left to pay, and why."""
    if content.corrects is None:
        return words("invoice.paper.paid")
    return words("invoice.paper.written_anew" if content.corrects.replaces else "invoice.paper.given_back")


def _reason(words: Words, tax: Tax | None) -> str:
    """Return why there is no VAT, with the article that says it; empty if VAT is charged."""
    if tax is None or tax.category is Category.STANDARD:
        return ""
    reasons = {
        Category.EXEMPT: words("invoice.paper.exempt"),
        Category.REVERSE_CHARGE: words("invoice.paper.reversed"),
        Category.INTRA_COMMUNITY: words("invoice.paper.intra_community"),
        Category.EXPORT: words("invoice.paper.export"),
        Category.OUTSIDE: words("invoice.paper.outside"),
    }
    why = tax.reason or reasons[tax.category]
    return why if tax.article is None else words("invoice.paper.by_law", why=why, article=f"{tax.article}")
