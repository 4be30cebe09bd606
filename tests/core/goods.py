"""Goods that the stories trade with: a catalogue as shipped, and a listing of pellets to vary."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.catalogue.language.places import Places, load_places
from core.catalogue.model import Catalogue, load
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.trade.listings.model import Certificate, Place, PublishListing

VILNIUS = Place(name="Vilnius", country="LT", lat=54.6892, lon=25.2798)
RIGA = Place(name="Riga", country="LV", lat=56.946, lon=24.1059)
GDANSK = Place(name="Gdańsk", country="PL", lat=54.3521, lon=18.6464)


FOLDER = Path(__file__).parents[2] / "config" / "catalogue"


@cache
def catalogue() -> Catalogue:
    return load(FOLDER)


@cache
def gazetteer() -> Places:
    """Return the towns of the trade, without the thousands of others."""
    return load_places(FOLDER / "places.csv")


def tonnes(amount: str | int) -> Quantity:
    return Quantity(Decimal(amount), "t")


def eur(amount: str | int, unit: str = "t") -> UnitPrice:
    return UnitPrice(Decimal(amount), "EUR", unit)


def pellets(**changes: Any) -> PublishListing:
    """Return a listing of 500 t of ENplus A1 pellets at 210 EUR/t in Vilnius, 25 t at least.

    Other goods have no certificate of pellets.
    """
    usual: dict[str, Any] = {
        "product_id": "wood_pellets",
        "grade_id": "ENplus_A1",
        "certificates": (Certificate(scheme="ENplus", number="LT005"),),
        "quantity": tonnes(500),
        "min_lot": tonnes(25),
        "price": eur(210),
        "incoterm": "DAP",
        "place": VILNIUS,
        "window_from": date(2026, 12, 1),
        "window_to": date(2027, 3, 31),
        "packaging": "bulk",
    }
    if changes.get("product_id", "wood_pellets") != "wood_pellets":
        del usual["certificates"]
    return PublishListing(**(usual | changes))
