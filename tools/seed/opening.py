"""Opens the seeded market: sellers list, consultants are found and buyers ask for quotes, by the usual commands."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bots.telegram.platform import TELEGRAM
from config.external_services import OPERATORS
from config.installation import Installation
from config.reference import reference
from core.advice.experts.model import OfferExpertise, Rate
from core.advice.experts.service import offer_expertise
from core.catalogue.language.places import Places, distance_km
from core.catalogue.model import Catalogue
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, convertible
from core.kernel.transaction import MARKET, Ctx, Transactions, person
from core.people.accounts.model import ChatIdentity, CompleteProfile, Identity, Role
from core.people.accounts.service import complete_profile, meet
from core.trade.listings.model import Certificate, Place, PublishListing
from core.trade.listings.service import publish_listing
from core.trade.requests.model import PublishRequest
from core.trade.requests.service import publish_request

SELLERS = Path(__file__).with_name("sellers.yaml")
EXPERTS = Path(__file__).with_name("experts.yaml")
BUYERS = Path(__file__).with_name("buyers.yaml")
FIRST_EXPERT_ID = 7_000_501
FIRST_BUYER_ID = 7_000_801
FIRST_ID = 7_000_101  # Telegram ids of the seeded people, so that the lab can hand over their phones
LISTINGS_OF_EACH = 9
NEAREST = 3  # each seller also delivers from two more towns nearby
SEED = 2026


@dataclass(frozen=True, slots=True)
class Seeded:
    """A person who is already on the market, reachable on Telegram under this id."""

    telegram_id: int
    name: str
    language: str


def who_opens() -> list[Seeded]:
    """Return everybody who is there when the market opens: sellers, then consultants, then buyers."""
    return [
        Seeded(first + number, each["person"], each["language"])
        for first, file in ((FIRST_ID, SELLERS), (FIRST_EXPERT_ID, EXPERTS), (FIRST_BUYER_ID, BUYERS))
        for number, each in enumerate(yaml.safe_load(file.read_text("utf-8")))
    ]


async def seed_market(here: Installation) -> int:
    """Open the market of an installation with people whose phones the lab hands over. Return how many there are."""
    catalogue, places = reference()
    people = who_opens()
    if here.lab is not None:  # their phones first: the market writes to them as they arrive
        for number, name in OPERATORS.items():
            await here.product.transactions.run(MARKET, partial(_meet_operator, number=number, name=name))
            here.lab.telegram.bot.add_resident(name, number)
        for each in people:
            here.lab.telegram.bot.add_resident(each.name, each.telegram_id, each.language)
    await open_market(here.product.transactions, catalogue, places, here.clock.now().date())
    return len(people)


def _meet_operator(ctx: Ctx, number: int, name: str) -> None:
    """Make the operator known to the market, so that it can write to them."""
    meet(ctx, Identity(TELEGRAM.code, "", str(number), name), str(number))


async def open_market(transactions: Transactions, catalogue: Catalogue, places: Places, today: date) -> None:
    """Let all sellers list, all consultants be found and all buyers ask, each in a transaction of their own.

    A person in the database has done so at an earlier start.
    """
    dice = random.Random(SEED)  # noqa: S311 - the same market every time; nothing secret
    people = iter(who_opens())
    sellers: list[dict[str, Any]] = yaml.safe_load(SELLERS.read_text("utf-8"))
    for seller in sellers:
        seeded = next(people)
        commands = [*listings_of(seller, catalogue, places, today, dice), *_packed(seller, catalogue, places, today)]
        await transactions.run(MARKET, lambda ctx, s=seller, p=seeded, c=commands: _arrive(ctx, catalogue, s, p, c))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
    for expert in yaml.safe_load(EXPERTS.read_text("utf-8")):
        await transactions.run(MARKET, partial(_advise, catalogue=catalogue, expert=expert, seeded=next(people)))
    for buyer in yaml.safe_load(BUYERS.read_text("utf-8")):
        home = _towns(buyer, places)[0]
        await transactions.run(MARKET, partial(_ask, catalogue=catalogue, buyer=buyer, home=home, seeded=next(people)))


def _advise(ctx: Ctx, catalogue: Catalogue, expert: dict[str, Any], seeded: Seeded) -> None:
    """Let a consultant arrive and be listed."""
    if not _come_in(ctx, seeded):
        return
    profile = CompleteProfile(roles=frozenset({Role.SELLER}), company=expert["company"], country=expert["country"])
    complete_profile(ctx, profile)
    rate = Rate(basis=expert["basis"], minor=expert["rate"] * 100, currency="EUR")
    same = {name: expert[name] for name in ("headline", "bio", "fields", "skills", "languages", "lengths", "policy")}
    offer_expertise(ctx, catalogue, OfferExpertise(rate=rate, hours=expert["hours"], **same))


def _ask(ctx: Ctx, catalogue: Catalogue, buyer: dict[str, Any], home: Place, seeded: Seeded) -> None:
    """Let a buyer arrive and ask the market for quotes."""
    if not _come_in(ctx, seeded):
        return
    profile = CompleteProfile(
        roles=frozenset({Role.BUYER}), company=buyer["name"], country=buyer["country"], place=buyer["place"]
    )
    complete_profile(ctx, profile)
    product_id, grade, amount, unit = buyer["asks"]
    product, start = catalogue.product(product_id), ctx.now.date() + timedelta(days=buyer["from_day"])
    target = (
        UnitPrice(Decimal(buyer["target"]), product.price_currency, product.price_unit) if buyer["target"] else None
    )
    expected = PublishRequest(
        product_id=product_id,
        grade_id=grade,
        quantity=Quantity(Decimal(amount), unit),
        target=target,
        incoterm=product.default_term,
        place=home,
        window_from=start,
        window_to=start + timedelta(days=buyer["days"]),
        lots=buyer["lots"],
        words=buyer["words"],
        closes_at=ctx.now + timedelta(days=buyer["open_days"]),
        language=buyer["language"],
    )
    publish_request(ctx, catalogue, expected)


def _come_in(ctx: Ctx, seeded: Seeded) -> bool:
    """Let a person arrive. False: they are here already."""
    if ctx.session.get(ChatIdentity, (TELEGRAM.code, "", str(seeded.telegram_id))) is not None:
        return False
    identity = Identity(TELEGRAM.code, "", str(seeded.telegram_id), seeded.name, seeded.language)
    ctx.actor = person(meet(ctx, identity, str(seeded.telegram_id)).id)
    return True


def _arrive(
    ctx: Ctx, catalogue: Catalogue, seller: dict[str, Any], seeded: Seeded, commands: list[PublishListing]
) -> None:
    if not _come_in(ctx, seeded):
        return
    profile = CompleteProfile(
        roles=frozenset({Role.SELLER}), company=seller["name"], country=seller["country"], place=seller["place"]
    )
    complete_profile(ctx, profile)
    for command in commands:
        publish_listing(ctx, catalogue, command)


def listings_of(
    seller: dict[str, Any], catalogue: Catalogue, places: Places, today: date, dice: random.Random
) -> Iterator[PublishListing]:
    """Yield a seller's listings: several grades, amounts, places and windows, at slightly varied prices."""
    towns = _towns(seller, places)
    for number in range(LISTINGS_OF_EACH):
        product_id, price, amount, unit = seller["goods"][number % len(seller["goods"])]
        product = catalogue.product(product_id)
        start = today + timedelta(days=dice.randrange(3, 40))
        certificate = dice.choice([*product.certificates[:3], None]) if product.certificates else None
        quantity = Quantity(Decimal(amount) * dice.choice((1, 1, 2)) / dice.choice((1, 2)), unit)
        price_unit = product.price_unit if convertible(product.price_unit, unit) else unit
        yield PublishListing(
            product_id=product_id,
            grade_id=dice.choice(product.grades[:3]) if product.grades else None,
            certificates=(Certificate(scheme=certificate),) if certificate else (),
            quantity=quantity,
            min_lot=min(quantity, Quantity(Decimal(24), unit)),
            price=UnitPrice(Decimal(price * dice.randrange(95, 107)) / 100, product.price_currency, price_unit),
            negotiable=dice.random() < 0.8,
            buy_now=dice.random() < 0.7 or number == 0,
            incoterm=product.default_term,
            place=dice.choice(towns),
            window_from=start,
            window_to=start + timedelta(days=dice.choice((7, 14, 30))),
            words=seller["words"],
            language=seller["language"],
        )


def _packed(seller: dict[str, Any], catalogue: Catalogue, places: Places, today: date) -> Iterator[PublishListing]:
    """Yield the listing of what a seller also has in bags or big bags, in small amounts too."""
    if "packed" not in seller:
        return
    product_id, grade, price, amount, unit, least, packaging = seller["packed"]
    product = catalogue.product(product_id)
    yield PublishListing(
        product_id=product_id,
        grade_id=grade,
        certificates=(Certificate(scheme=product.certificates[0]),),
        quantity=Quantity(Decimal(amount), unit),
        min_lot=Quantity(Decimal(least), unit),
        price=UnitPrice(Decimal(price), product.price_currency, product.price_unit),
        negotiable=True,
        buy_now=True,
        incoterm=product.default_term,
        place=_towns(seller, places)[0],
        window_from=today + timedelta(days=5),
        window_to=today + timedelta(days=26),
        packaging=packaging,
        words=seller["words"],
        language=seller["language"],
    )


def _towns(seller: dict[str, Any], places: Places) -> list[Place]:
    """Return the seller's own town and the next ones of the same country."""
    home = places.named(seller["place"])[0]
    near = sorted(
        (place for place in places.well_known if place.country == home.country),
        key=lambda place: distance_km(home.lat, home.lon, place.lat, place.lon),
    )
    return [Place(name=place.name, country=place.country, lat=place.lat, lon=place.lon) for place in near[:NEAREST]]
