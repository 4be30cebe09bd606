"""Patterns made of the catalogue's words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.catalogue.names import folded


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first; the words are folded."""
    unique = sorted({folded(word) for word in words}, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in unique) + ")"
