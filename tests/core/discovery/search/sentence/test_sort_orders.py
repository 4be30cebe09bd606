"""Words of order in a sentence: "cheapest", "nearest", "best rated" and "newest" say how the list begins."""

from __future__ import annotations

import pytest

from core.discovery.search.intent import order_of_advisers
from core.discovery.search.model import Query
from core.discovery.search.service import parse_query
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, TODAY, read


def asked(sentence: str) -> Query:
    return parse_query(sentence, CATALOGUE, PLACES, TODAY)


@pytest.mark.parametrize(
    ("sentence", "order", "product", "place"),
    [
        ("cheapest A1 pellets near Riga", "cheapest", "wood_pellets", "Riga"),
        ("the cheapest offers of pellets, please", "cheapest", "wood_pellets", None),
        ("best price for pellets", "cheapest", "wood_pellets", None),
        ("günstigste Pellets", "cheapest", "wood_pellets", None),
        ("günstige Angebote für Sägemehl bei Hamburg", "cheapest", "sawdust", "Hamburg"),
        ("les granulés les moins chers près de Lyon", "cheapest", "wood_pellets", "Lyon"),
        ("ofertas más baratas de pellets", "cheapest", "wood_pellets", None),
        ("najtańszy pelet", "cheapest", "wood_pellets", None),
        ("pigiausios granulės", "cheapest", "wood_pellets", None),
        ("lētākās granulas pie Rīgas", "cheapest", "wood_pellets", "Riga"),
        ("kõige odavamad graanulid Tartu lähedal", "cheapest", "wood_pellets", "Tartu"),
        ("pellet più economico Verona", "cheapest", "wood_pellets", "Verona"),
        ("billigast pellets Gävle", "cheapest", "wood_pellets", "Gävle"),
        ("найдешевші пелети біля Києва", "cheapest", "wood_pellets", "Kyiv"),
        ("nearest sawdust to Kaunas", "nearest", "sawdust", "Kaunas"),
        ("najbliższe trociny Gdańsk", "nearest", "sawdust", "Gdańsk"),
        ("найближчі пелети до Львова", "nearest", "wood_pellets", "Lviv"),
        ("top-rated straw bales", "rated", "straw_bales", None),
        ("Holzpelets bestbewertet", "rated", "wood_pellets", None),
        ("newest listings of UCO", "newest", "uco", None),
        ("neueste Anzeigen Sägemehl", "newest", "sawdust", None),
    ],
)
def test_a_sentence_says_in_which_order(sentence: str, order: str, product: str, place: str | None) -> None:
    said = read(sentence)
    assert (said.order, said.product, said.rest) == (order, product, "")
    assert (said.place and said.place.name) == place


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("fresh pellets near Riga", "fresh"),
        ("best pellets", "best"),
        ("pellets cheaper than 200", ""),
        ("moins cher que 200 eur pellets", ""),
        ("Pellets günstiger als 200 €", ""),
        ("Pellets am nächsten Tag", "nächsten"),
        ("pelet najbliższy tydzień", "najbliższy tydzień"),
        ("pellets närmaste veckan", "närmaste veckan"),
    ],
)
def test_phrase_that_resembles_an_order_is_none(sentence: str, rest: str) -> None:
    said = read(sentence)
    assert (said.order, said.product, said.rest) == (None, "wood_pellets", rest)


def test_first_of_two_orders_counts_and_keeps_the_side() -> None:
    assert (read("nearest and cheapest pellets").order, read("nearest and cheapest pellets").rest) == ("nearest", "")
    assert read("sell cheap pellets 200 t").side == "sell"
    assert read("cheapest offer for pellets").side is None


def test_the_order_of_a_sentence_is_that_of_the_query_and_no_wish() -> None:
    query = asked("cheapest A1 pellets near Riga")
    assert query == Query(asked("A1 pellets near Riga").parsed, "cheapest")
    assert Query.from_json(query.to_json()).order == "cheapest"
    assert query.canonical() == asked("A1 pellets near Riga").canonical()


@pytest.mark.parametrize(
    ("problem", "order"),
    [
        ("cheapest ISCC adviser", "cheapest"),
        ("best rated consultant for pellets", "rated"),
        ("slagging, cheapest", "cheapest"),
        ("cheap pellets slag", "best"),
        ("my nearest neighbour complains about the smoke", "best"),
    ],
)
def test_advisers_are_in_the_order_that_is_said_of_them(problem: str, order: str) -> None:
    assert order_of_advisers(problem, asked(problem), CATALOGUE) == order
