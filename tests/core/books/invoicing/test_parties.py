"""A company on invoices: its own address in its own country, and its number."""

from __future__ import annotations

import pytest

from core.books.invoicing.parties import party_of
from core.kernel.transaction import Ctx
from core.people.accounts.model import CompleteProfile, Role, Settle
from core.people.accounts.service import acting, complete_profile, settle
from tests.core.conftest import Market

LVIV = Settle(place="Lviv", country="UA", lat=49.84, lon=24.03, zone="Europe/Kyiv")


@pytest.mark.parametrize(("country", "place"), [("PL", ""), ("UA", "Lviv")])
async def test_a_place_that_distances_are_counted_from_is_of_the_address_only_in_the_companys_country(
    market: Market, country: str, place: str
) -> None:
    fox, _ = await market.newcomer("Fox")
    command = CompleteProfile(roles=frozenset({Role.SELLER}), company="Fox Ciepło Sp. z o.o.", country=country)

    def introduced(ctx: Ctx) -> str:
        settle(ctx, LVIV)
        complete_profile(ctx, command)
        party = party_of(ctx, acting(ctx).organisation_id)
        assert party is not None
        return party.place

    assert await market.run(fox, introduced) == place
