"""Search: a sentence finds fitting listings with reasons, or the filters to give up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.discovery.search import service
from core.discovery.search.model import DidYouMean, Hit, Page, Query
from core.kernel.errors import Invalid
from core.kernel.transaction import MARKET
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile
from core.trade.listings.model import ChangeListing, Place
from core.trade.listings.service import change_listing, reserve, withdraw_listing
from tests.core.conftest import Market
from tests.core.discovery.search.search_market import FSC, HULL, ids, index_cache
from tests.core.goods import GDANSK, RIGA, VILNIUS, catalogue, eur, gazetteer, tonnes


def codes(hit: Hit) -> set[str]:
    return {reason.code for reason in hit.reasons}


async def test_a_whole_sentence_finds_the_one_that_fits(market: Market) -> None:
    on = await index_cache(market)
    fits = await on.put(place=RIGA, price=eur(195), quantity=tonnes(600), certificates=(FSC,))
    await on.put(place=RIGA, price=eur(205), certificates=(FSC,))  # too dear
    await on.put(place=RIGA, price=eur(190))  # no certificate
    await on.put(place=GDANSK, price=eur(180), certificates=(FSC,))  # too far
    await on.put(place=RIGA, price=eur(190), quantity=tonnes(100), certificates=(FSC,))  # too little

    page = await on.find("500t A1 pelets under 200 eur near riga fsc")
    assert ids(page) == [fits.id]
    assert page.total == 1
    assert page.parsed.grade == "ENplus_A1"
    assert page.hits[0].distance_km == 0
    assert codes(page.hits[0]) >= {
        "search.why.product",
        "search.why.grade",
        "search.why.certificate",
        "search.why.near",
        "search.why.enough",
        "search.why.fresh",
    }


@pytest.mark.parametrize(
    "text", ["Holzpellets", "granulés de bois", "medienos granulės", "pelet drzewny", "wood pelets"]
)
async def test_every_language_and_a_slip_of_the_finger_find_the_goods(market: Market, text: str) -> None:
    on = await index_cache(market)
    listing = await on.put()
    await on.put(product_id="sawdust", grade_id=None, quantity=tonnes(100))
    assert ids(await on.find(text)) == [listing.id]


async def test_only_what_is_live_is_shown_and_at_once(market: Market) -> None:
    on = await index_cache(market)
    listing = await on.put()
    assert ids(await on.find("wood pellets")) == [listing.id]
    await market.run(MARKET, lambda ctx: reserve(ctx, listing.id, tonnes(500)))
    assert ids(await on.find("wood pellets")) == []
    more = ChangeListing(quantity=tonnes(200))
    await market.run(on.seller, lambda ctx: change_listing(ctx, catalogue(), listing.id, more))
    assert ids(await on.find("wood pellets")) == [listing.id]
    await market.run(on.seller, lambda ctx: withdraw_listing(ctx, listing.id))
    assert ids(await on.find("wood pellets")) == []


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("wood pellets Latvia", RIGA),
        ("wood pellets United Kingdom", HULL),
        ("Holzpellets Vereinigtes Königreich", HULL),
        ("pelet drzewny z Wielkiej Brytanii", HULL),
        ("medienos granulės, Jungtinė Karalystė", HULL),
        ("деревні пелети, Велика Британія", HULL),
        ("wood pellets LV", RIGA),
        ("wood pellets Yorkshire", HULL),
        ("Holzpellets Baltikum", RIGA),
        ("деревні пелети, країни Балтії", RIGA),
        ("koksnes granulas Vidzemē", RIGA),
    ],
)
async def test_a_country_that_is_named_is_where_the_goods_have_to_be_from(
    market: Market, sentence: str, place: Place
) -> None:
    on = await index_cache(market)
    await on.put(place=GDANSK, words="We also sell to Latvia")
    page = await on.find(sentence)
    assert [(each.code, each.count) for each in page.relaxations] == [("search.relax.countries", 1)]
    assert len(ids(await on.ask(page.relaxations[0].query))) == 1

    listing = await on.put(place=place)
    (there,) = (await on.find(sentence)).hits
    assert there.listing.id == listing.id
    assert [dict(each.parts) for each in there.reasons if each.code == "search.why.country"] == [
        {"country": place.country}
    ]
    assert "search.why.words" not in codes(there)


async def test_a_sellers_own_words_and_name_are_found_misspelt(market: Market) -> None:
    on = await index_cache(market)
    other, _ = await market.newcomer("Ben")
    profile = CompleteProfile(roles=frozenset({Role.SELLER}), company="Dzukija Timber", country="LT")
    await on.put()
    listing = await on.put(other, words="Spruce only, kept dry under a roof")

    page = await on.find("sproce")
    assert ids(page) == [listing.id]
    assert "search.why.words" in codes(page.hits[0])
    assert ids(await on.find("Dzukia")) == []
    await market.run(other, lambda ctx: complete_profile(ctx, profile))
    assert ids(await on.find("Dzukia")) == [listing.id]
    rewritten = ChangeListing(words="pine")
    await market.run(other, lambda ctx: change_listing(ctx, catalogue(), listing.id, rewritten))
    assert ids(await on.find("spruce")) == []


async def test_the_kind_that_is_named_comes_first_among_the_goods(market: Market) -> None:
    on = await index_cache(market)
    kind = await on.put(product_id="fame", grade_id=None, words="UCOME from Riga")
    market.clock.advance(days=1)
    others = [await on.put(product_id="fame", grade_id=None, words=words) for words in ("RME", "biodiesel")]
    page = await on.find("UCOME")
    assert ids(page)[0] == kind.id
    assert set(ids(page)) == {kind.id, *(other.id for other in others)}


async def test_nothing_found_says_which_wish_stands_in_the_way(market: Market) -> None:
    on = await index_cache(market)
    await on.put(place=VILNIUS, price=eur(210))
    await on.put(place=VILNIUS, price=eur(230))

    page = await on.find("wood pellets under 200 eur near Vilnius")
    assert (page.hits, page.total) == ((), 0)
    relax = {each.code: each for each in page.relaxations}
    assert set(relax) == {"search.relax.price"}
    assert relax["search.relax.price"].count == 2
    assert relax["search.relax.price"].parts["from"] == eur(210)
    assert len(ids(await on.ask(relax["search.relax.price"].query))) == 2

    far = await on.find("wood pellets near Riga")  # 260 km away
    assert [(each.code, each.count, each.parts.get("km")) for each in far.relaxations] == [
        ("search.relax.radius", 2, 270),
        ("search.relax.anywhere", 2, None),
    ]
    certified = await on.find("wood pellets FSC")
    assert [(each.code, each.count) for each in certified.relaxations] == [("search.relax.certificate", 2)]


async def test_when_no_single_wish_is_to_blame_the_goods_alone_are_offered(market: Market) -> None:
    on = await index_cache(market)
    await on.put(place=VILNIUS, price=eur(210))
    page = await on.find("wood pellets under 100 eur FSC near Gdansk")
    assert [(each.code, each.count) for each in page.relaxations] == [("search.relax.goods", 1)]
    page = await on.find("wood pellets under 100 eur FSC near Vilnius")
    assert [(each.code, each.count) for each in page.relaxations] == [("search.relax.all", 1)]


async def test_nonsense_finds_nothing_and_a_near_word_is_asked_about(market: Market) -> None:
    on = await index_cache(market)
    await on.put(words="larch")
    assert (await on.find("coffee")).total == 0
    wrong = await on.find("lerrch")
    assert wrong.total == 1
    assert wrong.did_you_mean == (DidYouMean("lerrch", "larch"),)


async def test_the_order_can_be_chosen(market: Market) -> None:
    on = await index_cache(market)
    near = await on.put(place=RIGA, price=eur(220))
    cheap = await on.put(place=GDANSK, price=eur(180))
    market.clock.advance(days=1)
    new = await on.put(place=VILNIUS, price=eur(200))

    assert ids(await on.find("wood pellets Riga", order="cheapest")) == [cheap.id, new.id, near.id]
    assert ids(await on.find("wood pellets Riga", order="nearest")) == [near.id, new.id, cheap.id]
    assert ids(await on.find("wood pellets Riga", order="newest"))[0] == new.id
    best = await on.find("wood pellets Riga", order="cheapest")
    assert "search.why.cheapest" in codes(best.hits[0])
    assert [hit.distance_km for hit in best.hits][2] == 0


async def test_a_sentence_that_says_the_order_keeps_to_the_place_that_it_names(market: Market) -> None:
    on = await index_cache(market)
    dear, cheap = await on.put(place=RIGA, price=eur(220)), await on.put(place=RIGA, price=eur(210))
    far = await on.put(place=GDANSK, price=eur(180))

    async def asked(text: str) -> list[str]:
        query = service.parse_query(text, catalogue(), gazetteer(), market.clock.now().date())
        return ids(await on.ask(query))

    assert await asked("cheapest wood pellets") == [far.id, cheap.id, dear.id]
    assert await asked("cheapest wood pellets in Riga") == [cheap.id, dear.id]
    assert await asked("cheapest wood pellets Latvia") == [cheap.id, dear.id]
    assert await asked("newest wood pellets in Poland") == [far.id]
    assert await asked("nearest wood pellets to Riga") == [cheap.id, dear.id, far.id]


async def test_better_seller_of_two_equal_hits_comes_first(market: Market) -> None:
    on = await index_cache(market)
    other, ben = await market.newcomer("Ben")
    good = await on.put(other)
    plain = await on.put()
    assert ids(await on.find("wood pellets")) == [plain.id, good.id]  # the newer one
    praised = await on.find("wood pellets", standings=lambda _sellers: {ben.organisation_id: 0.95})
    assert ids(praised) == [good.id, plain.id]


async def test_nearer_of_equal_hits_comes_first(market: Market) -> None:
    on = await index_cache(market)
    there = await on.put(place=RIGA)
    away = await on.put(place=GDANSK)

    async def found(text: str) -> tuple[list[str], list[int | None]]:
        query = service.parse_query(text, catalogue(), gazetteer(), market.clock.now().date())
        home = gazetteer().named("Riga")[0]
        page: Page = await market.run(MARKET, lambda ctx: service.search(ctx, catalogue(), query, home=home))
        return ids(page), [hit.distance_km for hit in page.hits]

    assert await found("wood pellets") == ([there.id, away.id], [0, 448])
    asked_for = await found("wood pellets Gdansk")
    assert asked_for == ([away.id, there.id], [0, 447]), "the place that is asked for counts"


async def test_pages_go_on_where_the_last_one_ended(market: Market) -> None:
    on = await index_cache(market)
    listings = [await on.put(price=eur(200 + number)) for number in range(7)]
    first = await on.find("wood pellets", limit=3)
    second = await on.find("wood pellets", limit=3, after=first.after)
    third = await on.find("wood pellets", limit=3, after=second.after)
    assert [len(page.hits) for page in (first, second, third)] == [3, 3, 1]
    assert third.after is None
    assert set(ids(first) + ids(second) + ids(third)) == {listing.id for listing in listings}

    await market.run(on.seller, lambda ctx: withdraw_listing(ctx, ids(first)[-1]))
    again = await on.find("wood pellets", limit=3, after=first.after)
    assert ids(again) == ids(second)
    with pytest.raises(Invalid):
        await on.find("wood pellets", limit=51)
    with pytest.raises(Invalid):
        await on.find("wood pellets", after="somewhere")


async def test_the_delivery_window_has_to_meet(market: Market) -> None:
    on = await index_cache(market)
    winter = await on.put()
    await on.put(window_from=date(2027, 3, 1), window_to=date(2027, 3, 31))
    assert ids(await on.find("wood pellets in January 2027")) == [winter.id]


async def test_a_country_and_a_word_of_another_language_are_words_too(market: Market) -> None:
    on = await index_cache(market)
    latvian = await on.put(place=RIGA, words="kiln dried birch dust")
    await on.put(place=GDANSK)
    assert ids(await on.find("Lettland")) == [latvian.id]
    assert ids(await on.find("w Łotwie, Latvijā")) == [latvian.id]
    assert ids(await on.find("wood pellets near Riga, Latvia")) == [latvian.id]
    assert ids(await on.find("beržas")) == [latvian.id]
    assert ids(await on.find("wood pellets Latvia")) == [latvian.id]


async def test_excluded_things_are_not_found(market: Market) -> None:
    on = await index_cache(market)
    latvian = await on.put(place=RIGA, certificates=(FSC,))
    polish = await on.put(place=GDANSK)
    british = await on.put(place=HULL, grade_id="ENplus_A2")
    for sentence, unwanted in (
        ("wood pellets not from Poland", polish),
        ("Holzpellets nicht aus Polen", polish),
        ("pelet drzewny oprócz Polski", polish),
        ("деревні пелети не з Польщі", polish),
        ("wood pellets without FSC", latvian),
        ("Holzpellets, kein A2", british),
    ):
        page = await on.find(sentence)
        expected = {latvian.id, polish.id, british.id} - {unwanted.id}
        assert set(ids(page)) == expected, sentence
        assert [chip.filter_name for chip in service.explain(Query(page.parsed)).chips] == ["product", "left_out"]
    assert ids(await on.find("wood pellets not from Poland or Latvia")) == [british.id]
    assert len(ids(await on.find("wood pellets not more than 900 eur"))) == 3
    assert ids(await on.find("koka granulas no Latvijas")) == [latvian.id]  # which is "from"


async def test_a_delivery_term_is_a_wish_that_can_be_given_up(market: Market) -> None:
    on = await index_cache(market)
    await on.put()
    page = await on.find("wood pellets FCA")
    assert [(each.code, each.count) for each in page.relaxations] == [("search.relax.incoterm", 1)]
    there = await on.put(incoterm="FCA")
    assert ids(await on.find("wood pellets FCA")) == [there.id]


async def test_only_loose_goods_are_those_that_nothing_is_said_of(market: Market) -> None:
    on = await index_cache(market)
    plain, bagged = await on.put(packaging=None), await on.put(packaging="big_bag")
    assert ids(await on.find("wood pellets in big bags")) == [bagged.id]
    assert ids(await on.find("wood pellets in bulk")) == [plain.id]


async def test_unknown_compound_is_read_by_its_last_part(market: Market) -> None:
    on = await index_cache(market)
    put = await on.put(place=RIGA)
    page = await on.find("Kraftwerkspellets Riga")
    assert ids(page) == [put.id]
    assert (page.parsed.product, page.parsed.rest) == ("wood_pellets", "")

    asked = await on.find("Fichtenhackschnitzel")
    assert set(asked.parsed.alternatives) == {"wood_chips_dry", "wood_chips_industrial"}
    assert (await on.find("Pelletsheizung")).parsed.product is None  # a heating is no pellets


async def test_a_grade_said_by_itself_is_one_of_the_goods(market: Market) -> None:
    on = await index_cache(market)
    await on.put()
    said = service.parse_query("only A1 near Vilnius", catalogue(), gazetteer(), market.clock.now().date()).parsed
    after_pellets = await on.ask(Query(replace(said, product="wood_pellets")))
    assert (after_pellets.parsed.grade, after_pellets.parsed.grades) == ("ENplus_A1", ())
    after_chips = await on.ask(Query(replace(said, alternatives=("wood_chips_dry", "wood_chips_industrial"))))
    assert (after_chips.parsed.product, after_chips.parsed.grade) == ("wood_chips_dry", "ISO17225-4_A1")


async def test_a_scheme_that_is_the_grade_as_well_is_told_and_given_up_once(market: Market) -> None:
    on = await index_cache(market)
    query = Query((await on.find("DINplus pellets, FSC")).parsed)
    assert [chip.parts for chip in service.explain(query).chips][1:] == [{"grade": "DINplus"}, {"schemes": ("FSC",)}]
    assert service.without(query, "grade").parsed.certificates == ("FSC",)


async def test_only_product_and_place_keeps_the_place(market: Market) -> None:
    on = await index_cache(market)
    await on.put(place=RIGA)
    await on.put(place=GDANSK)
    in_latvia = await on.find("FSC A2 pellets in Latvia under 100 eur")
    (way,) = in_latvia.relaxations
    assert (way.code, way.count, way.query.parsed.countries) == ("search.relax.all", 1, ("LV",))
    near = await on.find("FSC A2 pellets within 50 km of Gdansk under 100 eur")
    (way,) = near.relaxations
    assert (way.code, way.count, way.query.parsed.radius_km) == ("search.relax.all", 1, 50)
    (way,) = (await on.find("FSC A2 pellets in Estonia under 100 eur")).relaxations
    assert (way.code, way.count, way.query.parsed.countries) == ("search.relax.goods", 2, ())
