"""Makes the next base of the index in the background; any one worker does it, and may be killed at any moment.

A base is written piece by piece under a name that nobody reads yet, and named as served in the last step. Until then
the old base serves; what is left of a rebuild that was killed is swept away by the next one.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.catalogue import Catalogue
from core.kernel.statements import add_once, change
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.search.documents import documents_after
from core.search.engine.building import build
from core.search.engine.document import Document
from core.search.log import Seen, forget_before, rows_since, seen_by_now
from core.search.model import SearchBlob, SearchGeneration, SearchRebuild
from core.search.packing import packed
from core.search.shelf import layout_of, newest_generation

HELD_FOR: Final = timedelta(minutes=15)  # by one worker; a million listings take two minutes
CHANGES_AT_LEAST: Final = 500  # since the base: fewer are as quick to search as they lie
CHANGED_SHARE: Final = 0.05
READ_AT_ONCE: Final = 2_000  # documents in one unit, so that it holds nobody up
PIECE_BYTES: Final = 4 << 20
BASES_KEPT: Final = 2  # a worker that has not searched for long still finds the log behind its own base


async def rebuild_if_due(transactions: Transactions, catalogue: Catalogue) -> bool:
    """Make a new base when enough has changed since the last one. False: not due, or another worker is at it."""
    generation = await transactions.run(MARKET, lambda ctx: _claimed(ctx, catalogue))
    if generation is None:
        return False
    documents = await _documents(transactions, catalogue)
    content = await asyncio.to_thread(lambda: packed(build(documents)) if documents else b"")
    for part, start in enumerate(range(0, len(content), PIECE_BYTES)):
        await transactions.run(MARKET, partial(_write, generation, part, content[start : start + PIECE_BYTES]))
    return await transactions.run(MARKET, lambda ctx: _served(ctx, generation, len(documents)))


def is_due(session: Session, catalogue: Catalogue) -> bool:
    """Whether there is no base that can be read, or too much has happened since it was made."""
    base = newest_generation(session, catalogue)
    if base is None:
        return True
    _, seq, xid, documents = base
    return rows_since(session, Seen(seq=seq, xid=xid)) >= max(CHANGES_AT_LEAST, int(CHANGED_SHARE * documents))


def _claimed(ctx: Ctx, catalogue: Catalogue) -> str | None:
    """The name of the base that is ours to make; None when it is not due, or somebody else is making one."""
    session = ctx.session
    if not is_due(session, catalogue):
        return None
    until = ctx.now + HELD_FOR
    held = session.scalar(select(SearchRebuild.until).where(SearchRebuild.name == "base"))
    if held is None:
        if not add_once(session, SearchRebuild, name="base", until=until):
            return None
    elif held > ctx.now or not change(session, SearchRebuild, {"name": "base", "until": held}, until=until):
        return None
    session.execute(delete(SearchGeneration).where(SearchGeneration.served.is_(False)))
    seen = seen_by_now(session)
    base = SearchGeneration(
        id=ctx.new_id(),
        made_at=ctx.now,
        layout=layout_of(catalogue),
        seen_seq=seen.seq,
        seen_xid=seen.xid,
        documents=0,
        served=False,
    )
    session.add(base)
    return base.id


async def _documents(transactions: Transactions, catalogue: Catalogue) -> list[Document]:
    """All that can be found, read in many short units: what changes meanwhile stands in the log after the mark."""
    documents: list[Document] = []
    last = ""
    while True:
        some = await transactions.run(MARKET, partial(_read, catalogue, last))
        documents += some
        if len(some) < READ_AT_ONCE:
            return documents
        last = some[-1].id


def _read(catalogue: Catalogue, last: str, ctx: Ctx) -> list[Document]:
    return documents_after(ctx.session, catalogue, last, READ_AT_ONCE)


def _write(generation: str, part: int, content: bytes, ctx: Ctx) -> None:
    ctx.session.add(SearchBlob(generation=generation, part=part, content=content))


def _served(ctx: Ctx, generation: str, documents: int) -> bool:
    """Name the base as served, unless another worker has swept it away; keep the one before it, and the log since."""
    session = ctx.session
    named = session.execute(
        update(SearchGeneration).where(SearchGeneration.id == generation).values(served=True, documents=documents)
    )
    change(session, SearchRebuild, {"name": "base"}, until=ctx.now)
    if not getattr(named, "rowcount", 0):
        return False
    newest = select(SearchGeneration.id).where(SearchGeneration.served).order_by(SearchGeneration.id.desc())
    kept = session.scalars(newest.limit(BASES_KEPT)).all()
    session.execute(delete(SearchGeneration).where(SearchGeneration.served, SearchGeneration.id.not_in(kept)))
    oldest = select(func.min(SearchGeneration.seen_seq), func.min(SearchGeneration.seen_xid))
    seq, xid = session.execute(oldest.where(SearchGeneration.id.in_(kept))).one()
    forget_before(session, Seen(seq=seq, xid=xid))
    return True
