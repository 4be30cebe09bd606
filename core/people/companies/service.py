"""Company service: invite, join, set rights, leave; and the rights of each person."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from core.kernel.compiled_statements import find_by_key, remove
from core.kernel.errors import NotAllowed, NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.people.accounts.code_guesses import check_guesses, count_guess
from core.people.accounts.model import Organisation, Person
from core.people.accounts.service import acting, has_traded, members, organisation_of, person_of
from core.people.companies import rules
from core.people.companies.events import MemberJoined, MemberLeft
from core.people.companies.model import (
    HEAD_RIGHTS,
    INVITATION_LENGTH,
    INVITATION_VALID,
    MEMBERS_AT_MOST,
    ChangeMember,
    Invitation,
    Membership,
    Position,
    Rights,
)


def rights_of(ctx: Ctx, person_id: str) -> Rights:
    """Return a person's rights in their company. A person who has never joined one is the head of their own."""
    known = find_by_key(ctx.session, Membership, person_id)
    return HEAD_RIGHTS if known is None else known.rights


def lock_rights(ctx: Ctx, person_id: str) -> None:
    """Lock a person's rights until this unit is over, so that two signatures at once share one budget."""
    ctx.session.get(Membership, person_id, with_for_update=True)


def is_head(ctx: Ctx, person_id: str) -> bool:
    return Position.HEAD in rights_of(ctx, person_id).positions


def approves(ctx: Ctx, person_id: str, amount: Money) -> bool:
    """Return whether they may approve this amount for their company."""
    return rules.approves(rights_of(ctx, person_id), amount)


def check_position(ctx: Ctx, position: Position) -> None:
    """Raise NotAllowed unless the actor has this position in their company."""
    if not rights_of(ctx, acting(ctx).id).has(position):
        raise NotAllowed(f"company.{position}_only")


def check_head(ctx: Ctx) -> None:
    """Raise NotAllowed unless the actor heads their company."""
    check_position(ctx, Position.HEAD)


def member_version(ctx: Ctx, person_id: str) -> int:
    """Return the version of a person's membership, for buttons; 0 without a row."""
    known = find_by_key(ctx.session, Membership, person_id)
    return 0 if known is None else known.version


# --- coming and going -------------------------------------------------------------------------------------------------


def invite(ctx: Ctx, rights: Rights) -> Invitation:
    """Make a code for one colleague, good for a week. Raises NotAllowed, Refusal, Invalid."""
    head = _head(ctx)
    rules.check_rights(rights)
    if len(members(ctx, head.organisation_id)) >= MEMBERS_AT_MOST:
        raise Refusal("company.full", most=MEMBERS_AT_MOST)
    has_traded(ctx, head.organisation_id)  # a company with colleagues is not given up when accounts are linked
    made = Invitation(
        code=ctx.ids.code(INVITATION_LENGTH),
        organisation_id=head.organisation_id,
        invited_by=head.id,
        expires_at=ctx.now + INVITATION_VALID,
    )
    made.rights = rights
    ctx.session.add(made)
    ctx.session.flush()
    return made


def invitations(ctx: Ctx) -> list[Invitation]:
    """Return the codes that are unused and still good, the first to end first. Empty for anyone but the head."""
    head = acting(ctx)
    if not is_head(ctx, head.id):
        return []
    query = select(Invitation).where(
        Invitation.organisation_id == head.organisation_id, Invitation.expires_at > ctx.now
    )
    return list(ctx.session.scalars(query.order_by(Invitation.expires_at, Invitation.code)))


def take_back(ctx: Ctx, code: str) -> None:
    """Withdraw a code. Raises NotAllowed; Stale if it was used or is over."""
    head = _head(ctx)
    found = find_by_key(ctx.session, Invitation, code)
    if found is None or found.organisation_id != head.organisation_id:
        raise Stale
    ctx.session.execute(delete(Invitation).where(Invitation.code == found.code))
    ctx.session.flush()


def join(ctx: Ctx, code: str) -> Organisation | None:
    """Come into the company that the code is of. The code is used up.

    Return None for an unknown code, which is counted. Raises Refusal, also after too many wrong codes.
    """
    check_guesses(ctx)
    person = acting(ctx)
    found = find_by_key(ctx.session, Invitation, code.strip().upper()[: INVITATION_LENGTH + 1])
    if found is None or found.expires_at <= ctx.now or not _still_invites(ctx, found):
        count_guess(ctx, "invitation")
        return None
    if found.organisation_id == person.organisation_id:
        raise Refusal("company.here_already")
    left = organisation_of(ctx, person.organisation_id)
    rules.check_joining(traded=left.traded, colleagues=len(members(ctx, left.id)) - 1)
    # Counts as a change of the company. If a colleague begins to trade for it at this moment, that unit runs again, for
    # the new company.
    flag_modified(left, "traded")
    if not remove(ctx.session, Invitation, code=found.code):
        return None  # another person has used it in this very moment
    person.organisation_id = found.organisation_id
    _put(ctx, person.id, found.rights)
    ctx.announce(MemberJoined(found.organisation_id, person.id))
    return organisation_of(ctx, found.organisation_id)


def change_member(ctx: Ctx, command: ChangeMember, expected_version: int | None = None) -> Person:
    """Say what a colleague may do from now on. Raises NotAllowed, NotFound, Stale, Invalid, Refusal."""
    _hold(ctx)
    head, person = _head(ctx), person_of(ctx, command.person_id)
    if person.organisation_id != head.organisation_id:
        raise NotFound
    if expected_version is not None and expected_version != member_version(ctx, person.id):
        raise Stale
    rules.check_rights(command.rights)
    if person.id == head.id and Position.HEAD not in command.rights.positions:
        _another_head(ctx, head)
    _put(ctx, person.id, command.rights)
    return person


def remove_member(ctx: Ctx, person_id: str) -> Person:
    """Remove a person from the company. They have one of their own again, with nothing of this one's.

    A head removes others, and everybody themselves. Raises NotAllowed, NotFound, Refusal.
    """
    _hold(ctx)
    person, actor = person_of(ctx, person_id), acting(ctx)
    if person.organisation_id != actor.organisation_id:
        raise NotFound
    if person.id != actor.id:
        _head(ctx)
    if is_head(ctx, person.id):
        _another_head(ctx, person)
    left = person.organisation_id
    own = Organisation(id=ctx.new_id(), name=person.name, created_at=ctx.now)
    ctx.session.add(own)
    ctx.session.flush()
    person.organisation_id = own.id
    ctx.session.execute(delete(Membership).where(Membership.person_id == person.id))
    ctx.announce(MemberLeft(left, person.id, actor.id))
    ctx.session.flush()
    return person


def _hold(ctx: Ctx) -> None:
    """Lock the actor's company until this unit is over.

    Without the lock, two heads who leave or step down at once would each find the other still there.
    """
    ctx.session.get(Organisation, acting(ctx).organisation_id, with_for_update=True)


def _still_invites(ctx: Ctx, made: Invitation) -> bool:
    """Return whether the inviter may still invite.

    Otherwise a removed member could come back by their own code, in any position.
    """
    inviter = person_of(ctx, made.invited_by)
    return inviter.organisation_id == made.organisation_id and is_head(ctx, inviter.id)


def _head(ctx: Ctx) -> Person:
    """Return the acting person if they are the head of their company. Raises NotAllowed."""
    check_head(ctx)
    return acting(ctx)


def _another_head(ctx: Ctx, person: Person) -> None:
    """Raise Refusal if the company would be left without a head, who sets the limits."""
    others = (each for each in members(ctx, person.organisation_id) if each.id != person.id)
    if not any(is_head(ctx, each.id) for each in others):
        raise Refusal("company.last_head")


def _put(ctx: Ctx, person_id: str, rights: Rights) -> None:
    known = find_by_key(ctx.session, Membership, person_id)
    if known is None:
        known = Membership(person_id=person_id, since=ctx.now)
        ctx.session.add(known)
    known.rights = rights
    ctx.session.flush()
