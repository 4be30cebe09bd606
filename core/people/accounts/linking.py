"""One person on two platforms. A code of one chat is confirmed in another, and a linked chat can be unlinked."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, update
from sqlalchemy.orm.attributes import flag_modified

from core.kernel.compiled_statements import find_all, find_by_key, remove
from core.kernel.errors import Invalid, NotAllowed, NotFound
from core.kernel.transaction import Ctx
from core.people.accounts import rules
from core.people.accounts.code_guesses import check_guesses, count_guess
from core.people.accounts.events import AccountsLinked, ChatUnlinked
from core.people.accounts.model import LINK_CODE_LENGTH, LINK_CODE_VALID, ChatIdentity, LinkCode, Person
from core.people.accounts.service import acting, organisation_of, person_of


def offer_link(ctx: Ctx) -> LinkCode:
    """Return a code to type on the other platform within LINK_CODE_VALID. An earlier one is void."""
    person = acting(ctx)
    ctx.session.execute(delete(LinkCode).where(LinkCode.person_id == person.id))
    link = LinkCode(code=ctx.ids.code(LINK_CODE_LENGTH), person_id=person.id, expires_at=ctx.now + LINK_CODE_VALID)
    ctx.session.add(link)
    return link


def owner_of_code(ctx: Ctx, code: str) -> Person | None:
    """Return the person behind a code, before the actor confirms the link. An unknown code is counted: None.

    Raises Refusal after too many wrong codes, or if both have traded; Invalid for the actor's own code.
    """
    check_guesses(ctx)
    link = find_by_key(ctx.session, LinkCode, code.strip().upper()[: LINK_CODE_LENGTH + 1])
    if link is None or link.expires_at <= ctx.now:
        count_guess(ctx, "link")
        return None
    owner = person_of(ctx, link.person_id)
    if owner.id == acting(ctx).id:
        raise Invalid("people.link_self", field="code")
    owner_stays(ctx, owner)
    return owner


def owner_stays(ctx: Ctx, owner: Person) -> bool:
    """Return whether the account with the code stays when the actor links. Raises Refusal if both have traded."""
    typist = acting(ctx)
    return rules.staying(
        organisation_of(ctx, owner.organisation_id).traded, organisation_of(ctx, typist.organisation_id).traded
    )


def take_link(ctx: Ctx, code: str) -> Person | None:
    """Make the typist and the code's owner one person; None for an unknown code. Raises Invalid, Refusal."""
    typist, owner = acting(ctx), owner_of_code(ctx, code)
    if owner is None:
        return None
    stays, goes = (owner, typist) if owner_stays(ctx, owner) else (typist, owner)
    # Counts as a change of both. If the account that goes begins to trade at this moment, that unit runs again as the
    # one that stays. The same holds for another link of either. Otherwise chats could go to an account that is given up
    # at once.
    for each in sorted((stays.organisation_id, goes.organisation_id)):
        flag_modified(organisation_of(ctx, each), "traded")
    if not remove(ctx.session, LinkCode, code=code.strip().upper()):
        return None  # another person has used it in this very moment
    ctx.session.execute(
        update(ChatIdentity).where(ChatIdentity.person_id == goes.id).values(person_id=stays.id, linked_at=ctx.now)
    )
    if stays.email is None and goes.email is not None:
        stays.email, stays.email_proved_at = goes.email, goes.email_proved_at
    ctx.announce(AccountsLinked(stays.id, goes.id))
    return stays


def name_of_chat(account: ChatIdentity) -> str:
    """Return a short name of a chat account for a button. The account's own ids may not fit into one."""
    whole = f"{account.platform}:{account.workspace}:{account.outside_id}"
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def linked_chats(ctx: Ctx) -> list[ChatIdentity]:
    """Return the actor's chats: the first of the account, then the linked ones by the moment of the link."""
    everything = find_all(ctx.session, ChatIdentity, ("platform", "workspace", "outside_id"), person_id=acting(ctx).id)
    return sorted(everything, key=_age)


def may_unlink(here: ChatIdentity, account: ChatIdentity) -> bool:
    """Return whether the chat `here` may unlink this account: itself, or one that was linked later.

    So a stranger who was linked by mistake cannot throw out the chat that had the account before.
    """
    if here is account:
        return account.linked_at is not None
    return account.linked_at is not None and (here.linked_at is None or here.linked_at < account.linked_at)


def unlink(ctx: Ctx, name: str, where: tuple[str, str, str]) -> ChatIdentity:
    """Take a chat out of the actor's account: its next message is a newcomer's. Raises NotFound, NotAllowed.

    `where`: platform, workspace and address of the chat in which the actor decides this.
    """
    chats = linked_chats(ctx)
    here = next((each for each in chats if (each.platform, each.workspace, each.address) == where), None)
    account = next((each for each in chats if name_of_chat(each) == name), None)
    if here is None or account is None:
        raise NotFound
    if not may_unlink(here, account):
        raise NotAllowed("people.linked_earlier")
    ctx.announce(ChatUnlinked(acting(ctx).id, account.platform, account.workspace, account.address))
    remove(
        ctx.session,
        ChatIdentity,
        platform=account.platform,
        workspace=account.workspace,
        outside_id=account.outside_id,
    )
    return account


def _age(account: ChatIdentity) -> tuple[bool, str]:
    return account.linked_at is not None, account.linked_at.isoformat() if account.linked_at is not None else ""
