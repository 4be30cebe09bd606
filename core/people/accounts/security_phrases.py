"""The personal mark: two pictures that only this person and the market know.

Every message about money that the market sends begins with it; a message that asks for money and does not is somebody
else's. Two out of sixty are 3,540 marks: who copies our bot shows the right one to nobody.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from core.kernel.compiled_statements import select_rows
from core.kernel.errors import Invalid
from core.kernel.ids import Ids
from core.kernel.transaction import Ctx
from core.people.accounts.model import ChatIdentity, Person

# Told apart at a glance and by a screen reader, old enough for every phone, none of them a face, a flag or a hand.
PICTURES: Final = (
    "🦊🐻🐢🐙🦉🐝🦋🐌🐞🐬🐳🦀🐘🦒🦔🌲🌵🌻🍄🍁🍀🌷🌾🍎🍋🍇🍒🍓🥕🌽"
    "🥨🧀🍯☕🎈🎁🎲🎸🎺🥁🎨🔔🔑🧭⚓⛵🚲🚂🚀⛺🏠🌙⭐🔥💧⛄🌈⚡🎩🧲"
)
OFFERED: Final = 6

_READER = (
    select(Person.mark)
    .join(ChatIdentity, ChatIdentity.person_id == Person.id)
    .where(
        ChatIdentity.platform == bindparam("platform"),
        ChatIdentity.workspace == bindparam("workspace"),
        ChatIdentity.address == bindparam("address"),
    )
    .limit(1)
)


def new_security_phrase(ids: Ids) -> str:
    """Two different pictures."""
    first = int(ids.digits(6)) % len(PICTURES)
    second = int(ids.digits(6)) % (len(PICTURES) - 1)
    return PICTURES[first] + PICTURES[second + (second >= first)]


def offered_security_phrases(ctx: Ctx) -> list[str]:
    """Some to choose from, no two alike."""
    found: dict[str, None] = {}
    while len(found) < OFFERED:
        found[new_security_phrase(ctx.ids)] = None
    return list(found)


def choose_security_phrase(ctx: Ctx, mark: str) -> None:
    """The acting person's from now on. Raises Invalid for anything that is none."""
    if len(mark) != 2 or mark[0] == mark[1] or not set(mark) <= set(PICTURES):
        raise Invalid("mark.unknown")
    ctx.session.get_one(Person, ctx.actor.person).mark = mark


def security_phrase_at(ctx: Ctx, platform: str, workspace: str, address: str) -> str | None:
    """The mark of whoever reads at this address; None where nobody is known to."""
    found = select_rows(ctx.session, _READER, platform=platform, workspace=workspace, address=address)
    return found[0][0] if found else None
