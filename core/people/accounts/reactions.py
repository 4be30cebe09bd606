"""Appointment of operators: they are known by name before they say hello."""

from __future__ import annotations

from collections.abc import Collection

from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import ChatUnlinked, PersonMet
from core.people.accounts.service import appoint_newcomer, appoint_operators


def listen(reactions: Reactions, *, operators: Collection[str]) -> None:
    """`operators`: chat identities that are operators from their first word on ("chat:4711")."""

    def met(ctx: Ctx, fact: PersonMet) -> None:
        if operators:
            appoint_newcomer(ctx, fact.person_id, operators)

    def unlinked(ctx: Ctx, _fact: ChatUnlinked) -> None:
        """Let the named chats decide again: the one that made a person an operator may be gone."""
        if operators:
            ctx.session.flush()
            appoint_operators(ctx, operators)

    reactions.on(PersonMet, met)
    reactions.on(ChatUnlinked, unlinked)
