"""The small words of opening hours in eleven languages; the names of days themselves come from CLDR, through Babel.

Folded: lower case, no accents. Not checked by native readers but for English and German.
"""

from __future__ import annotations

from typing import Final

TO: Final = {
    "en": ("to", "till", "until", "through"),
    "de": ("bis",),
    "fr": ("a", "au", "jusqu'a"),
    "es": ("a", "al", "hasta"),
    "pl": ("do",),
    "lt": ("iki",),
    "lv": ("lidz",),
    "et": ("kuni",),
    "it": ("a", "al", "alle", "fino"),
    "sv": ("till", "til"),
    "uk": ("до", "по"),
}
SILENT: Final = {
    "en": ("and", "at", "between", "from", "o'clock"),
    "de": ("und", "um", "uhr", "von", "zwischen"),
    "fr": ("de", "des", "du", "entre", "et", "h"),
    "es": ("de", "desde", "entre", "las", "y"),
    "pl": ("godz", "i", "miedzy", "od"),
    "lt": ("ir", "nuo", "val"),
    "lv": ("no", "plkst", "un"),
    "et": ("alates", "ja", "kell"),
    "it": ("dal", "dalle", "e", "ore"),
    "sv": ("fran", "kl", "klockan", "mellan", "och"),
    "uk": ("від", "год", "з", "із", "і", "та"),
}
EVERY_DAY: Final = {
    "en": ("daily", "everyday"),
    "de": ("taglich",),
    "fr": ("quotidien", "quotidiennement"),
    "es": ("diario", "diariamente"),
    "pl": ("codziennie",),
    "lt": ("kasdien",),
    "lv": ("katru", "ikdienas"),
    "et": ("iga", "igapaevaselt"),
    "it": ("quotidianamente",),
    "sv": ("dagligen",),
    "uk": ("щодня",),
}
WEEKDAYS: Final = {
    "en": ("weekday", "weekdays", "workdays"),
    "de": ("werktags", "wochentags"),
    "fr": ("ouvrables", "semaine"),
    "es": ("laborables",),
    "pl": ("robocze",),
    "lt": ("darbo", "darbadieniais"),
    "lv": ("darbdienas", "darbdienas"),
    "et": ("toopaev", "toopaevad", "toopaeviti"),
    "it": ("feriali",),
    "sv": ("vardagar",),
    "uk": ("будні", "буднях"),
}
WEEKEND: Final = {
    "en": ("weekend", "weekends"),
    "de": ("wochenende", "wochenenden"),
    "fr": ("week-end",),
    "es": ("fin",),
    "pl": ("weekend", "weekendy"),
    "lt": ("savaitgali", "savaitgaliais", "savaitgalis"),
    "lv": ("brivdienas", "nedelas"),
    "et": ("nadalavahetus", "nadalavahetusel"),
    "it": ("festivi",),
    "sv": ("helg", "helger"),
    "uk": ("вихідні",),
}
CLOSED: Final = {
    "en": ("closed", "free", "none", "off"),
    "de": ("frei", "geschlossen", "zu"),
    "fr": ("ferme", "libre"),
    "es": ("cerrado", "libre"),
    "pl": ("wolne", "zamkniete"),
    "lt": ("laisva", "nedirbu"),
    "lv": ("brivs", "slegts"),
    "et": ("suletud", "vaba"),
    "it": ("chiuso", "libero"),
    "sv": ("ledig", "stangt"),
    "uk": ("вихідний", "зачинено"),
}


def said(words: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """The words of all languages: somebody who writes in one may well use another's."""
    return frozenset(word for of_language in words.values() for word in of_language)
