"""A problem with an hourly limit, a town or a country beside it: the problem still counts most."""

from __future__ import annotations

import pytest

from tests.core.discovery.search.batch import KAUNAS, WIEN, expert, found, is_for_adviser, listing

ADVISERS = [
    {**expert("boilers", "Combustion engineer", "Boilers and burners. 90 eur/h."), **WIEN},
    {**expert("digesters", "Biogas biologist", "Digesters, fermentation. 80 eur/h."), **WIEN},
    {**expert("taxes", "Tax adviser", "VAT and excise across borders. 60 eur/h."), **WIEN},
    {**expert("forester", "Forester", "Harvest planning, felling, thinning. 100 eur/h."), **WIEN},
    {**expert("laboratory", "Laboratory in Germany", "Sampling, moisture. 60 eur/h."), "country": "DE"},
    {**expert("ships", "Chartering broker", "Demurrage and laytime. 60 eur/h."), **KAUNAS},
    *(listing(f"pellets{n}", "pellets, biogas", product="wood_pellets", price_eur_t=80, **KAUNAS) for n in range(3)),
]


@pytest.mark.parametrize(
    ("problem", "best"),
    [
        ("le digesteur mousse et donne moins de gaz max 85 euros de l heure", "digesters"),
        ("le digesteur mousse et donne moins de gaz max 85 euros", "digesters"),
        ("il fisco vuole soldi per il nostro carburante max 65 euro l ora", "taxes"),
        ("j'ai herite de 40 hectares d'arbres que couper max 110 euros de l heure", "forester"),
        ("the furnace keeps going out at night who can fix it near Kaunas", "boilers"),
        ("the furnace keeps going out at night who can fix it, Kaunas", "boilers"),
        ("jaki vat na pellet do niemiec", "taxes"),
        ("koks pvm granulėms į vokietiją", "taxes"),
        ("який пдв на пелети в німеччину", "taxes"),
        ("VAT consultant in Germany", "taxes"),
    ],
)
def test_expert_on_the_problem_comes_first(problem: str, best: str) -> None:
    assert found(ADVISERS, problem)[0] == best


@pytest.mark.parametrize("problem", ["the digester foams, max 50 euros", "le digesteur mousse max 50 euros de l heure"])
def test_price_of_an_hour_is_a_limit(problem: str) -> None:
    rows = [*ADVISERS, {**expert("cheap", "Biogas", "Digesters. 45 eur/h."), **WIEN}]
    assert found(rows, problem)[0] == "cheap"


@pytest.mark.parametrize("said", ["wood chips max 85 euros", "boiler chips under 90 eur", "something under 90 eur"])
def test_a_price_of_goods_is_no_rate(said: str) -> None:
    assert not is_for_adviser(said)
