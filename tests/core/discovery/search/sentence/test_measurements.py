"""Moisture, ash and the like: the filters of a sentence, and the goods that meet them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.discovery.search.model import Query
from core.discovery.search.sentence.measurements import declared, extract_measures
from core.discovery.search.service import without
from tests.core.conftest import Market
from tests.core.discovery.alerts.test_alert_rules import fit
from tests.core.discovery.search.search_market import ids, index_cache
from tests.core.discovery.search.sentence.reading import read
from tests.core.goods import catalogue, tonnes


def said(text: str) -> list[str]:
    """Return the filters as "moisture ≤ 30 %"."""
    measures, _ = extract_measures(text, catalogue())
    return [f"{each.parameter} {'≤' if each.most else '≥'} {each.value} {each.unit}" for each in measures]


@pytest.mark.parametrize(
    "text",
    [
        "chips moisture below 30%",
        "Hackschnitzel Wassergehalt unter 30%",
        "plaquettes jusqu'à 30 % d'humidité",
        "astillas humedad inferior al 30%",
        "zrębka o wilgotności poniżej 30%",
        "skiedros, drėgnis ne didesnis kaip 30%",
        "šķelda ar mitrumu līdz 30%",
        "hakkepuit Tartus alla 30%niiskust",
        "cippato con umidità sotto il 30%",
        "flis fukthalt under 30%",
        "тріска з вологістю до 30%",
        "chips, max. moisture 30",
        "chips moisture between 20 and 30%",
        "chips M30",
    ],
)
def test_moisture_is_a_wish_in_every_language(text: str) -> None:
    assert said(text) == ["moisture ≤ 30 %"]


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("pellets ash < 0,7%", ["ash ≤ 0.7 %"]),
        ("pellets above 4.8 kWh/kg", ["ncv ≥ 4.8 kWh/kg"]),
        ("over 17 MJ/kg", ["ncv ≥ 17 MJ/kg"]),
        ("pellets moisture max 8 % ash max 0.5 %", ["moisture ≤ 8 %", "ash ≤ 0.5 %"]),
        ("chips with more than 40% moisture", ["moisture ≥ 40 %"]),
        ("straw, ash melting point above 1200 °C", ["ash_softening ≥ 1200 °C"]),
        ("pellets sulphur < 300 ppm", ["sulphur ≤ 300 ppm"]),
        ("pellets ash 200 t", []),
        ("pellets 30 % cheaper", []),
        ("paja a fines de mayo, 200 t", []),
    ],
)
def test_other_figures_are_wishes_too_and_what_is_none_stays(text: str, filters: list[str]) -> None:
    assert said(text) == filters


def test_measurement_is_no_price_and_no_amount() -> None:
    for text in ("pellets above 4.8 kWh/kg", "hakkepuit alla 30%niiskust", "pellets over 17 MJ/kg"):
        parsed = read(text)
        assert (parsed.quantity, parsed.max_price, parsed.min_price) == (None, None, None)


def test_sellers_figure_is_an_upper_and_a_lower_limit() -> None:
    told = [(each.most, each.value) for each in declared("Fresh, moisture 25-28 %", catalogue())]
    assert told == [(True, Decimal(28)), (False, Decimal(25))]


async def test_a_grade_promises_it_or_the_seller_says_so(market: Market) -> None:
    on = await index_cache(market)
    chips: dict[str, Any] = {"product_id": "wood_chips_dry", "quantity": tonnes(500)}
    promised = await on.put(**chips, grade_id="ISO17225-4_A1")
    told = await on.put(**chips, grade_id=None, words="Kiln dried, moisture 18 %, P31")
    moist = await on.put(**chips, grade_id="ISO17225-4_A2")
    await on.put(**chips, grade_id=None)

    page = await on.find("dry wood chips, moisture below 30%")
    assert set(ids(page)) == {promised.id, told.id}
    assert ids(await on.find("dry wood chips M20")) == [told.id]
    assert set(ids(await on.find("dry wood chips max 35% moisture"))) == {promised.id, told.id, moist.id}

    none = await on.find("dry wood chips moisture below 10%")
    assert not none.hits
    assert [(each.code, each.count) for each in none.relaxations] == [("search.relax.quality", 4)]
    assert without(Query(none.parsed), "quality").parsed.quality == ()


def test_saved_search_filters_by_measurement() -> None:
    assert fit("pellets with ash below 0.7%")
    assert not fit("pellets with ash below 0.7%", grade_id="ENplus_B")
    assert fit("pellets with ash below 0.7%", grade_id=None, words="Ash 0.4 %")
    assert not fit("pellets over 17 MJ/kg")
