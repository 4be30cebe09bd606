"""The catalogue's facts hold together: every reference is there, the formulas give the figures that were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from core.catalogue.comparison import (
    energy_of,
    mass_of,
    ncv_as_received,
    price_per_mwh,
    price_per_tonne,
)
from core.catalogue.schema import LANGUAGES, NumberFit, Status
from core.kernel.errors import Refusal
from core.kernel.money import UnitPrice, currency_named
from core.kernel.quantity import Quantity, unit_named
from tests.core.goods import catalogue

CATALOGUE = catalogue()


def test_forty_one_products_are_named_in_every_language() -> None:
    assert len(CATALOGUE.products) == 41
    for product in CATALOGUE.products.values():
        assert set(product.names) == set(LANGUAGES)
        assert all(names.words for names in product.names.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_products_are_shown_by_one_name(language: str) -> None:
    shown = Counter(product.name(language) for product in CATALOGUE.products.values())
    assert [name for name, times in shown.items() if times > 1] == []


def test_a_name_says_whether_it_was_read() -> None:
    pellets = CATALOGUE.product("wood_pellets")
    assert (pellets.name("lt"), pellets.name_is_read("lt")) == ("medienos granulės", True)
    assert CATALOGUE.product("straw_pellets").name_is_read("lt") is False
    assert pellets.name("nl") == "wood pellets"


def test_every_reference_leads_somewhere() -> None:
    for product in CATALOGUE.products.values():
        assert all(product.id in CATALOGUE.grade(grade).products for grade in product.grades)
        assert set(product.terms) <= set(CATALOGUE.terms)
        assert set(product.delivery) <= set(CATALOGUE.delivery)
        assert set(product.certificates) <= set(CATALOGUE.certificates)
        assert all(CATALOGUE.scheme(each).covers_goods(product.id) for each in product.certificates)
        assert product.price_unit in product.units
        assert [unit_named(unit).code for unit in product.units] == list(product.units)
        assert currency_named(product.price_currency).code == product.price_currency
        assert product.density is None or unit_named(product.density.per).code == product.density.per
    for grade in CATALOGUE.grades.values():
        assert all(grade.id in CATALOGUE.product(product).grades for product in grade.products)
        assert grade.certificate is None or grade.certificate in CATALOGUE.certificates
    assert len([term for term in CATALOGUE.terms.values() if term.is_incoterm]) == 11


def sourced() -> Iterator[tuple[str, Status, tuple[str, ...]]]:
    """Yield every fact with its status and sources."""
    for product in CATALOGUE.products.values():
        for fact in (product.density, product.calorific_value, product.cn8):
            if fact is not None:
                yield product.id, fact.status, fact.sources
    for table in (CATALOGUE.grades, CATALOGUE.certificates, CATALOGUE.delivery):
        for key, row in table.items():
            yield key, row.status, row.sources


def test_verified_fact_names_a_known_source() -> None:
    facts = list(sourced())
    assert len(facts) > 200
    for name, status, sources in facts:
        assert set(sources) <= set(CATALOGUE.sources), name
        assert status is not Status.VERIFIED or sources, name


@pytest.mark.parametrize(
    ("dry", "kwh_per_kg_at"),
    [
        ("18.72", {"15": "4.32", "20": "4.02", "30": "3.44", "50": "2.26"}),  # spruce, 5.20 kWh/kg
        ("18.00", {"15": "4.15", "20": "3.86", "30": "3.30", "50": "2.16"}),  # beech, 5.00 kWh/kg
    ],
)
def test_the_moisture_formula_gives_the_forest_institutes_table(dry: str, kwh_per_kg_at: dict[str, str]) -> None:
    for moisture, kwh_per_kg in kwh_per_kg_at.items():
        computed = ncv_as_received(Decimal(dry), Decimal(moisture)) / Decimal("3.6")
        assert abs(computed - Decimal(kwh_per_kg)) < Decimal("0.0105")


def test_a_price_per_tonne_told_per_megawatt_hour_and_back() -> None:
    pellets = CATALOGUE.product("wood_pellets")
    told = price_per_mwh(pellets, UnitPrice(Decimal(210), "EUR", "t"))
    assert round(told.price.amount, 1) == Decimal("45.8")
    assert told.status is Status.VERIFIED
    back = price_per_tonne(pellets, told.price)
    assert abs(back.price.amount - 210) < Decimal("0.001")
    chips = price_per_tonne(CATALOGUE.product("wood_chips_industrial"), UnitPrice(Decimal(22), "EUR", "MWh"))
    assert abs(chips.price.amount - Decimal("49.7")) < Decimal("0.3")


def test_energy_says_when_it_is_only_typical() -> None:
    pellets, firewood = CATALOGUE.product("wood_pellets"), CATALOGUE.product("firewood")
    assert energy_of(pellets, Quantity(Decimal(25), "t")).quantity == Quantity(Decimal("114.583"), "MWh")
    stacked = energy_of(firewood, Quantity(Decimal(10), "stacked_m3"))
    assert (str(stacked.quantity), stacked.status.is_typical) == ("16 MWh", True)
    exact = energy_of(pellets, Quantity(Decimal(36), "GJ"))
    assert (str(exact.quantity), exact.status) == ("10 MWh", Status.VERIFIED)


def test_wetter_chips_hold_less_energy() -> None:
    chips = CATALOGUE.product("wood_chips_industrial")
    lorry = Quantity(Decimal(24), "t")
    dry, wet = (energy_of(chips, lorry, Decimal(moisture)).quantity for moisture in (35, 55))
    assert wet < dry
    with pytest.raises(Refusal) as caught:
        energy_of(chips, lorry, Decimal(100))
    assert caught.value.code == "energy.moisture_out_of_range"


def test_mass_of_liquids_and_of_what_has_none() -> None:
    assert str(mass_of(CATALOGUE.product("hvo"), Quantity(Decimal(1000), "l")).quantity) == "0.78 t"
    with pytest.raises(Refusal) as caught:
        mass_of(CATALOGUE.product("biomethane_go"), Quantity(Decimal(1), "MWh"))
    assert caught.value.code == "energy.no_figure"


def test_grid_gas_is_traded_by_its_upper_value() -> None:
    upper = energy_of(CATALOGUE.product("biomethane"), Quantity(Decimal(1000), "MWh_HHV"))
    assert str(upper.quantity) == "901.447 MWh"


def test_numbers_that_were_read_fit_their_schemes() -> None:
    examples = [(s, e) for s in CATALOGUE.certificates.values() if s.number for e in s.number.examples]
    assert len(examples) >= 9
    assert all(scheme.fit(example) is NumberFit.FITS for scheme, example in examples)


def test_only_a_pattern_that_was_read_may_refuse() -> None:
    assert CATALOGUE.scheme("ENplus").fit("LT 012") is NumberFit.FITS
    assert CATALOGUE.scheme("ENplus").fit("hello") is NumberFit.WRONG
    assert CATALOGUE.scheme("SBP").fit("hello") is NumberFit.UNUSUAL
    assert CATALOGUE.scheme("RSB").fit("hello") is NumberFit.UNKNOWN


def test_a_grade_brings_its_limits() -> None:
    grade = CATALOGUE.grade("ENplus_A1")
    limits = {limit.parameter: limit for limit in grade.limits}
    assert len(limits) >= 20
    assert limits["ash"].allows(Decimal("0.7"))
    assert not limits["ash"].allows(Decimal("0.71"))
    assert limits["fines_below_3_15_mm"].allows(Decimal("0.8"))
    assert not limits["fines_below_3_15_mm"].allows(Decimal("0.8"), bagged=True)
    assert [grade.id for grade in CATALOGUE.grades_of("wood_pellets")][:3] == ["ENplus_A1", "ENplus_A2", "ENplus_B"]


def test_goods_that_are_not_traded_are_refused() -> None:
    for ask in (CATALOGUE.product, CATALOGUE.grade, CATALOGUE.scheme, CATALOGUE.term):
        with pytest.raises(Refusal) as caught:
            ask("coal")
        assert caught.value.code.endswith("_unknown")


@pytest.mark.parametrize(
    ("words", "product"),
    [
        ("sunflower pelets", "sunflower_husk_pellets"),
        ("granules bois vrac", "wood_pellets"),
        ("holz pellets", "wood_pellets"),
        ("saw dust", "sawdust"),
        ("bio gas", "biogas"),  # though other goods have either word
        ("industrial woodpellets", "industrial_wood_pellets"),
        ("pelletda riscaldamento", "wood_pellets"),
        ("Hackschnizel", "wood_chips_dry"),
        ("used coking oil", "uco"),
        ("UCO", "uco"),
        ("pelet drzewny", "wood_pellets"),
        ("дрова", "firewood"),
        ("дрв'яна деревина", "roundwood_energy"),
        ("olyvkova makukha", "olive_cake"),
        ("ripakova oliya", "rapeseed_oil"),
        ("black pelets", "torrefied_pellets"),
        ("GO", "biomethane_go"),
    ],
)
def test_misspelt_and_foreign_names_find_their_product(words: str, product: str) -> None:
    assert CATALOGUE.products_named(words)[0].product_id == product


@pytest.mark.parametrize("words", ["coffee", "зерно", "go", "please", "", "kitchen", "PK"])
def test_other_words_find_nothing(words: str) -> None:
    assert CATALOGUE.products_named(words) == []


def test_every_english_name_finds_its_own_product() -> None:
    for product in CATALOGUE.products.values():
        found = CATALOGUE.products_named(product.name("en"))
        assert found[0].score == max(like.score for like in found)
        assert product.id in {like.product_id for like in found if like.score == found[0].score}


def test_a_price_is_compared_in_another_currency_by_the_rate_of_a_named_day() -> None:
    zlotys = CATALOGUE.rates.converted(UnitPrice(Decimal(215), "EUR", "t"), "PLN")

    assert zlotys == UnitPrice(Decimal("942.1945"), "PLN", "t")
    assert zlotys is not None
    assert CATALOGUE.rates.converted(zlotys, "EUR") == UnitPrice(Decimal(215), "EUR", "t")
    assert CATALOGUE.rates.converted(zlotys, "UAH") is None
    assert CATALOGUE.rates.source in CATALOGUE.sources
    assert all(currency_named(code).code == code for code in CATALOGUE.rates.per_euro)
