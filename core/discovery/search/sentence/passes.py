"""The passes that read a sentence, in the order in which they run.

Each pass takes out what it has read, so that no later pass reads it again. For example, "100t" is never a product. The
order is also the precedence, so moving a pass changes what sentences mean.

The courtesies of a letter are left out first. "Our group is preparing its supply programme and kindly requests offers
for pellets. Please include your terms of payment." wants pellets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from itertools import pairwise
from typing import Final, NamedTuple

from core.catalogue.language.grammar import WORD_OR_NUMBER, Grammar
from core.catalogue.language.numbers import expand_shorthand
from core.catalogue.language.places import Places
from core.catalogue.language.times.windows import FIGURES_OF_TIME, FoundWindow, NoWindow
from core.catalogue.language.typos import correct_spelling
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.discovery.search.model import GRADE, LONGEST_SENTENCE, ParsedQuery
from core.discovery.search.sentence.exclusions import take_exclusions
from core.discovery.search.sentence.figures import amount, amount_of_loads, prices, take_figures
from core.discovery.search.sentence.goods import GoodsReader, find_second_goods, strip_purpose
from core.discovery.search.sentence.location import take_location
from core.discovery.search.sentence.measurements import grades_of_goods, resolve_grade, take_certificates_and_grades
from core.discovery.search.sentence.sides import side_of_goods, take_side
from core.discovery.search.sentence.state import ParseState
from core.kernel.errors import Invalid, Refusal

SURELY_A_LETTER: Final = 3  # words of a letter, if the text has a buying word or a number; one courtesy is enough
WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W_]+)?")
_CLAUSE: Final = re.compile(r"(?:[^.!?;:\n]|[.!?;:](?=\S))+(?:[.!?;:\n]|$)")
_DIGIT: Final = re.compile("[0-9]")


def strip_courtesies(text: str, words: Set[str], grammar: Grammar, catalogue: Catalogue, places: Places) -> str:
    """Return the text without the courtesies of a letter. `words`: its folded words.

    It stays unchanged if it is no letter, names no goods, or looks for a person.
    """
    idle = words & grammar.beside_requests
    of_letters = words & grammar.letter_words
    if not (idle or of_letters) or not words.isdisjoint(grammar.experts):
        return text
    wanting = not words.isdisjoint(grammar.first_words["sides"]) or _DIGIT.search(text) is not None
    courteous = not words.isdisjoint(grammar.courtesy) or (wanting and len(of_letters) >= SURELY_A_LETTER)
    if courteous:
        idle |= of_letters
    if not any(map(catalogue.name_index.like, words - idle - grammar.fillers)):
        return text
    reader = _Reader(frozenset(idle), grammar, catalogue, places)
    return "".join(reader.telling_clauses(text)) if courteous else reader.without_idle(text)


def rejoin_halves(text: str, words: Set[str], grammar: Grammar, catalogue: Catalogue) -> str:
    """Return the text with the two halves of a name of goods joined, if the first is a small word.

    The man of "man delschalen" is no man. `words`: its folded words.
    """
    if words.isdisjoint(grammar.nameless):
        return text
    goods = catalogue.name_index.vocabulary
    for one, other in pairwise(WORD.finditer(text)):
        small = folded(one[0])
        if small in grammar.nameless and small + (rest := folded(other[0])) in goods and rest not in goods:
            return text[: one.end()] + text[other.start() :]
    return text


class _Reader:
    """Reader of the clauses of one letter. `idle`: its folded words without meaning."""

    def __init__(self, idle: frozenset[str], grammar: Grammar, catalogue: Catalogue, places: Places) -> None:
        self.idle, self.grammar, self.catalogue, self.places = idle, grammar, catalogue, places

    def telling_clauses(self, text: str) -> Iterator[str]:
        """Yield the clauses that mean something, without the idle words."""
        for clause in _CLAUSE.findall(text):
            if self._says_something(clause):
                yield self.without_idle(clause)
            else:
                yield " . "

    def without_idle(self, text: str) -> str:
        return WORD.sub(lambda word: " " if folded(word[0]) in self.idle else word[0], text)

    def _says_something(self, clause: str) -> bool:
        """Return True if it has goods, a description, a number, a place or a side, or no letter word."""
        words = [folded(word) for word in WORD.findall(clause)]
        if _DIGIT.search(clause) or self.idle.isdisjoint(words):
            return True
        return any(map(self._is_request, (word for word in words if word not in self.idle)))

    def _is_request(self, word: str) -> bool:
        catalogue, first = self.catalogue, self.grammar.first_words
        if word in first["sides"] or word in first["schemes"]:
            return True
        if word in self.grammar.fillers:
            return False
        return bool(
            catalogue.name_index.like(word)
            or self.places.named(word)
            or catalogue.area_named(word)
            or catalogue.synonyms.describes_goods(word)
        )


IMPOSSIBLE_DAYS: Final = 3  # at most so many of one sentence are reported


class Pass(NamedTuple):
    """One step of the reading. `description`: one sentence, which docs/search.md repeats."""

    name: str
    description: str
    run: Callable[[ParseState], None]


def read(state: ParseState) -> ParsedQuery:
    """Run all passes over the state, and return what they have read."""
    for each in PASSES:
        each.run(state)
    return _parsed(state)


# --- passes that rewrite the sentence ---------------------------------------------------------------------------------


def _shorten(state: ParseState) -> None:
    text = state.sentence
    if len(text) > LONGEST_SENTENCE:
        words, _, _ = text[: LONGEST_SENTENCE + 1].rpartition(" ")
        state.sentence = words or text[:LONGEST_SENTENCE]


def _correct_typos(state: ParseState) -> None:
    state.sentence = correct_spelling(state.sentence, state.catalogue, state.places)


def _expand_shorthand(state: ParseState) -> None:
    state.sentence = expand_shorthand(state.sentence, state.catalogue)
    state.words = frozenset(map(folded, WORD.findall(state.sentence)))


def _rejoin_halves(state: ParseState) -> None:
    state.sentence = rejoin_halves(state.sentence, state.words, state.grammar, state.catalogue)


def _strip_courtesies(state: ParseState) -> None:
    state.sentence = strip_courtesies(state.sentence, state.words, state.grammar, state.catalogue, state.places)


def _strip_purpose(state: ParseState) -> None:
    state.sentence = strip_purpose(state.sentence, state.words, state.grammar, state.catalogue)


# --- passes that take fields out of the text --------------------------------------------------------------------------


def _read_exclusions(state: ParseState) -> None:
    state.exclusions = take_exclusions(state)


def _read_grades(state: ParseState) -> None:
    state.certificates, state.grade_scheme, state.grades = take_certificates_and_grades(state)


def _read_window(state: ParseState) -> None:
    if not state.may_name("windows") and not (state.has_digits and FIGURES_OF_TIME.search(state.text)):
        return
    for _ in range(IMPOSSIBLE_DAYS):
        found = state.grammar.windows.window_in(state.text, state.today)
        if found is None:
            return
        state.strike(found.start, found.end)
        if isinstance(found, FoundWindow):
            break
        state.unclear.append(_as_written(state, found))
    else:
        return
    if found.window.last < state.today:
        state.unclear.append(Refusal("window.in_the_past", first=found.window.first, last=found.window.last))
        return
    state.window = found.window


def _as_written(state: ParseState, found: NoWindow) -> Refusal:
    """Return the refusal with the day in the writer's letters: "31 June" was folded to be read."""
    given = str(found.refusal.parts.get("given", ""))
    start = state.normalised.text.find(given, found.start, found.end) if given else -1
    if start < 0:
        return found.refusal
    return Invalid(found.refusal.code, given=state.written(start, start + len(given)))


def _read_figures(state: ParseState) -> None:
    state.figures = take_figures(state)


def _read_order(state: ParseState) -> None:
    grammar = state.grammar
    while state.may_name("orders") and (found := state.take(grammar.order)) is not None:
        state.order = state.order or grammar.order_of(found)


def _read_side(state: ParseState) -> None:
    state.side = take_side(state)


def _read_free_now(state: ParseState) -> None:
    state.is_free_now = state.may_name("free_now") and state.take(state.grammar.free_now) is not None


def _read_language(state: ParseState) -> None:
    if state.may_name("languages"):
        state.language_name = state.take(state.grammar.languages)


def _read_location(state: ParseState) -> None:
    state.location = take_location(state, state.catalogue, state.places)


def _read_packaging(state: ParseState) -> None:
    packings = state.grammar.packaging.items() if state.may_name("packaging") else ()
    state.packaging = tuple(code for code, words in packings if state.take(words))


def _read_goods(state: ParseState) -> None:
    several = state.several and not (state.figures.amounts or state.figures.loads)
    state.goods = GoodsReader(state, state.catalogue, state.places, several).named(state.grades)


# --- passes that fit the findings together ----------------------------------------------------------------------------


def _separate_second_goods(state: ParseState) -> None:
    goods, figures = state.goods, state.figures
    second = find_second_goods(state, state.catalogue, goods.product, goods.others) if goods.product else None
    if second is None:
        return
    state.unclear.append(Invalid("goods.one_at_a_time", taken=goods.named, other=second.as_written))
    is_first = state.normalised.original.find(goods.named.split(" ", 1)[0]) < second.start
    own = tuple(each for each in figures.amounts if (each.start < second.start) is is_first)
    state.figures = figures._replace(amounts=own or figures.amounts)
    state.goods = goods._replace(others=tuple(each for each in goods.others if each[1] != second.as_written))


def _resolve_language(state: ParseState) -> None:
    countries, found = state.location.countries, state.language_name
    if found is not None and state.goods.is_named and folded(found[0]) in state.catalogue.country_names:
        countries = (*countries, (found.start(), state.written(*found.span())))
    elif found is not None:
        state.speaks = state.grammar.language_of(found)
    state.rest = " ".join(written for _, written in sorted((*state.goods.others, *countries)))


def _resolve_grade(state: ParseState) -> None:
    state.grade, state.product = resolve_grade(state), state.goods.product
    if state.grade is not None and not state.goods.is_named:
        products = state.catalogue.grade(state.grade).products
        state.product = products[0] if len(products) == 1 else None


def _resolve_amount(state: ParseState) -> None:
    figures = state.figures
    goods = (state.product,) if state.product else state.goods.alternatives
    state.loads = amount_of_loads(figures, state.catalogue, goods, state.side.by_word)
    state.quantity = state.loads or amount(state, figures, state.catalogue, state.product)
    if state.loads is None and figures.loads:
        trucks = WORD_OR_NUMBER.findall(figures.loads_as_written)
        unread = [word for word in trucks if folded(word) not in state.grammar.fillers]
        state.rest = " ".join((*unread, state.rest)).strip()


def _report_places(state: ParseState) -> None:
    where = state.location
    if where.unknown and (state.product or state.goods.alternatives):
        state.unclear.append(Invalid("place.unknown", field="place", given=where.unknown))
    if where.other:
        refusal = Invalid("place.one_at_a_time", field="place", place=where.as_written, other=where.other)
        state.unclear.append(refusal)


def _resolve_prices(state: ParseState) -> None:
    per = state.per or (state.quantity.unit if state.quantity else None)
    state.prices = prices(state, state.figures, state.catalogue, state.product, per)


PASSES: Final = (
    Pass("length", "Cut a long text after its last whole word.", _shorten),
    Pass("typos", 'Correct the spelling of units and small words beside numbers ("700 tones").', _correct_typos),
    Pass("shorthand", 'Write out numbers and units in short ("5k t", "EUR215/t").', _expand_shorthand),
    Pass("halves", "Join a small word to the next one if both are halves of a name of goods.", _rejoin_halves),
    Pass("courtesies", "Strip the courtesies of a letter, and clauses without any wish.", _strip_courtesies),
    Pass("purpose", 'Strip what the goods are for ("for our heating plant").', _strip_purpose),
    Pass("normalise", "Fold letters and case into the text that patterns are matched with.", ParseState.normalise),
    Pass("exclusions", 'Take out what is not wanted ("no A1", "not from Ukraine").', _read_exclusions),
    Pass("grades", "Take out certificate schemes and grades.", _read_grades),
    Pass("window", "Take out the delivery window, and report impossible and past days.", _read_window),
    Pass("figures", "Take out hourly rates, prices, amounts and truckloads.", _read_figures),
    Pass("order", 'Take out the sort order ("cheapest", "newest").', _read_order),
    Pass("side", "Take out the words that tell whether the writer sells or buys.", _read_side),
    Pass("free now", 'Take out "free now" and the like.', _read_free_now),
    Pass("languages", "Take out the name of a language.", _read_language),
    Pass("location", "Take out the delivery term, postcode, countries, place and distance.", _read_location),
    Pass("packaging", "Take out how the goods are packed.", _read_packaging),
    Pass("goods", "Find the goods that the remaining words name.", _read_goods),
    Pass("second goods", 'Separate other goods behind an "and", with their amounts.', _separate_second_goods),
    Pass(
        "language or country", "Take a language beside goods for its country if both have one name.", _resolve_language
    ),
    Pass("goods of grade", "Keep the grade that the goods have, and infer the goods from a grade.", _resolve_grade),
    Pass("amount", "Resolve truckloads and amounts in the units of the goods.", _resolve_amount),
    Pass("places", "Report an unknown place, and a second one.", _report_places),
    Pass("prices", "Resolve each price in the currency and unit of the goods.", _resolve_prices),
)


def _parsed(state: ParseState) -> ParsedQuery:
    product, alternatives, where = state.product, state.goods.alternatives, state.location
    by_goods = side_of_goods(state.side, state.figures, state.rest) if product or alternatives else None
    return ParsedQuery(
        side=state.side.by_word or by_goods,
        product=product,
        alternatives=alternatives,
        grade=state.grade,
        certificates=state.certificates,
        by_grade=state.grade_scheme,
        quantity=state.quantity,
        by_load=state.loads is not None,
        price=state.prices.get(None),
        max_price=state.prices.get("below"),
        min_price=state.prices.get("above"),
        incoterm=where.term,
        place=where.place,
        place_as_written=where.as_written,
        radius_km=where.radius_km,
        around_km=where.around_km,
        window=state.window,
        packaging=state.packaging,
        free_now=state.is_free_now,
        max_rate=state.figures.rate,
        by_minute=state.figures.by_minute,
        speaks=state.speaks,
        order=state.order,
        grades=() if state.grade else grades_of_goods(state.grades, product, state.catalogue),
        named=state.goods.named,
        left_out=_exclusions_of_goods(state),
        rest=state.rest,
        unclear=tuple(state.unclear),
    )


def _exclusions_of_goods(state: ParseState) -> tuple[str, ...]:
    """Return the exclusions. If an excluded grade may mean several, keep those of the goods."""
    known = state.catalogue.product(state.product).grades if state.product else ()
    return tuple(
        tag for tag in state.exclusions if not tag.startswith(GRADE) or not known or tag[len(GRADE) :] in known
    )
