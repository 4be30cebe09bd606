"""Skills of consultants, a line or a word each, which are found without any call for advice."""

from __future__ import annotations

import pytest

from core.discovery.search.service import parse
from tests.core.discovery.search.batch import KAUNAS, TODAY, expert, found, is_for_adviser, listing
from tests.core.discovery.search.sentence.reading import read
from tests.core.goods import catalogue, gazetteer

PLANNERS = [
    expert("english", "Forestry adviser", "forest harvest planning. English. 90 EUR/h."),
    expert("german", "Forstberater", "Holzernteplanung. Deutsch. 80 EUR/h."),
    expert("french", "Conseiller forestier", "planification des coupes. français. 85 EUR/h."),
    expert("ukrainian", "Консультант", "планування рубок лісу. українська. 40 EUR/h."),
]
OTHERS = [
    expert("ships", "Trade adviser", "Schiffsbefrachtung. Deutsch. 90 EUR/h."),
    expert("boilers", "Engineer", "boiler selection; English. 90 EUR/h."),
    expert("contracts", "Jurist", "leveransavtal. svenska. 90 EUR/h."),
]
GOODS = [listing(f"pellets{n}", "Wood pellets, forest and harvest", product="wood_pellets", **KAUNAS) for n in range(9)]


@pytest.mark.parametrize(
    ("skill", "topic"),
    [
        ("boiler selection", "boiler"),
        ("katilo parinkimas", "boiler"),
        ("Holzernteplanung", "forest_work"),
        ("Schiffsbefrachtung", "freight"),
        ("leveransavtal", "contracts"),
        ("pitch deck", "raising_capital"),
    ],
)
def test_a_skill_is_told_by_its_one_word(skill: str, topic: str) -> None:
    assert topic in catalogue().topics.skills(skill)


def test_a_thing_alone_is_no_skill() -> None:
    assert catalogue().topics.skills("boiler") == {}


@pytest.mark.parametrize(
    "sentence", ["Holzernteplanung Privatwald", "pianificazione tagli boschivi", "ekspert raieplaneerimine"]
)
def test_harvest_planners_are_found_in_any_language(sentence: str) -> None:
    assert set(found([*PLANNERS, *OTHERS, *GOODS], sentence)[:4]) == {"english", "german", "french", "ukrainian"}


@pytest.mark.parametrize(
    ("told", "is_problem"),
    [
        ("przygotowanie do audytu SURE", True),
        ("pellets with SURE certificate", False),
        ("SURE Kaunas", False),
    ],
)
def test_preparation_for_a_scheme_is_a_call_for_advice(told: str, is_problem: bool) -> None:
    assert is_for_adviser(told) is is_problem


@pytest.mark.parametrize(
    "sentence",
    ["woodcips 105 € sure certificate", "Hackschnitzel 105 € SURE-Zertifikat", "105 € zrębki certyfikat SURE"],
)
def test_a_word_for_certificates_is_of_the_scheme_beside_it(sentence: str) -> None:
    said = parse(sentence, catalogue(), gazetteer(), TODAY)
    assert (said.certificates, said.rest) == (("SURE",), "")
    assert "wood_chips_dry" in (said.product, *said.alternatives)


def test_a_word_of_a_problem_is_no_goods_of_a_town() -> None:
    assert read("contributi europei per biomassa").place is None  # no "bio" from Massa
