"""Countries by their names in every supported language."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel import Locale

from conversations.chat_context import ChatContext
from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES

NO_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})  # unions, oceans and codes for trials


def country_named(chat: ChatContext, name: str) -> str | None:
    """Return the ISO code of a country by its name in any language, also in another grammatical case."""
    said = folded(name.strip())
    return country_names().get(said) or chat.market_context.catalogue.country_named(said)


@cache
def country_names() -> dict[str, str]:
    """Return every country's name in the eleven languages, folded, with its ISO code."""
    return {
        folded(name): code
        for language in LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if is_country(code)
    }


def is_country(code: str) -> bool:
    """Return True if a territory code is a country of ISO 3166."""
    return len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
