"""One new listing against all saved searches at once, beside a plain look at each of them (`make bench-alerts`).

The seeded searches are written as buyers write them.

- Each names a product; a quarter of them names the commonest one.
- Half have a grade and half an amount; most have a place with a distance, and a price limit.
- A few have certificates, dates or extra words.

Both sides do the same whole work: they find the searches that match the listing, and confirm each exactly.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from config.reference import reference
from core.catalogue.language.times.days import DateWindow
from core.discovery.alerts import rules
from core.discovery.alerts.matching import Watchlist, outline
from core.discovery.alerts.model import AT_ONCE
from core.discovery.alerts.rules import Goods
from core.discovery.search.model import ParsedQuery
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.trade.listings.model import Listing, ListingCertificate

SEED = 7
TODAY = date(2026, 11, 23)
CATALOGUE, PLACES = reference()
WORDS, NAMES = frozenset({"dry", "buche", "silo"}), frozenset({"girios", "latgran"})
PRODUCTS = list(CATALOGUE.products)
BESIDE = ("Lithuania", "in Germany or Poland", "without Ukraine", "beech", "dry", "Girios", "for stables")
COMMON = 4  # times as likely as each other product, so that a quarter of the searches name the first


def product(dice: random.Random) -> str:
    return dice.choices(
        PRODUCTS, [COMMON * len(PRODUCTS) / 12 if number == 0 else 1 for number in range(len(PRODUCTS))]
    )[0]


def window(dice: random.Random) -> DateWindow:
    first = TODAY + timedelta(days=dice.randrange(60))
    return DateWindow(first, first + timedelta(days=dice.randrange(7, 60)))


def search(dice: random.Random) -> ParsedQuery:
    filters = product(dice)
    entry = CATALOGUE.product(filters)
    near = dice.random() < 0.7
    return ParsedQuery(
        product=filters,
        grade=dice.choice(entry.grades) if entry.grades and dice.random() < 0.5 else None,
        certificates=("FSC",) if dice.random() < 0.1 else (),
        quantity=Quantity(Decimal(dice.choice((24, 50, 100, 500))), "t") if dice.random() < 0.5 else None,
        max_price=UnitPrice(Decimal(dice.randrange(80, 320)), "EUR", entry.price_unit) if dice.random() < 0.8 else None,
        place=dice.choice(PLACES.all) if near else None,
        radius_km=dice.choice((50, 100, 150, 300, 500)) if near else None,
        window=window(dice) if dice.random() < 0.2 else None,
        rest=dice.choice(BESIDE) if dice.random() < 0.2 else "",
    )


def listing(dice: random.Random) -> Listing:
    offered = product(dice)
    entry, town, days = CATALOGUE.product(offered), dice.choice(PLACES.all), window(dice)
    return Listing(
        product_id=offered,
        grade_id=dice.choice(entry.grades) if entry.grades else None,
        certificates=[ListingCertificate(scheme="FSC")] if dice.random() < 0.3 else [],
        unit="t",
        remaining_amount=Decimal(dice.randrange(100, 2_000)),
        min_lot_amount=Decimal(24),
        price_amount=Decimal(dice.randrange(80, 320)),
        price_currency="EUR",
        price_unit=entry.price_unit,
        country=town.country,
        lat=town.lat,
        lon=town.lon,
        window_from=days.first,
        window_to=days.last,
        packaging=None,
    )


def timed(look: Callable[[Listing], set[str]], offered: Sequence[Listing]) -> tuple[list[float], list[set[str]]]:
    """Return the milliseconds of processor time of each look (one thread), and its findings."""
    spent, found = [], []
    for each in offered:
        start = time.process_time()
        found.append(look(each))
        spent.append((time.process_time() - start) * 1_000)
    return spent, found


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--searches", type=int, default=100_000)
    arguments.add_argument("--listings", type=int, default=200)
    arguments.add_argument("--scanned", type=int, default=5, help="listings that the plain scan looks at: it is slow")
    given = arguments.parse_args()
    dice = random.Random(SEED)
    filters = {f"{number:026}": search(dice) for number in range(given.searches)}
    offered = [listing(dice) for _ in range(given.listings)]
    packed = [(name, each.product or "", outline(each)) for name, each in filters.items()]
    watchlist = Watchlist()
    start = time.process_time()
    watchlist.put(packed)
    built = time.process_time() - start

    def turned_around(offer: Listing) -> set[str]:
        goods = Goods(offer, CATALOGUE, WORDS, NAMES.__contains__)
        return {name for name in watchlist.wanting(offer) if rules.fits(filters[name], goods)}

    def scan(offer: Listing) -> set[str]:
        goods = Goods(offer, CATALOGUE, WORDS, NAMES.__contains__)
        return {name for name, each in filters.items() if rules.fits(each, goods)}

    index, found = timed(turned_around, offered)
    alone, _ = timed(lambda offer: set(watchlist.wanting(offer, most=AT_ONCE)), offered)
    plain, scanned = timed(scan, offered[: given.scanned])
    assert scanned == found[: given.scanned], "both find the same"
    size = sum(column.nbytes for table in watchlist.tables.values() for column in table.columns.values())
    print(
        f"{given.searches:,} saved searches, {given.listings} listings, seed {SEED};",
        f"built in {built:.2f} s, {size / 1e6:.1f} MB",
    )
    print(f"found per listing: median {statistics.median(map(len, found)):.0f}, most {max(map(len, found))}")
    print("ms per listing              p50      p99      most")
    for name, spent in (("first 200 likely ones", alone), ("all, each confirmed", index), ("plain scan", plain)):
        print(f"{name:24} {percentile(spent, 0.5):8.2f} {percentile(spent, 0.99):8.2f} {max(spent):8.2f}")
    print(
        f"the plain scan takes {statistics.median(plain) / statistics.median(index[: given.scanned]):.0f} times as long"
    )


if __name__ == "__main__":
    main()
