"""The market's own conditions in words, by version: a signed text must be there to be read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "conditions"
TEXTS: Final = {int(path.stem): path.read_text("utf-8").strip() for path in FOLDER.glob("*.md")}


def conditions(version: int) -> str:
    """Return the whole text, in English, which is the one that binds; empty if no such version is kept here."""
    return TEXTS.get(version, "")


def conditions_hash(version: int) -> str:
    """Return the sha256 of that text, as the signed terms name it."""
    return hashlib.sha256(conditions(version).encode()).hexdigest()
