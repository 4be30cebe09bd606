"""The steps that make the next base of the index. Any one worker makes it, and may be killed at any moment.

1. `claim_base` claims the name of the base.
2. All documents are read in short units, and built and packed outside of any.
3. `write_piece` writes them piece by piece under a name that is not read yet.
4. `serve_base` names that base as served.

Until then the old base serves. The next rebuild deletes what a killed one has left. `config/search_index.py` takes
these steps.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.catalogue import Catalogue
from core.discovery.search.kinds.kind import Kind
from core.discovery.search.storage.index_cache import layout_of, newest_generation
from core.discovery.search.storage.log import Seen, forget_before, rows_since, seen_by_now
from core.discovery.search.storage.tables import SearchBlob, SearchGeneration, SearchRebuild
from core.kernel.compiled_statements import add_once, change
from core.kernel.transaction import Ctx

HELD_FOR: Final = timedelta(minutes=15)  # by one worker; a million listings take two minutes
CHANGES_AT_LEAST: Final = 500  # since the base: fewer are as quick to search as they lie
CHANGED_SHARE: Final = 0.05
BASES_KEPT: Final = 2  # a worker that has not searched for long still finds the log behind its own base


def is_due(session: Session, catalogue: Catalogue, kind: Kind) -> bool:
    """Return True if that kind has no readable base, or too much has changed since it was made."""
    base = newest_generation(session, catalogue, kind)
    if base is None:
        return True
    _, seq, xid, documents = base
    return rows_since(session, Seen(kind.name, seq, xid)) >= max(CHANGES_AT_LEAST, int(CHANGED_SHARE * documents))


def claim_base(ctx: Ctx, catalogue: Catalogue, kind: Kind) -> str | None:
    """Return the name of the base to make; None if it is not due, or another worker makes one."""
    session = ctx.session
    if not is_due(session, catalogue, kind):
        return None
    until = ctx.now + HELD_FOR
    held = session.scalar(select(SearchRebuild.until).where(SearchRebuild.name == kind.name))
    if held is None:
        if not add_once(session, SearchRebuild, name=kind.name, until=until):
            return None
    elif held > ctx.now or not change(session, SearchRebuild, {"name": kind.name, "until": held}, until=until):
        return None
    unfinished = (SearchGeneration.kind == kind.name) & SearchGeneration.served.is_(False)
    session.execute(delete(SearchGeneration).where(unfinished))
    seen = seen_by_now(session, kind)
    base = SearchGeneration(
        id=ctx.new_id(),
        kind=kind.name,
        made_at=ctx.now,
        layout=layout_of(catalogue),
        seen_seq=seen.seq,
        seen_xid=seen.xid,
        documents=0,
        served=False,
    )
    session.add(base)
    session.flush()
    return base.id


def write_piece(ctx: Ctx, generation: str, part: int, content: bytes) -> None:
    """Keep a piece of a base that is not served yet."""
    ctx.session.add(SearchBlob(generation=generation, part=part, content=content))


def serve_base(ctx: Ctx, kind: Kind, generation: str, documents: int) -> bool:
    """Name the base as served, unless another worker has deleted it. Keep the one before it, and the log since."""
    session = ctx.session
    named = session.execute(
        update(SearchGeneration).where(SearchGeneration.id == generation).values(served=True, documents=documents)
    )
    change(session, SearchRebuild, {"name": kind.name}, until=ctx.now)
    if not getattr(named, "rowcount", 0):
        return False
    served = (SearchGeneration.kind == kind.name) & SearchGeneration.served
    newest = select(SearchGeneration.id).where(served).order_by(SearchGeneration.id.desc())
    kept = session.scalars(newest.limit(BASES_KEPT)).all()
    session.execute(delete(SearchGeneration).where(served, SearchGeneration.id.not_in(kept)))
    oldest = select(func.min(SearchGeneration.seen_seq), func.min(SearchGeneration.seen_xid))
    seq, xid = session.execute(oldest.where(SearchGeneration.id.in_(kept))).one()
    forget_before(session, Seen(kind.name, seq, xid))
    return True
