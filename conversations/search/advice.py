"""A problem told in a message: who knows about it is found at once, or is one tap away from a list of goods."""

from __future__ import annotations

from typing import Final

from conversations.buttons import press
from conversations.reply import Button
from conversations.talk import Talk
from core.search import experts as advisers
from core.search.model import Query
from core.search.parse import Understood
from core.search.service import query_of

WORDS_OF_A_PROBLEM: Final = 2  # "boiler slags"; one word left over is more often a slip
WORDS_BESIDE_GOODS: Final = 3  # "boiler slags badly", told of pellets; who wants pellets says less around them
KNOWS: Final = frozenset({"field", "skill"})
WANTED: Final = ("quantity", "grade", "certificates", "max_price", "price", "place", "window")


def advice_row(talk: Talk, query: Query) -> tuple[tuple[Button, ...], ...]:
    """A way to the consultants, if more is said than goods, and it is what somebody advises on."""
    if len(_told(query)) < WORDS_OF_A_PROBLEM or not _somebody_knows(talk, query):
        return ()
    return ((Button(label=talk.words("command.experts"), press=press("seek.from_goods")),),)


def tells_a_problem(talk: Talk, sentence: str, said: Understood) -> bool:
    """Whether a message is a problem rather than goods wanted or offered, and somebody here advises on it."""
    if said.side is not None or any(getattr(said, wish) for wish in WANTED):
        return False
    almanac = talk.almanac
    query = query_of(sentence, almanac.catalogue, almanac.places, talk.today, talk.words.language)
    goods = said.product or said.alternatives
    least = WORDS_BESIDE_GOODS if goods else WORDS_OF_A_PROBLEM
    return len(_told(query)) >= least and _somebody_knows(talk, query)


def _told(query: Query) -> list[str]:
    """The words that are left when the goods are taken out."""
    return query.understood.rest.split()


def _somebody_knows(talk: Talk, query: Query) -> bool:
    problem = advisers.problem_of(query)
    found = advisers.find_experts(talk.ctx, talk.almanac.catalogue, problem, but=talk.organisation)
    return any(kind in KNOWS for match in found.matches for kind, _ in match.reasons)
