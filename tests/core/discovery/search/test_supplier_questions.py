"""Questions for suppliers of goods, in every language: the writer wants to buy, and praise of goods is no problem."""

from __future__ import annotations

import pytest

from core.discovery.search.service import parse
from tests.core.discovery.search.batch import KAUNAS, TODAY, expert, found, is_for_adviser, listing
from tests.core.goods import catalogue, gazetteer


@pytest.mark.parametrize(
    ("asked", "goods"),
    [
        ("who can supply bark to Kaunas", "bark"),
        ("who could deliver bark to Kaunas", "bark"),
        ("kas piegada koksnes granulas Kaunas", "wood_pellets"),
        ("kto dowiezie korę Kaunas", "bark"),
        ("kto ma na placu kore Kaunas", "bark"),
        ("qui peut livrer écorce Kaunas", "bark"),
        ("qui produit écorce Kaunas", "bark"),
        ("chi produce corteccia Kaunas", "bark"),
        ("quién suministra corteza Kaunas", "bark"),
        ("vem tillverkar bark Kaunas", "bark"),
        ("wer kann Rinde nach Kaunas liefern", "bark"),
        ("kennt wer nen händler für rinde in Kaunas", "bark"),
        ("kes saaks tuua puukoort Kaunas", "bark"),
        ("хто виробляє кору Kaunas", "bark"),
        ("хто постачає кору Kaunas", "bark"),
        ("хто продає кору Kaunas", "bark"),
        ("хто виробляє біогаз Kaunas", "biogas"),  # which may be the thing with the problem
        ("wer liefert waldhackgut nach Kaunas", "wood_chips_industrial"),  # chips of a forest, and no forest
        ("var finns skogsflis Kaunas", "wood_chips_industrial"),
        ("kes muub metsahake Kaunas", "wood_chips_industrial"),
        ("hej behöver briketter inkl frakt nära Kaunas", "wood_briquettes"),
        ("granulés sans poussière Kaunas", "wood_pellets"),
        ("pellets senza polvere Kaunas", "wood_pellets"),
        ("tested wood pellets not from the UK", "wood_pellets"),
        ("pellet z faktura vat Kaunas", "wood_pellets"),
    ],
)
def test_question_for_suppliers_finds_goods(asked: str, goods: str) -> None:
    rows = [
        listing("bark", "Rinde", product="bark", **KAUNAS),
        listing("biogas", "Biogas", product="biogas", **KAUNAS),
        listing("wood_pellets", "Pellets", product="wood_pellets", **KAUNAS),
        listing("wood_briquettes", "Briketter", product="wood_briquettes", **KAUNAS),
        listing("wood_chips_industrial", "Hackgut", product="wood_chips_industrial", **KAUNAS),
        expert("lawyer", "Lawyer", "Supply contracts, deliveries and disputes. Kaunas."),
        expert("freight", "Freight broker", "Freight and transport, invoices, VAT. Kaunas."),
        expert("laboratory", "Laboratory", "Sampling and tests, dust and fines. Kaunas."),
        expert("forester", "Forester", "Harvest planning, forest, skog, mets, Wald. Kaunas."),
    ]
    assert not is_for_adviser(asked)
    assert found(rows, asked)[0] == goods


@pytest.mark.parametrize(
    ("asked", "rest"),
    [
        ("who can supply bark", ""),
        ("wer kann Rinde liefern", ""),
        ("hello, who could deliver bark", ""),
        ("kto ma na placu korę", ""),
        ("bark incl. freight with VAT invoice", ""),
    ],
)
def test_the_words_of_the_question_are_no_wish(asked: str, rest: str) -> None:
    assert parse(asked, catalogue(), gazetteer(), TODAY).rest == rest


@pytest.mark.parametrize(
    "asked",
    [
        "problem z fakturą VAT na pellet",
        "wie finden wir händler für unsere pellets",
        "what vat invoice do I write for pellets",
        "nos granulés arrivent pleins de poussière",
        "who can help, our pellets arrived wet",
        "the forest chips that we got are wet",
    ],
)
def test_stated_problem_is_still_a_call_for_advice(asked: str) -> None:
    assert is_for_adviser(asked)


@pytest.mark.parametrize(
    ("asked", "goods"),
    [
        ("ile kosztuje pelet Kaunas", "pellets"),
        ("cik maksā mizas Kaunas", "bark"),
        ("kui palju maksab puukoor Kaunas", "bark"),
        ("was kosten Pellets in Kaunas?", "pellets"),
    ],
)
def test_price_question_finds_goods_on_offer(asked: str, goods: str) -> None:
    rows = [
        listing("bark", "Rinde", product="bark", **KAUNAS),
        listing("pellets", "Pellets", product="wood_pellets", **KAUNAS),
        expert("taxes", "VAT and tax adviser", "Costs, prices, invoices. Kaunas."),
    ]
    assert found(rows, asked)[0] == goods


def test_how_goods_are_comes_behind_what_they_are() -> None:
    rows = [
        listing("chips", "dry wood chips", product="wood_chips_dry", **KAUNAS),
        listing("pellets", "wood pellets", product="wood_pellets", **KAUNAS),
        listing("dry", "granulés de bois, sec", product="wood_pellets", **KAUNAS),
        listing("premium", "wood pellets, hohe Qualität", product="wood_pellets", **KAUNAS),
        listing("little ash", "wood pellets, aschearm", product="wood_pellets", **KAUNAS),
    ]
    assert found(rows, "wood pellets dry")[0] == "dry"
    assert found(rows, "premium pellets")[0] == "premium"
    assert found(rows, "wood pellets low ash")[0] == "little ash"


@pytest.mark.parametrize(
    "asked",
    [
        "firewood low ash content",
        "but not from Poland, low ash, dry wood chips",
        "pélets que no sea de Polonia, sin polvo",
        "leña con poca ceniza",
        "drewno opałowe mało popiołu",
    ],
)
def test_how_goods_shall_be_is_no_problem(asked: str) -> None:
    assert not is_for_adviser(asked)


def test_thing_with_a_problem_is_no_goods() -> None:
    assert is_for_adviser("the boiler is full of clinker")
    assert not is_for_adviser("boiler pellets")
