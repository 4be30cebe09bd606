"""The index matches the database after any change, undo, rebuild or kill, on every worker."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import delete, func, select, update

from config.database import open_database
from config.search_index import reindex_if_due
from core.discovery.search import reactions, service
from core.discovery.search.engine.document import Document
from core.discovery.search.engine.index import Index
from core.discovery.search.engine.query import EngineQuery, Word
from core.discovery.search.engine.segment import build
from core.discovery.search.kinds import LISTINGS
from core.discovery.search.model import ParsedQuery, Query
from core.discovery.search.storage import (
    HELD_FOR,
    IndexCache,
    SearchBlob,
    SearchGeneration,
    SearchLog,
    SearchRebuild,
    claim_base,
    layout_of,
    write_piece,
)
from core.kernel.ids import Ids
from core.kernel.money import UnitPrice
from core.kernel.transaction import MARKET, Actor, Ctx, Transactions
from core.trade.listings.model import ChangeListing, Listing, ListingState
from core.trade.listings.service import (
    change_listing,
    give_back,
    pause_listing,
    publish_listing,
    reserve,
    resume_listing,
    withdraw_listing,
)
from tests.core.conftest import Market
from tests.core.goods import catalogue, eur, pellets, tonnes


@dataclass
class Worker:
    """Another process on the same database: its own connections, its own view of the index."""

    transactions: Transactions
    index_cache: IndexCache = field(default_factory=lambda: IndexCache(LISTINGS))

    async def ids(self) -> set[str]:
        def unit(ctx: Ctx) -> set[str]:
            index = self.index_cache.look(ctx.session, catalogue())
            return {found.id for found in index.search(EngineQuery(), 1000).found}

        return await self.transactions.run(MARKET, unit)


async def worker(market: Market, database: str, seed: int) -> Worker:
    opened = await open_database(database)
    return Worker(Transactions(opened, market.clock, Ids(random.Random(seed).randbytes), market.reactions))


async def live(market: Market, at_most: UnitPrice | None = None) -> set[str]:
    """Return the live listings, by the rows themselves."""
    rows = await market.run(MARKET, lambda ctx: ctx.session.scalars(select(Listing)).all())
    return {
        row.id
        for row in rows
        if row.state == ListingState.LIVE and (at_most is None or row.price.amount <= at_most.amount)
    }


async def begin_a_base_and_die(market: Market) -> None:
    """Kill a worker that has written a piece of the next base. Its claim stands until it runs out."""

    def unit(ctx: Ctx) -> None:
        generation = claim_base(ctx, catalogue(), LISTINGS)
        if generation is not None:
            ctx.session.flush()
            write_piece(ctx, generation, 0, b"half of it")

    await market.run(MARKET, unit)


async def found(market: Market, said: ParsedQuery | None = None) -> set[str]:
    query = Query(said or ParsedQuery())
    page = await market.run(MARKET, lambda ctx: service.search(ctx, catalogue(), query, 50))
    return {hit.listing.id for hit in page.hits}


@dataclass
class Stand:
    """One seller and the possible changes to their listings. After every step the index must match the rows."""

    market: Market
    seller: Actor
    dice: random.Random
    workers: list[Worker]
    ids: list[str] = field(default_factory=list)

    async def act(self, unit: Callable[[Ctx], object]) -> None:
        await self.market.run(self.seller, unit)

    async def publish(self) -> None:
        listing = await self.market.run(self.seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
        self.ids.append(listing.id)

    async def change(self, one: str) -> None:
        price = ChangeListing(price=eur(self.dice.choice((150, 205, 260))))
        await self.act(partial(change_listing, catalogue=catalogue(), listing_id=one, command=price))

    async def sell_out(self, one: str) -> None:
        await self.act(partial(reserve, listing_id=one, quantity=tonnes(500)))
        assert one not in await self.workers[0].ids()
        await self.act(partial(give_back, listing_id=one, quantity=tonnes(500)))

    async def pause(self, one: str) -> None:
        await self.act(partial(pause_listing, listing_id=one))
        assert one not in await self.workers[1].ids()
        await self.act(partial(resume_listing, listing_id=one))

    async def withdraw(self, one: str) -> None:
        self.ids.remove(one)
        await self.act(partial(withdraw_listing, listing_id=one))

    async def rebuild(self) -> None:
        await reindex_if_due(self.market.transactions, catalogue(), LISTINGS)

    async def die_rebuilding(self) -> None:
        await begin_a_base_and_die(self.market)

    async def wait(self) -> None:
        self.market.clock.advance(minutes=20)

    async def step(self) -> None:
        """One of these, at random."""
        to_one = (self.change, self.sell_out, self.pause, self.withdraw)
        chosen = self.dice.choice(("publish", "publish", "rebuild", "die", "wait", *to_one))
        match chosen:
            case "publish":
                await self.publish()
            case "rebuild":
                await self.rebuild()
            case "die":
                await self.die_rebuilding()
            case "wait":
                await self.wait()
            case done_to if self.ids and not isinstance(done_to, str):
                await done_to(self.dice.choice(self.ids))


@pytest.mark.parametrize("seed", [5, 17])
async def test_whatever_is_done_to_listings_the_next_search_of_every_worker_tells(
    market: Market, database: str, seed: int
) -> None:
    """Published, changed, paused, sold out, withdrawn, rebuilt, killed in the middle: the index is the filter."""
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    stand = Stand(market, seller, random.Random(seed), [await worker(market, database, number) for number in (1, 2)])
    try:
        for _ in range(30):
            await stand.step()
            expected = await live(market)
            assert await found(market) == expected
            assert await found(market, ParsedQuery(max_price=eur(210))) == await live(market, at_most=eur(210))
            assert await stand.dice.choice(stand.workers).ids() == expected
    finally:
        for each in stand.workers:
            await each.transactions.close()


async def test_undone_changes_leave_no_trace(market: Market) -> None:
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    cheap = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(price=eur(200))))
    under = ParsedQuery(max_price=eur(210))

    def dearer_and_undone(ctx: Ctx) -> None:
        change_listing(ctx, catalogue(), cheap.id, ChangeListing(price=eur(300)))
        publish_listing(ctx, catalogue(), pellets(price=eur(150)))
        ctx.settle()
        page = service.search(ctx, catalogue(), Query(under))
        assert [hit.listing.price for hit in page.hits] == [eur(150)]
        raise RuntimeError("the power is gone")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            await market.run(seller, dearer_and_undone)
        assert await found(market, under) == {cheap.id}
    other = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(price=eur(205))))
    assert await found(market, under) == {cheap.id, other.id}


async def test_a_rebuild_that_is_killed_leaves_the_old_base_serving(market: Market, database: str) -> None:
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    first = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
    assert await reindex_if_due(market.transactions, catalogue(), LISTINGS)
    served = await market.run(MARKET, lambda ctx: ctx.session.scalar(select(SearchGeneration.id)))

    # The next one dies after it has written a piece. It leaves half a base, and a claim that is not given back.
    market.clock.advance(days=1)
    half = SearchGeneration(
        id="7" * 26,
        kind="listing",
        made_at=market.clock.now(),
        layout=layout_of(catalogue()),
        log_seq=10**6,
        log_xid=10**12,
        documents=0,
        served=False,
    )

    def killed(ctx: Ctx) -> None:
        ctx.session.add(half)
        ctx.session.flush()
        ctx.session.add(SearchBlob(generation=half.id, part=0, content=b"half of it"))
        ctx.session.execute(update(SearchRebuild).values(until=ctx.now + HELD_FOR))

    await market.run(MARKET, killed)
    second = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
    assert await found(market) == {first.id, second.id}
    newcomer = await worker(market, database, 3)
    assert await newcomer.ids() == {first.id, second.id}
    assert newcomer.index_cache.generation == served

    # No other worker begins while the claim stands. Then any worker deletes the half and makes a whole one.
    await market.run(MARKET, lambda ctx: ctx.session.execute(delete(SearchGeneration).where(SearchGeneration.served)))
    assert not await reindex_if_due(market.transactions, catalogue(), LISTINGS)
    market.clock.advance(hours=1)
    results = await asyncio.gather(
        reindex_if_due(market.transactions, catalogue(), LISTINGS),
        reindex_if_due(newcomer.transactions, catalogue(), LISTINGS),
    )
    assert sorted(results) == [False, True]
    assert await newcomer.ids() == await found(market) == {first.id, second.id}
    assert await market.run(MARKET, lambda ctx: ctx.session.get(SearchGeneration, half.id)) is None
    await newcomer.transactions.close()


async def test_a_listing_whose_transaction_commits_late_is_not_lost(market: Market, database: str) -> None:
    """Two write side by side: the one that began first commits last, and a search runs in between."""
    if database.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time")
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    first = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
    other = await worker(market, database, 4)
    began, may_end = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    from sqlalchemy.util import await_only  # noqa: PLC0415 - the unit has to stand still in the middle, here alone

    def slowly(ctx: Ctx) -> str:
        listing = publish_listing(ctx, catalogue(), pellets())
        ctx.settle()
        ctx.session.flush()
        loop.call_soon(began.set)
        await_only(may_end.wait())
        return listing.id

    late = asyncio.create_task(other.transactions.run(seller, slowly))
    await began.wait()
    async with asyncio.timeout(20):
        early = await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
        assert await found(market) == {first.id, early.id}
        may_end.set()
        assert await found(market) == {first.id, early.id, await late}
    await other.transactions.close()


async def test_the_log_is_forgotten_once_two_bases_hold_it(market: Market) -> None:
    reactions.listen(market.reactions)
    seller, _ = await market.newcomer("Anna")
    rows = select(func.count()).select_from(SearchLog)
    for _ in range(3):
        await market.run(seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
        await market.run(MARKET, lambda ctx: ctx.session.execute(update(SearchGeneration).values(layout="older")))
        market.clock.advance(hours=1)
        assert await reindex_if_due(market.transactions, catalogue(), LISTINGS)
    assert await market.run(MARKET, lambda ctx: ctx.session.scalar(rows)) == 1
    assert len(await found(market)) == 3
    assert not await reindex_if_due(market.transactions, catalogue(), LISTINGS)


def test_a_word_that_several_sellers_use_for_their_goods_names_them() -> None:
    def offer(number: int, seller: str, words: str, product: str) -> Document:
        return Document(str(number), "listing", words, seller=seller, product=product)

    three = [offer(n, f"seller{n}", "granulki drewniane", "wood_pellets") for n in range(3)]
    own_name = [offer(n, "Zubrow", "zubrow granulki", "wood_pellets") for n in range(3, 9)]
    index = Index(build([*three, *own_name, offer(9, "other", "trociny", "sawdust")]))
    assert index.leaning("granulki") == "wood_pellets"
    assert index.leaning("zubrow") is None
    answer = index.search(EngineQuery((Word("granulki"),)), 20)
    assert {found.id for found in answer.found} == {str(n) for n in range(9)}
