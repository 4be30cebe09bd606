"""The countries offered while a person types the country of their company."""

from __future__ import annotations

from collections.abc import Container

from babel import Locale

from conversations.countries import is_country
from conversations.forms.suggestions import matching
from conversations.reply import Option
from core.catalogue.product_names import folded


def countries_like(part: str, locale: Locale, trade: Container[str]) -> list[Option]:
    """Return all countries that a part of a name may mean.

    Names that begin with it come first, countries of the trade before the others, each sorted by name. Other similar
    names follow, the likeliest first.
    """
    begun, every = folded(part.strip()), countries_in(locale)
    found = matching(part, every, len(every))
    begins = [each for each in found if folded(each.label).startswith(begun)]
    begins.sort(key=lambda each: (each.value not in trade, folded(each.label)))
    return [*begins, *(each for each in found if each not in begins)]


def countries_in(locale: Locale) -> list[Option]:
    """Return every country by its code (ISO 3166), named in a language."""
    named = ((str(code), name) for code, name in locale.territories.items())
    return [Option(value=code, label=name) for code, name in named if is_country(code)]
