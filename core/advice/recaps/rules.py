"""Drafts a recap from the lines of a talk by plain rules: no guess, and the same draft each time.

- A sentence with a task ("send me", "by Friday") is a next step. Its owner is the speaker who promises it, or the other
  side that is asked for it. An unclear one has no owner.
- A sentence that closes something ("agreed", "we take") is a decision.
- A question is a topic, below the problem that the session was booked for.

A sentence of less than three words is skipped, a repeated one is listed once, and each list is short. The consultant
edits the draft before anybody else sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from core.catalogue.product_names import folded

LEAST_WORDS: Final = 3
LONGEST: Final = 200  # characters of a line
MOST_LINES: Final = {"topics": 5, "decisions": 7, "steps": 7}
ALIKE: Final = 90  # rapidfuzz ratio from which two lines say the same

_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|\n+")
_BULLET: Final = re.compile(r"^[\s\-*•–\d.)]*(?=\w)")


# Cue words by which a sentence is recognised as a decision or as a task. They are common phrases, and few. A
# missing cue costs the consultant one line to write, a wrong one costs one line to delete. They are folded (lower case,
# no accents) and separated by commas. A star at the end stands for any ending.
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


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line of the talk, and its author's name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The topics, the decisions and the next steps of a talk, a line each."""

    topics: tuple[str, ...]
    decisions: tuple[str, ...]
    steps: tuple[str, ...]


def draft(problem: str, lines: Iterable[SpokenLine], names: Sequence[str] = ()) -> Draft:
    """Draft the recap of a talk about `problem`, for the consultant to edit. `names`: those of the two sides."""
    topics, decisions, steps = [_cut(problem)], [], []
    for line, sentence in _sentences(lines):
        plain = folded(sentence.replace("’", "'"))
        if _TO_DO.search(plain):
            whose = _whose(plain, line.name, names)
            steps.append(f"{whose}: {sentence}" if whose else sentence)
        elif _DECIDED.search(plain):
            decisions.append(sentence)
        elif sentence.endswith("?"):
            topics.append(sentence)
    return Draft(
        *(_few(lines, kind) for lines, kind in ((topics, "topics"), (decisions, "decisions"), (steps, "steps")))
    )


def read_lines(text: str, kind: str) -> tuple[str, ...]:
    """Read the consultant's lines of one kind, without bullets."""
    written = (_BULLET.sub("", line).strip() for line in text.splitlines())
    return tuple(line[:LONGEST] for line in written if line)[: MOST_LINES[kind] + 5]


def _sentences(lines: Iterable[SpokenLine]) -> Iterator[tuple[SpokenLine, str]]:
    for line in lines:
        for part in _SENTENCE.split(line.text):
            sentence = _cut(_BULLET.sub("", part))
            if len(sentence.split()) >= LEAST_WORDS:
                yield line, sentence


def _whose(plain: str, speaker: str, names: Sequence[str]) -> str:
    """Return the name of the person who is to do it; "" when the sentence names neither side, or both."""
    own = _OWN.search(plain) is not None
    asked = any(each[0] not in _UNASSIGNED and not _OWN.fullmatch(each[0]) for each in _TO_DO.finditer(plain))
    if own == asked:
        return ""
    return speaker if own else next((name for name in names if name != speaker), "")


def _cut(text: str) -> str:
    """Cut a text to one line of limited length, ending at a word."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rpartition(' ')[0]}…"


def _few(lines: Sequence[str], kind: str) -> tuple[str, ...]:
    """Return the first few lines that differ from each other."""
    kept: list[str] = []
    for line in lines:
        if all(fuzz.ratio(folded(line), folded(other)) < ALIKE for other in kept):
            kept.append(line)
    return tuple(kept[: MOST_LINES[kind]])


def _phrases(*tables: Mapping[str, str]) -> frozenset[str]:
    return frozenset(phrase for table in tables for phrases in table.values() for phrase in phrases.split(", "))


def _any_of(phrases: frozenset[str]) -> re.Pattern[str]:
    written = (re.escape(each[:-1]) + r"\w*" if each.endswith("*") else re.escape(each) for each in sorted(phrases))
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)")


_DECIDED: Final = _any_of(_phrases(DECIDED))
_TO_DO: Final = _any_of(_phrases(OWN, ASKED, UNASSIGNED))
_OWN: Final = _any_of(_phrases(OWN))
_UNASSIGNED: Final = _phrases(UNASSIGNED)
