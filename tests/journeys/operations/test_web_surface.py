"""The product's web shows pages with their policies, and no inner part of it."""

from __future__ import annotations

import pytest

from tests.journeys.market import World

PAGES = ("/", "/paid", "/not-paid", "/onboarded", "/link-expired")


def address(world: World, path: str) -> str:
    assert world.product is not None
    return f"{world.product.server.url}{path}"


async def test_pages_for_browsers_carry_their_policies(world: World) -> None:
    for path in PAGES:
        async with world.browser.http.get(address(world, path)) as answer:
            assert answer.status == 200, path
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/.git/config", "/.env", "/static/", "/metrics/"])
async def test_no_inner_part_is_served(world: World, path: str) -> None:
    async with world.browser.http.get(address(world, path), allow_redirects=False) as answer:
        assert answer.status in (404, 307), path
        assert b"Traceback" not in await answer.read()


async def test_trace_and_other_origins_are_refused(world: World) -> None:
    async with world.browser.http.request("TRACE", address(world, "/")) as answer:
        assert answer.status == 405
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with world.browser.http.options(address(world, "/stripe/webhook"), headers=headers) as answer:
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.status == 405


async def test_changes_come_by_post_alone(world: World) -> None:
    for path in ("/telegram/webhook", "/slack/events", "/stripe/webhook", "/stripe/thin"):
        async with world.browser.http.get(address(world, path)) as answer:
            assert answer.status == 405, path


async def test_the_books_are_shown_to_the_operator_alone(world: World) -> None:
    token = world.settings.operator_token
    assert token is not None
    for given, status in ((None, 401), ("Bearer wrong", 401), (f"Bearer {token.get_secret_value()}", 200)):
        headers = {"Authorization": given} if given else {}
        async with world.browser.http.get(address(world, "/operator/books"), headers=headers) as answer:
            assert answer.status == status
            assert answer.headers["Content-Type"].startswith("application/json")
