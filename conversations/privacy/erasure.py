"""`/delete`: erasure of an account.

The person first reads what is erased and what the books keep, and confirms.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Line, Say, Toast
from conversations.router import Router
from conversations.steps import YES
from core.privacy.erasure import service

YES_GOOD_FOR: Final = timedelta(minutes=10)

router = Router()


@router.command("delete")
def delete(chat: ChatContext, _rest: str) -> None:
    """Show what a deletion would do, or what has to end first, and where."""
    chat.reply(deletion_card(chat))


@router.press("leave.show")
def show(chat: ChatContext, _button: Press) -> None:
    chat.reply(deletion_card(chat))


@router.press("leave.now")
def leave(chat: ChatContext, button: Press) -> None:
    """Delete the account after a second confirmation. The last message is in the person's language.

    The button belongs to one account and dies with it. A yes counts for a short time after its question.
    """
    if button.subject != chat.person.id:
        chat.reply(Toast(text=chat.words("erasure.gone_already"), alert=True))
        return
    now = int(chat.ctx.now.timestamp())
    if (
        button.choice != YES
        or button.expected_version is None
        or now - button.expected_version > YES_GOOD_FOR.total_seconds()
    ):
        chat.reply(_asked(chat, now))
        return
    service.erase(chat.ctx)
    chat.reply(Say(text=chat.words("erasure.done")))


def _asked(chat: ChatContext, now: int) -> Card:
    """Return the same card with the question. If an obstacle has come up, show that instead."""
    words, card = chat.words, deletion_card(chat)
    if service.account_deletion(chat.ctx).hindered_by:
        return card
    what = words("erasure.go")
    sure = press("leave.now", chat.person.id, now, YES)
    yes = Button(label=words("sure.yes", what=what), press=sure, style="danger")
    no = Button(label=words("sure.no"), press=press("leave.show"))
    # A second tap on the same spot goes back.
    return card.model_copy(update={"turn": words("sure.leave.now"), "buttons": ((no,), (yes,))})


def deletion_card(chat: ChatContext) -> Card:
    words, now = chat.words, service.account_deletion(chat.ctx)
    lines = [
        Line(label=words("erasure.goes"), value=words("erasure.goes.told")),
        Line(label=words("erasure.stays"), value=words("erasure.stays.told")),
        Line(label=words("invoice.title"), value=words("erasure.invoices.told")),
    ]
    if now.stars:
        lines.append(Line(label=words("erasure.lost"), value=words.show(now.stars)))
    lines += [Line(label=words("erasure.first"), value=words(f"erasure.first.{each}")) for each in now.hindered_by]
    go = Button(label=words("erasure.go"), press=press("leave.now", chat.person.id), style="danger")
    copy = to_command(words, "export", label=words("copy.take_first"))
    keep = to_command(words, "me", label=words("erasure.keep"))
    return Card(
        subject="leaving",
        title=words("erasure.title"),
        text=words("erasure.text"),
        lines=tuple(lines),
        turn=words("erasure.hindered") if now.hindered_by else words("erasure.turn"),
        buttons=((copy,), (keep,)) if now.hindered_by else ((go,), (copy,), (keep,)),
        as_new_message=chat.as_new_message,
    )
