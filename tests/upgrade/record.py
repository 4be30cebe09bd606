"""`python -m tests.upgrade.record CHECKOUT`: play the scenes with the release in that checkout, and keep how it ends.

The product of the checkout runs in a process of its own. It is killed while nothing can be delivered. Its database and
the state of the lab around it then become the files of `fixture`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from sqlite3 import connect
from typing import Final

from lab import storage
from lab.people import until
from tests.journeys.market import World, open_world
from tests.upgrade.recording import FOLDER, SETTINGS, write
from tests.upgrade.release import Release
from tests.upgrade.scenes import Stage, TradeBefore, play

BEGINS: Final = "2027-04-08T12:00Z"  # a Thursday; the last act is on a Tuesday
# Kinds of messages that wait in the outbox when the product is killed.
UNDELIVERED: Final = frozenset(
    {
        ("mail", "email_code"),
        ("payments", "account.open"),
        ("payments", "checkout.expire"),
        ("payments", "checkout.open"),
        ("payments", "evidence.submit"),
        ("payments", "hold.page"),
        ("payments", "look"),
        ("payments", "refund"),
        ("payments", "transfer"),
        ("slack", "replies"),
        ("stars", "invoice"),
        ("telegram", "menu"),
        ("telegram", "replies"),
    }
)


async def record(tree: Path, folder: Path) -> None:
    """Play, kill the product, and keep what it leaves."""
    file = folder / "market.sqlite"
    async with open_world(f"sqlite:///{file}", product=False, **SETTINGS) as world:
        release = Release(tree, world, folder)
        await release.start()
        try:
            await play(Stage(world, trades=TradeBefore))
            await until(lambda: nothing_was_delivered(file), lambda: f"still delivered: {UNDELIVERED - waiting(file)}")
            stopped = await release.kill()
        finally:
            await release.stop()
        keep(world, file, {"now": await world.now(), "stopped": stopped})


async def nothing_was_delivered(file: Path) -> bool:
    return waiting(file) >= UNDELIVERED


def waiting(file: Path) -> frozenset[tuple[str, str]]:
    """Return the kinds of outbox messages that were tried in vain."""
    with closing(connect(file)) as database:
        return frozenset(database.execute("SELECT channel, kind FROM outbox WHERE NOT dead"))


def keep(world: World, file: Path, times: Mapping[str, datetime]) -> None:
    world.lab.world.calm()
    state = storage.dump(world.lab.parts(), closed=True)
    told = {name: each.isoformat() for name, each in times.items()}
    with closing(connect(file)) as database:
        write("\n".join(database.iterdump()), state, json.dumps(told, indent=2))


def main() -> int:
    asked = argparse.ArgumentParser(prog="tests.upgrade.record", description=__doc__)
    asked.add_argument("checkout", type=Path, help="the tree of the release, with its main.py")
    tree = asked.parse_args().checkout.resolve()
    os.environ["LAB_BEGINS"] = BEGINS
    with tempfile.TemporaryDirectory(prefix="parley-record-") as name:
        asyncio.run(record(tree, Path(name)))
    sys.stdout.writelines(f"{each.name}: {each.stat().st_size:,} bytes\n" for each in sorted(FOLDER.iterdir()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
