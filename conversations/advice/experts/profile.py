"""The consultant's profile: its form, weekly hours by sentence, being free now, and booking rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from pydantic import HttpUrl, TypeAdapter, ValidationError

from conversations.advice.experts.card import hours_lines, rate_in_words
from conversations.advice.experts.introduction import answers_in
from conversations.advice.experts.own_card import own_card
from conversations.advice.experts.places import towns
from conversations.advice.experts.rates import read_rate, write_rate
from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import option, read_whole_number
from conversations.forms.form import Field, Form, Values
from conversations.people.contact_warnings import free_text
from conversations.reply import Option, Toast
from conversations.router import Flow, Router
from conversations.wording import listed
from core.advice.availability.dates import dates_in
from core.advice.availability.weekly_hours import read_hours
from core.advice.experts import service as experts
from core.advice.experts.model import (
    FIELDS_AT_MOST,
    LENGTHS,
    LONGEST_SKILL,
    SHORTEST_SKILL,
    SKILLS_AT_MOST,
    ChangeExpertise,
    Expert,
    OfferExpertise,
    Rate,
)
from core.advice.free_minutes import FREE_WINDOW
from core.advice.sessions.rules import price_of
from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import Money
from core.people.accounts.service import ZONE_UNKNOWN

POLICIES: Final = ("flexible", "standard", "strict")
ROOMS: Final = ("chat", "video", "own")
# The fields of this market's trade come first, those of other trades after them.
FIRST_FIELDS: Final = (
    "bioenergy_engineering",
    "fuel_quality",
    "sustainability_certs",
    "trade_logistics",
    "forestry_agri",
)
LINK: Final = TypeAdapter(HttpUrl)

router = Router()


# --- the form ---------------------------------------------------------------------------------------------------------


def _fields(chat: ChatContext, _values: Values) -> list[Option]:
    language, known = chat.words.language, chat.market_context.catalogue.expertise
    ids = dict.fromkeys((*(each for each in FIRST_FIELDS if each in known), *known))
    return [option(each, known[each].title(language)) for each in ids]


def _languages(chat: ChatContext, _values: Values) -> list[Option]:
    return [option(code, chat.words.locale.languages.get(code, code)) for code in LANGUAGES]


def _read_several(_chat: ChatContext, text: str, _values: Values) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _read_fields(chat: ChatContext, text: str, values: Values) -> tuple[str, ...]:
    chosen = _read_several(chat, text, values)
    if len(chosen) > FIELDS_AT_MOST:
        raise Invalid("expert.fields_most", most=FIELDS_AT_MOST)
    return chosen


def _read_skills(chat: ChatContext, text: str, values: Values) -> tuple[str, ...]:
    skills = _read_several(chat, text, values)
    if len(skills) > SKILLS_AT_MOST or any(not SHORTEST_SKILL <= len(skill) <= LONGEST_SKILL for skill in skills):
        raise Invalid("expert.skills_most", most=SKILLS_AT_MOST, shortest=SHORTEST_SKILL, longest=LONGEST_SKILL)
    return skills


def _read_hours(chat: ChatContext, text: str, _values: Values) -> str:
    """Check that the hours can be read, and keep the sentence itself. Without a known zone, it has to name one."""
    dates = dates_in(folded(text), chat.words.language, chat.today)
    if dates:
        given = text[dates[0].start : dates[-1].end] if len(folded(text)) == len(text) else ""
        raise Invalid("hours.weekly_only", field="hours", given=given.strip() or chat.words.show(dates[0].first))
    hours = read_hours(text, chat.words.language, towns(chat))
    if hours.zone is None and chat.person.zone == ZONE_UNKNOWN:
        raise Invalid("hours.which_clock", field="hours", given=text)
    return text


def _show_hours(chat: ChatContext, text: str) -> str:
    hours = read_hours(text, chat.words.language, towns(chat))
    zone = hours.zone or chat.person.zone
    return f"{listed(chat.words, hours_lines(chat, hours.days))} ({chat.words.clock_of(zone)})"


def _read_link(_chat: ChatContext, text: str, _values: Values) -> str:
    try:
        return str(LINK.validate_python(text.strip()))
    except ValidationError as fault:
        raise Invalid("expert.link_unread", given=text[:80]) from fault


def _choice(name: str, choices: tuple[str, ...]) -> Field:
    return Field(
        name,
        "choice",
        options=lambda chat, _values: [
            option(each, chat.words(f"expert.{name}.{each}")) for each in choices if _is_open(chat, each)
        ],
        show=lambda chat, value: chat.words(f"expert.{name}.{value}"),
        shapes_form=name == "room",
    )


def _is_open(chat: ChatContext, choice: str) -> bool:
    """Return True if this room can be chosen. Our own rooms need a server."""
    return choice != "video" or (chat.market_context.rooms is not None and chat.market_context.rooms.video is not None)


def _named(kind: str) -> Any:
    def show(chat: ChatContext, chosen: tuple[str, ...]) -> str:
        options = {each.value: each.label for each in (_fields if kind == "fields" else _languages)(chat, {})}
        return chat.words.show(tuple(options.get(each, each) for each in chosen))

    return show


PROFILE = Form(
    "expert",
    (
        Field("headline", read=free_text, min_length=5, max_length=120),
        Field("bio", "long_text", read=free_text, min_length=20, max_length=1500),
        Field(
            "fields",
            "choices",
            read=_read_fields,
            write=",".join,
            options=_fields,
            show=_named("fields"),
            max_length=200,
        ),
        Field("skills", read=_read_skills, write=", ".join, optional=True, max_length=400, example="ash melting, CFD"),
        Field(
            "languages",
            "choices",
            read=_read_several,
            write=",".join,
            options=_languages,
            show=_named("languages"),
            max_length=80,
        ),
        Field(
            "lengths",
            "choices",
            read=_read_several,
            write=",".join,
            options=lambda chat, _values: [
                option(str(each), chat.words("expert.minutes", count=each)) for each in LENGTHS
            ],
            show=lambda chat, value: chat.words("expert.lengths_shown", lengths=tuple(value)),
        ),
        Field("rate", read=read_rate, write=write_rate, show=rate_in_words, max_length=60, example="90 EUR"),
        Field("hours", read=_read_hours, show=_show_hours, max_length=300, example="weekdays 9-17 Vilnius"),
        _choice("policy", POLICIES),
        _choice("room", ROOMS),
        Field(
            "own_link",
            read=_read_link,
            applies=lambda values: values.get("room") == "own",
            max_length=300,
            example="https://meet.example.org/anna",
        ),
    ),
)


def _offer(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    command = OfferExpertise(**{**values, "lengths": tuple(int(each) for each in values["lengths"])})
    expert = experts.offer_expertise(chat.ctx, chat.market_context.catalogue, command, towns(chat))
    chat.reply(own_card(chat, expert, note=chat.words("expert.listed")))


EXAMPLE: Final = Rate(basis="session", minor=90_00, currency="EUR")
A_WEEK, A_MONTH = 3, 13  # paid sessions: thirteen weeks have as many months as three


def _intro(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the introduction and an example of earnings, from the rate in the form or from an example rate."""
    values = PROFILE.look(chat, defaults.answers).values
    rate: Rate = values.get("rate", EXAMPLE)
    lengths = [int(each) for each in values.get("lengths", ("30",))]
    price = price_of(rate, min(lengths), FREE_WINDOW)
    net = price - price.share(chat.market_context.session_bp)
    return "\n".join(
        (
            chat.words("expert.intro"),
            chat.words(
                "expert.comes_to",
                rate=rate_in_words(chat, rate),
                count=A_WEEK,
                net=Money(net.minor * A_MONTH, net.currency),
                percent=Decimal(chat.market_context.session_bp) / 100,
            ),
        )
    )


router.flow(Flow(PROFILE, finish=_offer, intro=_intro))


def _answers(chat: ChatContext, expert: Expert) -> dict[str, str]:
    known = {
        "headline": expert.headline,
        "bio": expert.bio,
        "fields": ",".join(expert.fields),
        "languages": ",".join(expert.languages),
        "rate": write_rate(expert.rate),
        "lengths": ",".join(str(each) for each in expert.lengths),
        "hours": f"{'; '.join(hours_lines(chat, expert.hours))} {expert.zone}",
        "policy": expert.policy,
        "room": expert.room,
    }
    if expert.skills:
        known["skills"] = ", ".join(expert.skills)
    if expert.own_link:
        known["own_link"] = expert.own_link
    return known


# --- commands and buttons ---------------------------------------------------------------------------------------------


@router.command("expert")
def expert(chat: ChatContext, sentence: str) -> None:
    """Show my profile as a consultant, or open its form if there is none.

    `/expert Grate boilers, 120 EUR/h, Mon-Thu 9-17`: the sentence fills in the form.
    """
    if not chat.market_context.takes_payments:
        raise Refusal("expert.not_paid_here")
    profile = experts.own_profile(chat.ctx)
    if profile is None or sentence:
        known = _answers(chat, profile) if profile is not None else {}
        chat.open("expert", FormDefaults(known | (answers_in(chat, sentence) if sentence else {})))
        return
    chat.reply(own_card(chat, profile))


@router.press("expert.edit")
def edit(chat: ChatContext, _press: Press) -> None:
    profile = experts.own_profile(chat.ctx)
    chat.as_new_message = True
    chat.open("expert", FormDefaults(_answers(chat, profile)) if profile is not None else None)


@router.press("expert.free")
def free_now(chat: ChatContext, _press: Press) -> None:
    chat.reply(own_card(chat, experts.say_free_now(chat.ctx)))
    chat.reply(Toast(text=chat.words("expert.free_toast")))


@router.press("expert.busy")
def busy(chat: ChatContext, _press: Press) -> None:
    chat.reply(own_card(chat, experts.say_busy(chat.ctx)))


@router.press("expert.back")
def come_back(chat: ChatContext, _press: Press) -> None:
    chat.reply(own_card(chat, experts.come_back(chat.ctx)))


@router.press("expert.mine")
def mine(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    expert(chat, "")


# --- the rules of booking ------------------------------------------------------------------------------


RULES = Form(
    "expert_rules",
    (
        Field(
            "air",
            "number",
            read=lambda _chat, text, _values: read_whole_number(0, 120, text),
            show=lambda chat, value: chat.words("expert.minutes", count=value),
            example="15",
        ),
        Field(
            "notice",
            "number",
            read=lambda _chat, text, _values: read_whole_number(0, 7 * 24, text),
            show=lambda chat, value: chat.words("expert.hours_count", count=value),
            example="24",
        ),
        Field("per_day", "number", read=lambda _chat, text, _values: read_whole_number(1, 20, text), example="4"),
    ),
)


def _keep_rules(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    command = ChangeExpertise(
        air_minutes=values["air"], notice_minutes=values["notice"] * 60, per_day=values["per_day"]
    )
    chat.reply(own_card(chat, experts.change_expertise(chat.ctx, chat.market_context.catalogue, command)))


router.flow(Flow(RULES, finish=_keep_rules))


@router.press("expert.rules")
def rules(chat: ChatContext, _press: Press) -> None:
    profile = experts.own_profile(chat.ctx)
    if profile is None:
        raise Invalid("expert.not_one")
    known = {
        "air": str(profile.air_minutes),
        "notice": str(profile.notice_minutes // 60),
        "per_day": str(profile.per_day),
    }
    chat.as_new_message = True
    chat.open("expert_rules", FormDefaults(known))
