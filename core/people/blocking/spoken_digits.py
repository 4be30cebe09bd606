"""The digits as people say them when they spell a telephone number out, in the eleven languages of the market."""

from __future__ import annotations

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
