"""An index in memory over documents that a file describes, with their own names of goods, grades and towns.

Fields that a row lacks are read from its text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from statistics import fmean
from typing import Any, Final

from core.catalogue.language.fields import resolve_sum
from core.catalogue.language.grammar import FIRST_WORD, grade_names, grammar_of
from core.catalogue.language.languages import language_named
from core.catalogue.language.patterns import NormalisedText
from core.catalogue.language.places import Place, Places, distance_km
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded, words_of
from core.discovery.search.engine.document import UNIT_KINDS, Amount, Document, words_in
from core.discovery.search.engine.index import Index
from core.discovery.search.engine.query import EngineQuery
from core.discovery.search.engine.segment import build
from core.discovery.search.filters import loose_query, problem_query
from core.discovery.search.intent import Intent, is_for_advice, with_problem_words
from core.discovery.search.limits import amount_of, hourly_amount, price_amount
from core.discovery.search.model import ROW_HITS, ParsedQuery
from core.discovery.search.sentence.exclusions import kind_tags
from core.discovery.search.sentence.goods import WEAKLY_NAMED
from core.discovery.search.sentence.keyboard_layout import retyped
from core.discovery.search.sentence.passes import read
from core.discovery.search.sentence.state import ParseState
from core.kernel.errors import Refusal

LONGEST_NAME: Final = 3  # words of a town's name
SHORTEST_NAME: Final = 4  # letters of a town that is only known by its exact name
READ_AT_MOST: Final = 1_000  # letters of a text
_PIECE: Final = re.compile(r"[^.,;:/|()\n]+")
_WORD: Final = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")


@dataclass(frozen=True, slots=True)
class Mention:
    """One town of a text.

    `marked`: "near", "from" or the like stands beside it.
    `alone`: it stands alone between two commas.
    `last`: it is the last word.
    `as_called`: it is written exactly as its name.
    """

    place: Place
    marked: bool
    alone: bool
    last: bool
    as_called: bool

    @property
    def certainty(self) -> int:
        """Return how surely the goods are there; 0 if it may be any word or name."""
        if not self.place.well_known:
            return int(self.marked or (self.alone and not self.place.everyday_word))
        if self.marked or self.alone:
            return 4 if self.as_called else 2
        if self.place.everyday_word:
            return int(self.last)
        return 3 if self.as_called else 1


class StatedTown:
    """Reader of the town in a text; the destination of goods is not their location."""

    def __init__(self, catalogue: Catalogue, places: Places) -> None:
        words, self.places = catalogue.words, places
        self.goods = catalogue.name_index.vocabulary
        self.tags = _words_of((*words.all("near"), *words.all("at"), *words.all("stored"))) - {""}
        self.away = _words_of(words.all("taken_to"))
        self.near = grammar_of(catalogue).near

    def of(self, text: str) -> Place | None:
        """Return the town that is named most surely; the first among equals."""
        told = max(self._told(text[:READ_AT_MOST]), key=lambda one: one.certainty, default=None)
        return told.place if told and told.certainty else None

    def _told(self, text: str) -> Iterator[Mention]:
        normalised = NormalisedText.of(text)
        for piece in _PIECE.finditer(normalised.text):
            words = list(_WORD.finditer(normalised.text, *piece.span()))
            place = 0
            while place < len(words) and words[place][0] not in self.away:
                size, named = self._named(normalised, words[place : place + LONGEST_NAME])
                if named is not None:
                    before = words[place - 1][0] if place else ""
                    behind = words[place + size][0] if place + size < len(words) else ""
                    marked = before in self.tags or bool(self.near.fullmatch(behind))
                    last = place + size == len(words)
                    as_called = any(named is one for one in self.places.named(words[place][0])) or size > 1
                    yield Mention(named, marked, last and not place, last, as_called)
                place += size

    def _named(self, normalised: NormalisedText, words: list[re.Match[str]]) -> tuple[int, Place | None]:
        """Return the longest town that these words begin with, and its number of words. Goods are no town."""
        capital = normalised.as_written(*words[0].span())[:1].isupper()
        if words[0][0] in self.places.first_words:
            for size in range(len(words), 0, -1):
                name = normalised.text[words[0].start() : words[size - 1].end()]
                found = self.places.named(name)
                if found and _may_be_meant(found[0], name, capital):
                    return size, None if name in self.goods else found[0]
        return 1, self._in_another_case(words[0][0]) if capital else None

    def _in_another_case(self, word: str) -> Place | None:
        found = () if word in self.goods else self.places.declined(word)
        return found[0] if found and found[0].well_known else None


def _may_be_meant(place: Place, name: str, capital: bool) -> bool:
    if not place.well_known:
        return capital and len(name) >= SHORTEST_NAME
    return capital or not place.everyday_word


@lru_cache(maxsize=16)
def _words_of(phrases: tuple[str, ...]) -> frozenset[str]:
    """Return the last word of each phrase, folded."""
    return frozenset(FIRST_WORD.findall(folded(phrase))[-1] for phrase in phrases if FIRST_WORD.search(folded(phrase)))


Row = dict[str, Any]
FIELDS_OF_ONE: Final = 2
TONNES: Final = UNIT_KINDS.index("mass")
STATED_IN_FIELDS: Final = ("product", "certs", "quantity_t", "price_eur_t")
PART: Final = re.compile(r"[.;:|()\n–—]+")  # separates the parts of a profile
PARTS_OF_LISTING: Final = re.compile(r"[.;:,|()/\n–—]+")
CODE: Final = re.compile(r"\b[A-Z]{2}\b")  # a language code in a list: "EN, LV"
SMALL_CODES: Final = re.compile(r"(?<![^\s:(|])(?:[a-z]{2}\s?[,/]\s?)+[a-z]{2}(?![\w'’])")  # "de, uk"
NOTHING: Final = ParsedQuery()


class Rows:
    """Reads documents. Goods, grades, schemes and places are recognised by the catalogue's words."""

    def __init__(self, catalogue: Catalogue, places: Places, today: date) -> None:
        self.catalogue, self.places, self.today = catalogue, places, today
        named = grade_names(catalogue) | grade_names(catalogue, in_names=True)
        self.grades = named | {folded(grade): [grade] for grade in catalogue.grades}
        self.schemes = {
            folded(name): scheme.id
            for scheme in catalogue.certificates.values()
            for name in (scheme.id, scheme.id.replace("_", " "), *scheme.spoken)
        }
        language_words = (*catalogue.words.all("speaks"), *catalogue.words.all("and"))
        self.of_speech = frozenset(word for phrase in language_words for word in words_of(phrase))
        self.stated_town = StatedTown(catalogue, places)
        self.product = lru_cache(maxsize=100_000)(self._product)

    def document(self, row: Row) -> Document:
        title, listing = str(row["title"]), row.get("kind", "listing") == "listing"
        told = f"{title}. {row.get('text') or ''}"
        parsed = self._from_text(row, told) if listing else NOTHING
        product = self._goods(row, parsed) if listing else None
        place = self._place(row, told) or (None if listing else self._town_told(told))
        country = str(row.get("country") or (place.country if place else ""))
        of_goods = (self._tags_of_goods(row, parsed, product), self._packed(told), dict.fromkeys(self._kinds(told)))
        of_kind = [tag for tags in of_goods for tag in tags] if listing else ()
        tags = [*of_kind, *(() if listing else self._tags_of_expert(row, told))]
        lat, lon = _position(row, place)
        if country:
            code = country if len(country) == 2 else self.catalogue.country_named(folded(country)) or country
            tags += [f"country:{area}" for area in self.catalogue.areas_at(code, lat, lon)]
        tags += [f"town:{place.name}"] if place else []
        return Document(
            id=str(row["id"]),
            kind=str(row.get("kind", "listing")),
            title=title,
            text=f"{row.get('text') or ''} {row.get('city') or ''}",
            product=product,
            tags=tuple(tags),
            amount=self._amount(row, parsed),
            price=self._price(row, parsed) if listing else self._rate(told),
            lat=lat,
            lon=lon,
            day=_day(row.get("created")),
        )

    def _from_text(self, row: Row, told: str) -> ParsedQuery:
        """Return what title and text say, for missing fields."""
        graded = row.get("grade") or not self._grades_of(self._goods(row, NOTHING))
        if graded and all(row.get(name) is not None for name in STATED_IN_FIELDS):
            return NOTHING
        language = str(row.get("lang") or "en")
        return read(ParseState(told, self.catalogue, self.places, self.today, language, per="t"))

    def _goods(self, row: Row, parsed: ParsedQuery) -> str | None:
        named = row.get("product")
        if named:
            return self.product(str(named))
        surely, perhaps = self._titled(str(row["title"]))
        return surely or parsed.product or perhaps

    def _titled(self, title: str) -> tuple[str | None, str | None]:
        """Return the product that a title surely names, and the one that it may name."""
        known = self.catalogue.products_named(title)
        likeliest = known[0].product_id if known else None
        return likeliest if known and known[0].score >= WEAKLY_NAMED else None, likeliest

    def _product(self, name: str) -> str:
        """Return the catalogue's product of that id or name. An unknown name stays a product of its own."""
        if name in self.catalogue.products:
            return name
        known = self.catalogue.products_named(name.replace("_", " "))
        if known:
            return known[0].product_id
        return folded(name)

    def _tags_of_goods(self, row: Row, parsed: ParsedQuery, product: str | None) -> Iterator[str]:
        held = row.get("certs")
        schemes = (
            parsed.certificates if held is None else [self.schemes.get(folded(str(one)), str(one)) for one in held]
        )
        yield from (f"scheme:{scheme}" for scheme in schemes)
        grade = row.get("grade")
        if grade:
            yield from (f"grade:{meant}" for meant in self._grades(str(grade), product))
        else:  # the text may have been read as other goods than the field or the title names
            perhaps = [one for one in (parsed.grade, *parsed.grades) if one in self._grades_of(product)]
            yield from (f"grade:{one}" for one in perhaps if len(perhaps) == 1)

    def _packed(self, told: str) -> Iterator[str]:
        state = ParseState(told, self.catalogue, self.places, self.today)
        state.normalise()
        packings = state.grammar.packaging.items() if state.may_name("packaging") else ()
        yield from (f"packaging:{code}" for code, words in packings if state.take(words))

    def _kinds(self, told: str) -> Iterator[str]:
        """Return the kinds of goods that title or text mention, except in names: "Oak Hill Bio" does not mean oak."""
        for part in PARTS_OF_LISTING.split(told):
            words = part.split()
            names = [word[:1].isupper() and not self._means_something(word) for word in words]
            for place, word in enumerate(words):
                in_name = word[:1].isupper() and any(names[max(0, place - 1) : place + 2])
                yield from () if in_name else kind_tags(words_in(word), self.catalogue)

    def _means_something(self, word: str) -> bool:
        known = self.catalogue
        spoken = folded(word)
        return bool(known.name_index.like(spoken) or known.synonyms.knows(spoken) or self.places.knows(spoken))

    def _grades(self, name: str, product: str | None) -> list[str]:
        """Return the grades of that name: "A1" is a grade of several goods. An unknown name stays one."""
        meant = self.grades.get(folded(name).replace("_", " ")) or self.grades.get(folded(name)) or [name]
        of_goods = [grade for grade in meant if grade in self._grades_of(product)]
        return of_goods or meant

    def _grades_of(self, product: str | None) -> tuple[str, ...]:
        known = self.catalogue.products.get(product or "")
        return known.grades if known else ()

    def _amount(self, row: Row, parsed: ParsedQuery) -> Amount | None:
        if row.get("quantity_t") is not None:
            return Amount(float(row["quantity_t"]), TONNES)
        return None if parsed.quantity is None else amount_of(parsed.quantity)

    def _price(self, row: Row, parsed: ParsedQuery) -> Amount | None:
        if row.get("price_eur_t") is not None:
            return Amount(float(row["price_eur_t"]), TONNES)
        price = parsed.price or parsed.max_price or parsed.min_price
        return None if price is None else price_amount(price, self.catalogue)

    def _town_told(self, told: str) -> Place | None:
        """Return the town that is a part of a profile by itself."""
        named = (self.places.named(part) for part in map(str.strip, reversed(PART.split(told))) if part[:1].isupper())
        return next((found[0] for found in named if found and not found[0].everyday_word), None)

    def _place(self, row: Row, told: str) -> Place | None:
        """Return the town that a field names.

        If the town is unknown and the row has no position, return the town in the text.
        """
        city, country = row.get("city"), row.get("country")
        found = self.places.named(str(city)) if city else ()
        place = next((place for place in found if not country or place.country == country), None)
        if place is not None or (row.get("lat") is not None and country):
            return place
        return self.stated_town.of(told)

    def _tags_of_expert(self, row: Row, told: str) -> Iterator[str]:
        yield from (f"speaks:{code}" for code in dict.fromkeys(self._languages(row, told)))
        fields = self._fields(told)
        yield from (f"field:{field}" for field in fields)
        yield from (f"topic:{topic}" for topic in self.catalogue.topics.told_by(told, fields))

    def _languages(self, row: Row, told: str) -> Iterator[str]:
        """Yield the languages listed in the profile, as words or codes.

        Without a list, yield the profile's own language and the languages that it mentions.
        """
        known = self.catalogue.words.languages
        codes = [code for code in map(str.lower, CODE.findall(told)) if code in known]
        codes += [code for found in SMALL_CODES.findall(told) for code in words_of(found) if code in known]
        parts = ([word for word in words_of(part) if word not in self.of_speech] for part in PART.split(told))
        lists = [list(map(language_named, part)) for part in parts if len(part) <= len(known)]
        listed = [code for part in lists if all(part) for code in part if code]
        yield from (*listed, *codes)
        if not listed:
            grammar = grammar_of(self.catalogue)
            yield from [str(row["lang"])] if row.get("lang") and not codes else []
            yield from map(grammar.language_of, grammar.languages.finditer(NormalisedText.of(told).text))

    def _rate(self, told: str) -> Amount | None:
        grammar = grammar_of(self.catalogue)
        found = grammar.rate.search(NormalisedText.of(told).text)
        if found is None:
            return None
        try:
            return hourly_amount(resolve_sum(grammar.price_of(found), "EUR"), self.catalogue)
        except Refusal:
            return None

    def _fields(self, text: str) -> list[str]:
        """Return the fields of expertise that most of the text's words point to, and those of each skill."""
        told = Counter(field for word in dict.fromkeys(words_of(text)) for field in self.catalogue.fields_of(word))
        most = max(told.values(), default=0)
        first = [field for field, words in told.items() if words == most][:FIELDS_OF_ONE]
        topics = self.catalogue.topics
        skills = (topics.field_of[topic] for topic, sure in topics.skills(text).items() if sure)
        return list(dict.fromkeys((*first, *skills)))


def _position(row: Row, place: Place | None) -> tuple[float | None, float | None]:
    lat, lon = row.get("lat"), row.get("lon")
    if lat is not None and lon is not None:
        return float(lat), float(lon)
    return (place.lat, place.lon) if place else (None, None)


def _day(created: object) -> int:
    try:
        return date.fromisoformat(str(created)[:10]).toordinal()
    except ValueError:
        return 0


DOCUMENTS_OF_A_TOWN: Final = 2  # one alone may be somewhere else
SAME_TOWN_KM: Final = 100  # from where a town of that name is


class RowSearch:
    """The engine over documents as the file writes them."""

    def __init__(self, rows: Iterable[dict[str, Any]], catalogue: Catalogue, known: Places, today: date) -> None:
        self.catalogue, self.today = catalogue, today
        listed = list(rows)
        self.places = Places([*known.all, *_towns_of(listed, known, self.catalogue)], known.posted)
        reader = Rows(self.catalogue, self.places, today)
        documents = [reader.document(row) for row in listed]
        self.index = Index(build(documents))
        # As in the market, a word that is rare among advisers need not be rare among goods.
        self.advisers = Index(build([document for document in documents if document.kind != "listing"]))
        for first in ("100 t wod pelets under 200 eur near Rigga", "consultant for boilr slaging"):
            self.search(first)  # patterns and forms of words are made on first use

    def search(self, text: str) -> list[str]:
        """Return ids of the best documents. If fewer than ten meet every filter, those that miss some follow."""
        text = retyped(text, self.catalogue, self.places) or text
        state = ParseState(
            text, self.catalogue, self.places, self.today, per="t", several=True
        )  # as documents have prices
        parsed = read(state)
        advice = is_for_advice(text, parsed, self.catalogue, self.index.knows)
        advice = advice and not Intent(text, parsed, self.catalogue).is_about_price()  # which goods on offer tell best
        parsed = with_problem_words(text, parsed, self.catalogue) if advice else parsed
        index, query_of = (self.advisers, problem_query) if advice else (self.index, loose_query)
        query = query_of(parsed, self.catalogue, self.places, index.knows, self.today)
        if not query.words and query == EngineQuery(today=query.today):
            return []  # nothing was understood, and everything would be as good an answer as any other
        return [found.id for found in index.search_relaxed(query, ROW_HITS)]


def _towns_of(rows: Sequence[dict[str, Any]], known: Places, catalogue: Catalogue) -> list[Place]:
    """Return towns that the gazetteer does not have, or has elsewhere, at the average position of their documents.

    A town named like goods is a place only behind "near" and the like.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        town, lat, lon = row.get("city"), row.get("lat"), row.get("lon")
        if town and lat is not None and lon is not None and not _is_there(known.named(str(town)), lat, lon):
            found[str(town), str(row.get("country") or "")].append((float(lat), float(lon)))
    return [
        Place(
            name=town,
            country=country,
            lat=fmean(lat for lat, _ in positions),
            lon=fmean(lon for _, lon in positions),
            zone="",
            everyday_word=bool(catalogue.products_named(town)) or catalogue.synonyms.knows(folded(town)),
            other_names=(),
        )
        for (town, country), positions in found.items()
        if len(positions) >= DOCUMENTS_OF_A_TOWN
    ]


def _is_there(places: Iterable[Place], lat: float, lon: float) -> bool:
    return any(distance_km(place.lat, place.lon, lat, lon) <= SAME_TOWN_KM for place in places)
