"""The log of what can be found: written with the change itself, read by every query of every worker.

In SQLite one writer appends at a time, so a reader of the last row has seen all rows. Only a unit that is undone takes
its rows away again. Then the last row that was seen is gone, or is another one.

In PostgreSQL the order of a sequence is not the order of commits. Reading `seq > last` would lose a row whose
transaction commits late. Rows therefore carry their transaction. They are read again until every transaction that ran
at the first look has ended (`pg_snapshot_xmin`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from core.discovery.search.kinds.kind import Kind
from core.discovery.search.storage.tables import SearchLog
from core.kernel.compiled_statements import Prepared, add_rows, connection_of
from core.kernel.transaction import Ctx

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
class Seen:
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


def seen_by_now(session: Session, kind: Kind) -> Seen:
    """Return a position in the log. Tables that are read after this call contain all changes before it."""
    if on_postgres(session):
        return Seen(kind.name, xid=int(session.execute(_HORIZON).scalar_one()))
    return Seen(kind.name, seq=int(session.scalar(select(func.coalesce(func.max(SearchLog.seq), 0))) or 0) + 1)


def rows_since(session: Session, seen: Seen) -> int:
    """Return how many changes the log has after that position."""
    newer = SearchLog.xid >= seen.xid if on_postgres(session) else SearchLog.seq >= seen.seq
    return int(
        session.scalar(select(func.count()).select_from(SearchLog).where(SearchLog.kind == seen.kind, newer)) or 0
    )


def forget_before(session: Session, seen: Seen) -> None:
    """Drop what every base that is still read holds already."""
    older = SearchLog.xid < seen.xid if on_postgres(session) else SearchLog.seq < seen.seq
    session.execute(delete(SearchLog).where(SearchLog.kind == seen.kind, older))


def on_postgres(session: Session) -> bool:
    """Return True if several transactions write at once."""
    return session.get_bind().dialect.name == "postgresql"
