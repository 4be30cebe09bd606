"""The lasting effect of an input: every row of the market, without the names and times of the day."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import ForeignKeyConstraint

from core.kernel.database import Id, Instant, Table

# A row by its table and state, and all else that it says.
Row = tuple[str, str, str]
Effect = Counter[Row]

# Traces that every input leaves, whatever it does: the inbox, the outbox, and the state of the chats.
OF_SESSIONS: Final = frozenset(
    {"inbox", "outbox", "draft", "card_pointer", "remembered", "timer", "chat_identity", "search_log", "heartbeat"}
)
PAPERS: Final = frozenset({"file_content", "kept_file"})
MADE_UP: Final = frozenset({"ref", "code", "code_hash", "digest", "mark"})  # made for each thing
NAMES_AND_MOMENTS: Final = re.compile(
    r"\b[0-9A-HJKMNP-TV-Z]{26}\b"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.+Z]*"
    r"|\b[0-9a-f]{64}\b"
    r"|\b(?:telegram|slack):[0-9a-f]{16}\b"
)


def effect_in(path: Path) -> Effect:
    """Return everything that is stored in this database."""
    found: Effect = Counter()
    with closing(sqlite3.connect(path)) as market:
        for name, columns in told():
            for state, *rest in market.execute(f'SELECT {columns} FROM "{name}"'):
                found[name, str(state), NAMES_AND_MOMENTS.sub("#", repr(rest))] += 1
    return found


def by_state(effect: Effect) -> Counter[tuple[str, str]]:
    """Count the rows by table and state, whatever their content.

    Documents are left out, since one may be shown in place of words.
    """
    counted: Counter[tuple[str, str]] = Counter()
    for (name, state, _), count in effect.items():
        if name not in PAPERS:
            counted[name, state] += count
    return counted


@cache
def told() -> tuple[tuple[str, str], ...]:
    """Return the columns, by table, whose values are the same in each run; the state comes first."""
    tables = []
    for name, table in Table.metadata.tables.items():
        if name in OF_SESSIONS:
            continue
        linked = {
            column.name
            for constraint in table.constraints
            if isinstance(constraint, ForeignKeyConstraint)
            for column in constraint.columns
        }
        same = [
            column.name
            for column in table.columns
            if column.type is not Id and not isinstance(column.type, Instant)
            if column.name not in linked | MADE_UP | {"state"}
        ]
        state = '"state"' if "state" in table.columns else "''"
        tables.append((name, ", ".join([state, *(f'"{each}"' for each in same)])))
    return tuple(tables)
