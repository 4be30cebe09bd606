"""The security phrase: two pictures that only this person and the market know.

Every message about money that the market sends begins with it. A message that asks for money without it is a forgery.
Two out of sixty are 3,540 marks. A copy of our bot cannot know which one to show.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from core.kernel.compiled_statements import select_rows
from core.kernel.errors import Invalid
from core.kernel.ids import Ids
from core.kernel.transaction import Ctx
from core.people.accounts.model import ChatIdentity, Person

# Pictures that differ at a glance and in a screen reader. They are old enough for every phone. None of them is a face,
# a flag or a hand.
PICTURES: Final = (
    "🦊🐻🐢🐙🦉🐝🦋🐌🐞🐬🐳🦀🐘🦒🦔🌲🌵🌻🍄🍁🍀🌷🌾🍎🍋🍇🍒🍓🥕🌽"
    "🥨🧀🍯☕🎈🎁🎲🎸🎺🥁🎨🔔🔑🧭⚓⛵🚲🚂🚀⛺🏠🌙⭐🔥💧⛄🌈⚡🎩🧲"
)
OFFERED: Final = 6

_READER = (
    select(Person.security_phrase)
    .join(ChatIdentity, ChatIdentity.person_id == Person.id)
    .where(
        ChatIdentity.platform == bindparam("platform"),
        ChatIdentity.workspace == bindparam("workspace"),
        ChatIdentity.address == bindparam("address"),
    )
    .limit(1)
)


def new_security_phrase(ids: Ids) -> str:
    """Return two different pictures."""
    first = int(ids.digits(6)) % len(PICTURES)
    second = int(ids.digits(6)) % (len(PICTURES) - 1)
    return PICTURES[first] + PICTURES[second + (second >= first)]


def offered_security_phrases(ctx: Ctx) -> list[str]:
    """Return some phrases to choose from, no two alike."""
    found: dict[str, None] = {}
    while len(found) < OFFERED:
        found[new_security_phrase(ctx.ids)] = None
    return list(found)


def choose_security_phrase(ctx: Ctx, phrase: str) -> None:
    """Set the acting person's phrase. Raises Invalid for anything that is none."""
    if len(phrase) != 2 or phrase[0] == phrase[1] or not set(phrase) <= set(PICTURES):
        raise Invalid("mark.unknown")
    ctx.session.get_one(Person, ctx.actor.person).security_phrase = phrase


def security_phrase_at(ctx: Ctx, platform: str, workspace: str, address: str) -> str | None:
    """Return the phrase of the person who reads at this address; None if no reader is known."""
    found = select_rows(ctx.session, _READER, platform=platform, workspace=workspace, address=address)
    return found[0][0] if found else None
