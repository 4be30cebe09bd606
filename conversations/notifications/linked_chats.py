"""Two chats have become one person's: the one that gave the code is told too, for it may not have been meant so."""

from __future__ import annotations

from collections.abc import Mapping

from conversations.chat_context import ChatAddress, UpdateState
from conversations.outgoing.sender import send
from conversations.people.registration import spoken_now
from conversations.platforms import ChatPlatform
from conversations.reply import Say
from conversations.wording import Wordings
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked
from core.people.accounts.service import identities, person_of


class Linked:
    """Tells the other chats of somebody who has linked one more; where the code was typed is answered there."""

    def __init__(self, wordings: Wordings, platforms: Mapping[str, ChatPlatform]) -> None:
        self._wordings = wordings
        self._platforms = platforms

    def listen(self, reactions: Reactions) -> None:
        reactions.on(AccountsLinked, self._on_linked)

    def _on_linked(self, ctx: Ctx, fact: AccountsLinked) -> None:
        stays, here = person_of(ctx, fact.person_id), ctx.collected(UpdateState).here
        # Who gave the code is the one of the two who did not type it; that one's language their chat was in.
        owner = stays if ctx.actor.person == fact.gone_id else person_of(ctx, fact.gone_id)
        for account in identities(ctx, stays.id):
            chat_address = ChatAddress(account.platform, account.workspace, account.address or "")
            if account.address is None or chat_address == here:
                continue
            words = self._wordings.speak(owner.locale, owner.zone)
            platform = here.platform if here is not None else account.platform
            told = words("link.told", platform=self._platforms[platform].name, name=stays.name)
            send(ctx, chat_address, [Say(text=told + spoken_now(words, self._wordings, stays))])
