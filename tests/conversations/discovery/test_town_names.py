"""Towns and countries are shown as their reader calls them, and read by their name in any language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import pytest

from config.platforms import PLATFORMS
from config.reference import reference
from conversations.advice.sessions.booking import there
from conversations.chat_context import ChatContext
from conversations.forms.answers import find_towns, read_place, show_place, write_place
from conversations.people.registration import PROFILE
from conversations.wording import Wordings, Words
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.kernel.errors import Invalid

LANGUAGES = Wordings(PLATFORMS).languages()


@dataclass
class Known:
    """Known countries and towns."""

    catalogue: Catalogue
    places: Places


@dataclass
class Reader:
    """The part of a chat context that reading an answer needs."""

    words: Words
    market_context: Known


def chat(language: str) -> ChatContext:
    return cast("ChatContext", Reader(Wordings(PLATFORMS).speak(language), Known(*reference())))


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("pl", "Warszawa", "Warszawa, Polska"),
        ("de", "Warszawa", "Warschau, Polen"),
        ("de", "München", "München, Deutschland"),
        ("en", "Warszawa", "Warsaw, Poland"),
        ("uk", "Lviv", "Львів, Україна"),
        ("uk", "Ivano-Frankivsk", "Івано-Франківськ, Україна"),
        ("uk", "умань", "Умань, Україна"),
        ("lt", "Riga", "Ryga, Latvija"),
        ("lv", "Riga", "Rīga, Latvija"),
        ("fr", "München", "Munich, Allemagne"),
        ("es", "London", "Londres, Reino Unido"),
        ("et", "Wien", "Viin, Austria"),
        ("it", "Kaunas", "Kaunas, Lituania"),
        ("sv", "Helsinki", "Helsingfors, Finland"),
    ],
)
def test_a_place_is_shown_in_the_words_of_its_reader(language: str, typed: str, shown: str) -> None:
    asked = chat(language)
    place = read_place(asked, typed, {})
    assert show_place(asked, place) == shown
    assert find_towns(asked, typed, {})[0].label == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_shown_place_reads_back_as_the_same_place(language: str) -> None:
    asked, (catalogue, places) = chat(language), reference()
    for town in places.well_known:
        place = read_place(asked, write_place(read_place(asked, f"{town.name}, {town.country}", {})), {})
        if town.country in catalogue.countries:
            assert read_place(asked, show_place(asked, place), {}) == place


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_is_known_by_its_name_in_any_language(language: str) -> None:
    country = PROFILE.field("country")
    for code in ("LT", "DE", "FI", "UA", "NL", "GB", "MY"):
        for other in LANGUAGES:
            name = Wordings(PLATFORMS).speak(other).locale.territories[code]
            assert country.read(chat(language), name, {}) == code, name
    assert country.read(chat(language), "de", {}) == "DE"
    with pytest.raises(Invalid):
        country.read(chat(language), "Narnia", {})


@pytest.mark.parametrize(
    ("language", "clock"), [("pl", "09:00 Warszawa"), ("lt", "09:00 Varšuva"), ("uk", "09:00 Варшава")]
)
def test_whose_clock_it_is_there_is_said_by_the_town_as_its_reader_calls_it(language: str, clock: str) -> None:
    assert there(chat(language), "Europe/Warsaw", datetime(2026, 12, 1, 8, tzinfo=UTC)) == clock
