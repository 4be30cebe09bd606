"""Finds the listings that fit, says why each is there, and what would help when none is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from core.catalogue import Catalogue
from core.catalogue.comparison import quantity_in
from core.catalogue.product_names import words_of
from core.discovery.search import rules
from core.discovery.search.countries import with_countries
from core.discovery.search.engine.index import Answer, Found, Index
from core.discovery.search.engine.wanted import Spot
from core.discovery.search.kinds.listings import LISTINGS
from core.discovery.search.model import LARGEST_PAGE, Chip, DidYouMean, Hit, Order, Page, Query, Relaxation, Standings
from core.discovery.search.regularly import without_regular
from core.discovery.search.sentence.goods import burnt
from core.discovery.search.sentence.measured import wished
from core.discovery.search.sentence.parse import Understood, parse
from core.discovery.search.sentence.places import Place, Places
from core.discovery.search.sentence.times.days import from_then_on
from core.discovery.search.sentence.unfinished import without_number
from core.discovery.search.sentence.whereabouts import NEAR_KM
from core.discovery.search.storage.shelf import shelf_of
from core.discovery.search.unheard import without_letters, without_unheard
from core.discovery.search.wishes import exactly, known_to_index
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.kernel.transaction import Ctx
from core.people.blocking.service import blocked_for_me
from core.trade.listings.model import Listing

SHORT_LIST = 100  # of these the sellers' standing is asked; below them it could not change the first pages


def query_of(
    text: str,
    catalogue: Catalogue,
    places: Places,
    today: date,
    language: str = "en",
    *,
    home: Place | None = None,
    measured: bool = True,
) -> Query:
    """The query that a sentence is. Its order can be changed like one that was chosen, so it is no wish; the cheapest
    in a town are those near it. `home`: where a distance is from that is said without a place. `measured`: whether
    moisture, ash and the like are wishes, which they are to who looks for goods."""
    quality, text = wished(text, catalogue) if measured else ((), text)
    unread, text = without_number(text, catalogue, places) if measured else ("", text)
    said = _from_home(parse(text, catalogue, places, today, language, several=True), home)
    order: Order = said.order or "best"
    far = order not in {"best", "nearest"} and said.place is not None and said.radius_km is None
    left = burnt(said.alternatives, words_of(said.rest), catalogue)
    understood = replace(
        said,
        product=left[0] if len(left) == 1 else said.product,
        alternatives=left if len(left) > 1 else (),
        quality=quality,
        rest=without_letters(said.rest) if measured else said.rest,
        order=None,
        by_load=False,
        radius_km=NEAR_KM if far else said.radius_km,
        window=from_then_on(said.window),
        unclear=(*said.unclear, Refusal("search.limit_unread", words=unread)) if unread else said.unclear,
    )
    return Query(with_countries(understood, catalogue, places), order)


def _from_home(said: Understood, home: Place | None) -> Understood:
    """The same with "within 100 km" meant from home; without one it has to be told from where."""
    if said.around_km is None:
        return said
    if home is not None:
        return replace(said, place=home, place_said=home.name, radius_km=said.around_km, around_km=None)
    whence = Invalid("place.distance_from_where", km=said.around_km)
    return replace(said, around_km=None, unclear=(*said.unclear, whence))


def search(
    ctx: Ctx,
    catalogue: Catalogue,
    query: Query,
    limit: int = 5,
    after: str | None = None,
    *,
    standings: Standings | None = None,
    home: Place | None = None,
) -> Page:
    """A page of live listings, best first, each confirmed against its row in this transaction.

    `after` is what the page seen before has as `after`. `standings` tells how good the sellers are, 0 to 1. `home`: of
    what fits equally well the nearer comes first, where no place is asked for. Raises Invalid for a page longer than
    fifty.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid("search.page", field="limit", most=LARGEST_PAGE)
    position, last_id = _mark(after)
    searcher = _Searcher.of(ctx, catalogue, home)
    query = searcher.learned(query)
    query = replace(query, understood=rules.with_grades_of_goods(query.understood, catalogue))
    query = replace(query, understood=without_regular(query.understood, catalogue))
    query = replace(query, understood=without_unheard(ctx, query.understood, searcher.index, catalogue))
    answer = searcher.answer(query, max(SHORT_LIST, position + limit + 1))
    found = list(answer.found)
    if query.order in {"best", "rated"} and standings is not None and found:
        short = found[:SHORT_LIST]
        by_name = rules.with_standings if query.order == "best" else rules.best_rated
        found[:SHORT_LIST] = by_name(short, standings({each.seller for each in short}))
    start = next((n for n, each in enumerate(found, 1) if each.id == last_id), position)
    hits, end, gone = searcher.confirmed(query, found, start, limit)
    total = answer.total - gone
    return Page(
        understood=query.understood,
        hits=hits,
        total=total,
        after=f"{end}:{hits[-1].listing.id}" if hits and end < len(found) else None,
        relaxations=() if total else searcher.relaxations(query),
        did_you_mean=searcher.did_you_mean(query),
        asks=rules.asks(query),
    )


def chips(query: Query) -> tuple[Chip, ...]:
    """What was understood, one chip a wish, in the order in which a trader would say it."""
    return rules.chips_of(query.understood)


def without(query: Query, wish: str) -> Query:
    """The query with the wish of a chip given up; unchanged by a name that is none."""
    return rules.without(query, wish) if wish in Understood.__dataclass_fields__ else query


def count(ctx: Ctx, catalogue: Catalogue, query: Query) -> int:
    """How many listings fit."""
    return _Searcher.of(ctx, catalogue).answer(query, 1).total


@dataclass(slots=True)
class _Searcher:
    """One search in one transaction."""

    ctx: Ctx
    catalogue: Catalogue
    index: Index
    home: Place | None

    @classmethod
    def of(cls, ctx: Ctx, catalogue: Catalogue, home: Place | None = None) -> _Searcher:
        return cls(ctx, catalogue, shelf_of(ctx, LISTINGS).look(ctx.session, catalogue), home)

    def learned(self, query: Query) -> Query:
        """A word that no catalogue has, but that most sellers of certain goods use, names those goods; one that nobody
        uses names those that its last part does."""
        said = query.understood
        if said.product or said.alternatives or said.grade:
            return query
        words = rules.asked_words(said)
        for word in words:
            products = self._sold_as(word)
            if products:
                only, several = (products[0], ()) if len(products) == 1 else (None, products)
                rest = " ".join(other for other in words if other != word)
                goods = replace(said, product=only, alternatives=several, named=word, rest=rest)
                return replace(query, understood=goods)
        return query

    def _sold_as(self, word: str) -> tuple[str, ...]:
        if not self.index.knows(word):
            return self.catalogue.name_index.of_last_part(word)
        product = self.index.leaning(word)
        return (product,) if product is not None and product in self.catalogue.products else ()

    def answer(self, query: Query, limit: int) -> Answer:
        today = self.ctx.now.date()
        order = known_to_index(query.order)
        wanted = exactly(query.understood, self.catalogue, today, order)
        if wanted.near is None and self.home is not None:
            wanted = wanted._replace(near=Spot(self.home.lat, self.home.lon))
        return self.index.search(wanted, limit)

    def confirmed(
        self, query: Query, found: Sequence[Found], start: int, limit: int
    ) -> tuple[tuple[Hit, ...], int, int]:
        """The next hits that are still as they were found, where the list goes on, and how many were not."""
        hits: list[Hit] = []
        gone, at = 0, start
        lowest = min((each.price for each in found if each.price is not None), default=None)
        lowest = lowest if sum(each.price is not None for each in found) > 1 else None
        today, blocking, said = self.ctx.now.date(), blocked_for_me(self.ctx), query.understood
        while at < len(found) and len(hits) < limit:
            some = found[at : at + limit]
            rows = self._rows(some)
            for each in some:
                listing = rows.get(each.id)
                at += 1
                if listing is None or listing.seller in blocking or not rules.fits(said, listing, self.catalogue):
                    gone += 1
                    continue
                why = rules.reasons(said, listing, each, lowest, today)
                hits.append(Hit(listing, each.score, why, None if each.km is None else round(each.km)))
                if len(hits) == limit:
                    break
        return tuple(hits), at, gone

    def relaxations(self, query: Query) -> tuple[Relaxation, ...]:
        """Each single wish that, given up, would find something; when none would alone, all of them together."""
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
        """For each word that nothing is called: the nearest word that something is, when it would find something."""
        said = query.understood
        meant = []
        for word in rules.asked_words(said):
            instead = None if self.index.knows(word) else self.index.nearest_word(word)
            if instead is not None:
                rest = " ".join(instead if other == word else other for other in rules.asked_words(said))
                meant.append(DidYouMean(word, instead, replace(query, understood=replace(said, rest=rest))))
        return tuple(meant)

    def _wider(self, query: Query, anywhere: Query) -> Relaxation | None:
        """How far one has to go for the nearest few."""
        said = query.understood
        if said.place is None or said.radius_km is None:
            return None
        nearest = self.answer(replace(anywhere, order="nearest"), SHORT_LIST).found
        found = rules.wider_radius(nearest, said.radius_km)
        if found is None:
            return None
        km, number = found
        wider = replace(query, understood=replace(said, radius_km=km))
        place, asked_km = said.place.name, said.radius_km
        return Relaxation("search.relax.radius", {"km": km, "place": place, "asked_km": asked_km}, wider, number)

    def _from_where_on(self, parts: Mapping[str, object], wider: Query) -> Mapping[str, object]:
        """How far a price or an amount is from the first that there is."""
        match parts:
            case {"limit": UnitPrice() as limit}:
                return {"from": self._cheapest(wider, limit)}
            case {"quantity": Quantity() as quantity}:
                wanted = self._weighed(quantity, wider.understood.product)
                return rules.out_of_reach(wanted, self._rows(self.answer(wider, SHORT_LIST).found).values())
            case _:
                return {}

    def _weighed(self, quantity: Quantity, product: str | None) -> Quantity:
        """Bags and pallets of goods by what they hold, to be compared with what is sold by the tonne."""
        if product is None or quantity.unit not in self.catalogue.product(product).packs:
            return quantity
        return quantity_in(self.catalogue, product, quantity, "t") or quantity

    def _cheapest(self, query: Query, limit: UnitPrice) -> UnitPrice | None:
        found = self.answer(replace(query, order="cheapest"), SHORT_LIST).found
        return rules.cheapest(self._rows(found).values(), limit)

    def _rows(self, found: Sequence[Found]) -> dict[str, Listing]:
        query = select(Listing).where(Listing.id.in_([each.id for each in found]))
        return {row.id: row for row in self.ctx.session.scalars(query)}


def _mark(after: str | None) -> tuple[int, str | None]:
    """Where the next page begins: behind the last one seen, or, when that is gone, in its place."""
    if after is None:
        return 0, None
    position, _, last_id = after.partition(":")
    if not (position.isascii() and position.isdecimal()) or len(position) > 6:
        raise Invalid("search.page", field="after", most=LARGEST_PAGE)
    return max(0, int(position) - 1), last_id
