"""A seeker's shortlist of consultants, to compare them and to send one request to all."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from core.advice.experts.model import SHORTLIST_AT_MOST, Expert, Shortlisted
from core.advice.experts.service import expert_for
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked
from core.people.accounts.service import acting


def keep_in_mind(ctx: Ctx, expert_id: str) -> None:
    """Put a consultant on the acting person's list; a repeat changes nothing. Raises NotFound, Refusal when full."""
    kept = shortlist(ctx)
    if any(expert.id == expert_id for expert in kept):
        return
    if len(kept) >= SHORTLIST_AT_MOST:
        raise Refusal("shortlist.full", most=SHORTLIST_AT_MOST)
    expert = expert_for(ctx, expert_id)
    ctx.session.add(Shortlisted(person_id=acting(ctx).id, expert_id=expert.id, kept_at=ctx.now))
    ctx.session.flush()


def let_go(ctx: Ctx, expert_id: str) -> None:
    mine = Shortlisted.person_id == acting(ctx).id
    ctx.session.execute(delete(Shortlisted).where(mine, Shortlisted.expert_id == expert_id))


def shortlist(ctx: Ctx) -> list[Expert]:
    """Return the acting person's shortlist, in the order in which it grew; paused consultants stay on it."""
    query = (
        select(Expert)
        .join(Shortlisted, Shortlisted.expert_id == Expert.id)
        .where(Shortlisted.person_id == acting(ctx).id)
        .order_by(Shortlisted.kept_at, Expert.id)
    )
    return list(ctx.session.scalars(query))


def is_kept(ctx: Ctx, expert_id: str) -> bool:
    return ctx.session.get(Shortlisted, (acting(ctx).id, expert_id)) is not None


def accounts_linked(ctx: Ctx, fact: AccountsLinked) -> None:
    """Merge two linked accounts: the list of the one that goes is added to the other's."""
    known = select(Shortlisted.expert_id).where(Shortlisted.person_id == fact.person_id)
    gone = Shortlisted.person_id == fact.gone_id
    ctx.session.execute(delete(Shortlisted).where(gone, Shortlisted.expert_id.in_(known)))
    ctx.session.execute(update(Shortlisted).where(gone).values(person_id=fact.person_id))
