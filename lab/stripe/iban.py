"""IBANs: checked as every bank checks them (ISO 13616, mod 97), and made up for virtual accounts."""

from __future__ import annotations

import re
from random import Random
from typing import Final

from lab.stripe.api.errors import Refusal

INNER: Final = {
    "BE": "9" * 12,
    "DE": "9" * 18,
    "ES": "9" * 20,
    "FR": "9" * 23,
    "IE": "A" * 4 + "9" * 14,
    "NL": "A" * 4 + "9" * 10,
}
"""What follows the check digits, by country: A a letter, 9 a digit (the SWIFT registry)."""


def remainder(iban: str) -> int:
    """Return the check remainder: 1 for a valid IBAN."""
    return int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97


def checked_iban(given: str, param: str) -> str:
    """Return the IBAN without its blanks. Raises Refusal for an invalid one."""
    iban = given.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban) or remainder(iban) != 1:
        raise Refusal("The IBAN you provided is invalid.", code="invalid_bank_account_iban", param=param)
    return iban


def made_up(country: str, random: Random) -> str:
    """Return a valid IBAN that belongs to no account."""
    inner = "".join(random.choice("0123456789" if each == "9" else "ABCDEFGHIJKLMNOP") for each in INNER[country])
    return f"{country}{98 - remainder(f'{country}00{inner}'):02d}{inner}"
