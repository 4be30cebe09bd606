"""The conversation in aiogram's own idiom: Dispatcher, states, its aiohttp webhook; states and answers in SQLite.

Where the idiom leaves a choice, the bench favours aiogram. It uses sqlite3 without a thread, and one commit for a
step's state and answers.
"""

from __future__ import annotations

import json
from typing import Any

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StorageKey
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bench.chats.child import ASKED, BOT_TOKEN, SECRET, answers_table, buttons, card, report, run


class Sell(StatesGroup):  # type: ignore[misc]  # aiogram lives in an environment of its own
    price = State()
    incoterm = State()
    place = State()
    window = State()
    send = State()


class SqliteStorage(BaseStorage):  # type: ignore[misc]  # aiogram lives in an environment of its own
    """One row a chat. `set_state` opens the transaction that `set_data` commits."""

    def __init__(self, path: str) -> None:
        self._database = answers_table(path)

    async def set_state(self, key: StorageKey, state: Any = None) -> None:
        name = state.state if isinstance(state, State) else state
        if not self._database.in_transaction:
            self._database.execute("BEGIN")
        self._database.execute(
            "INSERT INTO answers VALUES (?, ?, '{}') ON CONFLICT (chat) DO UPDATE SET step = excluded.step",
            (key.chat_id, name),
        )

    async def get_state(self, key: StorageKey) -> str | None:
        row = self._database.execute("SELECT step FROM answers WHERE chat = ?", (key.chat_id,)).fetchone()
        return row[0] if row else None

    async def set_data(self, key: StorageKey, data: Any) -> None:
        self._database.execute("UPDATE answers SET answers = ? WHERE chat = ?", (json.dumps(data), key.chat_id))
        if self._database.in_transaction:
            self._database.execute("COMMIT")

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        row = self._database.execute("SELECT answers FROM answers WHERE chat = ?", (key.chat_id,)).fetchone()
        return json.loads(row[0]) if row else {}

    async def close(self) -> None:
        self._database.close()


async def ask(bot: Bot, chat: int, state: FSMContext, step: int, answer: str) -> None:
    """Keep the answer to this step, then ask the next one."""
    following = ASKED[step + 1]
    await state.set_state(getattr(Sell, following))
    if step == 0:
        data = {ASKED[0]: answer}
        await state.set_data(data)
    else:
        data = await state.update_data({ASKED[step]: answer})
    rows = [
        [InlineKeyboardButton(text=text, callback_data=load) for text, load in row] for row in buttons(following, data)
    ]
    await bot.send_message(chat, card(following, data), reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


async def sell(message: Message, command: CommandObject, state: FSMContext, bot: Bot) -> None:
    await ask(bot, message.chat.id, state, 0, command.args or "")


async def price(message: Message, state: FSMContext, bot: Bot) -> None:
    await ask(bot, message.chat.id, state, 1, message.text or "")


async def place(message: Message, state: FSMContext, bot: Bot) -> None:
    await ask(bot, message.chat.id, state, 3, message.text or "")


async def window(message: Message, state: FSMContext, bot: Bot) -> None:
    await ask(bot, message.chat.id, state, 4, message.text or "")


async def pick(query: CallbackQuery, state: FSMContext, bot: Bot) -> None:
    await query.answer()
    await ask(bot, query.from_user.id, state, 2, (query.data or "").partition("|")[2])


async def send(query: CallbackQuery, state: FSMContext, bot: Bot) -> None:
    await query.answer()
    data = await state.get_data()
    await state.set_state(None)
    await state.set_data(data)
    lines = "\n".join(f"{name}: {answer}" for name, answer in data.items())
    await bot.send_message(query.from_user.id, f"Published.\n\n{lines}")


async def serve(api: str, path: str) -> None:
    bot = Bot(BOT_TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher(storage=SqliteStorage(path))
    dispatcher.message.register(sell, Command("sell"))
    dispatcher.message.register(price, Sell.price, F.text)
    dispatcher.callback_query.register(pick, Sell.incoterm, F.data.startswith("form.pick"))
    dispatcher.message.register(place, Sell.place, F.text)
    dispatcher.message.register(window, Sell.window, F.text)
    dispatcher.callback_query.register(send, Sell.send, F.data.startswith("form.send"))
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=SECRET).register(app, path="/")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await report(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await runner.cleanup()
    await bot.session.close()


if __name__ == "__main__":
    run(serve)
