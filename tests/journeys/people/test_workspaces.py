"""Slack in several workspaces: one installs the app by its link, trades, and removes it; the deals go on."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp
import pytest

from lab.people import OnSlack
from tests.journeys.market import World, confirms
from tests.journeys.people.test_linking import links
from tests.journeys.trade_steps import Trade

# slack_sdk sends the app's id and secret by a class that aiohttp means to drop.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


async def test_another_workspace_takes_the_app_trades_and_throws_it_out(world: World) -> None:
    assert world.product is not None
    await world.browser.post("/lab/slack/workspaces", {"name": "Baltic Heat", "id": "T0HEAT"})
    made = await world.browser.post("/lab/slack/people", {"name": "Tom", "team": "T0HEAT"})
    tom, rasa = OnSlack(world.browser, "Tom", made["id"]), await world.on_slack("Rasa")
    phone = await world.on_telegram("Tom's phone")

    home = world.product.server.url
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as toms_browser:
        async with toms_browser.get(f"{home}/slack/install", allow_redirects=False) as asked:
            page = asked.headers["Location"]
            toms_browser.headers["Cookie"] = asked.headers["Set-Cookie"].partition(";")[0]  # sent to no plain address
        back = urlsplit((await tom.does("install", url=page))["redirect"])
        async with toms_browser.get(f"{home}{back.path}?{back.query}") as done:
            assert "Parley is in your workspace" in await done.text()
        async with toms_browser.get(f"{home}{back.path}?{back.query}") as twice:
            assert "Nothing was installed" in await twice.text()

    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await links(phone, tom)
    await phone.sees("Done. Both accounts now belong to Tom")
    await tom.says("/me")  # the chat used last, so that is where he would hear

    await world.browser.post("/lab/slack/workspaces/T0HEAT/uninstall")
    await confirms(rasa, "Sign")
    await phone.sees("Rasa signed")
    await confirms(phone, "Sign")
    await rasa.sees("Both sides have signed.")
    await rasa.says("/deals")
    await rasa.sees("My deals")
