"""A market with something on offer, to search in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.discovery.search import reactions, service
from core.discovery.search.model import Order, Page, Query, Standings
from core.kernel.transaction import MARKET, Actor
from core.trade.listings.model import Certificate, Listing, Place
from core.trade.listings.service import publish_listing
from tests.core.conftest import Market
from tests.core.goods import catalogue, gazetteer, pellets

HULL = Place(name="Hull", country="GB", lat=53.7446, lon=-0.3353)
FSC = Certificate(scheme="FSC", number="FSC-C012345")


@dataclass
class IndexCache:
    """A market with a few things to be found."""

    market: Market
    seller: Actor

    async def put(self, seller: Actor | None = None, **changes: Any) -> Listing:
        return await self.market.run(
            seller or self.seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(**changes))
        )

    async def find(
        self,
        text: str,
        *,
        limit: int = 5,
        after: str | None = None,
        order: Order = "best",
        standings: Standings | None = None,
    ) -> Page:
        query = service.parse_query(text, catalogue(), gazetteer(), self.market.clock.now().date()).parsed
        return await self.ask(Query(query, order), limit=limit, after=after, standings=standings)

    async def ask(
        self, query: Query, *, limit: int = 5, after: str | None = None, standings: Standings | None = None
    ) -> Page:
        return await self.market.run(
            MARKET, lambda ctx: service.search(ctx, catalogue(), query, limit, after, standings=standings)
        )


async def index_cache(market: Market) -> IndexCache:
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    return IndexCache(market, seller)


def ids(page: Page) -> list[str]:
    return [hit.listing.id for hit in page.hits]
