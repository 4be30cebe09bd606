"""The conversation in python-telegram-bot's own idiom: Application, ConversationHandler, its example's webhook.

Where the idiom leaves a choice, the bench favours python-telegram-bot.

- The rows go through the standard library's sqlite3 without a thread.
- The state of the conversation stays in memory.
- The webhook is a bare ASGI function.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from bench.chats.child import ASKED, BOT_TOKEN, answers_table, buttons, card, keep, report, run
from bench.chats.listener import listen, read_body, respond

Ask = Callable[[Update, ContextTypes.DEFAULT_TYPE, int, str], Coroutine[Any, Any, int]]
State = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, int]]


def asking(database: sqlite3.Connection) -> Ask:
    async def ask(update: Update, context: ContextTypes.DEFAULT_TYPE, step: int, answer: str) -> int:
        """Keep the answer to this step, then ask the next one."""
        chat, data = update.effective_chat, context.user_data
        assert chat is not None
        assert data is not None
        if step == 0:
            data.clear()
        data[ASKED[step]] = answer
        following = ASKED[step + 1]
        keep(database, chat.id, following, data)
        rows = [
            [InlineKeyboardButton(text, callback_data=load) for text, load in row] for row in buttons(following, data)
        ]
        await context.bot.send_message(chat.id, card(following, data), reply_markup=InlineKeyboardMarkup(rows))
        return step + 1

    return ask


def conversation(database: sqlite3.Connection) -> ConversationHandler[Any]:
    """Return the handler of the six steps, each with its state."""
    ask = asking(database)

    async def sell(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        return await ask(update, context, 0, " ".join(context.args or []))

    def hear(step: int) -> State:
        async def known_words(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
            assert update.message is not None
            return await ask(update, context, step, update.message.text or "")

        return known_words

    async def pick(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        query = update.callback_query
        assert query is not None
        await query.answer()
        return await ask(update, context, 2, (query.data or "").partition("|")[2])

    async def send(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        query, chat, data = update.callback_query, update.effective_chat, context.user_data
        assert query is not None
        assert chat is not None
        assert data is not None
        await query.answer()
        keep(database, chat.id, "published", data)
        lines = "\n".join(f"{name}: {answer}" for name, answer in data.items())
        await context.bot.send_message(chat.id, f"Published.\n\n{lines}")
        return ConversationHandler.END

    typed = filters.TEXT & ~filters.COMMAND
    return ConversationHandler(
        entry_points=[CommandHandler("sell", sell)],
        states={
            1: [MessageHandler(typed, hear(1))],
            2: [CallbackQueryHandler(pick, pattern="^form.pick")],
            3: [MessageHandler(typed, hear(3))],
            4: [MessageHandler(typed, hear(4))],
            5: [CallbackQueryHandler(send, pattern="^form.send")],
        },
        fallbacks=[CommandHandler("sell", sell)],
    )


async def serve(api: str, path: str) -> None:
    application = Application.builder().token(BOT_TOKEN).base_url(f"{api}/bot").updater(None).build()
    application.add_handler(conversation(answers_table(path)))

    async def webhook(_scope: dict[str, Any], receive: Any, send_back: Any) -> None:
        update = Update.de_json(json.loads(await read_body(receive)), application.bot)
        await application.update_queue.put(update)
        await respond(send_back)

    async with application:
        await application.start()
        async with listen(webhook) as url:
            await report(url)
        await application.stop()


if __name__ == "__main__":
    run(serve)
