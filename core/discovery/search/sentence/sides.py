"""The side of the writer, seller or buyer.

"Sprzedam" is enough by itself. "For sale" occurs in questions too, so it needs something beside it. A writer who makes
goods, or has an amount of them, and says no more offers them. A question for a supplier ("who can deliver bark?") comes
from a buyer; remarks on an offer ("in stock", "incl. freight") are no such question.
"""

from __future__ import annotations

from typing import Final

from core.catalogue.language.grammar import FIRST_WORD, WORD_OR_NUMBER
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.discovery.search.sentence.state import Figures, ParseState, Side

BEGINS: Final = 3  # words, among which "who" stands: "hello, who sells ..."
NEAR: Final = 3  # words between the supplier and the verb: "which farms around here sell straw"
BEHIND: Final = 3  # words behind "who", among which the verb stands: "who of you can deliver ..."


def takes_supplier_question(state: ParseState) -> bool:
    """Return True if the sentence asks for a supplier; strike out its verbs and the remarks on an offer.

    If the sentence tells of a problem ("problem z fakturą VAT") the remarks stay.
    """
    grammar = state.grammar
    by_the_way = state.may_name("by_the_way") and state.words.isdisjoint(grammar.trouble)
    while by_the_way and state.take(grammar.included) is not None:
        pass
    if state.words.isdisjoint(grammar.askers):
        return False
    in_stock = by_the_way and state.take(grammar.in_stock) is not None
    if not in_stock and state.words.isdisjoint(grammar.supplying):
        return False
    found = list(FIRST_WORD.finditer(state.text))
    words = [word[0] for word in found]
    asker = next((place for place, word in enumerate(words[:BEGINS]) if word in grammar.askers), None)
    if asker is None:
        return False
    able = asker + 1 < len(words) and words[asker + 1] in grammar.able  # "wer kann Rinde liefern"
    until = len(words) if able else asker + 1 + BEHIND
    verb = next(
        (place for place in range(asker + 1, min(until, len(words))) if words[place] in grammar.supplying), None
    )
    for place in () if verb is None else (asker, *((asker + 1,) if able else ()), verb):
        state.strike(*found[place].span())
    return in_stock or verb is not None


def seeks_supplier(state: ParseState, end: int) -> bool:
    """Return True if the words before a position ask for a person, as in "who can sell me pellets"."""
    found = state.grammar.asked.search(state.text, 0, end)
    return found is not None and len(WORD_OR_NUMBER.findall(state.text, found.end(), end)) <= NEAR


def _by_word(state: ParseState, places: Places, catalogue: Catalogue) -> str | None:
    """Return the side that a word names.

    "Koper" further on is the port, not the Swedish for "buys", and "suche" is Polish for dry. A question for a seller
    comes from a buyer.
    """
    if takes_supplier_question(state):
        return "buy"
    if not state.may_name("sides"):
        return None
    for side, words in state.grammar.sides.items():
        found = words.search(state.text)
        if found is not None:
            written = state.written(*found.span())
            name = not written[0].islower() and places.named(written)
            before = WORD_OR_NUMBER.search(state.normalised.text, 0, found.start())
            if before is None or not (name or catalogue.synonyms.has(found[0])):
                state.strike(*found.span())
                seeks = side == "sell" and seeks_supplier(state, found.start())
                return "buy" if seeks else side
    return None


def take_side(state: ParseState) -> Side:
    """Read the side after the figures, and before goods and places are read from these words."""
    by_word, patterns = _by_word(state, state.places, state.catalogue), state.grammar.beside_goods
    found = {
        meaning: state.take(patterns[meaning]) if state.may_name(meaning) else None
        for meaning in ("for_sale", "we_make")
    }
    has = state.may_name("have") and patterns["have"].search(state.text) is not None
    start = min((each.start() for each in found.values() if each is not None), default=0)
    for_sale, made = (found[meaning] is not None for meaning in ("for_sale", "we_make"))
    return Side(by_word, for_sale, made, has, seeks_supplier(state, start))


def side_of_goods(side: Side, figures: Figures, rest: str) -> str | None:
    """Return whether goods named with these figures are offered or wanted. `rest`: the other words."""
    if side.asked:
        return "buy" if side.for_sale else None
    amount = bool(figures.amounts or figures.loads)
    if side.for_sale and (side.has or amount or any(price.limit is None for price in figures.prices)):
        return "sell"
    return "sell" if not rest and (side.made or (side.has and amount)) else None
