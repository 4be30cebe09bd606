"""Sentences of traders and their meaning; unknown parts are reported, and nothing is invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue.language.fields import parse_money, parse_quantity, parse_unit_price
from core.catalogue.language.numbers import parse_number
from core.discovery.search.model import NEAR_KM, ParsedQuery
from core.kernel.quantity import Quantity
from tests.core.discovery.search.sentence.reading import CATALOGUE, TODAY, read, refusal


def test_a_seller_says_everything_in_one_line() -> None:
    said = read("sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    assert said.side == "sell"
    assert (said.product, said.grade, said.alternatives) == ("wood_pellets", "ENplus_A1", ())
    assert (str(said.quantity), str(said.price)) == ("200 t", "215 EUR/t")
    assert said.incoterm == "DAP"
    assert said.place is not None
    assert (said.place.name, said.place.country, said.place.zone) == ("Kaunas", "LT", "Europe/Vilnius")
    assert said.window == (date(2026, 11, 23), date(2026, 11, 29))
    assert (said.rest, said.unclear) == ("", ())


@pytest.mark.parametrize(
    ("sentence", "grade"),
    [
        ("UCO FFA ≤ 5 %", "UCO_FFA5"),
        ("waste frying oil ffa < 5 % from germany", "UCO_FFA5"),
        ("Altspeiseöl FFA max 5%", "UCO_FFA5"),
        ("huile de friture FFA 5-15 %", "UCO_FFA15"),
        ("UCO FFA < 15 %", None),
    ],
)
def test_a_grade_is_known_by_what_it_is_measured_by(sentence: str, grade: str | None) -> None:
    said = read(sentence)
    assert (said.product, said.grade) == ("uco", grade)


def test_a_scheme_in_the_name_of_a_grade_is_no_wish_of_its_own() -> None:
    said = read("wood pellets ENplus A1")
    assert (said.grade, said.certificates, said.by_grade) == ("ENplus_A1", (), "ENplus")
    said = read("A1 wood pellets, ENplus certified")
    assert (said.grade, said.certificates, said.by_grade) == ("ENplus_A1", ("ENplus",), None)
    assert read("pellets DINplus").certificates == ("DINplus",)


@pytest.mark.parametrize(
    ("sentence", "product", "rest"),
    [
        ("Baltic Oil sawdust", "sawdust", "Baltic Oil"),
        ("bioddiésel polrigor fuel", "fame", "polrigor fuel"),
    ],
)
def test_goods_are_named_beside_a_company_that_is_called_like_others(sentence: str, product: str, rest: str) -> None:
    said = read(sentence)
    assert (said.product, said.rest) == (product, rest)


def test_words_that_together_name_no_goods_stay_words() -> None:
    said = read("gusci skieda")
    assert (said.product, said.alternatives, said.named, said.rest) == (None, (), "", "gusci skieda")


def test_a_word_too_far_from_all_goods_tells_which_of_several() -> None:
    assert len(read("madera").alternatives) > 1
    assert read("peellt de madera").product == "wood_pellets"
    assert read("puidu pelett").product == "wood_pellets"


def test_a_town_as_it_stands_comes_before_a_word_that_only_looks_like_another() -> None:
    place = read("SANSA DI OLIVA VERONA").place
    assert place is not None
    assert place.name == "Verona"


def test_a_buyer_types_in_a_hurry() -> None:
    said = read("500t A1 pelets under 200 eur near riga fsc")
    assert (said.product, said.grade, said.certificate) == ("wood_pellets", "ENplus_A1", "FSC")
    assert (str(said.quantity), str(said.max_price), said.price) == ("500 t", "200 EUR/t", None)
    assert said.place is not None
    assert (said.place.name, said.radius_km) == ("Riga", NEAR_KM)


@pytest.mark.parametrize(
    ("sentence", "language", "expected"),
    [
        (
            "Verkaufe 1.200 t Holzpellets ENplus A1 ab Hamburg, 231,50 € pro Tonne, im März",
            "de",
            ("sell", "wood_pellets", "1200 t", "231.5 EUR/t", "Hamburg", date(2027, 3, 1)),
        ),
        (
            "Parduodu 100 t medienos granulių po 210 eur/t Kaune kitą savaitę",
            "lt",
            ("sell", "wood_pellets", "100 t", "210 EUR/t", "Kaunas", date(2026, 11, 23)),
        ),
        (
            "sprzedam pellet drzewny A1 24 t 1 450 zł/t Gdańsk 1-15.12.2026",
            "pl",
            ("sell", "wood_pellets", "24 t", "1450 PLN/t", "Gdańsk", date(2026, 12, 1)),
        ),
        (
            "куплю 500 т деревної пелети 190 євро/т Львів наступного тижня",
            "uk",
            ("buy", "wood_pellets", "500 t", "190 EUR/t", "Lviv", date(2026, 11, 23)),
        ),
        (
            "säljer 100 m3s torrflis 250 sek/m3s Gävle v50",
            "sv",
            ("sell", "wood_chips_dry", "100 loose_m3", "250 SEK/loose_m3", "Gävle", date(2026, 12, 7)),
        ),
        (
            "vendo 24 t pellet ENplus A1 Verona 320 €/t in sacchi domani",
            "it",
            ("sell", "wood_pellets", "24 t", "320 EUR/t", "Verona", date(2026, 11, 22)),
        ),
        (
            "2 500 MWh SM3 Kaunas W50-W52 21.9 eur/mwh",
            "en",
            (None, "wood_chips_industrial", "2500 MWh", "21.9 EUR/MWh", "Kaunas", date(2026, 12, 7)),
        ),
        (
            "müün 30 rm küttepuud 65 eur/rm Tartu",
            "et",
            ("sell", "firewood", "30 stacked_m3", "65 EUR/stacked_m3", "Tartu", None),
        ),
        (
            "pārdodu 80 ber.m3 šķelda SM2 15 eiro/ber.m3 Valmiera",
            "lv",
            ("sell", "wood_chips_industrial", "80 loose_m3", "15 EUR/loose_m3", "Valmiera", None),
        ),
        (
            "vends 25 tonnes granulés de bois 300 euros/t Strasbourg mois prochain",
            "fr",
            ("sell", "wood_pellets", "25 t", "300 EUR/t", "Strasbourg", date(2026, 12, 1)),
        ),
        (
            "vendo 22 t hueso de aceituna 180 €/t Jaén",
            "es",
            ("sell", "olive_stones", "22 t", "180 EUR/t", "Jaén", None),
        ),
    ],
)
def test_every_language_is_read(sentence: str, language: str, expected: tuple[object, ...]) -> None:
    said = read(sentence, language)
    place, first = said.place and said.place.name, said.window and said.window.first
    assert (said.side, said.product, str(said.quantity), str(said.price), place, first) == expected


def test_two_equally_likely_products_are_asked_about() -> None:
    chips = read("100 t wood chips")
    assert chips.product is None
    assert set(chips.alternatives) == {"wood_chips_dry", "wood_chips_industrial"}
    assert read("100 t SM2 wood chips").product == "wood_chips_industrial"


def test_an_amount_is_not_read_again_as_a_product() -> None:
    assert read("100t chips").product != "fame"
    biodiesel = read("B100 30 m3 1100 eur/m3 FCA Duisburg")
    assert (biodiesel.product, str(biodiesel.quantity)) == ("fame", "30 m3")


@pytest.mark.parametrize("nonsense", ["coffee", "зерно", "I am not sure", "🙂", "", "go home", "nan t", "٣ t pellets²"])
def test_nothing_rather_than_nonsense(nonsense: str) -> None:
    said = read(nonsense)
    assert (said.quantity, said.price, said.place, said.certificates) == (None, None, None, ())
    assert said.product in {None, "wood_pellets"}
    assert said.product is None or "pellets" in nonsense


def test_a_cubic_metre_of_wood_is_asked_about() -> None:
    said = read("need 30 m3 firewood in Tartu")
    assert said.quantity is None
    assert said.unclear[0].code == "quantity.which_cubic_metre"
    assert said.unclear[0].parts["choices"] == ("loose_m3", "stacked_m3", "solid_m3")


def test_a_scheme_named_sure_is_not_the_word() -> None:
    assert read("SURE pellets 25 t").certificates == ("SURE",)
    assert read("25 t pellets near Riga sure").certificates == ("SURE",)
    assert read("sure, pellets 25 t").certificates == ()
    assert read("pellets 25 t, not sure which").certificates == ()


def test_distance_and_deadline() -> None:
    said = read("buy 500 loose m3 SM2 chips max 22 eur/MWh within 80 km of Vilnius by 15 Dec")
    assert said.place is not None
    assert (said.place.name, said.radius_km, str(said.max_price)) == ("Vilnius", 80, "22 EUR/MWh")
    assert said.window == (TODAY, date(2026, 12, 15))


@pytest.mark.parametrize(
    ("sentence", "rate", "speaks", "rest"),
    [
        (
            "consultant for ISCC audits, free now, under 90 eur/h, German speaking",
            "90.00 EUR",
            "de",
            "consultant audits",
        ),
        ("doradca podatkowy po polsku 250 zł za godzinę od zaraz", "250.00 PLN", "pl", "doradca podatkowy"),
        ("Berater für Kessel jetzt frei 80 € pro Stunde auf Deutsch", "80.00 EUR", "de", "Berater Kessel"),
    ],
)
def test_an_expert_is_asked_for(sentence: str, rate: str, speaks: str, rest: str) -> None:
    said = read(sentence)
    assert (str(said.max_rate), said.speaks, said.free_now) == (rate, speaks, True)
    assert (said.rest, said.price, said.max_price, said.quantity) == (rest, None, None, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "not more than 120 euro an hour, available right now, speaks German",
        "höchstens 120 Euro die Stunde, sofort frei, auf Deutsch",
        "moins de 120 € de l'heure, libre tout de suite, parlant allemand",
        "máximo 120 euros la hora, disponible ya, que hable alemán",
        "do 120 euro za godzinę, od zaraz, mówiący po niemiecku",
        "iki 120 eurų už valandą, laisvas šiuo metu, kalbantis vokiškai",
        "ne vairāk par 120 eiro stundā, pieejams uzreiz, runā vāciski",
        "kuni 120 eurot tunnis, hetkel vaba, räägib saksa keelt",
        "fino a 120 euro all'ora, disponibile subito, che parla tedesco",
        "högst 120 euro per timme, ledig direkt, som talar tyska",
        "не більше 120 євро за годину, вільний прямо зараз, розмовляє німецькою",
    ],
)
def test_rate_free_now_and_language_are_said_in_every_language(sentence: str) -> None:
    said = read(sentence)
    assert (str(said.max_rate), said.free_now, said.speaks, said.rest) == ("120.00 EUR", True, "de", "")


def test_a_price_for_a_tonne_is_no_rate() -> None:
    assert read("pellets under 200 eur/t").max_rate is None
    assert read("pellets now").free_now


def test_rest_is_given_back_as_written() -> None:
    assert read("200 t A1 pellets from Šilute with Žvirblis discount").rest == "Žvirblis discount"


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_sentence_breaks_the_reader(sentence: str) -> None:
    assert isinstance(read(sentence), ParsedQuery)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1200", None, "1200"),
        ("1 200", None, "1200"),
        ("1 200,50", None, "1200.50"),
        ("1.234,50", None, "1234.50"),
        ("1,200.50", None, "1200.50"),
        ("1.234.567", None, "1234567"),
        ("12,5", None, "12.5"),
        ("0.500", None, "0.5"),
        ("24.520", "en", "24.52"),
        ("24.520", "de", "24520"),
        ("1,200", "en", "1200"),
        ("1,200", "lt", "1.2"),
        ("1'200", None, "1200"),
    ],
)
def test_numbers_as_they_are_written(text: str, language: str | None, expected: str) -> None:
    assert parse_number(text, language) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["", "nan", "inf", "Infinity", "1e5", "+5", "1,2,3", "1.23.456", "1 20", "٣", "½", "0x1", "1_0", "9" * 40]
)
def test_text_without_a_number_is_refused(text: str) -> None:
    assert refusal(lambda: parse_number(text)).code == "number.not_a_number"


def test_a_number_with_two_readings_is_asked_about() -> None:
    asked = refusal(lambda: parse_number("1.200"))
    assert (asked.code, asked.parts["readings"]) == ("number.ambiguous", (Decimal("1.2"), Decimal(1200)))
    assert refusal(lambda: parse_number("-5")).code == "number.negative"


@given(st.decimals(0, 10**6, places=2, allow_nan=False, allow_infinity=False))
def test_a_written_amount_reads_back(amount: Decimal) -> None:
    for written in (f"{amount:f}", f"{amount:,f}".replace(",", " "), f"{amount:,f}"):
        assert parse_number(written) == amount


def test_an_amount_in_a_form() -> None:
    def amount(text: str, *allowed: str) -> Quantity:
        return parse_quantity(text, CATALOGUE, allowed, language="en")

    assert str(amount("24,5 tonnes", "t", "MWh")) == "24.5 t"
    assert str(amount("500", "t", "MWh")) == "500 t"
    assert str(amount("30 m³", "t", "m3", "l")) == "30 m3"
    assert str(amount("30 m³", "t", "loose_m3")) == "30 loose_m3"
    assert refusal(lambda: amount("30 m³", "t", "loose_m3", "solid_m3")).parts["choices"] == ("loose_m3", "solid_m3")
    assert refusal(lambda: amount("10 l", "t", "MWh")).parts["allowed"] == ("t", "MWh")
    assert refusal(lambda: amount("a lot", "t")).code == "quantity.not_understood"
    assert refusal(lambda: amount("0 t", "t")).code == "quantity.not_positive"
    assert refusal(lambda: amount("-5", "t")).code == "number.negative"


def test_a_price_in_a_form() -> None:
    def price(text: str) -> str:
        return str(parse_unit_price(text, CATALOGUE, default_currency="EUR", default_unit="t"))

    assert price("215") == "215 EUR/t"
    assert price("€ 21,95 per MWh") == "21.95 EUR/MWh"
    assert price("1 450 zł/t") == "1450 PLN/t"
    assert price("95.50.") == "95.5 EUR/t"
    assert refusal(lambda: price("cheap")).code == "price.not_understood"
    assert refusal(lambda: price("1.00001")).code == "price.too_many_decimals"
    assert refusal(lambda: price("-3 eur")).code == "number.negative"


def test_money_in_a_form() -> None:
    assert parse_money("1 234,50 €", CATALOGUE, default_currency="EUR").minor == 123450
    assert refusal(lambda: parse_money("1,234,5", CATALOGUE, default_currency="EUR")).code == "number.not_a_number"
    assert refusal(lambda: parse_money("0.5 jpy", CATALOGUE, default_currency="EUR")).code == "money.too_many_decimals"


@pytest.mark.parametrize("written", ["ENplus A1", "enplus-a1", "ENplusA1", "EN plus A1"])
def test_a_grade_is_known_however_its_parts_are_joined(written: str) -> None:
    assert (read(f"pellets {written} Lyon").grade, read(f"{written} pellets Lyon").certificates) == ("ENplus_A1", ())


@pytest.mark.parametrize("word", ["zertifizierrt", "zertifiziert", "certyfikatm", "certifed"])
def test_a_slip_in_certified_is_no_word_to_be_found(word: str) -> None:
    assert read(f"pellets near Berlin {word}").rest == ""
