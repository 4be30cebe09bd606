"""`python -m tests.journeys.killer ORDERS run`: the product under a killer, which starts it again each time.

ORDERS is a folder. An order is a file `order` with {"when": "before" | "after", "table": …, "word": …}. The product is
killed (SIGKILL) just before or just after it commits the first transaction that writes such a row. With "skip": n, the
first n such transactions are passed over. `table` is a pattern. Each kill becomes a line of the file `killed`. The
product itself knows nothing of this: its runners, on SQLite and on PostgreSQL, are wrapped from outside.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

import config.installation  # everything is loaded once; each start is then a fork
import config.wiring
from config.external_services import SystemClock
from core.kernel.postgres import PostgresRunner
from core.kernel.sqlite import Attempt, SqliteRunner
from core.kernel.transaction import Done
from tools.command_line import main

OUTAGE = timedelta(minutes=2)  # how long each one seems to have lasted: what the dead process held is let go by then


class Killer:
    """Watcher of all writes, which kills at the commit that was ordered."""

    def __init__(self, orders: Path) -> None:
        self._order = orders / "order"
        self._killed = orders / "killed"
        self._due: dict[str, Any] | None = None
        self._seen = 0  # transactions that would have been due, since the order came

    def watch(self) -> None:
        """Watch everything that a runner writes from now on."""
        opens, runs = SqliteRunner.open, SqliteRunner._run_group  # noqa: SLF001 - the commit is nowhere else

        async def open_watched(runner: SqliteRunner) -> None:
            await opens(runner)
            engine = runner._engine  # noqa: SLF001 - as above
            event.listen(engine, "begin", self._on_begin)
            event.listen(engine, "before_cursor_execute", self._on_statement)
            event.listen(engine, "commit", lambda _connection: self._kill("before"))

        def run_watched(runner: SqliteRunner, attempts: list[Attempt]) -> list[Done | Exception]:
            outcomes = runs(runner, attempts)
            self._kill("after")
            return outcomes

        made, asked = PostgresRunner.__init__, PostgresRunner.run

        def made_watched(runner: PostgresRunner, url: str) -> None:
            made(runner, url)
            engine = runner._engine.sync_engine  # noqa: SLF001 - as above
            event.listen(engine, "begin", self._on_begin)
            event.listen(engine, "before_cursor_execute", self._on_statement)
            event.listen(engine, "commit", lambda _connection: self._kill("before"))

        async def asked_watched(runner: PostgresRunner, attempt: Callable[[Connection], Done]) -> Done:
            done = await asked(runner, attempt)
            self._kill("after")
            return done

        PostgresRunner.__init__ = made_watched  # type: ignore[assignment,method-assign]  # wrapped from outside, see above
        PostgresRunner.run = asked_watched  # type: ignore[assignment,method-assign]  # as above
        SqliteRunner.open = open_watched  # type: ignore[assignment,method-assign]  # wrapped from outside, see above
        SqliteRunner._run_group = run_watched  # type: ignore[assignment,method-assign]  # noqa: SLF001 - as above

    def _on_begin(self, _connection: Connection) -> None:
        self._due = None

    def _on_statement(
        self, _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        if not self._order.exists():
            return
        order: dict[str, str] = json.loads(self._order.read_text())
        if re.match(rf"(INSERT INTO|UPDATE) {order['table']}\b", statement) and order["word"] in str(parameters):
            self._due = order

    def _kill(self, when: str) -> None:
        if self._due is None or self._due["when"] != when:
            return
        if self._seen < self._due.get("skip", 0):
            self._seen, self._due = self._seen + 1, None
            return
        self._order.unlink()
        with self._killed.open("a") as line:
            line.write(f"{json.dumps(self._due)}\n")
        os.kill(os.getpid(), signal.SIGKILL)


def run_product(orders: Path, outages: int) -> None:
    """Run the product in a process of its own, on a clock that includes the outages and a story's moves."""
    real, moved = SystemClock.now, orders / "later"

    def now(clock: SystemClock) -> datetime:
        by_hand = timedelta(seconds=float(moved.read_text()) if moved.exists() else 0)
        return real(clock) + OUTAGE * outages + by_hand

    class Machine(SystemClock):
        """The machine's own clock, which measures the product's absence and which no story moves."""

        def now(self) -> datetime:
            return real(self) + OUTAGE * outages

    config.wiring.SystemClock = Machine  # type: ignore[attr-defined]  # from outside, as the runners
    SystemClock.now = now  # type: ignore[assignment,method-assign]  # as above
    Killer(orders).watch()
    main()


def supervise(orders: Path, arguments: Sequence[str]) -> int:
    """Start the product, and again whenever it was killed; hand a polite SIGTERM on."""
    sys.argv = ["main.py", *arguments]
    outages = 0
    while True:
        child = os.fork()
        if child == 0:
            run_product(orders, outages)
            os._exit(0)  # main() has left by sys.exit already
        signal.signal(signal.SIGTERM, lambda *_, running=child: os.kill(running, signal.SIGTERM))
        _, status = os.waitpid(child, 0)
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            return os.waitstatus_to_exitcode(status)
        outages += 1


if __name__ == "__main__":
    sys.exit(supervise(Path(sys.argv[1]), sys.argv[2:]))
