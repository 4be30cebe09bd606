"""A trader's sentence read into fields: the same reading fills a listing form and a search.

"sell 200 t A1 pellets 215 €/t DAP Kaunas next week" says all of it; what is not understood is left in `rest`.
Amounts, dates and names are taken out one after the other, each leaving a bar behind that no later pattern
crosses, so that "100t" is never read again as a product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded, leaders
from core.discovery.search.sentence.fields import (
    parse_date_window,
    parse_money,
    parse_place,
    parse_quantity,
    parse_unit_price,
)
from core.discovery.search.sentence.figures import Figures, amount, by_the_load, figures, prices
from core.discovery.search.sentence.goods import Goods, GoodsReader, second_goods
from core.discovery.search.sentence.grammar import WORD_OR_NUMBER, SaidOrder, grammar_of
from core.discovery.search.sentence.leaving_out import GRADE, left_out
from core.discovery.search.sentence.letters import WORD, rejoined, wish_in
from core.discovery.search.sentence.measured import Measure
from core.discovery.search.sentence.numbers import parse_number
from core.discovery.search.sentence.places import Place, Places
from core.discovery.search.sentence.purpose import without_purpose
from core.discovery.search.sentence.said import Said
from core.discovery.search.sentence.sheet import Sheet
from core.discovery.search.sentence.shorthand import written_out
from core.discovery.search.sentence.sides import Side
from core.discovery.search.sentence.slips import spelt
from core.discovery.search.sentence.times.days import DateWindow
from core.discovery.search.sentence.times.windows import FIGURES_OF_TIME, FoundWindow, NoWindow
from core.discovery.search.sentence.whereabouts import Whereabouts, whereabouts
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import Money, UnitPrice
from core.kernel.quantity import Quantity

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
DAYS_TOLD: Final = 3  # of one sentence that cannot be
SURE: Final = "sure"  # a scheme that is called like a word of everyday English


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
    around_km: int | None = None  # a distance from nowhere that was named: from whoever asks
    window: DateWindow | None = None
    packaging: tuple[str, ...] = ()
    free_now: bool = False  # of an expert: at once
    max_rate: Money | None = None  # of an expert, for an hour
    by_minute: bool = False  # it was said for a minute
    at: str | None = None  # of an expert: the hour on the seeker's clock, "09:30"
    speaks: str | None = None  # the code of a language that an expert speaks
    order: SaidOrder | None = None  # of the list: "cheap pellets", "nearest sawdust to Kaunas"
    grades: tuple[str, ...] = ()  # that are meant alike ("A1 or A2"), or while the goods do not say which
    named: str = ""  # the words that name the goods
    left_out: tuple[str, ...] = ()  # marks of what is not wanted: "country:UA", "grade:ENplus_A2", "scheme:FSC"
    countries: tuple[str, ...] = ()  # that goods shall be from; a sentence leaves them among its words
    countries_said: str = ""  # as they were written
    quality: tuple[Measure, ...] = ()  # what goods are to be measured by; a sentence leaves it among its words
    rest: str = ""  # the words that were not understood
    unclear: tuple[Refusal, ...] = ()  # what was said but cannot be: a question to ask back

    @property
    def grades_wanted(self) -> tuple[str, ...]:
        """Of the goods that are named, those of which one has to be met; none: any will do."""
        if self.grade is not None:
            return (self.grade,)
        return self.grades if self.product is not None else ()

    @property
    def certificate(self) -> str | None:
        """The first certificate scheme that was named."""
        return self.certificates[0] if self.certificates else None


def parse(
    text: str,
    catalogue: Catalogue,
    places: Places,
    today: date,
    language: str = "en",
    *,
    per: str | None = None,
    several: bool = False,
) -> Understood:
    """Read a sentence in any of the languages; `language` only decides what "1.200" means. Never raises.

    `per`: the unit of a price that is said without one, where it is not the one in which such goods are mostly sold.
    `several`: goods with an "and" between them are all looked for; a listing is of one alone.
    """
    grammar = grammar_of(catalogue)
    wish = written_out(spelt(_begun(text), catalogue, places), catalogue)
    words = frozenset(map(folded, WORD.findall(wish)))
    wish = rejoined(wish, words, grammar, catalogue)
    wish = wish_in(wish, words, grammar, catalogue, places)
    wish = without_purpose(wish, words, grammar, catalogue)
    sheet = Sheet(Said.of(wish), grammar, language)
    return _Reading(sheet, catalogue, places, today, per, several).understood()


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
    several: bool

    def understood(self) -> Understood:
        """Take the fields out one after the other; the goods are what is left."""
        sheet, places = self.sheet, self.places
        unwanted = left_out(sheet, self.catalogue, places)
        certificates, by_grade, grades = self._certificates_and_grades()
        window, said = self._window(), figures(sheet)  # in this order: a day is no amount
        order, side = self._order(), Side.said_on(sheet, places, self.catalogue)  # "moins cher que 200" is a limit
        free_now = sheet.may_name("free_now") and sheet.take(sheet.grammar.free_now) is not None
        language, where, packaging = self._language(), whereabouts(sheet, self.catalogue, places), self._packaging()
        product, alternatives, named, others = goods = self._goods(grades, said)
        said, others = self._of_the_first(said, goods) if product else (said, others)
        speaks, there = self._speaks(language, where.countries, bool(product or alternatives))
        rest = " ".join(written for _, written in sorted((*others, *there)))
        grade = self._grade(grades or (self._grades_in_names(named, product) if sheet.has_digits else ()), product)
        product = product or (self._only_one_of(grade) if grade is not None and not alternatives else None)
        by_load = by_the_load(said, self.catalogue, (product,) if product else alternatives, side.by_word)
        quantity = by_load or amount(sheet, said, self.catalogue, product)
        rest = self._with_trucks(rest, said) if by_load is None and said.loads else rest
        self._tell_of_places(where, bool(product or alternatives))
        by_limit = prices(sheet, said, self.catalogue, product, self.per or (quantity.unit if quantity else None))
        return Understood(
            side=side.by_word or (side.of_goods(said, rest) if product or alternatives else None),
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
            around_km=where.around_km,
            window=window,
            packaging=packaging,
            free_now=free_now,
            max_rate=said.rate,
            by_minute=said.by_minute,
            speaks=speaks,
            order=order,
            grades=() if grade else self._of_goods(grades, product),
            named=named,
            left_out=self._of_these_goods(unwanted, product),
            rest=rest,
            unclear=tuple(sheet.unclear),
        )

    def _goods(self, grades: tuple[str, ...], said: Figures) -> Goods:
        """Several of them, where none has an amount of its own."""
        several = self.several and not (said.amounts or said.loads)
        return GoodsReader(self.sheet, self.catalogue, self.places, several).named(grades)

    def _only_one_of(self, grade: str) -> str | None:
        """The goods of a grade that no others have."""
        products = self.catalogue.grade(grade).products
        return products[0] if len(products) == 1 else None

    def _of_the_first(self, said: Figures, goods: Goods) -> tuple[Figures, list[tuple[int, str]]]:
        """The figures without the amounts that stand beside other goods, which are told, and the words without them."""
        others = goods.others
        second = second_goods(self.sheet, self.catalogue, goods.product or "", others)
        if second is None:
            return said, others
        self.sheet.unclear.append(Invalid("goods.one_at_a_time", taken=goods.named, other=second.said))
        first = self.sheet.said.original.find(goods.named.split(" ", 1)[0]) < second.start
        own = tuple(each for each in said.amounts if (each.start < second.start) is first)
        return said._replace(amounts=own or said.amounts), [each for each in others if each[1] != second.said]

    def _tell_of_places(self, where: Whereabouts, goods: bool) -> None:
        if where.unknown and goods:
            self.sheet.unclear.append(Invalid("place.unknown", field="place", given=where.unknown))
        if where.other:
            taken = Invalid("place.one_at_a_time", field="place", place=where.said, other=where.other)
            self.sheet.unclear.append(taken)

    def _of_these_goods(self, unwanted: tuple[str, ...], product: str | None) -> tuple[str, ...]:
        """Of the grades that an unwanted one may mean, those of the goods."""
        known = self.catalogue.product(product).grades if product else ()
        return tuple(
            mark for mark in unwanted if not mark.startswith(GRADE) or not known or mark[len(GRADE) :] in known
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
            if found and (found[0] != SURE or self._is_scheme(*found.span())):
                named.append((*found.span(), scheme_id))
        names = grammar.grades if sheet.may_name("grades") else []
        schemes = {scheme_id for _, _, scheme_id in named}
        # "A1, DINplus": of a name that is a scheme as well, and one that is not, the second tells the grade.
        names = sorted(names, key=lambda each: schemes.issuperset(each[1])) if schemes else names
        taken = ((found, meant) for words, meant in names if (found := sheet.take(words)))
        grade, grades = next(taken, (None, ()))
        either = tuple(self._or_of_grade(grade)) if grade else ()
        grades = (*grades, *either)
        for start, end, _ in named:
            sheet.strike(start, end)
        for certified in grammar.certified.finditer(sheet.text) if named else ():
            sheet.strike(*certified.span())
        part = [each for each in named if grade and grade.start() <= each[0] and each[1] < grade.end()]
        alone = sorted(set(named).difference(part))
        by_itself = tuple(scheme_id for _, _, scheme_id in alone if not either or scheme_id not in grades)
        return by_itself, part[0][2] if part else None, grades

    def _or_of_grade(self, grade: re.Match[str]) -> Iterator[str]:
        """The grades that stand beside this one behind or before an "or": "A1 or A2", "A1/A2"."""
        sheet, either = self.sheet, self.sheet.grammar.either
        for words, meant in sheet.grammar.grades:
            for other in words.finditer(sheet.text):
                first, second = sorted((grade.span(), other.span()))
                if sheet.text[first[1] : second[0]].strip() in {*either, "/"}:
                    sheet.strike(first[0], second[1])
                    yield from meant

    def _grades_in_names(self, named: str, product: str | None) -> tuple[str, ...]:
        """The grades of a word that names have too, where the goods are named without it: "industrial pellets I2" are
        of the grade, and "I2 pellets" are industrial pellets of whatever grade."""
        words = folded(named)
        for name, meant in self.sheet.grammar.grades_in_names:
            others = name.sub(" ", words)
            if others != words:
                ranked = self.catalogue.name_index.resolve(others)
                return meant if ranked and leaders(ranked) == (product,) else ()
        return ()

    def _is_scheme(self, start: int, end: int) -> bool:
        """Whether "sure" is the scheme: written in capitals, or away from what one is sure of or not."""
        sheet = self.sheet
        before, after = WORD_OR_NUMBER.findall(sheet.text, 0, start)[-1:], WORD_OR_NUMBER.findall(sheet.text, end)[:1]
        if sheet.grammar.certified.search(" ".join((*before, *after))):
            return True
        small = bool(sheet.said.text[:start].strip()) and sheet.grammar.being_sure.isdisjoint((*before, *after))
        return small or sheet.written(start, end).isupper()

    def _window(self) -> DateWindow | None:
        """The window; a day that is in no calendar is told as it was written, and all else is read without it."""
        sheet = self.sheet
        if not sheet.may_name("windows") and not (sheet.has_digits and FIGURES_OF_TIME.search(sheet.text)):
            return None
        for _ in range(DAYS_TOLD):
            found = sheet.grammar.windows.heard(sheet.text, self.today)
            if found is None:
                return None
            sheet.strike(found.start, found.end)
            if isinstance(found, FoundWindow):
                break
            sheet.unclear.append(self._as_written(found))
        else:
            return None
        if found.window.last < self.today:
            sheet.unclear.append(Refusal("window.in_the_past", first=found.window.first, last=found.window.last))
            return None
        return found.window

    def _as_written(self, found: NoWindow) -> Refusal:
        """Why it is none, with the day in the letters of who wrote it: "31 June" was folded to be read."""
        given = str(found.refusal.parts.get("given", ""))
        start = self.sheet.said.text.find(given, found.start, found.end) if given else -1
        if start < 0:
            return found.refusal
        return Invalid(found.refusal.code, given=self.sheet.written(start, start + len(given)))

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

    def _with_trucks(self, rest: str, said: Figures) -> str:
        """The words that were not understood, with those for trucks that are no amount."""
        trucks = [
            word for word in WORD_OR_NUMBER.findall(said.loads_said) if folded(word) not in self.sheet.grammar.fillers
        ]
        return " ".join((*trucks, rest)).strip()

    def _grade(self, grades: tuple[str, ...], product: str | None) -> str | None:
        grades = self._of_goods(grades, product)
        return grades[0] if len(grades) == 1 else None

    def _of_goods(self, grades: tuple[str, ...], product: str | None) -> tuple[str, ...]:
        """Those of these grades that the goods have."""
        if product is None:
            return grades
        return tuple(grade for grade in self.catalogue.product(product).grades if grade in grades)
