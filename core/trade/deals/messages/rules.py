"""Pure decisions about messages in a deal: whether one names an account to pay to."""

from __future__ import annotations

import re

from stdnum import iban

# ISO 13616: a country, two check digits, and eleven to thirty more, in groups as people write them.
_LIKE_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b")
_SHORTEST, _LONGEST = 15, 34  # characters


def names_account(words: str) -> bool:
    """Return whether the words hold an IBAN with right check digits. Text after it may look like a part of it."""
    return any(_is_account(re.sub("[ -]", "", found[0])) for found in _LIKE_IBAN.finditer(words.upper()))


def _is_account(written: str) -> bool:
    return any(iban.is_valid(written[:length]) for length in range(_SHORTEST, min(len(written), _LONGEST) + 1))
