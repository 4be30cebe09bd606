"""Capabilities of a chat platform.

Each bot package declares its own; conversations ask for them and not for names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from conversations.buttons import MOST_BYTES
from conversations.reply import LONGEST_LABEL, MOST_OPTIONS
from core.people.accounts.model import PlatformCode

CODE: Final = re.compile(r"[a-z][a-z0-9]{0,9}")  # fits its column and has no colon
NAMES: Final = re.compile(r"\{(platforms|stars_platforms)(?:\.(\w+))?(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class ChatPlatform:
    """A chat platform as its bot declares it.

    `names`: by language, the name in a sentence if the plain name does not fit ("inside": "in the chat").
    """

    code: PlatformCode
    name: str
    command_sign: str = "/"
    shows_windows: bool = False  # a form is one window; otherwise it is asked field by field
    has_home: bool = False  # the start screen has a tab of its own
    has_menus: bool = False  # each chat has its own menu of commands
    sells_in_stars: bool = False  # the market's own sales are paid in Stars, by an invoice in the chat
    button_bytes: int = MOST_BYTES  # bytes in a button's payload
    label_length: int = LONGEST_LABEL  # characters on a button or an option
    list_length: int = MOST_OPTIONS  # options in one list
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise ValueError(f"{self.code!r} cannot be the code of a platform")
        if self.button_bytes < MOST_BYTES or self.label_length < LONGEST_LABEL or self.list_length < MOST_OPTIONS:
            raise ValueError(f"{self.name} takes less than our cards hold")

    def called(self, language: str, form: str) -> str:
        """Return the platform's name in a sentence; its plain name if the language has no other."""
        return self.names.get(language, {}).get(form, self.name)


def by_code(platforms: Sequence[ChatPlatform]) -> Mapping[str, ChatPlatform]:
    """Return the platforms of an installation by code. Raises ValueError if two share one."""
    found: dict[str, ChatPlatform] = {each.code: each for each in platforms}
    if len(found) < len(platforms):
        raise ValueError("two platforms have one code")
    return found


def with_names(text: str, platforms: Sequence[ChatPlatform], language: str) -> str:
    """Return the text with the platforms' names: "{platforms.where: or }" lists all of them, joined by " or "."""

    def named(hole: re.Match[str]) -> str:
        meant = [each for each in platforms if each.sells_in_stars or hole[1] == "platforms"]
        return (hole[3] or ", ").join(each.called(language, hole[2] or "") for each in meant)

    return NAMES.sub(named, text)
