"""The few pages for a person's browser: where the payment provider returns it to, and what is next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from html import escape
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from core.kernel.plain_text import visible

PAGES: Final = {
    "/paid": ("Thank you", "Go back to your chat: as soon as the money is confirmed, you hear of it there."),
    "/not-paid": ("Nothing was paid", "Go back to your chat. The payment link there stays good until it runs out."),
    "/onboarded": ("Thank you", "Go back to your chat: you hear there when your account can receive money."),
    "/slack/installed": ("Parley is in your workspace", "Open it under Apps in Slack, or write /parley anywhere."),
    "/slack/not-installed": ("Nothing was installed", "The link may be too old. Ask for a new one, and try again."),
    "/link-expired": (
        "This link has been used",
        "Go back to your chat: if you have just finished here, all is done and it says so. Else ask there for another.",
    ),
}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # our address must not be told to other sites
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


FRONT: Final = (
    "Parley is a marketplace for bioenergy that lives in chat. Sellers and buyers find each other there, bargain and "
    "sign, and follow each delivery until the goods have arrived."
)
STYLE: Final = """
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 20vh auto; padding: 0 1.5rem; }
a { color: inherit; }
@media (prefers-color-scheme: dark) { body { background: #14171a; color: #e8eaed; } }
"""


def as_html(text: str) -> str:
    """Return a person's text for a page: no markup, and no characters that make it look like another one."""
    return escape(visible(text))


def add_pages(app: FastAPI, ways: Sequence[tuple[str, str]] = ()) -> None:
    """Add the pages. `ways`: the front page's links to the chats, and to any other open page."""
    app.get("/", response_class=HTMLResponse)(_page("Parley", FRONT, ways))
    for path, (title, words) in PAGES.items():
        app.get(path, response_class=HTMLResponse)(_page(title, words))


def _page(title: str, words: str, ways: Sequence[tuple[str, str]] = ()) -> Callable[[], Awaitable[HTMLResponse]]:
    links = "".join(f'<p><a href="{escape(way)}">{escape(label)}</a></p>\n' for label, way in ways)
    named = title if title == "Parley" else f"{title} · Parley"
    html = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{named}</title>
<style>{STYLE}</style>
<h1>{title}</h1>
<p>{words}</p>
{links}</html>
"""

    async def page() -> HTMLResponse:
        return HTMLResponse(html, headers=HEADERS)

    return page
