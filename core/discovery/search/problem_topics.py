"""The topics of a problem: the topics and fields of its words, as marks of the experts on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from core.catalogue import Catalogue
from core.catalogue.topics import weighed

SPEAKS_OF_IT: Final = 0.95  # how well an expert on a topic meets the words that tell most of it
ADVISES: Final = 0.6  # how well an adviser in a field meets its words
TOPIC_SHARE: Final = 0.4  # share of the words for the likeliest topic; a smaller share is ignored
FIELD_SHARE: Final = 0.6
FIELDS_TOLD: Final = 3  # a word of more fields tells nothing
BESIDE_PROBLEM: Final = 0.4  # a word of no field beside words of the problem


class WordTopics(NamedTuple):
    """The meaning of one word of a problem: the terms that meet it, and its weight."""

    also: Mapping[str, float]
    tells: float


def weigh_problem_words(words: Sequence[str], catalogue: Catalogue) -> list[WordTopics]:
    """Return the meaning of each word of a problem. A topic or field that several words share counts more.

    A word of several topics ("fumes") tells less of each. The topic of the other words decides what it means here.
    """
    marks = _marks_of(words, catalogue)
    beside = BESIDE_PROBLEM if any(marks) else 1.0
    return [
        WordTopics(
            {**_same(word, same, catalogue), **about},
            catalogue.topics.tells(word) * min(1.0, max(about.values()) / ADVISES) if about else beside,
        )
        for word, same, about in zip(words, catalogue.synonyms.of(words), marks, strict=True)
    ]


def _same(word: str, same: Mapping[str, float], catalogue: Catalogue) -> Mapping[str, float]:
    """Return other words of its meaning.

    A short word, and one of a topic, must match exactly. "Mois" is not "bois", and "contrôle" is no contract.
    """
    synonyms = catalogue.synonyms
    meant = synonyms.may_be_meant(word) and (synonyms.has(word) or not catalogue.topics.of(word))
    return same if meant else {}


def _marks_of(words: Sequence[str], catalogue: Catalogue) -> list[Mapping[str, float]]:
    topics = [catalogue.topics.of(word) for word in words]
    fields = [catalogue.fields_told_by(word) for word in words]
    fields = [of_word if len(of_word) <= FIELDS_TOLD else () for of_word in fields]
    tells = [catalogue.topics.tells(word) for word in words]
    by_topic = _shares(zip(topics, tells, strict=True), TOPIC_SHARE)
    by_field = _shares(zip(fields, tells, strict=True), FIELD_SHARE)
    return [
        {f"topic:{topic}": SPEAKS_OF_IT * by_topic[topic] for topic in topics_told if topic in by_topic}
        | {f"field:{field}": ADVISES * by_field[field] for field in fields_told if field in by_field}
        for topics_told, fields_told in zip(topics, fields, strict=True)
    ]


def _shares(told: Iterable[tuple[Sequence[str], float]], least: float) -> dict[str, float]:
    """Return the weight of each topic as a share of the strongest."""
    weights = weighed(told)
    most = max(weights.values(), default=1.0)
    return {one: weight / most for one, weight in weights.items() if weight >= least * most}
