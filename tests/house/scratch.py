"""A scratch copy of the repository, to break or to extend without touching the real one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PACKAGES = ("tools", "simulation", "config", "bots", "payments", "web", "documents", "conversations", "core", "lab")


def copy_of_the_house(place: Path, *more: str) -> Path:
    """Copy the packages, and other paths that are named, to `place`."""
    for name in (*PACKAGES, *more):
        shutil.copytree(HOUSE / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite*"))
    shutil.copy(HOUSE / "pyproject.toml", place)
    return place


def run(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of the tools that stand beside this Python, in the scratch copy."""
    tool, *arguments = command
    path = Path(sys.executable).with_name(tool)
    alone = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABASE_URL", "TEST_DATABASE_URL", "PYTEST_"))
    }
    return subprocess.run([path, *arguments], cwd=place, env=alone, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
