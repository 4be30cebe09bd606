"""Problems in everyday words, in every language, and the advisers on them."""

from __future__ import annotations

from functools import cache

import pytest

from config.reference import reference
from core.discovery.search.batch import RowSearch
from core.discovery.search.service import index_rows
from tests.core.catalogue.test_topics import ADVISERS
from tests.core.discovery.search.batch import KAUNAS, TODAY, expert, found, listing

MORE = [
    expert("sellers", "B2B sales and export marketing", "Positioning, distributors."),
    expert("presses", "Pellet line and press engineering", "Dies, rollers, hammer mills."),
    expert("foresters", "Forestry adviser", "Harvest planning, thinning."),
]


@cache
def market() -> RowSearch:
    goods = [listing(f"goods{n}", "briquettes, pellets, boiler chips, oil", **KAUNAS) for n in range(5)]
    return index_rows([*ADVISERS, *MORE, *goods], *reference(), TODAY)


@pytest.mark.parametrize(
    ("problem", "best"),
    [
        ("nobody buys our briquettes how do we find customers", "sellers"),
        ("nadie compra nuestras briquetas como encontramos clientes", "sellers"),
        ("niekas neperka mūsų briketų kaip rasti klientų", "sellers"),
        ("neviens nepērk mūsu briketes kā atrast klientus", "sellers"),
        ("want telegram to answer my customers by itself", "programmer"),
        ("chce zeby telegram sam odpowiadal klientom", "programmer"),
        ("je veux que telegram reponde tout seul a mes clients", "programmer"),
        ("voglio che telegram risponda da solo ai clienti", "programmer"),
        ("noriu kad telegram pats atsakytų klientams", "programmer"),
        ("хочу щоб телеграм сам відповідав клієнтам", "programmer"),
        ("our machine makes crumbly pellets that fall to dust", "presses"),
        ("unsere maschine macht bröselige pellets die zu staub zerfallen", "presses"),
        ("наша машина робить крихкі пелети що розсипаються", "presses"),
        ("la pressa si intasa", "presses"),
        ("prasa sie zapycha", "presses"),
        ("l'acheteur a pris la marchandise et ne paie pas", "lawyer"),
        ("cliente no paga", "lawyer"),
        ("hur får jag grön stämpel för min olja", "schemes"),
        ("come ottengo il bollino verde per il mio olio", "schemes"),
        ("kuidas saada oma õlile rohelist tunnistust", "schemes"),
        ("tir utknal na granicy", "declarant"),
        ("фура застрягла на кордоні", "declarant"),
        ("truck stuck at border", "declarant"),
        ("lastbil fast vid gränsen", "declarant"),
        ("sunkvežimis stovi prie sienos", "declarant"),
        ("kravas auto iestrēdzis uz robežas", "declarant"),
        ("personne n'achète nos briquettes", "sellers"),
        ("ніхто не купує наші брикети", "sellers"),
        ("how do we get SBP certified", "schemes"),
        ("jak zdobyć certyfikat SBP", "schemes"),
        ("koki kodą rašyti kevalams", "declarant"),
        ("nasz piec kopci na czarno", "smoke"),
        ("katls kūp", "boilers"),
        ("котел димить", "boilers"),
        ("flishögen ryker", "fires"),
        ("hakkehunnik suitseb", "fires"),
        ("toodi palju märjemat kui lubati ja müüja eitab", "laboratory"),
        ("kaks katset samast koormast näitavad erinevat vett", "laboratory"),
        ("aschesteine verstopfen den rost", "ashes"),
        ("mantoju 40 ha meža ko cirst", "foresters"),
    ],
)
def test_a_problem_in_everyday_words_finds_who_knows_of_it(problem: str, best: str) -> None:
    assert market().search(problem)[0] == best


@pytest.mark.parametrize("spoken", ["Languages: de, uk", "speaks de/uk", "de, uk, en."])
def test_languages_listed_as_small_codes_are_spoken(spoken: str) -> None:
    rows = [expert("other", "Boilers", "Boilers. Languages: French."), expert("she", "Boilers", f"Boilers. {spoken}")]
    assert found(rows, "boiler expert who speaks ukrainian")[0] == "she"
