"""The simulated video server: a room opens only to a token that is valid for it now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import jwt

from lab.app import Lab

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("for another room", {"room": "parley-2"}),
    ("for another room", {"sub": "meet.example"}),
    ("Audience", {"aud": "room"}),
    ("Invalid issuer", {"iss": "somebody"}),
    ("at this time", {"exp": 1}),
    ("names nobody", {"context": {}}),
]


def claims(lab: Lab, **changes: Any) -> dict[str, Any]:
    until = lab.world.clock.now() + timedelta(hours=1)
    user = {"id": "p1", "name": "Sarah <b>"}
    whole = {"aud": "jitsi", "iss": "parley", "sub": "127.0.0.1", "room": "parley-1", "exp": until.timestamp()}
    return whole | {"context": {"user": user}} | changes


def where(lab: Lab, secret: str | None = None, **changes: Any) -> str:
    return f"/rooms/parley-1?jwt={jwt.encode(claims(lab, **changes), secret or lab.rooms.secret, 'HS256')}"


async def test_a_holder_of_a_token_comes_in_and_leaves(lab: Lab, browser: aiohttp.ClientSession) -> None:
    address = where(lab)
    async with browser.get(address) as page:
        assert "<button>Join</button>" in await page.text()
    async with browser.post(address) as page:
        assert "Sarah &lt;b&gt;" in await page.text()
    async with browser.get("/lab/rooms") as told:
        assert await told.json() == {"parley-1": ["Sarah <b>"]}
    async with browser.post(address) as page:
        assert "<button>Join</button>" in await page.text()


async def test_a_refusal_says_what_is_wrong_with_the_token(lab: Lab, browser: aiohttp.ClientSession) -> None:
    addresses = [(said, where(lab, **changes)) for said, changes in WRONG]
    addresses.append(("Signature", where(lab, "another secret, as long as it must be")))
    addresses.append(("to a token only", "/rooms/parley-1"))
    for said, address in addresses:
        async with browser.get(address) as refused:
            assert refused.status == 403
            assert said in await refused.text()
