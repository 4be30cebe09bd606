"""What a search is and what it finds: the query, the hits with their reasons, and what would find more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.discovery.search.sentence.parse import Understood
from core.kernel.database import Id, Instant, Table
from core.trade.listings.model import Listing

LARGEST_PAGE: Final = 50

# "rated": by the good names of sellers or consultants; "soonest": consultants by when they are free.
Order = Literal["best", "cheapest", "nearest", "rated", "newest", "soonest"]
Kind = Literal["listing", "expert", "request"]
Standings = Callable[[Collection[str]], Mapping[str, float]]  # sellers -> 0..1, handed in by whoever knows


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood of a sentence, or chosen in a menu."""

    understood: Understood
    order: Order = "best"


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood, to be shown, changed or removed (`service.without(query, chip)`).

    `wish` names the part of `Understood` that it stands for; `code` and `parts` are its sentence ("search.chip.place").
    """

    wish: str
    code: str
    parts: Mapping[str, object]


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
    """A word that nothing is called, and one that something is; `query` asks with it instead, and finds something."""

    given: str
    instead: str
    query: Query | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several readings of a sentence: its parts in words ("product"), and the query that it makes."""

    parts: Mapping[str, object]
    query: Query


@dataclass(frozen=True, slots=True)
class Ask:
    """What has to be asked back, likeliest reading first. Without choices: what was said cannot be (`parts` say why).

    Codes: "search.ask.product" (equally likely goods), "search.ask.unclear" (`refusal`: a number that cannot be).
    """

    code: str
    parts: Mapping[str, object]
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some hits of `total`; `after` continues the list. With no hit at all, `relaxations` say what would help.

    `asks` are open questions: the hits answer the sentence as far as it is clear.
    """

    understood: Understood
    hits: tuple[Hit, ...]
    total: int
    after: str | None = None
    relaxations: tuple[Relaxation, ...] = ()
    did_you_mean: tuple[DidYouMean, ...] = ()
    asks: tuple[Ask, ...] = ()


class SearchLog(Table):
    """What has become of things that can be found: a row in the very transaction that changed them."""

    __tablename__ = "search_log"

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    # Of the transaction, where many write at once: the order of `seq` is not the order of their commits.
    xid: Mapped[int] = mapped_column(BigInteger, index=True)
    mark: Mapped[str] = mapped_column(Id)  # tells this row from another one that gets its number after a rollback
    subject: Mapped[str] = mapped_column(Id)

    __table_args__ = ({"sqlite_autoincrement": True},)


class SearchGeneration(Table):
    """A base of the index of a kind. One that is not served yet is being written, or was when its writer was killed."""

    __tablename__ = "search_generation"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(Instant)
    layout: Mapped[str] = mapped_column(String(40))  # which program and which rates of exchange can read it
    seen_seq: Mapped[int] = mapped_column(BigInteger)  # it holds everything that the log said before
    seen_xid: Mapped[int] = mapped_column(BigInteger)
    documents: Mapped[int] = mapped_column(Integer)
    served: Mapped[bool] = mapped_column(Boolean)


class SearchBlob(Table):
    """A piece of a base: its arrays as they lie in memory."""

    __tablename__ = "search_blob"

    generation: Mapped[str] = mapped_column(
        Id, ForeignKey("search_generation.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SearchRebuild(Table):
    """Who builds the next base of a kind, and until when nobody else may begin."""

    __tablename__ = "search_rebuild"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    until: Mapped[datetime] = mapped_column(Instant)
