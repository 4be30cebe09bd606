"""Cue words, in eleven languages, by which a sentence is recognised as a decision or as a task.

They are written folded (lower case, no accents), as `core.catalogue.product_names.folded` returns them, separated by
commas. A star at the end stands for any ending. They are common phrases of consultations, and kept few. A missing cue
costs the consultant one line to write, a wrong one costs one line to delete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DECIDED: Final[Mapping[str, str]] = {
    "en": "agreed, we agree, let's, lets go with, decided, we will go with, i will go with, settled",
    "de": "abgemacht, einverstanden, wir nehmen, ich nehme, entschieden, wir machen, so machen wir",
    "fr": "d'accord, c'est decide, on prend, nous prenons, je prends, on fait, convenu",
    "es": "de acuerdo, decidido, acordado, tomamos, quedamos en, vamos con",
    "pl": "zgoda, ustalone, ustalilismy, umowa stoi, bierzemy, zdecydowane, decydujemy",
    "lt": "sutarta, sutarem*, sutinku, nuspresta, nusprend*, imam*, darom taip",
    "lv": "norunats, vienojamies, piekritu, nolemts, nemam, daram ta",
    "et": "kokku lepitud, lepime kokku, noustun, otsustatud, votame, teeme nii",
    "it": "d'accordo, deciso, concordato, prendiamo, facciamo cosi, restiamo che",
    "sv": "overens, vi kor pa, bestamt, vi tar, jag tar, vi gor sa",
    "uk": "домовил*, згода, згоден, згодна, вирішено, вирішил*, беремо, так і зробимо",
}

# Tasks of the speaker, tasks asked of the other side, and tasks with a date or without a person.
OWN: Final[Mapping[str, str]] = {
    "en": "i will, i'll",
    "de": "ich schicke, ich sende",
    "fr": "j'envoie, je vous envoie, je t'envoie",
    "es": "le envio, te envio",
    "pl": "wysle, przesle",
    "lt": "atsiusiu, nusiusiu",
    "lv": "nosutisu, atsutisu",
    "et": "saadan",
    "it": "le mando, ti mando",
    "sv": "jag skickar",
    "uk": "надішлю, пришлю",
}
ASKED: Final[Mapping[str, str]] = {
    "en": (
        "you will, you'll, please send, please check, send me, you should, you need to, you have to, make sure, "
        "don't forget"
    ),
    "de": "schicken sie, senden sie, schick mir, sie sollten, du solltest, sie mussen, du musst, bitte prufen",
    "fr": "envoyez, envoie moi, vous devez, vous devriez, tu dois, n'oubliez pas, verifiez",
    "es": "envieme, enviame, debe, deberia, debes, tiene que, tienes que, no olvide",
    "pl": "prosze wyslac, prosze sprawdzic, musi pan, musi pani, musisz, powinien, powinna, powinienes",
    "lt": "atsiuskite, atsiusk, turite, turi, turetumete, patikrinkite, nepamirskite",
    "lv": "nosutiet, atsutiet, jums vajag, jums ir, vajadzetu, parbaudiet, neaizmirstiet",
    "et": "saatke, saada mulle, peate, pead, peaksite, kontrollige, arge unustage",
    "it": "mi mandi, mandami, deve, devi, dovrebbe, dovresti, verifichi, controlli, non dimentichi",
    "sv": "skicka, du ska, du bor, du maste, kontrollera, glom inte",
    "uk": "надішліть, пришліть, вам треба, перевірте, не забудьте",
}
UNASSIGNED: Final[Mapping[str, str]] = {
    "en": (
        "next step, todo, to do, next time, by monday, by tuesday, by wednesday, by thursday, by friday, by "
        "tomorrow, by next, follow up, until then"
    ),
    "de": "nachster schritt, bis morgen, bis montag, bis freitag, danach",
    "fr": "prochaine etape, il faut, d'ici, avant vendredi",
    "es": "proximo paso, siguiente paso, hay que, antes del, para el lunes, para el viernes",
    "pl": "nastepny krok, trzeba, do piatku, do poniedzialku, do jutra",
    "lt": "kitas zingsnis, reikia, iki penktadienio, iki pirmadienio, iki rytojaus",
    "lv": "nakamais solis, lidz piektdienai, lidz pirmdienai, lidz ritdienai",
    "et": "jargmine samm, tuleb, reedeks, esmaspaevaks, homseks",
    "it": "prossimo passo, bisogna, entro",
    "sv": "nasta steg, senast, till fredag, till mandag, till i morgon",
    "uk": "наступний крок, потрібно, варто, треба, до п'ятниці, до понеділка, до завтра",
}
