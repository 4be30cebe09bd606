"""The small words of opening hours in eleven languages; the names of days themselves come from CLDR, through Babel.

Folded: lower case, no accents. Not checked by native readers but for English and German.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    "en": ("and", "at", "between", "change", "each", "every", "from", "in", "o'clock", "on", "only", "set", "time"),
    "de": ("am", "den", "der", "in", "nur", "um", "und", "uhr", "von", "zwischen"),
    "fr": ("de", "des", "du", "entre", "et", "h", "le"),
    "es": ("de", "desde", "el", "en", "entre", "las", "y"),
    "pl": ("godz", "i", "miedzy", "od", "w", "we"),
    "lt": ("d", "ir", "nuo", "val"),
    "lv": ("no", "plkst", "un"),
    "et": ("alates", "ja", "kell"),
    "it": ("dal", "dalle", "e", "il", "ore"),
    "sv": ("den", "det", "fran", "i", "kl", "klockan", "mellan", "och"),
    "uk": ("в", "від", "год", "з", "із", "і", "о", "та", "у"),
}
# Words that ask for a change, and may precede the days.
CHANGE: Final = {
    "en": ("change", "set"),
    "de": ("andere", "andern", "setze"),
    "fr": ("change", "changer", "changez", "modifie", "modifier", "modifiez"),
    "es": ("cambia", "cambiar", "cambie"),
    "pl": ("zmien", "zmienic"),
    "lt": ("keisk", "keisti", "pakeisk", "pakeisti"),
    "lv": ("maini", "mainit", "nomaini", "nomainit"),
    "et": ("muuda", "muuta"),
    "it": ("cambia", "cambiare", "modifica", "modificare"),
    "sv": ("andra",),
    "uk": ("зміни", "змініть", "змінити"),
}
# What leads from the day to its new hours.
ONTO: Final = {"de": ("auf",), "fr": ("en",), "pl": ("na",), "lt": ("i",), "lv": ("uz",), "uk": ("на",)}
# Before a weekday: the next one, and it alone.
THIS: Final = {
    "en": ("coming", "this"),
    "de": ("diesen", "dieser", "diesem", "kommenden", "kommender", "kommendem"),
    "fr": ("ce",),
    "es": ("este",),
    "pl": ("ta", "te", "ten"),
    "lt": ("si",),
    "lv": ("saja", "so"),
    "et": ("sel", "sellel", "see"),
    "it": ("questa", "questo"),
    "sv": ("denna", "detta", "har"),
    "uk": ("цей", "цю", "ця"),
}
# Before a day, without times: the consultant is away then.
NOT: Final = {
    "en": ("not",),
    "de": ("nicht",),
    "fr": ("pas",),
    "es": ("no",),
    "pl": ("nie",),
    "lt": ("ne",),
    "lv": ("ne",),
    "et": ("mitte",),
    "it": ("non",),
    "sv": ("inte",),
    "uk": ("не",),
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
    "en": ("away", "closed", "free", "holiday", "holidays", "none", "off", "vacation"),
    "de": ("ferien", "frei", "geschlossen", "urlaub", "zu"),
    "fr": ("absent", "absente", "conge", "conges", "ferme", "libre", "vacances"),
    "es": ("cerrado", "libre", "vacaciones"),
    "pl": ("urlop", "wolne", "zamkniete"),
    "lt": ("atostogauju", "atostogos", "laisva", "nedirbu"),
    "lv": ("atvalinajuma", "atvalinajums", "brivs", "slegts"),
    "et": ("puhkus", "puhkusel", "suletud", "vaba"),
    "it": ("assente", "chiuso", "ferie", "libero", "vacanza"),
    "sv": ("ledig", "semester", "stangt"),
    "uk": ("вихідний", "відпустка", "зачинено"),
}
# Shorter than CLDR has them, from Monday on; recognised only when reading that language.
SHORT_DAYS: Final = {
    "pl": ("pn", "wt", "sr", "cz", "pt", "sb", "nd"),
    "lv": ("p", "o", "t", "c", "pk", "s", "sv"),
    "et": ("e", "t", "k", "n", "r", "l", "p"),
}
TODAY: Final = {
    "en": ("today",),
    "de": ("heute",),
    "fr": ("aujourd'hui", "aujourd"),
    "es": ("hoy",),
    "pl": ("dzis", "dzisiaj"),
    "lt": ("siandien",),
    "lv": ("sodien",),
    "et": ("tana",),
    "it": ("oggi",),
    "sv": ("idag",),
    "uk": ("сьогодні",),
}
TOMORROW: Final = {
    "en": ("tomorrow",),
    "de": ("morgen",),
    "fr": ("demain",),
    "es": ("manana",),
    "pl": ("jutro",),
    "lt": ("rytoj",),
    "lv": ("rit",),
    "et": ("homme",),
    "it": ("domani",),
    "sv": ("imorgon",),
    "uk": ("завтра",),
}
OR: Final = {
    "en": ("or",),
    "de": ("oder",),
    "fr": ("ou",),
    "es": ("o",),
    "pl": ("lub",),
    "lt": ("ar", "arba"),
    "lv": ("vai",),
    "et": ("voi",),
    "it": ("o", "oppure"),
    "sv": ("eller",),
    "uk": ("або", "чи"),
}


# From the next Monday to its Sunday.
NEXT_WEEK: Final = {
    "en": ("next week",),
    "de": ("nachste woche", "nachster woche", "kommende woche"),
    "fr": ("la semaine prochaine", "semaine prochaine"),
    "es": ("la proxima semana", "proxima semana", "la semana que viene", "semana que viene"),
    "pl": ("przyszly tydzien", "przyszlym tygodniu", "nastepny tydzien"),
    "lt": ("kita savaite",),
    "lv": ("nakamnedel", "nakamo nedelu", "nakamaja nedela"),
    "et": ("jargmine nadal", "jargmisel nadalal"),
    "it": ("la prossima settimana", "prossima settimana", "settimana prossima"),
    "sv": ("nasta vecka",),
    "uk": ("наступний тиждень", "наступного тижня"),
}


def any_language(words: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the words of all languages: a person who writes in one may well use another's."""
    return frozenset(word for of_language in words.values() for word in of_language)
