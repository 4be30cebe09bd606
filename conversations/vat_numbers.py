"""The name of the VAT number in each country of the trade, with a valid example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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
