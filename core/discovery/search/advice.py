"""Whether a sentence calls for advice ("our furnace keeps clogging") and not for goods: one rule for every search."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from core.catalogue import Catalogue
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.patterns import words_meaning
from core.catalogue.product_names import SURELY_NAMED, folded, words_of
from core.discovery.search.filters import expert_words
from core.discovery.search.model import LONGEST_SENTENCE, Order, ParsedQuery, Query
from core.kernel.money import Money

SEVERAL: Final = 2  # words of one field: then nobody need say that there is a problem
LONG_ENOUGH: Final = 8  # letters; a slip in fewer makes another word
# How companies call themselves, and who asks how does not: "où" is French, "co" Polish and "aš" Lithuanian.
LEGAL_FORM: Final = re.compile(r"(?<!\w)(?:[oO][üÜ]|AS|SE|(?<=\w )Co|& ?[cC]o)(?!\w)")
A_SENTENCE: Final = 3  # words; fewer may be a company's name, as may more of them that documents have


def asks_advice(
    text: str, parsed: ParsedQuery, catalogue: Catalogue, knows: Callable[[str], bool] = lambda _: False
) -> bool:
    """A buyer names a price or a grade, or of goods an amount. Who has a problem speaks of himself, asks how or names
    an adviser, and tells of what a field of expertise is about; who names goods has to tell what is wrong with them,
    and how they come ("by rail wagon"), of what and for whom, is not.

    `knows` tells whether any document has a word as it is written: a few words that all are known may be its name.
    """
    goods = (parsed.product is not None or bool(parsed.alternatives)) and not _is_no_goods(parsed, catalogue)
    amount = parsed.quantity if goods and not parsed.by_load else None  # "two trucks of pellets came wet"
    priced = bool(parsed.price or parsed.max_price or parsed.min_price)
    if parsed.grade or amount or (priced and goods):
        return False
    words = set(words_of(_without_legal_forms(text[:LONGEST_SENTENCE])))
    if parsed.max_rate is not None or any(means_adviser(word, catalogue) for word in words):
        return True  # who names the price of an hour wants a person
    spoken = parsed.speaks is not None and not words.isdisjoint(_of_speech(catalogue))  # goods speak no language
    speaking = spoken or not words.isdisjoint(_words("telling", catalogue) - _not_telling(parsed, goods, catalogue))
    telling = words & _words("telling", catalogue)
    asks_who = parsed.side == "buy" and bool(telling) and telling <= _words("who", catalogue)  # "who can deliver ...?"
    nobody = goods and not any(words.isdisjoint(_words(meaning, catalogue)) for meaning in ("nobody", "ours"))
    of_scheme = (
        parsed.certificates and not (goods or parsed.side or parsed.radius_km) and telling - _words("who", catalogue)
    )
    if nobody or of_scheme or (speaking and not (goods and asks_who) and _without_goods(parsed, goods, catalogue)):
        return True  # "nobody buys our briquettes", "how do we get SBP certified"
    if goods or parsed.certificates:
        return _tells_of_goods(parsed, catalogue, words, spoken=spoken, speaking=speaking)
    left = words_of(with_problem_words(text, parsed, catalogue).rest)
    if asks_who:
        left = [word for word in left if word not in _words("supply", catalogue)]
        speaking = any(map(catalogue.fields_told_by, left))
    told = Counter(field for word in left for field in catalogue.fields_told_by(word))
    several = max(told.values(), default=0) >= SEVERAL
    if priced or parsed.radius_km:  # of goods that nobody knows, unless a problem is told: then it is for an hour
        return several or (speaking and bool(told))
    asked = parsed.side is not None or parsed.speaks is not None
    return speaking or several or (bool(told) and (asked or (_is_talk(parsed.rest) and not all(map(knows, left)))))


def _tells_of_goods(
    parsed: ParsedQuery, catalogue: Catalogue, words: Set[str], *, spoken: bool, speaking: bool
) -> bool:
    """Whether something is wrong with the goods or schemes that are named. `words`: those of the text, folded."""
    goods = parsed.product is not None or bool(parsed.alternatives)
    buying = goods and not spoken and (parsed.side or parsed.certificates or parsed.radius_km)
    idle = _words("without", catalogue) | (_of_exclusions(catalogue) if parsed.left_out else frozenset())
    of_himself = not buying and not _words("telling", catalogue).isdisjoint(words - idle)
    usual = _words("how_goods_come", catalogue) | grammar_of(catalogue).praising(words)
    wrong, in_all = _goes_wrong(parsed, catalogue, frozenset() if of_himself else usual)
    of_scheme = not (goods or parsed.radius_km or parsed.side)  # "preparing for the SURE audit"
    return wrong >= SEVERAL if buying else wrong > 0 and (speaking or of_scheme or in_all >= SEVERAL)


def names_adviser(text: str, parsed: ParsedQuery, catalogue: Catalogue) -> bool:
    """Whether a person is named who is looked for ("consultant", or the price of an hour), whoever there is. An
    amount, a price or a grade of goods is for goods ("200 t pellets, Baltic Consulting"), and a mere call for help,
    which in some languages is what advisers give, is for nobody."""
    goods = (parsed.product is not None or bool(parsed.alternatives)) and not _only_resembles_goods(parsed, catalogue)
    amount = parsed.quantity if not parsed.by_load else None
    words = set(words_of(text[:LONGEST_SENTENCE]))
    if parsed.grade or (goods and (amount or parsed.price or parsed.max_price or parsed.min_price)):
        return False
    if words <= _words("telling", catalogue):
        return False
    return parsed.max_rate is not None or any(means_adviser(word, catalogue) for word in words)


def _not_telling(parsed: ParsedQuery, goods: bool, catalogue: Catalogue) -> Set[str]:
    """Words that tell of nobody beside goods: those that these shall be without, and a "not" that leaves some out."""
    if not goods:
        return frozenset()
    return _words("without", catalogue) | _of_exclusions(catalogue) if parsed.left_out else _words("lacking", catalogue)


def _without_goods(parsed: ParsedQuery, goods: bool, catalogue: Catalogue) -> bool:
    """Whether one who speaks of himself names no goods but in appearance, or a scheme that describes none: "need help
    with ISCC certification"; who needs such goods near a place wants them."""
    if goods:
        ordered = parsed.side is not None and parsed.radius_km is not None
        return not ordered and _only_resembles_goods(parsed, catalogue)
    return bool(parsed.certificates) and any(map(catalogue.topics.of, words_of(parsed.rest)))


def order_of_advisers(text: str, query: Query, catalogue: Catalogue) -> Order:
    """The order that a problem's words ask for. Who names no adviser, but goods, or speaks of himself, tells of cheap
    pellets or the nearest neighbour, and wants whoever knows best."""
    parsed, words = query.parsed, set(words_of(text[:LONGEST_SENTENCE]))
    if not words.isdisjoint(expert_words(catalogue)):
        return query.order
    told = parsed.product or parsed.alternatives or not words.isdisjoint(_words("telling", catalogue))
    return "best" if told else query.order


def _goes_wrong(parsed: ParsedQuery, catalogue: Catalogue, usual: Set[str]) -> tuple[int, int]:
    """How many words tell what is wrong, and how many tell of one field in all, beside what goods are called and how
    they are: for what or whom they are wanted ("pellets for our boiler") is no problem, nor are `usual` words."""
    known, topics, describes = catalogue.name_index.vocabulary, catalogue.topics, catalogue.synonyms.describes_goods
    left = (word for word in dict.fromkeys(words_of(parsed.rest)) if word not in known and word not in usual)
    told = [word for word in left if catalogue.fields_told_by(word) and not describes(word)]
    # What names goods only by a slip may be a thing that something is wrong with: "pellet press".
    things = [word for word in words_of(parsed.named) if word not in known and topics.is_thing(word)]
    of_field = Counter(field for word in (*told, *things) for field in catalogue.fields_told_by(word))
    return sum(not topics.is_thing(word) for word in told), max(of_field.values(), default=0)


def _only_resembles_goods(parsed: ParsedQuery, catalogue: Catalogue) -> bool:
    """Whether what names the goods is only what they are for, or no word of theirs as it stands and one that tells of a
    problem: "our boiler keeps going out", "certificaton"."""
    known, topics = catalogue.name_index.vocabulary, catalogue.topics
    describes, surely = catalogue.synonyms.describes_goods, catalogue.name_index.surely

    def resembles(word: str) -> bool:
        if topics.may_be_thing(word):  # the forest of "Waldhackgut" is only a part of what names goods
            return not (topics.is_part_thing(word) and surely(word))
        # "stuck" is no slip of "Stück", nor "pelea", a quarrel, of pellets.
        told = describes(word) or topics.has(word) or word in _words("telling", catalogue)
        return word not in known and told and bool(topics.of(word))

    named = words_of(parsed.named)
    return bool(named) and all(map(resembles, named))


def _is_no_goods(parsed: ParsedQuery, catalogue: Catalogue) -> bool:
    """Whether no goods are called as they are named, as it stands that tells of a problem, and so do words of the same
    field beside it: "lastbil fast vid gränsen" is about no oil of fast pyrolysis."""
    if not (parsed.named and parsed.rest):
        return False
    named, topics = words_of(parsed.named), catalogue.topics
    if not all(topics.has(word) or topics.is_thing(word) for word in named):
        return False
    beside = Counter(field for word in words_of(parsed.rest) for field in catalogue.fields_told_by(word))
    told = beside + Counter(field for word in named for field in catalogue.fields_told_by(word) if field in beside)
    return max(told.values(), default=0) >= SEVERAL and _as_named(parsed, catalogue) < SURELY_NAMED


def _as_named(parsed: ParsedQuery, catalogue: Catalogue) -> float:
    """How surely goods are called by the words that name them, all of them."""
    return max((like.score for like in catalogue.name_index.resolve(parsed.named)), default=0.0)


def _without_legal_forms(text: str) -> str:
    """The text without "OÜ" and the like, where it is not written in capitals altogether."""
    return text if text.isupper() else LEGAL_FORM.sub(" ", text)


def _is_talk(words: str) -> bool:
    """Whether it is more than a name: a few words, of which most are written small."""
    said = words.split()
    return len(said) >= A_SENTENCE and sum(word[:1].isupper() for word in said) <= len(said) / 2


def with_problem_words(text: str, parsed: ParsedQuery, catalogue: Catalogue) -> ParsedQuery:
    """What was said of a problem, with the small words of trade that tell of a field of expertise: to a buyer quality
    and certificates are a matter of course, and here they are what the problem is about."""
    if parsed.named and (_only_resembles_goods(parsed, catalogue) or _is_no_goods(parsed, catalogue)):
        parsed = replace(parsed, product=None, alternatives=(), named="", rest=f"{parsed.rest} {parsed.named}".strip())
    parsed = replace(parsed, rest=_without_nobody(parsed.rest, catalogue))
    known = {*words_of(parsed.rest), *words_of(parsed.named)} | _words("nobody", catalogue)
    small = (word for word in words_of(text[:LONGEST_SENTENCE]) if word not in known)
    telling = dict.fromkeys(word for word in small if catalogue.fields_told_by(word))
    limit = parsed.max_price or parsed.price
    rate = (
        Money.rounded(Fraction(limit.amount), limit.currency) if limit and parsed.max_rate is None else parsed.max_rate
    )
    return replace(parsed, rest=" ".join((parsed.rest, *telling)).strip(), max_rate=rate)


def _without_nobody(rest: str, catalogue: Catalogue) -> str:
    """The words without "nobody" and the like, which no profile is met by: "personne" is no "Personal"."""
    nobody = _words("nobody", catalogue)
    return " ".join(word for word in rest.split() if folded(word) not in nobody)


@lru_cache(maxsize=16)
def _words(meaning: str, catalogue: Catalogue) -> frozenset[str]:
    """The folded words of that meaning: `telling` are those of one who tells of himself or asks how."""
    return words_meaning(catalogue.words, meaning)


@lru_cache(maxsize=4)
def _of_exclusions(catalogue: Catalogue) -> frozenset[str]:
    """The folded words of phrases that say what is not wanted: "que no sea", "but not"."""
    return frozenset(word for phrase in catalogue.words.all("excluding") for word in words_of(phrase))


@lru_cache(maxsize=4)
def _of_speech(catalogue: Catalogue) -> frozenset[str]:
    """Words beside the name of a language: who speaks it."""
    return frozenset(word for phrase in catalogue.words.all("speaks") for word in words_of(phrase) if len(word) > 2)


@lru_cache(maxsize=20_000)
def means_adviser(word: str, catalogue: Catalogue) -> bool:
    """Whether a folded word says that a person is looked for, perhaps with a slip; "export" does not."""
    if len(word) < LONG_ENOUGH or word in expert_words(catalogue):
        return word in expert_words(catalogue)
    alike = _advisers_by_initial(catalogue).get(word[0], ())
    return any(abs(len(other) - len(word)) <= 1 and OSA.distance(word, other, score_cutoff=1) <= 1 for other in alike)


@lru_cache(maxsize=4)
def _advisers_by_initial(catalogue: Catalogue) -> Mapping[str, Sequence[str]]:
    """The words for a person that are long enough for a slip, by their first letter."""
    by_initial: dict[str, list[str]] = {}
    for word in sorted(expert_words(catalogue)):
        if len(word) >= LONG_ENOUGH:
            by_initial.setdefault(word[0], []).append(word)
    return by_initial
