"""Sentences fit where they stand, in every language, also with the longest names and amounts of a trade.

The play (test_screens.py) checks only the screens that it passes. Here is every sentence on a button, in a list, in the
answer to a press or on a window. Placeholders are as long as they get.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import conversations
from config.platforms import PLATFORMS
from conversations.forms.form import Field
from conversations.help import page_index
from conversations.wording import FIGURES, Wordings, Words
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity
from tests.conversations.sentence_codes import codes as spoken
from tests.conversations.test_words import LANGUAGES, MESSAGES, holes, sentences

ROOM: Final = Path(conversations.__path__[0])
KINDS: Final = {"Button": "label", "Option": "label", "Toast": "text"}
# Telegram: a callback's answer 200, a message 4096. Slack: a button's or an option's text 75. Slack's views: a title,
# submit and close 24, a field's label and hint 2000, a section's text 3000.
MOST: Final = {"Button": 75, "Option": 75, "Toast": 200, "Window": 24, "Field": 2_000, "Page": 3_000}
COMPANY: Final = "Vakarų Lietuvos medienos energetika UAB"
MONEY: Final = Money(12_345_678_90, "EUR")
MOMENT: Final = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
LONG: Final[dict[str, object]] = {
    **dict.fromkeys(("name", "other", "who", "company"), COMPANY),
    **dict.fromkeys(("amount", "total", "due", "pay", "fee", "net", "missing", "held", "price", "back"), MONEY),
    **dict.fromkeys(("until", "at", "by", "closes"), MOMENT),
    **dict.fromkeys(("day", "first", "last", "eta"), date(2026, 11, 25)),
    **dict.fromkeys(
        ("number", "count", "lot", "percent", "most", "least", "minutes", "days", "km", "near", "decimals"), 150
    ),
    **dict.fromkeys(("limit", "listed", "rate"), UnitPrice(Decimal("1215.50"), "EUR", "t")),
    **dict.fromkeys(("remaining", "quantity", "wanted"), Quantity(Decimal("12345.5"), "t")),
    "ref": "PN8GZD",
    "what": "",  # the label of a step that asks first is measured as its button
}
PART: Final = "Hackschnitzel, getrocknet"  # for all other parts: names of goods, of places, of fields
BY_HAND: Final = frozenset({"search.chip.rest", "search.relax.words"})  # hold typed text, and are cut


def test_sentences_on_buttons_lists_and_answers_were_found() -> None:
    assert {kind: len(codes) > 20 for kind, codes in said_on().items() if kind != "Option"} == {
        "Button": True,
        "Toast": True,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_fits_where_it_stands(language: str) -> None:
    words = Wordings(PLATFORMS).speak(language, "Europe/Vilnius")
    places = {kind: set(codes) for kind, codes in said_on().items()}
    places["Toast"] |= {code for code in MESSAGES["en"] if code.startswith("toast.") or code.endswith("_toast")}
    places["Button"] |= spoken.buttons()
    places["Window"] = {f"{form}.{part}" for form in spoken.ROUTERS.flows for part in ("title", "submit")}
    places["Window"].add("form.cancel")
    places["Field"] = {f"{form}.{each.name}{part}" for form, each in fields() for part in ("", ".ask", ".hint")}

    over = {
        f"{kind} {code}": longest
        for kind, codes in places.items()
        for code in codes - BY_HAND
        if code in MESSAGES["en"] and (longest := max(map(len, said(words, code)))) > MOST[kind]
    }
    assert over == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_help_page_fits_one_message(language: str) -> None:
    words = Wordings(PLATFORMS).speak(language)
    pages = {name: page_index.read_page(words, name) for name in page_index.page_names()}

    assert {name: len(text) for name, (_, text) in pages.items() if len(text) > MOST["Page"]} == {}
    assert {name: title for name, (title, _) in pages.items() if len(title) > MOST["Button"]} == {}


def said(words: Words, code: str) -> Iterator[str]:
    """Yield each form of a sentence, with its placeholders at their longest."""
    for sentence in sentences(MESSAGES[words.language][code]):
        yield words.fill(sentence, {hole: LONG.get(hole, PART) for hole in holes(sentence) - FIGURES})


def fields() -> Iterator[tuple[str, Field]]:
    for name, flow in spoken.ROUTERS.flows.items():
        for each in flow.form.fields:
            yield name, each


@cache
def said_on() -> dict[str, set[str]]:
    """Return the codes that the source uses as the words of a button, an option or a toast."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                spoken_by = [each.value for each in node.keywords if each.arg == KINDS[node.func.id]]
                found[node.func.id] |= {code for value in spoken_by for code in codes_in(value)}
    return found


def codes_in(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in MESSAGES["en"]:
            yield node.value
