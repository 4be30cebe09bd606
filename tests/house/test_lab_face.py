"""Stories go through the lab's HTTP face: what no person and no service could reach, no story reaches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.scratch import HOUSE

FOLDERS = ("bots", "journeys", "payments")
STORIES = sorted(path for folder in FOLDERS for path in (HOUSE / "tests" / folder).rglob("*.py"))
INSIDE = {"world", "telegram", "slack", "stripe", "mail"}  # the lab's own objects, behind its face
# Credentials that real services give to a bot's installer, and the pace at which people of a story may talk.
TOLD = {"token", "bot_token", "app_token", "signing_secret", "secret_key", "webhook_url", "webhook_secret", "client_id"}
TOLD |= {"client_secret"}
PACE = {"telegram.bot.pace.chat_burst", "slack.app.pace"}
OPEN = {"lab.app", "lab.people"}  # the modules of the lab that a story may import
OPEN |= {"lab.slack.check", "lab.slack.form_state"}  # functions that check what Slack accepts; they need no running lab
# Helpers of the lab's own tests, which use the face.
OPEN |= {"lab.tests.conftest", "lab.tests.page.chromium", "lab.tests.phone", "lab.tests.slack.member"}


def reaches(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield chains like `lab.telegram.bot.chats`, and imports of the lab's inside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lab") and node.module not in OPEN:
            yield node.lineno, f"import of {node.module}"
        if not isinstance(node, ast.Attribute):
            continue
        _, lab, inside = ast.unparse(node).rpartition("lab.")
        first, _, rest = inside.partition(".")
        if lab and first in INSIDE and rest and rest not in TOLD and inside not in PACE and not passing(inside):
            yield node.lineno, ast.unparse(node)


def passing(inside: str) -> bool:
    """Return whether these are the first links of a chain that is allowed as a whole."""
    return any(pace.startswith(f"{inside}.") for pace in PACE)


@pytest.mark.parametrize("story", STORIES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_story_reaches_around_the_face_of_the_lab(story: Path) -> None:
    assert list(reaches(ast.parse(story.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "breach", ["world.lab.telegram.bot.chats[1]", "lab.world.faults.append(x)", "from lab.world import Fault"]
)
def test_a_breach_is_noticed(breach: str) -> None:
    assert list(reaches(ast.parse(breach))) != []


def test_there_are_stories() -> None:
    assert len(STORIES) > 5
