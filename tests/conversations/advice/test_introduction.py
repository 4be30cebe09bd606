"""A consultant's introduction in a sentence, and the message that they are free now: in the languages of the market."""

from __future__ import annotations

import pytest

from conversations.advice.experts.current_availability import FreeNow, free_now_in
from tests.core.goods import catalogue


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("free now", None),
        ("I am free now until 17:00", 1020),
        ("available now until 5pm", 1020),
        ("ich bin jetzt frei bis 17 Uhr", 1020),
        ("je suis libre maintenant jusqu'à 18h", 1080),
        ("libre ahora hasta las 17:00", 1020),
        ("wolny teraz do 17", 1020),
        ("laisvas dabar iki 17 val.", 1020),
        ("brīvs tagad līdz 17", 1020),
        ("kohe vaba kuni 17", 1020),
        ("libero ora fino alle 17", 1020),
        ("ledig nu till 17", 1020),
        ("вільний зараз до 17:00", 1020),
    ],
)
def test_free_now_is_understood_in_any_language(said: str, until: int | None) -> None:
    assert free_now_in(said, catalogue()) == FreeNow(until)


@pytest.mark.parametrize("said", ["", "now", "free", "free pellets now", "are consultants available now?", "200 t now"])
def test_sentence_that_says_more_or_less_is_not_free_now(said: str) -> None:
    assert free_now_in(said, catalogue()) is None
