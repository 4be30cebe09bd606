"""Who writes: one who sells, or one who buys. "Sprzedam" says so by itself; that goods are "for sale" is asked as well
as told, so it needs something beside it; and who makes goods, or has so many, and says no more, offers them."""

from __future__ import annotations

from typing import NamedTuple

from core.catalogue.model import Catalogue
from core.discovery.search.sentence.asking import asks_who_has, asks_whom
from core.discovery.search.sentence.figures import Figures
from core.discovery.search.sentence.grammar import WORD_OR_NUMBER
from core.discovery.search.sentence.places import Places
from core.discovery.search.sentence.sheet import Sheet


def _by_word(sheet: Sheet, places: Places, catalogue: Catalogue) -> str | None:
    """Selling or buying, by a word that says so. "Koper" further on is the port, not the Swedish for "buys"; "suche" is
    Polish for dry; and who asks who sells, or who has something, wants to buy."""
    if asks_who_has(sheet):
        return "buy"
    if not sheet.may_name("sides"):
        return None
    for side, words in sheet.grammar.sides.items():
        found = words.search(sheet.text)
        if found is not None:
            written = sheet.written(*found.span())
            name = not written[0].islower() and places.named(written)
            before = WORD_OR_NUMBER.search(sheet.said.text, 0, found.start())
            if before is None or not (name or catalogue.synonyms.has(found[0])):
                sheet.strike(*found.span())
                asks = side == "sell" and asks_whom(sheet, found.start())
                return "buy" if asks else side
    return None


class Side(NamedTuple):
    """What a sentence says of who writes: by a word of either side, and of goods that are on offer without one."""

    by_word: str | None  # "sell" or "buy"
    for_sale: bool
    made: bool
    has: bool
    asked: bool  # who has them

    @classmethod
    def said_on(cls, sheet: Sheet, places: Places, catalogue: Catalogue) -> Side:
        """Taken off the sheet behind the figures, and before goods and places are looked for among these words."""
        by_word, patterns = _by_word(sheet, places, catalogue), sheet.grammar.beside_goods
        found = {
            meaning: sheet.take(patterns[meaning]) if sheet.may_name(meaning) else None
            for meaning in ("for_sale", "we_make")
        }
        has = sheet.may_name("have") and patterns["have"].search(sheet.text) is not None
        start = min((each.start() for each in found.values() if each is not None), default=0)
        for_sale, made = (found[meaning] is not None for meaning in ("for_sale", "we_make"))
        return cls(by_word, for_sale, made, has, asks_whom(sheet, start))

    def of_goods(self, said: Figures, rest: str) -> str | None:
        """Who says this of goods, with these figures; `rest`: what else they said."""
        if self.asked:
            return "buy" if self.for_sale else None
        amount = bool(said.amounts or said.loads)
        if self.for_sale and (self.has or amount or any(price.limit is None for price in said.prices)):
            return "sell"
        return "sell" if not rest and (self.made or (self.has and amount)) else None
