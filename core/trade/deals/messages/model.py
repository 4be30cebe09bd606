"""Messages in a deal: the command with its limits, and the table."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.trade.deals.model import Side


class SayInDeal(FrozenModel):
    """A message to the other side. `message`: its place in the author's own chat, should it be changed there."""

    deal_id: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    message: str = ""


class DealLine(Table):
    """One message, as it was written; contacts are hidden when it is shown."""

    __tablename__ = "deal_line"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[str] = mapped_column(Id, ForeignKey("deal.id"), index=True)
    side: Mapped[Side] = mapped_column(String(6))
    person: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(Words)
    message: Mapped[str] = mapped_column(String(120), default="")
    changed: Mapped[bool] = mapped_column(Boolean, default=False)
