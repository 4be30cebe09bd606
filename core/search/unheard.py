"""Words beside goods that nobody in the market writes ("pellets Narnia"): they are told, and are no wish.

A word counts that some document has, perhaps misspelt or in another case, that means something in the catalogue, or
that a trader is called by. What none of these know can order no list, and nothing would ever meet it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from core.catalogue import Catalogue
from core.catalogue.names import words_of
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.people.model import Organisation
from core.search.engine.document import words_in
from core.search.engine.index import Index
from core.search.engine.wanted import Word
from core.search.parse import Understood

NOT_LOOKED_AT: Final = "search.not_looked_at"  # the code that tells of them
SHORTEST_NAME: Final = 4  # letters of a word that a company may be called by


def without_unheard(ctx: Ctx, said: Understood, index: Index, catalogue: Catalogue) -> Understood:
    """The same without these words, which are among what is unclear then. Where no goods are named some word has to be
    met, so one must be left."""
    written = said.rest.split()
    known = _heard(ctx, written, index, catalogue)
    goods = said.product or said.alternatives or said.grade
    if all(known) or not (goods or any(known)):
        return said
    unheard, run = list[str](), list[str]()
    for word, is_known in zip([*written, ""], [*known, True], strict=True):
        if not is_known:
            run.append(word)
        elif run:
            unheard.append(" ".join(run))
            run = []
    rest = " ".join(word for word, is_known in zip(written, known, strict=True) if is_known)
    told = Refusal("search.not_looked_at", words=", ".join(unheard))
    return replace(said, rest=rest, unclear=(*said.unclear, told))


def _heard(ctx: Ctx, written: Sequence[str], index: Index, catalogue: Catalogue) -> list[bool]:
    """Of each word whether it counts. A number counts like the words beside it: "10000 lbs" are nothing together."""
    if not written:
        return []
    texts = [" ".join(words_in(word)) for word in written]
    meant = catalogue.synonyms.of(texts)
    heard = index.heard([Word(text, also) for text, also in zip(texts, meant, strict=True)])
    known = [
        bool(also) or is_heard or _names_trader(ctx, text)
        for text, also, is_heard in zip(texts, meant, heard, strict=True)
    ]
    for place, text in enumerate(texts):
        if text.isdigit() and known[place]:
            known[place] = all(known[max(0, place - 1) : place + 2])
    return known


def _names_trader(ctx: Ctx, word: str) -> bool:
    """Whether somebody who has ever traded is called so. It is asked for the few words that nothing else knows."""
    if len(word) < SHORTEST_NAME or not word.isalpha():
        return False
    names = ctx.session.scalars(select(Organisation.name).where(Organisation.traded))
    return any(word in words_of(name) for name in names)


def without_letters(rest: str) -> str:
    """The words without small letters that stand alone: "а" and "о" are no names of anything."""
    return " ".join(word for word in rest.split() if len(word) > 1 or not word.islower())
