"""Notification after two chats were linked. The chat that gave the code is told, in case that was not intended."""

from __future__ import annotations

from collections.abc import Mapping

from conversations.chat_context import ChatAddress, UpdateState
from conversations.outgoing_replies import send
from conversations.people.registration import spoken_now
from conversations.platforms import ChatPlatform
from conversations.reply import Say
from conversations.wording import Wordings
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked
from core.people.accounts.service import identities, person_of


class Linked:
    """Listener that tells a person's other chats about a linked one.

    The chat with the typed code gets a direct answer.
    """

    def __init__(self, wordings: Wordings, platforms: Mapping[str, ChatPlatform]) -> None:
        self._wordings = wordings
        self._platforms = platforms

    def listen(self, reactions: Reactions) -> None:
        reactions.on(AccountsLinked, self._on_linked)

    def _on_linked(self, ctx: Ctx, fact: AccountsLinked) -> None:
        stays, here = person_of(ctx, fact.person_id), ctx.collected(UpdateState).here
        # The owner of the code is the person who did not type it. The told chats are in the owner's language.
        owner = stays if ctx.actor.person == fact.gone_id else person_of(ctx, fact.gone_id)
        for account in identities(ctx, stays.id):
            chat_address = ChatAddress(account.platform, account.workspace, account.address or "")
            if account.address is None or chat_address == here:
                continue
            words = self._wordings.speak(owner.locale, owner.zone)
            platform = here.platform if here is not None else account.platform
            told = words("link.told", platform=self._platforms[platform].name, name=stays.name)
            send(ctx, chat_address, [Say(text=told + spoken_now(words, self._wordings, stays))])
