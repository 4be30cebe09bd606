"""What a town is called in the words of a search: as its reader has written it, where that is its name."""

from __future__ import annotations

from typing import Final

from babel.dates import get_timezone_location

from conversations.talk import Talk
from core.catalogue.names import folded
from core.search.model import Query
from core.search.places import Place

# A name that is written in these is no case of another; in those that decline a town's name, or in English, which is
# what the gazetteer calls it by, a foreign name may be one ("prie Rygos").
AS_WRITTEN: Final = frozenset({"de", "es", "fr", "it", "sv"})


def town_name(talk: Talk, query: Query) -> str:
    """The town that is asked for: as the gazetteer spells the name that was written; else, where a time zone is called
    after the town, as its reader's language calls that; else as the gazetteer calls it. Empty where none is asked."""
    place, written = query.understood.place, folded(query.understood.place_said)
    if place is None:
        return ""
    if talk.words.language in AS_WRITTEN:
        for name in place.other_names:
            if folded(name) == written:
                return name
    return called(talk, place)


def called(talk: Talk, place: Place) -> str:
    """A town that nobody has written: as its reader's language calls it, where a time zone is called after it."""
    return talk.words.clock_of(place.zone) if _tells_the_time(place) else place.name


def _tells_the_time(place: Place) -> bool:
    return bool(place.zone) and get_timezone_location(place.zone, locale="en", return_city=True) == place.name
