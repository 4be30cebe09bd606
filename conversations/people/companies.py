"""A company's people: who works for it, up to what amount each signs alone, and how a colleague comes in."""

from __future__ import annotations

from typing import Final, Literal

from conversations.buttons import Press, press
from conversations.chat_context import Opening, Talk
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Line, Option, Say, Toast
from conversations.router import Book, Flow
from conversations.steps import YES
from core.discovery.search.sentence.parse import parse_money
from core.kernel.errors import Invalid
from core.kernel.money import Money
from core.people.accounts import service as people
from core.people.accounts.model import Person
from core.people.companies import service as company
from core.people.companies.model import INVITATION_VALID, ChangeMember, Invitation, Invite, Position

ANY: Final = "any"  # how an answer is kept that sets no limit
SHOWN: Final = 12  # of a company's people; more of them than that keep a list of their own

book = Book()


# --- forms ------------------------------------------------------------------------------------------------------------


def read_limit(talk: Talk, text: str, _values: Values) -> Money | Literal["any"]:
    """ "5000 EUR", "€20,000", "500,50 €"; euros when no currency is said; or that there is no limit. Raises Invalid."""
    if text.strip().casefold() in (ANY, talk.words("company.limit_any").casefold()):
        return ANY
    try:
        return parse_money(text, talk.almanac.catalogue, default_currency="EUR", language=talk.words.language)
    except Invalid as fault:
        if fault.code != "money.not_understood":
            raise
        raise Invalid("company.limit_unread", given=text[:40]) from fault


def write_limit(limit: Money | str) -> str:
    return f"{limit.amount:f} {limit.currency}" if isinstance(limit, Money) else limit


def _show_limit(talk: Talk, limit: Money | str) -> str:
    return talk.words.show(limit) if isinstance(limit, Money) else talk.words("company.any_amount")


def _limit(values: Values) -> Money | None:
    """What the form says of it: nothing for a head, and for whoever may sign any amount."""
    said = values.get("limit")
    return said if isinstance(said, Money) else None


def _positions(talk: Talk, _values: Values) -> list[Option]:
    return [Option(value=each, label=talk.words(f"company.position.{each}")) for each in reversed(Position)]


POSITION = Field(
    "position",
    "choice",
    read=lambda _talk, text, _values: Position(text),
    options=_positions,
    show=lambda talk, value: talk.words(f"company.position.{value}"),
    shapes_form=True,
)
LIMIT = Field(
    "limit",
    read=read_limit,
    write=write_limit,
    show=_show_limit,
    applies=lambda values: values.get("position") not in (None, Position.HEAD),
    max_length=40,
    example="5000 EUR",
)

INVITE = Form("invite", (POSITION, LIMIT))
MEMBER = Form("member", (POSITION, LIMIT))


def _invite(talk: Talk, _opening: Opening, values: Values) -> None:
    made = company.invite(talk.ctx, Invite(position=values["position"], limit=_limit(values)))
    name = people.organisation_of(talk.ctx, talk.organisation).name
    on_telegram, on_slack = f"/join {made.code}", f"/parley join {made.code}"
    said = talk.words(
        "company.invited",
        company=name,
        position=talk.words(f"company.position.{made.position}"),
        telegram=on_telegram,
        slack=on_slack,
        days=INVITATION_VALID.days,
    )
    talk.reply(Say(text=said))


def _change(talk: Talk, opening: Opening, values: Values) -> None:
    command = ChangeMember(person_id=str(opening.subject), position=values["position"], limit=_limit(values))
    person = company.change_member(talk.ctx, command, opening.seen)
    talk.fresh = True
    talk.reply(company_card(talk, note=talk.words("company.changed", name=person.name)))


def _whom(talk: Talk, opening: Opening) -> str:
    return people.person_of(talk.ctx, str(opening.subject)).name


book.flow(Flow(INVITE, finish=_invite))
book.flow(Flow(MEMBER, finish=_change, intro=_whom))


# --- commands and buttons ---------------------------------------------------------------------------------------------


@book.command("company")
def my_company(talk: Talk, _rest: str) -> None:
    """The people of the company, and what each of them may do."""
    talk.reply(company_card(talk))


@book.command("join")
def join(talk: Talk, code: str) -> None:
    """`/join CODE`: come into the company of whoever gave the code."""
    if not code:
        talk.reply(Say(text=talk.words("company.join_how")))
        return
    joined = company.join(talk.ctx, code)
    talk.fresh = True
    talk.reply(company_card(talk, note=talk.words("company.joined", company=joined.name)))


@book.press("company.show")
def show(talk: Talk, _pressed: Press) -> None:
    talk.reply(company_card(talk))


@book.press("company.invite")
def invite(talk: Talk, _pressed: Press) -> None:
    talk.fresh = True
    talk.open("invite")


@book.press("company.change")
def change(talk: Talk, pressed: Press) -> None:
    """What a colleague may do, in a form that holds what they may do now."""
    position, limit = company.position_of(talk.ctx, pressed.subject), company.limit_of(talk.ctx, pressed.subject)
    known = {"position": str(position)}
    if position is not Position.HEAD:
        known["limit"] = write_limit(limit or ANY)
    talk.fresh = True
    talk.open("member", Opening(known, pressed.subject, company.seen(talk.ctx, pressed.subject)))


@book.press("company.remove")
def remove(talk: Talk, pressed: Press) -> None:
    """A colleague goes, or the person themselves; asked once more, for it cannot be taken back by a button."""
    words, name = talk.words, people.person_of(talk.ctx, pressed.subject).name
    mine = pressed.subject == talk.person.id
    if pressed.choice != YES:
        what = words("company.leave" if mine else "company.remove", name=name)
        yes = Button(
            label=words("sure.yes", what=what),
            press=press("company.remove", pressed.subject, None, YES),
            style="danger",
        )
        no = Button(label=words("sure.no"), press=press("company.show"))
        asked = words("company.leave_sure" if mine else "company.remove_sure", name=name)
        talk.reply(company_card(talk).model_copy(update={"turn": asked, "buttons": ((yes,), (no,)), "fresh": False}))
        return
    company.remove_member(talk.ctx, pressed.subject)
    talk.reply(Toast(text=words("company.removed", name=name)), company_card(talk))


@book.press("company.take_back")
def take_back(talk: Talk, pressed: Press) -> None:
    """A code that went astray brings nobody in."""
    company.take_back(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("company.taken_back", code=pressed.subject)), company_card(talk))


# --- the card ---------------------------------------------------------------------------------------------------------


def company_card(talk: Talk, note: str = "") -> Card:
    """Everybody who works for the company, and the buttons of whoever heads it."""
    words = talk.words
    everybody = people.members(talk.ctx, talk.organisation)[:SHOWN]
    heads = company.position_of(talk.ctx, talk.person.id) is Position.HEAD
    rows: list[tuple[Button, ...]] = []
    if heads:
        rows.append((Button(label=words("company.invite"), press=press("company.invite"), style="primary"),))
        rows += [_row(talk, person) for person in everybody if person.id != talk.person.id]
    invited = company.invitations(talk.ctx)[:SHOWN]
    rows += [(_take_back(talk, each),) for each in invited]
    if len(everybody) > 1:
        leave = press("company.remove", talk.person.id)
        rows.append((Button(label=words("company.leave"), press=leave, style="danger"),))
    return Card(
        subject="company",
        title=people.organisation_of(talk.ctx, talk.organisation).name,
        text=words("company.alone" if len(everybody) == 1 else "company.text"),
        lines=(*(_line(talk, person) for person in everybody), *(_invited_line(talk, each) for each in invited)),
        note=note,
        buttons=tuple(rows),
        fresh=talk.fresh,
    )


def _line(talk: Talk, person: Person) -> Line:
    position, limit = company.position_of(talk.ctx, person.id), company.limit_of(talk.ctx, person.id)
    return Line(label=person.name, value=_may(talk, position, limit))


def _may(talk: Talk, position: Position, limit: Money | None) -> str:
    words = talk.words
    alone = words("company.any_amount") if limit is None else words("company.up_to", limit=limit)
    return f"{words(f'company.position.{position}')} · {alone}"


def _invited_line(talk: Talk, made: Invitation) -> Line:
    """A code that nobody has used yet."""
    until = talk.words("company.invited_until", until=made.expires_at)
    return Line(
        label=talk.words("company.invitation", code=made.code),
        value=f"{_may(talk, made.position, made.limit)} · {until}",
    )


def _take_back(talk: Talk, made: Invitation) -> Button:
    return Button(label=talk.words("company.take_back", code=made.code), press=press("company.take_back", made.code))


def _row(talk: Talk, person: Person) -> tuple[Button, ...]:
    words = talk.words
    return (
        Button(label=words("company.change", name=person.name), press=press("company.change", person.id)),
        Button(
            label=words("company.remove", name=person.name),
            press=press("company.remove", person.id),
            style="danger",
        ),
    )
