"""The intent of a sentence: goods, advice ("our furnace keeps clogging"), market prices, or our fee."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from rapidfuzz.distance import OSA

from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.patterns import NormalisedText, any_of, whole, words_meaning
from core.catalogue.language.typos import is_function_word
from core.catalogue.model import Catalogue
from core.catalogue.product_names import SURELY_NAMED, folded, words_of
from core.discovery.search.filters import expert_words
from core.discovery.search.model import LONGEST_SENTENCE, Order, ParsedQuery, Query
from core.kernel.errors import Invalid, Refusal
from core.kernel.money import Money

SEVERAL: Final = 2  # words of one field that are enough without a stated problem
LONG_ENOUGH: Final = 8  # letters; a typo in fewer makes another word
# Legal forms of companies that are question words elsewhere: "où" is French, "co" Polish and "aš" Lithuanian.
LEGAL_FORM: Final = re.compile(r"(?<!\w)(?:[oO][üÜ]|AS|SE|(?<=\w )Co|& ?[cC]o)(?!\w)")
A_SENTENCE: Final = 3  # words; fewer may be a company's name, as may more of them that documents have


def is_for_advice(
    text: str, parsed: ParsedQuery, catalogue: Catalogue, knows: Callable[[str], bool] = lambda _: False
) -> bool:
    """Return True if the text asks for advice, and not for goods.

    A buyer names a price, a grade, or an amount of goods. A person with a problem speaks of himself, asks how, or names
    an adviser. The text also has words of a field of expertise. If goods are named, it must say what is wrong with
    them. Their transport ("by rail wagon"), material and user are no problem.

    `knows`: whether any document has a word as it is written. A few words that are all known may be its name.
    """
    goods = (parsed.product is not None or bool(parsed.alternatives)) and not _is_no_goods(parsed, catalogue)
    amount = parsed.quantity if goods and not parsed.by_load else None  # "two trucks of pellets came wet"
    priced = bool(parsed.price or parsed.max_price or parsed.min_price)
    if parsed.grade or amount or (priced and goods):
        return False
    words = set(words_of(_without_legal_forms(text[:LONGEST_SENTENCE])))
    if parsed.max_rate is not None or any(means_adviser(word, catalogue) for word in words):
        return True  # a price per hour means that a person is wanted
    spoken = parsed.speaks is not None and not words.isdisjoint(_of_speech(catalogue))  # goods speak no language
    speaking = spoken or not words.isdisjoint(_words("telling", catalogue) - _not_telling(parsed, goods, catalogue))
    telling = words & _words("telling", catalogue)
    names_whom = (
        parsed.side == "buy" and bool(telling) and telling <= _words("who", catalogue)
    )  # "who can deliver ...?"
    without_side = goods and not any(words.isdisjoint(_words(meaning, catalogue)) for meaning in ("nobody", "ours"))
    of_scheme = (
        parsed.certificates and not (goods or parsed.side or parsed.radius_km) and telling - _words("who", catalogue)
    )
    if (
        without_side
        or of_scheme
        or (speaking and not (goods and names_whom) and _without_goods(parsed, goods, catalogue))
    ):
        return True  # "nobody buys our briquettes", "how do we get SBP certified"
    if goods or parsed.certificates:
        return _tells_of_goods(parsed, catalogue, words, spoken=spoken, speaking=speaking)
    left = words_of(with_problem_words(text, parsed, catalogue).rest)
    if names_whom:
        left = [word for word in left if word not in _words("supply", catalogue)]
        speaking = any(map(catalogue.fields_told_by, left))
    told = Counter(field for word in left for field in catalogue.fields_told_by(word))
    several = max(told.values(), default=0) >= SEVERAL
    if priced or parsed.radius_km:  # for unknown goods; beside a stated problem the price is for an hour
        return several or (speaking and bool(told))
    asked = parsed.side is not None or parsed.speaks is not None
    return speaking or several or (bool(told) and (asked or (_is_talk(parsed.rest) and not all(map(knows, left)))))


def _tells_of_goods(
    parsed: ParsedQuery, catalogue: Catalogue, words: Set[str], *, spoken: bool, speaking: bool
) -> bool:
    """Return True if the named goods or schemes have a problem. `words`: those of the text, folded."""
    goods = parsed.product is not None or bool(parsed.alternatives)
    buying = goods and not spoken and (parsed.side or parsed.certificates or parsed.radius_km)
    idle = _words("without", catalogue) | (_of_exclusions(catalogue) if parsed.left_out else frozenset())
    of_himself = not buying and not _words("telling", catalogue).isdisjoint(words - idle)
    usual = _words("how_goods_come", catalogue) | grammar_of(catalogue).praising(words)
    wrong, in_all = _goes_wrong(parsed, catalogue, frozenset() if of_himself else usual)
    of_scheme = not (goods or parsed.radius_km or parsed.side)  # "preparing for the SURE audit"
    return wrong >= SEVERAL if buying else wrong > 0 and (speaking or of_scheme or in_all >= SEVERAL)


def names_adviser(text: str, parsed: ParsedQuery, catalogue: Catalogue) -> bool:
    """Return True if the text looks for a person ("consultant", or the price of an hour).

    It does not matter whether such a person is in the market. An amount, a price or a grade of goods is for goods ("200
    t pellets, Baltic Consulting"). A mere call for help does not count, because in some languages it is also what
    advisers offer.
    """
    goods = (parsed.product is not None or bool(parsed.alternatives)) and not _only_resembles_goods(parsed, catalogue)
    amount = parsed.quantity if not parsed.by_load else None
    words = set(words_of(text[:LONGEST_SENTENCE]))
    if parsed.grade or (goods and (amount or parsed.price or parsed.max_price or parsed.min_price)):
        return False
    if words <= _words("telling", catalogue):
        return False
    return parsed.max_rate is not None or any(means_adviser(word, catalogue) for word in words)


def _not_telling(parsed: ParsedQuery, goods: bool, catalogue: Catalogue) -> Set[str]:
    """Return the words that show no speaker beside goods: words of lack, and a "not" that excludes goods."""
    if not goods:
        return frozenset()
    return _words("without", catalogue) | _of_exclusions(catalogue) if parsed.left_out else _words("lacking", catalogue)


def _without_goods(parsed: ParsedQuery, goods: bool, catalogue: Catalogue) -> bool:
    """Return True if a problem names goods only in appearance, or a scheme without goods: "need help with ISCC
    certification".

    A buyer of such goods near a place wants the goods.
    """
    if goods:
        ordered = parsed.side is not None and parsed.radius_km is not None
        return not ordered and _only_resembles_goods(parsed, catalogue)
    return bool(parsed.certificates) and any(map(catalogue.topics.of, words_of(parsed.rest)))


def order_of_advisers(text: str, query: Query, catalogue: Catalogue) -> Order:
    """Return the sort order of a problem.

    The text's own order counts if it names an adviser. Beside goods, or if the writer speaks of himself, "cheap" or
    "nearest" describes the problem. The order is then "best".
    """
    parsed, words = query.parsed, set(words_of(text[:LONGEST_SENTENCE]))
    if not words.isdisjoint(expert_words(catalogue)):
        return query.order
    told = parsed.product or parsed.alternatives or not words.isdisjoint(_words("telling", catalogue))
    return "best" if told else query.order


def _goes_wrong(parsed: ParsedQuery, catalogue: Catalogue, usual: Set[str]) -> tuple[int, int]:
    """Return how many words state the problem, and how many are of one field in all.

    Names and descriptions of goods do not count, nor does their use ("pellets for our boiler"), nor `usual` words.
    """
    known, topics, describes = catalogue.name_index.vocabulary, catalogue.topics, catalogue.synonyms.describes_goods
    left = (word for word in dict.fromkeys(words_of(parsed.rest)) if word not in known and word not in usual)
    told = [word for word in left if catalogue.fields_told_by(word) and not describes(word)]
    # A word that names goods only by a typo may be the thing with the problem: "pellet press".
    objects = [word for word in words_of(parsed.named) if word not in known and topics.is_thing(word)]
    of_field = Counter(field for word in (*told, *objects) for field in catalogue.fields_told_by(word))
    return sum(not topics.is_thing(word) for word in told), max(of_field.values(), default=0)


def _only_resembles_goods(parsed: ParsedQuery, catalogue: Catalogue) -> bool:
    """Return True if the named goods are only a thing or a resemblance.

    A thing is what the goods are for: "our boiler keeps going out". A resemblance is a word of a problem that is no
    exact name: "certificaton".
    """
    known, topics = catalogue.name_index.vocabulary, catalogue.topics
    describes, surely = catalogue.synonyms.describes_goods, catalogue.name_index.surely

    def resembles(word: str) -> bool:
        if topics.may_be_thing(word):  # the forest of "Waldhackgut" is only a part of what names goods
            return not (topics.is_part_thing(word) and surely(word))
        # "stuck" is no typo of "Stück", and "pelea", a quarrel, none of pellets.
        told = describes(word) or topics.has(word) or word in _words("telling", catalogue)
        return word not in known and told and bool(topics.of(word))

    named = words_of(parsed.named)
    return bool(named) and all(map(resembles, named))


def _is_no_goods(parsed: ParsedQuery, catalogue: Catalogue) -> bool:
    """Return True if the words for goods are no exact name but state a problem.

    Words beside them must be of the same field. "Lastbil fast vid gränsen" is not about fast pyrolysis oil.
    """
    if not (parsed.named and parsed.rest):
        return False
    named, topics = words_of(parsed.named), catalogue.topics
    if not all(topics.has(word) or topics.is_thing(word) for word in named):
        return False
    beside = Counter(field for word in words_of(parsed.rest) for field in catalogue.fields_told_by(word))
    told = beside + Counter(field for word in named for field in catalogue.fields_told_by(word) if field in beside)
    return max(told.values(), default=0) >= SEVERAL and _as_named(parsed, catalogue) < SURELY_NAMED


def _as_named(parsed: ParsedQuery, catalogue: Catalogue) -> float:
    """Return how surely all the words that name the goods are their name."""
    return max((like.score for like in catalogue.name_index.resolve(parsed.named)), default=0.0)


def _without_legal_forms(text: str) -> str:
    """Return the text without "OÜ" and the like, unless it is all in capitals."""
    return text if text.isupper() else LEGAL_FORM.sub(" ", text)


def _is_talk(words: str) -> bool:
    """Return True if it is more than a name: several words, at least half of them without a capital."""
    spoken = words.split()
    return len(spoken) >= A_SENTENCE and sum(word[:1].isupper() for word in spoken) <= len(spoken) / 2


def with_problem_words(text: str, parsed: ParsedQuery, catalogue: Catalogue) -> ParsedQuery:
    """Return the query of a problem, with the small trade words that point to a field of expertise.

    To a buyer quality and certificates are a matter of course. Here they are what the problem is about.
    """
    if parsed.named and (_only_resembles_goods(parsed, catalogue) or _is_no_goods(parsed, catalogue)):
        parsed = replace(parsed, product=None, alternatives=(), named="", rest=f"{parsed.rest} {parsed.named}".strip())
    parsed = replace(parsed, rest=_without_absence_words(parsed.rest, catalogue))
    known = {*words_of(parsed.rest), *words_of(parsed.named)} | _words("nobody", catalogue)
    small = (word for word in words_of(text[:LONGEST_SENTENCE]) if word not in known)
    telling = dict.fromkeys(word for word in small if catalogue.fields_told_by(word))
    limit = parsed.max_price or parsed.price
    rate = (
        Money.rounded(Fraction(limit.amount), limit.currency) if limit and parsed.max_rate is None else parsed.max_rate
    )
    return replace(parsed, rest=" ".join((parsed.rest, *telling)).strip(), max_rate=rate)


def _without_absence_words(rest: str, catalogue: Catalogue) -> str:
    """Return the words without "nobody" and the like, which meet no profile: "personne" is no "Personal"."""
    absence_words = _words("nobody", catalogue)
    return " ".join(word for word in rest.split() if folded(word) not in absence_words)


@lru_cache(maxsize=16)
def _words(meaning: str, catalogue: Catalogue) -> frozenset[str]:
    """Return the folded words of that meaning. `telling` are words of people who speak of themselves or ask how."""
    return words_meaning(catalogue.words, meaning)


@lru_cache(maxsize=4)
def _of_exclusions(catalogue: Catalogue) -> frozenset[str]:
    """Return the folded words of phrases that exclude: "que no sea", "but not"."""
    return frozenset(word for phrase in catalogue.words.all("excluding") for word in words_of(phrase))


@lru_cache(maxsize=4)
def _of_speech(catalogue: Catalogue) -> frozenset[str]:
    """Return the words that stand beside the name of a language to say that it is spoken."""
    return frozenset(word for phrase in catalogue.words.all("speaks") for word in words_of(phrase) if len(word) > 2)


@lru_cache(maxsize=20_000)
def means_adviser(word: str, catalogue: Catalogue) -> bool:
    """Return True if a folded word, perhaps with a typo, says that a person is looked for; "export" does not."""
    if len(word) < LONG_ENOUGH or word in expert_words(catalogue):
        return word in expert_words(catalogue)
    alike = _advisers_by_initial(catalogue).get(word[0], ())
    return any(abs(len(other) - len(word)) <= 1 and OSA.distance(word, other, score_cutoff=1) <= 1 for other in alike)


@lru_cache(maxsize=4)
def _advisers_by_initial(catalogue: Catalogue) -> Mapping[str, Sequence[str]]:
    """Return the words for a person that are long enough for a typo, by their first letter."""
    by_initial: dict[str, list[str]] = {}
    for word in sorted(expert_words(catalogue)):
        if len(word) >= LONG_ENOUGH:
            by_initial.setdefault(word[0], []).append(word)
    return by_initial


def drop_recurrence(parsed: ParsedQuery, catalogue: Catalogue) -> ParsedQuery:
    """Return the query without the words for how often, if goods are named. The words become unclear."""
    if not parsed.rest or not (parsed.product or parsed.alternatives):
        return parsed
    rest = NormalisedText.of(parsed.rest)
    found = _how_often(catalogue).search(rest.text)
    if found is None:
        return parsed
    left = f"{rest.as_written(0, found.start())} {rest.as_written(found.end(), len(rest.text))}".split()
    told = Refusal("search.regularly", words=rest.as_written(*found.span()))
    return replace(parsed, rest=" ".join(left), unclear=(*parsed.unclear, told))


@lru_cache(maxsize=4)
def _how_often(catalogue: Catalogue) -> re.Pattern[str]:
    return whole(catalogue.words.all("regularly"))


SHORT: Final = 6  # words: "pellet prices in the Baltics"; a letter that asks for prices wants quotes
SHORTEST: Final = 3  # letters of such a word: "6 mm" measures the goods
USUAL: Final = ("t", "MWh", "loose_m3", "l", "pallet")  # units that are shown without named goods


@dataclass(frozen=True, slots=True)
class Intent:
    """`text`: the sentence as it was written. `parsed`: what `parse` made of it."""

    text: str
    parsed: ParsedQuery
    catalogue: Catalogue

    def is_for_advice(self, knows: Callable[[str], bool] = lambda _: False) -> bool:
        """Return True if it asks for a consultant and not for goods. `knows`: whether any document has a word."""
        return is_for_advice(self.text, self.parsed, self.catalogue, knows)

    def names_adviser(self) -> bool:
        """Return True if it names a person to find, or the price of an hour."""
        return names_adviser(self.text, self.parsed, self.catalogue)

    def price_question(self) -> Literal["fee", "market"] | None:
        """Return which answer it asks for: what our fee leaves of a price, or what others ask."""
        if self.is_about_fee():
            return "fee"
        return "market" if self.is_about_price() else None

    def is_about_price(self) -> bool:
        """Return True if it asks for the market price.

        It must have a word of cost beside goods, and be a question or short. It has no price or amount, and no word of
        a field of advice ("what does it cost to certify pellets").
        """
        text, parsed, catalogue = self.text, self.parsed, self.catalogue
        if not (parsed.product or parsed.alternatives) or parsed.side == "sell":
            return False
        if parsed.quantity or parsed.price or parsed.max_price or parsed.min_price or parsed.max_rate:
            return False
        words = words_of(text[:LONGEST_SENTENCE])
        costs, questions, alone = (whole_words(meaning, catalogue) for meaning in ("costs", "how_much", "prices_alone"))
        if costs.isdisjoint(words):
            return False
        if questions.isdisjoint(words) and (alone.isdisjoint(words) or len(words) > SHORT):
            return False
        known, is_thing = catalogue.name_index.vocabulary, catalogue.topics.is_thing
        if any(is_thing(word) and word not in known for word in words_of(parsed.named)):  # a pellet press
            return False
        told = any(map(catalogue.fields_told_by, words_of(self.rest_beside_question())))
        return not told and not self.names_adviser()

    def is_about_fee(self) -> bool:
        """Return True if it asks for our fee in few words or beside a price, or what a price leaves."""
        text, parsed, catalogue = self.text, self.parsed, self.catalogue
        words = words_of(text[:LONGEST_SENTENCE])
        priced = bool(parsed.price or parsed.max_price or parsed.min_price)
        fee, left, questions = (whole_words(meaning, catalogue) for meaning in ("our_fee", "is_left", "how_much"))
        if fee.isdisjoint(words):
            return parsed.price is not None and not left.isdisjoint(words) and not questions.isdisjoint(words)
        return (priced or len(words) <= SHORT) and not self.names_adviser()

    def rest_beside_question(self) -> str:
        """Return the words that were not understood, without those that only ask for the price."""
        asking = whole_words("costs", self.catalogue) | whole_words("how_much", self.catalogue)
        asking |= grammar_of(self.catalogue).fillers
        return " ".join(word for word in self.parsed.rest.split() if not asking.issuperset(words_of(word)))

    def unread_figures(self, currency: str) -> tuple[Invalid, ...]:
        """Return once each figure that was not understood, with what would be right.

        If an amount was read, no other is needed; the same holds for a price. The unit after "per" must always be
        known. `currency`: the usual one of the user.
        """
        text, parsed, catalogue = self.text, self.parsed, self.catalogue
        priced = parsed.price or parsed.max_price or parsed.min_price or parsed.max_rate
        units = catalogue.product(parsed.product).units if parsed.product else USUAL
        unknown = set(words_of(f"{parsed.rest} {'' if parsed.quantity else parsed.named}"))
        behind_number, behind_per = _patterns(catalogue)
        told: dict[str, Invalid] = {}
        for found in behind_number.finditer(text):
            if not _is_none(found["word"], unknown, catalogue):
                continue
            if parsed.quantity is None and not found["per"]:
                told[found["word"]] = Invalid("quantity.unit_unknown", given=found["word"], known=units)
            elif not priced:
                told[found["word"]] = Invalid("price.not_understood", given=found[0], currency=currency, unit=units[0])
        for found in behind_per.finditer(text):
            if _is_none(found["unit"], unknown, catalogue):
                told[found["unit"]] = Invalid("quantity.unit_unknown", given=found["unit"], known=units)
        return tuple(told.values())


@lru_cache(maxsize=16)
def whole_words(meaning: str, catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word for phrase in catalogue.words.all(meaning) for word in words_of(phrase))


def _is_none(written: str, unknown: set[str], catalogue: Catalogue) -> bool:
    """Return True if a word that is no understood figure is no unit or other small word either."""
    word = folded(written)
    return len(word) >= SHORTEST and word in unknown and not is_function_word(word, catalogue)


@lru_cache(maxsize=4)
def _patterns(catalogue: Catalogue) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return two patterns: a number with the next word and perhaps its "per" unit, and any "per" unit alone."""
    words = catalogue.words.all("per")
    per = rf"\s*(?:/|(?<!\w){any_of(words)}(?!\w))\s*"
    surely = rf"(?:/|(?<!\w){any_of(word for word in words if len(word) >= SHORTEST)}(?!\w))\s*"
    behind_number = rf"(?<![\w.,])[0-9]+(?:[.,' ][0-9]+)*\s*(?P<word>[^\W\d_]+)(?P<per>{per}[^\W\d_]+)?"
    return re.compile(behind_number, re.IGNORECASE), re.compile(rf"{surely}(?P<unit>[^\W\d_]+)", re.IGNORECASE)
