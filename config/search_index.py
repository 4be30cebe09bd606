"""Builds a new base of the search index when one is due, beside this worker's other work."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from core.catalogue.model import Catalogue
from core.discovery.search.engine.document import Document
from core.discovery.search.engine.segment import build
from core.discovery.search.kinds import EXPERTS, LISTINGS, REQUESTS, Kind
from core.discovery.search.storage import claim_base, packed, serve_base, write_piece
from core.kernel.transaction import MARKET, Ctx, Transactions

KINDS: Final = (LISTINGS, EXPERTS, REQUESTS)  # all that can be found
READ_AT_ONCE: Final = 1_000  # documents in one unit, so that it blocks no other work
PIECE_BYTES: Final = 4 << 20


async def reindex_if_due(transactions: Transactions, catalogue: Catalogue, kind: Kind) -> bool:
    """Build a new base of that kind if one is due, and return whether it serves now.

    It may be interrupted at any point: see core/discovery/search/storage.py.
    """
    generation = await transactions.run(MARKET, partial(claim_base, catalogue=catalogue, kind=kind))
    if generation is None:
        return False
    documents = await _documents(transactions, catalogue, kind)
    content = await asyncio.to_thread(lambda: packed(build(documents)) if documents else b"")
    for part, start in enumerate(range(0, len(content), PIECE_BYTES)):
        piece = content[start : start + PIECE_BYTES]
        await transactions.run(MARKET, partial(write_piece, generation=generation, part=part, content=piece))
    served = partial(serve_base, kind=kind, generation=generation, documents=len(documents))
    return await transactions.run(MARKET, served)


async def _documents(transactions: Transactions, catalogue: Catalogue, kind: Kind) -> list[Document]:
    """Read all documents in many short units. Changes made meanwhile are in the log after the claimed position."""
    documents: list[Document] = []
    while True:
        last = documents[-1].id if documents else ""
        some = await transactions.run(MARKET, partial(_after, catalogue=catalogue, kind=kind, last=last))
        documents += some
        if len(some) < READ_AT_ONCE:
            return documents


def _after(ctx: Ctx, catalogue: Catalogue, kind: Kind, last: str) -> list[Document]:
    return kind.documents_after(ctx.session, catalogue, last, READ_AT_ONCE)
