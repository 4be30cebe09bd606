"""Questions about a simulated market, in eleven classes, each with all documents that answer it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.finding.market import LANGUAGES, PretendMarket, Row
from core.catalogue.language.places import distance_km
from core.catalogue.product_names import folded

NEAR_KM: Final = 150
HUMAN: Final = (("ll", "l"), ("tt", "t"), ("ph", "f"), ("ie", "ei"), ("ck", "k"), ("y", "i"), ("ou", "o"), ("nn", "n"),
                ("ss", "s"), ("z", "s"), ("ch", "sh"), ("w", "v"), ("ä", "e"), ("ü", "u"), ("ö", "o"))  # fmt: skip
NEIGHBOURS: Final = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "njk", "n": "bmh", "o": "ipl", "p": "ol", "r": "etf", "s": "adw",
    "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question with the ids of all documents that are right (`answers`).

    `given` holds the contents of a sentence, as a form would have them.
    """

    id: str
    kind: str
    text: str
    answers: frozenset[str]
    given: Filters | None = None


class Questions:
    """Draws questions from one seed; each has at least one answer."""

    def __init__(self, market: PretendMarket, seed: int) -> None:
        self.dice = random.Random(seed)
        self.market = market
        self.by_product_place: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.by_product: dict[str, list[str]] = defaultdict(list)
        self.by_word: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.by_subject_place: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.rows: dict[str, Row] = {}
        self.called: dict[str, set[str]] = defaultdict(set)  # the goods of each name: "Hackschnitzel" means two kinds
        for product in market.catalogue.products.values():
            for names in product.names.values():
                for name in names.words:
                    self.called[folded(name)].add(product.id)
        for row in market.rows:
            self.rows[row["id"]] = row
            goods = row.get("product")
            if goods:
                self.by_product[goods].append(row["id"])
                self.by_product_place[goods, row["city"]].append(row["id"])
                self.by_word[goods, row["text"].split(", ")[1]].append(row["id"])
            else:
                for skill in (row["title"], row["text"].split(", ")[0]):
                    self.by_subject_place[skill.rsplit(" ", 1)[0].lower() if skill is row["title"] else skill.lower(),
                                          row["city"]].append(row["id"])  # fmt: skip
        self.listings = [row for row in market.rows if row["kind"] == "listing"]
        self.experts = [row for row in market.rows if row["kind"] == "expert"]

    def draw(self, each: int) -> list[Question]:
        """Return that many questions of each class."""
        kinds: dict[str, Callable[[], tuple[str, Sequence[str]] | tuple[str, Sequence[str], Filters]]] = {
            "clean": self._clean,
            "one typo": lambda: self._damaged(self._typo),
            "two typos": lambda: self._damaged(lambda word: self._typo(self._typo(word))),
            "swapped": lambda: self._damaged(self._swapped),
            "no space": self._no_space,
            "begun": self._begun,
            "human": lambda: self._damaged(self._human),
            "other language": self._other_language,
            "foreign place": self._foreign_place,
            "sentence": self._sentence,
            "expert": self._expert,
        }
        return [
            Question(f"{kind}-{number}", kind, text, frozenset(answers), *given)
            for kind, ask in kinds.items()
            for number in range(each)
            for text, answers, *given in [ask()]
        ]

    def _clean(self) -> tuple[str, Sequence[str]]:
        row = self.dice.choice(self.listings)
        name = self.dice.choice(self._names(row, row["lang"]))
        if self.dice.random() < 0.5:
            return f"{name} {row['city']}", self._there(name, row["city"])
        company = row["text"].split(", ")[1]
        return f"{name} {company}", [key for goods in self._goods(name) for key in self.by_word[goods, company]]

    def _goods(self, name: str) -> list[str]:
        return sorted(self.called[folded(name)])

    def _there(self, name: str, city: str) -> list[str]:
        return [key for goods in self._goods(name) for key in self.by_product_place[goods, city]]

    def _names(self, row: Row, language: str) -> Sequence[str]:
        names = self.market.catalogue.product(row["product"]).names
        return (names.get(language) or names["en"]).words

    def _damaged(self, damage: Callable[[str], str]) -> tuple[str, Sequence[str]]:
        text, answers = self._clean()
        words = text.split()
        long = [place for place, word in enumerate(words) if len(word) >= 5]
        if long:
            place = self.dice.choice(long)
            words[place] = damage(words[place])
        return " ".join(words), answers

    def _typo(self, word: str) -> str:
        at = self.dice.randrange(1, len(word))
        letter = word[at].lower()
        wrong = self.dice.choice(NEIGHBOURS.get(letter, "aeiou"))
        match self.dice.randrange(4):
            case 0:
                return word[:at] + wrong + word[at + 1 :]
            case 1:
                return word[:at] + word[at + 1 :]
            case 2:
                return word[:at] + wrong + word[at:]
            case _:
                return word[:at] + letter + word[at:]

    def _swapped(self, word: str) -> str:
        at = self.dice.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    def _human(self, word: str) -> str:
        fitting = [(right, wrong) for right, wrong in HUMAN if right in word[1:]]
        if not fitting:
            return self._typo(word)
        right, wrong = self.dice.choice(fitting)
        return word[0] + word[1:].replace(right, wrong, 1)

    def _no_space(self) -> tuple[str, Sequence[str]]:
        while True:
            text, answers = self._clean()
            words = text.split()
            if len(words) > 2:
                at = self.dice.randrange(len(words) - 2)
                return " ".join([*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]]), answers

    def _begun(self) -> tuple[str, Sequence[str]]:
        text, answers = self._clean()
        words = text.split()
        last = words[-1]
        return " ".join([*words[:-1], last[: max(4, len(last) - self.dice.randint(1, 4))]]), answers

    def _other_language(self) -> tuple[str, Sequence[str]]:
        row = self.dice.choice(self.listings)
        names = self.market.catalogue.product(row["product"]).names
        others = [language for language in LANGUAGES if language != row["lang"] and names.get(language)]
        name = self.dice.choice(names[self.dice.choice(others or ["en"])].words)
        return f"{name} {row['city']}", self._there(name, row["city"])

    def _foreign_place(self) -> tuple[str, Sequence[str]]:
        while True:
            row = self.dice.choice(self.listings)
            place = next(p for p in self.market.places if (p.name, p.country) == (row["city"], row["country"]))
            if place.other_names:
                name = self.dice.choice(self._names(row, row["lang"]))
                return f"{name} {self.dice.choice(place.other_names)}", self._there(name, row["city"])

    def _expert(self) -> tuple[str, Sequence[str]]:
        row = self.dice.choice(self.experts)
        skill = row["text"].split(", ")[0]
        words = skill.split()
        long = [place for place, word in enumerate(words) if len(word) >= 5]
        if long and self.dice.random() < 0.5:
            place = self.dice.choice(long)
            words[place] = self._typo(words[place])
        lead = self.dice.choice(("", "need help with ", "consultant for "))
        return f"{lead}{' '.join(words)} {row['city']}", self.by_subject_place[skill.lower(), row["city"]]

    def _sentence(self) -> tuple[str, Sequence[str], Filters]:
        """Write goods, a place with a radius, and up to three limits, as a person does, with occasional typos."""
        dice = self.dice
        while True:
            row = dice.choice(self.listings)
            name = dice.choice(self._names(row, dice.choice(("en", row["lang"]))))
            called = self._goods(name)
            if dice.random() < 0.4:
                first, _, others = name.partition(" ")
                name = f"{self._typo(first) if len(first) > 4 else first} {others}".strip()
            filters = Filters(row, name)
            before, after = [], [f"near {row['city']}"]
            if dice.random() < 0.6:
                filters.tonnes = max(1, int(row["quantity_t"] * dice.uniform(0.3, 1)))
                before.append(dice.choice(("{}t", "{} t", "{} tonnes")).format(filters.tonnes))
            if dice.random() < 0.6:
                filters.price = int(row["price_eur_t"] * dice.uniform(1, 1.4)) + 1
                after.append(dice.choice(("under {} eur", "max {} €/t", "bis {} eur/t")).format(filters.price))
            if row["certs"] and dice.random() < 0.4:
                filters.scheme = dice.choice(row["certs"])
                after.append(filters.scheme.replace("_EU", "").lower())
            dice.shuffle(after)
            found = [key for goods in called for key in self.by_product[goods] if filters.meets(self.rows[key])]
            if found:
                return " ".join([*before, name, *after]), found, filters


@dataclass
class Filters:
    """The contents of a sentence: goods, as it names them, near a listing's place, and up to three limits."""

    row: Row
    goods: str
    tonnes: int = 0
    price: int | None = None
    scheme: str | None = None

    def meets(self, one: Row) -> bool:
        if one["quantity_t"] < self.tonnes or (self.price is not None and one["price_eur_t"] > self.price):
            return False
        if self.scheme is not None and self.scheme not in one["certs"]:
            return False
        return distance_km(self.row["lat"], self.row["lon"], one["lat"], one["lon"]) <= NEAR_KM
