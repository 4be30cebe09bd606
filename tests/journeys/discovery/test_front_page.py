"""The address that a start prints is a page: what this is, and the ways into it."""

from __future__ import annotations

import re

from tests.journeys.market import World


async def test_the_front_page_says_what_this_is_and_leads_to_the_place_to_play(world: World) -> None:
    assert world.product is not None
    async with world.browser.http.get(f"{world.product.server.url}/") as answer:
        assert answer.status == 200
        page = await answer.text()
    assert "a marketplace for bioenergy that lives in chat" in page
    way, *_ = re.findall(r'href="([^"]+)"', page)
    assert way == f"{world.lab.url}/"
    assert "t.me" not in page  # the lab's bot is on no phone
    async with world.browser.http.get(way) as answer:
        assert answer.status == 200
