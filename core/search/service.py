"""Finds the listings that fit, says why each is there, and what would help when none is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select

from core.catalogue import Catalogue
from core.kernel.errors import Invalid
from core.kernel.money import UnitPrice
from core.kernel.transaction import Ctx
from core.listings.model import Listing, ListingCertificate
from core.search import index, rules
from core.search.model import LARGEST_PAGE, Chip, Hit, Page, Query, Relaxation, Standings
from core.search.parse import Understood, parse
from core.search.places import Places
from core.search.rules import Candidate, Measured

SHORT_LIST = 300  # of these the sellers' standing is asked; below them it could not change the first pages
LEAFED_THROUGH = 500  # the newest listings, for who asks for nothing in particular

Ranked = list[tuple[float, Measured]]


def query_of(text: str, catalogue: Catalogue, places: Places, today: date, language: str = "en") -> Query:
    """The query that a sentence is."""
    return Query(parse(text, catalogue, places, today, language))


def search(
    ctx: Ctx,
    catalogue: Catalogue,
    query: Query,
    limit: int = 5,
    after: str | None = None,
    *,
    standings: Standings | None = None,
) -> Page:
    """A page of live listings, best first, all read in this transaction.

    `after` is what the page seen before has as `after`.
    `standings` tells how good the sellers are, 0 to 1. Raises Invalid for a page longer than fifty.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid("search.page", field="limit", most=LARGEST_PAGE)
    asked = rules.asked_words(query.understood)
    known = index.vocabulary(ctx) if asked else ()
    found = _found(ctx, query.understood, known)
    ranked = rules.ordered(_ranked(ctx, found, len(asked), standings), query.order)
    start = _start(ranked, after)
    end = start + limit
    chosen = ranked[start:end]
    return Page(
        understood=query.understood,
        hits=_hits(ctx, query.understood, chosen, found),
        total=len(ranked),
        after=f"{end - 1}:{chosen[-1][1].candidate.id}" if end < len(ranked) else None,
        relaxations=() if ranked else _relaxations(ctx, query, known),
        did_you_mean=() if ranked else index.nearest(asked, {*known, *catalogue.name_index.vocabulary}),
        asks=rules.asks(query),
    )


def chips(query: Query) -> tuple[Chip, ...]:
    """What was understood, one chip a wish, in the order in which a trader would say it."""
    return rules.chips(query.understood)


def without(query: Query, chip: Chip) -> Query:
    """The query with that wish given up."""
    return rules.without(query, chip.wish)


def count(ctx: Ctx, query: Query) -> int:
    """How many listings fit."""
    known = index.vocabulary(ctx) if rules.asked_words(query.understood) else ()
    return len(_found(ctx, query.understood, known))


def _found(ctx: Ctx, understood: Understood, known: Sequence[str]) -> list[Measured]:
    """What fits. Words that were not understood are a wish like any other while nothing says which goods are meant."""
    asked = rules.asked_words(understood)
    words: Mapping[str, tuple[str, ...]] = index.listings_with(ctx, asked, known) if asked else {}
    goods_known = understood.product or understood.alternatives or understood.grade
    only = words.keys() if asked and not goods_known else None
    return rules.measure(understood, _candidates(ctx, understood, only), words)


def _candidates(ctx: Ctx, understood: Understood, only: Collection[str] | None) -> list[Candidate]:
    """What the database lets through, of these ids when there are some; the newest when nothing was asked."""
    query = select(
        Listing.id,
        Listing.seller,
        Listing.product_id,
        Listing.grade_id,
        Listing.unit,
        Listing.remaining_amount,
        Listing.min_lot_amount,
        Listing.price_amount,
        Listing.price_currency,
        Listing.price_unit,
        Listing.lat,
        Listing.lon,
        Listing.renewed_at,
    ).where(*_wishes(understood))
    if only is not None:
        query = query.where(Listing.id.in_(only))
    elif rules.asks_nothing(understood):
        query = query.order_by(Listing.id.desc()).limit(LEAFED_THROUGH)
    return [
        Candidate(
            id=row.id,
            seller=row.seller,
            product_id=row.product_id,
            grade_id=row.grade_id,
            unit=row.unit,
            remaining=row.remaining_amount,
            min_lot=row.min_lot_amount,
            price=row.price_amount,
            currency=row.price_currency,
            price_unit=row.price_unit,
            lat=row.lat,
            lon=row.lon,
            renewed_on=row.renewed_at.date(),
        )
        for row in ctx.session.execute(query)
    ]


def _wishes(understood: Understood) -> list[ColumnElement[bool]]:
    """What the database decides."""
    wishes: list[ColumnElement[bool]] = [Listing.state == "live"]
    products = (understood.product,) if understood.product else understood.alternatives
    if products:
        wishes.append(Listing.product_id.in_(products))
    if understood.grade:
        wishes.append(Listing.grade_id == understood.grade)
    if understood.packaging:
        wishes.append(or_(Listing.packaging.in_(understood.packaging), Listing.packaging.is_(None)))
    if understood.window is not None:
        wishes += [Listing.window_from <= understood.window.last, Listing.window_to >= understood.window.first]
    limit = rules.price_limit(understood) or understood.min_price
    if limit is not None:
        wishes.append(Listing.price_currency == limit.currency)
    for scheme in understood.certificates:
        held = (ListingCertificate.listing_id == Listing.id, ListingCertificate.scheme == scheme)
        wishes.append(exists().where(*held))
    return wishes


def _ranked(ctx: Ctx, found: list[Measured], asked: int, standings: Standings | None) -> Ranked:
    ranked = rules.scored(found, asked, ctx.now.date(), {})
    if standings is None or not ranked:
        return ranked
    sellers = standings({each.candidate.seller for _, each in ranked[:SHORT_LIST]})
    return rules.scored(found, asked, ctx.now.date(), sellers)


def _start(ranked: Ranked, after: str | None) -> int:
    """Where the next page begins: behind the last one seen, or, when that is gone, in its place."""
    if after is None:
        return 0
    position, _, last_id = after.partition(":")
    if not position.isdecimal():
        raise Invalid("search.page", field="after", most=LARGEST_PAGE)
    return next((n for n, (_, each) in enumerate(ranked, 1) if each.candidate.id == last_id), int(position))


def _hits(ctx: Ctx, understood: Understood, chosen: Ranked, found: list[Measured]) -> tuple[Hit, ...]:
    """The chosen ones with their whole rows, read in the same transaction that found them."""
    wanted = [each.candidate.id for _, each in chosen]
    rows = {row.id: row for row in ctx.session.scalars(select(Listing).where(Listing.id.in_(wanted)))}
    prices = [each.price for each in found if each.price is not None]
    lowest = min(prices) if len(prices) > 1 else None
    return tuple(
        Hit(
            listing=rows[each.candidate.id],
            score=score,
            reasons=rules.reasons(understood, each, lowest, ctx.now.date()),
            distance_km=None if each.km is None else round(each.km),
        )
        for score, each in chosen
    )


def _relaxations(ctx: Ctx, query: Query, known: Sequence[str]) -> tuple[Relaxation, ...]:
    """Each single wish that, given up, would find something; when none would alone, all of them together."""
    helping: dict[str, Relaxation] = {}
    for code, parts, wider in rules.relaxed(query):
        # Of two steps of one wish (twice as far, five times as far) the nearer one is enough.
        if code not in helping and (found := _found(ctx, wider.understood, known)):
            limit = parts.get("limit")
            lowest = {"from": rules.cheapest(found, limit)} if isinstance(limit, UnitPrice) else {}
            helping[code] = Relaxation(code, parts | lowest, wider, len(found))
    goods = rules.bare(query)
    if not helping and goods is not None and (found := _found(ctx, goods.understood, known)):
        helping["search.relax.all"] = Relaxation("search.relax.all", {}, goods, len(found))
    return tuple(helping.values())
