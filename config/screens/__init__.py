"""`main.py screens OUT.html`: every card, form and notice, on both platforms, in every language, on one page.

The conversations are played and walked through as they are (config/rehearsal), drawn by the platforms' own renderers,
and held to the platforms' limits. What breaks one stands at the top of the page, and makes the exit status 1. It is
played once for each platform, in a process of its own; each step that shows something new is read in every language.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from config.rehearsal.explore import Walk
from config.rehearsal.play import Play, stage_door
from config.rehearsal.readers import Readers
from config.rehearsal.screen import Step
from config.rehearsal.stages import at_stage
from config.screens.page import write_page
from config.screens.seen import Album, Book, Seen, failed, halted, notices, unsaid
from conversations.engine import Engine
from conversations.wording import Wordings
from core.people.accounts.model import Platform

Tell = Callable[[str], None]  # how far it is


def gather(arguments: list[str], prepare: Callable[[], None], tell: Tell) -> tuple[str, list[str]]:
    """Write the page. Returns a line about it, and what is over a limit. `prepare`: first in each process."""
    parser = argparse.ArgumentParser(prog="main.py screens", description="All screens on one page, for review")
    parser.add_argument("out", type=Path, help="the page to write")
    parser.add_argument("--languages", default="", help="codes with commas between them; all there are when left out")
    chosen = parser.parse_args(arguments)
    languages = chosen.languages.split(",") if chosen.languages else Wordings().languages()
    languages.sort(key=lambda language: language != "en")
    with ProcessPoolExecutor(len(Platform), initializer=prepare) as processes:
        screens = [each for found in processes.map(partial(_gathered_on, languages, tell), Platform) for each in found]
    chosen.out.write_text(write_page(screens), "utf-8")
    faults = [fault for each in screens for fault in each.faults]
    told = f"{len(screens)} screens in {len(languages)} languages at {chosen.out}, {len(faults)} over a limit"
    return told, list(dict.fromkeys(faults))


def _gathered_on(languages: Sequence[str], tell: Tell, platform: Platform) -> list[Seen]:
    return asyncio.run(Gathering(Wordings(), languages, platform, tell).whole())


@dataclass(frozen=True, slots=True)
class Gathering:
    """What is said on one platform. It is played in the first language; the others read along."""

    wordings: Wordings
    languages: Sequence[str]
    platform: Platform
    tell: Tell = lambda _so_far: None
    album: Album = field(default_factory=Album)

    async def brief(self) -> list[Seen]:
        """The first screens of each kind."""
        async with self._play() as (play, _):
            await self._perform(play, brief=True)
        return self._with_notices()

    async def whole(self) -> list[Seen]:
        """Every screen of the play, and of all that can be pressed on the way."""
        name, first = self.platform.value, self.languages[0]
        self.tell(f"{name}: the play")
        async with self._play() as (play, walk):
            await self._perform(play, brief=False)
            for place, stage in enumerate(play.stages, 1):
                self.tell(f"{name}: stage {place} of {len(play.stages)}, {len(self.album.seen)} screens ({stage.name})")
                copy = play.folder / f"walk{place}.sqlite"
                async with at_stage(stage, copy, self.platform, first, wordings=self.wordings) as here:
                    await walk.through(here, stage)
        return self._with_notices()

    @asynccontextmanager
    async def _play(self) -> AsyncIterator[tuple[Play, Walk]]:
        """The play, watched by the readers of all languages, and the walk through what it leaves."""
        first = self.languages[0]
        with tempfile.TemporaryDirectory() as folder:
            async with stage_door(Path(folder), self.platform, first, self.wordings) as play:
                here = play.here
                book, *books = (self._book(language, here.engine) for language in self.languages)
                readers = Readers({each.words.language: each.witness for each in books}, self._unsaid)
                here.watch = book.witness
                if books:
                    here.before = lambda ctx, act: readers.see_first(book.lacks, ctx, here, act)
                yield play, Walk(here.engine.commands, book.witness, readers.see if books else None)

    async def _perform(self, play: Play, *, brief: bool) -> None:
        try:
            await play.perform(brief=brief)
        except AssertionError as halt:
            failures = await play.here.run(failed)
            why = [str(halt).partition("\n")[0], *failures]
            self.album.seen.append(halted(self.languages[0], self.platform, why))

    def _book(self, language: str, engine: Engine) -> Book:
        return self.album.opened(self.wordings, language, self.languages[0], self.platform, engine)

    def _unsaid(self, language: str, step: Step, fault: Exception) -> None:
        self.album.seen.append(unsaid(language, self.platform, step, fault))

    def _with_notices(self) -> list[Seen]:
        for language in self.languages:
            self.album.seen += notices(self.wordings.speak(language), self.platform)
        return self.album.seen


__all__ = ["Gathering", "Seen", "gather"]
