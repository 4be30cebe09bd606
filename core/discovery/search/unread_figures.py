"""What stands beside a number and is neither a unit nor money, where a price is reckoned: "300 bananas"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.catalogue.product_names import folded, words_of
from core.discovery.search.sentence.parse import Understood
from core.discovery.search.sentence.patterns import any_of
from core.discovery.search.sentence.slips import is_small_word
from core.kernel.errors import Invalid

SHORTEST: Final = 3  # letters of such a word: "6 mm" measures the goods
USUAL: Final = ("t", "MWh", "loose_m3", "l", "pallet")  # units that are told where no goods say theirs


def unread_figures(text: str, said: Understood, catalogue: Catalogue, currency: str) -> tuple[Invalid, ...]:
    """Each of them once, with what would be right. An amount that was read needs no other, and so does a price; but
    what a price is for one of has to be a unit. `currency`: the usual one of who asks."""
    priced = said.price or said.max_price or said.min_price or said.max_rate
    units = catalogue.product(said.product).units if said.product else USUAL
    unknown = set(words_of(f"{said.rest} {'' if said.quantity else said.named}"))
    behind_number, behind_per = _patterns(catalogue)
    told: dict[str, Invalid] = {}
    for found in behind_number.finditer(text):
        if not _is_none(found["word"], unknown, catalogue):
            continue
        if said.quantity is None and not found["per"]:
            told[found["word"]] = Invalid("quantity.unit_unknown", given=found["word"], known=units)
        elif not priced:
            told[found["word"]] = Invalid("price.not_understood", given=found[0], currency=currency, unit=units[0])
    for found in behind_per.finditer(text):
        if _is_none(found["unit"], unknown, catalogue):
            told[found["unit"]] = Invalid("quantity.unit_unknown", given=found["unit"], known=units)
    return tuple(told.values())


def _is_none(written: str, unknown: set[str], catalogue: Catalogue) -> bool:
    """Whether a word that was not understood as any figure is no unit or other small word either."""
    word = folded(written)
    return len(word) >= SHORTEST and word in unknown and not is_small_word(word, catalogue)


@lru_cache(maxsize=4)
def _patterns(catalogue: Catalogue) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A number, the word behind it and perhaps what it is for one of; and what anything is for one of."""
    words = catalogue.words.all("per")
    per = rf"\s*(?:/|(?<!\w){any_of(words)}(?!\w))\s*"
    surely = rf"(?:/|(?<!\w){any_of(word for word in words if len(word) >= SHORTEST)}(?!\w))\s*"
    behind_number = rf"(?<![\w.,])[0-9]+(?:[.,' ][0-9]+)*\s*(?P<word>[^\W\d_]+)(?P<per>{per}[^\W\d_]+)?"
    return re.compile(behind_number, re.IGNORECASE), re.compile(rf"{surely}(?P<unit>[^\W\d_]+)", re.IGNORECASE)
