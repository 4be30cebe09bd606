"""The words of small sellers and buyers: their names of goods, their limits, and their towns' names."""

from __future__ import annotations

import pytest

from tests.core.discovery.search.sentence.reading import read

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
        ("sustainable aviation fuel Riga", "saf"),
        ("carburant d'aviation durable", "saf"),
        ("zrównoważone paliwo lotnicze", "saf"),
        ("зелений метанол іспанія", "biomethanol"),
        ("гранули з соломи", "straw_pellets"),
        ("гранули з лушпиння соняшнику", "sunflower_husk_pellets"),
        ("siuadai rapsu", "straw_bales"),
        ("char coal", "charcoal"),
        ("bio char", "biochar"),
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


@pytest.mark.parametrize(
    ("sentence", "most"),
    [
        ("Holzpellets nicht teurer als 250 €/t", 250),
        ("wood pellets budget 250 eur", 250),
        ("granulés de bois, pas plus cher que 250 €/t", 250),
        ("pellets de madera como mucho 250 €/t", 250),
        ("pellet di legno, non oltre 250 €/t", 250),
        ("träpellets inte dyrare än 250 €/t", 250),
        ("pellet drzewny nie drożej niż 250 €/t", 250),
        ("medžio granulės ne brangiau kaip 250 €/t", 250),
        ("kokskaidu granulas ne dārgāk par 250 €/t", 250),
        ("puidugraanulid mitte üle 250 €/t", 250),
        ("деревні пелети не дорожче ніж 250 євро", 250),
    ],
)
def test_highest_price_is_read_in_every_language(sentence: str, most: int) -> None:
    said = read(sentence)
    assert said.max_price is not None
    assert said.max_price.amount == most
    assert (said.min_price, said.price, said.rest) == (None, None, "")


@pytest.mark.parametrize(
    ("sentence", "least"),
    [
        ("Holzpellets nicht unter 250 €/t", 250),
        ("wood pellets not less than 250 €/t", 250),
        ("granulés de bois à partir de 250 €/t", 250),
        ("pellets de madera al menos 250 €/t", 250),
        ("pellet di legno più di 250 €/t", 250),
        ("träpellets inte mindre än 250 €/t", 250),
        ("pellet drzewny nie mniej niż 250 €/t", 250),
        ("medžio granulės ne mažiau kaip 250 €/t", 250),
        ("kokskaidu granulas ne mazāk par 250 €/t", 250),
        ("puidugraanulid mitte alla 250 €/t", 250),
        ("деревні пелети не менше 250 євро", 250),
    ],
)
def test_lowest_price_is_read_and_is_no_highest(sentence: str, least: int) -> None:
    said = read(sentence)
    assert said.min_price is not None
    assert said.min_price.amount == least
    assert (said.max_price, said.price, said.rest) == (None, None, "")


@pytest.mark.parametrize(
    ("sentence", "quantity"),
    [
        ("granulas 640tonnu", "640 t"),
        ("25to Holzpellets", "25 t"),
        ("пелети 25тонн", "25 t"),
        ("пелети 25 тонны", "25 t"),
        ("träpellets 25 tonner", "25 t"),
        ("500 kilogramów pelletu drzewnego", "500 kg"),
        ("дрова 12 скл.м3", "12 stacked_m3"),
        ("щепа 90 насипних м3", "90 loose_m3"),
        ("30 tihu küttepuid", "30 solid_m3"),
        ("3 піддони паливних брикетів", "3 pallet"),
    ],
)
def test_amounts_are_read_in_every_case_and_glued_to_their_number(sentence: str, quantity: str) -> None:
    assert str(read(sentence).quantity) == quantity


@pytest.mark.parametrize(
    ("sentence", "town"),
    [
        ("пелети Дрезден", "Dresden"),
        ("пелети Штутгарт", "Stuttgart"),
        ("пелети Ряшів", "Rzeszów"),
        ("пелети Маріямполє", "Marijampolė"),
        ("дрова Харьков", "Kharkiv"),
        ("пелети у Рівному", "Rivne"),
        ("Holzpellets Allenstein", "Olsztyn"),
        ("Holzpellets Memel", "Klaipėda"),
        ("Holzpellets Pressburg", "Bratislava"),
        ("granulés de bois Ratisbonne", "Regensburg"),
        ("pellets de madera Aquisgrán", "Aachen"),
        ("pellet di legno Anversa", "Antwerp"),
        ("träpellets Florens", "Florence"),
        ("pellet drzewny Parnawa", "Pärnu"),
        ("medžio granulės Niurnbergas", "Nuremberg"),
        ("medžio granulės Panevėžyje", "Panevėžys"),
        ("kokskaidu granulas Ventspilī", "Ventspils"),
        ("kokskaidu granulas Štutgarte", "Stuttgart"),
        ("puidugraanulid Varssavis", "Warsaw"),
    ],
)
def test_towns_are_known_by_the_names_that_each_language_has_for_them(sentence: str, town: str) -> None:
    place = read(sentence).place
    assert place is not None
    assert place.name == town


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("kupię łuski ryżowej", "rice_husk"),
        ("ieškau 45 t ryžių lukštų", "rice_husk"),
        ("потрібно рисового лушпиння", "rice_husk"),
        ("potrzebuję pelletu przemysłowego", "industrial_wood_pellets"),
    ],
)
def test_a_case_of_all_words_of_a_name_names_the_goods(text: str, product: str) -> None:
    assert read(text).product == product
