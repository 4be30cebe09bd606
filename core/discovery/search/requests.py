"""Finds the open requests that a seller could answer, by one sentence about what they have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from core.catalogue import Catalogue
from core.discovery.search import rules
from core.discovery.search.kinds.requests import REQUESTS
from core.discovery.search.model import Chip, Query
from core.discovery.search.storage.shelf import shelf_of
from core.discovery.search.unheard import without_unheard
from core.discovery.search.wishes import exactly, known_to_index
from core.kernel.transaction import Ctx
from core.trade.requests.model import REQUEST, Request

LOOKED_AT: Final = 200  # of the best; nobody pages further


@dataclass(frozen=True, slots=True)
class Wanting:
    """The requests that fit, best first; of each, how far its place is from the one that was said."""

    query: Query
    requests: tuple[Request, ...]
    km: tuple[int | None, ...]


def having(query: Query) -> Query:
    """The sentence as a seller means it: a price is what they want at least, a packing what they can do.
    What theirs is measured by is held against no request."""
    said = query.understood
    least = said.min_price or said.price
    meant = replace(said, side=None, price=None, min_price=least, packaging=(), incoterm=None, free_now=False)
    return replace(query, understood=replace(meant, quality=()))


def find_requests(ctx: Ctx, catalogue: Catalogue, query: Query, *, but: str) -> Wanting:
    """Requests that take quotes now, each confirmed against its row. `but`: the organisation that is left out."""
    index = shelf_of(ctx, REQUESTS).look(ctx.session, catalogue)
    order = known_to_index(query.order)
    query = replace(query, understood=without_unheard(ctx, query.understood, index, catalogue))
    wanted = exactly(query.understood, catalogue, ctx.now.date(), order, kind=REQUESTS.name)
    found = index.search(wanted, LOOKED_AT).found
    taking = select(Request).where(
        Request.id.in_([each.id for each in found]),
        Request.state == REQUEST.initial,
        Request.closes_at > ctx.now,
        Request.buyer != but,
    )
    rows = {request.id: request for request in ctx.session.scalars(taking)}
    fitting = [each for each in found if each.id in rows]
    return Wanting(
        query,
        tuple(rows[each.id] for each in fitting),
        tuple(None if each.km is None else round(each.km) for each in fitting),
    )


def chips(query: Query) -> tuple[Chip, ...]:
    """What was understood, one chip a wish."""
    return rules.chips_of(query.understood)
