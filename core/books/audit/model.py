"""The memory of the audit: the invariants broken now, so that each break is announced only once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table, Words


class BrokenRow(Table):
    """An invariant that is broken for one deal, or for none (the empty id). The row is deleted when it holds again."""

    __tablename__ = "broken_invariant"

    invariant: Mapped[str] = mapped_column(String(120), primary_key=True)
    deal_id: Mapped[str] = mapped_column(Id, primary_key=True)
    detail: Mapped[str] = mapped_column(Words)
    found_at: Mapped[datetime] = mapped_column(Instant)
