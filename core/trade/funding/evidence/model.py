"""Evidence: each act with the message that it came by, and the pack that answers a chargeback."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, OneOf, Table, Versioned, Words

SEND_BEFORE: Final = timedelta(days=2)  # before the bank's date: time to try again, and for both sides to add documents
TRY_AGAIN_AFTER: Final = timedelta(hours=6)


class RecordedAct(Table):
    """One act on a deal, a session or a purchase, with the person, the time, and the message and chat.

    Kept for ever.
    """

    __tablename__ = "evidence_mark"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    subject: Mapped[str] = mapped_column(Id, index=True)  # the deal, the session or the purchase
    at: Mapped[datetime] = mapped_column(Instant)
    fact: Mapped[str] = mapped_column(String(40))
    about: Mapped[str | None] = mapped_column(String(40))  # the side, or the lot
    person_id: Mapped[str | None] = mapped_column(Id)
    came_by: Mapped[str | None] = mapped_column(String(200))  # the outside id of the input, as the inbox has it
    text: Mapped[str | None] = mapped_column("said", Words)


class PackState(StrEnum):
    """waiting (for its date) → asked → sent; or refused, which a person should look at; or spared."""

    WAITING = "waiting"
    ASKED = "asked"
    SENT = "sent"
    REFUSED = "refused"
    SPARED = "spared"  # the bank decided before it was sent


class Pack(Versioned, Table):
    """Our answer to one chargeback. It can be submitted once; `attempt` counts the refused tries."""

    __tablename__ = "evidence_pack"

    chargeback_id: Mapped[str] = mapped_column(ForeignKey("chargeback.id"), primary_key=True)
    state: Mapped[PackState] = mapped_column(OneOf(PackState))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    due_by: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    digest: Mapped[str | None] = mapped_column(String(64))  # sha256 of the document that was submitted
    why: Mapped[str | None] = mapped_column(Words)
