"""The other languages: whole, with the same parts, counted as they count, short enough, and honest about who read them.

What holds for every catalogue alike stands in test_words.py. Here is what a translation can get wrong.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.lists import format_list
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from config.platforms import PLATFORMS
from config.wiring import menu
from conversations.help.commands import PAGES
from conversations.market_rules import LOCALES
from conversations.wording import Wordings
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity
from tests.conversations.test_words import ENGLISH, LANGUAGES, MESSAGES, holes, sentences

OTHERS = [language for language in LANGUAGES if language != "en"]
MENU = 256  # core.telegram.org/bots/api#botcommand, characters of a description
COMMANDS = 100  # core.telegram.org/bots/api#setmycommands
QUOTES = {
    **dict.fromkeys(("en", "lv"), "“”"),
    **dict.fromkeys(("de", "lt", "et"), "„“"),
    **dict.fromkeys(("fr", "es", "it", "uk"), "«»"),
    "pl": "„”",
    "sv": "””",
}
COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def test_the_languages_that_are_there_are_looked_at() -> None:
    assert {path.stem for path in LOCALES.glob("*.po")} == {"en", *OTHERS}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_over_in_a_translation(language: str) -> None:
    assert sorted(MESSAGES[language].keys() - MESSAGES["en"].keys()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_in_what_the_sentence_fills_in(language: str) -> None:
    """A singular may do without its number; nothing else may be dropped, or the reader is not told it."""
    wrong = {}
    for code, message in MESSAGES[language].items():
        english = set().union(*map(holes, sentences(MESSAGES["en"][code]))) if code in MESSAGES["en"] else set()
        dropped = english - set().union(*map(holes, sentences(message)))
        if dropped:
            wrong[code] = sorted(dropped)
    assert wrong == {}


@pytest.mark.parametrize("language", OTHERS)
def test_numbers_are_counted_as_the_language_counts(language: str) -> None:
    with (LOCALES / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language, abort_invalid=True)
    usual = get_plural(language)
    assert catalogue.num_plurals == usual.num_plurals
    plural = {code for code, message in MESSAGES["en"].items() if not isinstance(message.string, str)}
    forms = {code: len(sentences(MESSAGES[language][code])) for code in plural if code in MESSAGES[language]}
    assert {code: count for code, count in forms.items() if count != usual.num_plurals} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_that_no_native_reader_has_checked_it(language: str) -> None:
    head = (LOCALES / f"{language}.po").read_text("utf-8").partition('msgid ""')[0]
    assert "native" in head


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_of_commands_is_within_its_limits(language: str) -> None:
    commands = menu(Wordings(PLATFORMS))[language]
    assert 0 < len(commands) <= COMMANDS
    for name, told in commands:
        assert COMMAND.fullmatch(name)
        assert 0 < len(told) <= MENU
        assert told != f"command.{name}", "a command without a sentence"


def test_every_command_that_a_menu_may_show_has_its_sentence() -> None:
    from conversations.help.commands import ALWAYS, FOR_NEWCOMERS  # noqa: PLC0415 - read where it is used

    assert [name for name in (*FOR_NEWCOMERS, *ALWAYS) if not ENGLISH.knows(f"command.{name}")] == []


# --- values, in a language of our own making --------------------------------------------------------------------------

POLISH = """
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "unit.pallet"
msgid_plural "unit.pallet"
msgstr[0] "paleta"
msgstr[1] "palety"
msgstr[2] "palet"
"""


def test_money_dates_units_lists_and_plurals_go_by_the_language(tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text((LOCALES / "en.po").read_text("utf-8"), "utf-8")
    (tmp_path / "pl.po").write_text(POLISH, "utf-8")
    words = Wordings(PLATFORMS, tmp_path).speak("pl", "Europe/Warsaw")

    def shown(value: object) -> str:
        return words.show(value).replace("\u00a0", " ")

    assert shown(Money(1_234_50, "EUR")) == "1 234,50 €"
    assert shown(UnitPrice(Decimal("215.5"), "EUR", "t")).startswith("215,50 EUR/")
    assert shown(date(2026, 11, 23)) == "23 lis 2026"
    assert shown(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) == "pon., 23 lis, 10:00 CET"
    assert shown(("a", "b", "c")) == format_list(["a", "b", "c"], locale="pl") == "a, b i c"
    pallets = [shown(Quantity(Decimal(count), "pallet")) for count in ("1", "2", "5", "22", "1.5")]
    assert pallets == ["1 paleta", "2 palety", "5 palet", "22 palety", "1,5 palety"]


@pytest.mark.parametrize("language", QUOTES)
def test_every_language_quotes_with_its_own_marks(language: str) -> None:
    pair_of_marks = QUOTES[language]
    texts = [sentence for message in MESSAGES[language].values() for sentence in sentences(message)]
    marks = re.compile('["“”„«»‟]')
    pairs = ["".join(marks.findall(text)) for text in texts]
    assert [pair for pair in pairs if pair.replace(pair_of_marks, "")] == []
    assert any(pairs)


def test_french_puts_a_space_before_its_marks_that_no_line_breaks_at() -> None:
    """A full one before a colon and in quotes, a narrow one before the others; none in times and addresses."""
    texts = [sentence for message in MESSAGES["fr"].values() for sentence in sentences(message)]
    texts += [page.read_text("utf-8") for page in (PAGES / "fr").glob("*.md")]
    wrong = re.compile(r"(?<!\N{NO-BREAK SPACE}):(?=\s|$)|(?<!\N{NARROW NO-BREAK SPACE})[;?!]|«(?!\N{NO-BREAK SPACE})")
    assert [text for text in texts if wrong.search(text)] == []
    assert len(texts) > 1000
