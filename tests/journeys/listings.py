"""A few sellers with listings, published by core's own commands, so that stories of buyers find goods."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from bots.telegram.platform import TELEGRAM
from core.kernel.money import UnitPrice
from core.kernel.transaction import MARKET, Actor, Ctx, person
from core.people.accounts.model import CompleteProfile, Identity, Role
from core.people.accounts.service import complete_profile, meet, organisation_of
from core.trade.listings.model import Listing, Place
from core.trade.listings.service import publish_listing, withdraw_listing
from tests.core.goods import GDANSK, RIGA, VILNIUS, catalogue, pellets
from tests.journeys.market import World

KAUNAS = Place(name="Kaunas", country="LT", lat=54.9027, lon=23.9096)
OFFERED: tuple[tuple[str, Place, str, str], ...] = (  # seller, place, price, currency
    ("Girios UAB", KAUNAS, "215", "EUR"),
    ("Girios UAB", VILNIUS, "205", "EUR"),
    ("Girios UAB", KAUNAS, "225", "EUR"),
    ("Latgran SIA", RIGA, "199", "EUR"),
    ("Latgran SIA", RIGA, "210", "EUR"),
    ("Baltyk sp. z o.o.", GDANSK, "900", "PLN"),
    ("Baltyk sp. z o.o.", VILNIUS, "220", "EUR"),
)


async def stocked(world: World) -> None:
    """Publish seven listings of A1 pellets by three sellers, from tomorrow on."""
    assert world.product is not None
    await world.product.transactions.run(MARKET, put_up)


def put_up(ctx: Ctx) -> None:
    tomorrow = ctx.now.date() + timedelta(days=1)
    for number, (name, place, price, currency) in enumerate(OFFERED):
        goods = pellets(
            place=place,
            price=UnitPrice(Decimal(price), currency, "t"),
            window_from=tomorrow,
            window_to=tomorrow + timedelta(days=90 + number),
            buy_now=True,
        )
        publish_listing(ctx.acting_as(arrive(ctx, name)), catalogue(), goods)


async def withdrawn(world: World, seller: str, from_price: Decimal) -> None:
    """Withdraw that seller's listings in euros from this price on."""
    assert world.product is not None

    def withdraw(ctx: Ctx) -> None:
        seen = ctx.acting_as(arrive(ctx, seller))
        for listing in seen.session.scalars(select(Listing)):
            dear = listing.price.currency == "EUR" and listing.price.amount >= from_price
            if dear and organisation_of(seen, listing.seller).name == seller:
                withdraw_listing(seen, listing.id)

    await world.product.transactions.run(MARKET, withdraw)


def arrive(ctx: Ctx, name: str) -> Actor:
    known = meet(ctx, Identity(TELEGRAM.code, "", f"9{sum(name.encode())}", name), None)
    actor = person(known.id)
    profile = CompleteProfile(roles=frozenset({Role.SELLER}), company=name, country="LT")
    complete_profile(ctx.acting_as(actor), profile)
    return actor
