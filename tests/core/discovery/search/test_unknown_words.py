"""Words that are unknown in the market are reported beside goods, and are no filter."""

from __future__ import annotations

import pytest

from core.discovery.search.model import NOT_LOOKED_AT, Page
from core.discovery.search.unknown_words import drop_single_letters
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile
from core.trade.listings.service import withdraw_listing
from tests.core.conftest import Market
from tests.core.discovery.search.search_market import ids, index_cache


def unknown(page: Page) -> list[str]:
    return [str(each.parts["words"]) for each in page.parsed.unclear if each.code == NOT_LOOKED_AT]


@pytest.mark.parametrize(
    ("text", "rest", "told"),
    [
        ("pellets Narnia", "", ["Narnia"]),
        ("pellets 10000 lbs", "", ["10000 lbs"]),
        ("beech pellets Narnia girioss yesterday", "girioss", ["Narnia, yesterday"]),  # and beech means something
        ("pellets birch", "birch", []),  # a word of the trade, though no listing has it now
    ],
)
async def test_unknown_word_is_told(market: Market, text: str, rest: str, told: list[str]) -> None:
    on = await index_cache(market)
    listing = await on.put(words="Beech, by Girios")
    page = await on.find(text)
    assert ids(page) == [listing.id]
    assert page.parsed.rest.replace("beech", "").strip() == rest
    assert unknown(page) == told


async def test_trader_without_listings_is_a_known_word(market: Market) -> None:
    on = await index_cache(market)
    await on.put()
    other, _ = await market.newcomer("Piret")
    profile = CompleteProfile(company="Kaseoja Puit", country="EE", roles=frozenset({Role.SELLER}))
    await market.run(other, lambda ctx: complete_profile(ctx, profile))
    gone = await on.put(other)
    await market.run(other, lambda ctx: withdraw_listing(ctx, gone.id))
    page = await on.find("pellets Kaseoja")
    assert (page.parsed.rest, unknown(page)) == ("Kaseoja", [])


async def test_without_goods_some_word_has_to_be_met(market: Market) -> None:
    on = await index_cache(market)
    await on.put(words="Girios")
    page = await on.find("Narnia")
    assert (page.total, page.parsed.rest, unknown(page)) == (0, "Narnia", [])


def test_small_letters_alone_are_no_words() -> None:
    assert drop_single_letters("а Narnia о B") == "Narnia B"
