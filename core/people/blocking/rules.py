"""Detection of contacts in free text, which lets the trade's own numbers pass.

Contacts are hidden until two have business with each other, for what is agreed elsewhere has no protected payment. It
finds telephone numbers, e-mail addresses, links and names on messengers. It also finds them spelled out, spaced out and
in other scripts' digits. "PO 4500123456", "invoice 2026-000123" and "total 1200000 kg" are the trade's own, and stay.
tests/core/people/blocking/test_contact_detection.py measures how well that works.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BY_LANGUAGE: Final = {
    "en": "zero oh nil one two three four five six seven eight nine",
    "de": "null eins ein zwei zwo drei vier fünf fuenf sechs sieben acht neun",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "lt": "nulis vienas du trys keturi penki šeši septyni aštuoni devyni",
    "lv": "nulle viens divi trīs četri pieci seši septiņi astoņi deviņi",
    "et": "null üks kaks kolm neli viis kuus seitse kaheksa üheksa",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "sv": "noll ett två tre fyra fem sex sju åtta nio",
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять",
}
DIGIT_WORDS: Final = frozenset(word for words in BY_LANGUAGE.values() for word in words.split())
TIMES_TWO: Final = frozenset({"double", "doppel", "doble", "dubbel", "podwójne"})  # "double five"


HIDDEN: Final = "•••"
FEWEST_DIGITS, MOST_DIGITS = 8, 15  # length of a telephone number (ITU-T E.164 allows 15)
FEWEST_WORDS: Final = 4  # digits in words that make a number: "two or three trucks" is none

_TLD = r"(?:com|org|net|info|biz|eu|io|co|de|fr|es|pl|lt|lv|ee|it|se|ua|at|be|nl|dk|fi|no|uk|cz|sk)"
_AT = r"(?:@|\s?[(\[{]\s?(?:at|ät|eta)\s?[)\]}]\s?|\s(?:at|ät|eta|arroba|małpa|chiocciola|arobase|snabela|собака)\s)"
_DOT_TOLD = r"dot|punkt|punkts|taškas|tašk|kropka|point|punto|крапка"
_DOT = rf"(?:\.|\s?[(\[{{]\s?(?:{_DOT_TOLD})\s?[)\]}}]\s?|\s(?:{_DOT_TOLD})\s)"
_MAIL = rf"[\w.+-]{{2,}}\s?(?:@|[(\[{{]\s?(?:at|ät|eta)\s?[)\]}}])\s?[\w-]+(?:{_DOT}[\w-]+)+"
_MAIL_TOLD = rf"[\w.+-]{{2,}}{_AT}[\w-]+(?:{_DOT}[\w-]+)*{_DOT}{_TLD}\b"
_SPACED = r"(?:[\w.]\s){2,}@(?:\s[\w.]){3,}"  # "r a s a @ g i r i o s . l t"
_LINK = r"(?:https?://|www\.|t\.me/|wa\.me/|\b(?:fb|discord|signal)\.(?:com|gg|me)/)\S+"
_SITE = rf"(?<![\w.@])(?=[\w-]*[^\W\d_]{{3}})[\w-]+\.(?:[\w-]+\.)*{_TLD}\b(?!\.\w)(?:/\S*)?"
_HANDLE = r"(?<![\w@])@[A-Za-z]\w{3,31}"
_READ = (Path(__file__).parent / "messengers.txt").read_text("utf-8").splitlines()
_MESSENGERS = [line.split() for line in _READ if not line.startswith("#")]
_MESSENGER = rf"\b(?:{'|'.join(name for name, *_ in _MESSENGERS)})"
_CALLING = "|".join(name for name, *calls in _MESSENGERS if calls)
_NAMED = rf"{_MESSENGER}\s*(?:id|name|nick|user(?:name)?)?\s*[:=@]\s*@?(?=[\w.]*[^\W\d])[\w.:-]{{3,}}"
_NAMED_ODDLY = rf"(?:{_MESSENGER}|\btg)\W{{1,3}}(?:\w+\W){{0,3}}?@?(?=\w*[_\d])(?=\w*[^\W\d_]{{2}})\w{{5,}}"
_WORDS = re.compile("|".join((_MAIL, _MAIL_TOLD, _SPACED, _LINK, _SITE, _HANDLE, _NAMED, _NAMED_ODDLY)), re.IGNORECASE)

# Digits with what people put between them; read in one piece, and weighed afterwards.
_NUMBER = re.compile(r"(?<![\w,])(?:\+\s?|00)?\(?\d(?:[\s().\-/_*~|·]{0,3}\d){5,24}(?!\w)")
_ONE_DIGIT = rf"(?:(?:{'|'.join(TIMES_TWO)})\s+)?(?:{'|'.join(sorted(DIGIT_WORDS, key=len, reverse=True))}|\d{{1,4}})"
_TOLD = re.compile(rf"\b{_ONE_DIGIT}(?:[\s,.\-]+{_ONE_DIGIT})+\b", re.IGNORECASE)

# Words that mark a number for calling, words that mark the trade's own number, and words behind an amount.
_CALLED = re.compile(
    r"\b(?:my n(?:umbe)?r|meine nummer|mano numeris|mój numer|mon numéro|mi número|reach me|tel|telefon\w*|telephone|"
    rf"phone|call|ring|mobile|mob|cell|sms|text me|fax|{_CALLING}|"
    r"skambink\w*|numeris|ruf\w*|anruf\w*|handy|llám\w*|dzwo\w*|zadzwo\w*|appel\w*|chiam\w*|zvan\w*|helista|ring mig|"
    r"дзвон\w*|тел)\b[\s.:#-]*(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"(?:\b(?:p\.?o|order|invoice|inv|ref|reference|no|nr|number|lot|lots|batch|charge|serial|cmr|vat|pvm|iban|ust|tax|"
    r"total|sum|contract|delivery|ticket|weighbridge|permit|licen[cs]e|certificate|cert|code|kodas|company|reg|hs|cn|"
    r"taric|ean|gtin|account|konto|bic|dds|eudr|iscc|redcert|sure|fsc|pefc|sbp|container|seal|wagon|plot|parcel|article|"
    r"art|item|sku|"
    r"bestellung|rechnung|auftrag|lieferschein|vertrag|facture|commande|contrat|factura|pedido|contrato|zamówienie|"
    r"faktura|umowa|sąskaita|užsakymas|sutartis|rēķins|pasūtījums|arve|tellimus|fattura|ordine|рахунок|замовлення)\b"
    r"\.?|№|#)(?:\s(?:no|nr|number|code|[a-z]{2,4})\b\.?)?[\s:#.]*$",  # "container MSKU"
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"^(?:[.,]\d{1,4})?\s*(?:(?:kg|t|to|tonnes?|tons?|mwh|kwh|gwh|gj|mj|kcal|kw|kva|mm|cm|°c|m3|m³|m2|l|km|eur|usd|pln|sek|gbp|chf|czk|"
    r"pallets?|bags?|pcs|pieces|bales|trucks?)\b|[€$£%])",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[€$£]|\b(?:eur|usd|gbp|pln|sek))\s*$", re.IGNORECASE)
_PART_OF_A_NAME = re.compile(r"\w[-/]$")  # "ISCC-EU-123-45678901"
_DAY = r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})"
_DATES = re.compile(rf"^{_DAY}(?:[\s.\-/]*{_DAY})?$")
_DEGREES = re.compile(r"^\d{1,2}\.\d{3,7}[\s/]+\d{1,3}\.\d{3,7}$")
_MEASURED = re.compile(r"^\d+\.\d+(?:[\s/\-]+\d+(?:\.\d+)?)+$|^(?:\d+0\s+){2,}\d+0$")  # a row of values, not of digits
_YEARS = re.compile(r"^(?:(?:19|20)\d\d[\s\-/.]*){2,4}$")


def masked(text: str) -> str:
    """Return the text with every contact hidden."""
    while True:
        spans = sorted(_contacts(text))
        if not spans:
            return text
        text = _without(text, spans)


def has_contacts(text: str) -> bool:
    return next(_contacts(text), None) is not None


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in spans:
        if start >= at:
            parts += [text[at:start], HIDDEN]
        at = max(at, end)
    return "".join((*parts, text[at:]))


def _contacts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where contacts stand, from first letter to behind the last."""
    plain, places = _plain(text)
    for found in _WORDS.finditer(plain):
        yield places[found.start()], places[found.end() - 1] + 1
    for found in _NUMBER.finditer(plain):
        if _is_telephone(found):
            yield places[found.start()], places[found.end() - 1] + 1
    for found in _TOLD.finditer(plain):
        if _is_told_number(found.group()):
            yield places[found.start()], places[found.end() - 1] + 1


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text in plain letters and digits, and where each of them stands. ① and ７ become plain digits."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for one in unicodedata.normalize("NFKC", letter):
            digit = unicodedata.digit(one, None)
            if unicodedata.category(one) in ("Mn", "Me", "Cf"):  # invisible signs, keycaps
                continue
            letters.append(one if digit is None else str(digit))
            places.append(place)
    return "".join(letters), places


def _is_telephone(found: re.Match[str]) -> bool:
    number, text = found.group(), found.string
    digits = sum(letter.isdigit() for letter in number)
    before, behind = text[max(0, found.start() - 60) : found.start()], text[found.end() : found.end() + 20]
    if not FEWEST_DIGITS <= digits <= MOST_DIGITS:
        return digits >= FEWEST_DIGITS - 1 and digits <= MOST_DIGITS and _CALLED.search(before) is not None
    if number.startswith("+") or _CALLED.search(before):
        return True
    own = _OWN.search(before) or _AMOUNT.match(behind) or _MONEY_BEFORE.search(before) or _PART_OF_A_NAME.search(before)
    return not (own or any(shape.match(number) for shape in (_DATES, _DEGREES, _MEASURED, _YEARS)))


def _is_told_number(words: str) -> bool:
    """Return whether some digits of a row are told as words. A word for "double" counts as one digit more."""
    told = re.split(r"[\s,.\-]+", words.casefold())
    spelled = sum(word in DIGIT_WORDS for word in told)
    digits = spelled + sum(len(word) for word in told if word.isdecimal()) + sum(word in TIMES_TWO for word in told)
    return spelled >= FEWEST_WORDS and digits >= FEWEST_DIGITS - 1
