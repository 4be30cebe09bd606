"""Plain English in docstrings, comments, pages, command-line help and test names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.house import prose
from tests.house.prose import Fault, Passage
from tests.house.scratch import HOUSE, PACKAGES

# Drawn by a program out of names that the simulation keeps.
DRAWN: Final = ("docs/mutants.md",)

# Each sentence of the tree before it was rewritten, with what it meant.
WRITTEN_AND_MEANT: Final = [
    (
        "What nothing was entered into is not kept, nor what nothing can come of.",
        "Delete empty drafts, and drafts that can no longer be submitted.",
    ),
    (
        "What others read of who asks; to who has neither said yet what they do here nor done it, what this is.",
        "The user's public profile line, or a short introduction if they have no role and no trades.",
    ),
    (
        "One payment brings what was to come by two: the transfer of which a part has come is not awaited any more.",
        "If one payment covers everything due, close the partly paid transfer.",
    ),
    (
        (
            "Its order can be changed like one that was chosen, so it is no wish; "
            "the cheapest in a town are those near it."
        ),
        'Sort order is kept apart from the filters; "cheapest in X" implies a radius around X.',
    ),
    ("What who acts may do with the deal now: the buttons.", "Actions open to the current actor."),
    ("Nothing of what is not there, and of what is not so.", "Skip missing values and false flags."),
    (
        "Pretend services stand beside nothing that moves money, in reach of nobody, and deceive nobody unasked.",
        "Refuse simulated services beside live money, on a public address, or with real users.",
    ),
    (
        "Hold nothing any longer of what was read; what somebody still works on stays as it is.",
        "Drop cached rows; keep objects with pending changes.",
    ),
]


def python_files() -> list[Path]:
    folders = [*PACKAGES, "tests", "bench", "simulation", "migrations"]
    return sorted([*HOUSE.glob("*.py"), *(path for name in folders for path in (HOUSE / name).rglob("*.py"))])


def pages() -> list[Path]:
    """Return the pages for engineers; help pages and contract terms are words of the product."""
    return sorted(
        [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md"), *HOUSE.glob("bench/*.md"), *HOUSE.glob("lab/*.md")]
    )


def passages(path: Path) -> list[Passage]:
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return prose.in_python(text, is_test=path.is_relative_to(HOUSE / "tests"))
    return prose.in_makefile(text) if path.name == "Makefile" else prose.in_page(text)


@cache
def faults(path: Path) -> list[Fault]:
    return [fault for passage in passages(path) for fault in prose.faults_of(passage)]


EVERYWHERE: Final = [*python_files(), *pages(), HOUSE / "Makefile"]


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def test_rewritten_prose_breaks_no_rule() -> None:
    written = [path for path in EVERYWHERE if name_of(path) not in DRAWN]
    broken = [f"{name_of(path)}:{fault.line} {fault.rule}: {fault.text}" for path in written for fault in faults(path)]
    assert broken == []


def test_prose_is_found_in_every_kind_of_file() -> None:
    kinds = {passage.kind for path in EVERYWHERE for passage in passages(path)}
    assert kinds == {"module", "class", "function", "comment", "page", "help", "test"}
    assert {path.suffix for path in EVERYWHERE} == {".py", ".md", ""}


@pytest.mark.parametrize(("written", "meant"), WRITTEN_AND_MEANT)
@pytest.mark.parametrize("kind", ["module", "class", "function", "comment", "page", "help"])
def test_the_old_sentence_fails_and_the_new_one_passes(kind: str, written: str, meant: str) -> None:
    assert prose.faults_of(Passage(1, kind, "anything", written))
    assert prose.faults_of(Passage(1, kind, "anything", meant)) == []


@pytest.mark.parametrize(("written", "_meant"), WRITTEN_AND_MEANT)
def test_the_old_sentence_is_found_in_a_file(written: str, _meant: str) -> None:
    as_docstring = f'"""Hold drafts."""\n\n\ndef anything() -> None:\n    """{written}"""\n'
    as_comment = f'"""Hold drafts."""\n\n# {written}\nNUMBER = 1\n'
    beside_code = f'"""Hold drafts."""\n\nNUMBER = 1  # {written}\n'
    for source in (as_docstring, as_comment, beside_code):
        assert [fault for passage in prose.in_python(source) for fault in prose.faults_of(passage)]
    assert [fault for passage in prose.in_page(f"# Page\n\n- {written}\n") for fault in prose.faults_of(passage)]


@pytest.mark.parametrize(
    ("rule", "kind", "text"),
    [
        ("headless", "comment", "who asks is told first"),
        ("headless", "comment", "The reply goes to who has asked."),
        ("headless", "page", "## Who pays the fee"),
        ("banned-word", "comment", "A lock that nobody holds."),
        ("banned-word", "page", "| draws the card anew |"),
        ("banned-word", "help", "of whom the paper is"),
        ("fronted-genitive", "comment", "of the wrong ones, the first"),
        ("fronted-genitive", "page", "Of two listings the newer wins."),
        ("first-word", "function", "Whether the deal is open."),
        ("first-word", "function", "When the offer expires."),
        ("first-word", "class", "What a party may do."),
        ("repeats-name", "function", "Release the payment."),
        ("long-sentence", "comment", " ".join(["word"] * 21)),
        ("test-name", "test", "test_who_asks_twice_is_told_once"),
        ("test-name", "test", "test_a_lock_that_nobody_holds"),
    ],
)
def test_a_broken_rule_is_named(rule: str, kind: str, text: str) -> None:
    assert rule in {fault.rule for fault in prose.faults_of(Passage(1, kind, "release_payment", text))}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("comment", 'Users write "who asks pays" and `nobody`, or 2.5 t.'),
        ("page", "> Reads “Whoever pays first gets it”."),
        ("page", "Who pays the fee?"),
        ("page", "```\nwho asks, whom nobody knows\n```"),
        ("comment", "See https://example.org/whom/nobody."),
        ("function", "Return whether the deal is open."),
        ("function", "When nothing is due, return None."),
        ("function", "Release the payment, and raise Stale if it has moved."),
        ("comment", "Of course the version is checked."),
        ("comment", "A buyer who asks for a refund is refunded."),
        ("comment", "Record who signed, and keep a list of who has read it."),
        ("comment", ". ".join([" ".join(["Word"] * 20)] * 3)),
        ("test", "test_a_buyer_who_asks_twice_is_refunded_once"),
    ],
)
def test_plain_english_passes(kind: str, text: str) -> None:
    assert prose.faults_of(Passage(1, kind, "release_payment", text)) == []


def test_list_items_and_table_cells_end_a_sentence() -> None:
    words = " ".join(["word"] * 12)
    for text in (f"- {words}\n- {words}", f"| {words} | {words} |", f"{words}\n\n{words}"):
        assert list(prose.sentences(text)) == [words, words]


def test_a_comment_for_a_tool_is_read_behind_its_mark_only() -> None:
    source = "import os  # noqa: F401 - nobody reads it\nimport sys  # noqa: F401\n"
    assert [passage.text for passage in prose.comments(source)] == ["nobody reads it"]
