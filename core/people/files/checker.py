"""Fetches and checks files of people, a few at a time. Pictures are decoded in processes of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from core.kernel.errors import Invalid
from core.kernel.worker_pool import WorkEnded, WorkerPool
from core.people.files.model import Checked
from core.people.files.rules import inspect, is_picture

AT_ONCE: Final = 8  # files that are held in memory; further ones are fetched when these are done


class FileChecker:
    """The only way of a chat platform's files into the product."""

    def __init__(self, pool: WorkerPool, at_once: int = AT_ONCE) -> None:
        self._pool = pool
        self._places = asyncio.Semaphore(at_once)

    async def fetch(self, name: str, download: Callable[[], Awaitable[bytes]]) -> Checked:
        """Return the downloaded file after its check. Raises Invalid, and what `download` raises."""
        async with self._places:
            content = await download()
            if not is_picture(content):
                return inspect(name, content)
            try:
                return await self._pool.run(inspect, name, content)
            except WorkEnded as ended:
                raise Invalid("file.broken", name=name) from ended
