"""Questions of newcomers about the market itself, told from goods and problems in every language."""

from __future__ import annotations

import pytest

from config.reference import reference
from conversations import market_questions
from conversations.language_offer import language_of

CATALOGUE = reference()[0]

ASKED = {
    "problems": ("contact support", "kontakt z obsługą", "Je veux parler à un humain", "поговорити з людиною"),
    "paying": ("how do I pay?", "jak zapłacić?", "wie bezahle ich", "kaip sumokėti", "come si paga?"),
    "selling": ("how can I sell pellets?", "jak sprzedać pelet", "kaip parduoti granules", "як продати тріску"),
    "how-it-works": (
        "how does it work",
        "jak to działa?",
        "як це працює?",
        "wie funktioniert das?",
        "kuidas see töötab?",
    ),
}


def test_every_kind_of_question_is_told_in_all_languages() -> None:
    for meaning in (*market_questions.ANSWERS, "here", "asks_language", "language_itself", "stops"):
        assert len(CATALOGUE.words.phrases[meaning]) == 11, meaning


@pytest.mark.parametrize(("page", "said"), [(page, each) for page, some in ASKED.items() for each in some])
def test_a_question_leads_to_the_page_that_answers_it(page: str, said: str) -> None:
    assert market_questions.question_in(said, CATALOGUE) == (market_questions.PAGE, page)


@pytest.mark.parametrize("said", ["ile to kosztuje?", "what does it cost to sell here", "was kostet das?"])
def test_question_about_cost_is_answered_by_the_fee(said: str) -> None:
    assert market_questions.question_in(said, CATALOGUE) == ("fee", "")


@pytest.mark.parametrize("said", ["english", "speak polish", "mówisz po polsku?", "мова", "do you speak German"])
def test_a_language_alone_leads_to_the_choice_of_one(said: str) -> None:
    assert market_questions.question_in(said, CATALOGUE) == market_questions.LANGUAGE


@pytest.mark.parametrize(
    "said",
    [
        "how does a gasifier work",
        "polish pellets",
        "Estonia",
        "support for pellet stoves",
        "avoid scam with UCO imports",
        "pellets",
        "?",
    ],
)
def test_sentence_about_goods_or_problems_is_no_market_question(said: str) -> None:
    assert market_questions.question_in(said, CATALOGUE) is None


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("chcę sprzedać zrębkę", "pl"),
        ("хочу продати пелети", "uk"),
        ("noriu parduoti granules", "lt"),
        ("gribu pārdot granulas", "lv"),
        ("200 t A1 pellets 215 €/t DAP Kaunas", None),
        ("Baltic Energy Holz GmbH pellets", None),
    ],
)
def test_a_language_is_known_by_several_words_that_no_other_has(said: str, language: str | None) -> None:
    assert language_of(said, CATALOGUE) == language
