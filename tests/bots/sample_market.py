"""A small market to try a chat edge on: the real engine, database and dispatcher, with a few small conversations."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.platforms import PLATFORMS
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults, MarketContext
from conversations.engine import Engine
from conversations.forms.form import Field, Form, Values
from conversations.platforms import by_code
from conversations.reply import Button, Card, Line, Option, Say, Toast
from conversations.router import Flow, Router
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings
from core.catalogue.language.places import Places
from core.kernel.database import Table
from core.kernel.dispatcher import Dispatcher, Transport
from core.kernel.errors import Stale
from core.kernel.ids import Ids
from core.kernel.reactions import Reactions
from core.kernel.sqlite import SqliteRunner, connect, engine_over
from core.kernel.transaction import Transactions
from core.kernel.worker_pool import WorkerPool
from core.people.files.checker import FileChecker
from tests.core.conftest import MovableClock
from tests.core.goods import catalogue

WORDS = {
    "line.joined": "{label}: {value}",
    "heap.title": "Sell a heap",
    "heap.submit": "Publish",
    "heap.wood": "Wood",
    "heap.wood.ask": "Which wood?",
    "heap.name": "Name",
    "heap.name.ask": "What is it called?",
    "heap.photos": "Photos",
    "heap.photos.ask": "Send photos",
    "form.cancel": "Cancel",
    "form.one_moment": "One moment",
    "form.back": "Back",
    "form.skip": "Skip",
    "form.change": "Press a name to change it",
    "form.more": "Type the name of another one",
    "form.choose_one": "Choose one of these",
    "form.did_you_mean": "Did you mean {option}?",
    "form.discarded": "Thrown away",
    "talk.only_text_and_files": "I take text, photos and documents",
    "talk.private_only": "Write to me in private",
    "talk.our_mistake": "Our mistake, {reference}",
    "talk.file_for_what": "What is this file for?",
    "talk.unknown_button": "I don't know this button",
    "talk.heap_moved_on": "Somebody was faster",
    "talk.form_sent": "This form was sent already",
    "file.too_large": "{name} is larger than {limit} MB",
    "file.type": "{name} is none of {accepted}",
    "file.broken": "{name} can't be read",
}
WOODS = tuple(Option(value=f"wood{n}", label=f"Wood {n}") for n in range(15))

FORM = Form(
    "heap",
    (
        Field("wood", kind="choice", options=lambda _chat, _values: WOODS),
        Field("name"),
        Field("photos", kind="files", optional=True),
    ),
)


def heap_card(name: str, state: str, pictures: tuple[str, ...] = (), *, as_new_message: bool = True) -> Card:
    sell = Button(label="Sold", press=press("heap.sold", name), style="primary")
    return Card(
        subject=f"heap:{name}",
        title=name,
        lines=(Line(label="State", value=state),),
        buttons=((sell,),),
        pictures=pictures,
        as_new_message=as_new_message,
    )


def stall_router() -> Router:
    router = Router()

    def publish(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
        pictures = tuple(part for part in defaults.answers.get("photos", "").split(",") if part)
        chat.reply(heap_card(values["name"], "open", pictures))

    router.flow(Flow(FORM, publish))

    @router.command("start")
    def start(chat: ChatContext, rest: str) -> None:
        chat.reply(Say(text=f"Welcome {chat.person.name} {rest}".strip()))

    @router.command("heap2")
    def again(chat: ChatContext, rest: str) -> None:
        chat.reply(heap_card(rest, "open"))

    @router.command("two")
    def two(chat: ChatContext, rest: str) -> None:
        chat.reply(Say(text="first"), heap_card(rest, "sold", as_new_message=False))

    @router.command("anything")
    def anything(chat: ChatContext, rest: str) -> None:
        chat.reply(Say(text=f"You said: {rest}"))

    @router.press("heap.sold")
    def sold(chat: ChatContext, pressed: Press) -> None:
        if pressed.subject == "late":
            raise Stale("talk.heap_moved_on")
        chat.reply(Toast(text="Well done"), heap_card(pressed.subject, "sold", as_new_message=False))

    @router.press("heap.show")
    def show(chat: ChatContext, pressed: Press) -> None:
        chat.reply(heap_card(pressed.subject, "gone", as_new_message=False))

    return router


@dataclass
class Stall:
    """A stall. `settle()` waits until all pending replies are delivered; `later()` lets the time of the next retry
    come.
    """

    transactions: Transactions
    update_handler: UpdateHandler
    wordings: Wordings
    clock: MovableClock
    database: Path
    files: FileChecker
    dispatcher: Dispatcher | None = field(default=None)

    def deliver(self, channel: str, transport: Transport) -> None:
        self.dispatcher = Dispatcher(self.transactions, self.clock, {channel: transport})
        self.transactions.deliver_by(self.dispatcher.offer)

    async def settle(self) -> None:
        assert self.dispatcher is not None
        await self.dispatcher.idle()

    async def later(self, **by: float) -> None:
        assert self.dispatcher is not None
        self.clock.advance(**by)
        await self.dispatcher.sweep()
        await self.dispatcher.idle()

    def break_inbox(self) -> Callable[[], None]:
        """Take the inbox table away, as a full disk would. Call the returned function to restore it."""
        raw = connect(str(self.database))
        raw.execute("ALTER TABLE inbox RENAME TO inbox_away")

        def mend() -> None:
            raw.execute("ALTER TABLE inbox_away RENAME TO inbox")
            raw.close()

        return mend


@asynccontextmanager
async def open_stall(folder: Path) -> AsyncIterator[Stall]:
    lines = [f'msgid "{code}"\nmsgstr "{sentence}"\n' for code, sentence in WORDS.items()]
    (folder / "en.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + "\n".join(lines)
    )
    wordings = Wordings(PLATFORMS, folder)
    database = folder / "stall.sqlite"
    raw = connect(str(database))
    Table.metadata.create_all(engine_over(lambda: raw))
    raw.close()
    runner = SqliteRunner(str(database))
    await runner.open()
    clock, ids = MovableClock(), Ids(random.Random(11).randbytes)
    transactions = Transactions(runner, clock, ids, Reactions())
    market_context = MarketContext(catalogue(), Places([]), wordings, 100, 1500, platforms=by_code(PLATFORMS))
    pool = WorkerPool()
    stall = Stall(
        transactions,
        UpdateHandler(transactions, Engine([stall_router()], market_context), ids),
        wordings,
        clock,
        database,
        FileChecker(pool),
    )
    try:
        yield stall
    finally:
        if stall.dispatcher is not None:
            await stall.dispatcher.close()
        await pool.close()
        await transactions.close()
