"""Casual sentences and their meaning: ranges, contradictions, inflected goods and misspelt towns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.discovery.search.service import parse_query
from core.kernel.quantity import Quantity
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, TODAY, read


@pytest.mark.parametrize(
    ("sentence", "least", "most"),
    [
        ("pellets 180-220 eur/t", "180", "220"),
        ("Pellets zwischen 180 und 220 Euro", "180", "220"),
        ("granulės tarp 180 ir 220 eur", "180", "220"),
        ("pelety drzewne od 180 do 220 eur", "180", "220"),
        ("pellets 180 to 220 €", "180", "220"),
    ],
)
def test_a_range_of_prices_is_two_limits(sentence: str, least: str, most: str) -> None:
    said = read(sentence)
    assert said.min_price is not None
    assert said.max_price is not None
    assert (str(said.min_price.amount), str(said.max_price.amount), said.rest) == (least, most, "")


def test_range_of_amounts_gives_the_smaller_end() -> None:
    assert str(read("100-200 t pellets under 200 eur").quantity) == "100 t"


@pytest.mark.parametrize(
    ("sentence", "codes"),
    [
        ("50 t pellets or rather 80 t", ["quantity.said_twice"]),
        ("24 t pellets in bags of 15 kg", []),
        ("pellets under 200 eur, max 250 eur", ["price.said_twice"]),
        ("pellets over 300 eur under 200 eur", ["price.contradicts_itself"]),
    ],
)
def test_numbers_that_contradict_each_other_are_asked_about(sentence: str, codes: list[str]) -> None:
    assert [refusal.code for refusal in read(sentence).unclear] == codes


@pytest.mark.parametrize(
    ("sentence", "product"),
    [
        ("pelety drzewne", "wood_pellets"),
        ("astillas secas", "wood_chips_dry"),
        ("torr flis", "wood_chips_dry"),
        ("50 ton suche zrębki", "wood_chips_dry"),
        ("saw dust", "sawdust"),
        ("24 t peletts", "wood_pellets"),
        ("woood peletts", "wood_pellets"),
        ("zrębkadrzewna sucha", "wood_chips_dry"),
        ("Caldera", None),  # no goods end like this by accident
        ("kuro granulės", "wood_pellets"),
        ("kurināmā briketes", "wood_briquettes"),
        ("biometaani päritolutunnistusi", "biomethane_go"),
        ("medžio anglių", "charcoal"),  # coal, and no English
    ],
)
def test_inflected_and_described_goods_are_the_goods(sentence: str, product: str | None) -> None:
    said = read(sentence)
    assert (said.product, said.side) == (product, None)


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("pelets vilnus", "Vilnius"),
        ("granulės kaunass", "Kaunas"),
        ("pellet gdnask", "Gdańsk"),
        ("А1 pellets", None),
        ("biodieselhamburg", "Hamburg"),
        ("hobelspänegöteborg", "Göteborg"),
        ("drova varshava", "Warsaw"),
        ("kluven ved stlckholm", "Stockholm"),  # one edit, and two from "Stockholz"
    ],
)
def test_a_misspelt_town_is_one_where_the_word_is_nothing_else(sentence: str, place: str | None) -> None:
    said = read(sentence)
    assert (said.place.name if said.place else None) == place


@pytest.mark.parametrize(
    ("said", "km"),
    [
        ("0 km", 1),
        ("1.5 km", 2),
        ("1 000 km", 1000),
        ("1.000 km", 1000),
        ("1,200 km", 1200),
        ("99999 km", 20_000),
        (f"{'9' * 400} km", 20_000),
    ],
)
def test_any_distance_is_one_that_there_is_on_earth(said: str, km: int) -> None:
    known_words = read(f"wood pellets within {said} of Riga")
    assert (
        known_words.radius_km,
        known_words.place and known_words.place.name,
        known_words.rest,
        known_words.quantity,
    ) == (km, "Riga", "", None)


@pytest.mark.parametrize(
    ("sentence", "language", "amount", "price"),
    [
        ("15 kg bags of A1 pellets near Vienna", "en", "None", "None"),
        ("24 t pellets in 15 kg bags under 5 eur per bag", "en", "24 t", "5 EUR/bag"),
        ("Pellets Säcke 15 kg, 280 € die Tonne", "de", "None", "280 EUR/t"),
        ("granulés sacs de 15 kg 5 € le sac", "fr", "None", "5 EUR/bag"),
        ("pellet en sacos 15 kg a 5 € el saco", "es", "None", "5 EUR/bag"),
        ("pellet 5 euro al sacco 15 kg", "it", "None", "5 EUR/bag"),
        ("pellet worki 15 kg 1200 zł za tonę", "pl", "None", "1200 PLN/t"),
        ("1000 kg big bags pellets", "en", "None", "None"),
        ("500 kg pellets in bags", "en", "500 kg", "None"),
        ("500 kg pellets", "en", "500 kg", "None"),
    ],
)
def test_content_of_a_bag_is_no_amount(sentence: str, language: str, amount: str, price: str) -> None:
    said = read(sentence, language)
    assert (str(said.quantity), str(said.max_price or said.price), said.rest) == (amount, price, "")


@pytest.mark.parametrize(
    ("said", "language", "town"),
    [
        ("koło Białegostoku", "pl", "Białystok"),
        ("w Zielonej Górze", "pl", "Zielona Góra"),
        ("koło Bielska-Białej", "pl", "Bielsko-Biała"),
        ("Vilniuje", "lt", "Vilnius"),
        ("Võrus", "et", "Võru"),
        ("у Харкові", "uk", "Kharkiv"),
        ("біля Білої Церкви", "uk", "Bila Tserkva"),
        ("cerca de Florencia", "es", "Florence"),
        ("près de Trèves", "fr", "Trier"),
    ],
)
def test_a_town_is_known_where_its_name_changes_more_than_an_ending(said: str, language: str, town: str) -> None:
    known_words = read(f"pellets {said}", language)
    assert (known_words.place and known_words.place.name, known_words.rest) == (town, "")


def test_long_text_is_cut_after_a_whole_word() -> None:
    assert read("wood pelets " * 900).rest == ""
    assert read("x" * 9_000).rest == "x" * 500


@pytest.mark.parametrize("amount", ["90,000 kg", "90 000 kg", "90000 kg"])
def test_a_large_amount_behind_at_least_is_no_price(amount: str) -> None:
    said = read(f"PKS, at least {amount}")
    assert (said.quantity, said.min_price, said.rest) == (Quantity(Decimal(90_000), "kg"), None, "")


@pytest.mark.parametrize(
    ("sentence", "amount", "most"),
    [("chips under 200 500 t", 500, 200), ("chips at least 12 500 t", 12_500, None), ("chips max 1 500 t", 1500, None)],
)
def test_a_number_in_groups_is_an_amount_and_two_numbers_are_two(sentence: str, amount: int, most: int | None) -> None:
    said = read(sentence)
    assert said.quantity == Quantity(Decimal(amount), "t")
    assert (said.max_price and said.max_price.amount) == most


def test_unit_in_which_the_goods_are_sold_counts() -> None:
    assert read("UCO in IBC of 1000 l, 1500 t at once").quantity == Quantity(Decimal(1500), "t")
    assert read("UCO in IBC of 1000 l").quantity == Quantity(Decimal(1000), "l")


@pytest.mark.parametrize(
    ("sentence", "product", "rest"),
    [
        ("HVO from used cooking oil", "hvo", "used cooking oil"),
        ("HVO100 from animal fat Greece", "hvo", "animal fat Greece"),
        ("HVO aus Altspeisefett", "hvo", "Altspeisefett"),
        ("HVO z oleju posmażalniczego", "hvo", "oleju posmażalniczego"),
        ("HVO från använd matolja", "hvo", "använd matolja"),
        ("HVO з використаної олії", "hvo", "використаної олії"),
        ("saf iš gyvūninių riebalų", "saf", "gyvūninių riebalų"),
        ("Nachhaltigkeitsnachweise aus Altspeisefett", "pos_ticket", "Altspeisefett"),
        ("biodiesel from rapeseed oil", "fame", "rapeseed oil"),
        ("hvo100 kasutatud toiduõlist", "hvo", "kasutatud toiduõlist"),
        ("saf kasutatud toiduõlist", "saf", "kasutatud toiduõlist"),
        ("biodiisel rapsiõlist", "fame", "rapsiõlist"),
        # Names that include the material of the goods.
        ("pellets de paja", "straw_pellets", ""),
        ("pellets de pahja", "straw_pellets", ""),
        ("granulas no koksnes", "wood_pellets", ""),
        ("olej z rzepaku", "rapeseed_oil", ""),
        ("huile de friture usagée", "uco", ""),
        ("Pellets aus Stroh", "straw_pellets", ""),
        ("pelletid põhust", "straw_pellets", ""),
    ],
)
def test_material_of_goods_is_not_looked_for(sentence: str, product: str, rest: str) -> None:
    said = read(sentence)
    assert (said.product, said.rest) == (product, rest)


@pytest.mark.parametrize(
    ("sentence", "named", "rest"),
    [
        ("Holzpellets Buche", "Holzpellets", "Buche"),
        ("salmu granulas rapša", "salmu granulas", "rapša"),
        ("leña premium", "leña", "premium"),
        ("miscanthus dry", "miscanthus", "dry"),
        ("Holzbriketts Nestro", "Holzbriketts Nestro", ""),
    ],
)
def test_a_word_of_another_name_is_asked_for_beside_the_goods(sentence: str, named: str, rest: str) -> None:
    said = read(sentence)
    assert (said.named, said.rest) == (named, rest)


@pytest.mark.parametrize(
    ("sentence", "goods"),
    [
        ("pellets or briquettes", ("wood_pellets", "wood_briquettes")),
        ("100 t sawdust or shavings, max 60 eur", ("sawdust", "shavings")),
        ("pelety lub brykiet pod Krakowem", ("wood_pellets", "wood_briquettes")),
        ("wood pellets oder straw pellets", ("wood_pellets", "straw_pellets")),
    ],
)
def test_one_goods_or_another_are_both_meant(sentence: str, goods: tuple[str, ...]) -> None:
    said = read(sentence)
    assert (said.product, said.alternatives, said.rest) == (None, goods, "")


def test_an_or_between_other_things_names_no_second_goods() -> None:
    said = read("wood pellets near Riga or Vilnius")
    assert (said.product, said.place and said.place.name, said.rest) == ("wood_pellets", "Riga", "")
    assert [(each.code, each.parts["other"]) for each in said.unclear] == [("place.one_at_a_time", "Vilnius")]


def test_unknown_town_is_told() -> None:
    said = read("pellets near Xyzzyburg")
    assert [(each.code, each.parts["given"]) for each in said.unclear] == [("place.unknown", "Xyzzyburg")]
    assert read("pellets near my plant").unclear == ()


def test_distance_without_a_place_is_from_the_user() -> None:
    assert (read("pellets within 100 km").around_km, read("pellets within 100 km of Riga").around_km) == (100, None)


def test_goods_that_are_counted_in_one_kind_of_cubic_metre_are_counted_in_that() -> None:
    assert str(read("500 m3 dry wood chips").quantity) == "500 loose_m3"


@pytest.mark.parametrize("sentence", ["solo FSC", "only FSC", "nur FSC", "tylko FSC", "bara FSC", "тільки FSC"])
def test_only_is_no_slip_of_straw(sentence: str) -> None:
    said = read(sentence)
    assert (said.product, said.alternatives, said.certificates, said.rest) == (None, (), ("FSC",), "")


def test_a_scheme_that_is_a_grade_as_well_stands_beside_a_grade() -> None:
    said = read("Pellets A1, DINplus, FSC")
    assert (said.grade, said.certificates, said.rest) == ("ENplus_A1", ("DINplus", "FSC"), "")
    assert read("DINplus pellets").grade == "DINplus"
    either = read("pellets A1 or DINplus")
    assert (set(either.grades), either.certificates) == ({"ENplus_A1", "DINplus"}, ())


def test_engine_fuel_is_no_fuel_for_heat() -> None:
    said = parse_query("cheapest heat fuel per MWh near Vilnius", CATALOGUE, PLACES, TODAY).parsed
    assert said.alternatives == ("wood_pellets", "wood_chips_industrial", "hog_fuel")
    assert "saf" in parse_query("cheapest fuel near Vilnius", CATALOGUE, PLACES, TODAY).parsed.alternatives
