"""Slack's Enterprise Grid: one workspace of an organisation installs the app, or the organisation as a whole."""

from __future__ import annotations

import pytest

from config.slack import manifest
from lab.people import OnSlack
from tests.journeys.market import World, confirms
from tests.journeys.slack_steps import installs, member, stored_tokens
from tests.journeys.trade_steps import Trade

# slack_sdk sends the app's id and secret by a class that aiohttp means to drop.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


async def organisation(world: World) -> tuple[OnSlack, OnSlack]:
    """Return two people of an organisation with two workspaces: Tom in heating, Una in transport."""
    await world.browser.post("/lab/slack/enterprises", {"name": "Baltic Group", "id": "E0BALTIC"})
    for name, team in (("Baltic Heat", "T0HEAT"), ("Baltic Transport", "T0ROAD")):
        await world.browser.post("/lab/slack/workspaces", {"name": name, "id": team, "enterprise": "E0BALTIC"})
    return await member(world, "Tom", "T0HEAT"), await member(world, "Una", "T0ROAD")


async def test_a_workspace_inside_an_organisation_trades_and_its_token_is_forgotten(world: World) -> None:
    tom, una = await organisation(world)
    rasa = await world.on_telegram("Rasa")
    await installs(world, tom)
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await trade.sign()
    await una.says("/find pellets near Kaunas")
    await una.sees("/parley is not a valid command.")  # the app is not in her workspace

    assert len(await stored_tokens(world)) == 1
    await world.browser.post("/lab/slack/workspaces/T0HEAT/uninstall", {})

    async def forgotten() -> bool:
        return await stored_tokens(world) == []

    await world.browser.until(forgotten, lambda: "the token stays after the app was removed")
    await rasa.says("/deals")
    await rasa.sees("My deals")


async def test_an_organisation_installs_the_app_once_for_all_its_workspaces(world: World) -> None:
    tom, una = await organisation(world)
    await installs(world, tom, whole=True)
    trade = Trade(world, una, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await trade.sign()
    await trade.pay()
    await tom.home()
    await tom.sees("Tom's desk")
    assert len(await stored_tokens(world)) == 1

    await world.browser.post("/lab/slack/workspaces", {"name": "Port", "id": "T0PORT", "enterprise": "E0BALTIC"})
    vera = await member(world, "Vera", "T0PORT")  # a workspace that the organisation opens later
    await vera.says("/find pellets near Kaunas")
    await vera.sees("215.00")

    await world.browser.post("/lab/slack/workspaces/T0ROAD/uninstall", {})

    async def forgotten() -> bool:
        return await stored_tokens(world) == []

    await world.browser.until(forgotten, lambda: "the organisation's token stays")


async def test_a_workspace_whose_organisation_takes_over_keeps_its_people(world: World) -> None:
    """Tom's workspace had the app before. He is the same person afterwards, with his listing."""
    tom, una = await organisation(world)
    await installs(world, tom)
    await tom.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await tom.sends()
    await tom.sees("Published.")

    await installs(world, una, whole=True)
    await tom.says("/listings")
    await tom.sees("My listings", "200 t")
    await una.says("/find pellets near Kaunas")
    await una.sees("1 listing found", "215.00")


async def test_tokens_that_end_are_renewed(world: World) -> None:
    """A manifest can ask for token rotation: a token ends after twelve hours, and is renewed by another, once."""
    assert world.product is not None
    rotating = manifest(world.product.server.url)
    rotating["settings"]["token_rotation_enabled"] = True
    async with world.browser.http.put(f"{world.browser.url}/lab/slack/app", json={"manifest": rotating}) as done:
        assert done.status == 200
    tom, _ = await organisation(world)
    await installs(world, tom, whole=True)
    [first] = await stored_tokens(world)
    rasa = await world.on_telegram("Rasa")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")

    await world.later(hours=13)
    await confirms(rasa, "Sign")
    await tom.sees("Rasa signed")  # written to Tom with a token that had ended
    [second] = await stored_tokens(world)
    assert second != first

    await world.later(hours=13)
    await world.closes()  # the next process knows nothing but what is stored
    await world.opens()
    async with world.browser.http.put(f"{world.browser.url}/lab/slack/app", json={"manifest": rotating}) as done:
        assert done.status == 200
    await confirms(tom, "Sign")
    await rasa.sees("Both sides have signed.")
    [third] = await stored_tokens(world)
    assert third not in {first, second}
