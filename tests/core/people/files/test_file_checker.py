"""Pictures that many people send at once are decoded a few at a time. The product's memory stays as it was."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from core.kernel.errors import Invalid
from core.kernel.worker_pool import WorkerPool
from core.people.files.checker import FileChecker

PAGE = os.sysconf("SC_PAGE_SIZE")
HEAVY = 8  # pictures at once


@pytest.fixture
async def files() -> AsyncIterator[FileChecker]:
    pool = WorkerPool()
    yield FileChecker(pool)
    await pool.close()


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def picture_of_39_megapixels() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (6_500, 6_000), "#5c4033").save(written, "PNG")
    return written.getvalue()


async def test_pictures_of_39_megapixels_leave_the_memory_as_it_was(files: FileChecker) -> None:
    """24 of them took 3.1 GB, which stayed."""
    content = picture_of_39_megapixels()

    async def download() -> bytes:
        return content

    highest, before = 0, resident()
    fetching = [asyncio.create_task(files.fetch(f"{number}.png", download)) for number in range(HEAVY)]
    while not all(each.done() for each in fetching):
        await asyncio.sleep(0.01)
        highest = max(highest, resident())
    assert {each.result().mime for each in fetching} == {"image/jpeg"}
    assert highest - before < 60_000_000
    with Image.open(io.BytesIO(fetching[0].result().content)) as kept:
        assert max(kept.size) == 2_560


async def test_few_files_are_held_at_once(files: FileChecker) -> None:
    held, most = 0, 0

    async def download() -> bytes:
        nonlocal held, most
        held += 1
        most = max(most, held)
        await asyncio.sleep(0.01)
        held -= 1
        return b"%PDF-1.7"

    await asyncio.gather(*(files.fetch(f"{number}.pdf", download) for number in range(40)))
    assert most == 8


async def test_a_broken_picture_is_refused_by_name(files: FileChecker) -> None:
    async def download() -> bytes:
        return b"\x89PNG\r\n\x1a\n"

    with pytest.raises(Invalid) as refused:
        await files.fetch("ticket.png", download)
    assert (refused.value.code, refused.value.parts["name"]) == ("file.type", "ticket.png")
