"""The location of the goods: delivery term, place and distance, by any name or postcode of the place, and countries.

A postcode ("LV-1010", "44-100", "NR1 3PA") is recognised in any sentence by a country before it, or by a unique shape.
Five figures alone belong to the country whose language names the goods ("granulés 33000"), unless they are a round
amount.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from core.catalogue.language.grammar import FIRST_WORD, WORD_OR_NUMBER
from core.catalogue.language.places import Place, Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.discovery.search.model import NEAR_KM, ParsedQuery
from core.discovery.search.sentence.state import STRUCK_OUT, Location, ParseState

# Countries by the letters that stand before their postcodes: those of cars, where they are not those of the country.
BY_CAR: Final[Mapping[str, str]] = {
    "d": "DE", "a": "AT", "f": "FR", "i": "IT", "e": "ES", "s": "SE", "b": "BE", "h": "HU", "p": "PT", "n": "NO",
    "sf": "FI", "fin": "FI", "est": "EE", "uk": "GB", "l": "LU",
}  # fmt: skip
# Whose language it is, and whose postcodes are of five figures; Swedish ones are written together by some.
OF_LANGUAGE: Final[Mapping[str, str]] = {
    "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "et": "EE", "lt": "LT", "uk": "UA", "sv": "SE",
}  # fmt: skip
LONGEST_BEGINNING: Final = 3  # letters or figures of a code that tell the town
ROUND: Final = ("0000", "5000")  # ends of amounts without a unit
_ALONE: Final = r"(?<![\w.,+/-])"
_NO_UNIT: Final = r"(?![\w.,/%€$£-]*[\w/%€$£-])"
BEHIND_COUNTRY: Final = re.compile(
    rf"{_ALONE}(?P<country>[a-z]{{1,3}})(?P<joint>\s?[-–]\s?|\s)"
    rf"(?P<code>[0-9]{{2}}-[0-9]{{3}}|[0-9]{{3}}\s[0-9]{{2}}|[0-9]{{4,6}})(?:\s?[a-z]{{2}})?{_NO_UNIT}"
)
POLISH: Final = re.compile(rf"{_ALONE}(?P<code>[0-9]{{2}}-[0-9]{{3}}){_NO_UNIT}")
NORDIC: Final = re.compile(rf"{_ALONE}(?P<code>[0-9]{{3}} [0-9]{{2}}){_NO_UNIT}")  # and Czech and Slovak
# The second half of a British one has no letter that could be taken for another.
BRITISH: Final = re.compile(
    rf"{_ALONE}(?:gb-|uk-)?(?P<code>[a-z]{{1,2}})[0-9][0-9a-z]?\s?[0-9][abd-hjlnp-uw-z]{{2}}(?!\w)"
)
IRISH: Final = re.compile(
    rf"{_ALONE}(?:ie-)?(?P<code>[ac-fhknprtv-y][0-9][0-9w])\s?(?=[0-9]*[a-z])[0-9ac-fhknprtv-y]{{4}}(?!\w)"
)
FIVE: Final = re.compile(rf"{_ALONE}(?P<code>[0-9]{{5}}){_NO_UNIT}")
MAY_BE_ONE: Final = re.compile(
    r"[0-9]{2}[-\s][0-9]{2,3}|[0-9]{4}|[0-9][a-z0-9]?\s?[0-9][a-z]{2}|[a-z][0-9][0-9w]\s?\w{4}"
)


class PostcodeTown(NamedTuple):
    """A postcode: its town, and how it was written."""

    place: Place
    as_written: str


def take_postcode(state: ParseState, catalogue: Catalogue, places: Places) -> PostcodeTown | None:
    """Return the first postcode of a known town, struck out."""
    if not (state.has_digits and places.posted and MAY_BE_ONE.search(state.text)):
        return None
    for found, countries in _candidates(state, catalogue):
        code = re.sub(r"[\s-]", "", found["code"])
        place = next((town for country in countries if (town := _town(places, country, code)) is not None), None)
        if place is not None:
            written = state.written(*found.span())
            state.strike(*found.span())
            return PostcodeTown(place, written)
    return None


def _candidates(state: ParseState, catalogue: Catalogue) -> Iterable[tuple[re.Match[str], tuple[str, ...]]]:
    """Return the possible postcodes, each with its possible countries, the surest first."""
    text = state.text
    for found in BEHIND_COUNTRY.finditer(text):
        country = BY_CAR.get(found["country"]) if found["joint"].strip() else None
        country = country or found["country"].upper()
        if found["joint"].strip() or state.written(*found.span("country")).isupper():
            yield found, (country,)
    for pattern, countries in ((BRITISH, ("GB",)), (IRISH, ("IE",)), (POLISH, ("PL",)), (NORDIC, ("SE", "CZ", "SK"))):
        for found in pattern.finditer(text):
            yield found, countries
    for found in FIVE.finditer(text):
        if not found["code"].endswith(ROUND):
            yield found, _countries_of(state, catalogue)


def _town(places: Places, country: str, code: str) -> Place | None:
    beginnings = (code[:size] for size in range(min(LONGEST_BEGINNING, len(code)), 0, -1))
    return next((town for each in beginnings if (town := places.posted.get((country, each))) is not None), None)


def _countries_of(state: ParseState, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the country of the one language that names the goods, or else of the writer's language."""
    known = _languages_of_goods(catalogue)
    words = WORD_OR_NUMBER.findall(state.normalised.original.lower())
    told = [languages for word in words if (languages := known.get(word) or known.get(folded(word)))]
    languages = frozenset[str]().union(*told) if told else frozenset()
    common = languages.intersection(*told) if told else languages
    language = next(iter(common)) if len(common) == 1 else state.language
    return (OF_LANGUAGE[language],) if language in OF_LANGUAGE else ()


@lru_cache(maxsize=4)
def _languages_of_goods(catalogue: Catalogue) -> Mapping[str, frozenset[str]]:
    """Return the words of goods' names, each with the languages that have it.

    Words are as written and folded ("granulės", "granulés").
    """
    languages: dict[str, set[str]] = defaultdict(set)
    for product in catalogue.products.values():
        for language, names in product.names.items():
            for word in (word for name in names.words for word in WORD_OR_NUMBER.findall(name.lower())):
                languages[word].add(language)
                languages[folded(word)].add(language)
    return {word: frozenset(known) for word, known in languages.items()}


FARTHEST_KM: Final = 20_000  # half around the earth
LONGEST_NAME: Final = 3  # words of a place's name
SHORTEST_PART: Final = 3  # letters of two words that are written as one
SURELY_MISSPELT: Final = 6  # letters of a word that may be a misspelt town without any other sign of one
FAR_TYPOS: Final = 1.5  # edits from a word for goods; a word two edits away is sooner a town one edit away
_THOUSANDS: Final = re.compile(r"[\s.,'](?=[0-9]{3}(?![0-9]))")
Spelling = Callable[[str], tuple[Place, ...]]
# Before a word that also names goods: "olio di", "huile d'".
GOODS_OF: Final = re.compile(r"[^\W\d_]\s+(?:di|de|da|von|of|d')\s*$")
STOPS: Final = frozenset(f"{STRUCK_OUT},;:")  # no name goes on behind one
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
    written = finder.as_written or (posted.as_written if posted else "")
    return Location(code, place, written, radius_km, countries, other=finder.or_elsewhere())


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
    """Return at least one. A separator before three digits marks thousands, as distances are never in metres."""
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
    as_written: str = ""
    end: int = 0  # where the struck-out text ends

    def behind(self, markers: list[int]) -> Place | None:
        for marker in markers:
            found = self.state.grammar.to_place.match(self.state.text, marker)
            place = self._at(found.end(), spelling=self.places.meant) if found else None
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
        if token is None or self._at(token.start(), spelling=None) is None:
            return ""
        state.strike(*first.span())
        return self.as_written

    def unknown_behind(self, marker: int) -> str:
        """Return the unknown word behind a "near" that is written like a name, or an empty string."""
        found = self.state.grammar.to_place.match(self.state.text, marker)
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
            spelling = self.places.like if marked and capital else None  # "ab Lager" is no village called Lage
            if spelling is not None or token[0] in self.places.first_words:
                place = self._at(token.start(), spelling=spelling, sure=marked)
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
            or any(like > 1 - FAR_TYPOS / len(word) for like in catalogue.name_index.like(word).values())
            or catalogue.synonyms.knows(word)
            or catalogue.topics.begins_one(word)  # "stuck at the border" is not in Bordeaux
            or catalogue.area_named(word) is not None
        )

    def _at(self, start: int, *, spelling: Spelling | None, sure: bool = True) -> Place | None:
        """Return the longest place name that begins there, struck out. `spelling`: how a misspelt one is found."""
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
        word = tokens[0][0]
        meant = () if spelling is None or self.catalogue.topics.begins_one(word) else spelling(word)
        # "per cent" is a begun "per centrali" rather than a misspelt "per Cento".
        return self._found(tokens[0], () if meant and meant[0].everyday_word else meant)

    def _found(self, token: re.Match[str], places: tuple[Place, ...]) -> Place | None:
        if not places or self.catalogue.country_named(token[0]) is not None:
            return None  # "Leedu" is Lithuania in Estonian, and no case of Leeds
        self._strike(*token.span())
        return places[0]

    def _strike(self, start: int, end: int) -> None:
        self.as_written, self.end = self.state.written(start, end), end
        self.state.strike(start, end)


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
    inside = {place for start, end in spans for place in range(start, end)}
    codes = dict.fromkeys(filter(None, (catalogue.area_named(folded(name)) for name in named)))
    place = parsed.place
    if place is not None and set(codes) <= set(catalogue.areas_at(place.country, place.lat, place.lon)):
        codes, named = {}, []
    rest = " ".join(word for place, word in enumerate(written) if place not in inside)
    return replace(parsed, countries=tuple(codes), countries_as_written=" ".join(named), rest=rest)


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
