"""A real browser on the page of the lab around the product."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from lab.tests.page.chromium import open_page


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with open_page() as page:
        yield page
