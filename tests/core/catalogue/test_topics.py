"""Topics of problems: words of seekers and consultants for one topic, in every language and any case."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest

from config.reference import reference
from core.catalogue.product_names import folded
from core.catalogue.topics import OBJECTS, STEM
from core.discovery.search.batch import RowSearch
from core.discovery.search.service import index_rows
from tests.core.discovery.search.batch import KAUNAS, TODAY, expert, is_for_adviser, listing
from tests.core.goods import catalogue

LANGUAGES: Final = {"en", "de", "fr", "es", "it", "sv", "pl", "lt", "lv", "et", "uk"}
ADVISERS: Final = [
    expert("boilers", "Combustion engineer", "Commissioning of grate-fired units, air staging, burners."),
    expert("ashes", "Ash chemistry", "Sintering and fouling, fuel additives, superheater corrosion."),
    expert("smoke", "Air quality engineer", "Stack measurement, electrostatic precipitators, NOx abatement."),
    expert("fires", "Process safety in bulk stores", "ATEX zones, explosion venting, inerting."),
    expert("digesters", "Anaerobic digestion biologist", "Fermentation, biomethane upgrading."),
    expert("networks", "District energy planner", "Hydraulics and substations."),
    expert("laboratory", "Solid fuel laboratory", "Sampling and analyses, calorific value."),
    expert("schemes", "ISCC and SURE auditor", "Mass balance systems and audits."),
    expert("footprints", "Life cycle accountant", "Greenhouse gas calculation."),
    expert("declarant", "Customs broker", "Tariff classification, phytosanitary certificates."),
    expert("ships", "Chartering broker", "Laytime and demurrage, charterparties."),
    expert("taxes", "Indirect tax adviser", "VAT, reverse charge, Intrastat."),
    expert("lender", "Trade finance", "Letters of credit, factoring, working capital."),
    expert("grants", "EU funding writer", "Grants and subsidies for renewables."),
    expert("lawyer", "Commercial lawyer", "Contracts, disputes and arbitration."),
    expert("permits", "Planning consultant", "Permits, environmental impact assessment."),
    expert("insurer", "Insurance broker", "Cargo and property cover, loss adjusting."),
    expert("founders", "Startup mentor", "Founders, business plans and incorporation."),
    expert("angel", "Angel investor", "Pitch decks, fundraising, shareholders."),
    expert("scrum", "Scrum master", "Kanban, retrospectives, backlogs."),
    expert("factories", "Lean consultant", "Bottlenecks, throughput, warehouses."),
    expert("rescuer", "Turnaround manager", "Restructuring and cost cutting."),
    expert("programmer", "Software architect", "Integrations, apps and APIs."),
    expert("analyst", "Data scientist", "Forecasts, dashboards and sensors."),
    expert("recruiter", "Recruiter", "Hiring, candidates, retention."),
    expert("coach", "Executive coach", "Leadership, conflict and feedback."),
    expert("books", "Chief accountant", "Bookkeeping, budgets, payroll."),
]


@cache
def market() -> RowSearch:
    """Advisers beside goods with names that resemble words of problems."""
    goods = [listing(f"pellets{n}", "pellets for boilers, bilance, umid", **KAUNAS) for n in range(9)]
    return index_rows([*ADVISERS, *goods], *reference(), TODAY)


@pytest.mark.parametrize(
    ("word", "topic"),
    [
        ("verschlackte", "slagging"),  # any ending behind a stem
        ("katilinės", "boiler"),
        ("Hackgutkessel", "boiler"),  # the last part of a compound
        ("demurage", "freight"),  # a typo within a stem
        ("przestojowe", "freight"),
        ("l'assureur", "insurance"),  # a word behind an elision
        ("дистриб'юторів", "selling"),  # no elision
        ("muitas", "customs"),
        ("податкова", "vat"),
    ],
)
def test_a_stem_is_known_in_every_case(word: str, topic: str) -> None:
    assert topic in catalogue().topics.of(folded(word))


@pytest.mark.parametrize("word", ["comment", "brauchen", "restaurants", "kust", "die", "mais", "forecasts", "oksana"])
def test_a_word_of_another_kind_tells_of_nothing_nearby(word: str) -> None:
    told = catalogue().topics.of(folded(word))
    assert not {"boiler", "slagging", "contracts", "heat_network", "pelleting", "biogas"} & set(told)


@pytest.mark.parametrize(
    ("problem", "best"),
    [
        ("Asche backt zusammen und verstopft den Rost", "ashes"),
        ("brännaren slocknar varje natt", "boilers"),
        ("los vecinos se quejan del humo de la chimenea", "smoke"),
        ("skiedru kaudze silst un kūp", "fires"),
        ("piana w komorze fermentacyjnej po zmianie kiszonki", "digesters"),
        ("la température de retour du réseau est trop élevée", "networks"),
        ("pellet arrivati umidi e pieni di polvere", "laboratory"),
        ("auditorius rado neatitikčių, masės balansas nesutampa", "schemes"),
        ("kes arvutab meie pelletite süsiniku jalajälje", "footprints"),
        ("фуру з пелетами затримали на митниці", "declarant"),
        ("skib captain waits at the berth and bills us demurage", "ships"),
        ("das Finanzamt will Umsatzsteuer für die Lieferung nach Polen", "taxes"),
        ("trūksta apyvartinių lėšų, bankas nori garantijos", "lender"),
        ("hur söker vi bidrag för en ny panna", "grants"),
        ("dostawca zerwał umowę na zrębkę i nie płaci kary", "lawyer"),
        ("il comune ci nega l'autorizzazione per la caldaia", "permits"),
        ("l'assureur refuse de couvrir le sinistre", "insurer"),
        ("kā nodibināt uzņēmumu, mums ir tikai ideja", "founders"),
        ("cerchiamo un investitore, come fare il pitch ai soci", "angel"),
        ("our sprints overrun and nobody knows the priorities", "scrum"),
        ("wszędzie opóźnienia i chaos w fabryce", "factories"),
        ("kostnaderna skenar och vi har bara förluster", "rescuer"),
        ("програма зависає, а інтерфейс зламався", "programmer"),
        ("prevoir la demande avec nos tableurs", "analyst"),
        ("darbuotojai išeina, negalime rasti kandidatų", "recruiter"),
        ("el jefe y el equipo siempre en conflicto, nadie motivado", "coach"),
        ("raamatupidaja lahkus ja eelarve on segamini", "books"),
        # Written by a user who does not know the name of the problem.
        ("the tank bubbles over and stinks of rotten eggs", "digesters"),
        ("des blocs durs comme du verre dans le brûleur", "ashes"),
        ("pryzma w hali grzeje się od środka i śmierdzi", "fires"),
        ("skolan eldar olja och vill byta till ved", "boilers"),
        ("des Kunden Händler verlangt ein Nachhaltigkeitspapier", "schemes"),
    ],
)
def test_expert_on_the_very_problem_comes_before_others_of_the_field(problem: str, best: str) -> None:
    assert market().search(problem)[0] == best


@pytest.mark.parametrize(
    ("told", "is_problem"),
    [
        ("gas motor di legna si ferma, troppo catrame nel cippato", True),
        ("pellets sbriciolati e polvere nel silo", True),
        ("Hackschnitzel für Kessel", False),
        ("dry wood chips for boiler", False),
        ("pelety w workach, transport", False),
        ("wood pellets FSC sustainable", False),
        ("granulas ar piegādi", False),
        ("Pellets verschlacken unseren Kessel", True),
        ("supplier of pellets does not return the deposit", True),
        ("consultant for pellets", True),
        ("Hackschnitzel für unser Heizwerk", False),  # the use of goods is no problem
        ("granulės mūsų katilinei", False),
        ("pellet per la mia stufa", False),
        ("who delivers firewood to our customer by truck", False),
        ("Dunmore Pellet Mill pelet przemysłowy", False),  # a name made of words for goods
        ("miscanthus by rail wagon", False),  # how they come is no problem either
        ("We need wood pellets by rail wagon", False),
        ("huile de colza camion-citerne", False),
        ("biometano immissione in rete", False),
        ("bioGNL non subventionné", False),
        ("raw biogas from manure", False),
        ("PoS production 2026", False),
        ("combustible de aviación sostenible", False),
        ("biogas plant grid injection permit refused", True),
        ("our biomethane injection into the grid was refused", True),
    ],
)
def test_goods_are_a_problem_only_where_it_is_told(told: str, is_problem: bool) -> None:
    assert is_for_adviser(told) is is_problem


def test_a_topic_of_another_field_takes_more_than_a_word() -> None:
    topics = catalogue().topics
    assert topics.told_by("Interim CFO. Planning of liquidity.", ["finance_tax"]) == ("trade_finance",)
    assert topics.told_by("Interim CFO. Insurance and claims handling.", ["finance_tax"]) == ("insurance",)


def test_topics_are_told_in_every_language_and_each_word_once() -> None:
    for field in catalogue().expertise.values():
        assert field.topics, field.id
        for topic, languages in field.topics.items():
            assert set(languages) - {OBJECTS} == LANGUAGES, topic
            for language, said in languages.items():
                words = [folded(word) for word in said]
                assert len(words) == len(set(words)), (topic, language)
                assert all(word.removesuffix(STEM).isalnum() or "'" in word for word in words), (topic, language)
