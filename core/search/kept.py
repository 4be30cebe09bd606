"""A search that is kept: written as text, read back by a later release, and narrowed by what is said next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from core.kernel.errors import Refusal
from core.search.model import Order, Query
from core.search.parse import Understood

# Of the moment in which the sentence was said; the order is from then on that of the query.
ASKED_ONCE: Final = frozenset({"unclear", "side", "order", "by_load", "around_km"})
PRICES: Final = ("price", "max_price")  # either is a limit above which nothing is wanted
GOODS: Final = ("product", "alternatives", "grade", "grades", "named", "rest")  # what other goods have otherwise
AS_WRITTEN: Final = ("place_said", "countries_said", "named", "by_grade")  # how it was said, and not what
NOTHING: Final = Understood()


def _kept_shape() -> type[BaseModel]:
    """The parts of `Understood` as a shape to be stored. A part that a later release has dropped is passed over."""
    hints = get_type_hints(Understood)
    parts: dict[str, Any] = {
        part.name: (hints[part.name], part.default) for part in fields(Understood) if part.name not in ASKED_ONCE
    }
    parts["order"] = (Order, "best")
    return create_model("Kept", __config__=ConfigDict(extra="ignore", frozen=True), **parts)


Kept: Final = _kept_shape()


def written(query: Query) -> str:
    """The query as JSON. Equal queries are written alike."""
    said = {name: getattr(query.understood, name) for name in Kept.model_fields.keys() - {"order"}}
    return Kept(**said, order=query.order).model_dump_json(exclude_defaults=True)


def read(text: str) -> Query:
    """The query that was written; one that asks for nothing where the text is no longer understood."""
    try:
        kept = Kept.model_validate_json(text or "{}")
    except (ValidationError, Refusal):
        return Query(NOTHING)
    parts = {name: getattr(kept, name) for name in Kept.model_fields}
    order = parts.pop("order")
    return Query(Understood(**parts), order)


def canonical(query: Query) -> Query:
    """The query without its order and its wording: what two sentences that want the same have in common."""
    return Query(replace(query.understood, **_empty(AS_WRITTEN)))


def nameable(query: Query) -> Query:
    """The same, with the name that the person has for the town: it is called so when the search is shown again."""
    plain = canonical(query)
    return replace(plain, understood=replace(plain.understood, place_said=query.understood.place_said))


def refined(query: Query, more: Understood) -> Query:
    """What was asked before, with what has been said since in place of it."""
    said = {part.name: getattr(more, part.name) for part in fields(Understood)}
    new = {name: value for name, value in said.items() if value != getattr(NOTHING, name)}
    given_up: set[str] = {"unclear"}
    if new.keys() & set(PRICES):
        given_up |= set(PRICES)
    if new.keys() & {"product", "alternatives"}:
        given_up |= set(GOODS)
    if "place" in new:
        given_up |= {"radius_km", "countries", "countries_said"}
    if "countries" in new:
        given_up |= {"place", "place_said", "radius_km"}
    return replace(query, understood=replace(query.understood, **(_empty(given_up) | new)))


def _empty(names: Iterable[str]) -> dict[str, Any]:
    return {part.name: getattr(NOTHING, part.name) for part in fields(Understood) if part.name in set(names)}
