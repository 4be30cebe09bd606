"""Every code that can be said has its sentence, every sentence is used, and all keep to the house style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from config.platforms import PLATFORMS
from conversations.help import commands
from conversations.market_rules import LOCALES
from conversations.platforms import with_names
from conversations.wording import FIGURES, Wordings
from core.kernel.errors import Invalid
from core.kernel.quantity import Quantity
from tests.conversations.sentence_codes import codes as spoken
from tests.conversations.sentence_codes.source import built_codes, said_outright

WORDINGS = Wordings(PLATFORMS)
ENGLISH = WORDINGS.speak("en")
LANGUAGES = WORDINGS.languages()

LONGEST_TITLE = LONGEST_SUBMIT = 24  # Slack: title and submit of a view
LONGEST_BUTTON = 75  # Slack: text of a button
LONGEST_TOAST = 200  # Telegram: text of an answer to a press
LONGEST_PAGE = 1500  # one screen
EASY_BUTTON = 25  # what a phone shows whole, two in a row
ENOUGH_CODES = 400


def messages(language: str) -> dict[str, Message]:
    with (LOCALES / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language, abort_invalid=True)
    for each in catalogue:
        if isinstance(each.string, str):
            each.string = with_names(each.string, PLATFORMS, language)
    return {each.id if isinstance(each.id, str) else each.id[0]: each for each in catalogue if each.id}


def sentences(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def holes(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


MESSAGES = {language: messages(language) for language in LANGUAGES}
SITES = said_outright()
TABLES = spoken.from_tables()


def variants(code: str) -> Iterator[str]:
    """Yield the codes of a notice's own sentences for the actor, for each side, and for each reason."""
    if code in spoken.of_notices():
        for reason in ("", *(f".{reason}" for reason in spoken.reasons())):
            yield from (f"{code}{reason}", f"{code}{reason}.you", *sides(f"{code}{reason}"))


def sides(code: str) -> tuple[str, str]:
    return f"{code}.buyer", f"{code}.seller"


# --- all of it, and nothing else --------------------------------------------------------------------------------------


def test_everything_that_can_be_said_has_its_sentence() -> None:
    needed = SITES.keys() | TABLES.keys()

    assert len(needed) > ENOUGH_CODES
    assert sorted(code for code in needed if not ENGLISH.knows(code)) == []


def test_every_situation_of_a_deal_says_whose_turn_it_is_to_both_sides() -> None:
    told = [code for code in spoken.turns() if ENGLISH.knows(code) or all(map(ENGLISH.knows, sides(code)))]

    assert sorted(spoken.turns().keys() - set(told)) == []


def test_no_sentence_is_left_over() -> None:
    used = {*SITES, *TABLES, *spoken.hints(), *spoken.turns()}
    used |= {each for code in spoken.turns() for each in sides(code)}
    used |= {each for code in spoken.of_notices() for each in variants(code)}

    assert sorted(MESSAGES["en"].keys() - used) == []


def test_every_code_that_is_put_together_is_in_a_table() -> None:
    known = {*TABLES, *spoken.hints()}
    patterns = built_codes()

    assert len(patterns) > 10
    assert sorted(each for each in patterns if not any(re.fullmatch(each, code) for code in known)) == []


def test_a_sentence_only_asks_for_what_is_filled_in() -> None:
    wrong = []
    for code, message in MESSAGES["en"].items():
        given = [*SITES.get(code, ()), *([TABLES[code]] if code in TABLES else [])]
        for base, parts in (spoken.of_notices() | spoken.turns()).items():
            if code == base or code.startswith(f"{base}."):
                given.append(parts)
        for sentence in sentences(message):
            asked = holes(sentence) - FIGURES
            wrong += [(code, asked - parts) for parts in given if asked - parts]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_parts(language: str) -> None:
    said = MESSAGES[language]

    assert sorted(MESSAGES["en"].keys() - said.keys()) == []
    assert sorted(code for code, message in said.items() if not all(sentences(message))) == []
    english = {code: set().union(*map(holes, sentences(message))) for code, message in MESSAGES["en"].items()}
    strange = {
        code: holes(sentence) - english.get(code, set()) for code, each in said.items() for sentence in sentences(each)
    }
    assert {code: names for code, names in strange.items() if names} == {}


# --- manner -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_shouts_or_makes_false_promises(language: str) -> None:
    banned = re.compile(r"[!¡]|escrow account|guarantee|insured", re.IGNORECASE)
    loud = [code for code, each in MESSAGES[language].items() if any(map(banned.search, sentences(each)))]

    assert loud == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_buttons_fit_where_they_stand(language: str) -> None:
    said = {code: max(map(len, sentences(each))) for code, each in MESSAGES[language].items()}
    limits = dict.fromkeys(spoken.buttons(), LONGEST_BUTTON)
    for form in spoken.ROUTERS.flows:
        limits |= {f"{form}.title": LONGEST_TITLE, f"{form}.submit": LONGEST_SUBMIT}
    limits |= dict.fromkeys((code for code in said if code.endswith("_toast")), LONGEST_TOAST)

    assert len(limits) > 60
    assert {code: said[code] for code, most in limits.items() if said[code] > most} == {}


def test_english_buttons_can_be_read_at_a_glance() -> None:
    labels = {code: ENGLISH(code, number=12) for code in spoken.buttons()}

    assert {code: label for code, label in labels.items() if len(label) > EASY_BUTTON} == {}


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", commands.page_names())
def test_a_help_page_is_plain_and_fits_one_screen(name: str) -> None:
    title, text = commands.read_page(ENGLISH, name)

    assert title
    assert len(text) <= LONGEST_PAGE
    assert re.findall(r"[!*_`<>#]|\]\(", text) == []


# --- values -----------------------------------------------------------------------------------------------------------


def test_a_refusal_calls_units_by_the_names_that_people_know() -> None:
    refusal = Invalid("quantity.not_understood", given="20o t", allowed=("t", "loose_m3"))

    assert ENGLISH.refusal(refusal) == (
        "I could not read 20o t as an amount. Write a number and a unit, for example 200 t. "
        "The units here are t and loose m³."
    )


def test_units_that_are_words_are_counted_like_words() -> None:
    shown = [ENGLISH.show(Quantity(Decimal(amount), "pallet")) for amount in ("1", "1.5", "10")]

    assert shown == ["1 pallet", "1.5 pallets", "10 pallets"]


def test_a_sentence_without_plural_says_the_same_for_every_number() -> None:
    assert ENGLISH("lot.number", number=1, count=3) == "Lot 1 of 3"


def test_commands_in_our_sentences_are_written_as_they_are_typed_there() -> None:
    on_slack = Wordings(PLATFORMS).speak("en", sign="/parley ")
    assert "/parley me " in on_slack("talk.unknown_button")
    assert on_slack("offer.price.hint") == "For example 208 €/t"
    assert on_slack.typed_here("Write /link, or /parley link in Slack") == "Write /link, or /parley link in Slack"


@pytest.mark.parametrize(("language", "town"), [("uk", "Київ"), ("pl", "Kijów"), ("lt", "Kijevas"), ("en", "Kyiv")])
def test_the_clock_of_a_town_is_named_as_its_readers_name_the_town(language: str, town: str) -> None:
    assert Wordings(PLATFORMS).speak(language).clock_of("Europe/Kyiv") == town


def test_numbers_and_dates_follow_the_language_of_the_sentence() -> None:
    words = Wordings(PLATFORMS).speak("xx-YY")
    assert words.window(date(2026, 11, 23), date(2026, 11, 29)) == "23–29 Nov 2026"
