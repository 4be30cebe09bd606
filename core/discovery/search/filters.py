"""What a sentence was understood to say, as what the engine looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.languages import language_named
from core.catalogue.language.places import Place, Places
from core.discovery.search.engine.document import LONGEST_WORD, words_in
from core.discovery.search.engine.query import EngineQuery, Limits, Order, Spot, Word
from core.discovery.search.goods_kinds import kind_words
from core.discovery.search.limits import BY_THE_HOUR, amount_limits, hourly_amount, price_limits, prices_per
from core.discovery.search.model import COUNTRY, LOOSE, ParsedQuery
from core.discovery.search.model import Order as AnyOrder
from core.discovery.search.problem_topics import ADVISES, BESIDE_PROBLEM, FIELDS_TOLD, weigh_problem_words
from core.discovery.search.sentence.exclusions import excluded_terms
from core.discovery.search.sentence.measurements import marks_meeting
from core.discovery.search.spacing import meant_by_end, meant_by_half, split_joined_words

Knows = Callable[[str], bool]
NO_PACKAGING: Final = "any"  # of a listing that does not say how its goods are packed
WORDS_AT_MOST: Final = 12  # of a query: who pastes a page is answered by its first words
LONGEST_PAIR: Final = 2 * LONGEST_WORD  # letters of two words that ran together
BY_NAME_ONLY: Final = 0.8  # how well a document meets the word for the goods that has the word, but is of other goods
BY_KIND_ONLY: Final = 0.4  # the same of a word that tells kinds of the goods apart, which counts by itself as well
LEAST_RELEVANCE: Final = 0.25  # of what was asked, weighed by what each word tells: less is nonsense
SOMETHING: Final = 0.001  # of relevance: who has no word of a problem is not asked about it
FIGURES_TELL: Final = 0.3  # a number that is no amount ("class 1") says little by itself
ASIDE: Final = 0.5  # goods that a question is about, which are not looked for themselves
PERHAPS_A_NAME: Final = 0.2  # a word of one of several goods, by itself: it may be the company's
BESIDE_GOODS: Final = 0.7  # a word that only describes goods that are named already
TALK: Final = 3  # words beside goods that are named; more are said by the way
GOODS_TELL: Final = 2.0  # the words for them together: pellets of spruce are pellets before they are of spruce
TOLD_OF: Final = 0.7  # how well who speaks of the topic of a word meets it, where nobody says that advice is wanted
VERY_WORDS: Final = 0.1  # of what a word tells, for having it beside the topic that it tells of
WHOM_TELLS: Final = 2.0  # where an expert is and what is spoken, against the language that the profile is written in
WHERE_TELLS: Final = 1.3  # where they are matters more to who names a place
SHORTEST_BEGUN: Final = 4  # letters of a last word that may be the beginning of one
BEGUN_THERE: Final = 0.9  # how far it is taken for the one town of the trade that begins so
ABROAD: Final = frozenset({"vat", "customs", "freight", "delivery_terms"})  # topics in which countries are named
PERHAPS_THERE: Final = 0.7  # how far a word is taken for a misspelt place


def strict_query(
    parsed: ParsedQuery, catalogue: Catalogue, today: date, order: Order = "best", *, kind: str = "listing"
) -> EngineQuery:
    """Over goods, offered or asked for: every wish that was understood has to be met. The words that were not
    understood only decide the order, unless nothing says which goods are meant."""
    goods = (parsed.product,) if parsed.product else parsed.alternatives
    musts = _musts(grades=parsed.grades_wanted, certificates=parsed.certificates)
    if goods:
        musts = (frozenset(f"product:{product}" for product in goods), *musts)
    if parsed.packaging:
        loose = (NO_PACKAGING,) if LOOSE in parsed.packaging else ()  # which goes without saying
        musts = (*musts, frozenset(f"packaging:{packed}" for packed in (*parsed.packaging, *loose)))
    if parsed.countries:
        musts = (*musts, frozenset(f"{COUNTRY}{code}" for code in parsed.countries))
    if parsed.incoterm:
        musts = (*musts, frozenset({f"term:{parsed.incoterm}"}))
    musts = (*musts, *(marks_meeting(each, catalogue) for each in parsed.quality))
    rest = list(dict.fromkeys(words_in(parsed.rest)))[:WORDS_AT_MOST]
    words = tuple(Word(word, also) for word, also in zip(rest, catalogue.synonyms.of(rest), strict=True))
    words += kind_words(parsed, catalogue)
    limit = parsed.max_price or parsed.price or parsed.min_price
    unit = limit.unit if limit else catalogue.product(goods[0]).price_unit if goods else "MWh"
    return EngineQuery(
        words=words,
        must=(frozenset({f"kind:{kind}"}), *musts),
        must_not=excluded_terms(parsed.left_out, catalogue),
        near=None if parsed.place is None else Spot(parsed.place.lat, parsed.place.lon, parsed.radius_km),
        price_at_most=price_limits(catalogue, parsed.max_price or parsed.price),
        price_at_least=price_limits(catalogue, parsed.min_price),
        amount=amount_limits(catalogue, parsed.quantity),
        days=_days(parsed),
        price_per=prices_per(catalogue, unit),
        some_word=bool(rest) and not goods and not parsed.grade,
        order=order,
        today=today.toordinal(),
    )


def index_order(order: AnyOrder) -> Order:
    """The order that the index can make: it knows nothing of good names, nor of calendars."""
    match order:
        case "rated" | "soonest":
            return "best"
        case known:
            return known


def loose_query(parsed: ParsedQuery, catalogue: Catalogue, places: Places, knows: Knows, today: date) -> EngineQuery:
    """Over goods and experts alike: the words decide, and whatever has been said in numbers has to hold.

    The goods are words like others here: a consultant for pellets has no product, yet may be the very one.
    `knows` tells whether any document has a word as it is written.
    """
    goods = (parsed.product,) if parsed.product else parsed.alternatives
    of_goods = {f"product:{product}": 1.0 for product in goods}
    rest, ran_together = _taken_apart(parsed, catalogue, places, knows)
    fields = _advised(rest, catalogue, goods=bool(goods))
    tells = ASIDE if any(fields) else 1.0  # "VAT on pellets" is no question for who sells them
    # What names goods was read already, and is no slip of anything else; where a question is about goods, it may be.
    named = words_in(parsed.named)
    of_each = tells if tells == ASIDE else max(1.0, GOODS_TELL / max(1, len(named)))
    made_of = [word for word in rest if goods and _names_others(word, catalogue)]
    kinds = kind_words(parsed, catalogue)
    own = dict.fromkeys((word.text for word in kinds), BY_KIND_ONLY)
    words = [
        Word(word, of_goods, fuzzy=tells == ASIDE, own=own.get(word, BY_NAME_ONLY), tells=of_each, goods=True)
        for word in named
    ]
    for word, same, advised in zip(rest, catalogue.synonyms.of(rest), fields, strict=True):
        half = meant_by_half(word, catalogue) if word in ran_together else {}
        if not (goods or half or same or knows(word)):
            half = meant_by_end(word, catalogue)
        plain = _plain_word(word, {**same, **advised, **half}, catalogue, places, knows)
        if goods:
            share = BESIDE_GOODS / (len(made_of) if word in made_of else 1)
            plain = _of_country(plain, catalogue, knows)
            plain = plain._replace(tells=plain.tells * share) if not advised and plain.tells <= 1 else plain
            plain = plain._replace(beside=tuple(of_goods))
            plain = _begun(plain, places, knows) if word == rest[-1] else plain
        words.append(plain)
    words = _without_talk(words, len(named)) if goods else words
    words = [*_with_wishes(words, parsed, catalogue, knows), *kinds, *_of_names(parsed, named, catalogue)]
    words += [Word(f"packaging:{packed}", fuzzy=False, tells=BESIDE_GOODS) for packed in parsed.packaging]
    within = parsed.place is not None and parsed.radius_km is not None
    grades = (parsed.grade,) if parsed.grade else parsed.grades
    return EngineQuery(
        words=tuple(words),
        must=_musts(grades=grades, certificates=parsed.certificates if goods else ()),
        must_not=excluded_terms(parsed.left_out, catalogue),
        near=Spot(parsed.place.lat, parsed.place.lon, parsed.radius_km) if parsed.place and within else None,
        price_at_most=price_limits(catalogue, parsed.max_price or parsed.price),
        price_at_least=price_limits(catalogue, parsed.min_price),
        amount=amount_limits(catalogue, parsed.quantity),
        days=_days(parsed),
        least_relevance=LEAST_RELEVANCE if words else 0.0,
        today=today.toordinal(),
    )


def _advised(rest: list[str], catalogue: Catalogue, *, goods: bool) -> list[Mapping[str, float]]:
    """For each word the marks of those who advise on it; what goods are praised for is no question about them."""
    if not goods:
        return [_topics_of(word, catalogue) for word in rest]
    praised = grammar_of(catalogue).praising(rest)
    return [{} if word in praised else _fields_of(word, catalogue) for word in rest]


def _of_names(parsed: ParsedQuery, named: list[str], catalogue: Catalogue) -> list[Word]:
    """Where words name several goods, each by itself, all but one may be a part of the company's name: "Straw Energy
    tallow"."""
    index = catalogue.name_index
    if len(parsed.alternatives) < 2 or len(named) < 2 or "," in parsed.named:  # which all are looked for
        return []
    sure = {goods for word in named if (goods := index.surely(word)) is not None}
    return [Word(word, fuzzy=False, tells=PERHAPS_A_NAME) for word in named] if len(sure) > 1 else []


def _names_others(word: str, catalogue: Catalogue) -> bool:
    """Whether a word beside goods names others: those that they are made of, and all of its words together are."""
    return bool(catalogue.name_index.like(word)) and not catalogue.synonyms.describes_goods(word)


def problem_query(parsed: ParsedQuery, catalogue: Catalogue, places: Places, knows: Knows, today: date) -> EngineQuery:
    """Where advice is asked: experts, by what the problem is about, what an hour may cost and the language; what other
    numbers are about is no matter."""
    named = words_in(parsed.named)
    rest, _ = _taken_apart(parsed, catalogue, places, knows)
    abroad = expert_words(catalogue).isdisjoint(rest) and crosses_borders((*named, *rest), catalogue)
    words = []
    for place, (word, told) in enumerate(
        zip((*named, *rest), weigh_problem_words((*named, *rest), catalogue), strict=True)
    ):
        if place < len(named):
            words.append(Word(word, told.also, own=BY_NAME_ONLY, tells=min(told.tells, ASIDE)))
        elif (whom := expert_filter_word(word, catalogue)) is not None:
            words.append(whom._replace(tells=ASIDE if abroad else WHOM_TELLS, country=not language_named(word)))
        else:
            plain = _plain_word(word, told.also, catalogue, places, knows)
            words.append(plain._replace(tells=plain.tells * told.tells, about=told.tells > BESIDE_PROBLEM))
    asked = {word.text for word in words}  # a scheme that is among them is a word of the problem already
    schemes = tuple(scheme for scheme in parsed.certificates if asked.isdisjoint(_spoken(scheme, catalogue)))
    wished = replace(parsed, speaks=None, certificates=schemes, radius_km=None)
    words = add_literal_words(_with_wishes(words, wished, catalogue, knows))
    most = None if parsed.max_rate is None else hourly_amount(parsed.max_rate, catalogue)
    return EngineQuery(
        tuple(words),
        must=(frozenset({f"speaks:{parsed.speaks}"}),) if parsed.speaks else (),
        price_at_most=None if most is None else Limits(most.value, BY_THE_HOUR),
        least_relevance=SOMETHING,
        today=today.toordinal(),
    )


def crosses_borders(words: Iterable[str], catalogue: Catalogue) -> bool:
    """Whether a problem is one of trade between countries: "VAT on pellets to Germany" is no wish for anybody there."""
    return any(not ABROAD.isdisjoint(catalogue.topics.of(word)) for word in words)


def _without_talk(words: list[Word], named: int) -> list[Word]:
    """The words of goods, and after them others. Nobody says so much beside goods that names something: many words
    that mean nothing but themselves tell as much together as a few do."""
    idle = [word for word in words[named:] if not word.also and word.spot is None]
    if len(idle) <= TALK:
        return words
    return [word._replace(tells=word.tells * TALK / len(idle)) if word in idle else word for word in words]


def add_literal_words(words: Iterable[Word]) -> list[Word]:
    """The same, and each word of a topic once more for itself: of those who know the problem, who says so in the very
    words of the question comes first."""
    words = list(words)
    of_topics = (word for word in words if any(mark.startswith("topic:") for mark in word.also))
    return words + [word._replace(also=_of_meaning(word), tells=word.tells * VERY_WORDS) for word in of_topics]


def _of_meaning(word: Word) -> Mapping[str, float]:
    return {text: weight for text, weight in word.also.items() if ":" not in text}


def expert_filter_word(word: str, catalogue: Catalogue) -> Word | None:
    """Where an expert is or what is spoken, by a word alone: "Spain", "polska". Who knows the problem and fits comes
    first, and who only fits not before who knows it: "import from Ukraine" is no wish for anybody there."""
    language, country = language_named(word), catalogue.area_named(word)
    marks = ([f"speaks:{language}"] if language else []) + ([f"country:{country}"] if country else [])
    return None if not marks else Word(word, dict.fromkeys(marks, 1.0), fuzzy=False, tells=WHOM_TELLS)


def _taken_apart(
    parsed: ParsedQuery, catalogue: Catalogue, places: Places, knows: Knows
) -> tuple[list[str], frozenset[str]]:
    """The words that were not understood, and those among them that had run together with another."""
    rest = _with_countries(words_in(parsed.rest, LONGEST_PAIR), catalogue)[:WORDS_AT_MOST]
    halves = [[half[:LONGEST_WORD] for half in split_joined_words(word, catalogue, places, knows)] for word in rest]
    return [half for word in halves for half in word], frozenset(
        half for pair in halves if len(pair) > 1 for half in pair
    )


def _with_countries(words: list[str], catalogue: Catalogue) -> list[str]:
    """The same with each country's name of several words as one word."""
    joined, place = list[str](), 0
    for start, end in catalogue.areas_in(words):
        joined += [*words[place:start], " ".join(words[start:end])]
        place = end
    return [*joined, *words[place:]]


def _with_wishes(words: list[Word], parsed: ParsedQuery, catalogue: Catalogue, knows: Knows) -> list[Word]:
    """The same with the place, the language and, where no goods are named, the schemes; each word once. Of too many
    words the last are left out, but none of these wishes."""
    wishes: list[Word] = []
    if parsed.place is not None and parsed.radius_km is None:
        wishes += place_words(parsed, knows)
    if parsed.speaks is not None:
        names = (
            word for name in catalogue.words.languages[parsed.speaks] for word in [words_in(name)] if len(word) == 1
        )
        wishes.append(Word(f"speaks:{parsed.speaks}", {name[0]: 1.0 for name in names}, fuzzy=False))
    if not (parsed.product or parsed.alternatives):
        wishes += _scheme_words(parsed, catalogue)
    once = list({word.text: word for word in words}.values())[: max(0, WORDS_AT_MOST - len(wishes))]
    return list({word.text: word for word in (*once, *wishes)}.values())[:WORDS_AT_MOST]


def _fields_of(word: str, catalogue: Catalogue) -> Mapping[str, float]:
    """The marks of those who advise in the fields that a word beside goods is from."""
    fields = catalogue.fields_of(word)
    return {f"field:{field}": ADVISES for field in fields} if len(fields) < FIELDS_TOLD else {}


def _topics_of(word: str, catalogue: Catalogue) -> Mapping[str, float]:
    """The same where no goods are named, and the marks of those who speak of what the word tells of."""
    topics = catalogue.topics.of(word)
    of_topics = {f"topic:{topic}": TOLD_OF / len(topics) for topic in topics} if len(topics) < FIELDS_TOLD else {}
    return {**_fields_of(word, catalogue), **of_topics}


def _plain_word(word: str, same: Mapping[str, float], catalogue: Catalogue, places: Places, knows: Knows) -> Word:
    """A word that was not understood: one for experts, a place after all, or whatever documents call so."""
    if word.isdigit():
        return Word(word, fuzzy=False, tells=FIGURES_TELL)
    if word in expert_words(catalogue):
        return Word(word, {**same, "kind:expert": 1.0})
    country = catalogue.area_named(word)
    if country is not None:
        return Word(word, {**same, f"country:{country}": 1.0}, fuzzy=False, tells=WHERE_TELLS)
    exact = places.named(word)
    near = exact or (() if knows(word) or same or catalogue.topics.begins_one(word) else places.like(word))
    if not near or (same and near[0].everyday_word):
        return Word(word, same)
    weight = 1.0 if exact else PERHAPS_THERE
    return Word(word, {**same, **_names(near[0], weight)}, Spot(near[0].lat, near[0].lon), spot_weight=weight)


def _begun(word: Word, places: Places, knows: Knows) -> Word:
    """The last word beside goods, where nobody writes so: perhaps another's beginning, or that of a town."""
    if len(word.text) < SHORTEST_BEGUN or knows(word.text) or (word.also and word.spot is None):
        return word
    towns = [place for place in places.beginning(word.text) if place.well_known]
    if places.knows(word.text) or len(towns) != 1:
        return word._replace(unfinished=True)
    town = towns[0]
    names = _names(town, BEGUN_THERE)
    return word._replace(also=names, spot=Spot(town.lat, town.lon), spot_weight=BEGUN_THERE, unfinished=True)


def _of_country(word: Word, catalogue: Catalogue, knows: Knows) -> Word:
    """Beside goods: the same where it names a country as one, and a word that means nothing else as a slip of one."""
    if catalogue.area_named(word.text) is not None:
        return word._replace(country=True)
    if word.also or word.spot or word.text.isdigit() or knows(word.text):
        return word
    code = catalogue.country_misspelt(word.text)
    return word._replace(also={f"country:{code}": PERHAPS_THERE}, tells=WHERE_TELLS, country=True) if code else word


def expert_words(catalogue: Catalogue) -> frozenset[str]:
    """The words that say that a person is looked for, not goods."""
    return grammar_of(catalogue).experts


@lru_cache(maxsize=5_000)
def _names(place: Place, weight: float) -> Mapping[str, float]:
    """The place's names of one word, in every language."""
    named = (words_in(name) for name in (place.name, *place.other_names))
    return {words[0]: weight for words in named if len(words) == 1}


def place_words(parsed: ParsedQuery, knows: Knows = lambda _: False) -> list[Word]:
    """The place by all its names and by what is near it. What was read as a place may yet be a company's name, so its
    words stay words that documents may have, misspelt where they are no name of the place as they stand; what documents
    have (`knows`) and no place is called was perhaps no place at all."""
    assert parsed.place is not None
    spot = Spot(parsed.place.lat, parsed.place.lon)
    names = _names(parsed.place, 1.0)
    written = words_in(parsed.place_said)
    if len(written) > 1:  # "La Coruña": no company is called so by chance, and its longest word tells it best
        return [Word(max(written, key=len), names, spot, fuzzy=False, tells=WHERE_TELLS)]
    # Beside goods any small town may be the beginning of a company's name: "sawdust Berge" of Bergemnäs Skog.
    begun = not parsed.place.well_known and bool(parsed.product or parsed.alternatives)
    words = []
    for word in written:
        if word in names or not knows(word):
            begins = begun and not knows(word)
            words.append(
                Word(word, names, spot, fuzzy=begins or word not in names, tells=WHERE_TELLS, unfinished=begins)
            )
        else:
            perhaps = _names(parsed.place, PERHAPS_THERE)
            words.append(Word(word, perhaps, spot, spot_weight=PERHAPS_THERE, tells=WHERE_TELLS))
    return words


def _spoken(scheme: str, catalogue: Catalogue) -> set[str]:
    return {word for name in catalogue.certificates[scheme].spoken for word in words_in(name)}


def _scheme_words(parsed: ParsedQuery, catalogue: Catalogue) -> list[Word]:
    """Schemes where no goods are named: what holds them, and who writes of them, such as one who helps to get them."""
    spoken = ((scheme, words_in(catalogue.certificates[scheme].spoken[0])[:1]) for scheme in parsed.certificates)
    return [Word(word, {f"scheme:{scheme}": 1.0}, fuzzy=False) for scheme, words in spoken for word in words]


def _musts(*, grades: Iterable[str], certificates: Iterable[str]) -> tuple[frozenset[str], ...]:
    """A scheme that is a grade as well (DINplus) is met by either: some sellers name the one, some the other."""
    grades, schemes = set(grades), set(certificates)
    named = frozenset(f"grade:{grade}" for grade in grades - schemes)
    held = [
        frozenset({f"scheme:{scheme}", f"grade:{scheme}"} if scheme in grades else {f"scheme:{scheme}"})
        for scheme in certificates
    ]
    return (*((named,) if named else ()), *held)


def _days(parsed: ParsedQuery) -> tuple[int, int] | None:
    return None if parsed.window is None else (parsed.window.first.toordinal(), parsed.window.last.toordinal())
