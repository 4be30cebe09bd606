"""The index in its database: a search over SQLite and PostgreSQL beside the same one in memory, with costs.

Run it with `python -m bench.stored_search 20k`.

- "In memory" only asks the index; "found" reads the log first.
- "Shown" is the whole search, with its five hits read and confirmed as objects.
- The table also has a worker's cost at its start, and a commit's cost for its row in the log.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import insert

import config.tables  # noqa: F401 - all tables, because one references another
from bench.finding.market import PretendMarket, Row
from bench.finding.questions import Questions
from config.database import open_database
from config.reference import reference
from config.search_index import reindex_if_due
from core.discovery.search import service
from core.discovery.search.filters import strict_query
from core.discovery.search.kinds import LISTINGS
from core.discovery.search.listing_search import SHORT_LIST
from core.discovery.search.model import Query
from core.discovery.search.storage import IndexCache, index_cache_of, note
from core.kernel.database import Table
from core.kernel.ids import Ids
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.people.accounts.model import Organisation
from core.trade.listings.model import Listing
from tests.postgres import cluster

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT_ONCE: Final = 1_000  # rows in one statement
ROUNDS: Final = 5  # the quickest of these counts for each question
SELLERS: Final = 500


class Clock:
    def now(self) -> datetime:
        return NOW


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", default="20k")
    started = time.perf_counter()
    catalogue, places = reference()
    service.parse_query("100 t pellets under 200 eur near Riga", catalogue, places, NOW.date())
    print(f"Catalogue, gazetteer and patterns are ready after {time.perf_counter() - started:.1f} s\n")
    rows = int(parser.parse_args().size.lower().replace("k", "000"))
    market = PretendMarket(rows, seed=2027)
    texts = [question.text for question in Questions(market, 2028).draw(20)]
    print("| where | p50 ms in memory | found | times | shown | index read s | bytes a listing | log row ms |")
    print(f"|{'---|' * 8}")
    with tempfile.TemporaryDirectory() as folder, cluster() as address:
        for name, database in (("SQLite", f"sqlite:///{Path(folder) / 'bench.sqlite'}"), ("PostgreSQL", address)):
            print(asyncio.run(measure(name, database, market, texts)), flush=True)


async def measure(name: str, database: str, market: PretendMarket, texts: Sequence[str]) -> str:
    """Print one line of the table."""
    catalogue, places = reference()
    runner = await open_database(database)
    transactions = Transactions(runner, Clock(), Ids(random.Random(1).randbytes), Reactions())

    async def run(unit: Callable[[Ctx], Any]) -> Any:
        return await transactions.run(MARKET, unit)

    await run(lambda ctx: Table.metadata.create_all(ctx.session.connection()))
    await run(partial(insert_rows, table=Organisation, rows=list(organisations())))
    kept = list(listings(market))
    for start in range(0, len(kept), AT_ONCE):
        await run(partial(insert_rows, table=Listing, rows=kept[start : start + AT_ONCE]))
    await reindex_if_due(transactions, catalogue, LISTINGS)
    started = time.perf_counter()
    index = await run(lambda ctx: IndexCache(LISTINGS).look(ctx.session, catalogue))
    begins = time.perf_counter() - started
    size = sum(part.segment.size_bytes for part in index.parts) / max(1, len(index))
    queries = [service.parse_query(text, catalogue, places, NOW.date()) for text in texts]
    await run(partial(all_of, shown, queries))
    plain, over, whole = [await run(partial(all_of, ask, queries)) for ask in (in_memory, found, shown)]
    noted = await run(lambda ctx: quickest(partial(write_down, ctx, kept[0]["id"])))
    await transactions.close()
    spent = f"{plain * 1000:.2f} | {over * 1000:.2f} | {over / plain:.1f} | {whole * 1000:.2f}"
    return f"| {name} | {spent} | {begins:.2f} | {size:.0f} | {noted * 1000:.2f} |"


def in_memory(ctx: Ctx, query: Query) -> None:
    catalogue, _ = reference()
    filters = strict_query(query.parsed, catalogue, NOW.date())
    index_cache_of(ctx, LISTINGS).index.search(filters, SHORT_LIST)


def found(ctx: Ctx, query: Query) -> None:
    index_cache_of(ctx, LISTINGS).look(ctx.session, reference()[0])
    in_memory(ctx, query)


def shown(ctx: Ctx, query: Query) -> None:
    service.search(ctx, reference()[0], query)
    ctx.session.expunge_all()


def all_of(ask: Callable[[Ctx, Query], None], queries: Sequence[Query], ctx: Ctx) -> float:
    return median(quickest(partial(ask, ctx, query)) for query in queries)


def write_down(ctx: Ctx, listing_id: str) -> None:
    """Write the log row of a changed listing for the search, in the listing's own transaction."""
    note(ctx, LISTINGS, [listing_id])
    ctx.session.flush()


def insert_rows(ctx: Ctx, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    ctx.session.execute(insert(table), rows)


def quickest(ask: Callable[[], object]) -> float:
    """Return the least wall-clock seconds: a part of the work is the database's."""
    spent = []
    gc.disable()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - started)
    gc.enable()
    return min(spent)


def organisations() -> Iterator[dict[str, Any]]:
    for number in range(SELLERS):
        yield {"id": f"{number:026}", "name": f"Seller {number}", "traded": True, "created_at": NOW, "version": 1}


def listings(market: PretendMarket) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(row for row in market.rows if row["kind"] == "listing"):
        yield _listing(number, row)


def _listing(number: int, row: Row) -> dict[str, Any]:
    amount = Decimal(str(row["quantity_t"]))
    return {
        "id": f"{number:026}",
        "seller": f"{number % SELLERS:026}",
        "published_by": f"{number % SELLERS:026}",
        "published_at": NOW,
        "renewed_at": NOW,
        "product_id": row["product"],
        "grade_id": row.get("grade"),
        "unit": "t",
        "quantity_amount": amount,
        "remaining_amount": amount,
        "min_lot_amount": min(Decimal(1), amount),
        "price_amount": Decimal(str(row["price_eur_t"])),
        "price_currency": "EUR",
        "price_unit": "t",
        "negotiable": True,
        "buy_now": False,
        "incoterm": "DAP",
        "place_name": row["city"],
        "country": row["country"],
        "lat": row["lat"],
        "lon": row["lon"],
        "window_from": date(2026, 11, 1),
        "window_to": date(2027, 3, 31),
        "packaging": None,
        "words": f"{row['title']} {row['text']}",
        "photos": [],
        "documents": [],
        "language": row["lang"],
        "state": "live",
        "state_since": NOW,
        "version": 1,
    }


if __name__ == "__main__":
    main()
