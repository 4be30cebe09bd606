"""Plays the market, and gathers every screen of it for one page.

The conversations are played and walked through as they are (tools/rehearsal). The platforms' own renderers draw them.
The platforms' limits are checked. A broken one stands at the top of the page, and makes the exit status 1. Each
platform is played once, in a process of its own. Each step that shows something new is read in every language.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from string import Template

from config.platforms import PLATFORMS
from conversations.engine import Engine
from conversations.wording import Wordings
from core.people.accounts.model import PlatformCode
from tools.rehearsal.exploration import Walk
from tools.rehearsal.play import Play, stage_door
from tools.rehearsal.screen import Step
from tools.rehearsal.stages import at_stage
from tools.rehearsal.translations import Translations
from tools.screens.captures import Capture, Captures, LanguageCaptures, failed, halted, notices, unsaid

PAGE = Path(__file__).with_name("page.html")


def write_page(seen: Sequence[Capture]) -> str:
    faults = list(dict.fromkeys(fault for each in seen for fault in each.faults))
    return Template(PAGE.read_text("utf-8")).substitute(
        groups=_options(each.group for each in seen),
        kinds=_options(each.kind for each in seen),
        platforms=_options(each.platform for each in seen),
        languages=_options(each.language for each in seen),
        faults=_faults(faults),
        screens="\n".join(map(_screen, seen)),
    )


def _options(names: Iterable[str]) -> str:
    return "".join(f"<option>{escape(name)}</option>" for name in sorted(set(names)))


def _faults(faults: Sequence[str]) -> str:
    if not faults:
        return '<section id="faults" class="none">No screen is over a limit.</section>'
    items = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
    return f'<section id="faults"><b>{len(faults)} over a limit</b><ul>{items}</ul></section>'


def _screen(each: Capture) -> str:
    about = " · ".join((each.language, each.group, each.kind, each.after))
    marks = " ".join(
        f'data-{name}="{escape(value, quote=True)}"'
        for name, value in (
            ("group", each.group),
            ("kind", each.kind),
            ("platform", each.platform),
            ("language", each.language),
        )
    )
    looks = f"{each.platform} faulty" if each.faults else each.platform
    return f'<article class="{looks}" {marks}><small>{escape(about)}</small>{each.html}</article>'


Tell = Callable[[str], None]  # reports the progress


def gather(arguments: list[str], prepare: Callable[[], None], tell: Tell) -> tuple[str, list[str]]:
    """Write the page. Return a line about it, and the broken limits. `prepare`: run first in each process."""
    parser = argparse.ArgumentParser(prog="main.py screens", description="All screens on one page, for review")
    parser.add_argument("out", type=Path, help="the page to write")
    parser.add_argument("--languages", default="", help="codes with commas between them; all there are when left out")
    chosen = parser.parse_args(arguments)
    languages = chosen.languages.split(",") if chosen.languages else Wordings(PLATFORMS).languages()
    languages.sort(key=lambda language: language != "en")
    with ProcessPoolExecutor(len(PLATFORMS), initializer=prepare) as processes:
        screens = [
            each
            for found in processes.map(partial(_gathered_on, languages, tell), [each.code for each in PLATFORMS])
            for each in found
        ]
    chosen.out.write_text(write_page(screens), "utf-8")
    faults = [fault for each in screens for fault in each.faults]
    told = f"{len(screens)} screens in {len(languages)} languages at {chosen.out}, {len(faults)} over a limit"
    return told, list(dict.fromkeys(faults))


def _gathered_on(languages: Sequence[str], tell: Tell, platform: PlatformCode) -> list[Capture]:
    return asyncio.run(Gathering(Wordings(PLATFORMS), languages, platform, tell).whole())


@dataclass(frozen=True, slots=True)
class Gathering:
    """The screens of one platform. It is played in the first language; the others are recorded along the way."""

    wordings: Wordings
    languages: Sequence[str]
    platform: PlatformCode
    tell: Tell = lambda _so_far: None
    captures: Captures = field(default_factory=Captures)

    async def brief(self) -> list[Capture]:
        """Gather the first screens of each kind."""
        async with self._play() as (play, _):
            await self._perform(play, brief=True)
        return self._with_notices()

    async def played(self) -> list[Capture]:
        """Gather the screens of the play alone."""
        async with self._play() as (play, _):
            await self._perform(play, brief=False)
        return self._with_notices()

    async def whole(self) -> list[Capture]:
        """Gather every screen of the play, and of all that can be pressed on the way."""
        name, first = self.platform, self.languages[0]
        self.tell(f"{name}: the play")
        async with self._play() as (play, walk):
            await self._perform(play, brief=False)
            for place, stage in enumerate(play.stages, 1):
                self.tell(
                    f"{name}: stage {place} of {len(play.stages)}, {len(self.captures.screens)} screens ({stage.name})"
                )
                copy = play.folder / f"walk{place}.sqlite"
                async with at_stage(stage, copy, self.platform, first, wordings=self.wordings) as here:
                    await walk.through(here, stage)
        return self._with_notices()

    @asynccontextmanager
    async def _play(self) -> AsyncIterator[tuple[Play, Walk]]:
        """Perform the play in all languages, and walk through its stages."""
        first = self.languages[0]
        with tempfile.TemporaryDirectory() as folder:
            async with stage_door(Path(folder), self.platform, first, self.wordings) as play:
                here = play.here
                played, *others = (self._in_language(language, here.engine) for language in self.languages)
                translations = Translations({each.words.language: each.record for each in others}, self._unsaid)
                here.watch = played.record
                if others:
                    here.before = lambda ctx, act: translations.see_first(played.lacks, ctx, here, act)
                yield play, Walk(here.engine.commands, played.record, translations.see if others else None)

    async def _perform(self, play: Play, *, brief: bool) -> None:
        try:
            await play.perform(brief=brief)
        except AssertionError as halt:
            failures = await play.here.run(failed)
            why = [str(halt).partition("\n")[0], *failures]
            self.captures.screens.append(halted(self.languages[0], self.platform, why))

    def _in_language(self, language: str, engine: Engine) -> LanguageCaptures:
        return self.captures.in_language(self.wordings, language, self.languages[0], self.platform, engine)

    def _unsaid(self, language: str, step: Step, fault: Exception) -> None:
        self.captures.screens.append(unsaid(language, self.platform, step, fault))

    def _with_notices(self) -> list[Capture]:
        for language in self.languages:
            self.captures.screens += notices(self.wordings.speak(language), self.platform)
        return self.captures.screens
