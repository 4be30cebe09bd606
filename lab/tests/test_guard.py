"""The lab does no harm: it stays on this computer, answers its own pages only, and avoids real money."""

from __future__ import annotations

import aiohttp
import pytest

from lab.app import Lab
from lab.guard import LiveKeyNearby, refuse_live_keys
from lab.tests.conftest import running_lab


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_SECRET_KEY", "sk_live_51Habc"),
        ("ANY_NAME", "rk_live_51Habc"),
        ("ELSEWHERE", "first=1;key=sk_org_live_51Habc"),
    ],
)
async def test_it_does_not_start_beside_a_live_key_and_does_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(LiveKeyNearby, match=name) as refusal:
        await Lab().start()
    assert "51Habc" not in str(refusal.value)


def test_test_keys_are_welcome() -> None:
    refuse_live_keys({"STRIPE_SECRET_KEY": "sk_test_51Habc", "NOTE": "never use sk_live_ here"})


async def test_it_listens_on_loopback_only(lab: Lab, browser: aiohttp.ClientSession) -> None:
    async with browser.get("/lab/people") as answer:
        assert answer.status == 200
    another_address_of_this_machine = lab.url.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(aiohttp.ClientConnectorError):
        await browser.get(f"{another_address_of_this_machine}/lab/people")


@pytest.mark.parametrize(("host", "called"), [("127.0.0.2", "127.0.0.2"), ("0.0.0.0", "127.0.0.1")])  # noqa: S104
async def test_it_listens_elsewhere_when_it_is_told_to(
    lab: Lab, browser: aiohttp.ClientSession, host: str, called: str
) -> None:
    """A container listens on all addresses, and its person calls it by the name of their own computer."""
    other = Lab()
    await other.start(host=host)
    try:
        assert other.url.startswith(f"http://{called}:")
        async with browser.get(f"{other.url}/lab/people") as answer:
            assert answer.status == 200
        async with browser.get(f"{other.url}/lab/people", headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403
        async with browser.get(f"{lab.url}/lab/people", headers={"Host": "127.0.0.2"}) as answer:
            assert answer.status == 403
    finally:
        await other.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_pages_of_other_sites_get_nothing(browser: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    async with browser.post("/lab/clock", json={"seconds": 3600}, headers=headers) as answer:
        assert answer.status == 403
    async with browser.get("/lab/clock", headers={"Host": "localhost", "Origin": "http://localhost:8090"}) as answer:
        assert answer.status == 200


async def test_starting_over_is_for_those_who_know_how(browser: aiohttp.ClientSession) -> None:
    """The lab alone, or around a market that keeps its database, cannot start over."""
    async with browser.post("/lab/start-over") as answer:
        assert answer.status == 409


async def test_a_renewed_world_is_empty_and_keeps_its_addresses() -> None:
    async with running_lab() as lab, aiohttp.ClientSession(lab.url) as browser:
        url, mail = lab.url, lab.smtp_url
        lab.restart = lab.renew
        async with browser.post("/lab/telegram/people", json={"name": "Ona"}) as answer:
            assert answer.status == 200
        await browser.post("/lab/clock", json={"seconds": 86_400})
        await browser.post("/lab/faults", json={"service": "mail", "kind": "outage", "times": None})

        async with browser.get("/lab/news") as news:
            assert await news.content.readuntil(b"\n\n") == b": listening\n\n"
            async with browser.post("/lab/start-over") as answer:
                assert answer.status == 200
            assert await news.content.read() == b""  # the page sees the end, and comes again

        for empty in ("/lab/people", "/lab/faults", "/lab/wire"):
            async with browser.get(empty) as answer:
                assert await answer.json() == []
        assert lab.world.clock.offset.total_seconds() == 0
        assert (lab.url, lab.smtp_url) == (url, mail)
