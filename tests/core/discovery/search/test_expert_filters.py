"""Filters for advisers: knowledge of the problem, the named language and the named place."""

from __future__ import annotations

from typing import Any, Final

import pytest

from core.catalogue.language.languages import language_named
from core.catalogue.product_names import folded
from core.discovery.search.intent import names_adviser
from core.discovery.search.service import parse
from tests.core.discovery.search.batch import TODAY, expert, found, is_for_adviser, listing
from tests.core.goods import catalogue, gazetteer

ADVISERS: Final = [
    expert(
        "riga",
        "Advisor, self-heating and fire safety",
        "Anna. Fire safety in stores. English, Latvian. 90 EUR/h. Riga.",
    ),
    expert("malmö", "Ingenjör, självuppvärmning och brandsäkerhet", "Bo. Brand i lager. Svenska. 80 EUR/h. Malmö."),
    expert("kyiv", "Консультант: пожежна безпека складів", "Олена. Самозаймання. Мови: українська. 60 EUR/h. Київ."),
    expert(
        "madrid",
        "Asesor, incendios en almacenes",
        "Ana. Autocalentamiento. Idiomas: español, estonio. 70 EUR/h. Madrid.",
    ),
]


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("Latvian", "lv"),
        ("lettischsprachig", "lv"),
        ("lettone", "lv"),
        ("letón", "lv"),
        ("łotewskim", "lv"),
        ("latvių", "lv"),
        ("latviešu", "lv"),
        ("läti", "lv"),
        ("lettiska", "lv"),
        ("латиською", "lv"),
        ("шведська", "sv"),
        ("англійської", "en"),
        ("polacca", "pl"),
        ("ukrainienne", "uk"),
        ("Wilno", None),
    ],
)
def test_a_language_is_known_by_any_name_in_any_case(word: str, language: str | None) -> None:
    assert language_named(folded(word)) == language


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("brandrisk i silo, talar lettiska", "lv"),
        ("пожежа на складі, мова: латиська", "lv"),
        ("gaisras sandėlyje, kalba latvių", "lv"),
        ("tulekahju laos, kes räägib: läti", "lv"),
        ("pożar w magazynie, mówiący po: łotewski", "lv"),
        ("incendio en el almacén, idioma: letón", "lv"),
        ("Brand im Lager, Italien", None),  # a country, not what is spoken there
    ],
)
def test_named_language_is_a_filter(sentence: str, language: str | None) -> None:
    assert parse(sentence, catalogue(), gazetteer(), TODAY).speaks == language


def test_a_rate_by_the_hour_is_one_in_estonian_too() -> None:
    assert str(parse("proovivõtt, kuni 70 eurot tund", catalogue(), gazetteer(), TODAY).max_rate) == "70.00 EUR"


@pytest.mark.parametrize(
    ("problem", "best"),
    [
        ("självuppvärmning, brandrisk, talar lettiska", "riga"),
        ("brandrisk i lager, lettiska", "riga"),
        ("риск пожежі, самозаймання, Іспанія", "madrid"),
        ("Selbsterhitzung, Brand, Schweden", "malmö"),
        ("tuleoht laos, eesti keel", "madrid"),
    ],
)
def test_named_place_and_language_outrank_the_seekers_language(problem: str, best: str) -> None:
    assert found(ADVISERS, problem)[0] == best


def test_the_list_of_a_profile_tells_its_languages_and_its_text_the_town() -> None:
    alike = {"kind": "expert", "title": "Advisor: customs", "lang": "en"}
    rows: list[dict[str, Any]] = [
        {**alike, "id": "swede", "text": "Import and customs. Languages: Swedish. Livorno."},
        {**alike, "id": "pole", "text": "Import and customs. Languages: English, Polish. Kaunas."},
    ]
    assert found(rows, "customs, who speaks Polish")[0] == "pole"
    assert found(rows, "customs, who speaks English")[0] == "pole"
    assert found(rows, "customs, Italy")[0] == "swede"


def test_each_skill_of_a_profile_is_known() -> None:
    profile = (
        "Engineer. Emission measurement and dust filters. Customs and import. Biogas plant operation and feedstock."
    )
    assert {"flue_gas", "customs", "biogas"} <= set(catalogue().topics.skills(profile))
    assert catalogue().topics.skills("Miatrient Vertvageent. Novi Sad.") == {}  # names only resemble words


def test_expert_with_the_very_words_comes_first() -> None:
    rows = [
        expert("other", "Flue gas engineer", "Chimneys, soot, emissions."),
        expert("very", "Flue gas engineer", "Chimneys, cyclones, emissions."),
        expert("third", "Flue gas engineer", "Chimneys, stacks, emissions."),
    ]
    assert found(rows, "our cyclones do not work")[0] == "very"


@pytest.mark.parametrize(
    ("told", "is_problem"),
    [
        ("pellet press clogs, die wears out fast Vilnius", True),
        ("our boilr keeps going out", True),
        ("our boiler keeps going out", True),
        ("need help with ISCC certificaton", True),
        ("need help with ISCC certification", True),
        ("palodzība ISCC auditam", True),  # "palīdzība"
        ("perėjimas nuo dujų prie biokuro, kalba latvių", True),
        ("pellets for our boilr", False),
        ("gwarancje pochodznia biometanu", False),
        ("graniulés de bois", False),
        ("Bioerdgas aus Gülle, Lieferant aus Italien", False),
        ("eksport pelletów", False),  # no "ekspert"
    ],
)
def test_a_slip_neither_hides_a_call_for_advice_nor_makes_one(told: str, is_problem: bool) -> None:
    assert is_for_adviser(told) is is_problem


def test_goods_are_found_by_a_slip_as_before() -> None:
    rows = [listing("chips", "boiler chips"), *ADVISERS]
    assert found(rows, "boilr chips")[0] == "chips"


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("boilr keeps clogging, need a consultant, Lettisch", True),
        ("Kessel verstopft ständig, brauche einen Berater", True),
        ("doradca od kotłów koło Rygi do 90 eur", True),
        ("wood pellets came wet, who is an expert?", True),
        ("two trucks of pellets came wet, need an expert", True),
        ("our boiler burns 200 t a year and slags, need a consultant", True),
        ("boiler, in Latvian, under 80 eur/h", True),
        ("reikia pagalba dėl katilo", True),
        ("pagalba", False),  # asks for help in any field
        ("mūsu palīdzība", False),
        ("boiler keeps clogging", False),
        ("200 t wood pellets, Baltic Consulting", False),
        ("A1 pellets, Baltic Consulting", False),
        ("wood pellets under 200 eur, Baltic Consulting", False),
    ],
)
def test_an_adviser_is_named_or_goods_are_wanted(sentence: str, named: bool) -> None:
    said = parse(sentence, catalogue(), gazetteer(), TODAY)
    assert names_adviser(sentence, said, catalogue()) is named
