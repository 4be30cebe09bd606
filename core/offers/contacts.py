"""Finds ways around the market in a note (telephone, e-mail, handles, links), and lets the trade's own numbers pass.

Contacts are hidden until both have signed, for a deal made elsewhere has no protected payment. "PO 4500123456",
"invoice 2026-000123" and "total 1200000 kg" are the trade's own, and stay.
"""

from __future__ import annotations

import re

HIDDEN = "•••"

_MAIL = r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+"
_LINK = r"(?:https?://|www\.|t\.me/|wa\.me/)\S+"
_HANDLE = r"(?<![\w@])@[A-Za-z]\w{3,31}"
_WORDS = re.compile(f"{_MAIL}|{_LINK}|{_HANDLE}", re.IGNORECASE)

# Digits with what people put between them. Eight to fifteen of them is a telephone number (ITU-T E.164 allows 15).
_NUMBER = re.compile(r"(?<![\w.,])(?:\+|00)?\(?\d[\d\s().\-/]{6,22}\d(?!\w)")
FEWEST_DIGITS, MOST_DIGITS = 8, 15

# What stands before a number of the trade's own, and what stands behind an amount.
_BEFORE = re.compile(
    r"(?:\b(?:p\.?o|order|invoice|inv|ref|no|nr|lot|cmr|vat|pvm|iban|ust|total|contract|delivery|ticket|"
    r"bestellung|rechnung|auftrag|facture|commande|factura|pedido|zamówienie|faktura|sąskaita|užsakymas|rēķins|arve|"
    r"fattura|ordine|рахунок)\b\.?|№|#)[\s:#.]*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"^\s*(?:kg|t|mwh|gj|m3|m³|l|km|eur|usd|pln|sek|€|\$|%)\b|^\s*[€$%]", re.IGNORECASE)
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}(?:\.\.|\s*[–-]\s*)?(?:\d{4}-\d{2}-\d{2})?$|^\d{1,2}\.\d{1,2}\.\d{4}$")


def masked(text: str) -> str:
    """The text with every contact hidden."""
    without_words = _WORDS.sub(HIDDEN, text)
    return _NUMBER.sub(lambda found: HIDDEN if _is_telephone(found) else found.group(), without_words)


def has_contacts(text: str) -> bool:
    return masked(text) != text


def _is_telephone(found: re.Match[str]) -> bool:
    number, text = found.group(), found.string
    digits = sum(letter.isdigit() for letter in number)
    if not FEWEST_DIGITS <= digits <= MOST_DIGITS or _DATE.match(number.strip()):
        return False
    if number.startswith("+"):
        return True
    return not (_BEFORE.search(text[: found.start()]) or _BEHIND.match(text[found.end() :]))
