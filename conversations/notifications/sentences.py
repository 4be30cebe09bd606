"""One fact in the words of whoever hears of it: by whom it was done, why, and on which side of it they are."""

from __future__ import annotations

from typing import Any, Final

from conversations.chat_context import ChatContext
from conversations.trade.deals.sides import side_of
from core.people.accounts.service import person_of

ADDRESSING: Final = {"by", "only", "to", "in_place", "sides"}  # who says it and to whom, and no part of the sentence


def sentence(chat: ChatContext, about: tuple[str, str], code: str, parts: dict[str, Any], *, acted: bool) -> str:
    """One fact as this person should hear it: who did it by name, and nothing that concerns the other side alone.

    `about`: the kind and the id of what it is told of.
    """
    only = parts.get("only")
    to: frozenset[str] | None = parts.get("to")
    if not code or (only is not None and only != chat.organisation) or (to is not None and chat.person.id not in to):
        return ""
    words = chat.words
    by = parts.get("by")
    sides: dict[str, str] = parts.get("sides", {})
    who = words("party.you") if acted else chat.name_of(by) if sides and by else _who(chat, by)
    for variant in (parts.get("why"), parts.get("when"), sides.get(chat.person.id)):
        code = f"{code}.{variant}" if variant and words.knows(f"{code}.{variant}") else code
    if acted and words.knows(f"{code}.you"):
        code = f"{code}.you"
    elif any(words.knows(f"{code}.{side}") for side in ("buyer", "seller")):
        mine = f"{code}.{side_of(chat, *about)}"
        code = mine if words.knows(mine) else code
    said = {name: part(chat) if callable(part) else part for name, part in parts.items() if name not in ADDRESSING}
    return words(code, **said, who=who)


def _who(chat: ChatContext, person_id: str | None) -> str:
    """A company, and to its own people who of them; an operator speaks for the market, and not for a company."""
    if person_id is None:
        return ""
    person = person_of(chat.ctx, person_id)
    if person.organisation_id == chat.organisation:
        return chat.name_of(person_id)
    return chat.words("party.operator") if person.operator else chat.party(person.organisation_id)
