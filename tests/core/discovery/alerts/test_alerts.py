"""Saved searches: each person hears of a listing once, at their own hours, and never of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import update

from core.discovery.alerts import reactions, service
from core.discovery.alerts.events import ListingsFound
from core.discovery.alerts.model import (
    MESSAGES_A_DAY,
    SEARCHES_AT_MOST,
    ChooseQuietHours,
    Rhythm,
    SavedSearch,
    SaveSearch,
)
from core.discovery.search.service import parse_query
from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal
from core.kernel.transaction import Actor
from core.people.accounts.linking import offer_link, take_link
from core.people.accounts.model import Person
from core.people.blocking.service import block
from core.trade.listings.model import ChangeListing, Listing
from core.trade.listings.service import change_listing, pause_listing, publish_listing, resume_listing, withdraw_listing
from tests.core.conftest import Market
from tests.core.goods import catalogue, eur, gazetteer, pellets

TEN_IN_VILNIUS = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday


@dataclass
class Watch:
    """A market with a seller and buyers with saved searches, which records all alerts."""

    market: Market
    seller: Actor
    told: list[ListingsFound] = field(default_factory=list)

    def __post_init__(self) -> None:
        reactions.listen(self.market.reactions)
        self.market.reactions.on(ListingsFound, lambda _ctx, fact: self.told.append(fact))
        self.timer_handlers = dict(reactions.timer_handlers(catalogue))

    async def buyer(self, name: str) -> tuple[Actor, Person]:
        actor, person = await self.market.newcomer(name)
        zone = update(Person).where(Person.id == person.id).values(zone="Europe/Vilnius")
        await self.market.run(actor, lambda ctx: ctx.session.execute(zone))
        return actor, person

    async def save(self, actor: Actor, sentence: str, rhythm: Rhythm = Rhythm.INSTANT) -> SavedSearch:
        def unit(ctx: Any) -> SavedSearch:
            query = parse_query(sentence, catalogue(), gazetteer(), ctx.now.date())
            return service.save_search(ctx, SaveSearch(query=query.to_json(), rhythm=rhythm))

        return await self.market.run(actor, unit)

    async def put(self, seller: Actor | None = None, **changes: Any) -> Listing:
        """List something, and let it be held against all searches."""
        listing = await self.market.run(
            seller or self.seller, lambda ctx: publish_listing(ctx, catalogue(), pellets(**changes))
        )
        await self.later()
        return listing

    async def later(self, **by: float) -> None:
        """Fire what is due, advance the clock, and fire what is due then."""
        for step in ({}, by):
            self.market.clock.advance(**step)
            while await self.market.run_timers(self.timer_handlers):
                pass

    def told_to(self, person: Person) -> list[tuple[str, ...]]:
        """Return the listings of each message to a person."""
        return [tuple(each.listing_id for each in fact.found) for fact in self.told if fact.person_id == person.id]


@pytest.fixture
async def watch(market: Market) -> Watch:
    market.clock.moment = TEN_IN_VILNIUS
    seller, _ = await market.newcomer("Anna")
    return Watch(market, seller)


async def test_a_new_listing_is_told_once_to_each_who_looks_for_it(watch: Watch) -> None:
    tom, tom_himself = await watch.buyer("Tom")
    eva, eva_herself = await watch.buyer("Eva")
    await watch.save(tom, "A1 pellets under 220 eur")
    await watch.save(tom, "pellets near Vilnius")
    await watch.save(eva, "straw pellets")

    listing = await watch.put()
    await watch.market.run(
        watch.seller, lambda ctx: change_listing(ctx, catalogue(), listing.id, ChangeListing(price=eur(205)))
    )
    await watch.later(hours=1)

    assert watch.told_to(tom_himself) == [(listing.id,)]
    assert watch.told_to(eva_herself) == []


async def test_seller_is_not_told_of_their_own_listing(watch: Watch) -> None:
    await watch.save(watch.seller, "wood pellets")
    await watch.put()
    await watch.later(days=1)
    assert watch.told == []


async def test_two_who_keep_apart_do_not_hear_of_each_other(watch: Watch) -> None:
    """A block works in both directions, also between the find and the digest."""
    tom, tom_himself = await watch.buyer("Tom")
    eva, eva_herself = await watch.buyer("Eva")
    listing = await watch.put()
    await watch.market.run(watch.seller, lambda ctx: block(ctx, tom_himself.organisation_id))
    for actor, rhythm in ((tom, Rhythm.INSTANT), (eva, Rhythm.DAILY)):
        await watch.save(actor, "wood pellets", rhythm)
    watch.market.clock.advance(seconds=1)
    await watch.put(price=eur(190))
    await watch.market.run(eva, lambda ctx: block(ctx, listing.seller))
    await watch.later(days=1)
    assert watch.told_to(tom_himself) == watch.told_to(eva_herself) == []


async def test_listing_older_than_the_search_is_not_told(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    await watch.market.run(watch.seller, lambda ctx: publish_listing(ctx, catalogue(), pellets()))
    watch.market.clock.advance(seconds=1)
    await watch.save(tom, "wood pellets")
    await watch.later(hours=1)
    assert watch.told == []


async def test_a_listing_that_becomes_cheap_enough_is_told_then(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    await watch.save(tom, "pellets under 200 eur")
    listing = await watch.put()
    await watch.later(hours=1)
    assert watch.told == []

    await watch.market.run(
        watch.seller, lambda ctx: change_listing(ctx, catalogue(), listing.id, ChangeListing(price=eur(199)))
    )
    await watch.later()

    assert watch.told_to(himself) == [(listing.id,)]


async def test_a_day_of_listings_comes_in_one_message_in_the_morning(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    await watch.save(tom, "wood pellets", Rhythm.DAILY)
    listings = [await watch.put() for _ in range(7)]
    await watch.later(hours=21)
    assert watch.told == []

    await watch.later(hours=1)

    assert watch.told_to(himself) == [tuple(each.id for each in reversed(listings[2:]))]
    assert watch.told[0].more == 2
    await watch.later(days=7)
    assert len(watch.told) == 1


async def test_listing_gone_before_the_digest_is_not_told(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    await watch.save(tom, "wood pellets", Rhythm.WEEKLY)
    gone, dearer, stays = [await watch.put() for _ in range(3)]
    await watch.market.run(watch.seller, lambda ctx: withdraw_listing(ctx, gone.id))
    await watch.market.run(watch.seller, lambda ctx: pause_listing(ctx, dearer.id))

    await watch.later(days=7)
    assert watch.told_to(himself) == [(stays.id,)]

    await watch.market.run(watch.seller, lambda ctx: resume_listing(ctx, dearer.id))
    await watch.later()
    await watch.later(days=7)
    assert watch.told_to(himself) == [(stays.id,), (dearer.id,)]


async def test_the_night_and_too_many_messages_are_waited_out(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    await watch.save(tom, "wood pellets")
    for _ in range(MESSAGES_A_DAY + 2):
        await watch.put()
        await watch.later(minutes=11)
    assert len(watch.told_to(himself)) == MESSAGES_A_DAY

    await watch.later(hours=13)  # 0:28 there
    assert len(watch.told_to(himself)) == MESSAGES_A_DAY
    await watch.later(hours=8)
    assert [len(each) for each in watch.told_to(himself)[MESSAGES_A_DAY:]] == [2]


async def test_quiet_hours_are_ones_own(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    await watch.save(tom, "wood pellets")
    await watch.market.run(
        tom, lambda ctx: service.choose_quiet_hours(ctx, ChooseQuietHours(begins=time(9), ends=time(17, 30)))
    )
    await watch.put()
    await watch.later(hours=7)
    assert watch.told == []
    await watch.later(minutes=31)
    assert len(watch.told_to(himself)) == 1


async def test_a_muted_search_is_silent_until_it_is_wanted_again(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    search = await watch.save(tom, "wood pellets", Rhythm.DAILY)
    await watch.put()
    await watch.market.run(tom, lambda ctx: service.pause_search(ctx, search.id))
    await watch.put()
    await watch.later(days=1)
    assert watch.told == []

    await watch.market.run(tom, lambda ctx: service.choose_rhythm(ctx, search.id, Rhythm.DAILY))
    new = await watch.put()
    await watch.later(days=1)
    assert watch.told_to(himself) == [(new.id,)]


async def test_untold_find_of_a_deleted_search_moves_to_the_next(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    first = await watch.save(tom, "wood pellets", Rhythm.WEEKLY)
    second = await watch.save(tom, "pellets near Vilnius", Rhythm.DAILY)
    listing = await watch.put()

    await watch.market.run(tom, lambda ctx: service.delete_search(ctx, first.id))
    await watch.later(days=1)

    assert [each.found[0].search_id for each in watch.told] == [second.id]
    alert, by = await watch.market.run(tom, lambda ctx: service.found_by(ctx, listing.id))
    assert (alert.listing_id, by is not None and by.id) == (listing.id, second.id)


async def test_a_changed_rhythm_moves_what_waits(watch: Watch) -> None:
    tom, himself = await watch.buyer("Tom")
    search = await watch.save(tom, "wood pellets", Rhythm.WEEKLY)
    await watch.put()
    await watch.market.run(tom, lambda ctx: service.choose_rhythm(ctx, search.id, Rhythm.INSTANT))
    await watch.later()
    assert len(watch.told_to(himself)) == 1


async def test_more_takers_than_one_unit_of_work_holds(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 3)
    people = [await watch.buyer(f"Buyer {number}") for number in range(8)]
    for actor, _ in people:
        await watch.save(actor, "wood pellets")
    listing = await watch.put()
    assert [watch.told_to(person) for _, person in people] == [[(listing.id,)]] * 8


async def test_the_same_search_is_kept_once_and_an_empty_one_never(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    first = await watch.save(tom, "A1 pellets near Riga")
    again = await watch.save(tom, "granulės A1 prie Rygos")
    assert again.id == first.id
    for sentence in ("", "200 t", "near Riga"):
        with pytest.raises(Invalid, match="asks_nothing"):
            await watch.save(tom, sentence)
    for number in range(SEARCHES_AT_MOST - 1):
        await watch.save(tom, f"pellets under {100 + number} eur")
    with pytest.raises(Refusal, match="too_many"):
        await watch.save(tom, "sunflower husk pellets")


async def test_search_of_another_person_is_refused(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    eva, _ = await watch.buyer("Eva")
    search = await watch.save(tom, "wood pellets")
    listing = await watch.put()
    for act in (service.pause_search, service.delete_search):
        with pytest.raises(NotAllowed):
            await watch.market.run(eva, lambda ctx, act=act: act(ctx, search.id))  # type: ignore[misc]  # bound now
    with pytest.raises(NotFound):
        await watch.market.run(eva, lambda ctx: service.found_by(ctx, listing.id))


async def test_two_accounts_of_one_person_hear_once(watch: Watch) -> None:
    tom, _ = await watch.buyer("Tom")
    at_work, _ = await watch.buyer("Tom at work")
    await watch.save(tom, "wood pellets")
    await watch.save(at_work, "pellets near Vilnius")
    await watch.put()
    told = len(watch.told)

    code = await watch.market.run(tom, lambda ctx: offer_link(ctx).code)
    await watch.market.run(at_work, lambda ctx: take_link(ctx, code))
    new = await watch.put()
    await watch.later(hours=1)

    assert told == 2
    assert [each.found[0].listing_id for each in watch.told[told:]] == [new.id]
