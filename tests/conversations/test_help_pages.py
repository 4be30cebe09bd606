"""`/help` and a word: the page that fits, in the reader's language, and the command that does it, or neither."""

from __future__ import annotations

import pytest

from config.platforms import PLATFORMS
from conversations.help.commands import COMMANDS, command_on, page_on
from conversations.wording import Wordings

WORDINGS = Wordings(PLATFORMS)

ASKED = {
    "en": {
        "moisture": "problems",
        "claim": "problems",
        "delete": "your-account",
        "I want to complain": "problems",
        "refund": "paying",
        "how do I get my money back": "paying",
        "fee": "payouts",
        "VAT": "payouts",
        "payouts": "payouts",
        "experts": "experts",
        "delivry": "delivery",
        "abroad": "delivery",
        "colleagues": "company",
    },
    "de": {
        "wenn nicht geliefert": "delivery",
        "Feuchte": "problems",
        "löschen": "your-account",
        "Ausland": "delivery",
        "Rechnung": "payouts",
        "reklamieren": "problems",
        "auszahlung": "payouts",
    },
    "lt": {
        "grąžinimas": "paying",
        "drėgmė": "problems",
        "ištrinti": "your-account",
        "PVM": "payouts",
        "pretenzijos": "problems",
        "pristatymo": "delivery",
    },
    "fr": {"livraison": "delivery", "supprimer": "your-account", "humidité": "problems"},
    "es": {"humedad": "problems", "borrar": "your-account", "factura": "payouts"},
    "pl": {"wilgotność": "problems", "zwrot": "paying", "faktury": "payouts"},
    "lv": {"mitrums": "problems", "dzēst": "your-account", "atmaksa": "paying"},
    "et": {"niiskus": "problems", "kustutada": "your-account", "arve": "payouts"},
    "it": {"umidità": "problems", "rimborso": "paying", "cancellare": "your-account"},
    "sv": {"fukt": "problems", "radera": "your-account", "moms": "payouts"},
    "uk": {"вологість": "problems", "видалити": "your-account", "повернення": "paying"},
}


@pytest.mark.parametrize(("language", "asked"), [(language, each) for language, some in ASKED.items() for each in some])
def test_question_finds_the_help_page_on_it(language: str, asked: str) -> None:
    assert page_on(WORDINGS.speak(language, "UTC"), asked) == ASKED[language][asked]


@pytest.mark.parametrize("asked", ["xyzzy", "the", "qqq zzz", "?"])
def test_question_without_a_help_page_finds_none(asked: str) -> None:
    assert page_on(WORDINGS.speak("en", "UTC"), asked) is None


@pytest.mark.parametrize(
    ("language", "asked", "found"),
    [("en", "delete", "delete"), ("en", "/fee", "fee"), ("de", "löschen", None), ("en", "language", "language")],
)
def test_a_word_that_is_a_command_leads_to_it(language: str, asked: str, found: str | None) -> None:
    assert command_on(WORDINGS.speak(language, "UTC"), asked, COMMANDS) == found
