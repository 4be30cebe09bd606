"""Work on untrusted bytes runs in processes that end at a limit, and gives its memory back."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator

import pytest

from core.kernel import worker
from core.kernel.errors import Invalid
from core.kernel.worker_pool import WorkEnded, WorkerPool


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    made = WorkerPool(size=2, cpu_seconds=1)
    yield made
    await made.close()


def spin() -> None:
    while True:
        pass


def hoard() -> int:
    return len(bytearray(2 * worker.MEMORY))


def refuse(name: str) -> None:
    raise Invalid("file.broken", field="files", name=name)


def grow() -> int:
    return len(bytearray(worker.GROWN + 1_000_000))


def own_id(seconds: float = 0) -> int:
    time.sleep(seconds)
    return os.getpid()


def secrets_there() -> list[str]:
    return sorted(os.environ)


async def test_work_without_end_is_ended_and_others_go_on(pool: WorkerPool) -> None:
    with pytest.raises(WorkEnded):
        await pool.run(spin)
    assert await pool.run(own_id) != os.getpid()


async def test_work_that_wants_too_much_memory_is_ended(pool: WorkerPool) -> None:
    with pytest.raises(WorkEnded):
        await pool.run(hoard)


async def test_a_refusal_comes_back_as_it_was(pool: WorkerPool) -> None:
    with pytest.raises(Invalid) as refused:
        await pool.run(refuse, "a.png")
    assert (refused.value.code, refused.value.field, refused.value.parts) == ("file.broken", "files", {"name": "a.png"})


async def test_only_so_many_run_at_once_and_a_rested_worker_works_again(pool: WorkerPool) -> None:
    ids = await asyncio.gather(*(pool.run(own_id, 0.05) for _ in range(6)))
    assert len(set(ids)) == 2


async def test_a_worker_that_has_grown_leaves(pool: WorkerPool) -> None:
    first = await pool.run(own_id)
    assert await pool.run(own_id) == first
    await pool.run(grow)
    assert await pool.run(own_id) != first


async def test_a_worker_holds_no_secret_of_ours(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live")
    assert "STRIPE_SECRET_KEY" not in await pool.run(secrets_there)


async def test_cancelled_work_takes_its_process_along(pool: WorkerPool) -> None:
    task = asyncio.create_task(pool.run(own_id, 30))
    await asyncio.sleep(0.3)
    task.cancel()
    begun = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - begun < 5
