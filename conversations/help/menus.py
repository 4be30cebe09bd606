"""The command menu of a chat, by the person's roles and in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conversations.outgoing_replies import Menu
from conversations.platforms import ChatPlatform
from conversations.wording import Wordings
from core.advice.experts.events import ExpertListed
from core.advice.experts.service import expert_for, expert_of
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked, LanguageChosen, ProfileCompleted
from core.people.accounts.model import Person, Role
from core.people.accounts.service import identities, person_of

FIRST: Final = ("find", "sell", "deals", "experts", "me", "help", "language", "cancel")  # for a person without roles
IN_GROUPS: Final = ("find", "help")
ALWAYS: Final = ("sessions", "experts", "drafts", "me", "profile", "link", "language", "help", "cancel")
OF_ROLE: Final = {
    "operator": ("cases", "freeze", "deals"),
    Role.BUYER: ("find", "request", "requests", "offers", "deals", "alerts", "shortlist"),
    Role.SELLER: ("sell", "listings", "requests", "offers", "deals", "money", "payout", "market"),
    "consultant": ("expert", "hours", "sessions", "money"),
}


def commands_for(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the commands of these roles, then those for all roles; each once."""
    own = [name for role in OF_ROLE if role in roles for name in OF_ROLE[role]]
    return tuple(dict.fromkeys((*own, *ALWAYS)))


class Menus:
    """Keeps the command menu of each chat up to date, on platforms with a menu for each chat."""

    def __init__(self, wordings: Wordings, platforms: Mapping[str, ChatPlatform]) -> None:
        self._wordings = wordings
        self._with_menus = {code for code, each in platforms.items() if each.has_menus}

    def listen(self, reactions: Reactions) -> None:
        for fact in (ProfileCompleted, LanguageChosen, AccountsLinked, ExpertListed):
            reactions.on(fact, self._on_change)

    def _on_change(self, ctx: Ctx, fact: ProfileCompleted | LanguageChosen | AccountsLinked | ExpertListed) -> None:
        named = expert_for(ctx, fact.expert_id).person_id if isinstance(fact, ExpertListed) else fact.person_id
        person = person_of(ctx, named)
        words = self._wordings.speak(person.locale, person.zone)
        told = tuple((name, words(f"command.{name}")) for name in commands_for(roles_of(ctx, person)))
        for account in identities(ctx, person.id):
            if account.platform in self._with_menus and account.address is not None:
                menu = Menu(address=account.address, commands=told)
                ctx.post(f"{account.platform}::{account.address}", menu, channel=account.platform)


def roles_of(ctx: Ctx, person: Person) -> tuple[str, ...]:
    consultant = ("consultant",) if expert_of(ctx, person.id) is not None else ()
    return (*person.roles, *consultant, *(("operator",) if person.operator else ()))
