"""Steps of stories about Slack: installing the app by its link, and what is stored of it."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from config.slack import DRIVERS
from lab.people import OnSlack
from tests.journeys.market import World


async def member(world: World, name: str, team: str) -> OnSlack:
    made = await world.browser.post("/lab/slack/people", {"name": name, "team": team})
    return OnSlack(world.browser, name, made["id"])


async def installs(world: World, person: OnSlack, *, whole: bool = False, home: str = "") -> None:
    """Follow the install link, press Allow, and read that the app is there.

    `whole`: in the whole organisation. `home`: the address of a product in another process.
    """
    if not home:
        assert world.product is not None
        home = world.product.server.url
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        async with browser.get(f"{home}/slack/install", allow_redirects=False) as asked:
            page = asked.headers["Location"]
            browser.headers["Cookie"] = asked.headers["Set-Cookie"].partition(";")[0]  # sent to no plain address
        back = urlsplit((await person.does("install", url=page, whole=whole))["redirect"])
        async with browser.get(f"{home}{back.path}?{back.query}") as done:
            assert "Parley is in your workspace" in await done.text()


async def stored_tokens(world: World) -> list[str]:
    """Return the tokens of all installations that are stored, the oldest first."""
    url = make_url(world.settings.database_url or "")
    engine = create_async_engine(url.set(drivername=DRIVERS[url.get_backend_name()]))
    try:
        async with engine.connect() as connection:
            return list(await connection.scalars(text("SELECT bot_token FROM slack_bots ORDER BY id")))
    finally:
        await engine.dispose()
