"""Text from outside, as a database can store it and a reader can trust it."""

from __future__ import annotations

import math
import re
from typing import Any, Final

MOST_LEVELS: Final = 60  # so many lists and objects may be within each other
# PostgreSQL stores no NUL, and half of a surrogate pair is no text in any encoding.
UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
# Control characters but tab and line break, and those that turn the reading direction around.
UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def storable(text: str) -> str:
    """Return the text without characters that no database stores."""
    return UNSTORABLE.sub("", text)


def visible(text: str) -> str:
    """Return the text without characters that a reader cannot see, on one platform as on the other."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def name(text: str) -> str:
    """Return a name in one line, without characters that a reader cannot see."""
    return " ".join(visible(text).split())


def storable_json(value: Any, levels: int = MOST_LEVELS) -> Any:
    """Return a JSON value that every database stores: without odd characters and numbers, and not too deep."""
    match value:
        case str():
            return storable(value)
        case float() if not math.isfinite(value):
            return None
        case dict() | list() if levels == 0:
            return None
        case dict():
            return {storable(str(key)): storable_json(part, levels - 1) for key, part in value.items()}
        case list():
            return [storable_json(part, levels - 1) for part in value]
        case _:
            return value
