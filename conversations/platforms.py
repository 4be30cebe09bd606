"""What a chat platform can do: each bot package declares its own, and conversations ask for capabilities, not names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from conversations.buttons import MOST_BYTES
from conversations.reply import LONGEST_LABEL, MOST_OPTIONS
from core.people.accounts.model import PlatformCode

CODE: Final = re.compile(r"[a-z][a-z0-9]{0,9}")  # as long as its column, and without a colon
NAMES: Final = re.compile(r"\{(platforms|stars_platforms)(?:\.(\w+))?(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class ChatPlatform:
    """One chat platform as its bot declares it.

    `names`: by language, how a sentence calls the platform where its plain name does not do ("inside": "in the chat").
    """

    code: PlatformCode
    name: str
    command_sign: str = "/"
    shows_windows: bool = False  # a form is one window; elsewhere it is asked field by field
    has_home: bool = False  # the start screen has a tab of its own
    has_menus: bool = False  # each chat has its own menu of commands
    sells_in_stars: bool = False  # what the market sells is paid in Stars there, by an invoice in the chat
    button_bytes: int = MOST_BYTES  # that a button can carry
    label_length: int = LONGEST_LABEL  # characters on a button or an option
    list_length: int = MOST_OPTIONS  # options in one list
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise ValueError(f"{self.code!r} cannot be the code of a platform")
        if self.button_bytes < MOST_BYTES or self.label_length < LONGEST_LABEL or self.list_length < MOST_OPTIONS:
            raise ValueError(f"{self.name} takes less than our cards hold")

    def called(self, language: str, form: str) -> str:
        """The platform in the words of a sentence; its plain name where the language has none of its own."""
        return self.names.get(language, {}).get(form, self.name)


def by_code(platforms: Sequence[ChatPlatform]) -> Mapping[str, ChatPlatform]:
    """The platforms of an installation. Raises ValueError if two have one code."""
    found: dict[str, ChatPlatform] = {each.code: each for each in platforms}
    if len(found) < len(platforms):
        raise ValueError("two platforms have one code")
    return found


def with_names(text: str, platforms: Sequence[ChatPlatform], language: str) -> str:
    """The text with the platforms' names in it: "{platforms.where: or }" says all of them, joined by " or "."""

    def named(hole: re.Match[str]) -> str:
        meant = [each for each in platforms if each.sells_in_stars or hole[1] == "platforms"]
        return (hole[3] or ", ").join(each.called(language, hole[2] or "") for each in meant)

    return NAMES.sub(named, text)
