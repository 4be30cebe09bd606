"""The purpose of goods ("for our heating plant") in a buyer's sentence: it names no goods itself."""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import pairwise
from typing import Final

from core.catalogue.language.grammar import Grammar
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded

AT_THE_END: Final = 4  # words behind "for our": so few need not be known
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FIGURE: Final = re.compile("[0-9]")


def strip_purpose(text: str, words: Set[str], grammar: Grammar, catalogue: Catalogue) -> str:
    """Return the text without the purpose of goods, if it also names goods and asks for them.

    A word of buying, a number or a scheme asks for goods. A text that looks for a person stays unchanged, because the
    purpose may have the problem.

    `words`: those of the text, folded.
    """
    if words.isdisjoint(grammar.ours):
        return text
    found = list(_WORD.finditer(text))
    said = [folded(word[0]) for word in found]
    ours = [place for place, word in enumerate(said) if word in grammar.ours]
    if not ours or not grammar.experts.isdisjoint(said):
        return text
    if _FIGURE.search(text) is None and grammar.first_words["schemes"].isdisjoint(said):
        spoken = " ".join(said)
        if not any(words.search(spoken) for words in grammar.sides.values()):
            return text
    for our in ours:
        leading = _leading(said, our, grammar)
        end = _behind_purpose(_clause(text, found[our:], grammar), grammar, catalogue, led=leading > 0) + our
        first = our - leading
        beside = (word for word in (*said[:first], *said[end:]) if word not in grammar.fillers)
        if end > our + 1 and any(map(catalogue.name_index.like, beside)):
            return f"{text[: found[first].start()]} ; {text[found[end - 1].end() :]}"
    return text


def _leading(said: list[str], our: int, grammar: Grammar) -> int:
    """Return how many words before "our" belong to it: "for", or "per la"."""
    if our and said[our - 1] in grammar.meant_for:
        return 1
    articled = our > 1 and said[our - 1] in grammar.fillers and said[our - 2] in grammar.meant_for
    return 2 if articled else 0


def _clause(text: str, found: list[re.Match[str]], grammar: Grammar) -> list[str]:
    """Return the folded words behind the first, up to a small one or a comma: "for our members in Kaunas"."""
    words: list[str] = []
    for before, word in pairwise(found):
        if text[before.end() : word.start()] not in {" ", "-"} or folded(word[0]) in grammar.fillers:
            break
        words.append(folded(word[0]))
    return words


def _behind_purpose(words: list[str], grammar: Grammar, catalogue: Catalogue, *, led: bool) -> int:
    """Return how many words from "our" on state the purpose of goods; 1 if they state none.

    `led`: whether "for" stands before them.
    """
    of_topics = catalogue.topics
    things = [place for place, word in enumerate(words) if word in grammar.consumers or of_topics.may_be_thing(word)]
    things = [place for place in things if place < AT_THE_END]
    if things:
        return things[-1] + 2 if led or len(words) == things[-1] + 1 else 1
    few = led and len(words) <= AT_THE_END and not any(map(_FIGURE.search, words))
    return len(words) + 1 if few and not any(map(catalogue.name_index.like, words)) else 1
