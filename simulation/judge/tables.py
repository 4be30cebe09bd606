"""A world's tables, read from outside by a connection of its own."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Any

from simulation.engine.database import engine_on, quick


class Tables:
    """The tables of one world. `outages`: from when to when no process was running, as the books keep time."""

    def __init__(self, path: str) -> None:
        self._raw = quick(path)
        self.engine = engine_on(self._raw)
        self.outages: list[tuple[datetime, datetime]] = []

    def close(self) -> None:
        self.engine.dispose()
        self._raw.close()

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(self._raw.cursor()) as cursor:
            return cursor.execute(question, values).fetchall()

    def knows(self, table: str, key: str) -> bool:
        return bool(self.rows(f"SELECT 1 FROM {table} WHERE id = ?", key))
