"""The tables of the index: its log, its bases in pieces, and the lease of a rebuild."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table


class SearchLog(Table):
    """A change of something that can be found: a row in the very transaction that changed it."""

    __tablename__ = "search_log"

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    # The transaction's id, because with several writers the order of `seq` is not the order of commits.
    xid: Mapped[int] = mapped_column(BigInteger, index=True)
    mark: Mapped[str] = mapped_column(Id)  # tells this row from another one that gets its number after a rollback
    subject: Mapped[str] = mapped_column(Id)

    __table_args__ = ({"sqlite_autoincrement": True},)


class SearchGeneration(Table):
    """A base of the index of a kind. One that is not served yet is being written, or was when its writer was killed."""

    __tablename__ = "search_generation"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(Instant)
    layout: Mapped[str] = mapped_column(String(40))  # which program and which rates of exchange can read it
    seen_seq: Mapped[int] = mapped_column(BigInteger)  # it holds everything that the log said before
    seen_xid: Mapped[int] = mapped_column(BigInteger)
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
