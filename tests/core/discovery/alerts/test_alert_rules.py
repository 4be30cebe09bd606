"""Alerts: the index turned around finds what a plain scan finds, and alerts respect quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue.language.times.days import DateWindow
from core.discovery.alerts import rules
from core.discovery.alerts.matching import Watchlist, outline
from core.discovery.alerts.model import LEAST_GAP, MESSAGES_A_DAY, Rhythm
from core.discovery.alerts.rules import Goods, Hours
from core.discovery.search.model import ParsedQuery, Query
from core.discovery.search.service import parse, parse_query
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.trade.listings.model import Listing, ListingCertificate
from tests.core.goods import catalogue, gazetteer

TOWNS = gazetteer().all[:40]
DAY = date(2026, 12, 1)
VILNIUS = ZoneInfo("Europe/Vilnius")

# --- what fits --------------------------------------------------------------------------------------------------------

prices = st.builds(
    UnitPrice,
    st.decimals(1, 900, places=2),
    st.sampled_from(["EUR", "PLN", "UAH"]),
    st.sampled_from(["t", "kg", "MWh", "loose_m3"]),
)
quantities = st.builds(Quantity, st.decimals(1, 900, places=1), st.sampled_from(["t", "kg", "loose_m3"]))
windows = st.builds(
    lambda start, days: DateWindow(DAY + timedelta(start), DAY + timedelta(start + days)),
    st.integers(0, 60),
    st.integers(0, 30),
)
maybe = st.one_of


@st.composite
def searches(draw: st.DrawFn) -> ParsedQuery:
    product = draw(st.sampled_from([None, "wood_pellets", "wood_chips_dry"]))
    return ParsedQuery(
        product=product,
        alternatives=() if product else draw(st.sampled_from([(), ("wood_pellets", "straw_pellets")])),
        grade=draw(st.sampled_from([None, None, "ENplus_A1"])),
        certificates=draw(st.sampled_from([(), (), ("FSC",), ("FSC", "ENplus")])),
        quantity=draw(st.none() | quantities),
        max_price=draw(st.none() | prices),
        min_price=draw(st.none() | st.none() | prices),
        place=draw(st.none() | st.sampled_from(TOWNS)),
        radius_km=draw(st.none() | st.integers(1, 2_000)),
        window=draw(st.none() | windows),
        packaging=draw(st.sampled_from([(), (), ("bulk",)])),
        incoterm=draw(st.sampled_from([None, None, "DAP"])),
        countries=draw(st.sampled_from([(), (), ("LT",)])),
        left_out=draw(
            st.sampled_from(
                [(), ("country:PL",), ("grade:ENplus_A2",), ("scheme:FSC",), ("packaging:bulk", "word:oak")]
            )
        ),
        rest=draw(st.sampled_from(["", "", "girios", "beech"])),
    )


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    town = draw(st.none() | st.sampled_from(TOWNS))
    price, quantity, window = draw(prices), draw(quantities), draw(windows)
    return Listing(
        product_id=draw(st.sampled_from(["wood_pellets", "wood_chips_dry", "straw_pellets"])),
        grade_id=draw(st.sampled_from([None, "ENplus_A1", "ENplus_A2"])),
        certificates=[ListingCertificate(scheme=each) for each in draw(st.sets(st.sampled_from(["FSC", "ENplus"])))],
        unit=quantity.unit,
        remaining_amount=quantity.amount,
        min_lot_amount=min(quantity.amount, Decimal(draw(st.integers(1, 100)))),
        price_amount=price.amount,
        price_currency=price.currency,
        price_unit=price.unit,
        lat=town.lat if town else None,
        lon=town.lon if town else None,
        window_from=window.first,
        window_to=window.last,
        packaging=draw(st.sampled_from([None, "bulk", "big_bag"])),
        country=draw(st.sampled_from(["LT", "PL"])),
        incoterm=draw(st.sampled_from(["DAP", "FCA"])),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(searches(), min_size=1, max_size=60), st.lists(listings(), min_size=1, max_size=8), st.data())
def test_the_index_turned_around_leaves_out_nothing_that_a_plain_scan_finds(
    query: list[ParsedQuery], offered: list[Listing], data: st.DataObject
) -> None:
    """The result does not depend on what was saved, changed and removed before."""
    watchlist, known = Watchlist(), {f"{number:04}": each for number, each in enumerate(query)}
    watchlist.put((name, each.product or "", outline(each)) for name, each in known.items())
    for name in data.draw(st.sets(st.sampled_from(sorted(known)))):
        changed = data.draw(st.none() | searches())
        watchlist.put([(name, (changed.product if changed else None) or "", outline(changed) if changed else b"")])
        known = {key: each for key, each in known.items() if key != name} | ({name: changed} if changed else {})
    for listing in offered:
        goods = Goods(listing, catalogue(), {"girios", "uab"})
        scanned = {name for name, each in known.items() if rules.fits(each, goods)}
        likely = watchlist.wanting(listing)
        assert scanned <= set(likely)
        assert len(likely) == len(set(likely))
        assert {name for name in likely if name not in known} == set()


def fit(sentence: str, **changes: object) -> bool:
    """Return True if a search fits 500 t of A1 beech pellets, by default at 210 EUR/t in Vilnius."""
    pellets: dict[str, object] = {
        "product_id": "wood_pellets",
        "grade_id": "ENplus_A1",
        "certificates": [ListingCertificate(scheme="ENplus")],
        "unit": "t",
        "remaining_amount": Decimal(500),
        "min_lot_amount": Decimal(25),
        "price_amount": Decimal(210),
        "price_currency": "EUR",
        "price_unit": "t",
        "lat": 54.6892,
        "lon": 25.2798,
        "window_from": DAY,
        "window_to": date(2027, 3, 31),
        "packaging": "bulk",
        "country": "LT",
        "incoterm": "DAP",
    }
    query = parse_query(sentence, catalogue(), gazetteer(), date(2026, 11, 23)).parsed
    listing = Listing(**(pellets | changes))
    watchlist = Watchlist()
    watchlist.put([("it", query.product or "", outline(query))])
    said = {"girios", "uab", "vilnius", "buchenholz", "eiche"}
    exact = rules.fits(query, Goods(listing, catalogue(), said, lambda word: word in {"girios", "latgran"}))
    assert exact <= (watchlist.wanting(listing) == ["it"])
    return exact


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("wood pellets", True),
        ("wood chips", False),
        ("A1 pellets under 210 eur", True),
        ("pellets under 209 eur", False),
        ("pellets under 920 zł", False),  # 920 zł are 209.94 EUR by the day's rate
        ("pellets under 921 zł", True),
        ("pellets near Kaunas within 100 km", True),  # 92 km
        ("pellets near Kaunas within 80 km", False),
        ("pellets under 46 eur/MWh", True),  # 210 EUR/t are 45.82 EUR/MWh
        ("pellets under 45 eur/MWh", False),
        ("300 t pellets", True),
        ("600 t pellets", False),
        ("10 t pellets", False),  # less than the smallest lot
        ("pellets FSC", False),
        ("pellets without oak", False),
        ("pellets without birch", True),
        ("pellets, not in bulk", False),
        ("pellets, no big bags", True),
        ("pellets in April 2027", False),
        ("girios", True),
        ("girioss", True),
        ("lentvaris sawmill", False),
        ("pellets in Lithuania", True),
        ("pellets in Germany", False),
        ("pellets in Germny", True),
        ("Pellets aus Litauen oder Polen", True),
        ("Pellets ohne Litauen", False),
        ("pellets without Belarus or Lithuania", False),
        ("pellets without Belarus or Russia", True),
        ("pellets from the United Kingdom", False),
        ("Lithuania", True),
        ("Germany", False),
        ("pellets Kaunas", True),  # 92 km: near is 150 km
        ("pellets Riga", False),  # 263 km
        ("pellets DAP Riga", False),
        ("pellets beech", True),  # the listing says "Buchenholz"
        ("spruce pellets", False),  # "gran" in Swedish, but no beginning of "granulės"
        ("pellets Girios", True),
        ("pellets Latgran", False),
        ("pellets hopefully soonish", True),  # unknown words
        ("A1 pellets of whatever maker", True),
    ],
)
def test_a_search_is_told_of_what_it_would_find(sentence: str, told: bool) -> None:
    assert fit(sentence) is told


def test_price_that_cannot_be_compared_is_not_told() -> None:
    assert fit("pellets under 300 eur", price_unit="pallet_crate") is False
    assert fit("pellets under 300 eur", price_currency="UAH") is False


# --- kept searches ----------------------------------------------------------------------------------------------------


@given(searches(), st.sampled_from(["best", "cheapest", "newest"]))
def test_a_search_reads_back_as_it_was_kept(parsed: ParsedQuery, order: str) -> None:
    query = Query(parsed, order)  # type: ignore[arg-type]  # drawn from the orders there are
    assert Query.from_json(query.to_json()) == query


def test_search_of_an_older_release_is_read_as_far_as_known() -> None:
    assert Query.from_json('{"product":"wood_pellets","moon":"full"}').parsed == ParsedQuery(product="wood_pellets")
    assert Query.from_json('{"quantity":{"amount":"-5","unit":"t"}}').parsed == ParsedQuery()
    assert Query.from_json("").parsed == ParsedQuery()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("under 190 eur", {"max_price": UnitPrice(Decimal(190), "EUR", "t")}),
        ("FSC", {"certificates": ("FSC",)}),
        ("near Riga", {"radius_km": 150}),
        ("straw pellets", {"product": "straw_pellets", "grade": None}),
    ],
)
def test_next_sentence_narrows_the_query(more: str, expected: dict[str, object]) -> None:
    today = date(2026, 11, 23)
    asked = parse("100 t A1 pellets under 230 eur near Kaunas", catalogue(), gazetteer(), today)
    said = parse(more, catalogue(), gazetteer(), today)

    narrowed = Query(asked).refined_by(said).parsed

    assert {name: getattr(narrowed, name) for name in expected} == expected
    assert narrowed.quantity == asked.quantity
    if "radius_km" not in expected:
        assert narrowed.place == asked.place


# --- when -------------------------------------------------------------------------------------------------------------

EVENING = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # half past eight in Vilnius, a Monday
NIGHT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "now", "told", "due"),
    [
        (Rhythm.INSTANT, EVENING, [], EVENING),
        (Rhythm.INSTANT, NIGHT, [], datetime(2026, 11, 24, 5, 0, tzinfo=UTC)),  # seven in Vilnius
        (Rhythm.INSTANT, EVENING, [EVENING - timedelta(minutes=4)], EVENING + timedelta(minutes=6)),
        (
            Rhythm.INSTANT,
            EVENING,
            [EVENING - timedelta(hours=each + 1) for each in range(MESSAGES_A_DAY)],
            datetime(2026, 11, 24, 6, 0, tzinfo=UTC),  # the morning's digest hour
        ),
        (Rhythm.DAILY, EVENING, [], datetime(2026, 11, 24, 6, 0, tzinfo=UTC)),
        (Rhythm.DAILY, datetime(2026, 11, 24, 5, 59, tzinfo=UTC), [], datetime(2026, 11, 24, 6, 0, tzinfo=UTC)),
        (Rhythm.WEEKLY, EVENING, [], datetime(2026, 11, 30, 6, 0, tzinfo=UTC)),
    ],
)
def test_alert_waits_for_the_night_and_the_daily_limit(
    rhythm: Rhythm, now: datetime, told: list[datetime], due: datetime
) -> None:
    assert rules.next_telling(rhythm, now, Hours(VILNIUS), told) == due


def test_a_digest_comes_at_eight_there_although_the_clocks_change() -> None:
    before = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)  # summer time begins that night
    assert rules.next_telling(Rhythm.DAILY, before, Hours(VILNIUS), []) == datetime(2027, 3, 28, 5, 0, tzinfo=UTC)


clocks = st.times().map(lambda each: each.replace(second=0, microsecond=0))


@given(
    st.sampled_from(Rhythm),
    st.integers(0, 2 * 366 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.builds(Hours, st.sampled_from([VILNIUS, ZoneInfo("America/Toronto"), ZoneInfo("UTC")]), clocks, clocks),
    st.lists(st.integers(0, 86_399), max_size=9),
)
def test_the_hour_is_never_past_never_quiet_and_never_lost(
    rhythm: Rhythm, now: datetime, hours: Hours, ago: list[int]
) -> None:
    told = [now - timedelta(seconds=each) for each in ago]
    due = rules.next_telling(rhythm, now, hours, told)

    assert now <= due <= now + timedelta(days=9)
    local = due.astimezone(hours.zone)
    # An hour that the change of clocks leaves out is the only one that can't be kept.
    assert (
        not hours.quiet(local.time())
        or local.utcoffset() != (local + timedelta(hours=3)).utcoffset()
        or (local.utcoffset() != (local - timedelta(hours=3)).utcoffset())
    )
    if rhythm is Rhythm.INSTANT and len(told) < MESSAGES_A_DAY:
        assert all(due >= moment + LEAST_GAP for moment in told)


def test_the_same_hour_twice_is_never_quiet() -> None:
    always = replace(Hours(VILNIUS), begins=time(9), ends=time(9))
    assert rules.next_telling(Rhythm.INSTANT, NIGHT, always, []) == NIGHT
