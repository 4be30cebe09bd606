"""lab/FACE.md is the contract of programs on the lab: it names every call of the chats' faces, no other."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter, FastAPI

import lab
from lab.slack import Slack, face
from lab.telegram import Telegram, phones
from lab.world import World

FACE = (Path(lab.__file__).parent / "FACE.md").read_text()


def calls_of(router: APIRouter, prefix: str) -> set[str]:
    """Return `people/{}/say` for each path of a face."""
    app = FastAPI()
    app.include_router(router)
    paths: list[str] = list(app.openapi()["paths"])
    return {re.sub(r"\{\w+\}", "{}", path.removeprefix(prefix)) for path in paths}


def written_of(heading: str, prefix: str) -> set[str]:
    """Return the calls that the page names. A row's later calls are short: `…/` repeats the beginning of the first."""
    section = FACE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found, begins = set(), ""
    for row in section.splitlines():
        for call in re.findall(r"`(?:GET|POST|PUT|DELETE)? ?(…|/lab)(/[\w/{}]+)", row.partition(" | ")[0]):
            where, path = call
            if where == "…":
                path = f"{begins}/{path.removeprefix('/{id}/').removeprefix('/')}"
            else:
                path = f"/lab{path}"
                begins = path.rpartition("/")[0] if "{id}" in path else f"{path}/{{id}}"
            found.add(re.sub(r"\{\w+\}", "{}", path).removeprefix(prefix).rstrip("/"))
    return found


def test_every_call_of_a_phone_is_written_down() -> None:
    calls = calls_of(phones.router_of(Telegram(World()).bot), "/lab/telegram/")
    assert len(calls) >= 30
    assert written_of("A person on Telegram", "/lab/telegram/") == calls


def test_every_call_of_a_window_is_written_down() -> None:
    calls = calls_of(face.router(Slack(World())), "/lab/slack/")
    assert len(calls) >= 25
    assert written_of("A person on Slack", "/lab/slack/") == calls
