"""Fuels and other things that are not traded here, though a word of them names goods.

"Bagasse pellets" are no wood pellets, and cat litter is no fuel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from core.catalogue.product_names import NameIndex
from core.discovery.search.sentence.state import ParseState
from core.kernel.errors import Invalid

TOGETHER: Final = frozenset({" ", "-"})  # between two words of one name


def take_untraded(state: ParseState, every: Sequence[re.Match[str]], index: NameIndex) -> frozenset[int]:
    """Return where the words of untraded goods begin, and note them as unclear.

    They are the words of the phrase, and the goods directly after it. If none follow, the goods directly before it or
    before "of" count. `every`: all words left of the sentence.
    """
    if not state.may_name("not_traded"):
        return frozenset()
    places = set[int]()
    for found in state.grammar.not_traded.finditer(state.text):
        first = next((place for place, word in enumerate(every) if word.start() >= found.start()), len(every))
        end = first + sum(found.start() <= word.start() < found.end() for word in every)
        behind = sum(1 for _ in takewhile(lambda place: _goes_on(state, every, place, index), range(end, len(every))))
        before = 0 if behind else _before(state, every, first, index)
        told = every[first - before : end + behind]
        if told:
            given = state.written(told[0].start(), told[-1].end())
            state.unclear.append(Invalid("goods.not_traded", given=given))
            places.update(word.start() for word in told)
    return frozenset(places)


def _goes_on(state: ParseState, every: Sequence[re.Match[str]], place: int, index: NameIndex) -> bool:
    """Return True if the word there continues the one before it and names goods."""
    between = state.text[every[place - 1].end() : every[place].start()]
    return between in TOGETHER and bool(index.like(every[place][0]))


def _before(state: ParseState, every: Sequence[re.Match[str]], first: int, index: NameIndex) -> int:
    """Return how many words before the phrase name the goods made of it: "wood pellets of", "briketai"."""
    words = every[:first]
    made_of = int(bool(words) and words[-1][0] in state.grammar.made_of)
    goods = 0
    for place in range(first - 1 - made_of, -1, -1):
        between = state.text[every[place].end() : every[place + 1].start()]
        if between not in TOGETHER or not index.like(every[place][0]):
            break
        goods += 1
    return goods + made_of if goods else 0
