"""Reader of a consultant's introduction: "Grate boilers, 120 EUR/h, Mon-Thu 9-17 Vilnius, in English" starts the form.

Understood parts fill the fields. The words that are left describe what the consultant helps with.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from typing import Final

from conversations.advice.experts.places import towns
from conversations.advice.experts.rates import WrittenRate, parse_rate
from conversations.chat_context import ChatContext
from core.advice.availability.weekly_hours import LONGEST_SENTENCE, SEVERAL_DAYS, Hours, names_of_days, read_hours
from core.advice.experts.model import FIELDS_AT_MOST, LENGTHS
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.languages import language_named
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded, words_of
from core.kernel.errors import Refusal

LONGEST: Final = 600  # letters that are read
HEADLINE: Final = (5, 120)  # letters
LONGEST_RATE: Final = 60
BETWEEN: Final = " | "  # replaces removed text
PART: Final = re.compile(r"[,.;!](?!\d)|\s[-–—|]\s|\n|\|")
BITS: Final = re.compile(r"\S+")
WORD: Final = re.compile(r"[^\W\d_]+")
LENGTH: Final = re.compile(r"(?<!\d)(15|30|45|60|90)\s*(?:min|minu[^\W\d_]*|хв[^\W\d_]*)\b\.?", re.IGNORECASE)
SHARE: Final = 0.5  # as a share of the words for the likeliest field; fields below it are ignored
FIELDS_TOLD: Final = 3  # a word of more fields is no hint


def answers_in(chat: ChatContext, sentence: str) -> dict[str, str]:
    """Return the form's answers by field; empty for fields that the sentence does not mention."""
    answers: dict[str, str] = {}
    text = sentence[:LONGEST]
    if found := _rate_in(chat, text):
        start, end, rate = found
        answers["rate"] = text[start:end]
        text = f"{text[:start]}{BETWEEN}{text[end:]}"
        if rate.minutes in LENGTHS:
            answers["lengths"] = str(rate.minutes)
    if hours := _hours_in(chat, text):
        answers["hours"] = text[slice(*hours)].strip(" ,;.")
        text = f"{text[: hours[0]]}{BETWEEN}{text[hours[1] :]}"
    if "lengths" not in answers and (lengths := dict.fromkeys(LENGTH.findall(text))):
        answers["lengths"] = ",".join(lengths)
        text = LENGTH.sub(BETWEEN, text)
    languages: list[str] = []
    parts, joining = filter(None, map(str.strip, PART.split(text))), _joining(chat.market_context.catalogue)
    told = [part for part in parts if not _names_languages(part, languages, joining)]
    if languages:
        answers["languages"] = ",".join(dict.fromkeys(languages))
    return answers | _about(chat, [part for part in told if WORD.search(part)])


def _rate_in(chat: ChatContext, text: str) -> tuple[int, int, WrittenRate] | None:
    """Return where a price with its currency stands, including its unit."""
    catalogue, language, held = chat.market_context.catalogue, chat.words.language, chat.market_context.held
    normalised = NormalisedText.of(text)
    for found in grammar_of(catalogue).money.finditer(normalised.text):
        if not (found["before"] or found["after"]):
            continue
        begins = normalised.places[found.start("before") if found["before"] else found.start("number")]
        ends = [begins + bit.end() for bit in BITS.finditer(text[begins : begins + LONGEST_RATE])]
        for end in reversed(ends):
            price = text[begins:end].rstrip(" ,;.")
            try:
                return begins, begins + len(price), parse_rate(price, catalogue, language, held)
            except Refusal:
                continue
    return None


def _hours_in(chat: ChatContext, text: str) -> tuple[int, int] | None:
    """Return where the hours stand: from the name of a day as far as they can be read."""
    language, known = chat.words.language, towns(chat)
    days = names_of_days(language).keys() | names_of_days("en").keys() | SEVERAL_DAYS.keys()
    bits = list(BITS.finditer(text))
    for at, bit in enumerate(bits):
        first = WORD.search(folded(bit[0]))
        if first is None or first[0] not in days:
            continue
        read: list[tuple[Hours, int]] = []
        for last in (each for each in bits[at:] if each.end() - bit.start() <= LONGEST_SENTENCE):
            with suppress(Refusal):
                read.append((read_hours(text[bit.start() : last.end()].strip(" ,;."), language, known), last.end()))
        if read:
            return bit.start(), next(end for hours, end in read if hours == read[-1][0])  # "…, in" says no more
    return None


@lru_cache(maxsize=4)
def _joining(catalogue: Catalogue) -> frozenset[str]:
    """Return folded words that join names of languages, or lead to them."""
    phrases = (phrase for meaning in ("and", "in_language", "speaks") for phrase in catalogue.words.all(meaning))
    return frozenset(word for phrase in phrases for word in folded(phrase).split())


def _names_languages(part: str, languages: list[str], joining: frozenset[str]) -> bool:
    """Return True if a part only names languages, beside `joining` words. Add them to `languages`."""
    words = WORD.findall(folded(part))
    named = [language_named(word) for word in words]
    if not any(named) or any(code is None and word not in joining for word, code in zip(words, named, strict=True)):
        return False
    languages += [code for code in named if code is not None]
    return True


def _about(chat: ChatContext, told: list[str]) -> dict[str, str]:
    """Return the left words as the consultant's help: the headline, or its beginning, and then the full description."""
    least, most = HEADLINE
    whole = ", ".join(told)
    if len(whole) < least:
        return {}
    known = chat.market_context.catalogue
    fields = (known.fields_told_by(word) for word in words_of(whole))
    counts = Counter(field for of_word in fields if len(of_word) <= FIELDS_TOLD for field in of_word)
    likely = [
        field for field, count in counts.most_common(FIELDS_AT_MOST) if count >= counts.most_common(1)[0][1] * SHARE
    ]
    about = {"fields": ",".join(likely)} if likely else {}
    if len(whole) <= most:
        return {"headline": whole} | about
    first = told[0] if least <= len(told[0]) <= most else whole[:most].rpartition(" ")[0] or whole[:most]
    return {"headline": first, "bio": whole} | about
