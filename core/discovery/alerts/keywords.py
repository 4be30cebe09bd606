"""The words of a search that were understood as nothing else: which of them the market knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from core.catalogue.model import Catalogue
from core.catalogue.product_names import words_of
from core.kernel.transaction import Ctx
from core.people.accounts.model import Organisation

SHORTEST_NAME: Final = 4  # letters of a word that names a company by itself: "UAB" names none
NAMED_SO_AT_MOST: Final = 5  # companies: a word in more names ("energy", "GmbH") identifies none of them
READ_AGAIN: Final = timedelta(hours=1)


def distinguishes_goods(word: str, products: Collection[str], catalogue: Catalogue) -> bool:
    """Return True if a word beside goods describes them or tells which kind is meant: "beech", "dry"."""
    return catalogue.synonyms.describes_goods(word) or catalogue.synonyms.tells_kind(word, products)


def known_names(ctx: Ctx) -> Callable[[str], bool]:
    """Return a test for words that identify a trader by name. The names are read on the first call."""

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
        if count != self.count or self.read_at is None or abs(ctx.now - self.read_at) >= READ_AGAIN:
            names = ctx.session.scalars(select(Organisation.name).where(traded))
            self.known, self.count, self.read_at = _telling(map(words_of, names)), count, ctx.now
        return self.known


_names: Final[WeakKeyDictionary[Engine, _Names]] = WeakKeyDictionary()  # by the database that this process works on


def _telling(names: Iterable[list[str]]) -> frozenset[str]:
    users = Counter(word for words in names for word in set(words) if len(word) >= SHORTEST_NAME and word.isalpha())
    return frozenset(word for word, many in users.items() if many <= NAMED_SO_AT_MOST)
