"""The part of a kind's index that one process has read: the newest base, and the log since.

It is a cache of the database and nothing more. Every query first reads the log in its own transaction. So the first
query after a commit finds the listing on any worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.catalogue import Catalogue
from core.discovery.search.engine.index import Index
from core.discovery.search.kinds.kind import Kind
from core.discovery.search.storage.log import Seen, on_postgres
from core.discovery.search.storage.packing import unpacked
from core.discovery.search.storage.tables import SearchBlob
from core.kernel.compiled_statements import Prepared, connection_of
from core.kernel.transaction import Ctx

LAYOUT = "8"  # changes with the arrays of a segment, or with what is put into them


def layout_of(catalogue: Catalogue) -> str:
    """Return what a base must have been made with to be readable: this program, and these rates of exchange."""
    return f"{LAYOUT}:{catalogue.rates.day.isoformat()}"


@dataclass(slots=True)
class IndexCache:
    """The index of one kind in one database as this process knows it."""

    kind: Kind
    seen: Seen = field(init=False)
    generation: str | None = None
    index: Index = field(default_factory=Index)
    turn: int = 0  # counts what was taken in, to notice what another unit took in meanwhile

    def __post_init__(self) -> None:
        self.seen = Seen(self.kind.name)

    def look(self, session: Session, catalogue: Catalogue) -> Index:
        """Return the index as it stands in this transaction, to be searched before anything else is read.

        If many units run at once, another may read the log in the meantime. The read part may then be outdated, and is
        read again.
        """
        while True:
            turn, seen = self.turn, replace(self.seen)
            newest = newest_generation(session, catalogue, self.kind)
            if newest is not None and newest[0] != self.generation:
                base = self._base(session, newest[0])
                if turn == self.turn:
                    self.generation, self.index = newest[0], base
                    self.seen, self.turn = Seen(self.kind.name, newest[1], newest[2]), turn + 1
                continue
            changes = seen.changes(session)
            documents = self.kind.documents_of(session, catalogue, changes) if changes else []
            if turn == self.turn:
                self.seen = seen
                if changes:
                    self.index.take(documents, changes - {document.id for document in documents})
                    self.turn += 1
                return self.index

    @staticmethod
    def _base(session: Session, generation: str) -> Index:
        parts = select(SearchBlob.content).where(SearchBlob.generation == generation).order_by(SearchBlob.part)
        content = b"".join(session.scalars(parts))
        return Index(unpacked(content) if content else None)


_NEWEST_TEXT: Final = (
    "SELECT id, seen_seq, seen_xid, documents FROM search_generation WHERE served AND kind = ? AND layout = ?"
    " ORDER BY id DESC LIMIT 1"
)
_NEWEST: Final = Prepared(_NEWEST_TEXT, (("kind", None), ("layout", None)))
_NEWEST_ON_POSTGRES: Final = replace(_NEWEST, text=_NEWEST_TEXT.replace("?", "$1", 1).replace("?", "$2", 1))


def newest_generation(session: Session, catalogue: Catalogue, kind: Kind) -> tuple[str, int, int, int] | None:
    """Return the newest whole base that this program can read: id, its position in the log, documents."""
    asked = {"kind": kind.name, "layout": layout_of(catalogue)}
    rows = (_NEWEST_ON_POSTGRES if on_postgres(session) else _NEWEST).rows(connection_of(session), asked)
    return (rows[0][0], rows[0][1], rows[0][2], rows[0][3]) if rows else None


_caches: WeakKeyDictionary[Engine, dict[str, IndexCache]] = WeakKeyDictionary()


def index_cache_of(ctx: Ctx, kind: Kind) -> IndexCache:
    """Return this process's cache of that kind for the database that the unit works on."""
    shelves = _caches.setdefault(ctx.session.get_bind().engine, {})
    shelf = shelves.get(kind.name)
    if shelf is None:
        shelf = shelves[kind.name] = IndexCache(kind)
    return shelf
