"""The side of a sentence's writer in every language: seller, buyer, or unknown."""

from __future__ import annotations

from datetime import date

import pytest

from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from tests.core.goods import catalogue, gazetteer

SELLING = (
    "chcę sprzedać zrębkę",
    "mam na sprzedaż 100 t peletu",
    "mam do sprzedania pelet A1",
    "produkujemy pelet drzewny",
    "хочу продати пелети",
    "маю на продаж 100 т пелет",
    "виробляємо пелети",
    "noriu parduoti granules",
    "parduodama skiedra",
    "gribu pārdot granulas",
    "ražojam granulas",
    "I have 300 t of pellets to sell",
    "I have pellets for sale",
    "we produce pellets",
    "we are selling 200 t chips",
    "200 t pellets for sale at 215 EUR/t",
    "we have 200 t of pellets",
    "ich möchte Hackschnitzel verkaufen",
    "wir produzieren Pellets",
    "zum Verkauf 100 t Pellets",
    "granulés à vendre",
    "nous vendons des plaquettes",
    "quiero vender pellets",
    "vendemos pellets",
    "vorrei vendere pellet",
    "produciamo pellet",
    "müüme hakkpuitu",
    "soovin müüa pelleteid",
    "jag vill sälja pellets",
    "vi producerar pellets",
)
ASKED_FOR = (
    "pellets for sale near Kaunas",
    "any pellets for sale?",
    "pelet na sprzedaż",
    "пелети на продаж",
    "gdzie kupić pelet",
    "pellets en venta",
    "who has pellets for sale",
    "looking for pellets for sale",
    "kto sprzedaje pelet",
    "kto chce sprzedać zrębkę",
    "хто може продати пелети",
    "wer kann mir Pellets verkaufen",
    "kas gali parduoti granulių",
    "can you sell me 20 t of pellets",
)


def read(text: str) -> ParsedQuery:
    return parse(text, catalogue(), gazetteer(), date(2026, 11, 21))


@pytest.mark.parametrize("sentence", SELLING)
def test_offer_of_goods_is_a_sale(sentence: str) -> None:
    said = read(sentence)
    assert (said.side, said.rest) == ("sell", "")


@pytest.mark.parametrize("sentence", ASKED_FOR)
def test_question_for_goods_on_sale_is_no_sale(sentence: str) -> None:
    assert read(sentence).side != "sell"


def test_the_price_that_a_seller_names_is_theirs_and_no_ceiling() -> None:
    said = read("хочу продати 200 т пелет A1 по 200 євро Львів")
    assert (said.side, str(said.quantity), str(said.price), said.max_price) == ("sell", "200 t", "200 EUR/t", None)


@pytest.mark.parametrize("sentence", ["we produce pellets and the die of our press cracks", "we have a wet stock"])
def test_talk_of_the_own_plant_is_no_offer(sentence: str) -> None:
    assert read(sentence).side is None
