"""Delivers replies to Telegram after their commit, and reports to the outbox whether they have arrived."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bots.telegram.chat import TOPIC, Chat, subject_of
from bots.telegram.platform import TELEGRAM
from conversations.chat_context import ChatAddress
from conversations.notifications.fallback_chat import give_up
from conversations.outgoing_replies import Menu, Replies, send
from conversations.reply import Card, Reply
from core.kernel.chat_state.model import ShownCard
from core.kernel.chat_state.service import point_away, point_to, shown
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.errors import NotFound
from core.kernel.outbox import OutboxMessage, shorten
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.people.files.model import Checked
from core.people.files.service import content_of

# The two ways in which Telegram says, as a bad request, that the chat or the user does not exist.
CHAT_GONE = ("chat not found", "user not found")


class TelegramSender:
    """The transport of the channel "telegram"."""

    def __init__(self, bot: Bot, transactions: Transactions) -> None:
        self._bot = bot
        self._transactions = transactions

    async def carry(self, outbox_message: OutboxMessage) -> Delivered | Later | Never:
        """Show the replies in their order. After a failure in the middle only the rest is retried."""
        if isinstance(outbox_message.message, Menu):
            return await self._menu(outbox_message.message)
        told = outbox_message.message
        assert isinstance(told, Replies)
        replies, address = told.replies, told.address
        shown = await self._shown(address, replies)
        chat = Chat(self._bot, address, shown, self._files, thread=told.thread, button_message=told.button_message)
        arrived = 0
        try:
            for reply in replies:
                await chat.show(reply)
                arrived += 1
        except TelegramError as failure:
            outcome = outcome_of(failure, address, moves(address, chat.moved), replies[arrived:])
            if arrived and isinstance(outcome, Later):
                await self._keep_rest(
                    outbox_message, replace(told, replies=replies[arrived:]), moves(address, chat.moved)
                )
            return outcome
        return Delivered(moves(address, chat.moved) if chat.moved else None)

    async def _menu(self, menu: Menu) -> Delivered | Later | Never:
        """Set the commands of one chat, in place of the general ones."""
        told = [BotCommand(name, text) for name, text in menu.commands]
        try:
            await self._bot.set_my_commands(told, scope=BotCommandScopeChat(int(menu.address)))
        except TelegramError as failure:
            return outcome_of(failure, menu.address, lambda _ctx: None)
        return Delivered()

    async def _shown(self, address: str, replies: Sequence[Reply]) -> dict[str, ShownCard]:
        """Return the messages that show the subjects of these replies now."""
        subjects = {subject for reply in replies if (subject := subject_of(reply)) is not None}
        subjects |= {f"{TOPIC}{reply.room}" for reply in replies if isinstance(reply, Card) and reply.room}
        if not subjects:
            return {}
        return await self._transactions.run(MARKET, lambda ctx: pointers(ctx, address, subjects))

    async def _files(self, ids: Sequence[str]) -> list[Checked]:
        return await self._transactions.run(MARKET, lambda ctx: contents(ctx, ids)) if ids else []

    async def _keep_rest(self, outbox_message: OutboxMessage, rest: Replies, note: Callable[[Ctx], None]) -> None:
        def unit(ctx: Ctx) -> None:
            shorten(ctx.session, outbox_message.id, rest)
            note(ctx)

        await self._transactions.run(MARKET, unit)


def outcome_of(
    failure: TelegramError, address: str, then: Callable[[Ctx], None], unsaid: Sequence[Reply] = ()
) -> Later | Never:
    """Convert a refusal of Telegram into an outcome. Unknown and passing failures are retried.

    `unsaid`: the replies that have not arrived.
    """
    why = f"{type(failure).__name__}: {failure}"

    def chat_gone(ctx: Ctx) -> None:
        then(ctx)
        give_up(ctx, ChatAddress(TELEGRAM.code, "", address), unsaid)

    def moved_house(ctx: Ctx) -> None:
        then(ctx)
        assert isinstance(failure, ChatMigrated)
        send(ctx, ChatAddress(TELEGRAM.code, "", str(failure.new_chat_id)), unsaid)

    match failure:
        case RetryAfter(retry_after=wait):
            return Later(why, wait if isinstance(wait, int) else wait.total_seconds())
        case Forbidden() | ChatMigrated():  # blocked, deactivated; or a group has become a supergroup, with another id
            return Never(why, moved_house if isinstance(failure, ChatMigrated) else chat_gone)
        case BadRequest() if any(words in str(failure).lower() for words in CHAT_GONE):
            return Never(why, chat_gone)
        case BadRequest():  # our mistake; the same message would be refused for ever
            return Never(why, then)
        case InvalidToken():  # the operator's mistake, until it is put right
            return Later(why)
        case _:
            return Later(why)


def pointers(ctx: Ctx, address: str, subjects: set[str]) -> dict[str, ShownCard]:
    found = {subject: shown(ctx, TELEGRAM.code, "", address, subject) for subject in subjects}
    return {subject: message for subject, message in found.items() if message is not None}


def contents(ctx: Ctx, ids: Sequence[str]) -> list[Checked]:
    """Return the files that exist: a card is worth sending without a picture that was erased."""
    kept = []
    for file_id in ids:
        with contextlib.suppress(NotFound):
            kept.append(content_of(ctx, file_id))
    return kept


def moves(address: str, moved: Mapping[str, ShownCard | None]) -> Callable[[Ctx], None]:
    """Store which message shows which subject from now on."""

    def note(ctx: Ctx) -> None:
        for subject, card in moved.items():
            if card is None:
                point_away(ctx, TELEGRAM.code, "", address, subject=subject)
            else:
                point_to(ctx, TELEGRAM.code, "", address, subject=subject, card=card)

    return note
