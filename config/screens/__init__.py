"""`main.py screens OUT.html`: every card, form and notice, on both platforms, in every language, on one page.

The conversations are played and walked through as they are (config/rehearsal), drawn by the platforms' own renderers,
and held to the platforms' limits. What breaks one stands at the top of the page, and makes the exit status 1.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Collection
from pathlib import Path

from config.rehearsal.explore import Walk
from config.rehearsal.stages import at_stage, stage_door
from config.screens.page import write_page
from config.screens.seen import Album, Seen, failed, halted, notices
from conversations.wording import Wordings
from core.people.model import Platform


def gather(arguments: list[str]) -> tuple[str, list[str]]:
    """Write the page. Returns a line about it, and what is over a limit."""
    parser = argparse.ArgumentParser(prog="main.py screens", description="All screens on one page, for review")
    parser.add_argument("out", type=Path, help="the page to write")
    parser.add_argument("--languages", default="", help="codes with commas between them; all there are when left out")
    chosen = parser.parse_args(arguments)
    wordings = Wordings()
    languages = chosen.languages.split(",") if chosen.languages else wordings.languages()
    album = asyncio.run(gathered(wordings, languages))
    chosen.out.write_text(write_page(album.seen), "utf-8")
    faults = [fault for each in album.seen for fault in each.faults]
    told = f"{len(album.seen)} screens in {len(languages)} languages at {chosen.out}, {len(faults)} over a limit"
    return told, list(dict.fromkeys(faults))


async def gathered(wordings: Wordings, languages: Collection[str], *, brief: bool = False) -> Album:
    """Every screen of the play, and of all that can be pressed on the way; `brief`: the first screens of each kind."""
    album = Album()
    for language in languages:
        for platform in Platform:
            with tempfile.TemporaryDirectory() as folder:
                await _play(album, wordings, Path(folder), platform, language, brief=brief)
            album.seen += notices(wordings.speak(language), platform)
    return album


async def _play(
    album: Album, wordings: Wordings, folder: Path, platform: Platform, language: str, *, brief: bool
) -> None:
    async with stage_door(folder, platform, language, wordings) as play:
        book = album.opened(wordings.speak(language), platform, play.here.engine.flows)
        play.here.watch = book.witness
        try:
            await play.perform(brief=brief)
        except AssertionError as halt:
            failures = await play.here.run(failed)
            album.seen.append(halted(language, platform, [str(halt).partition("\n")[0], *failures]))
        stages = play.stages
        walking = Walk(play.here.engine.commands, book.witness)
    for place, stage in enumerate([] if brief else stages):
        async with at_stage(stage, folder / f"walk{place}.sqlite", platform, language, wordings) as here:
            await walking.through(here, stage)


__all__ = ["Seen", "gather", "gathered"]
