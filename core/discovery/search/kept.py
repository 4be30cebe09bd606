"""A search that is kept: written as text, read back by a later release, and narrowed by what is said next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from core.discovery.search.model import Order, Query
from core.discovery.search.sentence.leaving_out import COUNTRY, GRADE, PACKAGING, PRODUCT, SCHEME
from core.discovery.search.sentence.parse import Understood
from core.kernel.errors import Refusal

# Of the moment in which the sentence was said; the order is from then on that of the query.
ASKED_ONCE: Final = frozenset({"unclear", "side", "order", "by_load", "around_km"})
PRICES: Final = ("price", "max_price")  # either is a limit above which nothing is wanted
GOODS: Final = ("product", "alternatives", "grade", "grades", "named", "rest")  # what other goods have otherwise
AS_WRITTEN: Final = ("place_said", "countries_said", "named", "by_grade")  # how it was said, and not what
# What is said anew -> what was said before and does not stand beside it.
REPLACED: Final = (
    (PRICES, PRICES),
    (("product", "alternatives"), GOODS),
    (("grade", "grades"), ("grade", "grades", "by_grade")),
    (("place",), ("radius_km", "countries", "countries_said")),
    (("countries",), ("place", "place_said", "radius_km")),
    (("max_rate",), ("by_minute",)),
)
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
    """What was asked before, with what has been said since in place of it; what is left out adds up."""
    before = query.understood
    said = {part.name: getattr(more, part.name) for part in fields(Understood)}
    new = {name: value for name, value in said.items() if value != getattr(NOTHING, name)}
    given_up: set[str] = {"unclear"}
    for names, others in REPLACED:
        if new.keys() & set(names):
            given_up |= set(others)
    if "rest" in new and "rest" not in given_up:
        new["rest"] = " ".join(dict.fromkeys((*before.rest.split(), *more.rest.split())))
    together = replace(before, **(_empty(given_up) | new))
    return replace(query, understood=_without_contradiction(before, more, together))


def _without_contradiction(before: Understood, more: Understood, together: Understood) -> Understood:
    """What is wanted now is left out no longer, and what is left out now is wanted no longer."""
    wanted = {f"{SCHEME}{scheme}" for scheme in more.certificates} | {f"{COUNTRY}{code}" for code in more.countries}
    wanted |= {f"{GRADE}{grade}" for grade in more.grades_wanted} | {f"{PACKAGING}{each}" for each in more.packaging}
    wanted |= {f"{PRODUCT}{product}" for product in (more.product, *more.alternatives) if product}
    unwanted = set(more.left_out)
    return replace(
        together,
        left_out=tuple(dict.fromkeys((*(mark for mark in before.left_out if mark not in wanted), *more.left_out))),
        certificates=tuple(each for each in together.certificates if f"{SCHEME}{each}" not in unwanted),
        countries=tuple(each for each in together.countries if f"{COUNTRY}{each}" not in unwanted),
        packaging=tuple(each for each in together.packaging if f"{PACKAGING}{each}" not in unwanted),
        grade=None if f"{GRADE}{together.grade}" in unwanted else together.grade,
        grades=tuple(each for each in together.grades if f"{GRADE}{each}" not in unwanted),
    )


def _empty(names: Iterable[str]) -> dict[str, Any]:
    return {part.name: getattr(NOTHING, part.name) for part in fields(Understood) if part.name in set(names)}
