"""Suspension of accounts by operators. A suspended account begins nothing new, while its running deals go on.

A company is suspended with all its people. Their chats are kept as salted hashes for a bounded term. A chat that comes
back after its account was deleted is suspended for the rest of it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import StringConstraints
from sqlalchemy import ForeignKey, String, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, Table, Versioned, Words
from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.frozen_model import FrozenModel
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked, PersonMet
from core.people.accounts.model import ChatIdentity
from core.people.accounts.service import acting, members, organisation_of, person_of
from core.people.blocking.events import AccountSuspended, SuspensionLifted
from core.people.blocking.model import SHORTEST_REASON
from core.people.companies.events import MemberLeft

CHATS_KEPT_FOR: Final = timedelta(days=365)


class SuspendAccount(FrozenModel):
    """Suspend a company with all its people. They read the reason."""

    organisation_id: str
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_REASON, max_length=1000)]


class Suspension(Versioned, Table):
    """An operator's suspension of an account. `until`: its end, if it was carried over to a chat that came back."""

    __tablename__ = "suspension"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    reason: Mapped[str] = mapped_column(Words)
    at: Mapped[datetime] = mapped_column(Instant)
    suspended_by: Mapped[str] = mapped_column(Id)
    until: Mapped[datetime | None] = mapped_column(Instant)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[str | None] = mapped_column(Id)


class SuspendedChat(Table):
    """A chat of a suspended account as a salted hash, deleted when that is lifted, or after its term."""

    __tablename__ = "suspended_chat"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    suspension_id: Mapped[str] = mapped_column(ForeignKey("suspension.id"), index=True)
    salt: Mapped[str] = mapped_column(Id)
    digest: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(Instant)


# --- acts of operators ------------------------------------------------------------------------------------------------


def suspend_account(ctx: Ctx, command: SuspendAccount) -> Suspension:
    """Suspend an account. Raises NotAllowed, NotFound, and Stale if it is suspended already."""
    operator = _operator_over(ctx, command.organisation_id)
    if suspension_of(ctx, command.organisation_id) is not None:
        raise Stale
    suspended = _write(ctx, command.organisation_id, command.reason, operator, None)
    for person in members(ctx, command.organisation_id):
        for chat in ctx.session.scalars(select(ChatIdentity).where(ChatIdentity.person_id == person.id)):
            salt = ctx.new_id()
            ctx.session.add(
                SuspendedChat(
                    id=ctx.new_id(),
                    suspension_id=suspended.id,
                    salt=salt,
                    digest=_digest(salt, chat),
                    until=ctx.now + CHATS_KEPT_FOR,
                )
            )
    ctx.session.flush()
    return suspended


def lift_suspension(ctx: Ctx, organisation_id: str) -> Suspension:
    """Lift the suspension of an account. Raises NotAllowed, NotFound, and Stale if there is none."""
    operator = _operator_over(ctx, organisation_id)
    suspended = suspension_of(ctx, organisation_id)
    if suspended is None:
        raise Stale
    suspended.lifted_at, suspended.lifted_by = ctx.now, operator
    ctx.session.execute(delete(SuspendedChat).where(SuspendedChat.suspension_id == suspended.id))
    ctx.announce_change(SuspensionLifted(suspended.id, organisation_id))
    return suspended


def _operator_over(ctx: Ctx, organisation_id: str) -> str:
    """Return the acting operator, who does not belong to the account. Raises NotAllowed, NotFound."""
    operator = acting(ctx)
    if not operator.operator or operator.organisation_id == organisation_of(ctx, organisation_id).id:
        raise NotAllowed
    return operator.id


# --- for other parts --------------------------------------------------------------------------------------------------


def suspension_of(ctx: Ctx, organisation_id: str) -> Suspension | None:
    """Return the suspension of an account that holds now."""
    holds = Suspension.lifted_at.is_(None) & or_(Suspension.until.is_(None), Suspension.until > ctx.now)
    return ctx.session.scalar(select(Suspension).where(Suspension.organisation_id == organisation_id, holds).limit(1))


def check_not_suspended(ctx: Ctx, *organisations: str) -> None:
    """Raise Refusal if one of these accounts is suspended. The actor's own reads that; others only keep apart."""
    for each in organisations:
        if suspension_of(ctx, each) is not None:
            own = ctx.actor.person is not None and acting(ctx).organisation_id == each
            raise Refusal("people.suspended" if own else "contacts.apart")


# --- accounts that change ---------------------------------------------------------------------------------------------


def listen(reactions: Reactions) -> None:
    reactions.on(PersonMet, _recognise)
    reactions.on(AccountsLinked, _linked)
    reactions.on(MemberLeft, _left)


def _recognise(ctx: Ctx, fact: PersonMet) -> None:
    """Suspend a newcomer whose chat belonged to a suspended account, for the rest of the term."""
    ctx.session.execute(delete(SuspendedChat).where(SuspendedChat.until <= ctx.now))
    kept = ctx.session.scalars(select(SuspendedChat)).all()
    if not kept:
        return
    ctx.session.flush()
    for chat in ctx.session.scalars(select(ChatIdentity).where(ChatIdentity.person_id == fact.person_id)):
        known = next((each for each in kept if each.digest == _digest(each.salt, chat)), None)
        if known is not None:
            before = ctx.session.get_one(Suspension, known.suspension_id)
            _carry_over(ctx, before, person_of(ctx, fact.person_id).organisation_id, known.until)
            return


def _linked(ctx: Ctx, fact: AccountsLinked) -> None:
    gone = suspension_of(ctx, person_of(ctx, fact.gone_id).organisation_id)
    if gone is not None:
        _carry_over(ctx, gone, person_of(ctx, fact.person_id).organisation_id, gone.until)


def _left(ctx: Ctx, fact: MemberLeft) -> None:
    left = suspension_of(ctx, fact.organisation_id)
    if left is not None:
        _carry_over(ctx, left, person_of(ctx, fact.person_id).organisation_id, left.until)


def _carry_over(ctx: Ctx, before: Suspension, organisation_id: str, until: datetime | None) -> None:
    if suspension_of(ctx, organisation_id) is None:
        _write(ctx, organisation_id, before.reason, before.suspended_by, until)


def _write(ctx: Ctx, organisation_id: str, reason: str, by: str, until: datetime | None) -> Suspension:
    suspended = Suspension(
        id=ctx.new_id(), organisation_id=organisation_id, reason=reason, at=ctx.now, suspended_by=by, until=until
    )
    ctx.session.add(suspended)
    ctx.session.flush()
    ctx.announce(AccountSuspended(suspended.id, organisation_id, reason, until))
    return suspended


def _digest(salt: str, chat: ChatIdentity) -> str:
    whole = f"{salt}:{chat.platform}:{chat.workspace}:{chat.outside_id}"
    return hashlib.sha256(whole.encode()).hexdigest()
