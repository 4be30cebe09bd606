"""The index in the database: the log of changes, the bases, and the part that a process has read.

A rebuild makes the next base. Any one worker makes it, and may be killed at any moment.

1. `claim_base` claims the name of the base.
2. All documents are read in short units, and built and packed outside of any.
3. `write_piece` writes them piece by piece under a name that is not read yet.
4. `serve_base` names that base as served.

Until then the old base serves. The next rebuild deletes what a killed one has left. `config/search_index.py` takes
these steps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Boolean,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.catalogue.model import Catalogue
from core.discovery.search.engine.index import Index
from core.discovery.search.engine.segment import Segment
from core.discovery.search.kinds import Kind
from core.kernel.compiled_statements import Prepared, add_once, add_rows, change, connection_of
from core.kernel.database import Id, Instant, Table
from core.kernel.transaction import Ctx


class SearchLog(Table):
    """A change of something that can be found: a row in the very transaction that changed it."""

    __tablename__ = "search_log"

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    # The transaction's id, because with several writers the order of `seq` is not the order of commits.
    xid: Mapped[int] = mapped_column(BigInteger, index=True)
    token: Mapped[str] = mapped_column(
        "mark", Id
    )  # tells this row from another one that gets its number after a rollback
    subject: Mapped[str] = mapped_column(Id)

    __table_args__ = ({"sqlite_autoincrement": True},)


class SearchGeneration(Table):
    """A base of the index of a kind. One that is not served yet is being written, or was when its writer was killed."""

    __tablename__ = "search_generation"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(Instant)
    layout: Mapped[str] = mapped_column(String(40))  # which program and which rates of exchange can read it
    log_seq: Mapped[int] = mapped_column("seen_seq", BigInteger)  # it holds everything that the log said before
    log_xid: Mapped[int] = mapped_column("seen_xid", BigInteger)
    documents: Mapped[int] = mapped_column(Integer)
    served: Mapped[bool] = mapped_column(Boolean)


class SearchBlob(Table):
    """A piece of a base: its arrays as they lie in memory."""

    __tablename__ = "search_blob"

    generation: Mapped[str] = mapped_column(
        Id, ForeignKey("search_generation.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SearchRebuild(Table):
    """The worker that builds the next base of a kind, and until when no other may begin."""

    __tablename__ = "search_rebuild"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    until: Mapped[datetime] = mapped_column(Instant)


KEPT_ENTRIES: Final = 4096  # last rows that are checked: more than the units of one group commit write together
_WITH_OWN_XID: Final = Prepared(
    "INSERT INTO search_log (kind, xid, mark, subject) VALUES ($1, pg_current_xact_id()::text::bigint, $2, $3)",
    (("kind", None), ("mark", None), ("subject", None)),
)
_HORIZON: Final = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
# Every query of every worker runs one of these: they are handed to the driver as they stand.
_ROWS_SINCE: Final = Prepared(
    "SELECT seq, xid, mark, subject, pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    " FROM search_log WHERE xid >= $1 AND kind = $2 ORDER BY seq",
    (("xid", None), ("kind", None)),
)
_ROWS_FROM: Final = Prepared(
    "SELECT seq, 0, mark, subject, 0 FROM search_log WHERE seq >= ? AND kind = ? ORDER BY seq",
    (("seq", None), ("kind", None)),
)


def note(ctx: Ctx, kind: Kind, subjects: Iterable[str]) -> None:
    """Write down that these things of that kind have changed, in the transaction that changes them."""
    rows = [{"kind": kind.name, "mark": ctx.new_id(), "subject": subject} for subject in subjects]
    if on_postgres(ctx.session):
        for row in rows:
            _WITH_OWN_XID.run(connection_of(ctx.session), row)
    elif rows:
        add_rows(ctx.session, SearchLog, [{**row, "xid": 0} for row in rows])


@dataclass(slots=True)
class LogPosition:
    """A reader's position in one kind's log, and the rows that may yet be undone: marks and subjects."""

    kind: str
    seq: int = 0
    xid: int = 0
    unsettled: dict[tuple[int, str], str] = field(default_factory=dict)

    def changes(self, session: Session) -> set[str]:
        """Return what has changed since the last call, or was undone. Move the position on."""
        session.flush()
        return self._changes_by_transaction(session) if on_postgres(session) else self._changes_in_order(session)

    def _changes_in_order(self, session: Session) -> set[str]:
        rows = _ROWS_FROM.rows(connection_of(session), {"seq": self.seq, "kind": self.kind})
        if self.unsettled and (not rows or (rows[0][0], rows[0][2]) not in self.unsettled):
            # The last row was undone, and perhaps others before it. All that may have been are looked at again.
            undone = set(self.unsettled.values())
            self.seq, self.unsettled = min(seq for seq, _ in self.unsettled), {}
            return undone | self._changes_in_order(session)
        fresh = {(row[0], row[2]): row[3] for row in rows if (row[0], row[2]) not in self.unsettled}
        if fresh:
            kept = list((self.unsettled | fresh).items())[-KEPT_ENTRIES:]
            self.unsettled = dict(kept)
        self.seq = rows[-1][0] if rows else self.seq
        return set(fresh.values())

    def _changes_by_transaction(self, session: Session) -> set[str]:
        rows = _ROWS_SINCE.rows(connection_of(session), {"xid": self.xid, "kind": self.kind})
        now = {(row[0], row[2]): row[3] for row in rows}
        fresh = {subject for key, subject in now.items() if key not in self.unsettled}
        undone = {subject for key, subject in self.unsettled.items() if key not in now}
        if rows:
            self.xid = max(self.xid, rows[0][4])
        self.unsettled = {(row[0], row[2]): row[3] for row in rows if row[1] >= self.xid}
        return fresh | undone


def current_position(session: Session, kind: Kind) -> LogPosition:
    """Return a position in the log. Tables that are read after this call contain all changes before it."""
    if on_postgres(session):
        return LogPosition(kind.name, xid=int(session.execute(_HORIZON).scalar_one()))
    return LogPosition(kind.name, seq=int(session.scalar(select(func.coalesce(func.max(SearchLog.seq), 0))) or 0) + 1)


def rows_since(session: Session, position: LogPosition) -> int:
    """Return how many changes the log has after that position."""
    newer = SearchLog.xid >= position.xid if on_postgres(session) else SearchLog.seq >= position.seq
    return int(
        session.scalar(select(func.count()).select_from(SearchLog).where(SearchLog.kind == position.kind, newer)) or 0
    )


def forget_before(session: Session, position: LogPosition) -> None:
    """Drop what every base that is still read holds already."""
    older = SearchLog.xid < position.xid if on_postgres(session) else SearchLog.seq < position.seq
    session.execute(delete(SearchLog).where(SearchLog.kind == position.kind, older))


def on_postgres(session: Session) -> bool:
    """Return True if several transactions write at once."""
    return session.get_bind().dialect.name == "postgresql"


ALIGNED: Final = 64  # bytes: where every array begins, so that it can be read in place


def packed(segment: Segment) -> bytes:
    head, pieces, at = [], [], 0
    for name, array in segment.arrays().items():
        padding = -at % ALIGNED
        content = np.ascontiguousarray(array).tobytes()
        pieces += [bytes(padding), content]
        at += padding + len(content)
        head.append({"name": name, "type": array.dtype.str, "length": len(array), "end": at})
    line = json.dumps(head).encode()
    line += b" " * (-(len(line) + 8) % ALIGNED)
    return b"".join([len(line).to_bytes(8, "little"), line, *pieces])


def unpacked(content: bytes) -> Segment:
    """Return the segment that was packed. Its arrays lie in these very bytes and are read-only."""
    size = int.from_bytes(content[:8], "little")
    arrays: dict[str, NDArray[Any]] = {}
    start = 8 + size
    for entry in json.loads(content[8:start]):
        kind = np.dtype(entry["type"])
        offset = start + entry["end"] - kind.itemsize * entry["length"]
        arrays[entry["name"]] = np.frombuffer(content, kind, entry["length"], offset)
    return Segment.from_arrays(arrays)


LAYOUT = "8"  # changes with the arrays of a segment, or with what is put into them


def layout_of(catalogue: Catalogue) -> str:
    """Return what a base must have been made with to be readable: this program, and these rates of exchange."""
    return f"{LAYOUT}:{catalogue.rates.day.isoformat()}"


@dataclass(slots=True)
class IndexCache:
    """The index of one kind in one database as this process knows it."""

    kind: Kind
    position: LogPosition = field(init=False)
    generation: str | None = None
    index: Index = field(default_factory=Index)
    turn: int = 0  # counts what was taken in, to notice what another unit took in meanwhile

    def __post_init__(self) -> None:
        self.position = LogPosition(self.kind.name)

    def look(self, session: Session, catalogue: Catalogue) -> Index:
        """Return the index as it stands in this transaction, to be searched before anything else is read.

        If many units run at once, another may read the log in the meantime. The read part may then be outdated, and is
        read again.
        """
        while True:
            turn, position = self.turn, replace(self.position)
            newest = newest_generation(session, catalogue, self.kind)
            if newest is not None and newest[0] != self.generation:
                base = self._base(session, newest[0])
                if turn == self.turn:
                    self.generation, self.index = newest[0], base
                    self.position, self.turn = LogPosition(self.kind.name, newest[1], newest[2]), turn + 1
                continue
            changes = position.changes(session)
            documents = self.kind.documents_of(session, catalogue, changes) if changes else []
            if turn == self.turn:
                self.position = position
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
    caches = _caches.setdefault(ctx.session.get_bind().engine, {})
    cache = caches.get(kind.name)
    if cache is None:
        cache = caches[kind.name] = IndexCache(kind)
    return cache


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
    return rows_since(session, LogPosition(kind.name, seq, xid)) >= max(
        CHANGES_AT_LEAST, int(CHANGED_SHARE * documents)
    )


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
    position = current_position(session, kind)
    base = SearchGeneration(
        id=ctx.new_id(),
        kind=kind.name,
        made_at=ctx.now,
        layout=layout_of(catalogue),
        log_seq=position.seq,
        log_xid=position.xid,
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
    oldest = select(func.min(SearchGeneration.log_seq), func.min(SearchGeneration.log_xid))
    seq, xid = session.execute(oldest.where(SearchGeneration.id.in_(kept))).one()
    forget_before(session, LogPosition(kind.name, seq, xid))
    return True
