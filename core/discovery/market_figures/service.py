"""Market figures, read from live listings in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from core.catalogue.comparison import price_in, quantity_in
from core.catalogue.language.places import distance_km
from core.catalogue.model import Catalogue
from core.discovery.alerts.service import seekers_of
from core.discovery.market_figures import rules
from core.discovery.market_figures.model import FEWEST, REGION_KM, MarketView, Region
from core.discovery.market_figures.rules import Asked
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, convertible
from core.kernel.transaction import Ctx
from core.trade.listings.model import Listing, ListingState

FRESH = timedelta(days=7)
NEWEST = 200  # offers of one product that a median is taken of in passing


def view_market(
    ctx: Ctx,
    catalogue: Catalogue,
    product_id: str,
    region: Region,
    *,
    currency: str,
    organisation_id: str,
    grade: str | None = None,
) -> MarketView:
    """Return the offers of a product in a region, perhaps of one grade only.

    Prices are in one currency, per the product's usual unit and per MWh.
    """
    product = catalogue.product(product_id)
    live = (each for each in _live(ctx, product_id) if grade is None or each.grade_id == grade)
    there = [listing for listing in live if _within(region, listing)]
    sellers = {listing.seller for listing in there}
    seekers = seekers_of(ctx, product_id)
    known_seekers = seekers if seekers >= FEWEST else None
    if not rules.enough(sellers):
        return MarketView(product_id, region, len(there), len(sellers), known_seekers, grade)
    unit = product.price_unit
    asked = _asked(catalogue, there, currency, unit)
    per_mwh = _asked(catalogue, there, currency, "MWh") if not convertible(unit, "MWh") else []
    spread = rules.spread_of(asked, currency, unit)
    return MarketView(
        product_id=product_id,
        region=region,
        listings=len(there),
        sellers=len(sellers),
        seekers=known_seekers,
        grade=grade,
        left=_left(catalogue, there, "t"),
        spread=spread,
        per_mwh=rules.spread_of(per_mwh, currency, "MWh"),
        prices=tuple(sorted(each.price for each in asked)) if spread else (),
        own=tuple(sorted(each.price for each in asked if each.seller == organisation_id)) if spread else (),
        newest=max(listing.renewed_at for listing in there),
        within_a_week=sum(listing.renewed_at > ctx.now - FRESH for listing in there),
    )


def goods_on_offer(
    ctx: Ctx, catalogue: Catalogue, *, currency: str | None, count: int
) -> list[tuple[str, UnitPrice | None]]:
    """Return the `count` products that most sellers offer now, the most offered first, each with its median price.

    The price is per the product's usual unit. It is in the given currency if there is a rate, else in the product's
    own. Prices of fewer than three sellers are not shown. The newest offers of each product are enough here.
    """
    sellers = func.count(Listing.seller.distinct())
    query = select(Listing.product_id).where(Listing.state == ListingState.LIVE).group_by(Listing.product_id)
    most = ctx.session.scalars(query.order_by(sellers.desc(), Listing.product_id).limit(count)).all()
    return [(product_id, middle_price(ctx, catalogue, product_id, currency)) for product_id in most]


def middle_price(ctx: Ctx, catalogue: Catalogue, product_id: str, currency: str | None) -> UnitPrice | None:
    """Return the median price of a product's newest offers per its usual unit, or None for fewer than three sellers.

    It is in the given currency if there is a rate, else in the product's own.
    """
    product = catalogue.product(product_id)
    told_in = currency if currency in catalogue.rates.per_euro else product.price_currency
    asked = _asked(catalogue, _live(ctx, product_id, newest=NEWEST), told_in, product.price_unit)
    spread = rules.spread_of(asked, told_in, product.price_unit)
    return UnitPrice(spread.median, spread.currency, spread.unit) if spread is not None else None


def asked_by_others(
    ctx: Ctx, catalogue: Catalogue, product_id: str, like: UnitPrice, *, organisation_id: str
) -> UnitPrice | None:
    """Return the median price that other organisations ask for these goods, in the currency and unit of `like`.

    Return None if there is no comparable price. One seller is enough, because every listing is public.
    """
    others = [each for each in _live(ctx, product_id) if each.seller != organisation_id]
    middle = rules.middle_of(_asked(catalogue, others, like.currency, like.unit))
    return UnitPrice(middle, like.currency, like.unit) if middle else None


def _live(ctx: Ctx, product_id: str, newest: int | None = None) -> Sequence[Listing]:
    query = select(Listing).where(Listing.state == ListingState.LIVE, Listing.product_id == product_id)
    if newest is not None:
        query = query.order_by(Listing.renewed_at.desc()).limit(newest)
    return ctx.session.scalars(query).all()


def _within(region: Region, listing: Listing) -> bool:
    if region.countries and listing.country not in region.countries:
        return False
    if region.town is None:
        return True
    if listing.lat is None or listing.lon is None:
        return False
    return distance_km(region.town.lat, region.town.lon, listing.lat, listing.lon) <= REGION_KM


def _asked(catalogue: Catalogue, listings: Sequence[Listing], currency: str, unit: str) -> list[Asked]:
    """Return the comparable prices in that currency and unit, by the day's rates and the product's own figures."""
    prices = ((each.seller, price_in(catalogue, each.product_id, each.price, currency, unit)) for each in listings)
    return [Asked(seller, price.amount) for seller, price in prices if price is not None]


def _left(catalogue: Catalogue, listings: Sequence[Listing], unit: str) -> Quantity | None:
    """Return the sum of the remaining amounts, or None if some cannot be counted in that unit."""
    amounts = [quantity_in(catalogue, each.product_id, each.remaining, unit) for each in listings]
    known = [each.amount for each in amounts if each is not None]
    return Quantity(sum(known, Decimal(0)), unit) if len(known) == len(amounts) else None
