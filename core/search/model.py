"""What a search is and what it finds: the query, the hits with their reasons, and what would find more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Id, Table
from core.listings.model import Listing
from core.search.parse import Understood

LARGEST_PAGE: Final = 50

Order = Literal["best", "cheapest", "nearest", "newest"]
Standings = Callable[[Collection[str]], Mapping[str, float]]  # sellers -> 0..1, handed in by whoever knows


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood of a sentence, or chosen in a menu; only sellers' goods are searched."""

    understood: Understood
    order: Order = "best"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is in the list, as a code ("search.why.product") and the parts of its sentence."""

    code: str
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing that fits now. `score` is 0 to 1 and only orders; `distance_km` is from the place that was asked."""

    listing: Listing
    score: float
    reasons: tuple[Reason, ...]
    distance_km: int | None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What would find something: the code says which wish is given up, `query` is ready to be run."""

    code: str
    parts: Mapping[str, object]
    query: Query
    count: int


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """A word that nothing is called, and one that something is."""

    given: str
    instead: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some hits of `total`; `after` continues the list. With no hit at all, `relaxations` say what would help."""

    understood: Understood
    hits: tuple[Hit, ...]
    total: int
    after: str | None = None
    relaxations: tuple[Relaxation, ...] = ()
    did_you_mean: tuple[DidYouMean, ...] = ()


class SearchWord(Table):
    """A word of a listing (its own words, its place, its seller's name), folded; written with the listing itself."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    listing_id: Mapped[str] = mapped_column(
        Id, ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, index=True
    )
