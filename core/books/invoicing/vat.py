"""VAT of a supply, from both sides' countries and VAT numbers and the goods' route (Directive 2006/112/EC).

- Goods: article 32 (where they set out), 138 (to a business in another member state), 146 (out of the Union).
- Services to a business: article 44 (where it is). The recipient accounts for it (196).
- Services to anybody else: article 45 (where the supplier is).

A case that depends on more than we know gives None. Then the issuer has to say, and writes the invoice themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stdnum.eu.vat import MEMBER_STATES, is_valid

from core.books.invoicing.model import MARKET, Category, Kind, Party, Supply, Tax
from core.kernel.money import Money

# With these terms the buyer takes the goods over at the named place. With all others, they are brought to it.
HANDED_OVER_AT_PLACE: Final = frozenset({"EXW", "FCA", "FAS", "FOB"})

# With the article that an invoice has to refer to (article 226 (11)). The law of other countries is not the Union's.
REVERSED: Final = Tax(category=Category.REVERSE_CHARGE, code="VATEX-EU-AE", article=196)
INTRA_COMMUNITY: Final = Tax(category=Category.INTRA_COMMUNITY, code="VATEX-EU-IC", article=138)
EXPORTED: Final = Tax(category=Category.EXPORT, code="VATEX-EU-G", article=146)
EXPORTED_ELSEWHERE: Final = Tax(category=Category.EXPORT, code="VATEX-EU-G")
OUTSIDE: Final = Tax(category=Category.OUTSIDE, code="VATEX-EU-O")
SMALL: Final = Money(100_00, "EUR")
EXEMPT: Final = Tax(category=Category.EXEMPT)
# Member states that do not pay in euros.
OWN_MONEY: Final[Mapping[str, str]] = {
    "CZ": "CZK",
    "DK": "DKK",
    "HU": "HUF",
    "PL": "PLN",
    "RO": "RON",
    "SE": "SEK",
}


def tax_of(kind: Kind, issuer: Party, recipient: Party, supply: Supply) -> Tax | None:
    """Return how this supply is taxed; None if that cannot be told from here."""
    if issuer.vat_number is None:
        return OUTSIDE  # an unregistered issuer charges nothing
    if kind is Kind.GOODS:
        return _goods(issuer, recipient, supply)
    return _service(issuer, recipient)


def told_by(issuer: Party, tax: Tax | None, currency: str) -> Tax | None:
    """Return the tax as far as we can state it in this currency in a company's name.

    VAT must also be stated in the issuer's national currency (article 230), by the rate of the day (article 91). That
    rate is not known here. The market's own book-keeper adds it to what the market itself issues.
    """
    unknown = tax is not None and tax.rate_bp and national_currency(issuer.country) not in (None, currency)
    return None if unknown and issuer.id != MARKET else tax


def national_currency(country: str) -> str | None:
    """Return the currency of a member state; None elsewhere."""
    return OWN_MONEY.get(country, "EUR") if in_union(country) else None


def turns_on_number(kind: Kind, issuer: Party, recipient: Party, supply: Supply) -> bool:
    """Return whether the recipient's VAT number decides how this is taxed: if it goes to another member state."""
    if kind is not Kind.GOODS:
        return in_union(recipient.country) and recipient.country != issuer.country
    start, end = supply.goods_from or issuer.country, supply.goods_to or recipient.country
    return start == issuer.country and start != end and in_union(start) and in_union(end)


def needs_address(kind: Kind, issuer: Party, tax: Tax | None, gross: Money) -> bool:
    """Return whether its recipient's address has to stand on it (article 226 (5)).

    One of up to a hundred euros does without (articles 220a and 226b), unless its recipient accounts for the VAT. So
    does a service of an unregistered issuer, which is no matter of VAT.
    """
    if kind is Kind.GOODS:
        return True
    if issuer.vat_number is None:
        return False
    return (tax is not None and tax.category is Category.REVERSE_CHARGE) or gross.currency != "EUR" or gross > SMALL


def _goods(issuer: Party, buyer: Party, supply: Supply) -> Tax | None:
    start, end = supply.goods_from or issuer.country, supply.goods_to or buyer.country
    if start != issuer.country:
        return None  # sold from a country where the seller may be registered too
    if not in_union(start):
        return EXPORTED_ELSEWHERE if end != start else at_home(issuer)
    if not in_union(end):
        return EXPORTED
    if end == start:
        return at_home(issuer)
    number = union_number(buyer)
    if number is None:
        return None  # a distance sale, taxed where it arrives from a threshold on
    return INTRA_COMMUNITY if number != start else at_home(issuer)


def _service(issuer: Party, recipient: Party) -> Tax | None:
    if recipient.country == issuer.country:
        return at_home(issuer)
    if not in_union(recipient.country):
        return OUTSIDE
    if union_number(recipient) != recipient.country:
        return at_home(issuer)  # no business there, as far as we know
    return REVERSED if in_union(issuer.country) else OUTSIDE


def at_home(issuer: Party) -> Tax | None:
    """Return the tax at the issuer's own rate, which they have told us. A rate of zero is exempt."""
    if issuer.home_bp is None:
        return None
    return Tax(category=Category.STANDARD, rate_bp=issuer.home_bp) if issuer.home_bp else EXEMPT


def in_union(country: str) -> bool:
    """Return whether a country (ISO 3166) is a member state. Northern Ireland's "XI" is no country."""
    return country != "XI" and country.lower() in MEMBER_STATES


def union_number(party: Party) -> str | None:
    """Return the member state of a possible VAT number; None without such a number. Greek ones begin with "EL"."""
    if party.vat_number is None or not is_valid(party.vat_number):
        return None
    prefix = party.vat_number[:2].upper()
    return "GR" if prefix == "EL" else prefix
