"""A kind of thing that can be found, with an index of its own, and how its rows become documents.

Each kind has its own words: what is rare among listings need not be among consultants. So each has its own log, its own
bases, and its own small segments. A new kind needs one `Kind` and one line in `config/search_index.py`. It also needs a
`note` in the transaction that changes its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.catalogue import Catalogue
from core.discovery.search.engine.document import Document

AT_ONCE: Final = 500  # ids in one statement

Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class Kind:
    """A kind of document.

    - `live`: the rows of all that can be found now; `key`: their id.
    - `read`: makes documents of some of them.
    """

    name: str
    key: InstrumentedAttribute[str]
    live: Select[*tuple[Any, ...]]
    read: Callable[[Session, Catalogue, Rows], Iterable[Document]]

    def documents_of(self, session: Session, catalogue: Catalogue, ids: Collection[str]) -> list[Document]:
        """Return the documents of those ids that can be found now."""
        wanted = sorted(ids)
        return [
            document
            for start in range(0, len(wanted), AT_ONCE)
            for document in self._read(session, catalogue, self.key.in_(wanted[start : start + AT_ONCE]))
        ]

    def documents_after(self, session: Session, catalogue: Catalogue, last: str, limit: int) -> list[Document]:
        """Return the next documents in the order of their ids."""
        query = self.live.where(self.key > last).order_by(self.key).limit(limit)
        return list(self.read(session, catalogue, session.execute(query).all()))

    def _read(self, session: Session, catalogue: Catalogue, chosen: Any) -> Iterable[Document]:
        rows = session.execute(self.live.where(chosen)).all()
        return self.read(session, catalogue, rows) if rows else ()
