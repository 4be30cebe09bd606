"""Makes a new base of the search index when one is due, beside everything else that this worker does."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from core.catalogue import Catalogue
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.search.documents import documents_after
from core.search.engine.building import build
from core.search.engine.document import Document
from core.search.packing import packed
from core.search.rebuild import claim_base, serve_base, write_piece

READ_AT_ONCE: Final = 1_000  # documents in one unit, so that it holds nobody up
PIECE_BYTES: Final = 4 << 20


async def reindex_if_due(transactions: Transactions, catalogue: Catalogue) -> bool:
    """Whether a new base serves now. It may be cut off anywhere: see core/search/rebuild.py."""
    generation = await transactions.run(MARKET, partial(claim_base, catalogue=catalogue))
    if generation is None:
        return False
    documents = await _documents(transactions, catalogue)
    content = await asyncio.to_thread(lambda: packed(build(documents)) if documents else b"")
    for part, start in enumerate(range(0, len(content), PIECE_BYTES)):
        piece = content[start : start + PIECE_BYTES]
        await transactions.run(MARKET, partial(write_piece, generation=generation, part=part, content=piece))
    return await transactions.run(MARKET, partial(serve_base, generation=generation, documents=len(documents)))


async def _documents(transactions: Transactions, catalogue: Catalogue) -> list[Document]:
    """All that can be found, in many short units: what changes meanwhile stands in the log after the claim's mark."""
    documents: list[Document] = []
    while True:
        last = documents[-1].id if documents else ""
        some = await transactions.run(MARKET, partial(_after, catalogue=catalogue, last=last))
        documents += some
        if len(some) < READ_AT_ONCE:
            return documents


def _after(ctx: Ctx, catalogue: Catalogue, last: str) -> list[Document]:
    return documents_after(ctx.session, catalogue, last, READ_AT_ONCE)
