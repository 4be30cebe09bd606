"""A problem written where goods are looked for: who knows about it is one tap away."""

from __future__ import annotations

from typing import Final

from conversations.buttons import press
from conversations.reply import Button
from conversations.talk import Talk
from core.search import experts as advisers
from core.search.model import Query

WORDS_OF_A_PROBLEM: Final = 2  # "boiler slags"; one word left over is more often a slip
KNOWS: Final = frozenset({"field", "skill"})


def advice_row(talk: Talk, query: Query) -> tuple[tuple[Button, ...], ...]:
    """A way to the consultants, if more is said than goods, and it is what somebody advises on."""
    if len(query.understood.rest.split()) < WORDS_OF_A_PROBLEM:
        return ()
    problem = advisers.problem_of(query)
    found = advisers.find_experts(talk.ctx, talk.almanac.catalogue, problem, but=talk.organisation)
    if not any(kind in KNOWS for match in found.matches for kind, _ in match.reasons):
        return ()
    return ((Button(label=talk.words("command.experts"), press=press("seek.from_goods")),),)
