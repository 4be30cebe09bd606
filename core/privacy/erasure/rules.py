"""Pure decisions about what names a person: an account's id in a letter, or a name in another person's chat.

Both are taken whole. A few digits stand in many a price and date, and a short name within many words.
"""

from __future__ import annotations

import re
from typing import Any, Final

from core.people.accounts.model import ChatIdentity

# Fields in which the platforms name people. Other numbers (updates, messages, dates) may have the same digits.
WHO: Final = frozenset({"id", "user", "users", "user_id", "user_ids", "parent_user_id", "inviter"})


def tells_of(letter: Any, account: ChatIdentity) -> bool:
    """Return whether a received letter is from this account, or names it. `letter`: as the platform wrote it.

    Where there are workspaces, an id counts in its own only: others give out the same.
    """
    if account.workspace and not _names(letter, frozenset({account.workspace}), anywhere=True):
        return False
    return _names(letter, frozenset({account.outside_id}))


def _names(part: Any, ids: frozenset[str], key: str = "", *, anywhere: bool = False) -> bool:
    match part:
        case dict():
            return any(_names(each, ids, name, anywhere=anywhere) for name, each in part.items())
        case list():
            return any(_names(each, ids, key, anywhere=anywhere) for each in part)
        case int() | str() if str(part) in ids:
            return anywhere or key in WHO
        case str():
            return not ids.isdisjoint(MENTIONED.findall(part))
    return False


# Within a sentence: "<@U0123>" and "<@U0123|olga>", or a link to a person.
MENTIONED: Final = re.compile(r"(?:<@|tg://user\?id=)(\w+)")


def speaks_of(line: str, name: str) -> bool:
    """Return whether a line says this name, and not only a longer word that contains it."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line) is not None
