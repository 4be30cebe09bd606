"""The words of a search that were understood as nothing else: which countries they name, and which the market knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from core.catalogue import Catalogue
from core.catalogue.names import folded, words_of
from core.kernel.transaction import Ctx
from core.people.model import Organisation
from core.search.parse import Understood

SHORTEST_NAME: Final = 4  # letters of a word that names a company by itself: "UAB" names none
NAMED_SO_AT_MOST: Final = 5  # companies: what more are called ("energy", "GmbH") names none of them
READ_ANEW: Final = timedelta(hours=1)


class Said(NamedTuple):
    """`countries`: in one of them the goods have to lie; `not_there`: in none of them may they. `words`: all others,
    folded."""

    countries: frozenset[str]
    not_there: frozenset[str]
    words: tuple[str, ...]


def said_by(wanted: Understood, catalogue: Catalogue) -> Said:
    return _said(wanted.rest, catalogue)


@lru_cache(maxsize=50_000)
def _said(rest: str, catalogue: Catalogue) -> Said:
    """A country behind a "without" is one where the goods may not lie, and so are those that follow it."""
    without = _without(catalogue)
    words = list(_with_countries(words_of(rest), catalogue))
    codes = [_country(word, catalogue) for word in words]
    wanted, unwanted, others = set[str](), set[str](), list[str]()
    excluding = False
    for place, (word, code) in enumerate(zip(words, codes, strict=True)):
        following = any(codes[place + 1 : place + 2])
        if code is not None:
            (unwanted if excluding else wanted).add(code)
        elif word in without and following:
            excluding = True
        else:
            excluding = excluding and following  # "without Belarus or Russia"
            others.append(word)
    return Said(frozenset(wanted), frozenset(unwanted), tuple(others))


def _with_countries(words: Sequence[str], catalogue: Catalogue) -> Iterator[str]:
    """The same with each country's name of several words as one word."""
    place = 0
    for start, end in catalogue.countries_in(words):
        yield from words[place:start]
        yield " ".join(words[start:end])
        place = end
    yield from words[place:]


def _country(word: str, catalogue: Catalogue) -> str | None:
    """The code of the country that a word names, or is a slip of where it means nothing else."""
    code = catalogue.country_named(word)
    return code or (None if catalogue.synonyms.knows(word) else catalogue.country_misspelt(word))


@lru_cache(maxsize=8)
def _without(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(map(folded, catalogue.words.all("without")))


def tells_goods_apart(word: str, products: Collection[str], catalogue: Catalogue) -> bool:
    """Whether a word beside goods says how they are or which kind of them is meant: "beech", "dry"."""
    return catalogue.synonyms.describes_goods(word) or catalogue.synonyms.tells_kind(word, products)


def known_names(ctx: Ctx) -> Callable[[str], bool]:
    """Whether a word tells somebody apart who has ever traded, by their name. Nothing is read until it is asked."""

    @cache
    def words() -> frozenset[str]:
        return _names.setdefault(ctx.session.connection().engine, _Names()).words(ctx)

    return lambda word: word in words()


@dataclass(slots=True)
class _Names:
    """The words of all traders' names that tell them apart. They are read when there is one more trader, and now and
    then, since names change."""

    known: frozenset[str] = frozenset()
    count: int = 0
    read_at: datetime | None = None

    def words(self, ctx: Ctx) -> frozenset[str]:
        traded = Organisation.traded
        count = ctx.session.scalar(select(func.count()).select_from(Organisation).where(traded)) or 0
        if count != self.count or self.read_at is None or abs(ctx.now - self.read_at) >= READ_ANEW:
            names = ctx.session.scalars(select(Organisation.name).where(traded))
            self.known, self.count, self.read_at = _telling(map(words_of, names)), count, ctx.now
        return self.known


_names: Final[WeakKeyDictionary[Engine, _Names]] = WeakKeyDictionary()  # of each database that this process works on


def _telling(names: Iterable[list[str]]) -> frozenset[str]:
    users = Counter(word for words in names for word in set(words) if len(word) >= SHORTEST_NAME and word.isalpha())
    return frozenset(word for word, many in users.items() if many <= NAMED_SO_AT_MOST)
