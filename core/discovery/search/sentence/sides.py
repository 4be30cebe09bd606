"""The side of the writer, seller or buyer.

"Sprzedam" is enough by itself. "For sale" occurs in questions too, so it needs something beside it. A writer who makes
goods, or has an amount of them, and says no more offers them.
"""

from __future__ import annotations

from core.catalogue.language.grammar import WORD_OR_NUMBER
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.discovery.search.sentence.findings import Figures, Side
from core.discovery.search.sentence.state import ParseState
from core.discovery.search.sentence.supplier_questions import asks_for_supplier, takes_supplier_question


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
                asks = side == "sell" and asks_for_supplier(state, found.start())
                return "buy" if asks else side
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
    return Side(by_word, for_sale, made, has, asks_for_supplier(state, start))


def side_of_goods(side: Side, figures: Figures, rest: str) -> str | None:
    """Return whether goods named with these figures are offered or wanted. `rest`: the other words."""
    if side.asked:
        return "buy" if side.for_sale else None
    amount = bool(figures.amounts or figures.loads)
    if side.for_sale and (side.has or amount or any(price.limit is None for price in figures.prices)):
        return "sell"
    return "sell" if not rest and (side.made or (side.has and amount)) else None
