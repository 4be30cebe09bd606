"""The sentence of an event in its reader's words: by actor, reason, and the reader's side."""

from __future__ import annotations

from typing import Any, Final

from conversations.chat_context import ChatContext
from conversations.trade.deals.sides import side_of
from core.people.accounts.service import person_of

ADDRESSING: Final = {"by", "only", "to", "in_place", "sides"}  # for addressing only, no part of the sentence


def sentence(chat: ChatContext, about: tuple[str, str], code: str, parts: dict[str, Any], *, acted: bool) -> str:
    """Return the sentence of an event for this person. It names the actor, and is empty if it is for other readers.

    `about`: the kind and the id of its subject.
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
    """Return the actor's name: a company, and to its own members the person. An operator acts for the market."""
    if person_id is None:
        return ""
    person = person_of(chat.ctx, person_id)
    if person.organisation_id == chat.organisation:
        return chat.name_of(person_id)
    return chat.words("party.operator") if person.operator else chat.party(person.organisation_id)
