"""When a chat is dead: what could not be said there is said on the other chat of the same person."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.chat_context import ChatAddress
from conversations.outgoing.sender import send
from conversations.reply import Card, CardList, FormClosed, FormErrors, FormView, Home, Reply, Say, Toast
from core.kernel.transaction import Ctx
from core.people.accounts.service import identities, mark_dead, reader_at


def give_up(ctx: Ctx, dead: ChatAddress, unsaid: Sequence[Reply]) -> None:
    """Nobody reads there any more (blocked, left, removed us): what they were told follows them, if there is a way."""
    reader = reader_at(ctx, dead.platform, dead.workspace, dead.address)
    mark_dead(ctx, dead.platform, dead.workspace, dead.address)
    if reader is None:
        return
    moved = [anew for reply in unsaid if (anew := _anew(reply)) is not None]
    for account in identities(ctx, reader):
        if account.address is not None and moved:
            send(ctx, ChatAddress(account.platform, account.workspace, account.address), moved)
            return


def _anew(reply: Reply) -> Reply | None:
    """The reply as it is worth saying elsewhere: as something new there, and nothing that was of that moment."""
    match reply:
        case Card() | CardList() | FormView():
            return reply.model_copy(update={"as_new_message": True})
        case Say():
            return reply
        case Toast() | FormErrors() | FormClosed() | Home():
            return None
