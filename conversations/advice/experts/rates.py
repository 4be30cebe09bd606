"""Reader of a consultant's rate: "90 EUR", "€2 a minute", "120 EUR/h", "90 EUR for 30 minutes".

A partly read price would be published wrong, so every word beside the amount has to be understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from conversations.advice.experts.card import rate_in_words
from conversations.chat_context import ChatContext
from conversations.forms.form import Values
from core.advice.experts import service as experts
from core.advice.experts.model import Rate
from core.advice.experts.rates import an_hour_of, is_odd
from core.advice.experts.rules import check_most, least_rate
from core.catalogue.language.fields import parse_money
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.language.patterns import any_of, words_meaning
from core.catalogue.language.shorthand import expand_shorthand
from core.catalogue.model import Catalogue
from core.kernel.chat_state.memory import Topic
from core.kernel.decimals import half_up
from core.kernel.errors import Invalid
from core.kernel.inbox import CurrentInput
from core.kernel.money import CURRENCIES, Money

AN_HOUR: Final = 60  # minutes
LONGEST: Final = 24 * AN_HOUR
ASKED_BACK: Final = Topic("rate", str)  # by the written rate: the input for which it was confirmed
SHOWN: Final = 40  # letters of unreadable text
CURRENCY: Final = re.compile(r"[A-Z]{3}(?![^\W_])")  # a currency code without a readable amount

# Folded, like all text compared with them. A stem may end in any way: "minut" is "minutes", "Minuten", "minučių".
MINUTE: Final = re.compile(r"min|minu[^\W\d_]*|хв|хвилин[^\W\d_]*")
SESSION: Final = re.compile(
    r"(?:session|sesion|sess?i[jo]|sesj|seanc|seans|sitzung|gesprach|beratung|termin|consult|konsult|colloqui|spotkan"
    r"|talk|call|meeting|сес|консульт|сеанс|зустріч)[^\W\d_]*"
)
TOKEN: Final = re.compile(r"[0-9]+|[^\W\d_]+(?:'[^\W\d_]+)?|[^\w\s]")

Per = Literal["session", "minute", "hour"]


@dataclass(frozen=True, slots=True)
class WrittenRate:
    """An amount and its unit. `minutes`: the length of session that it was said for."""

    amount: Money
    per: Per
    minutes: int | None = None


def read_rate(chat: ChatContext, text: str, values: Values) -> Rate:
    """Read a rate: "90 EUR" is per session, "2 EUR/min" per minute. An hourly rate is kept per minute.

    The currency is euros if none is said. An odd or rounded amount is confirmed once. Raises Invalid.
    """
    lengths = [int(each) for each in values.get("lengths", ())]
    written = parse_rate(text, chat.market_context.catalogue, chat.words.language, chat.market_context.held)
    if written.minutes is not None and lengths and lengths != [written.minutes]:
        raise Invalid(
            "expert.rate_of_another_length",
            minutes=written.minutes,
            lengths=chat.words.one_of(lengths),
            session=str(written.amount),
            minute=f"{_by_the_minute(written.amount, written.minutes)}/min",
        )
    rate = rate_of(written)
    shown, hour = rate_in_words(chat, rate, lengths), an_hour_of(rate, lengths)
    if written.per == "hour" and hour != written.amount and _is_new(chat, f"rounded:{written.amount}"):
        raise Invalid("expert.rate_rounded", rate=shown, hour=hour)
    odd = is_odd(chat.ctx, chat.market_context.catalogue, rate, lengths) and not _stands(chat, rate)
    if odd and _is_new(chat, f"odd:{write_rate(rate)}"):
        raise Invalid("expert.rate_odd", rate=shown, hour=hour)
    return rate


def write_rate(rate: Rate) -> str:
    return f"{rate.amount.amount:f} {rate.currency}{'/min' if rate.basis == 'minute' else ''}"


def parse_rate(text: str, catalogue: Catalogue, language: str, held: frozenset[str] | None = None) -> WrittenRate:
    """Return the amount and its unit. `held`: the payable currencies; None: any. Raises Invalid."""
    normalised = NormalisedText.of(expand_shorthand(text.strip().rstrip("."), catalogue))
    unread = Invalid("expert.rate_unread", given=text.strip()[:SHOWN])
    found = grammar_of(catalogue).money.match(normalised.text)
    if found is None:
        raise Invalid("number.negative", given=text.strip()[:SHOWN]) if normalised.text[:1] in {"-", "−"} else unread
    end = max(found.end("number"), found.end("after"))  # the unit begins with the space before it
    what_for = None if found["before"] and found["after"] else _what_for(catalogue, normalised.text[end:])
    if what_for is None:
        code = "" if found["before"] or found["after"] else normalised.as_written(end, len(normalised.text)).strip()
        if CURRENCY.match(code):
            _check_held(code[:3], held)
        raise unread
    money = normalised.as_written(found.start(), end).strip()
    amount = parse_money(money, catalogue, default_currency=_usual_currency(held), language=language)
    _check_held(amount.currency, held)
    return WrittenRate(amount, *what_for)


def rate_of(written: WrittenRate) -> Rate:
    """Return the rate to keep: the price of a session or of a minute. Raises Invalid."""
    basis: Literal["session", "minute"] = "session" if written.per == "session" else "minute"
    amount = _by_the_minute(written.amount, AN_HOUR) if written.per == "hour" else written.amount
    if not amount:
        least = least_rate(written.amount.currency)
        raise Invalid("expert.rate_too_low", least=least) if written.amount else Invalid("expert.rate_zero")
    check_most(amount)
    return Rate(basis=basis, minor=amount.minor, currency=amount.currency)


# --- the unit ---------------------------------------------------------------------------------------------------------


def _what_for(catalogue: Catalogue, tail: str) -> tuple[Per, int | None] | None:
    """Read the unit behind the amount: "/min", "per hour", "for 30 minutes", "a session of 60 min", or an empty text.

    Return None for anything else.
    """
    hourly, joining = _words_of(catalogue)
    if hourly.fullmatch(tail):
        return "hour", None
    tokens = TOKEN.findall(tail)
    told = [token for token in tokens if token not in joining]
    alone = told[:1] != tokens[:1]  # a small word, or "/", separates a number from the amount
    match [_kind(token) for token in told]:
        case ([] | ["session"]) as kinds if kinds or not tokens:
            return "session", None
        case ["minute"]:
            return "minute", None
        case ["number", "minute"] if alone:
            return ("minute", None) if told[0] == "1" else ("session", int(told[0]))
        case ["session", "number", "minute"]:
            return "session", int(told[1])
    return None


def _kind(token: str) -> str:
    if token.isascii() and token.isdigit():
        return "number" if 0 < int(token[:6]) <= LONGEST else ""
    if MINUTE.fullmatch(token):
        return "minute"
    return "session" if SESSION.fullmatch(token) else ""


@lru_cache(maxsize=4)
def _words_of(catalogue: Catalogue) -> tuple[re.Pattern[str], frozenset[str]]:
    """Return the pattern that makes an amount an hourly price, and the small words before a unit."""
    words = catalogue.words
    hour, hourly = any_of(words.all("hour")), any_of(words.all("hourly"))
    per = words_meaning(words, "per", "for_one")
    before = rf"(?:\s*/\s*|\s+(?:{any_of(per)}\s+){{0,2}})"
    return re.compile(rf"{before}(?:(?:1\s*)?{hour}|{hourly})"), per | {"/"}


# --- the result -------------------------------------------------------------------------------------------------------


def _usual_currency(held: frozenset[str] | None) -> str:
    return "EUR" if held is None or "EUR" in held else min(held)


def _check_held(currency: str, held: frozenset[str] | None) -> None:
    """Raise Invalid for a currency in which sessions cannot be paid here, including an unknown one."""
    paid = held or frozenset(CURRENCIES)
    if currency not in paid:
        shown = ", ".join(sorted(paid))
        raise Invalid("expert.rate_not_held", given=currency, held=shown, first=_usual_currency(held))


def _by_the_minute(amount: Money, minutes: int) -> Money:
    """Return the price per minute, to the nearest cent."""
    return Money(half_up(Fraction(amount.minor, minutes)), amount.currency)


def _stands(chat: ChatContext, rate: Rate) -> bool:
    """Return True if the profile already has this rate. A change of another line does not confirm it again."""
    profile = experts.own_profile(chat.ctx)
    return profile is not None and profile.rate == rate


def _is_new(chat: ChatContext, rate: str) -> bool:
    """Return True if this rate was not sent and confirmed before.

    A window that is still being filled is not sent. One input may be read several times.
    """
    sent, asked_of = chat.ctx.collected(CurrentInput).key or "", chat.memory.get(ASKED_BACK, about=rate)
    if asked_of and asked_of != sent:
        return False
    if chat.update.is_sent:
        chat.memory.put(ASKED_BACK, sent, about=rate)
    return True
