"""Countries by their names in every supported language, and the names of their VAT numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from babel import Locale

from conversations.chat_context import ChatContext
from core.catalogue.product_names import folded
from core.catalogue.schema import LANGUAGES

NO_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})  # unions, oceans and codes for trials


def country_named(chat: ChatContext, name: str) -> str | None:
    """Return the ISO code of a country by its name in any language, also in another grammatical case."""
    spoken = folded(name.strip())
    return country_names().get(spoken) or chat.market_context.catalogue.country_named(spoken)


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


VAT_NUMBERS: Final[Mapping[str, str]] = {
    "AT": "UID-Nummer ATU13585627",
    "BE": "btw-nummer / n° TVA BE0428759497",
    "BG": "ДДС номер BG175074752",
    "CZ": "DIČ CZ25123891",
    "DE": "USt-IdNr. DE136695976",
    "DK": "CVR/SE-nr. DK13585628",
    "EE": "KMKR number EE100931558",
    "ES": "NIF-IVA ESB58378431",
    "FI": "ALV-numero FI20774740",
    "FR": "n° TVA FR40303265045",
    "GB": "VAT number GB980780684",
    "HR": "PDV-ID HR33392005961",
    "HU": "közösségi adószám HU12892312",
    "IE": "VAT number IE6433435F",
    "IT": "partita IVA IT00743110157",
    "LT": "PVM mokėtojo kodas LT119511515",
    "LU": "n° TVA LU15027442",
    "LV": "PVN reģistrācijas numurs LV40003521600",
    "NL": "btw-id NL004495445B01",
    "PL": "NIP UE PL8567346215",
    "PT": "NIF PT501964843",
    "RO": "cod TVA RO18547290",
    "SE": "momsregistreringsnummer SE123456789701",
    "SI": "ID za DDV SI50223054",
    "SK": "IČ DPH SK2022749619",
}
