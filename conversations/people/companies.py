"""A company's members: their positions, the amounts they may sign alone, and invitations of colleagues."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from typing import Final, Literal

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Line, Option, Say, Toast
from conversations.router import Flow, Router
from conversations.steps import YES
from conversations.wording import Words
from core.catalogue.language.fields import parse_money
from core.kernel.errors import Invalid
from core.kernel.money import Money
from core.people.accounts import service as people
from core.people.accounts.model import Person
from core.people.blocking.suspensions import check_not_suspended
from core.people.companies import service as company
from core.people.companies.model import INVITATION_VALID, ChangeMember, Invitation, Position, Rights

ANY: Final = "any"  # stored form of an answer without a limit
SHOWN: Final = 12  # members of a company; a larger one keeps its own list

router = Router()


# --- forms ------------------------------------------------------------------------------------------------------------


def read_limit(chat: ChatContext, text: str, _values: Values) -> Money | Literal["any"]:
    """Read "5000 EUR", "€20,000", "500,50 €", in euros by default, or that there is no limit. Raises Invalid."""
    if text.strip().casefold() in (ANY, chat.words("company.limit_any").casefold()):
        return ANY
    try:
        return parse_money(text, chat.market_context.catalogue, default_currency="EUR", language=chat.words.language)
    except Invalid as fault:
        if fault.code != "money.not_understood":
            raise
        raise Invalid("company.limit_unread", given=text[:40]) from fault


def write_limit(limit: Money | str) -> str:
    return f"{limit.amount:f} {limit.currency}" if isinstance(limit, Money) else limit


def _show_limit(chat: ChatContext, limit: Money | str) -> str:
    return chat.words.show(limit) if isinstance(limit, Money) else chat.words("company.limit_any")


def _rights(values: Values) -> Rights:
    """Return the rights in the form. A head has no limits, and others have none where they may do any amount."""
    amounts = {name: values[name] for name in AMOUNTS if isinstance(values.get(name), Money)}
    return Rights(positions=frozenset(values["positions"]), **amounts)


def _positions(chat: ChatContext, _values: Values) -> list[Option]:
    return [Option(value=each, label=chat.words(f"company.position.{each}")) for each in Position]


def _read_positions(_chat: ChatContext, text: str, _values: Values) -> tuple[Position, ...]:
    return tuple(Position(each) for each in text.split(",") if each)


def positions_in_words(words: Words, positions: Collection[Position]) -> str:
    """Return the names of these positions. A head does everything, so the others are not named."""
    named = [Position.HEAD] if Position.HEAD in positions else [each for each in Position if each in positions]
    return ", ".join(words(f"company.position.{each}") for each in named)


def _amount(name: str, *positions: Position) -> Field:
    """Return the question for an amount, for a person with one of these positions who is no head."""

    def applies(values: Values) -> bool:
        chosen = values.get("positions") or ()
        return Position.HEAD not in chosen and any(each in chosen for each in positions)

    return Field(
        name,
        read=read_limit,
        write=write_limit,
        show=_show_limit,
        applies=applies,
        max_length=40,
        example="5000 EUR",
    )


AMOUNTS: Final = ("limit", "budget", "release_limit")
FIELDS: Final = (
    Field(
        "positions",
        "choices",
        read=_read_positions,
        write=",".join,
        options=_positions,
        show=lambda chat, value: positions_in_words(chat.words, value),
        shapes_form=True,
        max_length=80,
    ),
    _amount("limit", Position.BUYER, Position.APPROVER),
    _amount("budget", Position.BUYER),
    _amount("release_limit", Position.PAYER),
)
INVITE = Form("invite", FIELDS)
MEMBER = Form("member", FIELDS)


def _invite(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    made = company.invite(chat.ctx, _rights(values))
    name = people.organisation_of(chat.ctx, chat.organisation).name
    words = chat.words
    ways = [
        words(
            "company.invited_by", at=each.called(words.language, "at"), command=f"{each.command_sign}join {made.code}"
        )
        for each in chat.market_context.platforms.values()
    ]
    invitation = chat.words(
        "company.invited",
        company=name,
        position=positions_in_words(chat.words, made.rights.positions),
        ways=reduce(lambda before, after: words("company.invited_or", before=before, next=after), ways),
        days=INVITATION_VALID.days,
    )
    chat.reply(Say(text=invitation))


def _change(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = ChangeMember(person_id=str(defaults.subject), rights=_rights(values))
    person = company.change_member(chat.ctx, command, defaults.expected_version)
    chat.as_new_message = True
    chat.reply(company_card(chat, note=chat.words("company.changed", name=person.name)))


def _whom(chat: ChatContext, defaults: FormDefaults) -> str:
    return people.person_of(chat.ctx, str(defaults.subject)).name


router.flow(Flow(INVITE, finish=_invite))
router.flow(Flow(MEMBER, finish=_change, intro=_whom))


# --- commands and buttons ---------------------------------------------------------------------------------------------


@router.command("company")
def my_company(chat: ChatContext, _rest: str) -> None:
    """Show the members of the company with their rights."""
    chat.reply(company_card(chat))


@router.command("join")
def join(chat: ChatContext, code: str) -> None:
    """`/join CODE`: join the company that issued the code."""
    if not code:
        chat.reply(Say(text=chat.words("company.join_how")))
        return
    check_not_suspended(chat.ctx, chat.organisation)
    joined = company.join(chat.ctx, code)
    if joined is None:
        chat.reply(Say(text=chat.words("company.code")))
        return
    chat.as_new_message = True
    chat.reply(company_card(chat, note=chat.words("company.joined", company=joined.name)))


@router.press("company.show")
def show(chat: ChatContext, _button: Press) -> None:
    chat.reply(company_card(chat))


@router.press("company.invite")
def invite(chat: ChatContext, _button: Press) -> None:
    chat.as_new_message = True
    chat.open("invite")


@router.press("company.change")
def change(chat: ChatContext, button: Press) -> None:
    """Open the form of a colleague's rights, filled with the current ones."""
    rights = company.rights_of(chat.ctx, button.subject)
    is_head = Position.HEAD in rights.positions
    known = {"positions": Position.HEAD if is_head else ",".join(each for each in Position if each in rights.positions)}
    if not is_head:
        known |= {name: write_limit(getattr(rights, name) or ANY) for name in AMOUNTS}
    chat.as_new_message = True
    chat.open("member", FormDefaults(known, button.subject, company.member_version(chat.ctx, button.subject)))


@router.press("company.remove")
def remove(chat: ChatContext, button: Press) -> None:
    """Remove a colleague or oneself. It is confirmed first, because no button undoes it."""
    words, name = chat.words, people.person_of(chat.ctx, button.subject).name
    mine = button.subject == chat.person.id
    if button.choice != YES:
        what = words("company.leave" if mine else "company.remove", name=name)
        yes = Button(
            label=words("sure.yes", what=what),
            press=press("company.remove", button.subject, None, YES),
            style="danger",
        )
        no = Button(label=words("sure.no"), press=press("company.show"))
        asked = words("company.leave_sure" if mine else "company.remove_sure", name=name)
        chat.reply(
            company_card(chat).model_copy(update={"turn": asked, "buttons": ((yes,), (no,)), "as_new_message": False})
        )
        return
    company.remove_member(chat.ctx, button.subject)
    chat.reply(Toast(text=words("company.removed", name=name)), company_card(chat))


@router.press("company.take_back")
def take_back(chat: ChatContext, button: Press) -> None:
    """Revoke an invitation code."""
    company.take_back(chat.ctx, button.subject)
    chat.reply(Toast(text=chat.words("company.taken_back", code=button.subject)), company_card(chat))


# --- the card ---------------------------------------------------------------------------------------------------------


def company_card(chat: ChatContext, note: str = "") -> Card:
    """Return the members of the company, with the buttons for its head."""
    words = chat.words
    everybody = people.members(chat.ctx, chat.organisation)[:SHOWN]
    heads = company.is_head(chat.ctx, chat.person.id)
    rows: list[tuple[Button, ...]] = []
    if heads:
        rows.append((Button(label=words("company.invite"), press=press("company.invite"), style="primary"),))
        rows += [_row(chat, person) for person in everybody if person.id != chat.person.id]
    invited = company.invitations(chat.ctx)[:SHOWN]
    rows += [(_take_back(chat, each),) for each in invited]
    if len(everybody) > 1:
        leave = press("company.remove", chat.person.id)
        rows.append((Button(label=words("company.leave"), press=leave, style="danger"),))
    return Card(
        subject="company",
        title=people.organisation_of(chat.ctx, chat.organisation).name,
        text=words("company.alone" if len(everybody) == 1 else "company.text"),
        lines=(*(_line(chat, person) for person in everybody), *(_invited_line(chat, each) for each in invited)),
        note=note,
        buttons=tuple(rows),
        as_new_message=chat.as_new_message,
    )


def _line(chat: ChatContext, person: Person) -> Line:
    return Line(label=person.name, value=_may(chat.words, company.rights_of(chat.ctx, person.id)))


def _may(words: Words, rights: Rights) -> str:
    """Return what a person may do, with the amounts that bind them."""
    parts = [positions_in_words(words, rights.positions)]
    if rights.has(Position.BUYER):
        parts.append(
            words("company.any_amount") if rights.limit is None else words("company.up_to", limit=rights.limit)
        )
    elif rights.has(Position.APPROVER) and rights.limit is not None:
        parts.append(words("company.approves_up_to", limit=rights.limit))
    if rights.budget is not None:
        parts.append(words("company.budget", budget=rights.budget))
    if rights.release_limit is not None and rights.has(Position.PAYER):
        parts.append(words("company.releases_up_to", limit=rights.release_limit))
    return " · ".join(parts)


def _invited_line(chat: ChatContext, made: Invitation) -> Line:
    """Return the line of an unused code."""
    until = chat.words("company.invited_until", until=made.expires_at)
    return Line(
        label=chat.words("company.invitation", code=made.code),
        value=f"{_may(chat.words, made.rights)} · {until}",
    )


def _take_back(chat: ChatContext, made: Invitation) -> Button:
    return Button(label=chat.words("company.take_back", code=made.code), press=press("company.take_back", made.code))


def _row(chat: ChatContext, person: Person) -> tuple[Button, ...]:
    words = chat.words
    return (
        Button(label=words("company.change", name=person.name), press=press("company.change", person.id)),
        Button(
            label=words("company.remove", name=person.name),
            press=press("company.remove", person.id),
            style="danger",
        ),
    )
