"""Account service: arrive, complete a profile, prove an e-mail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from core.kernel import plain_text
from core.kernel.compiled_statements import find_all, find_by_key
from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.transaction import Ctx
from core.people.accounts import rules
from core.people.accounts.events import (
    CompanySettled,
    EmailProved,
    LanguageChosen,
    PersonMet,
    ProfileCompleted,
)
from core.people.accounts.letters import CodeLetter
from core.people.accounts.model import (
    EMAIL_CODE_DIGITS,
    EMAIL_CODE_VALID,
    EMAIL_CODES_AN_HOUR,
    EMAIL_TRIES,
    ChatIdentity,
    CompleteProfile,
    EmailCode,
    Identity,
    Organisation,
    Person,
    ProveEmail,
    Settle,
)
from core.people.accounts.security_phrases import new_security_phrase

ZONE_UNKNOWN = "UTC"  # for people whose chat tells none
EMAIL_CODE_TOLD = timedelta(hours=1)  # for so long figures are still taken for a code that has run out
USED_AGAIN_AFTER = timedelta(minutes=5)  # how finely we remember which surface was used last


def meet(ctx: Ctx, identity: Identity, address: str | None) -> Person:
    """Return the person behind a chat account; on first sight a new one, with an organisation of their own."""
    key = (identity.platform, identity.workspace, identity.outside_id)
    known = find_by_key(ctx.session, ChatIdentity, key)
    if known is None:
        return _welcome(ctx, identity, address)
    if known.dead or known.last_used_at < ctx.now - USED_AGAIN_AFTER or (address and known.address != address):
        known.dead = False
        known.last_used_at = ctx.now
        known.address = address or known.address
    return _person(ctx, known.person_id)


def known(ctx: Ctx, identity: Identity) -> Person | None:
    """Return the person behind a chat account, if they have been here."""
    account = find_by_key(ctx.session, ChatIdentity, (identity.platform, identity.workspace, identity.outside_id))
    return None if account is None else _person(ctx, account.person_id)


def _welcome(ctx: Ctx, identity: Identity, address: str | None) -> Person:
    name = plain_text.name(identity.name)[:120].strip() or "Somebody"
    organisation = Organisation(id=ctx.new_id(), name=name, created_at=ctx.now)
    person = Person(
        id=ctx.new_id(),
        organisation_id=organisation.id,
        name=name,
        locale=identity.locale[:10],
        zone=identity.zone[:40],
        security_phrase=new_security_phrase(ctx.ids),
        created_at=ctx.now,
    )
    ctx.session.add(organisation)
    ctx.session.flush()
    ctx.session.add(person)
    ctx.session.flush()
    ctx.session.add(
        ChatIdentity(
            platform=identity.platform,
            workspace=identity.workspace,
            outside_id=identity.outside_id,
            person_id=person.id,
            address=address,
            last_used_at=ctx.now,
        )
    )
    ctx.announce(PersonMet(person.id))
    return person


def acting(ctx: Ctx) -> Person:
    """Return the acting person. Raises NotAllowed if the actor is time, a provider or the market."""
    if ctx.actor.person is None:
        raise NotAllowed
    return _person(ctx, ctx.actor.person)


def _person(ctx: Ctx, person_id: str) -> Person:
    person = find_by_key(ctx.session, Person, person_id)
    if person is None:
        raise NotFound
    return person


def person_of(ctx: Ctx, person_id: str) -> Person:
    return _person(ctx, person_id)


def organisation_of(ctx: Ctx, organisation_id: str) -> Organisation:
    organisation = find_by_key(ctx.session, Organisation, organisation_id)
    if organisation is None:
        raise NotFound
    return organisation


def members(ctx: Ctx, organisation_id: str) -> list[Person]:
    return find_all(ctx.session, Person, ("id",), organisation_id=organisation_id)


def identities(ctx: Ctx, person_id: str) -> list[ChatIdentity]:
    """Return a person's accounts, the one used last first, dead ones left out."""
    return find_all(ctx.session, ChatIdentity, ("-last_used_at",), person_id=person_id, dead=False)


def set_unreachable(ctx: Ctx, platform: str, workspace: str, address: str) -> None:
    """Mark an address as out of reach (blocked, left). The person coming back revives it."""
    ctx.session.execute(
        update(ChatIdentity)
        .where(ChatIdentity.platform == platform, ChatIdentity.workspace == workspace, ChatIdentity.address == address)
        .values(dead=True)
    )


def set_workspace_unreachable(ctx: Ctx, platform: str, workspace: str) -> None:
    """Mark all addresses of a workspace that removed us as out of reach. Speaking there again revives one."""
    where = ChatIdentity.platform == platform, ChatIdentity.workspace == workspace
    ctx.session.execute(update(ChatIdentity).where(*where).values(dead=True))


def move_workspace(ctx: Ctx, platform: str, workspace: str, to: str) -> None:
    """Rename the workspace of its people's accounts. An account that is known there already stays as it is."""
    there = select(ChatIdentity.outside_id).where(ChatIdentity.platform == platform, ChatIdentity.workspace == to)
    moved = update(ChatIdentity).where(ChatIdentity.platform == platform, ChatIdentity.workspace == workspace)
    ctx.session.execute(moved.where(ChatIdentity.outside_id.not_in(there)).values(workspace=to))


def reader_at(ctx: Ctx, platform: str, workspace: str, address: str) -> str | None:
    """Return the person at this address."""
    where = ChatIdentity.platform == platform, ChatIdentity.workspace == workspace, ChatIdentity.address == address
    return ctx.session.scalar(select(ChatIdentity.person_id).where(*where))


def has_traded(ctx: Ctx, organisation_id: str) -> None:
    """Note that an organisation has business here: from now on its account is not given up by linking."""
    organisation = organisation_of(ctx, organisation_id)
    if not organisation.traded:
        organisation.traded = True


def complete_profile(ctx: Ctx, command: CompleteProfile) -> Person:
    person = acting(ctx)
    organisation = organisation_of(ctx, person.organisation_id)
    number = rules.vat_number(command.vat_number, command.country) if command.vat_number else None
    organisation.name = plain_text.name(command.company) or organisation.name
    # otherwise the town has given a better one
    if organisation.country != command.country or organisation.zone is None:
        organisation.zone = command.zone
    moved, organisation.country = organisation.country != command.country, command.country
    organisation.place = command.place or organisation.place
    organisation.vat_number = number
    organisation.without_vat = number is None and (command.without_vat or (organisation.without_vat and not moved))
    person.roles = sorted(command.roles)
    _keep_time_of(person, command.zone)
    ctx.announce(ProfileCompleted(person.id))
    return person


def say_vat(ctx: Ctx, organisation: Organisation, number: str | None) -> None:
    """Set the VAT number of a company whose country is known; None: it says that it has none. Raises Invalid."""
    assert organisation.country is not None, "a number is read by the rules of its country"
    organisation.vat_number = rules.vat_number(number, organisation.country) if number else None
    organisation.without_vat = number is None
    ctx.session.flush()


def settle(ctx: Ctx, command: Settle) -> Organisation:
    """Say where the company is."""
    person = acting(ctx)
    organisation = organisation_of(ctx, person.organisation_id)
    organisation.place, organisation.place_country = command.place, command.country
    organisation.lat, organisation.lon = round(command.lat, 4), round(command.lon, 4)
    if organisation.country in (None, command.country):  # a yard abroad does not date the documents
        organisation.zone = command.zone
    _keep_time_of(person, command.zone)
    ctx.announce_change(CompanySettled(person.id))
    return organisation


def _keep_time_of(person: Person, zone: str | None) -> None:
    """Use the company's time zone if the person's chat tells none."""
    if person.zone == ZONE_UNKNOWN and zone is not None:
        person.zone = zone


def zone_of(ctx: Ctx, person: Person) -> str:
    """Return the time zone of a person's clock: their chat's, or their company's if the chat tells none."""
    if person.zone != ZONE_UNKNOWN:
        return person.zone
    return organisation_of(ctx, person.organisation_id).zone or person.zone


def note_source(ctx: Ctx, source: str) -> None:
    """Note what led a person here: the first link that says so, before they have traded."""
    person = acting(ctx)
    if person.source is None and not organisation_of(ctx, person.organisation_id).traded:
        person.source = source[:32]


def choose_language(ctx: Ctx, locale: str) -> None:
    person = acting(ctx)
    person.locale = locale
    ctx.announce_change(LanguageChosen(person.id))


# --- operators --------------------------------------------------------------------------------------------------------


def appoint_newcomer(ctx: Ctx, person_id: str, names: Collection[str]) -> None:
    """Make a newcomer an operator if one of their chat accounts is named."""
    accounts = {name for each in identities(ctx, person_id) for name in rules.names_of(each)}
    if accounts & set(names):
        _person(ctx, person_id).operator = True


def appoint_operators(ctx: Ctx, names: Collection[str]) -> None:
    """Make exactly these the operators, as far as they have said hello: "chat:4711", "chat:T0123/U0123".

    Without the workspace an id counts in all, though each workspace gives out its own.
    """
    at, where, who = ChatIdentity.platform + ":", ChatIdentity.workspace + "/", ChatIdentity.outside_id
    named = (at + who).in_(sorted(names)) | (at + where + who).in_(sorted(names))
    chosen = select(ChatIdentity.person_id).where(named)
    ctx.session.execute(update(Person).where(Person.operator, Person.id.not_in(chosen)).values(operator=False))
    ctx.session.execute(update(Person).where(~Person.operator, Person.id.in_(chosen)).values(operator=True))


def operators(ctx: Ctx) -> list[Person]:
    return find_all(ctx.session, Person, ("id",), operator=True)


# --- e-mail -----------------------------------------------------------------------------------------------------------


def claim_email(ctx: Ctx, command: ProveEmail) -> None:
    """Send a code to the address. Raise Refusal after EMAIL_CODES_AN_HOUR codes within an hour."""
    person = acting(ctx)
    recent = select(func.count()).where(
        EmailCode.person_id == person.id, EmailCode.sent_at > ctx.now - timedelta(hours=1)
    )
    if (ctx.session.scalar(recent) or 0) >= EMAIL_CODES_AN_HOUR:
        raise Refusal("people.too_many_codes", field="email", limit=EMAIL_CODES_AN_HOUR)
    code = ctx.ids.digits(EMAIL_CODE_DIGITS)
    ctx.session.add(
        EmailCode(
            id=ctx.new_id(),
            person_id=person.id,
            email=command.email,
            code_hash=rules.code_hash(person.id, code),
            sent_at=ctx.now,
            expires_at=ctx.now + EMAIL_CODE_VALID,
        )
    )
    ctx.enqueue(f"mail:{command.email}", CodeLetter(to=command.email, code=code, locale=person.locale))


def prove_email(ctx: Ctx, code: str) -> int | None:
    """Check the code last sent. None when it fits; else how many tries are left (the wrong one is counted).

    A wrong code is an answer and not a refusal, for a refusal would undo the count. Raises Refusal when the code is
    older than EMAIL_CODE_VALID or was guessed at EMAIL_TRIES times.
    """
    person = acting(ctx)
    # Held until this unit is over: of many guesses made at once each must count.
    ctx.session.get(Person, person.id, with_for_update=True)
    claim = last_claim(ctx, person.id)
    if claim is None or claim.expires_at <= ctx.now or claim.tries >= EMAIL_TRIES:
        raise Refusal("people.code_expired", field="code")
    if not rules.code_fits(person.id, code.strip(), claim.code_hash):
        claim.tries += 1
        return EMAIL_TRIES - claim.tries
    person.email = claim.email
    person.email_proved_at = ctx.now
    ctx.session.execute(delete(EmailCode).where(EmailCode.person_id == person.id))
    ctx.announce(EmailProved(person.id))
    return None


def awaits_code(ctx: Ctx) -> bool:
    """Return whether the actor has an open code, or lately had one. The latter is then said to be too old."""
    claim = last_claim(ctx, acting(ctx).id)
    return claim is not None and ctx.now < claim.expires_at + EMAIL_CODE_TOLD


def last_claim(ctx: Ctx, person_id: str) -> EmailCode | None:
    query = select(EmailCode).where(EmailCode.person_id == person_id).order_by(EmailCode.id.desc()).limit(1)
    return ctx.session.scalar(query)
