"""`search-batch` over documents as outsiders write them: their names of grades, goods and towns, and plain problems."""

from __future__ import annotations

import pytest

from core.discovery.search.filters import split_joined_words
from core.discovery.search.service import parse
from tests.core.discovery.search.batch import KAUNAS, TODAY, WIEN, expert, found, is_for_adviser, listing
from tests.core.goods import catalogue, gazetteer


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("bois de chauffage a1", "firewood"),
        ("brykiet A1", "briquettes"),
        ("wood pellets enplus a1", "pellets"),
        ("Industriepellets I2", "industrial"),
    ],
)
def test_a_grade_is_known_by_its_short_name_for_the_goods_that_have_it(query: str, best: str) -> None:
    rows = [
        listing("firewood", "malkos", product="firewood", grade="A1"),
        listing("lesser firewood", "bois de chauffage", product="firewood", grade="A2"),
        listing("briquettes", "briketes", product="wood_briquettes", grade="A1"),
        listing("lesser briquettes", "brykiet", product="wood_briquettes", grade="A2"),
        listing("pellets", "granulas", product="wood_pellets", grade="A1"),
        listing("lesser pellets", "wood pellets", product="wood_pellets", grade="ENplus_A2"),
        listing("industrial", "industripellets", product="industrial_wood_pellets", grade="I2"),
        listing("other industrial", "Industriepellets", product="industrial_wood_pellets", grade="I3"),
    ]
    assert found(rows, query)[0] == best


def test_a_scheme_that_is_a_grade_too_is_met_by_either() -> None:
    rows = [
        listing("held", "Pellets", product="wood_pellets", grade="A1", certs=["DINplus"], created="2026-01-01"),
        listing("graded", "Pellets", product="wood_pellets", grade="DINplus", created="2026-01-01"),
        *(
            listing(f"plain{n}", "pellets DINplus?", product="wood_pellets", grade="A2", certs=[], created="2026-11-20")
            for n in range(12)
        ),
    ]
    assert set(found(rows, "pelet DINplus")[:2]) == {"held", "graded"}


def test_a_word_that_only_sellers_of_some_goods_use_names_them_elsewhere() -> None:
    far = [listing(f"far{n}", "krupuks", product="bark", lat=54.0 + n, lon=20.0 + n) for n in range(10)]
    others = [listing(f"other{n}", f"wood {n}", product="firewood", **WIEN) for n in range(30)]
    others += [listing(f"bark{n}", "Rinde", product="bark", **KAUNAS) for n in range(60)]
    rows = [*far, *others, listing("there", "Rinde", product="bark", **WIEN)]
    assert found(rows, "krupuks Wien")[0] == "there"


def test_a_word_that_few_have_used_still_says_which_goods_are_looked_for() -> None:
    far = [listing(f"far{n}", "krupuks", product="bark", lat=54.0 + n, lon=20.0 + n) for n in range(6)]
    others = [listing(f"other{n}", f"wood {n}", product="firewood", created="2026-11-20", **WIEN) for n in range(30)]
    others += [listing(f"bark{n}", "Rinde", product="bark", **KAUNAS) for n in range(60)]
    there = found([*far, *others, listing("there", "Rinde", product="bark", **WIEN)], "krupuks Wien")
    assert next(name for name in there if not name.startswith("far")) == "there"


def test_towns_of_the_documents_are_places_too() -> None:
    rows = [
        listing("there", "pellets", product="wood_pellets", city="Ciudadela", lat=43.0, lon=-7.5),
        listing("there too", "pellets", product="wood_pellets", city="Ciudadela", lat=43.1, lon=-7.6),
        listing("near", "granulas", product="wood_pellets", lat=43.2, lon=-7.5),
        *(listing(f"far{n}", "pellets", product="wood_pellets", created="2026-11-20", **KAUNAS) for n in range(10)),
    ]
    assert set(found(rows, "pellets within 50 km of Ciudadela")[:3]) == {"there", "there too", "near"}


def test_a_town_of_two_words_is_no_word_that_everybody_has() -> None:
    rows = [
        listing("there", "serrín", product="sawdust", city="A Coruña", country="ES", lat=43.37, lon=-8.4),
        *(listing(f"far{n}", "la sciure à Paris", product="sawdust", created="2026-11-20", **WIEN) for n in range(12)),
    ]
    assert found(rows, "serrín La Coruña")[0] == "there"


def test_missing_fields_are_read_from_the_text() -> None:
    text = "Preis 270 €/t, ab Lager Hamburg. Vorrätig 200 t. ENplus A1, FSC. Tel. +49 40 1234567"
    said = {"id": "said", "kind": "listing", "title": "Verkaufe Pellets", "text": text, "lang": "de"}
    rows = [
        {**said, "id": "dear", "text": text.replace("270", "330")},
        {**said, "id": "elsewhere", "text": text.replace("Hamburg", "München")},
        {**said, "id": "small", "text": text.replace("200 t", "20 t")},
        {**said, "id": "lesser", "text": text.replace("A1", "A2")},
        {**said, "id": "uncertified", "text": text.replace(", FSC", "")},
        said,
    ]
    assert found(rows, "100 t pellets ENplus A1 fsc max 50 km von hamburg, bis 298 euro")[0] == "said"


def test_goods_come_before_what_they_are_of_and_countries_before_it_too() -> None:
    rows = [
        *(
            listing(f"spruce{n}", "segatura di abete", product="sawdust", created="2026-11-20", **KAUNAS)
            for n in range(9)
        ),
        *(listing(f"other{n}", "pellet", product="wood_pellets", **WIEN) for n in range(40)),
        listing("there", "granulės", product="wood_pellets", created="2026-11-20", **KAUNAS),
    ]
    assert all(name.startswith(("other", "there")) for name in found(rows, "pellet di abete"))
    assert found(rows, "pellet di abete Lituania")[0] == "there"


def test_expert_with_the_language_and_the_rate_comes_first() -> None:
    rows = [
        expert("wanted", "Customs clearance of biomass", "60 €/h. LV, EN. 20 years"),
        expert("dear", "Customs clearance of biomass", "160 €/h. LV, EN. 20 years"),
        expert("other", "Customs clearance of biomass", "60 €/h. PL; DE. 20 years"),
        expert("else", "Hiring and leadership", "60 €/h. Latvian"),
    ]
    assert found(rows, "goods are stuck at customs, latvian, max 100 €/h")[0] == "wanted"


PROBLEMS = [
    ("our furnace keeps clogging with slag", "boiler"),
    ("kocioł ciągle gaśnie i zarasta szlaką", "boiler"),
    ("Lieferant gibt die Anzahlung nicht zurück", "lawyer"),
    ("tiekėjas negrąžina avanso", "lawyer"),
    ("good people keep quitting after three months", "coach"),
    ("how to find customers abroad for our briquettes", "sales"),
]


@pytest.mark.parametrize(("problem", "best"), PROBLEMS)
def test_a_problem_told_in_plain_words_finds_who_advises_in_it(problem: str, best: str) -> None:
    rows = [
        expert("boiler", "Boiler engineer", "Combustion tuning, grate firing and emissions."),
        expert("lawyer", "Commercial lawyer", "Supply contracts, arbitration and disputes."),
        expert("coach", "Leadership coach", "Hiring, feedback and remote teams."),
        expert("sales", "Export sales adviser", "Positioning and B2B sales."),
        *(listing(f"briquettes{n}", "briquettes for people with a furnace", **KAUNAS) for n in range(9)),
    ]
    assert found(rows, problem)[0] == best


@pytest.mark.parametrize(
    "sentence",
    [
        "we need 500 t A1 pellets under 200 eur near Riga fsc",
        "mi serve cippato FSC entro 50 km da Wien",
        "who sells oak firewood in Kaunas",
        "where can I get straw pellets near Riga",
        "wood pellets truck port Riga",
    ],
)
def test_search_for_goods_is_no_call_for_advice(sentence: str) -> None:
    assert not is_for_adviser(sentence)


@pytest.mark.parametrize(
    ("word", "halves"),
    [
        ("cippatowien", ("cippato", "wien")),
        ("biosusiebc", ("biosusi", "ebc")),
        ("birkebrikett", ("birke", "brikett")),
        ("firewood", ("firewood",)),
        ("kaminholz", ("kaminholz",)),
        ("zubrowskiego", ("zubrowskiego",)),
    ],
)
def test_words_that_ran_together_are_taken_apart(word: str, halves: tuple[str, ...]) -> None:
    assert split_joined_words(word, catalogue(), gazetteer(), {"birke", "firewood"}.__contains__) == halves
    assert "hidden" in found([listing("hidden", "Rinde", product="bark", **WIEN)], "borkeWien rinde")


def test_goods_ran_together_with_a_long_name_or_a_town() -> None:
    company = listing("company", "Industriepellets, Firma Steinerenbach", product="industrial_wood_pellets")
    others = [listing(f"other{n}", "Industriepellets", product="industrial_wood_pellets") for n in range(3)]
    assert found([*others, company], "Industriepelletssteinerenbach")[0] == "company"
    said = parse("holz-pelletswien", catalogue(), gazetteer(), TODAY)
    assert (said.product, said.place_as_written) == ("wood_pellets", "wien")


def test_a_last_word_that_is_only_begun_is_a_company_or_a_town() -> None:
    pellets = [listing(f"other{n}", "Holzpellets wald oder", product="wood_pellets", **KAUNAS) for n in range(12)]
    there = listing("there", "Holzpellets", product="wood_pellets", city="Odesa", country="UA", lat=46.48, lon=30.73)
    company = listing("company", "Holzpellets, Firma Waldlerus", product="wood_pellets")
    assert found([*pellets, there, company], "holzpellets odes")[0] == "there"
    assert found([*pellets, there, company], "holzpellets waldl")[0] == "company"


def test_description_of_goods_does_not_begin_another_name() -> None:
    for query, product in (
        ("mänd peclletid", "wood_pellets"),  # pine, and not the beginning of "mandorla"
        ("briquetas de madera", "wood_briquettes"),
        ("bricchetti di legno DINplus", "wood_briquettes"),
        ("Green Hill Energy Marlowe koksnes granulas", "wood_pellets"),  # goods beside a seller's name
    ):
        assert parse(query, catalogue(), gazetteer(), TODAY).product == product


def test_last_part_of_a_compound_names_goods_unless_a_name() -> None:
    rows = [
        listing("pellets", "Holzpellets lose", product="wood_pellets"),
        listing("chips", "Hackschnitzel trocken", product="wood_chips_dry"),
        listing("company", "Sägespäne, Firma Kraftwerkspellets", product="sawdust"),
    ]
    assert found(rows, "Hartholzpellets")[:1] == ["pellets"]
    assert found(rows, "Fichtenhackschnitzel")[:1] == ["chips"]
    assert found(rows, "Kraftwerkspellets")[:1] == ["company"]


def test_a_company_is_not_the_goods_that_it_sells_wherever_it_does() -> None:
    """A file does not name sellers: a company of three towns must not become a word for pellets."""
    towns = [KAUNAS, WIEN, {"city": "Riga", "country": "LV", "lat": 56.95, "lon": 24.1}]
    own = [
        listing(
            f"own{n}", "pellets", text="by Fosgertena", product="wood_pellets", created="2026-01-01", **towns[n % 3]
        )
        for n in range(9)
    ]
    others = [
        listing(
            f"other{n}", "pellets", product="wood_pellets", created="2026-11-20", lat=45.0 + n / 40, lon=20.0 + n / 9
        )
        for n in range(300)
    ]
    chips = [listing(f"chips{n}", "wood chips", product="wood_chips_dry", **KAUNAS) for n in range(60)]
    rows = [*own, *others, *chips]
    company = {f"own{n}" for n in range(9)}
    assert set(found(rows, "Fosgertena")) == company
    assert set(found(rows, "pellets Fosgertena")[:9]) == company
    assert set(found(rows, "pellets Fosgeryena")[:9]) == company  # one slip


def test_a_word_of_order_is_no_word_that_is_searched_for() -> None:
    rows = [listing("plain", "pellets", product="wood_pellets"), listing("cheap", "Cheap sawdust", product="sawdust")]
    assert found(rows, "cheapest pellets") == found(rows, "cheap pellets") == found(rows, "pellets") == ["plain"]


def test_truckloads_in_the_text_of_a_document_are_its_amount() -> None:
    rows = [listing("trucks", "Wood pellets, three truckloads", created="2026-01-01")]
    rows += [
        listing(f"plain{n}", "Wood pellets", product="wood_pellets", quantity_t=30, created="2026-11-20")
        for n in range(10)
    ]
    assert found(rows, "40 t wood pellets")[0] == found(rows, "2 trucks of wood pellets")[0] == "trucks"


@pytest.mark.parametrize(
    ("query", "product", "best", "other"),
    [
        ("ucome", "fame", "UCOME", "TME"),
        ("UCOME", "fame", "Altspeisefettmethylester", "RME"),
        ("RME", "fame", "estry z rzepaku RME", "UCOME"),
        ("Mandelschalen", "nut_shells", "łupiny migdałów", "łupiny orzechów laskowych"),
        ("almond shells", "nut_shells", "cáscara de almendra", "cáscara de nuez"),
        ("tall oil pitch", "tall_oil", "pak talowy", "surowy olej talowy"),
        ("HBE tickets", "pos_ticket", "HBE", "THG-Quote"),
        ("THG ticket", "pos_ticket", "GHG quota", "HBE credits"),
        ("brykiet RUF", "wood_briquettes", "RUF", "Nestro"),
        ("brännved björk", "firewood", "malkos beržas", "ved ek"),
        ("Holzpellets Buche", "wood_pellets", "wood pellets beech", "Holzpellets Fichte"),
    ],
)
def test_the_kind_that_is_named_comes_first_among_the_goods(query: str, product: str, best: str, other: str) -> None:
    rows = [
        listing("best", best, product=product, created="2026-01-01"),
        listing("other", other, product=product, created="2026-11-20"),
        *(listing(f"mulch {number}", f"bark mulch {number}", product="bark") for number in range(20)),
    ]
    assert found(rows, query)[:2] == ["best", "other"]


def test_goods_called_otherwise_are_no_worse_than_other_goods() -> None:
    rows = [
        listing("elsewhere", "UCOME", product="fame", **WIEN),
        listing("here", "biodiesel", product="fame", **KAUNAS),
        listing("other goods", "HVO made like UCOME", product="hvo", **KAUNAS),
    ]
    assert found(rows, "ucome Kaunas")[0] == "here"


def test_wanted_packing_comes_first_in_every_language() -> None:
    rows = [
        listing("bags", "trociny", text="Załadunek: worki 15 kg", product="sawdust", created="2026-01-01"),
        listing("big bags", "sciure", text="Livraison en big bags", product="sawdust", created="2026-01-01"),
        listing("loose", "sågspån", text="lastas luzem", product="sawdust", created="2026-11-20"),
    ]
    assert found(rows, "sawdust big bag")[0] == "big bags"
    assert found(rows, "Sägemehl Sackware")[0] == "bags"


def test_a_grade_in_the_text_is_of_the_goods_that_the_field_says() -> None:
    talk = {"text": "FFA < 5 %. Reiburg Energie. Zertifikate: ISCC EU. Bitte anrufen, nachmittags sind wir im Wald."}
    rows = [
        *(listing(f"other{n}", "Altspeiseöl FFA 5-15 %", product="uco", created="2026-11-20") for n in range(3)),
        listing("asked", "Altspeiseöl", product="uco", created="2026-01-20") | talk,
    ]
    assert found(rows, "used cooking oil FFA max 5 %")[0] == "asked"


def test_exclusion_is_left_out_and_the_place_is_kept() -> None:
    rows = [
        listing("oak", "Firewood", text="100 % Eiche", product="firewood", **KAUNAS),
        listing("birch", "Firewood", text="100 % Birke", product="firewood", **KAUNAS),
        listing("far", "Firewood", text="100 % Birke", product="firewood", **WIEN),
        listing("bark", "Bark", product="bark", **KAUNAS),
        listing("bags", "Wood pellets", text="15 kg bags", product="wood_pellets", **KAUNAS),
        listing("big bags", "Koksnes granulas", text="big bag maisi", product="wood_pellets", **KAUNAS),
    ]
    assert found(rows, "firewood without oak kaunas")[:2] == ["birch", "far"]
    assert "bark" not in found(rows, "malkos be žievės kaunas")
    assert found(rows, "wood pellets kaunas, no bags")[0] == "big bags"
    assert "bags" not in found(rows, "wood pellets kaunas, no bags")
    assert "big bags" not in found(rows, "wood pellets in bags not big bags")
