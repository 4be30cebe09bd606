"""Pages to which Stripe and Slack send a browser back: each of our addresses shows the next step."""

from __future__ import annotations

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from web.pages import PAGES, add_pages


async def test_every_page_sends_people_back_to_their_chat() -> None:
    app = FastAPI()
    add_pages(app)
    of_stripe = {"/paid", "/not-paid", "/onboarded", "/link-expired"}
    assert of_stripe <= set(PAGES)
    async with AsyncClient(transport=ASGITransport(app), base_url="https://parley.test") as browser:
        for path in PAGES:
            page = await browser.get(path)
            assert page.status_code == 200
            assert ("Go back to your chat" in page.text) == (path in of_stripe)
            assert page.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
