"""One search for listings in one transaction: the confirmed hits of the index, and wider queries that find more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from core.catalogue.comparison import quantity_in
from core.catalogue.language.places import Place
from core.catalogue.model import Catalogue
from core.discovery.search import rules
from core.discovery.search.engine.index import Answer, Found, Index
from core.discovery.search.engine.query import Spot
from core.discovery.search.filters import index_order, strict_query
from core.discovery.search.kinds import LISTINGS
from core.discovery.search.model import DidYouMean, Hit, Query, Relaxation
from core.discovery.search.storage import index_cache_of
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.people.blocking.service import blocked_for_me
from core.trade.listings.model import Listing

SHORT_LIST: Final = 100  # hits whose sellers' ratings are read; below them a rating could not change the first pages


@dataclass(slots=True)
class ListingSearch:
    """One search in one transaction."""

    ctx: Ctx
    catalogue: Catalogue
    index: Index
    home: Place | None

    @classmethod
    def of(cls, ctx: Ctx, catalogue: Catalogue, home: Place | None = None) -> ListingSearch:
        return cls(ctx, catalogue, index_cache_of(ctx, LISTINGS).look(ctx.session, catalogue), home)

    def learned(self, query: Query) -> Query:
        """Return the query with goods named by a word that is not in the catalogue.

        The word names the goods that most of its sellers sell. If no document has it, its last part may name them.
        """
        parsed = query.parsed
        if parsed.product or parsed.alternatives or parsed.grade:
            return query
        words = rules.asked_words(parsed)
        for word in words:
            products = self._sold_as(word)
            if products:
                only, several = (products[0], ()) if len(products) == 1 else (None, products)
                rest = " ".join(other for other in words if other != word)
                goods = replace(parsed, product=only, alternatives=several, named=word, rest=rest)
                return replace(query, parsed=goods)
        return query

    def _sold_as(self, word: str) -> tuple[str, ...]:
        if not self.index.knows(word):
            return self.catalogue.name_index.of_last_part(word)
        product = self.index.leaning(word)
        return (product,) if product is not None and product in self.catalogue.products else ()

    def answer(self, query: Query, limit: int) -> Answer:
        today = self.ctx.now.date()
        order = index_order(query.order)
        engine_query = strict_query(query.parsed, self.catalogue, today, order)
        if engine_query.near is None and self.home is not None:
            engine_query = engine_query._replace(near=Spot(self.home.lat, self.home.lon))
        return self.index.search(engine_query, limit)

    def confirmed(
        self, query: Query, found: Sequence[Found], start: int, limit: int
    ) -> tuple[tuple[Hit, ...], int, int]:
        """Return the next hits that still fit, where the list goes on, and how many no longer fit."""
        hits: list[Hit] = []
        gone, at = 0, start
        lowest = min((each.price for each in found if each.price is not None), default=None)
        lowest = lowest if sum(each.price is not None for each in found) > 1 else None
        today, blocking, parsed = self.ctx.now.date(), blocked_for_me(self.ctx), query.parsed
        while at < len(found) and len(hits) < limit:
            some = found[at : at + limit]
            rows = self._rows(some)
            for each in some:
                listing = rows.get(each.id)
                at += 1
                if listing is None or listing.seller in blocking or not rules.fits(parsed, listing, self.catalogue):
                    gone += 1
                    continue
                why = rules.reasons(parsed, listing, each, lowest, today)
                hits.append(Hit(listing, each.score, why, None if each.km is None else round(each.km)))
                if len(hits) == limit:
                    break
        return tuple(hits), at, gone

    def relaxations(self, query: Query) -> tuple[Relaxation, ...]:
        """Return each single filter that, given up, would find something. If none would alone, give up all."""
        helping: list[Relaxation] = []
        for code, parts, wider in rules.relaxed(query):
            if code == "search.relax.anywhere" and (nearer := self._wider(query, wider)):
                helping.append(nearer)
            answer = self.answer(wider, rules.NEAREST_OFFERED)
            if answer.total:
                helping.append(Relaxation(code, {**parts, **self._from_where_on(parts, wider)}, wider, answer.total))
        goods = None if helping else rules.bare(query)
        if goods is not None:
            there, anywhere = goods
            if total := self.answer(there, 1).total:
                helping.append(Relaxation("search.relax.all", {}, there, total))
            elif total := self.answer(anywhere, 1).total:
                helping.append(Relaxation("search.relax.goods", {}, anywhere, total))
        return tuple(helping)

    def did_you_mean(self, query: Query) -> tuple[DidYouMean, ...]:
        """Return for each unknown word the nearest known word, if it would find something."""
        parsed = query.parsed
        meant = []
        for word in rules.asked_words(parsed):
            instead = None if self.index.knows(word) else self.index.nearest_word(word)
            if instead is not None:
                rest = " ".join(instead if other == word else other for other in rules.asked_words(parsed))
                meant.append(DidYouMean(word, instead, replace(query, parsed=replace(parsed, rest=rest))))
        return tuple(meant)

    def _wider(self, query: Query, anywhere: Query) -> Relaxation | None:
        """Return the radius that takes in the nearest few."""
        parsed = query.parsed
        if parsed.place is None or parsed.radius_km is None:
            return None
        nearest = self.answer(replace(anywhere, order="nearest"), SHORT_LIST).found
        found = rules.wider_radius(nearest, parsed.radius_km)
        if found is None:
            return None
        km, number = found
        wider = replace(query, parsed=replace(parsed, radius_km=km))
        place, asked_km = parsed.place.name, parsed.radius_km
        return Relaxation("search.relax.radius", {"km": km, "place": place, "asked_km": asked_km}, wider, number)

    def _from_where_on(self, parts: Mapping[str, object], wider: Query) -> Mapping[str, object]:
        """Return the nearest available price or amount."""
        match parts:
            case {"limit": UnitPrice() as limit}:
                return {"from": self._cheapest(wider, limit)}
            case {"quantity": Quantity() as quantity}:
                least = self._weighed(quantity, wider.parsed.product)
                return rules.out_of_reach(least, self._rows(self.answer(wider, SHORT_LIST).found).values())
            case _:
                return {}

    def _weighed(self, quantity: Quantity, product: str | None) -> Quantity:
        """Return bags and pallets of goods by weight, to compare them with goods sold by the tonne."""
        if product is None or quantity.unit not in self.catalogue.product(product).packs:
            return quantity
        return quantity_in(self.catalogue, product, quantity, "t") or quantity

    def _cheapest(self, query: Query, limit: UnitPrice) -> UnitPrice | None:
        found = self.answer(replace(query, order="cheapest"), SHORT_LIST).found
        return rules.cheapest(self._rows(found).values(), limit)

    def _rows(self, found: Sequence[Found]) -> dict[str, Listing]:
        query = select(Listing).where(Listing.id.in_([each.id for each in found]))
        return {row.id: row for row in self.ctx.session.scalars(query)}
