"""Countries and regions that goods shall be from: taken from the words of a sentence, as a wish of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.catalogue import Catalogue
from core.catalogue.product_names import folded
from core.discovery.search.sentence.parse import Understood
from core.discovery.search.sentence.places import Places


def with_countries(said: Understood, catalogue: Catalogue, places: Places) -> Understood:
    """The same with the countries and regions among the words that were left over as `countries`. Where the place lies
    that is named says only which place is meant ("Riga, Latvia", "Passau, Bayern"), and is no wish."""
    written = said.rest.split()
    spans = list(_spans([folded(word) for word in written], catalogue, places))
    if not spans:
        return said
    named = [" ".join(written[start:end]) for start, end in spans]
    taken = {place for start, end in spans for place in range(start, end)}
    codes = dict.fromkeys(filter(None, (catalogue.area_named(folded(name)) for name in named)))
    place = said.place
    if place is not None and set(codes) <= set(catalogue.areas_at(place.country, place.lat, place.lon)):
        codes, named = {}, []
    rest = " ".join(word for place, word in enumerate(written) if place not in taken)
    return replace(said, countries=tuple(codes), countries_said=" ".join(named), rest=rest)


def _spans(words: Sequence[str], catalogue: Catalogue, places: Places) -> Iterator[tuple[int, int]]:
    """Where countries stand: by names of several words, and by those of one that is neither goods nor a town. With a
    slip it may be anything ("turbine" is near "Turcia"), and nothing is hidden for that."""
    several = list(catalogue.areas_in(words))
    inside = {place for start, end in several for place in range(start, end)}
    goods = catalogue.name_index.vocabulary
    yield from several
    for place, word in enumerate(words):
        if place not in inside and catalogue.area_named(word) and word not in goods and not places.knows(word):
            yield place, place + 1
