"""Misspelt words: nothing within the edits believed is overlooked, and words of one meaning know each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from core.catalogue.spelling import SHORTEST, Spelling, WordList, distances, edits_believed
from tests.core.goods import catalogue
from tools.batch.search_batch import main

words = st.text(alphabet="abcdeл", min_size=1, max_size=11)


@given(st.lists(words, unique=True, max_size=40), words)
def test_every_word_within_the_edits_believed_is_found(known: list[str], asked: str) -> None:
    near = {known[number] for number in Spelling.of(known).near(asked)}
    limit = edits_believed(asked)
    meant = {word for word in known if len(word) >= SHORTEST and OSA.distance(word, asked) <= limit} if limit else set()
    assert near >= meant
    found = list(near)
    measured = dict(zip(found, distances(asked, found), strict=True))
    assert {word for word, blocking in measured.items() if blocking <= limit} == meant
    assert list(WordList(known).near(asked).items()) == [(word, measured[word]) for word in known if word in meant]


def test_short_words_and_codes_count_as_they_stand() -> None:
    spelling = Spelling.of(["uco", "pks", "b100", "pellets"])
    assert [len(spelling.near(word)) for word in ("ucp", "pkz", "b101", "pelets")] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        (["аудитор"], "auditor"),
        (["сертифікації"], "certification"),  # in another case
        (["certifcation"], "sertifikavimas"),  # and misspelt
        (["greenhouse", "gas"], "emissions"),  # two words of one meaning
        (["kasepuu", "kask"], "birch"),
    ],
)
def test_a_word_knows_those_of_its_meaning(asked: list[str], other: str) -> None:
    also = catalogue().synonyms.of(asked)
    assert other in also[-1]
    assert all(word not in others for word, others in zip(asked, also, strict=True))


def test_a_word_of_no_meaning_stands_alone() -> None:
    assert catalogue().synonyms.of(["zxcvb", "coffee"]) == [{}, {}]


def test_anybody_can_measure_the_engine_by_files(tmp_path: Path) -> None:
    documents = [
        {"id": "pellets", "kind": "listing", "title": "Holzpellets ENplus A1", "text": "lose", "lang": "de",
         "product": "wood pellets", "certs": ["FSC"], "quantity_t": 600, "price_eur_t": 190, "city": "Riga"},
        {"id": "dear", "kind": "listing", "title": "Wood pellets", "text": "", "lang": "en",
         "product": "wood_pellets", "quantity_t": 600, "price_eur_t": 290, "city": "Riga", "country": "LV"},
        {"id": "expert", "kind": "expert", "title": "ISCC auditor", "text": "biodiesel plants", "lang": "en",
         "city": "Berlin", "country": "DE", "created": "2026-10-01"},
    ]  # fmt: skip
    queries = {
        "500t pelets under 200 eur near riga": ["pellets", "dear"],  # what meets all but the price comes after
        "500t pelets under 200 eur near riga fsc": ["pellets", "dear"],
        "аудитор Берлін": ["expert"],
        "coffee": [],
        "🔥": [],
        "": [],
    }
    (tmp_path / "docs").write_text("\n".join(json.dumps(row) for row in documents))
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(queries)]
    (tmp_path / "queries").write_text("\n".join(lines))
    assert main([str(tmp_path / "docs"), str(tmp_path / "queries"), "--out", str(tmp_path / "out")]) == 0
    answers = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert [answer["hits"] for answer in answers] == list(queries.values())
    assert [answer["id"] for answer in answers] == list(range(len(queries)))
    assert all(answer["ms"] >= 0 for answer in answers)
