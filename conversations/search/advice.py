"""A call for advice told in a message: who knows about it is found at once, or is one tap away from a list of goods."""

from __future__ import annotations

from typing import Final

from conversations.buttons import press
from conversations.reply import Button
from conversations.talk import Talk
from core.search import experts as advisers
from core.search.model import Query

WORDS_OF_A_PROBLEM: Final = 2  # "boiler slags"; one word is more often a slip
KNOWS: Final = frozenset({"field", "skill"})


def advice_row(talk: Talk, query: Query) -> tuple[tuple[Button, ...], ...]:
    """A way to the consultants, if more is said than goods, and it is what somebody advises on."""
    if len(query.understood.rest.split()) < WORDS_OF_A_PROBLEM or not somebody_knows(talk, query):
        return ()
    return ((Button(label=talk.words("command.experts"), press=press("seek.from_goods")),),)


def somebody_knows(talk: Talk, query: Query) -> bool:
    """Whether somebody here advises on what is said, taken as a problem."""
    problem = advisers.problem_of(query)
    if len(problem.understood.rest.split()) < WORDS_OF_A_PROBLEM:
        return False
    found = advisers.find_experts(talk.ctx, talk.almanac.catalogue, problem, but=talk.organisation)
    return any(kind in KNOWS for match in found.matches for kind, _ in match.reasons)
