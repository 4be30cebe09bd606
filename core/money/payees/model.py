"""An organisation's account at the payment provider."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table, Versioned

ACCOUNT: Final = "payout_account"  # the kind of the timer that runs while money waits for an account
ACCOUNT_AWAITED: Final = timedelta(days=3)  # by money of an organisation that has none: it is asked again, and again


class Payee(Versioned, Table):
    """A seller as the provider knows them. `ready`: can receive transfers; `missing`: what it wants to know of them.

    `closed`: their account is no more, and the next one takes its place.
    """

    __tablename__ = "payee"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    account_ref: Mapped[str | None] = mapped_column(String(120), unique=True)
    ready: Mapped[bool] = mapped_column(Boolean, default=False)
    was_ready: Mapped[bool] = mapped_column(Boolean, default=False)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    asked_by: Mapped[str] = mapped_column(Id)  # person, who gets the link
    asked_at: Mapped[datetime] = mapped_column(Instant)
