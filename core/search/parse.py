"""A trader's sentence read into fields: the same reading fills a listing form and a search.

"sell 200 t A1 pellets 215 €/t DAP Kaunas next week" says all of it; what is not understood is left in `rest`.
Amounts, dates and names are taken out one after the other, each leaving a bar behind that no later pattern
crosses, so that "100t" is never read again as a product.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from core.catalogue.model import Catalogue
from core.catalogue.names import TOO_CLOSE, Likeness
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity
from core.search.fields import (
    parse_date_window,
    parse_money,
    parse_place,
    parse_quantity,
    parse_unit_price,
    resolved_price,
    resolved_unit,
)
from core.search.grammar import FIRST_WORD, Grammar, Said, SaidPrice, grammar_of
from core.search.numbers import parse_number
from core.search.places import Place, Places
from core.search.windows import DateWindow

__all__ = [
    "Understood",
    "parse",
    "parse_date_window",
    "parse_money",
    "parse_number",
    "parse_place",
    "parse_quantity",
    "parse_unit_price",
]

LONGEST_SENTENCE = 500
NEAR_KM = 150  # what "near" means when no distance is said: a truck there and back before noon
_TAKEN = "|"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_TOKEN = re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a sentence said. Ids are the catalogue's; `alternatives` are products that are equally likely."""

    side: str | None = None  # "sell" or "buy"
    product: str | None = None
    alternatives: tuple[str, ...] = ()
    grade: str | None = None
    certificates: tuple[str, ...] = ()
    quantity: Quantity | None = None
    price: UnitPrice | None = None
    max_price: UnitPrice | None = None
    min_price: UnitPrice | None = None
    incoterm: str | None = None
    place: Place | None = None
    place_said: str = ""  # as it was written
    radius_km: int | None = None
    window: DateWindow | None = None
    packaging: tuple[str, ...] = ()
    free_now: bool = False  # of an expert: at once
    max_rate: Money | None = None  # of an expert, for an hour
    speaks: str | None = None  # the code of a language that an expert speaks
    grades: tuple[str, ...] = ()  # that the name of the grade may mean, while the goods do not say which
    named: str = ""  # the words that name the goods
    rest: str = ""  # the words that were not understood
    unclear: tuple[Refusal, ...] = ()  # what was said but cannot be: a question to ask back

    @property
    def certificate(self) -> str | None:
        """The first certificate scheme that was named."""
        return self.certificates[0] if self.certificates else None


def parse(text: str, catalogue: Catalogue, places: Places, today: date, language: str = "en") -> Understood:
    """Read a sentence in any of the languages; `language` only decides what "1.200" means. Never raises."""
    return _Reading(text[:LONGEST_SENTENCE], catalogue, places, today, language).understood()


@dataclass(slots=True)
class _Reading:
    """One sentence on its way from text to fields."""

    original: str
    catalogue: Catalogue
    places: Places
    today: date
    language: str
    unclear: list[Refusal] = field(default_factory=list)
    grammar: Grammar = field(init=False)
    said: Said = field(init=False)
    text: str = field(init=False)
    words: frozenset[str] = field(init=False)
    has_digits: bool = field(init=False)
    place_said: str = ""

    def __post_init__(self) -> None:
        self.grammar = grammar_of(self.catalogue)
        self.said = Said.of(self.original)
        self.text = self.said.text
        self.words = frozenset(FIRST_WORD.findall(self.text))
        self.has_digits = any("0" <= letter <= "9" for letter in self.text)

    def understood(self) -> Understood:
        """Take the fields out one after the other; what a number belongs to is decided by what stands around it."""
        certificates, grades = self._certificates_and_grades()
        window = self._window()
        rate = self._rate()
        prices = self._prices()
        quantity, unit = self._quantity()
        side = self._side()
        free_now = self._may_name("free_now") and self._take(self.grammar.free_now) is not None
        speaks = self._speaks()
        incoterm, place, radius_km = self._whereabouts()
        packings = self.grammar.packaging.items() if self._may_name("packaging") else ()
        packaging = tuple(code for code, words in packings if self._take(words))
        product, alternatives, named, rest = self._product(grades)
        grade = self._grade(grades, product)
        if product is None and grade is not None and not alternatives:
            only = self.catalogue.grade(grade).products
            product = only[0] if len(only) == 1 else None
        amount = self._resolved(quantity, unit, product)
        by_limit = {said.limit: self._priced(said, product, amount) for said in reversed(prices)}
        self._doubt(by_limit.get("above"), by_limit.get("below"))
        return Understood(
            side=side,
            product=product,
            alternatives=alternatives,
            grade=grade,
            certificates=certificates,
            quantity=amount,
            price=by_limit.get(None),
            max_price=by_limit.get("below"),
            min_price=by_limit.get("above"),
            incoterm=incoterm,
            place=place,
            place_said=self.place_said,
            radius_km=radius_km,
            window=window,
            packaging=packaging,
            free_now=free_now,
            max_rate=rate,
            speaks=speaks,
            grades=() if grade else grades,
            named=named,
            rest=rest,
            unclear=tuple(self.unclear),
        )

    def _may_name(self, kind: str) -> bool:
        """Whether a word of the sentence begins any name of that kind: without, no pattern need be tried."""
        return not self.words.isdisjoint(self.grammar.first_words[kind])

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.search(self.text)
        if found is not None:
            self._strike(*found.span())
        return found

    def _strike(self, start: int, end: int) -> None:
        self.text = self.text[:start] + _TAKEN * (end - start) + self.text[end:]

    def _certificates_and_grades(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Schemes in the order they are named, and the grades that may be meant: "ENplus A1" names one of each."""
        named: list[tuple[int, int, str]] = []
        for scheme_id, words in self.grammar.schemes.items() if self._may_name("schemes") else ():
            found = words.search(self.text)
            # "sure" is also a word: the scheme is written in capitals, or says that it is one.
            if found and (found[0] != "sure" or self.said.as_written(*found.span()).isupper()):
                named.append((*found.span(), scheme_id))
        names = self.grammar.grades if self._may_name("grades") else ()
        grades = next((meant for words, meant in names if self._take(words)), ())
        for start, end, _ in named:
            self._strike(start, end)
        return tuple(scheme_id for _, _, scheme_id in sorted(named)), grades

    def _window(self) -> DateWindow | None:
        if not self.has_digits and not self._may_name("windows"):
            return None
        try:
            found = self.grammar.windows.find(self.text, self.today)
        except Refusal as refusal:
            self.unclear.append(refusal)
            return None
        if found is None:
            return None
        self._strike(found.start, found.end)
        if found.window.last < self.today:
            self.unclear.append(Refusal("window.in_the_past", first=found.window.first, last=found.window.last))
            return None
        return found.window

    def _rate(self) -> Money | None:
        """What an hour may cost at most: "80 eur/h", "under 90 € per hour"."""
        found = self.grammar.rate.search(self.text) if self.has_digits else None
        symbol = (found["before"] or found["after"]) if found else None
        if found is None or symbol is None:
            return None
        self._strike(*found.span())
        try:
            said = self.grammar.price_of(found, self.language)
            return Money.of(said.amount, said.currency or "EUR")
        except Refusal as refusal:
            self.unclear.append(refusal)
            return None

    def _speaks(self) -> str | None:
        """The language that is named by its own or any other language's word for it."""
        found = self.grammar.languages.search(self.text) if self._may_name("languages") else None
        if found is None:
            return None
        self._strike(*found.span())
        return self.grammar.language_of(found[0])

    def _prices(self) -> list[SaidPrice]:
        if not self.has_digits:
            return []
        if negative := self._take(self.grammar.negative):
            self.unclear.append(Refusal("number.negative", given=self.said.as_written(*negative.span())))
        prices: list[SaidPrice] = []
        for pattern in (self.grammar.price, self.grammar.bare_limit):
            for found in pattern.finditer(self.text):
                said = found.groupdict()
                if pattern is self.grammar.bare_limit or said["before"] or said["after"] or said["unit"]:
                    self._strike(*found.span())
                    try:
                        prices.append(self.grammar.price_of(found, self.language))
                    except Refusal as refusal:
                        self.unclear.append(refusal)
        return prices

    def _quantity(self) -> tuple[str | None, str | None]:
        found = self._take(self.grammar.quantity) if self.has_digits else None
        return (found["number"], self.grammar.unit_of(found["unit"])) if found else (None, None)

    def _side(self) -> str | None:
        """Selling or buying; "Koper" further on is the port, not the Swedish for "buys"."""
        if self._may_name("sides"):
            for side, words in self.grammar.sides.items():
                found = words.search(self.text)
                if found is not None:
                    written = self.said.as_written(*found.span())
                    if found.start() == 0 or written[0].islower() or not self.places.named(written):
                        self._strike(*found.span())
                        return side
        return None

    def _resolved(self, number: str | None, unit: str | None, product: str | None) -> Quantity | None:
        if number is None or unit is None:
            return None
        allowed = self.catalogue.units_of(product) if product else tuple(self.catalogue.units)
        try:
            return Quantity(parse_number(number, self.language), resolved_unit(unit, allowed)).positive()
        except Refusal as refusal:
            self.unclear.append(refusal)
            return None

    def _priced(self, said: SaidPrice, product: str | None, quantity: Quantity | None) -> UnitPrice | None:
        """A price without a unit is per the unit of the amount, then per the product's usual one, then per tonne."""
        entry = self.catalogue.product(product) if product else None
        units = self.catalogue.units_of(product) if product else tuple(self.catalogue.units)
        unit = quantity.unit if quantity else entry.price_unit if entry else "t"
        try:
            return resolved_price(said, entry.price_currency if entry else "EUR", unit, units)
        except Refusal as refusal:
            self.unclear.append(refusal)
            return None

    def _doubt(self, least: UnitPrice | None, most: UnitPrice | None) -> None:
        """Both limits are kept, and shown; nothing can lie between them, so the person is asked."""
        if least and most and (least.currency, least.unit) == (most.currency, most.unit) and least.amount > most.amount:
            self.unclear.append(Refusal("price.contradicts_itself", least=least, most=most))

    def _whereabouts(self) -> tuple[str | None, Place | None, int | None]:
        """Delivery term, place and radius. A misspelt place is believed only after "DAP", "near" or a distance."""
        marked = self._may_name("near")
        term = self.grammar.term.search(self.text) if marked else None
        radius = self._take(self.grammar.radius) if self.has_digits else None
        near = self.grammar.near.search(self.text) if marked else None
        marks = [found.end() for found in (term, near) if found]
        place = next((p for mark in marks if (p := self._place_after(mark))), None) or self._place_anywhere()
        for found in (term, near):
            if found:
                self._strike(*found.span())
        radius_km = int(radius[1]) if radius else NEAR_KM if near else None
        return (term[0].upper() if term else None), place, radius_km if place else None

    def _place_after(self, mark: int) -> Place | None:
        found = re.compile(rf"\s+(?:{self.grammar.at.pattern}\s+)?").match(self.text, mark)
        return self._place_at(found.end(), believe_misspelt=True) if found else None

    def _place_anywhere(self) -> Place | None:
        ends = {found.end() for found in self.grammar.at.finditer(self.text)}
        for token in _TOKEN.finditer(self.text):
            marked = len(self.text[: token.start()].rstrip()) in ends
            capital = self.said.as_written(*token.span())[:1].isupper()
            place = self._place_at(token.start(), believe_misspelt=marked and capital, sure=marked)
            if place is None and capital:
                place = next(iter(self.places.declined(token[0])), None)  # "Kaune", "Києві"
                if place is not None:
                    self._place_found(*token.span())
            if place is not None:
                return place
        return None

    def _place_at(self, start: int, *, believe_misspelt: bool, sure: bool = True) -> Place | None:
        """The longest place name that begins there, struck out."""
        tokens: list[re.Match[str]] = []
        for token in _TOKEN.finditer(self.text, start):
            if (tokens and self.text[tokens[-1].end() : token.start()] != " ") or len(tokens) == 3:
                break
            tokens.append(token)
        if not tokens or tokens[0].start() != start:
            return None
        for end in (token.end() for token in reversed(tokens)):
            name = self.text[start:end]
            exact = self.places.named(name)
            if exact and (sure or not exact[0].everyday_word) and len(name) > 2:
                self._place_found(start, end)
                return exact[0]
        single = tokens[0]
        like = self.places.like(single[0]) if believe_misspelt else ()
        if like:
            self._place_found(*single.span())
        return like[0] if like else None

    def _place_found(self, start: int, end: int) -> None:
        self.place_said = self.said.as_written(start, end)
        self._strike(start, end)

    def _product(self, grades: tuple[str, ...]) -> tuple[str | None, tuple[str, ...], str, str]:
        """The product the words that are left mean, those it may be confused with, the words for it, and the others."""
        index = self.catalogue.name_index
        words = list(_WORD.finditer(self.text))
        left = " ".join(self.said.as_written(*word.span()) for word in words)
        ranked = index.resolve(left)
        of_grade = {product for grade in grades for product in self.catalogue.grade(grade).products}
        fitting = [like for like in ranked if like.product_id in of_grade]
        best = _leaders(fitting or ranked)
        naming = [word for word in words if ranked and index.like(word[0])]
        others = [word for word in words if word not in naming and word[0] not in self.grammar.fillers]
        named, rest = (" ".join(self.said.as_written(*word.span()) for word in said) for said in (naming, others))
        if len(best) == 1:
            return best[0], (), named, rest
        return None, best, named, rest

    def _grade(self, grades: tuple[str, ...], product: str | None) -> str | None:
        if product is not None:
            grades = tuple(grade for grade in self.catalogue.product(product).grades if grade in grades)
        return grades[0] if len(grades) == 1 else None


def _leaders(ranked: list[Likeness]) -> tuple[str, ...]:
    """The best product, and those too close to it to choose between."""
    return tuple(like.product_id for like in ranked if like.score > ranked[0].score - TOO_CLOSE)
