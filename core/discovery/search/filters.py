"""The conversion of a parsed query into a query of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.languages import language_named
from core.catalogue.language.places import Place, Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded, leaders
from core.catalogue.synonyms import SAME
from core.discovery.search.engine.document import LONGEST_WORD, words_in
from core.discovery.search.engine.query import EngineQuery, Limits, Order, Spot, Word
from core.discovery.search.limits import BY_THE_HOUR, amount_limits, hourly_amount, price_limits, prices_per
from core.discovery.search.model import COUNTRY, LOOSE, ParsedQuery
from core.discovery.search.model import Order as AnyOrder
from core.discovery.search.problems import ADVISES, BESIDE_PROBLEM, FIELDS_TOLD, weigh_problem_words
from core.discovery.search.sentence.exclusions import ANY_GOODS, excluded_terms
from core.discovery.search.sentence.measurements import tags_meeting

WHICH_KIND: Final = 0.5  # a word of a name that tells kinds of the goods apart, against goods without it


def kind_words(parsed: ParsedQuery, catalogue: Catalogue) -> tuple[Word, ...]:
    """Return the words of the goods' name that tell their kind ("UCOME", "birch") or quality ("premium pellets").

    Synonyms in all languages are included.

    Goods with these words come first, and the rank of others does not change.
    """
    goods = (parsed.product,) if parsed.product else parsed.alternatives
    named, synonyms = dict.fromkeys(words_in(parsed.named)), catalogue.synonyms
    telling = [
        word
        for word in named
        if goods and (synonyms.tells_kind(word, goods) or _only_praises(word, tuple(named), goods, catalogue))
    ]
    # Only the word itself and its synonyms. Similar words and parts of it fit all of the goods.
    meant = [{text: weight for text, weight in also.items() if weight >= SAME} for also in synonyms.of(telling)]
    return tuple(Word(word, also, fuzzy=False, tells=WHICH_KIND) for word, also in zip(telling, meant, strict=True))


@lru_cache(maxsize=5_000)
def _only_praises(word: str, named: tuple[str, ...], goods: tuple[str, ...], catalogue: Catalogue) -> bool:
    """Return True if a word describes the named goods, not their material ("bois").

    Without it the name must be of the same goods.
    """
    synonyms, index = catalogue.synonyms, catalogue.name_index
    if len(named) < 2 or not (synonyms.has(word) and synonyms.describes_goods(word)):
        return False
    if _is_of_any_goods(word, catalogue):
        return False
    others = index.resolve(" ".join(other for other in named if other != word))
    return set(leaders(others)) == set(goods)


@lru_cache(maxsize=5_000)
def _is_of_any_goods(word: str, catalogue: Catalogue) -> bool:
    return len(catalogue.name_index.resolve(word)) >= ANY_GOODS


SHORTEST_HALF: Final = 3  # letters; two would take many a misspelt word apart


def split_joined_words(
    word: str, catalogue: Catalogue, places: Places, knows: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return the two words that a folded word consists of, or the word itself.

    It stays whole if it is known or cannot be split. Both halves must be names of goods, places or schemes, or words of
    documents. The cut nearest to the middle wins.
    """
    if len(word) < 2 * SHORTEST_HALF or not word.isalpha() or knows(word) or catalogue.synonyms.knows(word):
        return (word,)
    if places.knows(word) or catalogue.fields_of(word):
        return (word,)
    goods, schemes = catalogue.name_index.vocabulary, schemes_spoken(catalogue)

    def known(half: str) -> bool:
        return half in goods or half in schemes or places.knows(half) or knows(half)

    middle = len(word) // 2
    cuts = sorted(range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1), key=lambda cut: abs(cut - middle))
    return next(((word[:cut], word[cut:]) for cut in cuts if known(word[cut:]) and known(word[:cut])), (word,))


def meant_by_half(half: str, catalogue: Catalogue) -> Mapping[str, float]:
    """Return the tags of the scheme or the goods that a word not read yet names."""
    scheme = schemes_spoken(catalogue).get(half)
    if scheme is not None:
        return {f"scheme:{scheme}": 1.0}
    named = catalogue.products_named(half) if half in catalogue.name_index.vocabulary else []
    return {f"product:{like.product_id}": 1.0 for like in named if like.score == named[0].score}


def meant_by_end(word: str, catalogue: Catalogue) -> Mapping[str, float]:
    """Return the tags of the goods that the last part of a compound names."""
    return {f"product:{product}": 1.0 for product in catalogue.name_index.of_last_part(word)}


@lru_cache(maxsize=4)
def schemes_spoken(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the folded names of one word of certificate schemes, each with its scheme."""
    return {folded(name): scheme.id for scheme in catalogue.certificates.values() for name in scheme.spoken}


Knows = Callable[[str], bool]
NO_PACKAGING: Final = "any"  # packing tag of a listing without a stated packing
WORDS_AT_MOST: Final = 12  # words of a query; of a pasted page only the first ones count
LONGEST_PAIR: Final = 2 * LONGEST_WORD  # letters of two words that ran together
BY_NAME_ONLY: Final = 0.8  # how well a document meets the word for the goods that has the word, but is of other goods
BY_KIND_ONLY: Final = 0.4  # the same of a word that tells kinds of the goods apart, which counts by itself as well
LEAST_RELEVANCE: Final = 0.25  # share of the query, by weight of words; less is nonsense
SOMETHING: Final = 0.001  # least relevance; a hit without any word of the problem is no answer
FIGURES_TELL: Final = 0.3  # a number that is no amount ("class 1") says little by itself
ASIDE: Final = 0.5  # goods that a question is about, which are not searched for themselves
PERHAPS_A_NAME: Final = 0.2  # a word of one of several goods, by itself: it may be the company's
BESIDE_GOODS: Final = 0.7  # a word that only describes goods that are named already
TALK: Final = 3  # words beside goods that are named; more are said by the way
GOODS_TELL: Final = 2.0  # the words for them together: pellets of spruce are pellets before they are of spruce
TOLD_OF: Final = 0.7  # how well an expert on the topic of a word meets it, if the text does not ask for advice
VERY_WORDS: Final = 0.1  # share of a word's weight, for having it beside its topic
WHOM_TELLS: Final = 2.0  # an expert's country and languages, against the language of the profile
WHERE_TELLS: Final = 1.3  # for a query that names a place, the place matters more
SHORTEST_BEGUN: Final = 4  # letters of a last word that may be the beginning of one
BEGUN_THERE: Final = 0.9  # how far it is taken for the one town of the trade that begins so
ABROAD: Final = frozenset({"vat", "customs", "freight", "delivery_terms"})  # topics in which countries are named
PERHAPS_THERE: Final = 0.7  # how far a word is taken for a misspelt place


def strict_query(
    parsed: ParsedQuery, catalogue: Catalogue, today: date, order: Order = "best", *, kind: str = "listing"
) -> EngineQuery:
    """Return the query over goods, offered or requested, in which every filter must be met.

    Words that were not understood only decide the order, unless no goods are named.
    """
    goods = (parsed.product,) if parsed.product else parsed.alternatives
    musts = _musts(grades=parsed.accepted_grades, certificates=parsed.certificates)
    if goods:
        musts = (frozenset(f"product:{product}" for product in goods), *musts)
    if parsed.packaging:
        loose = (NO_PACKAGING,) if LOOSE in parsed.packaging else ()  # which goes without saying
        musts = (*musts, frozenset(f"packaging:{packed}" for packed in (*parsed.packaging, *loose)))
    if parsed.countries:
        musts = (*musts, frozenset(f"{COUNTRY}{code}" for code in parsed.countries))
    if parsed.incoterm:
        musts = (*musts, frozenset({f"term:{parsed.incoterm}"}))
    musts = (*musts, *(tags_meeting(each, catalogue) for each in parsed.quality))
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
    """Return the order that the index can make: it has no ratings and no calendars."""
    match order:
        case "rated" | "soonest":
            return "best"
        case known:
            return known


def loose_query(parsed: ParsedQuery, catalogue: Catalogue, places: Places, knows: Knows, today: date) -> EngineQuery:
    """Return the query over goods and experts alike, in which the words decide and all numbers must hold.

    The goods are words like others here: a consultant for pellets has no product, yet may be the very one. `knows`
    tells whether any document has a word as it is written.
    """
    goods = (parsed.product,) if parsed.product else parsed.alternatives
    of_goods = {f"product:{product}": 1.0 for product in goods}
    rest, ran_together = _split_words(parsed, catalogue, places, knows)
    fields = _advised(rest, catalogue, goods=bool(goods))
    tells = ASIDE if any(fields) else 1.0  # "VAT on pellets" is no question for sellers of pellets
    # Words that name goods are already read, and are no typos of others. In a question about goods they may be.
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
    words = [*_with_filters(words, parsed, catalogue, knows), *kinds, *_of_names(parsed, named, catalogue)]
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
    """Return for each word the tags of its advisers. Words that praise goods are no question about them."""
    if not goods:
        return [_topics_of(word, catalogue) for word in rest]
    praised = grammar_of(catalogue).praising(rest)
    return [{} if word in praised else _fields_of(word, catalogue) for word in rest]


def _of_names(parsed: ParsedQuery, named: list[str], catalogue: Catalogue) -> list[Word]:
    """Return goods' words that may be a company's name.

    If words each name goods, all but one may be part of the name: "Straw Energy tallow".
    """
    index = catalogue.name_index
    if len(parsed.alternatives) < 2 or len(named) < 2 or "," in parsed.named:  # all of them are searched for
        return []
    sure = {goods for word in named if (goods := index.surely(word)) is not None}
    return [Word(word, fuzzy=False, tells=PERHAPS_A_NAME) for word in named] if len(sure) > 1 else []


def _names_others(word: str, catalogue: Catalogue) -> bool:
    """Return True if a word beside goods names others, such as their material. All these words count as one."""
    return bool(catalogue.name_index.like(word)) and not catalogue.synonyms.describes_goods(word)


def problem_query(parsed: ParsedQuery, catalogue: Catalogue, places: Places, knows: Knows, today: date) -> EngineQuery:
    """Return the query for experts by the problem, the hourly price and the language.

    Other numbers are ignored.
    """
    named = words_in(parsed.named)
    rest, _ = _split_words(parsed, catalogue, places, knows)
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
    words = add_literal_words(_with_filters(words, wished, catalogue, knows))
    most = None if parsed.max_rate is None else hourly_amount(parsed.max_rate, catalogue)
    return EngineQuery(
        tuple(words),
        must=(frozenset({f"speaks:{parsed.speaks}"}),) if parsed.speaks else (),
        price_at_most=None if most is None else Limits(most.value, BY_THE_HOUR),
        least_relevance=SOMETHING,
        today=today.toordinal(),
    )


def crosses_borders(words: Iterable[str], catalogue: Catalogue) -> bool:
    """Return True if a problem concerns trade between countries: "VAT on pellets to Germany" needs no adviser there."""
    return any(not ABROAD.isdisjoint(catalogue.topics.of(word)) for word in words)


def _without_talk(words: list[Word], named: int) -> list[Word]:
    """Return the words of goods, then the others with less weight if they are many.

    More than a few words without synonyms are mere talk beside goods. Together they weigh as much as a few do.
    """
    idle = [word for word in words[named:] if not word.also and word.spot is None]
    if len(idle) <= TALK:
        return words
    return [word._replace(tells=word.tells * TALK / len(idle)) if word in idle else word for word in words]


def add_literal_words(words: Iterable[Word]) -> list[Word]:
    """Return the words, and each word of a topic again as plain text.

    Among experts on the problem, those who use the very words of the question come first.
    """
    words = list(words)
    of_topics = (word for word in words if any(tag.startswith("topic:") for tag in word.also))
    return words + [word._replace(also=_of_meaning(word), tells=word.tells * VERY_WORDS) for word in of_topics]


def _of_meaning(word: Word) -> Mapping[str, float]:
    return {text: weight for text, weight in word.also.items() if ":" not in text}


def expert_filter_word(word: str, catalogue: Catalogue) -> Word | None:
    """Return the word as a country or language of an expert: "Spain", "polska".

    An expert who knows the problem and fits comes first. One who only fits does not precede one who knows it: "import
    from Ukraine" needs no adviser there.
    """
    language, country = language_named(word), catalogue.area_named(word)
    tags = ([f"speaks:{language}"] if language else []) + ([f"country:{country}"] if country else [])
    return None if not tags else Word(word, dict.fromkeys(tags, 1.0), fuzzy=False, tells=WHOM_TELLS)


def _split_words(
    parsed: ParsedQuery, catalogue: Catalogue, places: Places, knows: Knows
) -> tuple[list[str], frozenset[str]]:
    """Return the words that were not understood, and those among them that had run together with another."""
    rest = _with_countries(words_in(parsed.rest, LONGEST_PAIR), catalogue)[:WORDS_AT_MOST]
    halves = [[half[:LONGEST_WORD] for half in split_joined_words(word, catalogue, places, knows)] for word in rest]
    return [half for word in halves for half in word], frozenset(
        half for pair in halves if len(pair) > 1 for half in pair
    )


def _with_countries(words: list[str], catalogue: Catalogue) -> list[str]:
    joined, place = list[str](), 0
    for start, end in catalogue.areas_in(words):
        joined += [*words[place:start], " ".join(words[start:end])]
        place = end
    return [*joined, *words[place:]]


def _with_filters(words: list[Word], parsed: ParsedQuery, catalogue: Catalogue, knows: Knows) -> list[Word]:
    """Return the words with the place, the language and, without goods, the schemes; each word once.

    If there are too many words the last are dropped, but none of these filters.
    """
    filter_words: list[Word] = []
    if parsed.place is not None and parsed.radius_km is None:
        filter_words += place_words(parsed, knows)
    if parsed.speaks is not None:
        names = (
            word for name in catalogue.words.languages[parsed.speaks] for word in [words_in(name)] if len(word) == 1
        )
        filter_words.append(Word(f"speaks:{parsed.speaks}", {name[0]: 1.0 for name in names}, fuzzy=False))
    if not (parsed.product or parsed.alternatives):
        filter_words += _scheme_words(parsed, catalogue)
    once = list({word.text: word for word in words}.values())[: max(0, WORDS_AT_MOST - len(filter_words))]
    return list({word.text: word for word in (*once, *filter_words)}.values())[:WORDS_AT_MOST]


def _fields_of(word: str, catalogue: Catalogue) -> Mapping[str, float]:
    """Return the tags of advisers in the fields of a word beside goods."""
    fields = catalogue.fields_of(word)
    return {f"field:{field}": ADVISES for field in fields} if len(fields) < FIELDS_TOLD else {}


def _topics_of(word: str, catalogue: Catalogue) -> Mapping[str, float]:
    """Return the same tags for a query without goods, and those of experts on the word's topics."""
    topics = catalogue.topics.of(word)
    of_topics = {f"topic:{topic}": TOLD_OF / len(topics) for topic in topics} if len(topics) < FIELDS_TOLD else {}
    return {**_fields_of(word, catalogue), **of_topics}


def _plain_word(word: str, same: Mapping[str, float], catalogue: Catalogue, places: Places, knows: Knows) -> Word:
    """Return a word that was not understood: one for experts, a place after all, or a word of documents."""
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
    """Return the last word beside goods. If no document has it, it may begin another word or a town."""
    if len(word.text) < SHORTEST_BEGUN or knows(word.text) or (word.also and word.spot is None):
        return word
    towns = [place for place in places.beginning(word.text) if place.well_known]
    if places.knows(word.text) or len(towns) != 1:
        return word._replace(unfinished=True)
    town = towns[0]
    names = _names(town, BEGUN_THERE)
    return word._replace(also=names, spot=Spot(town.lat, town.lon), spot_weight=BEGUN_THERE, unfinished=True)


def _of_country(word: Word, catalogue: Catalogue, knows: Knows) -> Word:
    """Return a word beside goods as a country, if it names one.

    A word without any other meaning may be a misspelt country.
    """
    if catalogue.area_named(word.text) is not None:
        return word._replace(country=True)
    if word.also or word.spot or word.text.isdigit() or knows(word.text):
        return word
    code = catalogue.country_misspelt(word.text)
    return word._replace(also={f"country:{code}": PERHAPS_THERE}, tells=WHERE_TELLS, country=True) if code else word


def expert_words(catalogue: Catalogue) -> frozenset[str]:
    """Return the words that ask for a person, not goods."""
    return grammar_of(catalogue).experts


@lru_cache(maxsize=5_000)
def _names(place: Place, weight: float) -> Mapping[str, float]:
    """Return the place's names of one word, in every language."""
    named = (words_in(name) for name in (place.name, *place.other_names))
    return {words[0]: weight for words in named if len(words) == 1}


def place_words(parsed: ParsedQuery, knows: Knows = lambda _: False) -> list[Word]:
    """Return words for the place by all its names and by its surroundings.

    The place may also be a company's name, so its words may match documents too. They may be misspelt if they are no
    exact name of the place. A word that documents have (`knows`), and that is no name of the place, is perhaps not
    about a place.
    """
    assert parsed.place is not None
    spot = Spot(parsed.place.lat, parsed.place.lon)
    names = _names(parsed.place, 1.0)
    written = words_in(parsed.place_as_written)
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
    """Return the schemes as words if no goods are named. They match holders, and texts about the scheme."""
    spoken = ((scheme, words_in(catalogue.certificates[scheme].spoken[0])[:1]) for scheme in parsed.certificates)
    return [Word(word, {f"scheme:{scheme}": 1.0}, fuzzy=False) for scheme, words in spoken for word in words]


def _musts(*, grades: Iterable[str], certificates: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Return the required tags. A scheme that is also a grade (DINplus) is met by either."""
    grades, schemes = set(grades), set(certificates)
    named = frozenset(f"grade:{grade}" for grade in grades - schemes)
    held = [
        frozenset({f"scheme:{scheme}", f"grade:{scheme}"} if scheme in grades else {f"scheme:{scheme}"})
        for scheme in certificates
    ]
    return (*((named,) if named else ()), *held)


def _days(parsed: ParsedQuery) -> tuple[int, int] | None:
    return None if parsed.window is None else (parsed.window.first.toordinal(), parsed.window.last.toordinal())
