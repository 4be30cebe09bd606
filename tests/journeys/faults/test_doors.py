"""The doors of the product on the web: what they refuse unread, and what they answer to odd bodies."""

from __future__ import annotations

import asyncio
import random
import time
from urllib.parse import urlsplit

import aiohttp
import aiosqlite
import asyncpg
import pytest
from sqlalchemy import make_url

from bench import door_bodies as bodies
from bench.doors import attacked, doors
from config import server
from tests.journeys.market import World, open_world
from web import app as web

EACH = 60


async def raw(home: str, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send bytes to the product, part by part, and return all that it answers until it hangs up."""
    address = urlsplit(home)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def home_of(world: World) -> str:
    assert world.product is not None
    return world.product.server.url


@pytest.mark.parametrize("path", ["/slack/events", "/stripe/webhook", "/stripe/thin"])
async def test_an_unsigned_request_is_refused_before_its_body_is_read(world: World, path: str) -> None:
    """A mebibyte was buffered for each, before any secret was looked at."""
    headers = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    began = time.monotonic()
    answer = await raw(home_of(world), headers.encode(), b"{")
    assert answer.startswith(b"HTTP/1.1 401")
    assert time.monotonic() - began < 5


async def test_a_body_that_is_too_large_or_of_unknown_length_is_refused_by_its_announcement(world: World) -> None:
    start = b"POST /stripe/webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=0\r\nConnection: close\r\n"
    assert (await raw(home_of(world), start + b"Content-Length: 2000000\r\n\r\n")).startswith(b"HTTP/1.1 413")
    assert (await raw(home_of(world), start + b"Transfer-Encoding: chunked\r\n\r\n")).startswith(b"HTTP/1.1 411")


async def test_a_slow_request_is_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(web, "BODY_SECONDS", 0.3)
    assert await raw(home_of(world), b"POST /stripe/webhook HTTP/1.1\r\nHost: x\r\n") == b"", (
        "it never ends its headers"
    )
    start = b"POST /stripe/webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=0\r\nContent-Length: 9\r\n\r\n"
    assert (await raw(home_of(world), start, b"{")).startswith(b"HTTP/1.1 408")
    endless = b"GET / HTTP/1.1\r\nX: " + b"x" * 2 * server.LARGEST_HEADERS
    assert await raw(home_of(world), endless) == b""


async def test_too_many_connections_are_refused_and_the_others_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four hundred held connections cost 400 MB; there was no limit."""
    monkeypatch.setattr(server, "CONNECTIONS", 20)
    address = urlsplit(home_of(world))
    held = [await asyncio.open_connection(address.hostname, address.port) for _ in range(20)]
    await asyncio.sleep(0.2)
    assert (await raw(home_of(world), b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(b"HTTP/1.1 503")
    for _, writer in held[:5]:
        writer.close()
    await asyncio.sleep(0.2)
    answer = await raw(home_of(world), b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    for _, writer in held:
        writer.close()


ON_SQLITE = "CREATE TRIGGER full BEFORE INSERT ON heartbeat BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
ON_POSTGRES = """
CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE 'full' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER full_disk BEFORE INSERT ON heartbeat FOR EACH ROW EXECUTE FUNCTION full_disk();
"""


async def test_ready_says_that_nothing_can_be_written(world: World) -> None:
    """On a full disk every question is answered, and `/readyz` said ok."""
    url = make_url(world.settings.database_url or "")
    async with aiohttp.ClientSession(home_of(world)) as http:
        async with http.get("/readyz") as answer:
            assert (answer.status, (await answer.json())["database"]) == (200, "ok")
        if url.get_backend_name() == "sqlite":
            async with aiosqlite.connect(str(url.database)) as other:
                await other.execute(ON_SQLITE)
                await other.commit()
        else:
            admin = await asyncpg.connect(url.render_as_string(hide_password=False))
            await admin.execute(ON_POSTGRES)
            await admin.close()
        await asyncio.sleep(web.PROOF_SECONDS + 0.1)
        async with http.get("/readyz") as answer:
            assert answer.status == 503
            assert (await answer.json())["database"] != "ok"


@pytest.mark.parametrize("path", ["/operator/books/%00", "/l/%00", "/l/01?state=%00", "/slack/oauth?code=a&state=%00"])
async def test_an_address_with_a_nul_is_refused(world: World, path: str) -> None:
    """PostgreSQL raises an error for it, which was a 500."""
    token = world.settings.operator_token
    headers = {"Authorization": f"Bearer {token.get_secret_value() if token else ''}"}
    async with aiohttp.ClientSession() as http, http.get(f"{home_of(world)}{path}", headers=headers) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("seed", [1, 2])
async def test_odd_bodies_with_the_right_secret_get_no_5xx_and_their_sender_is_answered(
    database: str, seed: int
) -> None:
    """`python -m bench.doors` sends a hundred thousand to each door; some are sent here."""
    async with open_world(database) as world:
        phone, window = await world.on_telegram("Ona"), await world.on_slack("Ona")
        known = bodies.Known(user=window.id, telegram=int(phone.id))
        async with aiohttp.ClientSession() as http:
            for door in doors(random.Random(seed), known, world.settings):
                if door.name == "Telegram webhook":
                    continue  # this bot polls; tests/bots/test_odd_bodies.py has one with a webhook
                await attacked(door, home_of(world), EACH, http)
                assert door.broken == [], door.name
                assert sum(door.statuses.values()) == EACH
        await phone.says("/deals")
        await phone.sees("You have no deals yet")
        await window.says("/deals")
        await window.sees("You have no deals yet")


async def test_the_doors_of_the_bench_are_those_of_the_product(world: World) -> None:
    """A new webhook needs a row in the bench, and so in the story above."""
    assert world.product is not None
    routes = web.create_app(world.product.doors, world.product.registry).routes
    paths = {str(getattr(route, "path", "")) for route in routes}
    posted = {path for path in paths if path.startswith(("/telegram", "/slack/events", "/stripe"))}
    attacked_paths = {door.make()[1] for door in doors(random.Random(1), bodies.Known(), world.settings)}
    assert posted - {"/stripe/second/webhook"} <= attacked_paths
