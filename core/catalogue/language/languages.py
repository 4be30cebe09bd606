"""The names of the eleven languages in each of them, in every case: "German", "po niemiecku", "німецькою"."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale

from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES

# The endings of the names in each language: how many letters are cut off, and what may follow. All are folded.
ENDINGS: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "de": (0, ("e", "en", "er", "es", "em", "sprachig", "sprachige", "sprachiger", "sprachigen")),
    "fr": (0, ("e", "s", "es", "ne", "nes", "phone")),
    "pl": (1, ("i", "iego", "iemu", "im", "u", "a", "iej", "ojezyczny", "ojezyczna")),
    "lt": (1, ("iskai", "iskas", "iska", "iskos")),
    "lv": (1, ("iski", "isks", "iska")),
    "et": (0, ("keelne", "keelset", "keelse", "keeles", "keelt")),
    "it": (1, ("o", "a", "i", "e")),
    "sv": (1, ("", "t", "talande", "sprakig", "sprakiga")),
    "uk": (1, ("ої", "ій", "у", "ою", "і", "ий", "ого", "омовний", "омовна", "омовного")),
}
SPANISH: Final = {"o": ("a", "os", "as"), "": ("a", "es", "as")}  # behind a name that ends in "o", and any other


@lru_cache(maxsize=1)
def names_of_languages() -> dict[str, str]:
    """Return every folded name with the code of its language."""
    names: dict[str, str] = {}
    cases: dict[str, str] = {}
    for speaker in LANGUAGES:
        known = Locale.parse(speaker).languages
        for code in LANGUAGES:
            name = folded(known[code])
            names.setdefault(name, code)
            for case in _cases(name, speaker):
                cases.setdefault(case, code)
    return cases | names


def language_named(word: str) -> str | None:
    """Return the code of the language that a folded word names in some language and case."""
    return names_of_languages().get(word)


def _cases(name: str, speaker: str) -> list[str]:
    if speaker == "es":
        return [name.removesuffix("o") + ending for ending in SPANISH["o" if name.endswith("o") else ""]]
    cut, endings = ENDINGS.get(speaker, (0, ()))
    return [name[: len(name) - cut] + ending for ending in endings]
