"""The plain HTTP client of the lab's people, and ways to wait for what they look for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

PATIENCE = 15.0  # seconds until a person gives up waiting for something to appear
GLANCE = 0.5  # seconds until they look again although the lab has announced no change

File = tuple[str, bytes, str]  # name, content, MIME type
Look = Callable[[], Awaitable[Any]]


@dataclass
class Browser:
    http: aiohttp.ClientSession
    url: str
    patience: float = PATIENCE

    async def get(self, path: str) -> Any:
        async with self.http.get(self.url + path) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def post(self, path: str, body: Any = None) -> Any:
        async with self.http.post(self.url + path, json=body if body is not None else {}) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def put(self, path: str, body: Any) -> Any:
        async with self.http.put(self.url + path, json=body) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def upload(self, path: str, *files: File, **fields: str) -> Any:
        form = aiohttp.FormData()
        for field_name, value in fields.items():
            form.add_field(field_name, value)
        for name, content, mime in files:
            form.add_field("files", content, filename=name, content_type=mime)
        async with self.http.post(self.url + path, data=form) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def until(self, look: Look, why: Callable[[], str], patience: float | None = None) -> Any:
        """Look again after each change that the lab announces, until `look` finds something.

        Raises AssertionError with the words of `why` after so many seconds in vain.
        """
        deadline = time.monotonic() + (self.patience if patience is None else patience)
        changes = -1
        while not (found := await look()):
            assert time.monotonic() < deadline, why()
            changes = await self.get(f"/lab/changes?after={changes}&within={GLANCE}")
        return found


async def until(look: Look, why: Callable[[], str], patience: float = PATIENCE) -> Any:
    """Poll `look` every few milliseconds, for changes that the lab does not announce."""
    deadline = time.monotonic() + patience
    while not (found := await look()):
        assert time.monotonic() < deadline, why()
        await asyncio.sleep(0.03)
    return found


class Seeing(Protocol):
    """A person with a screen."""

    name: str
    browser: Browser

    async def screen(self) -> str: ...


async def sees(person: Seeing, texts: tuple[str, ...], meanwhile: Callable[[], Awaitable[None]] | None = None) -> str:
    """Wait until all these texts are on the screen, compared without case. Return the screen.

    `meanwhile`: what this person does each time that they are not.
    """
    seen = ""

    async def all_there() -> bool:
        nonlocal seen
        seen = await person.screen()
        found = all(text.casefold() in seen.casefold() for text in texts)
        if not found and meanwhile is not None:
            await meanwhile()
        return found

    await person.browser.until(all_there, lambda: f"{person.name} does not see {texts} but\n{seen}")
    return seen
