"""The page behind a shared link, as a browser opens it: the public facts, and the ways into the chats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Annotated, Final

from fastapi import FastAPI, Header
from fastapi.responses import HTMLResponse

from web.pages import HEADERS, as_html

THINGS: Final = ("l", "e", "o", "d", "q")  # a listing, a consultant, an offer, a deal, a request for quotes
STYLE: Final = """
body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 8vh auto; padding: 0 1.5rem }
h1 { font-size: 1.5rem; line-height: 1.25 } dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem }
dt { color: #5c6470 } dd { margin: 0; overflow-wrap: anywhere } small { color: #5c6470 }
a { display: inline-block; margin: 1rem .5rem 0 0; padding: .55rem 1.1rem; border-radius: .5rem; color: #fff;
  background: #1f6f54; text-decoration: none } a + a { background: #4a154b }
@media (prefers-color-scheme: dark) { body { background: #14171a; color: #e8eaed } dt, small { color: #9aa3ad } }
"""


@dataclass(frozen=True, slots=True)
class Linked:
    """The contents of the page. `ways`: where each button leads, with its label; `small`: other ways to open it."""

    language: str
    title: str
    text: str = ""
    lines: Sequence[tuple[str, str]] = ()
    ways: Sequence[tuple[str, str]] = ()
    small: str = ""
    found: bool = True


Look = Callable[[str, str], Awaitable[Linked]]  # a path of ours, and the languages that the browser asks for


def add_links(app: FastAPI, look: Look | None) -> None:
    if look is None:
        return
    for thing in THINGS:
        app.get(f"/{thing}/{{named}}", response_class=HTMLResponse)(_page(thing, look))


def _page(thing: str, look: Look) -> Callable[..., Awaitable[HTMLResponse]]:
    async def page(named: str, accept_language: Annotated[str, Header()] = "") -> HTMLResponse:
        linked = await look(f"/{thing}/{named}", accept_language)
        return HTMLResponse(drawn(linked), status_code=200 if linked.found else 404, headers=HEADERS)

    return page


def drawn(linked: Linked) -> str:
    """Draw the page, with the preview that a chat shows for its link."""
    lines = "".join(f"<dt>{as_html(label)}</dt><dd>{as_html(value)}</dd>" for label, value in linked.lines)
    ways = "".join(f'<a href="{escape(way)}" rel="noopener">{as_html(label)}</a>' for label, way in linked.ways)
    summary = linked.text or " · ".join(value for _, value in linked.lines)
    return f"""<!doctype html>
<html lang="{escape(linked.language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta property="og:site_name" content="Parley">
<meta property="og:title" content="{as_html(linked.title)}">
<meta property="og:description" content="{as_html(summary[:300])}">
<title>{as_html(linked.title)} · Parley</title>
<style>{STYLE}</style>
<h1>{as_html(linked.title)}</h1>
{f"<p>{as_html(linked.text)}</p>" if linked.text else ""}
{f"<dl>{lines}</dl>" if lines else ""}
<p>{ways}</p>
<p><small>{escape(linked.small)}</small></p>
</html>
"""
