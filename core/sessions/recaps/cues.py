"""The words by which a sentence tells what it is, in eleven languages: something decided, or something still to do.

Written folded (lower case, no accents), as `core.catalogue.names.folded` gives them; a star at the end stands for any
ending. They are what people say in consultations, kept few: a cue that misses costs the consultant one line to write,
one that is wrong costs them one line to delete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DECIDED: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("agreed", "we agree", "let's", "lets go with", "decided", "we will go with", "i will go with", "settled"),
    "de": ("abgemacht", "einverstanden", "wir nehmen", "ich nehme", "entschieden", "wir machen", "so machen wir"),
    "fr": ("d'accord", "c'est decide", "on prend", "nous prenons", "je prends", "on fait", "convenu"),
    "es": ("de acuerdo", "decidido", "acordado", "tomamos", "quedamos en", "vamos con"),
    "pl": ("zgoda", "ustalone", "ustalilismy", "umowa stoi", "bierzemy", "zdecydowane", "decydujemy"),
    "lt": ("sutarta", "sutarem*", "sutinku", "nuspresta", "nusprend*", "imam*", "darom taip"),
    "lv": ("norunats", "vienojamies", "piekritu", "nolemts", "nemam", "daram ta"),
    "et": ("kokku lepitud", "lepime kokku", "noustun", "otsustatud", "votame", "teeme nii"),
    "it": ("d'accordo", "deciso", "concordato", "prendiamo", "facciamo cosi", "restiamo che"),
    "sv": ("overens", "vi kor pa", "bestamt", "vi tar", "jag tar", "vi gor sa"),
    "uk": ("домовил*", "згода", "згоден", "згодна", "вирішено", "вирішил*", "беремо", "так і зробимо"),
}

TO_DO: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        *(
            "i will",
            "i'll",
            "you will",
            "you'll",
            "please send",
            "please check",
            "send me",
            "next step",
            "todo",
            "to do",
        ),
        *("next time", "by monday", "by tuesday", "by wednesday", "by thursday", "by friday", "by tomorrow", "by next"),
        *("you should", "you need to", "you have to", "make sure", "don't forget", "follow up", "until then"),
    ),
    "de": (
        *("ich schicke", "ich sende", "schicken sie", "senden sie", "schick mir", "nachster schritt", "bis morgen"),
        *(
            "bis montag",
            "bis freitag",
            "sie sollten",
            "du solltest",
            "sie mussen",
            "du musst",
            "bitte prufen",
            "danach",
        ),
    ),
    "fr": (
        *("j'envoie", "je vous envoie", "je t'envoie", "envoyez", "envoie moi", "prochaine etape", "vous devez"),
        *("vous devriez", "tu dois", "il faut", "d'ici", "avant vendredi", "n'oubliez pas", "verifiez"),
    ),
    "es": (
        *("le envio", "te envio", "envieme", "enviame", "proximo paso", "siguiente paso", "debe", "deberia", "debes"),
        *("hay que", "tiene que", "tienes que", "antes del", "para el lunes", "para el viernes", "no olvide"),
    ),
    "pl": (
        *("wysle", "przesle", "prosze wyslac", "prosze sprawdzic", "nastepny krok", "musi pan", "musi pani", "musisz"),
        *("powinien", "powinna", "powinienes", "trzeba", "do piatku", "do poniedzialku", "do jutra"),
    ),
    "lt": (
        *("atsiusiu", "nusiusiu", "atsiuskite", "atsiusk", "kitas zingsnis", "turite", "turi", "turetumete", "reikia"),
        *("iki penktadienio", "iki pirmadienio", "iki rytojaus", "patikrinkite", "nepamirskite"),
    ),
    "lv": (
        *("nosutisu", "atsutisu", "nosutiet", "atsutiet", "nakamais solis", "jums vajag", "jums ir", "vajadzetu"),
        *("lidz piektdienai", "lidz pirmdienai", "lidz ritdienai", "parbaudiet", "neaizmirstiet"),
    ),
    "et": (
        *("saadan", "saatke", "saada mulle", "jargmine samm", "peate", "pead", "peaksite", "tuleb", "reedeks"),
        *("esmaspaevaks", "homseks", "kontrollige", "arge unustage"),
    ),
    "it": (
        *("le mando", "ti mando", "mi mandi", "mandami", "prossimo passo", "deve", "devi", "dovrebbe", "dovresti"),
        *("bisogna", "entro", "verifichi", "controlli", "non dimentichi"),
    ),
    "sv": (
        *("jag skickar", "skicka", "nasta steg", "du ska", "du bor", "du maste", "senast", "kontrollera"),
        *("till fredag", "till mandag", "till i morgon", "glom inte"),
    ),
    "uk": (
        *("надішлю", "пришлю", "надішліть", "пришліть", "наступний крок", "вам треба", "потрібно", "варто", "треба"),
        *("до п'ятниці", "до понеділка", "до завтра", "перевірте", "не забудьте"),
    ),
}
