"""A worker process. It runs one function after the other, each within a limit of CPU time, and ends with its parent.

It reads pickled calls from its input and writes pickled answers to its output.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeVar

Value = TypeVar("Value")

CPU_SECONDS: Final = 4.0  # for one piece of work; the slowest honest one takes about two
MEMORY: Final = 1024**3  # bytes of address space
GROWN: Final = 200 * 1024**2  # bytes; a worker that ever took so much ends after its answer
POLITENESS: Final = 5  # added to the niceness: chats come first
HEADER: Final = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """The result of a call. `leaves`: the process ends after it."""

    value: Value | None
    fault: Exception | None
    leaves: bool


def framed(content: object) -> bytes:
    body = pickle.dumps(content)
    return HEADER.pack(len(body)) + body


def serve(calls: BinaryIO, answers: BinaryIO, cpu_seconds: float) -> None:
    """Answer calls until the parent closes the pipe. The kernel ends the process at the limit of CPU time."""
    while len(header := calls.read(HEADER.size)) == HEADER.size:
        call = calls.read(HEADER.unpack(header)[0])
        function, arguments = pickle.loads(call)  # noqa: S301 - our own parent; and its imports do not count as work
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        answer = _call(function, arguments)
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(_written(answer))
        answers.flush()
        if answer.leaves:
            return


def _call(function: Callable[..., object], arguments: tuple[object, ...]) -> Answer[object]:
    try:
        value = function(*arguments)
    except MemoryError:
        os._exit(1)  # the parent sees that the process is gone
    except Exception as fault:
        return Answer(None, fault, _has_grown())
    return Answer(value, None, _has_grown())


def _written(answer: Answer[object]) -> bytes:
    try:
        return framed(answer)
    except Exception as fault:
        return framed(Answer(None, RuntimeError(f"{type(fault).__name__}: {answer.fault!r}"), answer.leaves))


def _has_grown() -> bool:
    """Return whether this program ever took much memory. `getrusage` would count the parent that it was forked from."""
    return any(
        int(line.split()[1]) * 1024 > GROWN
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM:")
    )


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(POLITENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to us too; the parent closes the pipe
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not write among the answers
    serve(sys.stdin.buffer, answers, float(sys.argv[1]))
