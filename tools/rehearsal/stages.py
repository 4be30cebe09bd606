"""The market as it was at a stage of the play, for whoever wants to go on from there on a copy of their own."""

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
FIRST_NUMBER: Final = 7_000_001  # by which the platforms know them
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
        """When it goes on from here: where somebody was seen last is kept to five minutes."""
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
    """The market as it was at a stage, on a copy of its own at `path`; people use this platform now.

    It goes on where it was left when the copy is there already. Time stands still (or as `clock` says); nobody pays.
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
    """Whether a copy had to be made."""
    if path.exists():
        return False
    shutil.copy(stage, path)
    return True


def enter(here: Rehearsal, platform: PlatformCode, locale: str) -> None:
    for place, name in enumerate((SELLER, BUYER, CONSULTANT, STRANGER, OPERATOR)):
        here.people[name] = player_on(platform, name, FIRST_NUMBER + place, locale)
