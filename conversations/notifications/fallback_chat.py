"""Fallback for a dead chat: undelivered messages go to another chat of the same person."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.chat_context import ChatAddress
from conversations.outgoing_replies import send
from conversations.reply import Card, CardList, FormClosed, FormErrors, FormView, Home, Reply, Say, Toast
from core.kernel.transaction import Ctx
from core.people.accounts.service import identities, reader_at, set_unreachable


def give_up(ctx: Ctx, dead: ChatAddress, unsaid: Sequence[Reply]) -> None:
    """Mark a chat as dead (blocked, left or removed) and send its messages to another chat, if there is one."""
    reader = reader_at(ctx, dead.platform, dead.workspace, dead.address)
    set_unreachable(ctx, dead.platform, dead.workspace, dead.address)
    if reader is None:
        return
    moved = [resent for reply in unsaid if (resent := _resent(reply)) is not None]
    for account in identities(ctx, reader):
        if account.address is not None and moved:
            send(ctx, ChatAddress(account.platform, account.workspace, account.address), moved)
            return


def _resent(reply: Reply) -> Reply | None:
    """Return the reply as a new message for another chat; None if it was only of use at that moment."""
    match reply:
        case Card() | CardList() | FormView():
            return reply.model_copy(update={"as_new_message": True})
        case Say():
            return reply
        case Toast() | FormErrors() | FormClosed() | Home():
            return None
