"""The page in a real browser.

It needs Chromium at /usr/bin/chromium, or at the path in PARLEY_CHROMIUM.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Page, async_playwright

CHROMIUM: Final = os.environ.get("PARLEY_CHROMIUM", "/usr/bin/chromium")
QUIET: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET_NETWORK: Final = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@asynccontextmanager
async def open_page() -> AsyncIterator[Page]:
    """Open the page in a new browser; a script error on the page fails the test."""
    troubles: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *QUIET_NETWORK])
        page = await chromium.new_page(viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda trouble: troubles.append(str(trouble)))
        yield page
        await chromium.close()
    assert troubles == []
