"""The glossary decides: banned words fail with their replacement, and files are named by nouns."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.house import file_names, glossary
from tests.house.glossary import PAGE, Ban
from tests.house.scratch import HOUSE

TERMS: Final = glossary.terms(PAGE.read_text("utf-8"))
BANS: Final = glossary.bans(PAGE.read_text("utf-8"))
MOST_EXCEPTIONS: Final = 0.03
SAMPLE: Final = Ban("called_back", "`chargeback`", True, True, ("core/",))


def named_files() -> list[Path]:
    return [path for path in glossary.python_files() if path.name not in ("__init__.py", "conftest.py")]


def test_no_name_contains_a_banned_word() -> None:
    assert [str(use) for use in glossary.uses(BANS)] == []


def test_the_message_names_the_replacement() -> None:
    source = "def list_called_back(): ..."
    (use,) = glossary.uses_in("core/money/payments.py", source, [SAMPLE])
    assert str(use) == "core/money/payments.py:1 list_called_back: write `chargeback` instead of `called_back`"


@pytest.mark.parametrize(
    "source",
    [
        "class CalledBack: ...",
        "def called_back(): ...",
        "class A:\n    def is_called_back(self): ...",
        "def pay(called_back): ...",
        "called_back = 1",
        "a.called_back = 1",
        "called_back: int",
        "for called_back in (): ...",
        "import os as called_back",
        "def a():\n    try: ...\n    except OSError as called_back: ...",
        "def pay(*, sums_called_back=0): ...",
        "[called_back for called_back in ()]",
        "with open('a') as called_back: ...",
        "if (called_back := 1): ...",
        "def a(b):\n    match b:\n        case [called_back]: ...",
    ],
)
def test_every_kind_of_identifier_is_read(source: str) -> None:
    assert glossary.uses_in("core/a.py", source, [SAMPLE])


@pytest.mark.parametrize("path", ["core/called_back.py", "core/called_back/__init__.py", "core/what_is_called_back.py"])
def test_a_banned_word_in_a_file_name_is_found(path: str) -> None:
    assert [use.name for use in glossary.uses_in(path, "", [SAMPLE])] == [Path(path).name]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("lab/a.py", "called_back = 1"),
        ("core/a.py", "called = back = 1"),
        ("core/a.py", "import called_back; called_back.a"),
        ("core/a.py", "a = 'called_back'"),
        ("core/a.py", "def test_it_is_called_back(): ..."),
        ("core/a.py", "def __called_back__(self): ..."),
    ],
)
def test_other_folders_and_words_are_left_alone(path: str, source: str) -> None:
    assert glossary.uses_in(path, source, [SAMPLE]) == []


def test_patterns_for_beginnings_and_for_classes() -> None:
    ask, tell = (Ban(word, "", True, False, ()) for word in ("…Ask", "tell_*"))
    assert ask.bans("CheckoutAsk", is_class=True)
    assert not ask.bans("Ask_Checkout", is_class=True)
    assert not ask.bans("ask", is_class=False)
    assert tell.bans("tell_core")
    assert not tell.bans("foretell_core")
    assert not tell.bans("tell")


def test_every_row_is_complete() -> None:
    assert len(TERMS) > 50
    assert len(BANS) > 50
    for ban in BANS:
        assert ban.in_identifiers or ban.in_files, ban
        assert ban.instead, ban
    words = [(ban.word, ban.folders) for ban in BANS]
    assert len(set(words)) == len(words)


def test_terms_are_sorted_and_their_places_exist() -> None:
    assert [term.name for term in TERMS] == sorted({term.name for term in TERMS})
    gone = [place for term in TERMS for place in term.places if not (HOUSE / place).exists()]
    assert gone == []
    assert all(term.places and term.meaning.endswith(".") for term in TERMS)


def test_file_names_are_nouns() -> None:
    wrong = [
        f"{path.relative_to(HOUSE)}: name the thing that the file holds"
        for path in named_files()
        if not file_names.is_noun(path.name)
    ]
    assert wrong == []


def test_few_file_names_are_excepted() -> None:
    names = named_files()
    excepted = [path for path in names if file_names.stem(path.name) in file_names.EXCEPTIONS]
    assert len(excepted) <= MOST_EXCEPTIONS * len(names)
    assert all(file_names.EXCEPTIONS.values())


@pytest.mark.parametrize(
    "name",
    [
        *("told.py", "sure.py", "nobody.py", "once_more.py", "apart.py", "at_once.py", "which_kind.py", "regularly.py"),
        *("settling.py", "recalled.py", "of_books.py", "leaving_out.py", "test_refused.py", "test_how_deals_end.py"),
    ],
)
def test_a_clause_or_a_verb_is_no_noun(name: str) -> None:
    assert not file_names.is_noun(name)


@pytest.mark.parametrize(
    "name",
    [
        "confirmation.py",
        "search_results.py",
        "no_results.py",
        "deadlines.py",
        "listing.py",
        "test_spelling.py",
        "feed.py",
    ],
)
def test_a_noun_is_a_noun(name: str) -> None:
    assert file_names.is_noun(name)
