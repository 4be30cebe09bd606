"""Companies with names of goods ("Straw Energy") or a legal form that is a small word elsewhere ("OÜ")."""

from __future__ import annotations

import pytest

from tests.core.discovery.search.batch import found, is_for_adviser, listing
from tests.core.discovery.search.sentence.reading import read


@pytest.mark.parametrize("sentence", ["Energi Skog charcoal", "charcoal Energi Skog", "200 t charcoal, Energi Skog"])
def test_goods_are_named_before_what_other_words_only_resemble(sentence: str) -> None:
    understood = read(sentence)
    assert (understood.product, understood.rest) == ("charcoal", "Energi Skog")


@pytest.mark.parametrize("sentence", ["Straw Energy tallow", "tallow Straw Energy", "Straw Energy sebo"])
def test_either_of_two_named_goods_may_be_the_company(sentence: str) -> None:
    assert set(read(sentence).alternatives) == {"straw_bales", "animal_fat"}


@pytest.mark.parametrize(
    ("sentence", "product"),
    [
        ("UCO for biodiesel", "uco"),
        ("straw, no tallow", "straw_bales"),
        ("pellets from sawdust", "wood_pellets"),
        ("firewood and kindling", "firewood"),
        ("charcoal briquettes Baltic Wood", "charcoal"),
        ("Nord Oil sawdust", "sawdust"),
    ],
)
def test_purpose_and_material_of_goods_are_no_company(sentence: str, product: str) -> None:
    assert read(sentence).product == product


def test_the_company_that_is_called_like_goods_comes_first() -> None:
    rows = [
        *(listing(f"straw {number}", f"straw bales of farm {number}", product="straw_bales") for number in range(12)),
        *(listing(f"fat {number}", f"tierfett {number}", product="animal_fat") for number in range(12)),
        listing("wanted", "łój zwierzęcy", product="animal_fat", text="Straw Energy"),
    ]
    assert found(rows, "Straw Energy tallow")[0] == "wanted"


@pytest.mark.parametrize("form", ["Girios OÜ", "AS Girios", "Girios SE", "Girios & Co"])
def test_legal_form_is_no_question(form: str) -> None:
    assert not is_for_adviser(f"{form} granulki")
    rows = [
        *(listing(f"other {number}", f"granulki {number}", product="wood_pellets") for number in range(4)),
        listing("wanted", f"medienos granulės – {form}", product="wood_pellets"),
        {"id": "adviser", "kind": "expert", "title": "Boilers", "text": "slagging", "lang": "en"},
    ]
    assert found(rows, f"{form} granulki")[0] == "wanted"


@pytest.mark.parametrize(
    "problem", ["où trouver des débouchés", "co zrobić z popiołem", "kaip aš galiu sumažinti pelenų kiekį"]
)
def test_a_small_word_that_is_written_as_one_still_asks(problem: str) -> None:
    assert is_for_adviser(problem)
