"""Countries and regions of origin: taken from the words of a sentence, as a filter of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.catalogue import Catalogue
from core.catalogue.language.places import Places
from core.catalogue.product_names import folded
from core.discovery.search.model import ParsedQuery


def extract_countries(parsed: ParsedQuery, catalogue: Catalogue, places: Places) -> ParsedQuery:
    """Return the query with the countries and regions among its remaining words moved to `countries`.

    The country or region of a named place only tells which place is meant ("Riga, Latvia", "Passau, Bayern"). It is no
    filter.
    """
    written = parsed.rest.split()
    spans = list(_spans([folded(word) for word in written], catalogue, places))
    if not spans:
        return parsed
    named = [" ".join(written[start:end]) for start, end in spans]
    taken = {place for start, end in spans for place in range(start, end)}
    codes = dict.fromkeys(filter(None, (catalogue.area_named(folded(name)) for name in named)))
    place = parsed.place
    if place is not None and set(codes) <= set(catalogue.areas_at(place.country, place.lat, place.lon)):
        codes, named = {}, []
    rest = " ".join(word for place, word in enumerate(written) if place not in taken)
    return replace(parsed, countries=tuple(codes), countries_said=" ".join(named), rest=rest)


def _spans(words: Sequence[str], catalogue: Catalogue, places: Places) -> Iterator[tuple[int, int]]:
    """Yield where countries stand: names of several words, and single words that are neither goods nor a town.

    A misspelt one may be anything ("turbine" is near "Turcia"), and hides nothing.
    """
    several = list(catalogue.areas_in(words))
    inside = {place for start, end in several for place in range(start, end)}
    goods = catalogue.name_index.vocabulary
    yield from several
    for place, word in enumerate(words):
        if place not in inside and catalogue.area_named(word) and word not in goods and not places.knows(word):
            yield place, place + 1
