"""A simulated market of any size from one seed: listings and experts in eleven languages, for `search-batch`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from config.reference import reference
from core.catalogue.language.places import Place

Row = dict[str, Any]

EXPERTS_SHARE: Final = 0.15
LANGUAGES: Final = ("en", "de", "fr", "es", "pl", "lt", "lv", "et", "it", "sv", "uk")
QUALITIES: Final[dict[str, tuple[str, ...]]] = {
    "en": ("dry", "premium", "certified", "spruce", "pine", "beech", "bulk", "fresh", "surplus", "winter stock"),
    "de": ("trocken", "zertifiziert", "Fichte", "Kiefer", "Buche", "lose Ware", "frisch", "Restposten"),
    "fr": ("sec", "certifié", "épicéa", "pin", "hêtre", "vrac", "frais", "surplus"),
    "es": ("seco", "certificado", "abeto", "pino", "haya", "granel", "fresco", "excedente"),
    "pl": ("suchy", "certyfikowany", "świerk", "sosna", "buk", "luzem", "świeży", "nadwyżka"),
    "lt": ("sausas", "sertifikuotas", "eglė", "pušis", "birus", "šviežias", "perteklius"),
    "lv": ("sauss", "sertificēts", "egle", "priede", "beramais", "svaigs", "pārpalikums"),
    "et": ("kuiv", "sertifitseeritud", "kuusk", "mänd", "puiste", "värske", "ülejääk"),
    "it": ("secco", "certificato", "abete", "pino", "faggio", "sfuso", "fresco", "eccedenza"),
    "sv": ("torr", "certifierad", "gran", "tall", "bok", "lös vikt", "färsk", "överskott"),
    "uk": ("сухий", "сертифікований", "ялина", "сосна", "бук", "насипом", "свіжий", "залишок"),
}
SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "ghg": ("greenhouse gas calculation", "carbon footprint", "RED audit preparation"),
    "certification": ("ISCC certification", "SURE certification", "chain of custody", "supply chain audit"),
    "boilers": ("boiler selection", "combustion tuning", "ash melting", "heat plant design"),
    "biogas": ("biogas plant design", "digester biology", "grid injection", "substrate planning"),
    "logistics": ("port logistics", "vessel chartering", "customs clearance", "walking floor transport"),
    "finance": ("project finance", "grant application", "cash flow planning", "company valuation"),
    "legal": ("supply contracts", "arbitration", "excise law", "waste shipment law"),
    "agile": ("agile coaching", "scrum training", "product discovery", "team retrospectives"),
    "startup": ("startup mentoring", "pitch deck review", "fundraising", "business model"),
    "laboratory": ("fuel sampling", "moisture testing", "laboratory accreditation", "quality complaints"),
    "forestry": ("harvest planning", "forest residues", "short rotation coppice", "timber measurement"),
    "safety": ("dust explosion safety", "silo inspection", "fire protection", "occupational health"),
}
TITLES: Final = ("consultant", "advisor", "engineer", "expert", "coach")
_ONSETS: Final = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "v",
    "z",
)
_VOWELS: Final = ("a", "e", "i", "o", "u", "ai", "au", "ei")
_ENDS: Final = ("", "n", "r", "s", "l", "k", "m", "d")


@dataclass(frozen=True)
class Company:
    """A seller: a made-up name, a home, a language and the goods it deals in."""

    name: str
    place: Place
    language: str
    products: tuple[str, ...]


class PretendMarket:
    """The simulated market. `rows` are documents; `facts` are their true attributes, which decide what answers a
    question.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.dice = random.Random(seed)
        self.catalogue, places = reference()
        overseas = {"US", "CA", "CN", "JP", "MY", "ID", "SG"}
        self.places = [place for place in places.well_known if place.country not in overseas]
        self.products = list(self.catalogue.products.values())
        self.companies = [self._company() for _ in range(max(20, size // 12))]
        self.rows = list(self._rows(size))

    def _company(self) -> Company:
        place = self.dice.choices(self.places, weights=[1 / (1 + n) ** 0.4 for n in range(len(self.places))])[0]
        weights = [1 / (1 + n) for n in range(len(self.products))]
        chosen = {product.id for product in self.dice.choices(self.products, weights, k=3)}
        name = " ".join(self._syllables(self.dice.choice((2, 2, 3))).capitalize() for _ in range(2))
        return Company(name, place, self.dice.choice(LANGUAGES), tuple(sorted(chosen)))

    def _syllables(self, number: int) -> str:
        pick = self.dice.choice
        return "".join(pick(_ONSETS) + pick(_VOWELS) + pick(_ENDS) for _ in range(number))

    def _rows(self, size: int) -> Iterator[Row]:
        for number in range(size):
            company = self.dice.choice(self.companies)
            if self.dice.random() < EXPERTS_SHARE:
                yield self._expert(f"d{number}", company)
            else:
                yield self._listing(f"d{number}", company)

    def _listing(self, key: str, company: Company) -> Row:
        dice = self.dice
        product = self.catalogue.product(dice.choice(company.products))
        language = company.language if product.names.get(company.language) else "en"
        name = dice.choice(product.names[language].words)
        grade = dice.choice(product.grades) if product.grades and dice.random() < 0.8 else None
        label = self.catalogue.grade(grade).label if grade else ""
        certificates = [scheme for scheme in ("FSC", "PEFC", "SBP", "ISCC_EU", "SURE") if dice.random() < 0.2]
        qualities = dice.sample(QUALITIES[language], 2)
        place = company.place
        row: Row = {
            "id": key,
            "kind": "listing",
            "title": " ".join(filter(None, (qualities[0], name, label))).capitalize(),
            "text": f"{qualities[1]}, {company.name}, {place.name}",
            "lang": language,
            "product": product.id,
            "quantity_t": round(dice.lognormvariate(5, 1.2), 1),
            "price_eur_t": round(dice.uniform(60, 420), 1),
            "certs": certificates,
            "city": place.name,
            "country": place.country,
            "lat": place.lat,
            "lon": place.lon,
            "created": f"2026-{dice.randint(1, 11):02}-{dice.randint(1, 28):02}",
        }
        return row | ({"grade": grade} if grade else {})

    def _expert(self, key: str, company: Company) -> Row:
        dice = self.dice
        subject = dice.choice(list(SUBJECTS))
        skills = dice.sample(SUBJECTS[subject], 2)
        place = company.place
        return {
            "id": key,
            "kind": "expert",
            "title": f"{skills[0]} {dice.choice(TITLES)}".capitalize(),
            "text": f"{skills[1]}, {dice.randint(2, 30)} years, {company.name}, {place.name}",
            "lang": "en",
            "city": place.name,
            "country": place.country,
            "lat": place.lat,
            "lon": place.lon,
            "created": f"2026-{dice.randint(1, 11):02}-{dice.randint(1, 28):02}",
            "subject": subject,
        }
