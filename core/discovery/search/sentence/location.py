"""The location of the goods: delivery term, place and distance, by any name of the place in any spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.catalogue.language.grammar import FIRST_WORD
from core.catalogue.language.places import Place, Places
from core.catalogue.model import Catalogue
from core.discovery.search.model import NEAR_KM
from core.discovery.search.sentence.findings import Location
from core.discovery.search.sentence.postcodes import take_postcode
from core.discovery.search.sentence.state import TAKEN, ParseState

FARTHEST_KM: Final = 20_000  # half around the earth
LONGEST_NAME: Final = 3  # words of a place's name
SHORTEST_PART: Final = 3  # letters of two words that are written as one
SURELY_MISSPELT: Final = 6  # letters of a word that may be a misspelt town without any other sign of one
FAR_SLIPS: Final = 1.5  # edits from a word for goods; a word two edits away is sooner a town one edit away
_THOUSANDS: Final = re.compile(r"[\s.,'](?=[0-9]{3}(?![0-9]))")
Spelt = Callable[[str], tuple[Place, ...]]
# Before a word that also names goods: "olio di", "huile d'".
GOODS_OF: Final = re.compile(r"[^\W\d_]\s+(?:di|de|da|von|of|d')\s*$")
STOPS: Final = frozenset(f"{TAKEN},;:")  # no name goes on behind one
_PART: Final = re.compile(r"[^\W\d_]+")
_TOKEN: Final = re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?")


def take_location(state: ParseState, catalogue: Catalogue, places: Places) -> Location:
    """Return the longest name of a place, with its term and distance.

    A misspelt one is accepted at once after "DAP", "near" or a distance. Elsewhere the word must have no other meaning.
    """
    grammar = state.grammar
    posted = take_postcode(state, catalogue, places)
    countries = _countries(state, catalogue, places)
    marked = state.may_name("near")
    term = grammar.term.search(state.text) if marked else None
    radius = state.take(grammar.radius) if state.has_digits else None
    limit = grammar.limit_before.search(state.text, 0, radius.start()) if radius else None
    if limit:
        state.strike(*limit.span())
    near = grammar.near.search(state.text) if marked else None
    finder = _Finder(state, catalogue, places)
    place = finder.behind([found.end() for found in (term, near) if found]) or finder.anywhere()
    place = place or finder.everyday_word(anywhere=radius is not None)
    unknown = finder.unknown_behind(near.end()) if near and place is None else ""
    for found in (term, near):
        if found:
            state.strike(*found.span())
    radius_km = _kilometres(radius[1]) if radius else NEAR_KM if near else None
    place = place or (None if posted is None else posted.place) or finder.run_together() or finder.misspelt()
    code = term[0].upper() if term else None
    if place is None:
        return Location(code, countries=countries, around_km=radius_km if radius else None, unknown=unknown)
    said = finder.said or (posted.said if posted else "")
    return Location(code, place, said, radius_km, countries, other=finder.or_elsewhere())


def _countries(state: ParseState, catalogue: Catalogue, places: Places) -> tuple[tuple[int, str], ...]:
    """Return the named countries and regions, and strike them out.

    "Spain" is no typo of "shell", and "Paesi Bassi" is no low town.
    """
    tokens = [token for token in FIRST_WORD.finditer(state.text) if len(token[0]) > 1]
    words = [token[0] for token in tokens]
    spans = [(tokens[start].start(), tokens[end - 1].end()) for start, end in catalogue.areas_in(words)]
    spans = [(start, end) for start, end in spans if STOPS.isdisjoint(state.text[start:end])]
    goods, codes = catalogue.name_index.vocabulary, []
    shouting = state.normalised.original.isupper()  # then capitals tell nothing
    for token in tokens:
        if any(start <= token.start() < end for start, end in spans):
            continue
        if not shouting and (code := state.written(*token.span())) in catalogue.countries:
            codes.append((token.start(), catalogue.countries[code][0]))  # "holzpellets PL"
            state.strike(*token.span())
        elif catalogue.area_named(token[0]) is not None and token[0] not in goods and not places.knows(token[0]):
            spans.append(token.span())
    for start, end in spans:
        state.strike(start, end)
    named = [(start, state.written(start, end)) for start, end in spans]
    return tuple(sorted((*codes, *named)))


def _kilometres(number: str) -> int:
    """Return at least one. A separator before three digits marks thousands ("1 000", "1.000"): distances are never in
    metres.
    """
    plain = _THOUSANDS.sub("", number).replace(",", ".")
    return round(min(max(float(plain), 1.0), FARTHEST_KM))


def _begins_sentence(text: str, start: int) -> bool:
    """Return True if a word begins a sentence after the first: its capital says nothing ("Lūdzam", please)."""
    return text[:start].rstrip().endswith((".", "!", "?"))


@dataclass(slots=True)
class _Finder:
    """Search for one place in the remaining text, which strikes it out."""

    state: ParseState
    catalogue: Catalogue
    places: Places
    said: str = ""
    end: int = 0  # where the struck-out text ends

    def behind(self, marks: list[int]) -> Place | None:
        for mark in marks:
            found = self.state.grammar.to_place.match(self.state.text, mark)
            place = self._at(found.end(), spelt=self.places.meant) if found else None
            if place is not None:
                return place
        return None

    def or_elsewhere(self) -> str:
        """Return another place behind an "or" and the first one, struck out with it; or an empty string."""
        state = self.state
        first = state.may_name("either") and FIRST_WORD.search(state.text, self.end)
        if not first or first[0] not in state.grammar.either or state.text[self.end : first.start()].strip():
            return ""
        token = _TOKEN.search(state.text, first.end())
        if token is None or self._at(token.start(), spelt=None) is None:
            return ""
        state.strike(*first.span())
        return self.said

    def unknown_behind(self, mark: int) -> str:
        """Return the unknown word behind a "near" that is written like a name, or an empty string."""
        found = self.state.grammar.to_place.match(self.state.text, mark)
        token = _TOKEN.match(self.state.text, found.end()) if found else None
        if token is None or not self.state.written(token.start(), token.start() + 1).isupper():
            return ""
        return "" if self._means_something(token[0]) else self.state.written(*token.span())

    def anywhere(self) -> Place | None:
        state = self.state
        ends = {found.end() for found in state.grammar.at.finditer(state.text)} if state.may_name("at") else set()
        shouting = state.normalised.original.isupper()  # then capitals tell nothing
        capitals: list[re.Match[str]] = []
        for token in _TOKEN.finditer(state.text):
            marked = bool(ends) and len(state.text[: token.start()].rstrip()) in ends
            capital = not shouting and state.written(token.start(), token.start() + 1).isupper()
            spelt = self.places.like if marked and capital else None  # "ab Lager" is no village called Lage
            if spelt is not None or token[0] in self.places.first_words:
                place = self._at(token.start(), spelt=spelt, sure=marked)
                if place is not None:
                    return place
            if capital and not _begins_sentence(state.text, token.start()):
                capitals.append(token)
        for token in capitals:  # not an exact town, so perhaps one in another case: "Kaune", "Києві"
            if token[0] not in self.catalogue.name_index.vocabulary:  # "SANSA DI OLIVA" is no Olita
                place = self._found(token, self.places.declined(token[0]))
                if place is not None:
                    return place
        return None

    def everyday_word(self, *, anywhere: bool) -> Place | None:
        """Return a well-known town with the name of a common word.

        It must be the last word and no word of goods ("elephant grass porto"). Beside a distance any word may be the
        town.
        """
        tokens = list(_TOKEN.finditer(self.state.text))
        beside_goods = any(token[0] in self.catalogue.name_index.vocabulary for token in tokens[:-1])
        for token in tokens if anywhere else tokens[-1:] if beside_goods else ():
            places = self.places.named(token[0])
            if places and places[0].well_known and places[0].everyday_word and not self._means_goods(token[0]):
                self._strike(*token.span())
                return places[0]
        return None

    def misspelt(self) -> Place | None:
        """Return a town for a word without another meaning, one edit away or in another case.

        A word two edits away from goods has another meaning: "Stlckholm" is no "Stockholz".
        """
        for token in _TOKEN.finditer(self.state.text):
            word = token[0]
            if len(word) >= SURELY_MISSPELT and not self._means_something(word):
                place = self._found(token, self.places.nearly(word))
                if place is not None:
                    return place
        return None

    def run_together(self) -> Place | None:
        """Return a place that is written together with the goods before it: "pelletskaunas", "holz-pelletslinz"."""
        index = self.catalogue.name_index
        goods = index.vocabulary
        for token in _PART.finditer(self.state.text):
            word = token[0]
            if len(word) >= 2 * SHORTEST_PART and word not in goods:
                for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
                    places = self.places.named(word[cut:]) if word[:cut] in goods else ()
                    if places and not index.like(word):  # "biomassa" is not from Massa
                        self._strike(token.start() + cut, token.end())
                        return places[0]
        return None

    def _is_of_goods(self, name: str, start: int) -> bool:
        """Return True if it is the end of a name of goods: "sansa di oliva" is not from Oliva."""
        return name in self.catalogue.name_index.vocabulary and bool(GOODS_OF.search(self.state.text, 0, start))

    def _means_goods(self, word: str) -> bool:
        return word in self.catalogue.name_index.vocabulary or self.catalogue.synonyms.has(word)

    def _means_something(self, word: str) -> bool:
        catalogue = self.catalogue
        return (
            word in self.state.grammar.fillers
            or any(like > 1 - FAR_SLIPS / len(word) for like in catalogue.name_index.like(word).values())
            or catalogue.synonyms.knows(word)
            or catalogue.topics.begins_one(word)  # "stuck at the border" is not in Bordeaux
            or catalogue.area_named(word) is not None
        )

    def _at(self, start: int, *, spelt: Spelt | None, sure: bool = True) -> Place | None:
        """Return the longest place name that begins there, struck out. `spelt`: how a misspelt one is found."""
        text = self.state.text
        tokens: list[re.Match[str]] = []
        for token in _TOKEN.finditer(text, start):
            if (tokens and text[tokens[-1].end() : token.start()] not in {" ", " ("}) or len(tokens) == LONGEST_NAME:
                break
            tokens.append(token)
        if not tokens or tokens[0].start() != start:
            return None
        for end in [token.end() for token in reversed(tokens)]:
            name = text[start:end]
            exact = self.places.named(name)
            if exact and (sure or not exact[0].everyday_word) and len(name) > 2 and not self._is_of_goods(name, start):
                self._strike(start, end)
                return exact[0]
        said = tokens[0][0]
        meant = () if spelt is None or self.catalogue.topics.begins_one(said) else spelt(said)
        # "per cent" is a begun "per centrali" rather than a misspelt "per Cento".
        return self._found(tokens[0], () if meant and meant[0].everyday_word else meant)

    def _found(self, token: re.Match[str], places: tuple[Place, ...]) -> Place | None:
        if not places or self.catalogue.country_named(token[0]) is not None:
            return None  # "Leedu" is Lithuania in Estonian, and no case of Leeds
        self._strike(*token.span())
        return places[0]

    def _strike(self, start: int, end: int) -> None:
        self.said, self.end = self.state.written(start, end), end
        self.state.strike(start, end)
