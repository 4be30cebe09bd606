"""The catalogue as one frozen object: products, grades, units, certificate schemes, terms and their sources.

It is read from the files of a folder. A wrong file stops the start, not a deal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import yaml
from pydantic import TypeAdapter
from rapidfuzz.distance import Prefix

from core.catalogue.product_names import Likeness, NameIndex, folded, topic_words, words_of
from core.catalogue.regions import Regions, load_regions
from core.catalogue.schema import DeliveryMode, Expertise, Grade, Product, Rates, Scheme, Source, Term, UnitWords, Words
from core.catalogue.spelling import Near, WordList
from core.catalogue.synonyms import Synonyms
from core.catalogue.topics import Topics
from core.kernel.errors import NotFound

T = TypeVar("T")
LETTERS_THAT_STAY = 4  # at least, of each word of a country's name that has several ("w Wielkiej Brytanii")
LETTERS_OF_COUNTRY = 3  # from its beginning that every case of its name has
COUNTRY_ENDING = 3  # letters in which the cases of a country's name may differ ("Lietuvoje", "в Україні")
SHORTEST_STEM = 5
PACKINGS: Final = ("bulk", "big_bag", "bag", "pallet")  # in which a search can ask for goods
BAGS: Final = {"bag_15kg": "bag", "pack_10kg": "bag"}


@dataclass(frozen=True, eq=False)  # one per installation: compared and hashed by identity
class Catalogue:
    """Every table by its id, in the order of the files."""

    products: Mapping[str, Product]
    grades: Mapping[str, Grade]
    certificates: Mapping[str, Scheme]
    terms: Mapping[str, Term]
    delivery: Mapping[str, DeliveryMode]
    expertise: Mapping[str, Expertise]
    units: Mapping[str, UnitWords]
    bare_cubic_metre: tuple[str, ...]
    sources: Mapping[str, Source]
    rates: Rates
    meanings: tuple[dict[str, tuple[str, ...]], ...]
    countries: Mapping[str, tuple[str, ...]]  # code -> its names in the eleven languages
    regions: Regions
    words: Words

    def product(self, product_id: str) -> Product:
        """Return the product of that id. Raise Refusal if it is not traded."""
        return _found(self.products, product_id, "catalogue.product_unknown")

    def grade(self, grade_id: str) -> Grade:
        """Return the grade of that id. Raise Refusal if it is unknown."""
        return _found(self.grades, grade_id, "catalogue.grade_unknown")

    def scheme(self, scheme_id: str) -> Scheme:
        """Return the certificate scheme of that id. Raise Refusal if it is unknown."""
        return _found(self.certificates, scheme_id, "catalogue.scheme_unknown")

    def term(self, code: str) -> Term:
        """Return the delivery term of that code. Raise Refusal if it is unknown."""
        return _found(self.terms, code, "catalogue.term_unknown")

    def grades_of(self, product_id: str) -> tuple[Grade, ...]:
        """Return the grades of that product, best first."""
        return tuple(self.grade(grade) for grade in self.product(product_id).grades)

    def units_of(self, product_id: str) -> tuple[str, ...]:
        """Return the unit codes of that product, the usual one first."""
        return self.product(product_id).units

    def packings_of(self, product_id: str) -> tuple[str, ...]:
        """Return the packings of a product, the usual one first. Solid goods also have every packing that a search can
        name.

        Bags of one weight count as bags: a buyer who needs the weight says so.
        """
        product = self.product(product_id)
        usual = (BAGS.get(each, each) for each in product.packaging)
        return tuple(dict.fromkeys((*usual, *(PACKINGS if product.family.startswith("solid") else ()))))

    def products_named(self, text: str) -> list[Likeness]:
        """Return the products that a text may mean, likeliest first; none for nonsense. Strip amounts first."""
        return self.name_index.resolve(text)

    def country_named(self, word: str) -> str | None:
        """Return the country that a folded word, or several with spaces between, names.

        Other grammatical cases and names of the country's regions count too. None if it names no country, or several.
        """
        code = self.area_named(word)
        if code is None or code in self.countries:
            return code
        countries = self.regions.by_code[code].countries
        return countries[0] if len(countries) == 1 else None

    def area_named(self, word: str) -> str | None:
        """Return the country or region that a folded word names, by its code: "DE", "DE-BY"."""
        if " " in word:
            spoken = word.split()
            named = self._areas_of_several_words.get(_beginnings(spoken), ())
            return next((code for name, code in named if all(map(_in_another_case, spoken, name))), None)
        if word[:LETTERS_OF_COUNTRY] not in self._area_beginnings:
            return None
        for ending in range(COUNTRY_ENDING + 1):
            code = self._area_stems.get(word[: len(word) - ending] if ending else f"{word}.")
            if code is not None:
                return code
        return None

    def areas_at(self, country: str, lat: float | None, lon: float | None) -> tuple[str, ...]:
        """Return the codes of the country and its regions around a position of this country, in degrees."""
        return (country, *self.regions.around(country, lat, lon))

    def areas_in(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Return where names of countries and regions with several words stand: the first position, and the one after
        the last.
        """
        place = 0
        while place < len(words):
            sizes = self._sizes_of_areas.get(words[place][:LETTERS_THAT_STAY])
            if sizes is None:
                place += 1
                continue
            ends = (place + size for size in sizes if place + size <= len(words))
            end = next((end for end in ends if self.area_named(" ".join(words[place:end])) is not None), place + 1)
            if end > place + 1:
                yield place, end
            place = end

    @cached_property
    def country_names(self) -> frozenset[str]:
        """Their folded names, each as one string."""
        return frozenset(folded(name) for names in self.countries.values() for name in names)

    @cached_property
    def _areas(self) -> Mapping[str, tuple[str, ...]]:
        """The names of countries, then those of regions. A shared name means the country."""
        return {**self.countries, **{code: region.names for code, region in self.regions.by_code.items()}}

    @cached_property
    def _areas_of_several_words(self) -> dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]]:
        """The words of such names, by their beginnings; one letter ("y", "i") is left out, as it is in sentences."""
        names = ((words_of(name), code) for code, all_names in self._areas.items() for name in all_names)
        known: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for words, code in names:
            if len(words) > 1:
                known[_beginnings(words)].append((tuple(words), code))
        return dict(known)

    @cached_property
    def _sizes_of_areas(self) -> dict[str, tuple[int, ...]]:
        """By the beginning of the first word: the possible numbers of words of such a name, the most first."""
        sizes: dict[str, set[int]] = {}
        for beginnings in self._areas_of_several_words:
            sizes.setdefault(beginnings[0], set()).add(len(beginnings))
        return {first: tuple(sorted(known, reverse=True)) for first, known in sizes.items()}

    @cached_property
    def _area_stems(self) -> dict[str, str]:
        """Whole names, with a full stop behind them, and the stems of those that are long enough to have one."""
        stems: dict[str, str] = {}
        for code, names in self._areas.items():
            for name in map(folded, names):
                stems.setdefault(f"{name}.", code)
                if len(name) - 1 >= SHORTEST_STEM:
                    stems.setdefault(name[:-1], code)
        return stems

    @cached_property
    def _area_beginnings(self) -> frozenset[str]:
        """The first letters of names of areas. Most words begin with none of them and need no look-up by stem."""
        return frozenset(folded(name)[:LETTERS_OF_COUNTRY] for names in self._areas.values() for name in names)

    def country_misspelt(self, word: str) -> str | None:
        """Return the only country that a folded word without another meaning may misspell."""
        cases = (word[:-1], word[:-2]) if word[:2] in self._country_initials else ()
        for stem in (word, *cases):  # exact, then in another case: "lietvas"
            near = self._country_spellings.near(stem).items() if len(stem) >= SHORTEST_STEM else ()
            codes = {code for name, edits in near if edits == 1 for code in self._countries_by_spelling[name]}
            if codes:
                return codes.pop() if len(codes) == 1 else None
        return None

    @cached_property
    def _country_initials(self) -> frozenset[str]:
        """The first two letters of countries: typos in these are rare."""
        return frozenset(name[:2] for name in self._countries_by_spelling)

    @cached_property
    def _countries_by_spelling(self) -> dict[str, set[str]]:
        """The countries by their names of one word, with and without the last letter."""
        by_spelling: dict[str, set[str]] = {}
        for name in (name for name in self.country_names if " " not in name):
            for form in (name, name[:-1]):
                if len(form) >= SHORTEST_STEM:
                    by_spelling.setdefault(form, set()).add(self._area_stems[f"{name}."])
        return by_spelling

    @cached_property
    def _country_spellings(self) -> WordList:
        return WordList(sorted(self._countries_by_spelling))

    @cached_property
    def synonyms(self) -> Synonyms:
        """Words of one meaning, in all languages."""
        return Synonyms(self.meanings, self._near)

    @cached_property
    def topics(self) -> Topics:
        """The topics within the fields of expertise, in the words of people with a problem and of advisers."""
        return Topics(self.expertise.values())

    @cached_property
    def _field_names(self) -> Synonyms:
        """The words that name the fields of expertise, each by itself."""
        names = (chain.from_iterable(field.names.values()) for field in self.expertise.values())
        return Synonyms(({"": [word for name in topic for word in topic_words(name)]} for topic in names), self._near)

    def fields_of(self, word: str) -> tuple[str, ...]:
        """Return the fields of expertise that a folded word names, even misspelt or inflected."""
        if not self._field_names.may_be_meant(word):
            return ()
        return tuple([self._fields[number] for number in self._field_names.meanings_of(word)])

    def fields_told_by(self, word: str) -> tuple[str, ...]:
        """Return the fields of expertise that a folded word of a problem points to, by its topics or by name."""
        return self._fields_told_by(word)

    @cached_property
    def _fields_told_by(self) -> Callable[[str], tuple[str, ...]]:
        return lru_cache(maxsize=20_000)(self._by_topic_and_name)

    def _by_topic_and_name(self, word: str) -> tuple[str, ...]:
        by_topic = dict.fromkeys(self.topics.field_of[topic] for topic in self.topics.of(word))
        if by_topic and not self._field_names.has(word):
            return tuple(by_topic)  # a word with an exact meaning is no typo
        return tuple(by_topic | dict.fromkeys(self.fields_of(word)))

    @cached_property
    def _fields(self) -> tuple[str, ...]:
        return tuple(self.expertise)

    @cached_property
    def name_index(self) -> NameIndex:
        """The words of all product names, weighed by how much each one tells."""
        return NameIndex({product.id: product.names for product in self.products.values()}, self._near)

    def _near(self, word: str) -> Mapping[str, int]:
        return self._nearest(word)

    @cached_property
    def _nearest(self) -> Near:
        """All words that name goods, meanings and fields: a misspelt word is looked up in them once."""
        words = {*self.name_index.long_words, *self.synonyms.words, *self._field_names.words}
        return lru_cache(maxsize=20_000)(WordList(sorted(words)).near)


def _in_another_case(spoken: str, name: str) -> bool:
    """Return True if two words differ by their endings only: "wielkiej" is "wielka", "granulés" is not "grande"."""
    same = Prefix.similarity(spoken, name)
    return len(spoken) - same <= COUNTRY_ENDING and len(name) - same <= COUNTRY_ENDING


def _beginnings(words: Sequence[str]) -> tuple[str, ...]:
    return tuple([word[:LETTERS_THAT_STAY] for word in words])


def _found(table: Mapping[str, T], key: str, code: str) -> T:
    row = table.get(key)
    if row is None:
        raise NotFound(code, given=key)
    return row


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def load(folder: Path) -> Catalogue:
    """Read the YAML files of a catalogue folder (config/catalogue); about a tenth of a second."""
    units = _read(folder / "units.yaml")
    words = _read(folder / "words.yaml")
    named = ("months", "short_months", "genitives", "weekdays", "currencies", "languages")
    tables = {table: words.pop(table) for table in named}
    return Catalogue(
        products=_by_id(_parsed(list[Product], folder / "products.yaml")),
        grades=_by_id(_parsed(list[Grade], folder / "grades.yaml")),
        certificates=_by_id(_parsed(list[Scheme], folder / "certificates.yaml")),
        terms={term.code: term for term in map(Term.model_validate, _read(folder / "terms.yaml")["terms"])},
        delivery=_by_id(_parsed(list[DeliveryMode], folder / "delivery.yaml")),
        expertise=_by_id(_parsed(list[Expertise], folder / "expertise.yaml")),
        units={unit.code: unit for unit in map(UnitWords.model_validate, units["units"])},
        bare_cubic_metre=tuple(units["bare_cubic_metre"]),
        sources=_parsed(dict[str, Source], folder / "sources.yaml"),
        rates=_parsed(Rates, folder / "rates.yaml"),
        countries=_parsed(dict[str, tuple[str, ...]], folder / "countries.yaml"),
        regions=load_regions(folder),
        meanings=_parsed(tuple[dict[str, tuple[str, ...]], ...], folder / "synonyms.yaml"),
        words=Words(phrases=words, **tables),
    )


def _read(path: Path) -> Any:
    # The C loader is a safe loader too, and ten times faster.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _parsed(shape: type[T], path: Path) -> T:
    return TypeAdapter(shape).validate_python(_read(path))


def _by_id(rows: list[N]) -> dict[str, N]:
    table = {row.id: row for row in rows}
    if len(table) != len(rows):
        raise ValueError("two entries share an id")
    return table
