"""The side of a measured program: it reports where its webhook is, and on request its CPU time so far.

It uses only the standard library, because peers run it in an environment of their own.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

SECRET = "bench-secret"  # noqa: S105 - opens nothing: both ends of it are this program
BOT_TOKEN = "7001:bench-token-of-no-bot-at-all-000000"  # noqa: S105 - the simulated server takes any


async def report(url: str) -> None:
    """Say that the webhook is open; then answer each line of the parent's with CPU seconds, until there is none."""
    print(json.dumps({"webhook": url}), flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        print(json.dumps({"cpu": time.process_time()}), flush=True)


def run(serve: Callable[[str, str], Coroutine[Any, Any, None]]) -> None:
    """Run a system on the faster event loop. Arguments: the API's address and the database's path."""
    import uvloop  # noqa: PLC0415 - so that the tables of this module can be read without it

    uvloop.run(serve(sys.argv[1], sys.argv[2]))


def answers_table(path: str) -> sqlite3.Connection:
    """Create the table of a peer's answers: one row a chat, as durable as Parley's own."""
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE answers (chat INTEGER PRIMARY KEY, step TEXT, answers TEXT NOT NULL)")
    return database


def keep(database: sqlite3.Connection, chat: int, step: str, answers: dict[str, str]) -> None:
    """Commit one row for a step."""
    database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (chat, step, json.dumps(answers)))


# --- the conversation, as every peer holds it -------------------------------------------------------------------------

ASKED = ("goods", "price", "incoterm", "place", "window", "send")
QUESTIONS = {
    "price": "What is the price per tonne?",
    "incoterm": "On which delivery terms do you sell?",
    "place": "Where do the goods stand, or where do you deliver to?",
    "window": "When can it be delivered?",
    "send": "Look it over, then publish it.",
}
TERMS = ("FCA", "DAP", "EXW", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DPU", "DDP")


def card(step: str, answers: dict[str, str]) -> str:
    """Return the answers so far, and the question."""
    lines = "\n".join(f"{name.capitalize()}: {answer}" for name, answer in answers.items())
    return f"Sell goods\n\n{lines}\n\n{QUESTIONS[step]}"


def buttons(step: str, answers: dict[str, str]) -> list[list[tuple[str, str]]]:
    """Return label and load of each button under a card, by rows."""
    way_out = [("Back", "form.back"), ("Cancel", "form.cancel")]
    if step == "incoterm":
        return [*([(term, f"form.pick|{term}")] for term in TERMS), way_out]
    if step == "send":
        changes = [(f"Change · {name}", f"form.edit|{name}") for name in answers]
        return [changes[:2], changes[2:], [("Publish", "form.send")], way_out]
    return [way_out]
