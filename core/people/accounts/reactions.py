"""Appointment of operators: they are known by name before they say hello."""

from __future__ import annotations

from collections.abc import Collection

from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import PersonMet
from core.people.accounts.service import appoint_newcomer


def listen(reactions: Reactions, *, operators: Collection[str]) -> None:
    """`operators`: chat identities that are operators from their first word on ("chat:4711")."""

    def met(ctx: Ctx, fact: PersonMet) -> None:
        if operators:
            appoint_newcomer(ctx, fact.person_id, operators)

    reactions.on(PersonMet, met)
