"""Questions for a supplier ("who can deliver bark?", "wer kann Rinde liefern?"): the writer wants to buy.

Remarks on an offer ("in stock", "incl. freight", "with a VAT invoice") are no question about it.
"""

from __future__ import annotations

from typing import Final

from core.catalogue.language.grammar import FIRST_WORD, WORD_OR_NUMBER
from core.discovery.search.sentence.state import ParseState

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
    said = [word[0] for word in found]
    asker = next((place for place, word in enumerate(said[:BEGINS]) if word in grammar.askers), None)
    if asker is None:
        return False
    able = asker + 1 < len(said) and said[asker + 1] in grammar.able  # "wer kann Rinde liefern"
    until = len(said) if able else asker + 1 + BEHIND
    verb = next((place for place in range(asker + 1, min(until, len(said))) if said[place] in grammar.supplying), None)
    for place in () if verb is None else (asker, *((asker + 1,) if able else ()), verb):
        state.strike(*found[place].span())
    return in_stock or verb is not None


def asks_for_supplier(state: ParseState, end: int) -> bool:
    """Return True if the words before a position ask for a person, as in "who can sell me pellets"."""
    found = state.grammar.asked.search(state.text, 0, end)
    return found is not None and len(WORD_OR_NUMBER.findall(state.text, found.end(), end)) <= NEAR
