"""A trader's sentence read into fields: the same reading fills a listing form and a search.

"sell 200 t A1 pellets 215 €/t DAP Kaunas next week" says all of it; what is not understood is left in `rest`.
Amounts, dates and names are taken out one after the other, each leaving a bar behind that no later pattern
crosses, so that "100t" is never read again as a product.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.catalogue.model import Catalogue
from core.catalogue.names import GOOD_ENOUGH, TOO_CLOSE, Likeness, folded
from core.catalogue.spelling import SHORTEST
from core.kernel.errors import Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity
from core.search.days import DateWindow
from core.search.fields import (
    parse_date_window,
    parse_money,
    parse_place,
    parse_quantity,
    parse_unit_price,
)
from core.search.figures import Figures, amount, by_the_load, figures, prices
from core.search.grammar import Said, SaidOrder, grammar_of
from core.search.letters import WORD, rejoined, wish_in
from core.search.numbers import parse_number
from core.search.places import Place, Places
from core.search.purpose import without_purpose
from core.search.sheet import Sheet
from core.search.whereabouts import whereabouts
from core.search.windows import FIGURES_OF_TIME

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

LONGEST_SENTENCE: Final = 500
LONGEST_NAME: Final = 3  # words side by side that may name goods among others that do not
SURELY_NAMED: Final = 0.97
ALONE: Final = 0.88  # how surely one word names goods among others: "biolog" is no slip of bio-LNG
WEAKLY_NAMED: Final = 0.85  # some of the words may be of another thing
NAMED_EARLY: Final = 12  # words among which such a name is looked for
# Beside these words somebody is sure of something, and does not mean the scheme of that name.
BEING_SURE: Final = frozenset(
    ("am", "be", "for", "i", "if", "make", "not", "of", "pretty", "quite", "that", "to", "very", "what", "which", "you")
)
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a sentence said. Ids are the catalogue's; `alternatives` are products that are equally likely."""

    side: str | None = None  # "sell" or "buy"
    product: str | None = None
    alternatives: tuple[str, ...] = ()
    grade: str | None = None
    certificates: tuple[str, ...] = ()
    by_grade: str | None = None  # the scheme that the grade's own name says: "ENplus A1"
    quantity: Quantity | None = None
    by_load: bool = False  # the amount was told in truckloads
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
    order: SaidOrder | None = None  # of the list: "cheap pellets", "nearest sawdust to Kaunas"
    grades: tuple[str, ...] = ()  # that the name of the grade may mean, while the goods do not say which
    named: str = ""  # the words that name the goods
    rest: str = ""  # the words that were not understood
    unclear: tuple[Refusal, ...] = ()  # what was said but cannot be: a question to ask back

    @property
    def certificate(self) -> str | None:
        """The first certificate scheme that was named."""
        return self.certificates[0] if self.certificates else None


def parse(
    text: str, catalogue: Catalogue, places: Places, today: date, language: str = "en", *, per: str | None = None
) -> Understood:
    """Read a sentence in any of the languages; `language` only decides what "1.200" means. Never raises.

    `per`: the unit of a price that is said without one, where it is not the one in which such goods are mostly sold.
    """
    grammar = grammar_of(catalogue)
    wish = _begun(text)
    words = frozenset(map(folded, WORD.findall(wish)))
    wish = rejoined(wish, words, grammar, catalogue)
    wish = wish_in(wish, words, grammar, catalogue, places)
    wish = without_purpose(wish, words, grammar, catalogue)
    sheet = Sheet(Said.of(wish), grammar, language)
    return _Reading(sheet, catalogue, places, today, per).understood()


def _begun(text: str) -> str:
    """The whole words of a long text that are read; of one endless word its beginning."""
    if len(text) <= LONGEST_SENTENCE:
        return text
    words, _, _ = text[: LONGEST_SENTENCE + 1].rpartition(" ")
    return words or text[:LONGEST_SENTENCE]


@dataclass(slots=True)
class _Reading:
    """One sentence on its way from text to fields."""

    sheet: Sheet
    catalogue: Catalogue
    places: Places
    today: date
    per: str | None

    def understood(self) -> Understood:
        """Take the fields out one after the other; the goods are what is left."""
        sheet, grammar = self.sheet, self.sheet.grammar
        certificates, by_grade, grades = self._certificates_and_grades()
        window = self._window()
        said = figures(sheet)
        order = self._order()  # behind the figures: "moins cher que 200" is a limit
        side = self._side()
        free_now = sheet.may_name("free_now") and sheet.take(grammar.free_now) is not None
        language = self._language()
        where = whereabouts(sheet, self.catalogue, self.places)
        packaging = self._packaging()
        product, alternatives, named, others = self._product(grades)
        speaks, countries = self._speaks(language, where.countries, bool(product or alternatives))
        rest = " ".join(written for _, written in sorted((*others, *countries)))
        grade = self._grade(grades or (self._grades_in_names(named, product) if sheet.has_digits else ()), product)
        if product is None and grade is not None and not alternatives:
            only = self.catalogue.grade(grade).products
            product = only[0] if len(only) == 1 else None
        by_load = by_the_load(said, self.catalogue, (product,) if product else alternatives, side)
        quantity = by_load or amount(sheet, said, self.catalogue, product)
        rest = self._with_trucks(rest, said) if by_load is None and said.loads else rest
        by_limit = prices(sheet, said, self.catalogue, product, self.per or (quantity.unit if quantity else None))
        return Understood(
            side=side,
            product=product,
            alternatives=alternatives,
            grade=grade,
            certificates=certificates,
            by_grade=by_grade,
            quantity=quantity,
            by_load=by_load is not None,
            price=by_limit.get(None),
            max_price=by_limit.get("below"),
            min_price=by_limit.get("above"),
            incoterm=where.term,
            place=where.place,
            place_said=where.said,
            radius_km=where.radius_km,
            window=window,
            packaging=packaging,
            free_now=free_now,
            max_rate=said.rate,
            speaks=speaks,
            order=order,
            grades=() if grade else grades,
            named=named,
            rest=rest,
            unclear=tuple(sheet.unclear),
        )

    def _packaging(self) -> tuple[str, ...]:
        packings = self.sheet.grammar.packaging.items() if self.sheet.may_name("packaging") else ()
        return tuple(code for code, words in packings if self.sheet.take(words))

    def _certificates_and_grades(self) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
        """Schemes in the order they are named, the one that is a part of a grade's name ("ENplus A1"), and the grades
        that may be meant."""
        sheet, grammar = self.sheet, self.sheet.grammar
        named: list[tuple[int, int, str]] = []
        for scheme_id, words in grammar.schemes.items() if sheet.may_name("schemes") else ():
            found = words.search(sheet.text)
            if found and (found[0] != "sure" or self._is_scheme(*found.span())):
                named.append((*found.span(), scheme_id))
        names = grammar.grades if sheet.may_name("grades") else ()
        taken = ((found, meant) for words, meant in names if (found := sheet.take(words)))
        grade, grades = next(taken, (None, ()))
        for start, end, _ in named:
            sheet.strike(start, end)
        part = [each for each in named if grade and grade.start() <= each[0] and each[1] < grade.end()]
        by_itself = tuple(scheme_id for _, _, scheme_id in sorted(set(named).difference(part)))
        return by_itself, part[0][2] if part else None, grades

    def _grades_in_names(self, named: str, product: str | None) -> tuple[str, ...]:
        """The grades of a word that names have too, where the goods are named without it: "industrial pellets I2" are
        of the grade, and "I2 pellets" are industrial pellets of whatever grade."""
        words = folded(named)
        for name, meant in self.sheet.grammar.grades_in_names:
            others = name.sub(" ", words)
            if others != words:
                ranked = self.catalogue.name_index.resolve(others)
                return meant if ranked and _leaders(ranked) == (product,) else ()
        return ()

    def _is_scheme(self, start: int, end: int) -> bool:
        """Whether "sure" is the scheme: written in capitals, or away from what one is sure of or not."""
        sheet = self.sheet
        before, after = _WORD.findall(sheet.text, 0, start)[-1:], _WORD.findall(sheet.text, end)[:1]
        small = bool(sheet.said.text[:start].strip()) and BEING_SURE.isdisjoint((*before, *after))
        return small or sheet.written(start, end).isupper()

    def _window(self) -> DateWindow | None:
        sheet = self.sheet
        if not sheet.may_name("windows") and not (sheet.has_digits and FIGURES_OF_TIME.search(sheet.text)):
            return None
        try:
            found = sheet.grammar.windows.find(sheet.text, self.today)
        except Refusal as refusal:
            sheet.unclear.append(refusal)
            return None
        if found is None:
            return None
        sheet.strike(found.start, found.end)
        if found.window.last < self.today:
            sheet.unclear.append(Refusal("window.in_the_past", first=found.window.first, last=found.window.last))
            return None
        return found.window

    def _order(self) -> SaidOrder | None:
        """The order that is said first; what comes equally near or cheap is no list of its own."""
        sheet, grammar = self.sheet, self.sheet.grammar
        orders: list[SaidOrder] = []
        while sheet.may_name("orders") and (found := sheet.take(grammar.order)) is not None:
            orders.append(grammar.order_of(found))
        return orders[0] if orders else None

    def _language(self) -> re.Match[str] | None:
        """The language that is named by its own or any other language's word for it."""
        sheet = self.sheet
        return sheet.take(sheet.grammar.languages) if sheet.may_name("languages") else None

    def _speaks(
        self, found: re.Match[str] | None, countries: tuple[tuple[int, str], ...], goods: bool
    ) -> tuple[str | None, tuple[tuple[int, str], ...]]:
        """The language, and the countries: beside goods "Italien" is where they are, and no French for Italian."""
        if found is None:
            return None, countries
        if goods and folded(found[0]) in self.catalogue.country_names:
            return None, (*countries, (found.start(), self.sheet.written(*found.span())))
        return self.sheet.grammar.language_of(found), countries

    def _side(self) -> str | None:
        """Selling or buying. "Koper" further on is the port, not the Swedish for "buys"; "suche" is Polish for dry."""
        sheet = self.sheet
        if not sheet.may_name("sides"):
            return None
        for side, words in sheet.grammar.sides.items():
            found = words.search(sheet.text)
            if found is not None:
                written = sheet.written(*found.span())
                name = not written[0].islower() and self.places.named(written)
                before = _WORD.search(sheet.said.text, 0, found.start())
                if before is None or not (name or self.catalogue.synonyms.has(found[0])):
                    sheet.strike(*found.span())
                    return side
        return None

    def _product(self, grades: tuple[str, ...]) -> tuple[str | None, tuple[str, ...], str, list[tuple[int, str]]]:
        """The product the words that are left mean, those it may be confused with, the words for it, and the others
        with where they stand.

        Where no goods are called so, words of description ("dry", "secas") are left out: names have them by chance.
        """
        sheet, index = self.sheet, self.catalogue.name_index
        every = list(_WORD.finditer(sheet.text))
        words = [word for word in every if word[0] not in sheet.grammar.nameless]
        left = [sheet.written(*word.span()) for word in words]
        ranked, among = self._likeliest(words, left)
        if ranked and not sheet.words.isdisjoint(sheet.grammar.made_of):
            ranked, among = self._not_of_what(every, words, left, _leaders(ranked)) or (ranked, among)
        of_grade = {product for grade in grades for product in self.catalogue.grade(grade).products}
        fitting = [like for like in ranked if like.product_id in of_grade]
        best = _leaders(fitting or ranked)
        naming = among or self._without_begun_town([word[0] for word in words], best)
        named = " ".join(word for place, word in enumerate(left) if place in naming)
        others = [
            (word.start(), left[place])
            for place, word in enumerate(words)
            if place not in naming and word[0] not in sheet.grammar.fillers
        ]
        if len(best) > 1:
            unknown = [word for word in map(folded, left) if word not in index.vocabulary]
            best = index.resembling(unknown, best) or best
        if len(best) == 1:
            return best[0], (), named, others
        return None, best, named, others

    def _without_begun_town(self, words: list[str], best: tuple[str, ...]) -> frozenset[int]:
        """The places of the words that name these goods, without a last word that is rather the beginning of a town
        than of a name, where the others name them alike: "metsahake tart", "pelet krakó"."""
        index, last = self.catalogue.name_index, len(words) - 1
        naming = index.naming(words, best)
        if last not in naming or len(naming) == 1 or len(words[last]) < SHORTEST or words[last] in index.vocabulary:
            return naming
        others = naming - {last}
        same = _leaders(index.resolve(" ".join(words[place] for place in sorted(others)))) == best
        town = same and any(place.well_known for place in self.places.beginning(words[last]))
        return others if town else naming

    def _with_trucks(self, rest: str, said: Figures) -> str:
        """The words that were not understood, with those for trucks that are no amount."""
        trucks = [word for word in _WORD.findall(said.loads_said) if folded(word) not in self.sheet.grammar.fillers]
        return " ".join((*trucks, rest)).strip()

    def _likeliest(self, words: list[re.Match[str]], left: list[str]) -> tuple[list[Likeness], frozenset[int]]:
        """The goods that these words name, and, where only those side by side do, the places of these."""
        index = self.catalogue.name_index
        plain = [written for word, written in zip(words, left, strict=True) if not self._only_describes(word[0])]
        ranked = index.resolve(" ".join(plain)) or index.resolve(self._undescribed(left))
        if not ranked or ranked[0].score < WEAKLY_NAMED:
            surer, among = self._in_between(left)
            if surer and (not ranked or surer[0].score > ranked[0].score):
                return surer, frozenset(among)
        return ranked, frozenset()

    def _not_of_what(
        self, every: list[re.Match[str]], words: list[re.Match[str]], left: list[str], whole: tuple[str, ...]
    ) -> tuple[list[Likeness], frozenset[int]] | None:
        """The goods before a "from", where all the words together name (`whole`) what they are made of: "HVO from used
        cooking oil". No name has words of both sides then, as that of "pellets of straw" has."""
        index, made_of = self.catalogue.name_index, self.sheet.grammar.made_of
        for preposition in (word for word in every if word[0] in made_of):
            cut = sum(word.start() < preposition.start() for word in words)
            if not any(index.like(word[0]) for word in words[cut:]):
                return None
            ranked, among = self._likeliest(words[:cut], left[:cut])
            if ranked and ranked[0].score >= ALONE:
                goods = [word[0] for word in words[:cut]]
                if index.naming(goods, whole):
                    return None
                return ranked, among or index.naming(goods, _leaders(ranked))
        return None

    def _describes(self, word: str) -> bool:
        return self.catalogue.synonyms.describes_goods(folded(word))

    def _undescribed(self, words: list[str]) -> str:
        return " ".join(word for word in words if not self._describes(word))

    def _only_describes(self, word: str) -> bool:
        """Whether a word as it stands says how goods are, and no name has it: "mänd" is pine, no begun "mandorla"."""
        synonyms = self.catalogue.synonyms
        named = word in self.catalogue.name_index.vocabulary
        return not named and synonyms.has(word) and synonyms.describes_goods(word)

    def _in_between(self, words: list[str]) -> tuple[list[Likeness], range]:
        """The goods that some words side by side name, among others that have nothing to do with them, and where those
        stand: "Nord Oil wood chips" sells no oil. A longer name counts first, then one without a slip; a word alone
        only where it is of one product."""
        index = self.catalogue.name_index
        said = [folded(word) for word in words[:NAMED_EARLY]]
        like = [bool(index.like(word)) for word in said]
        known = not index.vocabulary.isdisjoint(said)
        for size in range(min(LONGEST_NAME, len(like)), 0, -1):
            for enough in (SURELY_NAMED, GOOD_ENOUGH if size > 1 else ALONE):
                for start in range(len(like) - size + 1):
                    named = words[start : start + size]
                    ranked = index.resolve(" ".join(named)) if all(like[start : start + size]) else []
                    if size == 1 and known and ranked and index.only_begins(said[start : start + 1]):
                        continue  # beside a word that names goods "Schwe" is sooner a begun Schwerin than Schweinefett
                    if ranked and ranked[0].score >= enough and (size > 1 or len(_leaders(ranked)) == 1):
                        return ranked, range(start, start + size)
        return [], range(0)

    def _grade(self, grades: tuple[str, ...], product: str | None) -> str | None:
        if product is not None:
            grades = tuple(grade for grade in self.catalogue.product(product).grades if grade in grades)
        return grades[0] if len(grades) == 1 else None


def _leaders(ranked: Sequence[Likeness]) -> tuple[str, ...]:
    """The best product, and those too close to it to choose between."""
    return tuple(like.product_id for like in ranked if like.score > ranked[0].score - TOO_CLOSE)
