"""Words beside goods that are unknown in the market ("pellets Narnia"): they are reported, and are no filter.

A word is known if some document has it, perhaps misspelt or in another case. It is also known if it means something in
the catalogue, or is part of a trader's name. Other words can order no list, and would never be met.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of
from core.discovery.search.engine.document import words_in
from core.discovery.search.engine.index import Index
from core.discovery.search.engine.query import Word
from core.discovery.search.model import ParsedQuery
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.model import Organisation

SHORTEST_NAME: Final = 4  # letters of a word that a company may be called by


def drop_unknown_words(ctx: Ctx, parsed: ParsedQuery, index: Index, catalogue: Catalogue) -> ParsedQuery:
    """Return the query without unknown words, which become unclear.

    Without goods some word must be met, so one word must be known.
    """
    written = parsed.rest.split()
    known = _known_words(ctx, written, index, catalogue)
    goods = parsed.product or parsed.alternatives or parsed.grade
    if all(known) or not (goods or any(known)):
        return parsed
    unknown, run = list[str](), list[str]()
    for word, is_known in zip([*written, ""], [*known, True], strict=True):
        if not is_known:
            run.append(word)
        elif run:
            unknown.append(" ".join(run))
            run = []
    rest = " ".join(word for word, is_known in zip(written, known, strict=True) if is_known)
    told = Refusal("search.not_looked_at", words=", ".join(unknown))
    return replace(parsed, rest=rest, unclear=(*parsed.unclear, told))


def _known_words(ctx: Ctx, written: Sequence[str], index: Index, catalogue: Catalogue) -> list[bool]:
    """Return for each word whether it is known. A number counts like the words beside it ("10000 lbs")."""
    if not written:
        return []
    texts = [" ".join(words_in(word)) for word in written]
    meant = catalogue.synonyms.of(texts)
    met = index.known_words([Word(text, also) for text, also in zip(texts, meant, strict=True)])
    known = [bool(also) or is_in_index for also, is_in_index in zip(meant, met, strict=True)]
    traders = _names_of_traders(ctx, {text for text, is_known in zip(texts, known, strict=True) if not is_known})
    known = [is_known or text in traders for text, is_known in zip(texts, known, strict=True)]
    for place, text in enumerate(texts):
        if text.isdigit() and known[place]:
            known[place] = all(known[max(0, place - 1) : place + 2])
    return known


def _names_of_traders(ctx: Ctx, words: Set[str]) -> frozenset[str]:
    """Return those of these folded words that are in the name of an organisation that has traded.

    Called once per search, and only for words that are otherwise unknown.
    """
    asked = frozenset(word for word in words if len(word) >= SHORTEST_NAME and word.isalpha())
    if not asked:
        return asked
    names = ctx.session.scalars(select(Organisation.name).where(Organisation.traded))
    return asked.intersection(word for name in names for word in words_of(name))


def drop_single_letters(rest: str) -> str:
    """Return the words without small letters that stand alone: "а" and "о" are no names."""
    return " ".join(word for word in rest.split() if len(word) > 1 or not word.islower())
