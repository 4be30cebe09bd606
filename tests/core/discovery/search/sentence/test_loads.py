"""Amounts by the truck: a number of loads of the goods, shown in tonnes or cubic metres."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue.comparison import FULL_TRUCKS, TRUCK_LOOSE_M3, TRUCK_TONNES, load_of
from core.discovery.search.intent import is_for_advice
from core.discovery.search.service import parse_query
from tests.core.conftest import Market
from tests.core.discovery.alerts.test_alert_rules import fit
from tests.core.discovery.search.search_market import ids, index_cache
from tests.core.discovery.search.sentence.reading import CATALOGUE, PLACES, TODAY, read
from tests.core.goods import tonnes


@pytest.mark.parametrize(
    ("sentence", "amount"),
    [
        ("2 truckloads of A1 pellets", "48 t"),
        ("two trucks of pellets near Riga", "48 t"),
        ("a truckload of pellets", "24 t"),
        ("FTL pellets Kaunas", "24 t"),
        ("full truck of pellets under 210 eur", "24 t"),
        ("eine LKW-Ladung Pellets", "24 t"),
        ("zwei LKW Pellets nach Hamburg", "48 t"),
        ("un camion de granulés Lyon", "24 t"),
        ("dos camiones de pellets", "48 t"),
        ("dwie ciężarówki peletu", "48 t"),
        ("trys vilkikai medienos granulių", "72 t"),
        ("divas kravas granulu", "48 t"),
        ("kaks koormat graanuleid", "48 t"),
        ("due camion di pellet", "48 t"),
        ("fyra lastbilar pellets", "96 t"),
        ("п'ять машин пелет", "120 t"),
        ("2 truckloads of UCO", "48 t"),
        ("2 truckloads of shavings", "20 t"),  # ninety cubic metres are full before they are heavy
        ("a truckload of dry chips", "90 loose_m3"),  # which are mostly sold by them
        ("a truckload of dry chips under 80 eur/t", "20 t"),
        ("3 truckloads of bark", "225 loose_m3"),  # heavy before the truck is full
        ("2 truckloads of chips", "40 t"),  # chips of any kind; the dry ones are lighter
    ],
)
def test_truckloads_are_an_amount(sentence: str, amount: str) -> None:
    said = read(sentence)
    assert (str(said.quantity), said.by_load, said.rest) == (amount, True, "")


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("pellets, delivery by truck", "by truck"),
        ("half a truckload of pellets", "half truckload"),
        ("2 trucks per week of pellets", "2 trucks week"),
        ("prix du camion de granulés", "camion"),  # "du" is two in Lithuanian alone
        ("2 trucks of straw bales", "2 trucks"),  # the catalogue has no figures for a truck of bales
        ("two trucks", "two trucks"),
        ("sell A1 pellets 215 eur/t FTL Kaunas", "FTL"),  # how they come, and not how much there is
    ],
)
def test_other_trucks_stay_words(sentence: str, rest: str) -> None:
    said = read(sentence)
    assert (said.quantity, said.by_load, said.rest) == (None, False, rest)


def test_an_amount_in_tonnes_is_the_amount() -> None:
    assert str(read("100 t pellets in 4 trucks").quantity) == "100 t"
    assert str(read("sell 2 truckloads of A1 pellets 215 €/t DAP Kaunas").quantity) == "48 t"


def test_trucks_that_something_was_wrong_with_are_a_problem() -> None:
    problem = "our two trucks of pellets were rejected, too much moisture"
    assert is_for_advice(problem, read(problem), CATALOGUE)
    assert not is_for_advice("two trucks of pellets", read("two trucks of pellets"), CATALOGUE)
    assert not parse_query("two trucks of pellets", CATALOGUE, PLACES, TODAY).parsed.by_load


def test_truck_load_lies_within_the_figures_of_the_catalogue() -> None:
    for mode in (CATALOGUE.delivery[each] for each in FULL_TRUCKS):
        assert mode.tonnes is not None
        assert mode.tonnes[0] <= TRUCK_TONNES <= mode.tonnes[1]
    room = CATALOGUE.delivery["walking_floor"].cubic_metres
    assert room is not None
    assert room[0] <= TRUCK_LOOSE_M3 <= room[1]
    for product in CATALOGUE.products.values():
        load = load_of(product)
        assert load is None or (load and load.unit in product.units)


async def test_bags_and_pallets_are_weighed(market: Market) -> None:
    on = await index_cache(market)
    large = await on.put(min_lot=tonnes(24))
    small = await on.put(min_lot=tonnes(1))
    assert ids(await on.find("10 pallets of pellets")) == [small.id]
    assert set(ids(await on.find("30 pallets of pellets"))) == {large.id, small.id}

    few = await on.find("20 bags of pellets")
    told = {each.code: each for each in few.relaxations}["search.relax.quantity"]
    assert (few.total, told.count, told.parts["least"]) == (0, 2, tonnes(1))
    assert fit("2000 bags of pellets", min_lot_amount=Decimal(25))
    assert not fit("20 bags of pellets")
