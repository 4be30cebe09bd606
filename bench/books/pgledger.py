"""pgledger, a double-entry ledger written in PostgreSQL's own functions, beside ours.

It is one SQL file of its repository (github.com/pgr0ss/pgledger) and in no package index. To have it in the table,
fetch the file and name it: `python -m bench.ledger postgresql --pgledger pgledger.sql`. Each movement is one call in a
transaction of its own, over as many connections as the product has. It knows no keys, so it does not prevent a movement
from being written twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import asyncpg

from bench.books.floor import Raw

# Its names are ULIDs, which a second file of its repository builds letter by letter. This costs less.
NAMES = """
    CREATE FUNCTION uuid_to_ulid(name uuid) RETURNS text LANGUAGE sql AS $$ SELECT encode(uuid_send(name), 'hex') $$
"""
TRANSFERS = "SELECT id FROM pgledger_create_transfers($1::transfer_request[])"


class PgLedger:
    """A pool on a database that holds nothing but pgledger."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._accounts: dict[str, str] = {}

    @classmethod
    async def open(cls, url: str, script: str, connections: int) -> PgLedger:
        first = await asyncpg.connect(url)
        await first.execute(NAMES + ";" + script)
        await first.close()
        return cls(await asyncpg.create_pool(url, min_size=connections, max_size=connections))

    async def prepare(self, movements: Sequence[Raw]) -> None:
        """Open the accounts: ours need no opening, so it is not counted."""
        missing = dict.fromkeys(
            account for each in movements for account, _ in each.legs if account not in self._accounts
        )
        opened = "SELECT made.id FROM unnest($1::text[]) WITH ORDINALITY AS asked(name, at), "
        query = f"{opened} pgledger_create_account(asked.name, 'EUR') AS made ORDER BY at"
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(query, list(missing))
        self._accounts |= {account: row["id"] for account, row in zip(missing, rows, strict=True)}

    async def write(self, movements: Sequence[Raw]) -> None:
        waiting = iter(movements)
        await asyncio.gather(*(self._some(waiting) for _ in range(self._pool.get_max_size())))

    async def _some(self, waiting: Iterator[Raw]) -> None:
        async with self._pool.acquire() as connection:
            for movement in waiting:
                await connection.fetch(TRANSFERS, [self._transfer(*each) for each in transfers(movement)])

    def _transfer(self, giver: str, taker: str, minor: int) -> tuple[str, str, int]:
        return self._accounts[giver], self._accounts[taker], minor

    async def close(self) -> None:
        await self._pool.close()


def transfers(movement: Raw) -> Iterator[tuple[str, str, int]]:
    """Return giver, taker and minor units. Three legs make two transfers: the one leg of a side meets both others."""
    takers = [(account, minor) for account, minor in movement.legs if minor > 0]
    givers = [(account, -minor) for account, minor in movement.legs if minor < 0]
    if len(givers) == 1:
        yield from ((givers[0][0], account, minor) for account, minor in takers)
    else:
        ((taker, _),) = takers
        yield from ((account, taker, minor) for account, minor in givers)
