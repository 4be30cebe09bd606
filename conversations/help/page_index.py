"""The help pages in the reader's language, found by the words of a question in any of their forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from conversations.wording import Words
from core.catalogue.product_names import words_of

PAGES: Final = Path(__file__).parent / "pages"

TITLE, ASKED_FOR = 10, 6  # weight of a word in the title or among the search words, relative to the text
MOST_TOLD: Final = 5  # more occurrences in a text add nothing
COMMON: Final = 0.6  # share of the pages; a word on more of them distinguishes none
LONG: Final = 4  # letters of a word that counts by itself
LONGEST_ENDING: Final = 3  # letters: "liefert", "Lieferung"
SURE_STEM: Final = 5  # letters that two forms of a word have in common
SLIP: Final = 82  # a score up to 100; allows one or two wrong letters in a word


Alike = Callable[[str, str], bool]


def page_path(language: str, name: str) -> Path:
    """Return the page in the person's language; in English if it is not written yet."""
    path = PAGES / language / f"{name}.md"
    return path if path.exists() else PAGES / "en" / f"{name}.md"


def page_names() -> list[str]:
    return sorted(path.stem for path in (PAGES / "en").glob("*.md"))


def read_page(words: Words, name: str) -> tuple[str, str]:
    """Return title and text of a help page: the first line is the title. Figures of the market rules are filled in."""
    title, _, text = words.fill(_page(words.language, name)).partition("\n")
    return title.removeprefix("# ").strip(), text.strip()


@cache
def _page(language: str, name: str) -> str:
    return page_path(language, name).read_text("utf-8")


def page_on(words: Words, asked: str) -> str | None:
    """Return the page that best matches a question; None if no page does.

    A title counts more than the page's search words, and these more than the text. A word on most pages hardly counts.
    If no page has the words, misspelt words match the nearest.
    """
    said = words_of(asked)
    return _best(words, said, _same) or _best(words, [word for word in said if len(word) >= SURE_STEM], _nearly)


def command_on(words: Words, asked: str, commands: tuple[str, ...]) -> str | None:
    """Return the command of that name, or with the asked words in its label; None if several match."""
    said = words_of(asked)
    if len(said) == 1 and said[0] in commands:
        return said[0]
    telling = [word for word in said if len(word) >= LONG]
    found = [name for name in commands if _says(words_of(words(f"command.{name}")), telling)]
    return found[0] if len(found) == 1 else None


def _says(own: list[str], asked: list[str]) -> bool:
    return any(_same(word, each) for word in asked for each in own)


def _best(words: Words, said: list[str], alike: Alike) -> str | None:
    """Return the page with the most points. Rare words count more."""
    worth: Counter[str] = Counter()
    for word in dict.fromkeys(said):
        told = {name: points for name in page_names() if (points := _points(words, name, word, alike))}
        common = len(told) > COMMON * len(page_names())
        known = max(told.values(), default=0) >= ASKED_FOR
        if (len(word) >= LONG and (known or len(said) == 1)) if common else (len(word) >= LONG or known):
            for name, points in told.items():
                worth[name] += points * 100 // len(told)
    return max(worth, key=lambda name: worth[name]) if worth else None


def _points(words: Words, name: str, word: str, alike: Alike) -> int:
    """Return the points of one word for a page."""
    code = f"help.words.{name}"
    title, asked_with, text = _words_on(*read_page(words, name), words(code) if words.knows(code) else "")
    in_title = any(alike(word, each) for each in title)
    in_asked = any(alike(word, each) for each in asked_with)
    in_text = sum(alike(word, each) for each in text)
    return TITLE * in_title + ASKED_FOR * in_asked + min(in_text, MOST_TOLD)


@cache
def _words_on(title: str, text: str, asked_with: str) -> tuple[list[str], list[str], list[str]]:
    """Return the words of a page's title, its search words, and the words of its text."""
    return words_of(title), words_of(asked_with), words_of(text)


def _same(one: str, other: str) -> bool:
    """Return True if two words are forms of one. They differ in their endings, or one has an ending more."""
    stem = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ending, longest = max(len(one), len(other)) - stem, max(len(one), len(other))
    if stem == len(one) == len(other):
        return True
    if stem < 3 or ending > LONGEST_ENDING:
        return False
    return stem >= SURE_STEM or stem in (len(one), len(other)) or (longest >= LONG and ending == 1)


def _nearly(one: str, other: str) -> bool:
    return len(other) >= LONG and fuzz.ratio(one, other) >= SLIP
