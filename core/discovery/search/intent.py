"""The intent of a sentence: goods, advice, market prices, or our fee."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from core.catalogue import Catalogue
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.patterns import any_of
from core.catalogue.language.typos import is_function_word
from core.catalogue.product_names import folded, words_of
from core.discovery.search import advice
from core.discovery.search.model import LONGEST_SENTENCE, ParsedQuery
from core.kernel.errors import Invalid

SHORT: Final = 6  # words: "pellet prices in the Baltics"; a letter that asks for prices wants quotes
SHORTEST: Final = 3  # letters of such a word: "6 mm" measures the goods
USUAL: Final = ("t", "MWh", "loose_m3", "l", "pallet")  # units that are shown without named goods


@dataclass(frozen=True, slots=True)
class Intent:
    """`text`: the sentence as it was written. `parsed`: what `parse` made of it."""

    text: str
    parsed: ParsedQuery
    catalogue: Catalogue

    def asks_advice(self, knows: Callable[[str], bool] = lambda _: False) -> bool:
        """Return True if it asks for a consultant and not for goods. `knows`: whether any document has a word."""
        return advice.asks_advice(self.text, self.parsed, self.catalogue, knows)

    def names_adviser(self) -> bool:
        """Return True if it names a person to find, or the price of an hour."""
        return advice.names_adviser(self.text, self.parsed, self.catalogue)

    def price_question(self) -> Literal["fee", "market"] | None:
        """Return which answer it asks for: what our fee leaves of a price, or what others ask."""
        if self.asks_fee():
            return "fee"
        return "market" if self.asks_price() else None

    def asks_price(self) -> bool:
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

    def asks_fee(self) -> bool:
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
    """Return the folded words of all phrases with that meaning."""
    return frozenset(word for said in catalogue.words.all(meaning) for word in words_of(said))


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
