"""Registration: the first greeting, profile and role, and a confirmed e-mail."""

from __future__ import annotations

import json
import re
from typing import Final

from babel import Locale

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.countries import VAT_NUMBERS, country_named
from conversations.form_controller.drafts import go_on_or_open
from conversations.forms.form import BEFORE, Field, Form, Values
from conversations.forms.suggestions import nearest_option
from conversations.links import LED_TO, read_payload
from conversations.people.countries import countries_in, countries_like
from conversations.people.security_phrase import security_phrase_card
from conversations.reply import Button, Card, Line, Option, Say
from conversations.router import Flow, Router
from core.kernel.chat_state.memory import Topic
from core.kernel.chat_state.service import has_cards
from core.kernel.errors import Invalid, Refusal
from core.people.accounts import rules
from core.people.accounts import service as people
from core.people.accounts.model import EMAIL_CODE_DIGITS, CompleteProfile, ProveEmail, Role

# The countries of this trade, the nearest first: as many as one list holds. Other countries can be typed.
NEAR = (
    *("LT", "LV", "EE", "PL", "DE", "SE", "FI", "DK", "NO", "NL", "BE", "FR", "ES", "IT", "AT", "CZ", "UA", "GB"),
    *("IE", "PT", "CH", "LU", "SK", "SI", "HU", "RO", "BG", "HR", "RS", "BA", "GR", "CY", "MT", "IS", "MD", "AL"),
    *("MK", "ME", "TR", "GE", "US", "CA", "BR", "MY", "ID", "VN", "TH", "JP", "KR", "CN", "IN", "ZA", "AU", "NZ"),
    *("XK", "LI", "MC", "AD", "SM", "AM", "AZ", "KZ", "UZ", "IL", "JO", "AE", "SA", "QA", "OM", "EG", "MA", "TN"),
    *("DZ", "GH", "NG", "CI", "SN", "CM", "GA", "KE", "TZ", "UG", "RW", "MZ", "MG", "MX", "AR", "CL", "CO", "PE"),
    *("UY", "PY", "EC", "CR", "PA", "PH", "SG", "LK", "BD", "PK"),
)

GREETED: Final = Topic("greeted", str)  # on which platform

router = Router()


# --- hello ------------------------------------------------------------------------------------------------------------


@router.command("start")
def start(chat: ChatContext, payload: str) -> None:
    """Greet the person. A deep link opens its subject; otherwise the first card says what the market offers."""
    link = read_payload(payload)
    if link is not None and link.source:
        people.note_source(chat.ctx, link.source)
    if link is not None and link.thing in LED_TO:
        chat.press(LED_TO[link.thing], link.named)
        return
    thing, _, named = payload.partition("_")
    if thing == "c" and named:
        chat.command("join", named)
        return
    welcome(chat)


@router.press("welcome.first")
def first_look(chat: ChatContext, _button: Press) -> None:
    """Greet a person once when they open an empty chat, because an empty page explains nothing."""
    where = chat.chat_address
    been_here = has_cards(chat.ctx, where.platform, where.workspace, where.address)
    if not been_here and not chat.memory.get(GREETED):
        welcome(chat)


def welcome(chat: ChatContext) -> None:
    chat.memory.put(GREETED, chat.chat_address.platform)
    words, known = chat.words, bool(chat.person.roles)
    buttons: list[tuple[Button, ...]] = [
        (
            to_command(words, "find", "primary"),
            to_command(words, "sell"),
        ),
        (
            to_command(words, "experts"),
            to_command(words, "tour"),
        ),
    ]
    help_me = to_command(words, "help")
    profile = to_command(words, "profile")
    buttons.append((help_me,) if known else (profile, help_me))
    chat.reply(
        Card(
            subject="welcome",
            title=words("welcome.title", name=chat.person.name),
            text=welcome_text(chat),
            note=words("welcome.example"),
            buttons=tuple(buttons),
        )
    )


@router.command("tour")
def tour(chat: ChatContext, _rest: str) -> None:
    """Show how the market works, from a listing to the released money, to a person without an account."""
    words = chat.words
    steps = ("find", "offer", "sign", "pay", "deliver", "release", "review")
    chat.reply(
        Card(
            title=words("tour.title"),
            lines=tuple(
                Line(label=f"{number}. {words(f'tour.{step}')}", value=words(f"tour.{step}.text"))
                for number, step in enumerate(steps, start=1)
            ),
            buttons=((to_command(words, "find", "primary"),),),
        )
    )


# --- profile ----------------------------------------------------------------------------------------------------------


def _countries(chat: ChatContext, _values: Values) -> list[Option]:
    names = chat.words.locale.territories
    return [Option(value=code, label=names.get(code, code)) for code in NEAR]


def _find_countries(chat: ChatContext, part: str, _values: Values) -> list[Option]:
    """Return all countries for a part of their name; without one, the countries of this trade."""
    if not part.strip():
        return _countries(chat, {})
    return countries_like(part, chat.words.locale, chat.market_context.catalogue.countries)


def _read_country(chat: ChatContext, text: str, _values: Values) -> str:
    """Read a country by its code or name.

    A whole name may be in any language; a misspelt one in the person's or English.
    """
    code, english = text.strip().upper(), countries_in(Locale.parse("en"))
    if any(each.value == code for each in english):
        return code
    if (named := country_named(chat, text)) is not None:
        return named
    all_names = [*countries_in(chat.words.locale), *english]
    found = nearest_option(text, all_names, sure=90)  # some of the 500 names resembles any text
    if found is None:
        raise Invalid("profile.country_unknown", given=text[:40])
    return found


def _read_vat(_chat: ChatContext, text: str, values: Values) -> str:
    """Read a VAT number by the rules of its country, if that is known.

    In a window it may be typed before the country.
    """
    return rules.vat_number(text, values["country"]) if "country" in values else text


def _such_number(_chat: ChatContext, values: Values) -> str | None:
    """Return an example of a VAT number of that country."""
    return VAT_NUMBERS.get(values.get("country", ""))


def _read_roles(_chat: ChatContext, text: str, _values: Values) -> str:
    return text


PROFILE = Form(
    "profile",
    (
        Field(BEFORE, fixed=True, optional=True),  # the known values of a registered person
        Field(
            "role",
            "choice",
            read=_read_roles,
            options=lambda chat, _values: [
                Option(value=each, label=chat.words(f"profile.role.{each}")) for each in ("buyer", "seller", "both")
            ],
            show=lambda chat, value: chat.words(f"profile.role.{value}"),
        ),
        Field("company", max_length=120),
        Field(
            "country",
            "choice",
            read=_read_country,
            options=_countries,
            finds=_find_countries,
            show=lambda chat, value: chat.words.locale.territories.get(value, value),
            open_choice=True,
            shapes_form=True,
        ),
        Field("vat_number", read=_read_vat, such_as=_such_number, optional=True, max_length=20),
    ),
)


def _complete(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    role, arrives = values["role"], not chat.person.roles
    roles = frozenset(Role) if role == "both" else frozenset({Role(role)})
    if len(values["company"].strip()) < 2:
        raise Invalid("profile.company_short", field="company")
    people.complete_profile(
        chat.ctx,
        CompleteProfile(
            roles=roles,
            company=values["company"].strip(),
            country=values["country"],
            vat_number=values.get("vat_number"),
            zone=chat.market_context.places.zone_of(values["country"]),
        ),
    )
    buttons: list[Button] = []
    if chat.person.email_proved_at is None and chat.market_context.sends_mail:
        buttons.append(to_command(chat.words, "email"))
    if Role.SELLER in roles and chat.market_context.takes_payments:
        buttons.append(Button(label=chat.words("payout.set_up"), press=press("payout.set_up")))
    go = "sell" if Role.SELLER in roles else "find"
    buttons.append(to_command(chat.words, go, "primary"))
    chat.reply(Say(text=chat.words("profile.done", company=values["company"]), buttons=(tuple(buttons),)))
    if arrives:
        chat.reply(security_phrase_card(chat))


router.flow(Flow(PROFILE, finish=_complete))


@router.command("profile")
def profile(chat: ChatContext, _rest: str) -> None:
    """Open the profile form with the known values, or the draft already begun."""
    organisation = people.organisation_of(chat.ctx, chat.organisation)
    known: dict[str, str] = {}
    if chat.person.roles:
        known["role"] = "both" if len(chat.person.roles) > 1 else chat.person.roles[0]
        known["company"] = organisation.name
    if organisation.country:
        known["country"] = organisation.country
    if organisation.vat_number:
        known["vat_number"] = organisation.vat_number
    opened = known | {BEFORE: json.dumps(known, ensure_ascii=False)} if known else known
    go_on_or_open(chat, PROFILE.name, FormDefaults(opened))


def welcome_text(chat: ChatContext) -> str:
    """Return what this market is, and whether it holds the money of deals."""
    return chat.words("welcome.text" if chat.market_context.takes_payments else "welcome.text_direct")


# --- e-mail -----------------------------------------------------------------------------------------------------------

EMAIL = Form("email", (Field("email", "email", max_length=254, example="anna@example.org"),), review=False)
CODE_FIGURES = re.compile(f"[0-9]{{{EMAIL_CODE_DIGITS}}}")
CODE = Form("code", (Field("code", max_length=10),), review=False)


def _claim(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    try:
        command = ProveEmail(email=values["email"].strip())
    except ValueError as fault:
        raise Invalid("email.not_an_address", field="email", given=values["email"][:80]) from fault
    people.claim_email(chat.ctx, command)
    button = Button(label=chat.words("email.enter_code"), press=press("email.code"), style="primary")
    chat.reply(Say(text=chat.words("email.sent", email=command.email), buttons=((button,),)))


def _prove(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    _try(chat, values["code"])


@router.hears
def hear_code(chat: ChatContext, text: str) -> bool:
    """Take six figures as the code that is on its way by mail. In a deal's room they are a message to the deal."""
    given = text.strip()
    if not CODE_FIGURES.fullmatch(given) or chat.room is not None or not people.awaits_code(chat.ctx):
        return False
    _try(chat, given)
    return True


def _try(chat: ChatContext, given: str) -> None:
    left = people.prove_email(chat.ctx, given)
    if left is None:
        chat.reply(Say(text=chat.words("email.proved", email=chat.person.email)))
        return
    again = Button(label=chat.words("email.enter_code"), press=press("email.code"), style="primary")
    chat.reply(Say(text=chat.words("email.code_wrong", count=left), buttons=((again,),)))


router.flow(Flow(EMAIL, finish=_claim))
router.flow(Flow(CODE, finish=_prove))


@router.command("email")
def email(chat: ChatContext, address: str) -> None:
    """`/email anna@example.org`: send a six-digit code there."""
    if not chat.market_context.sends_mail:
        raise Refusal("email.not_sent_here")
    chat.open("email", FormDefaults({"email": address} if address else {}))


@router.command("code")
def code(chat: ChatContext, given: str) -> None:
    """`/code 123456`: confirm the address by the code from the mail."""
    chat.open("code", FormDefaults({"code": given} if given else {}))


@router.press("email.code")
def enter_code(chat: ChatContext, _button: Press) -> None:
    chat.as_new_message = True
    chat.open("code")
