"""Sentences of codes: one catalogue per language, and every value in the format of the reader's language."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, reduce
from gettext import c2py
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_decimal_symbol

from conversations.dates import day_in_words, span_in_words, weekday_in_words
from conversations.market_rules import LOCALES, Figure, MarketRules
from conversations.platforms import ChatPlatform, with_names
from core.kernel.errors import Refusal
from core.kernel.money import STARS, Money, UnitPrice
from core.kernel.quantity import UNITS, Quantity
from core.kernel.request_context import note_refusal
from core.people.accounts.rules import known_zone

RENAMED = {"Europe/Kyiv": "Europe/Kiev"}  # zones under whose former name Babel keeps the town
TODAY: Final = MarketRules()
FIGURES: Final = frozenset(each.name for each in fields(MarketRules))
A_YEARS_DAYS = timedelta(days=300)  # within this span a day and a month are unambiguous, also to a hasty reader
COMMAND = re.compile(r"(?<![^\s(])/(?=[a-z]{2})")  # commands as our own sentences name them: "/find", never "€/t"


class Wordings:
    """All catalogues of the installation. Each is read once, when the first reader of its language comes."""

    def __init__(self, platforms: Sequence[ChatPlatform], folder: Path = LOCALES, rules: MarketRules = TODAY) -> None:
        self._platforms = tuple(platforms)
        self._paths = {path.stem: path for path in sorted(folder.glob("*.po"))}
        assert "en" in self._paths, f"no English catalogue in {folder}"
        self._rules = rules

    def languages(self) -> list[str]:
        return list(self._paths)

    def known(self, locale: str) -> str:
        """Return the catalogue for this locale ("de" for "de-AT"), English if there is none."""
        language = locale.replace("_", "-").split("-")[0].lower()
        return language if language in self._paths else "en"

    def speak(self, locale: str, zone: str = "UTC", sign: str = "/") -> Words:
        """Return the words and number formats of one language, so that dates and sentences never mix languages."""
        language = self.known(locale)
        served = locale if locale.lower().startswith(language) else language
        spoken = babel_locale(served, language)
        catalogue = read_catalogue(self._paths[language], self._platforms)
        return Words(language, spoken, known_zone(zone), catalogue, self._rules, sign)


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's language and time zone. Call it with a code and the parts of its sentence."""

    language: str
    locale: Locale
    zone: ZoneInfo
    catalogue: gettext.GNUTranslations
    rules: MarketRules  # the figures that sentences and pages name
    sign: str = "/"  # the prefix of commands in the reader's chat

    def __call__(self, code: str, /, **parts: object) -> str:
        """Return the sentence of a code. A `count` among the parts chooses its plural form.

        Figures of the market rules need not be among the parts.

        A code without a sentence is our mistake: tests fail on it, and the reader sees the code.
        """
        count = parts.get("count")
        sentence = self.catalogue.ngettext(code, code, count) if isinstance(count, int) else code
        if sentence == code:  # one form for every number
            sentence = self.catalogue.gettext(code)
        return self.fill(self.typed_here(sentence), parts)

    def fill(self, text: str, parts: Mapping[str, object] | None = None) -> str:
        """Return the text with its parts. A number chooses its own plural form: "{sign_days:# day|# days}"."""
        shown = Shown(self, {name: self._part(part) for name, part in (parts or {}).items()})
        return fill_in(text, shown) if "{" in text else text

    def _part(self, value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return Counted(self.number(Decimal(value)), plural_rule(self.language)(value))
        return self.show(value)

    def figure(self, name: str) -> str:
        """Return a figure of the market rules. Its currency is left out, for it holds in each."""
        value: Figure = getattr(self.rules, name)
        if isinstance(value, Money):
            return format_decimal(value.amount, format="#,##0.00", locale=self.locale)
        return self._part(value)

    def typed_here(self, text: str) -> str:
        """Return our own words with commands in the chat's own form. A text that explains both forms is unchanged."""
        return text if self.sign == "/" or self.sign.strip() in text else COMMAND.sub(self.sign, text)

    def knows(self, code: str) -> bool:
        return self.catalogue.gettext(code) != code

    def refusal(self, refusal: Refusal) -> str:
        """Return the text of a refusal. Its code is noted for the measurements."""
        note_refusal(refusal.code)
        parts = {name: self._labelled(part) for name, part in refusal.parts.items()}
        if isinstance(country := parts.get("country"), str):
            parts["country"] = self.locale.territories.get(country, country)
        return self(refusal.code, **parts)

    def _labelled(self, part: object) -> object:
        """Return a part of a refusal with unit labels instead of codes."""
        if isinstance(part, tuple):
            return tuple(self._labelled(each) for each in part)
        return self.unit(part) if isinstance(part, str) and part in UNITS else part

    def show(self, value: object) -> str:
        """Return any value as the reader's language writes it."""
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return self.number(Decimal(value))
        if isinstance(value, list | tuple | set | frozenset):
            return format_list([self.show(each) for each in value], locale=self.locale)
        for kind, write in WRITERS:
            if isinstance(value, kind):
                return write(self, value)
        return str(value)

    def one_of(self, values: Iterable[object]) -> str:
        """Return a list of alternatives: "30 or 60"."""
        return format_list([self.show(each) for each in values], style="or", locale=self.locale)

    def money(self, money: Money) -> str:
        if money.currency == STARS.code:  # Babel does not know this currency, so it is written with its sign
            return f"{self.number(money.amount)} ⭐"
        # Babel expects a decimal of whole units; our amounts are in minor units.
        return format_currency(money.amount, money.currency, locale=self.locale)

    def price(self, price: UnitPrice) -> str:
        decimals = max(2, -int(price.amount.normalize().as_tuple().exponent))
        amount = format_currency(
            price.amount,
            price.currency,
            format="#,##0." + "0" * decimals + " ¤¤",
            locale=self.locale,
            currency_digits=False,
        )
        return f"{amount}/{self.unit(price.unit)}"

    @property
    def point(self) -> str:
        """Return the decimal sign, as in this country's spreadsheets."""
        return get_decimal_symbol(self.locale)

    def number(self, number: Decimal) -> str:
        return format_decimal(number, locale=self.locale, decimal_quantization=False)

    def unit(self, unit: str, amount: Decimal = Decimal(1)) -> str:
        """Return our own unit labels: Babel writes Lithuanian tonnes as "mt" and inflects Polish litres.

        A fraction takes the plural of two, because one and a half is never one.
        """
        code = f"unit.{unit}"
        whole = amount == amount.to_integral_value()
        return self(code, count=int(amount) if whole else 2) if self.knows(code) else unit

    def window(self, first: date, last: date) -> str:
        """Return two days as one span, with shared parts once: "23–29 Nov 2026"."""
        return span_in_words(first, last, self.locale)

    def days(self, first: date, last: date, today: date) -> str:
        """Return a span for little space: without its year if the days are unambiguous."""
        if not timedelta() <= last - today < A_YEARS_DAYS:
            return self.window(first, last)
        return span_in_words(first, last, self.locale, with_year=False)

    def clock_of(self, zone: str) -> str:
        """Return the place of a time zone, because "Europe/Vilnius" is a technical name."""
        named: Mapping[str, str] = self.locale.time_zones.get(RENAMED.get(zone, ""), {})
        return named.get("city") or get_timezone_location(zone, locale=self.locale, return_city=True)

    def moment(self, moment: datetime) -> str:
        """Return day, time and zone, because a time is ambiguous without its zone."""
        local = moment.astimezone(self.zone)
        return f"{weekday_in_words(local.date(), self.locale)}, {local:%H:%M} {local.tzname()}"


class Counted(str):
    """A number in a sentence. Its format has the plural forms of the counted noun: "# day|# days"."""

    __slots__ = ("form",)
    form: int

    def __new__(cls, shown: str, form: int) -> Self:
        counted = super().__new__(cls, shown)
        counted.form = form
        return counted

    def __format__(self, forms: str) -> str:
        if not forms:
            return str(self)
        each = forms.split("|")
        return each[min(self.form, len(each) - 1)].replace("#", self)


class Shown(dict[str, str]):
    """The parts of a sentence in words, and the figures of the market rules as a fallback."""

    def __init__(self, words: Words, parts: Mapping[str, str]) -> None:
        super().__init__(parts)
        self._words = words

    def __missing__(self, name: str) -> str:
        if name not in FIGURES:
            raise KeyError(name)
        return self._words.figure(name)


@cache
def plural_rule(language: str) -> Callable[[int], int]:
    """Return the function that chooses a plural form for a number, counted from 0 as in the catalogues."""
    return c2py(get_plural(language).plural_expr)


def labelled(words: Words, label: str, value: str) -> str:
    """Return a label and its value, joined as in the language: "Prix : 215 €"."""
    return words("line.joined", label=label, value=value)


def listed(words: Words, parts: Sequence[str]) -> str:
    """Return parts that contain commas, one after the other; empty for none."""
    return reduce(lambda before, each: words("list.joined", before=before, next=each), parts) if parts else ""


def fill_in(sentence: str, shown: Mapping[str, str]) -> str:
    """Return the sentence with its parts. A last part with its own full stop ("2026 р.") ends the sentence."""
    for name, part in shown.items():
        if part.endswith("."):
            sentence = sentence.replace(f"{{{name}}}.", f"{{{name}}}")
    return sentence.format_map(shown)


def _quantity(words: Words, quantity: Quantity) -> str:
    return f"{words.number(quantity.amount)} {words.unit(quantity.unit, quantity.amount)}"


def _date(words: Words, day: date) -> str:
    return day_in_words(day, words.locale)


def _yes_no(words: Words, truth: bool) -> str:
    return words("word.yes" if truth else "word.no")


# The format of each kind of value. A moment is also a date, so it comes first.
WRITERS: tuple[tuple[type, Callable[[Words, Any], str]], ...] = (
    (Money, Words.money),
    (UnitPrice, Words.price),
    (Quantity, _quantity),
    (datetime, Words.moment),
    (date, _date),
    (bool, _yes_no),
)


@cache
def read_catalogue(path: Path, platforms: tuple[ChatPlatform, ...]) -> gettext.GNUTranslations:
    """Compile a .po file in memory, so that no compiled file can be older than its source.

    Sentences that name the installation's chat platforms are completed here.
    """
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.stem, abort_invalid=True)
    for message in catalogue:
        if isinstance(message.string, str):
            message.string = with_names(message.string, platforms, path.stem)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def babel_locale(locale: str, language: str) -> Locale:
    """Return the locale of numbers and dates, in the language of the words around them.

    A Lithuanian who reads English for want of a Lithuanian catalogue reads English dates. Plain English uses British
    dates, with the day first, as in all of Europe.
    """
    if locale.replace("_", "-").split("-")[0].lower() != language or locale == "en":
        locale = "en_GB" if language == "en" else language
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(language)
