"""`/export`: all data about the person, as a file that programs can read."""

from __future__ import annotations

from conversations.chat_context import ChatContext
from conversations.reply import Card
from conversations.router import Router
from core.privacy.export.service import take_copy

router = Router()


@router.command("export")
def export(chat: ChatContext, _rest: str) -> None:
    """Send the file at once. A second request within minutes gets the same file."""
    words, files = chat.words, take_copy(chat.ctx)
    chat.reply(
        Card(
            subject="own_copy",
            title=words("copy.title"),
            text=words("copy.text", at=files[0].kept_at),
            documents=tuple(each.id for each in files),
            as_new_message=True,
        )
    )
