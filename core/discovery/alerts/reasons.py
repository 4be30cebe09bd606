"""The reasons why a person is told of a listing: each filter of their search that it meets now."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue.language.places import distance_km
from core.catalogue.product_names import words_of
from core.discovery.alerts.rules import Goods
from core.discovery.search.model import COUNTRY, ParsedQuery, Reason
from core.discovery.search.service import measures_met


def reasons(wanted: ParsedQuery, goods: Goods) -> tuple[Reason, ...]:
    """Return the reasons in a trader's order. Leave out a filter that a later change no longer meets."""
    return (*_of_goods(wanted, goods), *_of_price(wanted, goods), *_of_place(wanted, goods), *_of_rest(wanted, goods))


def _of_goods(wanted: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    listing = goods.listing
    if listing.product_id in {wanted.product, *wanted.alternatives}:
        yield Reason("search.why.product", {"product": listing.product_id})
    if listing.grade_id in wanted.grades_wanted:
        yield Reason("search.why.grade", {"grade": listing.grade_id})
    measured = measures_met(wanted, listing, goods.catalogue)
    if measured:
        yield Reason("search.chip.quality", {"quality": measured})
    schemes = tuple(scheme for scheme in wanted.certificates if scheme in goods.schemes)
    if schemes:
        yield Reason("search.why.certificate", {"schemes": schemes})


def _of_price(wanted: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    """Yield reasons by price: shown as the seller states it, compared in the limit's currency and unit."""
    most, least, price = wanted.max_price or wanted.price, wanted.min_price, goods.listing.price
    compared = None if most is None else goods.price(most.currency, most.unit)
    if most is not None and compared is not None and compared.amount <= most.amount:
        yield Reason("alert.met.at_most", {"price": price, "limit": most})
    compared = None if least is None else goods.price(least.currency, least.unit)
    if least is not None and compared is not None and compared.amount >= least.amount:
        yield Reason("alert.met.at_least", {"price": price, "limit": least})


def _of_place(wanted: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    place, listing = wanted.place, goods.listing
    if place is not None and listing.lat is not None and listing.lon is not None:
        km = round(distance_km(place.lat, place.lon, listing.lat, listing.lon))
        yield Reason("search.why.near", {"km": km, "place": place.name})
    if wanted.countries or any(mark.startswith(COUNTRY) for mark in wanted.left_out):
        yield Reason("search.why.country", {"country": listing.country})


def _of_rest(wanted: ParsedQuery, goods: Goods) -> Iterator[Reason]:
    listing, window = goods.listing, wanted.window
    words = tuple(word for word in words_of(wanted.rest) if goods.says(word))
    if words:
        yield Reason("search.why.words", {"words": words})
    amounts = None if wanted.quantity is None else goods.amounts(wanted.quantity.unit)
    if wanted.quantity is not None and amounts is not None and amounts[0] <= wanted.quantity <= amounts[1]:
        yield Reason("search.why.enough", {"remaining": listing.remaining})
    if window is not None and listing.window_from <= window.last and listing.window_to >= window.first:
        yield Reason("search.chip.window", {"window": (listing.window_from, listing.window_to)})
    if listing.packaging is not None and listing.packaging in wanted.packaging:
        yield Reason("search.chip.packaging", {"packaging": (listing.packaging,)})
