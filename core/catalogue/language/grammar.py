"""The patterns of amounts, prices, terms and small words, made once per catalogue from its words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final, Literal, get_args

from core.catalogue.language.languages import names_of_languages
from core.catalogue.language.numbers import NEXT_NUMBER, NUMBER
from core.catalogue.language.patterns import any_of, whole, words_meaning
from core.catalogue.language.times.windows import NAMED, RELATIVE_WINDOWS, TELLING, WindowReader
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES, Words
from core.catalogue.spelling import WordList

FIGURE = re.compile(r"[0-9]+")
FIRST_PART = re.compile(r"\S+")
FIRST_WORD = re.compile(r"[^\W_]+")
WORD_OR_NUMBER = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
RANGE = re.compile(r"[0-9]\s*[-–]")
KILOMETRES = r"(?:km|км|kilome[^\W\d_]+|кілометр[^\W\d_]*)"
BARE_CUBIC_METRE = "m3?"  # "m3" of something that may be loose, stacked, solid or liquid
# Sign-like limits that are no words of a language.
_BELOW_SIGNS, _ABOVE_SIGNS = ("<", "<=", "≤", "max."), (">", ">=", "≥", "min.")
# The end of a grade's name, used alone: "A1", "SM2", "I2", "MG1", "Cat3". "B" or "straw" alone is too vague.
_GRADE_TAIL = re.compile(r"[a-z]{1,4}[0-9][a-z0-9]?|dinplus")
# The measurement of a grade, behind the goods: "FFA ≤ 5 %", "FFA 5–15 %".
_MEASURED_GRADE = re.compile(r"[a-z]+ (?P<what>[a-z]+) (?P<most>≤ )?(?P<share>[0-9–]+) %")
_AT_MOST_SIGNS = ("≤ ", "<= ", "< ", "<", "max ", "max. ", "")

# In which order a list may be wanted, by the words of that name.
StatedOrder = Literal["cheapest", "nearest", "rated", "newest"]
STATED_ORDERS: Final[tuple[StatedOrder, ...]] = get_args(StatedOrder)
COUNTS: Final = ("just_one", "two", "three", "four", "five")  # that are read as words, before truckloads alone

# Words around a wish that are none themselves.
ABESSIVE = "ta"  # the end of an Estonian word for a missing thing
LONG_ENOUGH_TO_SLIP = 8  # letters of "certified"; shorter ones are other words with a typo
SMALL_WORDS = ("filler", "certified", "or", "chatter", "at", "during", "per", "near", "within")


@dataclass(frozen=True, slots=True)
class StatedPrice:
    """A price as it was written: currency and unit may be missing; `limit` is "below", "above" or nothing."""

    number: str  # as it was written
    currency: str | None
    unit: str | None
    limit: str | None


class Grammar:
    """Every pattern that a sentence or a form field is read with."""

    def __init__(self, catalogue: Catalogue) -> None:
        words, words_for = catalogue.words, partial(words_meaning, catalogue.words)
        self.windows = WindowReader(words)
        self._read_numbers(catalogue)
        self._read_languages(words)
        self._read_places(catalogue)
        self.order = _order_pattern(words)
        self.sides, self.beside_goods = (
            {each: whole(words.all(each)) for each in meanings}
            for meanings in (("sell", "buy"), ("for_sale", "have", "we_make"))
        )
        self.packaging = {
            code: whole(words.all(meaning))
            for code, meaning in (("big_bag", "big_bag"), ("bag", "bagged"), ("pallet", "pallet"), ("bulk", "bulk"))
        }
        self.fillers = {
            word for meaning in SMALL_WORDS for phrase in words.all(meaning) for word in folded(phrase).split()
        }
        self.made_of = words_for("made_of")
        # The subset that no goods are called by: "nach" is not the beginning of "Nachweis".
        self.nameless = self.fillers - catalogue.name_index.vocabulary
        self.experts = frozenset(folded(word) for word in words.all("expert") if " " not in word)
        self._read_letters(catalogue)
        self.schemes = {scheme.id: whole(scheme.spoken) for scheme in catalogue.certificates.values() if scheme.spoken}
        self.ands = words_for("and")
        self.either = words_for("or")
        self.and_or = re.compile(rf"\s+{any_of((*words.all('and'), *words.all('or')))}(?!\w)")
        self.not_traded = whole(words.all("not_traded"))
        self.excluding = whole(words.all("excluding"))
        excluding = words_for("excluding")
        self.not_or_from = excluding & words_for("at")
        self.beside_unwanted = words_for("filler", "at", "near", "beside_unwanted")
        self.and_or_at = words_for("and", "or") & words_for("at")
        self.lacking_kinds = _in_the_abessive(catalogue)
        self.certified = whole(words.all("certified"))
        self._certified = WordList(map(folded, words.all("certified")))
        self.being_sure = words_for("being_sure")
        self.grades = _grade_patterns(catalogue)
        self.grades_in_names = _grade_patterns(catalogue, in_names=True)
        self.first_words = _all_first_words(catalogue)

    def nearly_certified(self, word: str) -> bool:
        """Return True if a folded word is one typo away from "certified" in any language: "zertifizierrt"."""
        return len(word) >= LONG_ENOUGH_TO_SLIP and 1 in self._certified.near(word).values()

    def _read_letters(self, catalogue: Catalogue) -> None:
        """Read the folded words that mean nothing in a search for goods, without words that name goods."""
        names, words = catalogue.name_index.vocabulary, catalogue.words
        words_for = partial(words_meaning, words)
        self.courtesy, letter, self.beside_requests = (
            words_for(meaning) - names for meaning in ("courtesy", "letter", "beside_wishes")
        )
        self.letter_words = self.courtesy | letter
        self.ours, self.meant_for, self.consumers = map(words_for, ("ours", "meant_for", "consumers"))
        self.askers, self.able, self.supplying, self.trouble = map(words_for, ("who", "able", "supply", "trouble"))
        self._praised, self._lacked, self._lacking = map(words_for, ("praised", "lacked", "lacking"))
        self.asked = whole((*words.all("who"), *words.all("asks_you")))
        self.included, self.in_stock = whole(words.all("included")), whole(words.all("in_stock"))

    def _read_numbers(self, catalogue: Catalogue) -> None:
        """Read prices, rates and amounts: numbers with the words around them."""
        words = catalogue.words
        self._units = {
            folded(word): unit.code for unit in catalogue.units.values() for word in (unit.code, *unit.words)
        }
        self._units |= {folded(word): BARE_CUBIC_METRE for word in catalogue.bare_cubic_metre}
        self._currencies = {folded(word): code for code, names in words.currencies.items() for word in names}
        self._below = {folded(word) for word in (*words.all("below"), *_BELOW_SIGNS)}
        unit, currency = any_of(self._units), any_of(self._currencies)
        limit = any_of((*words.all("below"), *words.all("above"), *_BELOW_SIGNS, *_ABOVE_SIGNS))
        per = rf"(?:\s*/\s*|\s+{any_of(words.all('per'))}\s+)"
        before = rf"(?:(?<!\w)(?P<limit>{limit})\s*)?"
        alone = r"(?(after)\s+(?=[mk]wh|gj|мвт)|(?!))"  # "45 € MWh", which no amount is
        of_unit = rf"(?:(?:{per}|{alone})(?P<unit>{unit})(?!\w))?"
        after = rf"(?P<number>{NUMBER})(?:\s*(?P<after>{currency})(?!\w))?{of_unit}"
        most, least = (any_of(words.all(meaning)) for meaning in ("below_behind", "above_behind"))
        # "200 eur max 50 t" limits the amount.
        behind = rf"(?:\s*(?:(?P<at_most>{most})|(?P<at_least>{least}))(?!\w)(?!\s*[0-9]))?"
        self.price = re.compile(rf"{before}(?P<before>(?<!\w){currency})?\s*{after}{behind}")
        between, and_, to = (any_of(words.all(meaning)) for meaning in ("between", "and", "to"))
        joined = rf"(?:(?<!\w){between}\s+(?P<least>{NUMBER})(?:\s*{currency})?\s+{and_}\s+"
        spread = rf"|(?P<from>{NUMBER})(?:\s*[-–]\s*|\s+{to}\s+))"
        money = rf"(?P<before>(?<!\w){currency})?\s*(?P<number>{NEXT_NUMBER})(?:\s*(?P<after>{currency})(?!\w))?"
        self.price_range = re.compile(rf"{joined}{spread}{money}(?:{per}(?P<unit>{unit})(?!\w))?")
        self.quantity_range = re.compile(rf"{joined}{spread}(?P<number>{NEXT_NUMBER})\s*(?P<unit>{unit})(?!\w)")
        measured = rf"\s*(?:(?:{unit}|{KILOMETRES})(?!\w)|%)"
        self.bare_limit = re.compile(
            rf"(?<!\w)(?P<limit>{limit})(?:(?<=[<>=≤≥])\s*|\s+)(?P<number>{NUMBER})(?![.,]?[0-9]|{measured})"
        )
        self.amount_in_groups = re.compile(rf"([0-9]{{1,3}})(?:\s([0-9]{{3}}))+{measured}")
        of_each = rf"(?!\s*/\s*{unit}(?!\w))"  # "4.8 kWh/kg" is no amount
        amount = rf"(?P<number>{NUMBER})\s*(?P<unit>{unit})(?!\w){of_each}"
        self.quantity = re.compile(rf"(?:(?<!\w){limit}\s*)?{amount}{behind}")
        self.negative = re.compile(rf"(?<!\w)[-−][0-9][0-9.,]*\s*(?:{unit}|{currency})(?!\w)")
        self.money = re.compile(rf"(?P<before>{currency})?\s*(?P<number>{NUMBER})\s*(?P<after>{currency})?")
        self._counts = {folded(word): count for count, names in enumerate(COUNTS, 1) for word in words.all(names)}
        self.loads = _loads_pattern(words, per)
        hourly = rf"{per}{any_of(words.all('hour'))}|\s+{any_of(words.all('hourly'))}"
        # "200 eur / min 24 t" limits the amount.
        minute = rf"{per}{any_of(words.all('minute'))}(?!\w|\.?\s*[0-9])|\s+{any_of(words.all('minutely'))}"
        money = rf"(?P<before>(?<!\w){currency})?\s*(?P<number>{NUMBER})\s*(?P<after>{currency}(?!\w))?"
        self.rate = re.compile(rf"{before}{money}(?:{hourly}|(?P<by_minute>{minute}))(?!\w){behind}")

    def _read_languages(self, words: Words) -> None:
        """Add the languages that an adviser must speak, and whether the adviser must be free at once."""
        self.free_now = whole(words.all("free_now"))
        self._languages = {folded(name): code for code, names in words.languages.items() for name in names}
        # "polish" alone may describe goods from Poland; only beside "speaks" does it name the language.
        bare = {name: code for name, code in names_of_languages().items() if name not in self._languages}
        speaks = any_of(words.all("speaks"))
        self.languages = re.compile(
            rf"(?<!\w)(?:(?:{speaks}(?:\s*:\s*|\s+))?(?P<sure>{any_of(self._languages)})(?:\s+{speaks})?"
            rf"|{speaks}(?:\s*:\s*|\s+)(?P<after>{any_of(bare)})|(?P<before>{any_of(bare)})\s+{speaks})(?!\w)"
        )
        self._languages |= bare

    def _read_places(self, catalogue: Catalogue) -> None:
        """Read delivery terms, distances, and the small words before a place."""
        words = catalogue.words
        self.radius = re.compile(rf"((?<=\+)[0-9]{{1,5}}|{NUMBER})\s*{KILOMETRES}(?!\w)")  # also "+150 km"
        self.limit_before = re.compile(rf"(?<!\w){any_of(words.all('below'))}\s*$")  # "max" before "50 km"
        terms = [code for code, term in catalogue.terms.items() if term.is_incoterm]
        self.term = whole(terms)
        self.near = re.compile(rf"(?<!\w)(?:{any_of((*words.all('near'), *words.all('within')))})(?!\w)")
        self.at = whole(words.all("at"))
        # The words between "near" or a delivery term and the place.
        self.to_place = re.compile(rf"\s+(?:{self.at.pattern}\s+)?")

    def praising(self, words: Iterable[str]) -> frozenset[str]:
        """Return the words that praise goods beside these folded ones: "tested", and the dust of "without dust"."""
        return self._praised if self._lacking.isdisjoint(words) else self._praised | self._lacked

    def unit_of(self, word: str) -> str:
        return self._units[_spaced(word)]

    def language_of(self, found: re.Match[str]) -> str:
        return self._languages[_spaced(found["sure"] or found["after"] or found["before"])]

    def price_of(self, found: re.Match[str]) -> StatedPrice:
        """Return the price that a match of `price`, `bare_limit` or `money` states."""
        groups = found.groupdict()
        symbol = groups.get("before") or groups.get("after")
        limit = groups.get("limit")
        above = groups.get("at_least") if limit is None else _spaced(limit) not in self._below
        below = groups.get("at_most") if limit is None else not above
        return StatedPrice(
            number=found["number"],
            currency=self._currencies[_spaced(symbol)] if symbol else None,
            unit=self.unit_of(groups["unit"]) if groups.get("unit") else None,
            limit="above" if above else "below" if below else None,
        )

    def prices_of(self, found: re.Match[str]) -> list[StatedPrice]:
        """Return the prices that a match states; a range ("200-220 eur/t") gives both ends."""
        price = self.price_of(found)
        if found.re is not self.price_range:
            return [price]
        return [replace(price, number=self.least_of(found), limit="above"), replace(price, limit="below")]

    def loads_of(self, found: re.Match[str]) -> int:
        figure = FIGURE.match(found[0])
        first = FIRST_PART.match(found[0])
        return int(figure[0]) if figure else self._counts.get(first[0] if first else "", 1)

    @staticmethod
    def order_of(found: re.Match[str]) -> StatedOrder:
        return next(order for order in STATED_ORDERS if found[order])

    def least_of(self, found: re.Match[str]) -> str:
        """Return the smaller number of a match that may be a range."""
        groups = found.groupdict()
        return groups.get("least") or groups.get("from") or found["number"]


@lru_cache(maxsize=4)
def grammar_of(catalogue: Catalogue) -> Grammar:
    """Return the grammar of a catalogue, made on first use."""
    return Grammar(catalogue)


def _loads_pattern(words: Words, per: str) -> re.Pattern[str]:
    """Match a number of truckloads, full trucks or trucks, with all words in one language. "du camion" is not
    Lithuanian for two.

    A truck may be how goods come, so trucks per week are no amount. Half a truck is too rare to be read.
    """

    def word_index(language: str) -> str:
        truckload, full, truck, one, counts = (
            [word for meaning in meanings for word in words.phrases[meaning].get(language, ())]
            for meanings in (("truckload",), ("full_truck",), ("truck",), ("a_load",), COUNTS)
        )
        loads, trucks = _amount_of([*counts, *one]), _amount_of(counts)
        return rf"(?:{loads})(?:{any_of([*truckload, *full])})|(?:{trucks}){any_of(truck)}"

    one_of = "|".join(word_index(language) for language in LANGUAGES)
    full = rf"(?P<full>{any_of(words.all('full_truck'))})"
    return re.compile(rf"(?<![\w.,+-])(?<!half\s)(?:{one_of}|{full})(?!\w)(?!{per}{any_of(words.all('soon'))})")


def _amount_of(counts: Sequence[str]) -> str:
    """Return a pattern for a number of up to three figures, or one of these words."""
    return rf"[0-9]{{1,3}}\s*|{any_of(counts)}\s+" if counts else r"[0-9]{1,3}\s*"


def _order_pattern(words: Words) -> re.Pattern[str]:
    """Return a pattern of the orders, a group each, with "first": "the cheapest offers", "newest first"."""
    orders = "|".join(rf"(?P<{order}>{any_of(words.all(order))})" for order in STATED_ORDERS)
    listings = any_of(words.all("listings"))
    after = rf"(?:\s+{any_of(words.all('first'))})?(?:\s+{listings})?"
    soon = rf"(?(nearest)(?!\s+{any_of(words.all('soon'))}))"
    return re.compile(rf"(?<!\w)(?:{listings}\s+)?(?:{orders})(?!\w){soon}(?:{after}(?!\w))?")


def _in_the_abessive(catalogue: Catalogue) -> frozenset[str]:
    """Return the Estonian words that exclude a kind of goods by their case: "kaseta", without birch."""
    kind_words = (line["et"] for line in catalogue.meanings if "et" in line)
    return frozenset(
        word
        for kind_word in kind_words
        for word in map(folded, kind_word)
        if word.endswith(ABESSIVE) and word.removesuffix(ABESSIVE) in set(map(folded, kind_word))
    )


def _spaced(word: str) -> str:
    return re.sub(r"\s+", " ", word)


def _all_first_words(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Return the first words of names of each kind.

    Most sentences name few of these things. A kind is skipped if the sentence has none of its first words.
    """
    words = catalogue.words
    incoterms = (code for code, term in catalogue.terms.items() if term.is_incoterm)
    tables = (words.months, words.short_months, words.genitives)
    months = (name for table in tables for names in table.values() for name in names)
    weekdays = (name for names in words.weekdays.values() for name in names)
    named = (name for meaning in NAMED for name in words.all(meaning))
    spans = (name for meaning in (*RELATIVE_WINDOWS, "week", *TELLING) for name in words.all(meaning))
    spoken = (name for names in words.languages.values() for name in names)
    packings = ("big_bag", "bagged", "pallet", "bulk")
    return {
        "orders": _first_words(name for order in STATED_ORDERS for name in words.all(order)),
        "sides": _longest_words((*words.all("sell"), *words.all("buy"))),
        **{meaning: _longest_words(words.all(meaning)) for meaning in ("for_sale", "have", "we_make")},
        "packaging": _first_words(word for packing in packings for word in words.all(packing)),
        "schemes": _first_words(word for scheme in catalogue.certificates.values() for word in scheme.spoken),
        "grades": _first_words(written for name in grade_names(catalogue) for written in (name, name.replace(" ", ""))),
        "free_now": _first_words(words.all("free_now")),
        "languages": _first_words((*spoken, *words.all("speaks"), *names_of_languages())),
        "not_traded": _first_words(words.all("not_traded")),
        "by_the_way": _longest_words((*words.all("included"), *words.all("in_stock"))),
        "excluding": _first_words(words.all("excluding")),
        "either": _first_words(words.all("or")),
        "at": _first_words(words.all("at")),
        "near": _first_words((*words.all("near"), *words.all("within"), *incoterms)),
        "windows": _first_words((*months, *weekdays, *spans)) | _longest_words(named),
        "ranges": _first_words((*words.all("between"), *words.all("to"))),
        "loads": _first_words(name for load in ("truckload", "full_truck", "truck") for name in words.all(load)),
        "rates": _longest_words(word for per in ("hour", "hourly", "minute", "minutely") for word in words.all(per)),
    }


def _first_words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(found[0] for phrase in phrases if (found := FIRST_WORD.search(folded(phrase))))


def _longest_words(phrases: Iterable[str]) -> frozenset[str]:
    """Return the most telling word of each phrase: half of all sentences have the "in" of "in winter"."""
    return frozenset(max(FIRST_WORD.findall(folded(phrase)), key=len) for phrase in phrases)


def grade_names(catalogue: Catalogue, *, in_names: bool = False) -> dict[str, list[str]]:
    """Return the names of grades, whole and by their ends, with the grades that each may mean.

    `in_names`: only those that are also words of a product's name ("I2 pellets").
    """
    named: dict[str, list[str]] = defaultdict(list)
    known = set(catalogue.name_index.vocabulary)
    for grade in catalogue.grades.values():
        label = folded(grade.label)
        tail = label.rsplit(" ", 1)[-1]
        plus = (label.replace("enplus", "en plus"), label.replace("enplus", "en-plus"))
        cat = (label.replace("category ", "cat "), label.replace("category ", "cat. "))
        for name in {label, *plus, *cat, tail}:
            whole = name == label or len(name) > len(tail)
            if (whole or _GRADE_TAIL.fullmatch(name)) and (name in known) is in_names and len(name) > 1:
                named[name].append(grade.id)
        for name in () if in_names else _measured(label):
            named[name].append(grade.id)
    return named


def _measured(label: str) -> list[str]:
    """Return the spellings of a grade that is named by a measurement: "FFA < 5 %", "FFA max 5%"."""
    found = _MEASURED_GRADE.fullmatch(label)
    if found is None:
        return []
    signs = _AT_MOST_SIGNS if found["most"] else ("",)
    shares = dict.fromkeys((found["share"], found["share"].replace("–", "-")))
    return [f"{found['what']} {sign}{share}{percent}" for sign in signs for share in shares for percent in (" %", "%")]


def _grade_patterns(catalogue: Catalogue, *, in_names: bool = False) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    """Return patterns with the grades they may mean, the fullest names first. "ENplus-A1" and "ENplusA1" are "ENplus
    A1".
    """
    named = grade_names(catalogue, in_names=in_names)
    joined = ((name, any_of([name]).replace(r"\s+", r"[\s-]*")) for name in sorted(named, key=len, reverse=True))
    return [(re.compile(rf"(?<!\w){pattern}(?!\w)"), tuple(named[name])) for name, pattern in joined]
