"""Tax of a supply, and VAT in a gross amount: exact to the minor unit, whatever is credited later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.books.invoicing.model import Category, DocumentKind, Kind, Party, Supply, Tax
from core.books.invoicing.rules import credit_sums, number_of, series_of, sums_of, unit_price
from core.books.invoicing.vat import tax_of
from core.kernel.decimals import half_up
from core.kernel.money import Money

RATES = st.sampled_from([0, 500, 900, 1_900, 2_100, 2_550, 2_700])
AMOUNTS = st.integers(1, 10**11)
LT, LT_BUYER, DE, FR = "LT100001919017", "LT999999917", "DE136695976", "FR40303265045"


def party(country: str, number: str | None = None, rate: int | None = 2_100) -> Party:
    return Party(id=f"org-{country}", name=country, country=country, vat_number=number, home_bp=rate)


def goods(start: str | None = None, end: str | None = None) -> Supply:
    return Supply(what="Pellets", on=date(2026, 11, 21), ref="ABC123", goods_from=start, goods_to=end)


@given(AMOUNTS, RATES)
def test_vat_is_the_rate_on_the_net_amount_and_the_gross_stays_what_was_paid(gross: int, rate: int) -> None:
    sums = sums_of(gross, rate)
    assert sums.gross == gross
    assert sums.vat == half_up(Fraction(sums.net * rate, 10_000))
    assert abs(sums.rounding) <= 1
    assert rate or (sums.vat, sums.rounding) == (0, 0)


@given(st.integers(1, 99_999_999), st.decimals("0.001", "99999.999", places=3))
def test_the_price_of_a_unit_makes_the_sum_of_the_line_to_the_cent(net: int, quantity: Decimal) -> None:
    """No decimals beyond the four that a price may have."""
    price, base = unit_price(Money(net, "EUR"), quantity)
    assert Money.rounded(Fraction(price) * Fraction(quantity) / Fraction(base), "EUR") == Money(net, "EUR")
    assert round(price, 4) == price


def test_a_price_is_told_per_unit_where_that_can_be() -> None:
    assert unit_price(Money(5_079_53, "EUR"), Decimal("23.833")) == (Decimal("213.13"), Decimal(1))
    assert unit_price(Money(4_197_96, "EUR"), Decimal("23.833")) == (Decimal("176.1406"), Decimal(1))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8), RATES)
def test_all_credit_notes_of_an_invoice_make_exactly_the_invoice(parts: list[int], rate: int) -> None:
    """Check that an invoice and its credit notes add up to zero for a book-keeper, in net and in VAT."""
    invoiced, before, taken = sum(parts), 0, []
    for part in parts:
        taken.append(credit_sums(invoiced, before, part, rate))
        before += part
    assert [each.gross for each in taken] == parts
    assert min(min(each.net, each.vat) for each in taken) >= 0
    whole = sums_of(invoiced, rate)
    assert sum(each.net for each in taken) == whole.net
    assert sum(each.vat for each in taken) == whole.vat


def test_no_more_is_credited_than_was_invoiced() -> None:
    with pytest.raises(AssertionError):
        credit_sums(1_000, 900, 101, 2_100)


@pytest.mark.parametrize(
    ("issuer", "buyer", "supply", "category"),
    [
        (party("LT", LT), party("LT", LT_BUYER), goods(end="LT"), "S"),
        (party("LT", LT), party("LT"), goods(end="LT"), "S"),
        (party("LT", LT), party("DE", DE), goods(end="DE"), "K"),
        (party("LT", LT), party("DE", DE), goods(start="LT"), "K"),  # the buyer fetches them
        (party("LT", LT), party("DE", DE), goods(end="LT"), "S"),  # they never leave
        (party("LT", LT), party("LT", LT_BUYER), goods(end="DE"), "S"),  # registered where they set out
        (party("LT", LT), party("DE", "DE123"), goods(end="DE"), None),  # no number that can be one: a distance sale
        (party("LT", LT), party("UA", "UA1"), goods(end="UA"), "G"),
        (party("LT", LT), party("GB"), goods(start="LT"), "G"),
        (party("LT", LT), party("DE", DE), goods(start="PL"), None),  # sold from elsewhere
        (party("LT", None), party("DE", DE), goods(end="DE"), "O"),
        (party("LT", LT, 0), party("LT"), goods(end="LT"), "E"),
        (party("LT", LT, None), party("LT"), goods(end="LT"), None),  # a rate that we were never told
        (party("UA", "UA1"), party("DE", DE), goods(end="DE"), "G"),
        (party("UA", "UA1", 2_000), party("UA"), goods(end="UA"), "S"),
    ],
)
def test_goods_are_taxed_by_where_they_go(issuer: Party, buyer: Party, supply: Supply, category: str | None) -> None:
    found = tax_of(Kind.GOODS, issuer, buyer, supply)
    assert (found.category.value if found else None) == category


@pytest.mark.parametrize(
    ("issuer", "recipient", "category"),
    [
        (party("LT", LT), party("LT", LT_BUYER), "S"),
        (party("LT", LT), party("DE", DE), "AE"),
        (party("LT", LT), party("DE"), "S"),  # a consumer, or not known to be a business
        (party("LT", LT), party("DE", FR), "S"),  # the number is of another country than they are
        (party("LT", LT), party("UA"), "O"),
        (party("LT", None), party("DE", DE), "O"),
        (party("UA", "UA1"), party("DE", DE), "O"),
        (party("GR", "EL094259216"), party("LT", LT), "AE"),
        (party("LT", LT), party("GR", "EL094259216"), "AE"),
    ],
)
def test_services_are_taxed_by_their_recipient(issuer: Party, recipient: Party, category: str) -> None:
    for kind in (Kind.COMMISSION, Kind.SESSION, Kind.SALE):
        found = tax_of(kind, issuer, recipient, goods())
        assert found is not None
        assert found.category.value == category


@given(st.sampled_from(list(Kind)), *[st.sampled_from([LT, DE, FR, "DE123", None])] * 2, st.data())
def test_whatever_has_no_vat_says_why_and_whatever_has_it_says_how_much(
    kind: Kind, ours: str | None, theirs: str | None, data: st.DataObject
) -> None:
    countries = st.sampled_from(["LT", "DE", "UA", "XI", "GR"])
    issuer, recipient = party(data.draw(countries), ours), party(data.draw(countries), theirs)
    tax = tax_of(kind, issuer, recipient, goods(end=data.draw(countries)))
    if tax is not None:
        assert (
            (tax.rate_bp > 0)
            == (tax.category is Category.STANDARD)
            == (not tax.code and tax.category is not Category.EXEMPT)
        )
        assert issuer.vat_number is not None or tax.category is Category.OUTSIDE


def test_a_number_reads_as_its_series_year_and_serial() -> None:
    assert number_of("PA", 2026, 17) == "PA-2026-000017"
    assert len({series_of(issuer, paper) for issuer in ("market", "org") for paper in DocumentKind}) == 4
    assert str(Tax(category=Category.STANDARD, rate_bp=2_550).percent) == "25.5"
