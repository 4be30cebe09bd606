"""Outbox of what must happen outside: rows written with the decision, delivered after commit, retried until done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text, delete, exists, select, text, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from core.kernel.compiled_statements import remove
from core.kernel.database import Id, Instant, Table
from core.kernel.messages import Message, kind_of, read_row, to_json

# A holder renews its leases. Once a lease has run out, any process may take the message: its holder has died.
LEASE = timedelta(seconds=12)
RENEW_EVERY = LEASE / 3
RENEWED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One thing to do outside. Its id is the idempotency key for its transport.

    `ordering_key`: messages with the same key go one after the other (a chat, a deal's payments). Others do not wait.
    """

    id: str
    channel: str
    ordering_key: str
    message: Message
    created_at: datetime
    attempts: int = 0
    request_id: str | None = None  # the input that it goes back to

    @property
    def kind(self) -> str:
        return kind_of(self.message)

    @property
    def body(self) -> dict[str, Any]:
        """Return the message as its row stores it. Transports read `message` instead."""
        return to_json(self.message)


class OutboxRow(Table):
    """A message not yet delivered. Delivered rows are deleted, so the table stays as small as the work ahead."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    ordering_key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    dead: Mapped[bool] = mapped_column(Boolean, default=False)
    failure: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        Index("ix_outbox_due", "due_at", sqlite_where=text("NOT dead"), postgresql_where=text("NOT dead")),
        Index("ix_outbox_lane", "ordering_key", "id"),
    )


def lease_due(session: Session, now: datetime, limit: int = 100) -> list[OutboxMessage]:
    """Lease what is due and not leased, oldest first. In a lane, only while no earlier message of it is leased."""
    ahead = aliased(OutboxRow)
    free = (OutboxRow.leased_until.is_(None)) | (OutboxRow.leased_until <= now)
    waiting_on = exists().where(
        ahead.ordering_key == OutboxRow.ordering_key,
        ahead.id < OutboxRow.id,
        ~ahead.dead,
        (ahead.leased_until > now) | (ahead.due_at > now),
    )
    rows = session.scalars(
        select(OutboxRow)
        .where(~OutboxRow.dead, OutboxRow.due_at <= now, free, ~waiting_on)
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.leased_until = now + LEASE
    return [message_of_row(row) for row in rows]


def message_of_row(row: OutboxRow) -> OutboxMessage:
    message = read_row(row.channel, row.kind, row.body)
    return OutboxMessage(row.id, row.channel, row.ordering_key, message, row.created_at, row.attempts, row.request_id)


def renew_leases(session: Session, message_ids: Sequence[str], now: datetime) -> None:
    """Hold these messages for longer. Those that are done, or wait for another try, stay as they are."""
    _change_leased(session, message_ids, leased_until=now + LEASE)


def give_back(session: Session, message_ids: Sequence[str]) -> None:
    """End the leases of these messages, so that any process may take them at once."""
    _change_leased(session, message_ids, leased_until=None)


def end_all_leases(session: Session) -> None:
    """End every lease: their holders are dead. Only a process that is the database's sole user may say so."""
    session.execute(update(OutboxRow).where(OutboxRow.leased_until.is_not(None)).values(leased_until=None))


def _change_leased(session: Session, message_ids: Sequence[str], *, leased_until: datetime | None) -> None:
    for start in range(0, len(message_ids), RENEWED_AT_ONCE):
        some = OutboxRow.id.in_(message_ids[start : start + RENEWED_AT_ONCE])
        session.execute(
            update(OutboxRow).where(some, OutboxRow.leased_until.is_not(None)).values(leased_until=leased_until)
        )


def finish(session: Session, message_id: str) -> None:
    remove(session, OutboxRow, id=message_id)


def postpone(session: Session, queued: OutboxMessage, due: datetime, why: str) -> None:
    """Try again at `due`. The posts behind it in its lane wait with it, so that order is kept."""
    session.execute(
        update(OutboxRow).where(OutboxRow.id == queued.id).values(attempts=OutboxRow.attempts + 1, failure=why)
    )
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.ordering_key == queued.ordering_key, ~OutboxRow.dead)
        .values(due_at=due, leased_until=None)
    )


def wait_behind(session: Session, message_ids: Sequence[str], due: datetime) -> None:
    """Let posts wait until `due` for the one ahead of them in their lane."""
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(message_ids)).values(due_at=due, leased_until=None))


def shorten(session: Session, message_id: str, rest: Message) -> None:
    """Keep only the rest of a message that is done in part."""
    session.execute(update(OutboxRow).where(OutboxRow.id == message_id).values(body=to_json(rest)))


def dead_letter(session: Session, message_id: str, why: str) -> None:
    """Keep a message that can never be delivered for the operator. It no longer blocks its lane."""
    session.execute(
        update(OutboxRow).where(OutboxRow.id == message_id).values(dead=True, leased_until=None, failure=why)
    )


def forget_dead_before(session: Session, moment: datetime, but: str) -> None:
    """Delete messages that were given up, and written before that moment. Those of the channel `but` stay."""
    session.execute(delete(OutboxRow).where(OutboxRow.dead, OutboxRow.created_at < moment, OutboxRow.channel != but))


def requeue(session: Session, message_ids: Collection[str], now: datetime) -> None:
    """Try dead messages again; what fails again is given up again."""
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(message_ids)).values(dead=False, due_at=now))
