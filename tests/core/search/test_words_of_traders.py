"""The words that small sellers and buyers really write: goods by what they call them, limits as they say them, and
towns by their own names for them."""

from __future__ import annotations

import pytest

from tests.core.search.test_parse import read

CHIPS = "wood_chips_dry wood_chips_industrial"
BEDDING = "shavings straw_bales straw_pellets"


@pytest.mark.parametrize(
    ("sentence", "products"),
    [
        ("woodchips Leeds", CHIPS),
        ("Hackholz Stuttgart", CHIPS),
        ("Holzhackschnitzel", CHIPS),
        ("bois déchiqueté", CHIPS),
        ("astillas de madera", CHIPS),
        ("cippato di legno", CHIPS),
        ("50 m3 träflis", CHIPS),
        ("zrębki drzewne", CHIPS),
        ("parduodu skiedras", CHIPS),
        ("kurināmā šķelda", CHIPS),
        ("puithake", CHIPS),
        ("щепа", CHIPS),
        ("Hackschnitzel trocken", "wood_chips_dry"),
        ("džiovinta skiedra", "wood_chips_dry"),
        ("raiejäätmete hake", "wood_chips_industrial"),
        ("bränslepellets 20 ton", "wood_pellets"),
        ("kuro granulės", "wood_pellets"),
        ("топливные пеллеты", "wood_pellets"),
        ("Einstreupellets", "straw_pellets wood_pellets"),
        ("tööstuslikud puidugraanulid", "industrial_wood_pellets"),
        ("пелета індустріальна", "industrial_wood_pellets"),
        ("horse bedding", BEDDING),
        ("Pferdeeinstreu", BEDDING),
        ("ściółka dla koni", BEDDING),
        ("підстилка для коней", BEDDING),
        ("Rindenmulch für den Garten", "bark"),
        ("barkbränsle", "bark"),
        ("malkutės", "firewood"),
        ("kasehalud", "firewood"),
        ("drewno na opał", "firewood roundwood_energy"),
        ("grumes bois énergie", "roundwood_energy"),
        ("кругляк паливний", "roundwood_energy"),
        ("träkross", "hog_fuel"),
        ("дроблена деревина", "hog_fuel"),
        ("rivningsvirke", "waste_wood"),
        ("legno di demolizione", "waste_wood"),
        ("піні-кей", "wood_briquettes"),
        ("kaminabrikett", "wood_briquettes"),
        ("Grillholzkohle", "charcoal"),
        ("briquetas de carbón", "charcoal"),
        ("carbone vegetale", "biochar charcoal"),
        ("Biokohle", "biochar torrefied_pellets"),
        ("біочар", "biochar"),
        ("baloty słomy", "straw_bales"),
        ("солом'яні пелети", "straw_pellets"),
        ("лузга", "sunflower_husk_pellets"),
        ("sansa di oliva", "olive_cake"),
        ("Haselnussschalen", "nut_shells"),
        ("gusci di palma", "pks"),
        ("Pommesfett", "uco"),
        ("фритюр", "uco"),
        ("suif de bœuf", "animal_fat"),
        ("łój wołowy", "animal_fat"),
        ("aceite de canola", "rapeseed_oil"),
        ("рапсовое масло", "rapeseed_oil"),
        ("Rapsmethylester", "fame"),
        ("hydrotreated vegetable oil", "hvo"),
        ("biometano liquido", "bio_lng"),
        ("suskystintas biometanas", "bio_lng"),
    ],
)
def test_goods_are_known_by_what_people_call_them(sentence: str, products: str) -> None:
    said = read(sentence)
    assert " ".join(sorted({said.product} if said.product else said.alternatives)) == products


@pytest.mark.parametrize(
    "sentence",
    [
        "heat",
        "värme",
        "Kraftwerk",
        "centrale",
        "prensa",
        "chipper",
        "restaurant",
        "Recycling",
        "euro",
        "Rīgas",
        "metano",
        "granulator",
        "stove",
    ],
)
def test_a_word_of_something_else_names_no_goods(sentence: str) -> None:
    said = read(sentence)
    assert (said.product, said.alternatives) == (None, ())
