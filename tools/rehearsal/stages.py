"""The market at a stage of the play, on a copy of the database to go on from."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from conversations.reply import Reply
from conversations.wording import Wordings
from core.people.accounts.model import PlatformCode
from tools.rehearsal.market import Rehearsal, StillClock, player_on, rehearsal

SELLER, BUYER, CONSULTANT, OPERATOR, STRANGER = "Rasa", "Tom", "Alex", "Olga", "Eve"
FIRST_NUMBER: Final = 7_000_001  # the platforms' numbers of the people start here
OPERATORS: Final = (f"telegram:{FIRST_NUMBER + 4}", f"slack:U{FIRST_NUMBER + 4}")


@dataclass(frozen=True, slots=True)
class Stage:
    """`path`: the database as it was at `moment`. `screens`: what each person had seen by then.

    `commands`: enough has happened since the last time that every command is worth a look again.
    """

    name: str
    path: Path
    moment: datetime
    screens: Mapping[str, tuple[Reply, ...]]
    commands: bool = False

    @property
    def later(self) -> datetime:
        """Return when it goes on from here: the last used chat of a person is remembered only to five minutes."""
        return self.moment + timedelta(minutes=6)


@asynccontextmanager
async def at_stage(
    stage: Stage,
    path: Path,
    platform: PlatformCode,
    locale: str = "en",
    *,
    wordings: Wordings | None = None,
    clock: StillClock | None = None,
) -> AsyncIterator[Rehearsal]:
    """Open the market at a stage of the play, on a copy at `path`; people use `platform` now.

    If the copy exists already, it goes on where it was left. Time stands still (or as `clock` says), and there are no
    payments.
    """
    fresh = laid(stage.path, path)
    clock = clock or StillClock(stage.later)
    async with rehearsal(f"sqlite:///{path}", clock, OPERATORS, wordings=wordings) as here:
        enter(here, platform, locale)
        if fresh:
            for name, player in here.people.items():
                player.screen.show(list(stage.screens[name]))
        yield here


def laid(stage: Path, path: Path) -> bool:
    """Copy the stage unless there is a copy; return whether it was copied."""
    if path.exists():
        return False
    shutil.copy(stage, path)
    return True


def enter(here: Rehearsal, platform: PlatformCode, locale: str) -> None:
    for place, name in enumerate((SELLER, BUYER, CONSULTANT, STRANGER, OPERATOR)):
        here.people[name] = player_on(platform, name, FIRST_NUMBER + place, locale)
