"""A call for advice told in a message: who knows about it is found at once, or is one tap away from a list of goods."""

from __future__ import annotations

from typing import Final

from conversations.buttons import press
from conversations.chat_context import Talk
from conversations.reply import Button
from core.catalogue.product_names import words_of
from core.discovery.search import experts as advisers
from core.discovery.search.advice import asks_advice, names_adviser
from core.discovery.search.model import Query
from core.discovery.search.sentence.clock import without_clock
from core.discovery.search.sentence.parse import Understood, parse

WORDS_OF_A_PROBLEM: Final = 2  # "boiler slags"; one word left over is more often a slip
KNOWS: Final = frozenset({"field", "skill", "topic"})


def advice_row(talk: Talk, query: Query) -> tuple[tuple[Button, ...], ...]:
    """A way to the consultants, if more is said than goods, and it is what somebody advises on."""
    if not _says_enough(talk, query.understood) or not _somebody_knows(talk, query):
        return ()
    return ((Button(label=talk.words("command.experts"), press=press("seek.from_goods")),),)


def tells_a_problem(talk: Talk, sentence: str, said: Understood, *, wants_goods: bool) -> bool:
    """Whether a message is for those who advise here: it names one, and the experts' search says what can be had if
    nobody fits; or it asks for advice rather than for the goods that it seems to want, or seems to want none, and
    somebody knows of it."""
    clock = without_clock(sentence, talk.almanac.catalogue, talk.today)
    if clock.at is not None:  # "10:00" is no B10
        almanac, sentence = talk.almanac, clock.text
        said = parse(sentence, almanac.catalogue, almanac.places, talk.today, talk.words.language, several=True)
    if names_adviser(sentence, said, talk.almanac.catalogue):
        return True
    of_somebody = clock.at is not None or said.speaks is not None  # goods have no hour, and speak no language
    enough = of_somebody or _says_enough(talk, said)
    for_advisers = asks_advice(sentence, said, talk.almanac.catalogue) if wants_goods else enough
    return for_advisers and _somebody_knows(talk, Query(said))


def _says_enough(talk: Talk, said: Understood) -> bool:
    """Whether enough is left when the goods are taken out; the United Kingdom is one word, as Latvia is."""
    words = words_of(said.rest)
    of_countries = sum(end - start - 1 for start, end in talk.almanac.catalogue.areas_in(words))
    return len(words) - of_countries >= WORDS_OF_A_PROBLEM


def _somebody_knows(talk: Talk, query: Query) -> bool:
    problem = advisers.problem_of(query, talk.almanac.catalogue)
    found = advisers.find_experts(talk.ctx, talk.almanac.catalogue, problem, but=talk.organisation)
    return any(kind in KNOWS for match in found.matches for kind, _ in match.reasons)
