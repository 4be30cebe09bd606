"""Worker processes for work on untrusted bytes. Such work is bounded in time and memory, and its process can be ended.

A thread cannot be ended, and the memory that it took stays with the product. A worker has neither our secrets in its
environment nor an open database.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from core.kernel.worker import CPU_SECONDS, HEADER, Answer, framed

Result = TypeVar("Result")

WORKERS: Final = 2  # processes at once
WALL_SECONDS: Final = 60.0  # for one piece of work, on however busy a machine; the CPU time ends far earlier
BEGIN: Final = "from core.kernel.worker import main; main()"  # with `-m` its classes would have other names
IDLE_SECONDS: Final = 30.0  # until a worker without work is closed


class WorkEnded(Exception):
    """The work needed more time or memory than it may have, so its process was ended."""


class WorkerPool:
    """At most `size` pieces of work run at once; further ones wait."""

    def __init__(self, size: int = WORKERS, *, cpu_seconds: float = CPU_SECONDS) -> None:
        self._places = asyncio.Semaphore(size)
        self._cpu_seconds = cpu_seconds
        self._idle: list[_Worker] = []
        self._closings: dict[_Worker, asyncio.TimerHandle] = {}

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Run a function of a module in a process of its own. Raises what it raises, or WorkEnded."""
        async with self._places:
            worker = self._waiting() or await _Worker.started(self._cpu_seconds)
            try:
                answer = await asyncio.wait_for(worker.work(function, arguments), WALL_SECONDS)
            except (TimeoutError, ConnectionError, asyncio.IncompleteReadError) as ended:
                await worker.end()
                raise WorkEnded(getattr(function, "__name__", "work")) from ended
            except BaseException:
                await asyncio.shield(worker.end())
                raise
            if answer.leaves:
                await worker.end()
            else:
                self._rest(worker)
        if answer.fault is not None:
            raise answer.fault
        return cast("Result", answer.value)

    async def close(self) -> None:
        """End the workers without work. Work that runs is cancelled by its own callers."""
        idle, self._idle = self._idle, []
        for each in idle:
            self._closings.pop(each).cancel()
        await asyncio.gather(*(each.end() for each in idle))

    def _waiting(self) -> _Worker | None:
        while self._idle:
            worker = self._idle.pop()
            self._closings.pop(worker).cancel()
            if worker.is_alive:
                return worker
        return None

    def _rest(self, worker: _Worker) -> None:
        self._idle.append(worker)
        self._closings[worker] = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._dismiss, worker)

    def _dismiss(self, worker: _Worker) -> None:
        self._idle.remove(worker)
        del self._closings[worker]
        worker.dismiss()


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def started(cls, cpu_seconds: float) -> _Worker:
        environment = {"PYTHONPATH": os.pathsep.join(each for each in sys.path if each), "PATH": os.defpath}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", BEGIN, str(cpu_seconds)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        return cls(process)

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def work(self, function: Callable[..., object], arguments: tuple[object, ...]) -> Answer[Any]:
        assert self._process.stdin is not None, "both are pipes"
        assert self._process.stdout is not None, "both are pipes"
        self._process.stdin.write(framed((function, arguments)))
        await self._process.stdin.drain()
        size = HEADER.unpack(await self._process.stdout.readexactly(HEADER.size))[0]
        answer: Answer[Any] = pickle.loads(await self._process.stdout.readexactly(size))  # noqa: S301 - our own process
        return answer

    def dismiss(self) -> None:
        """Close the pipe of a worker without work: it ends by itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def end(self) -> None:
        self.dismiss()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
