"""A market without wires, in memory: real conversations, transactions and timers, and people who are screens."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Final, TypeVar

from bots.slack.platform import SLACK
from config.database import open_database
from config.market import TIMER_HANDLERS, engine_and_reactions, market_context
from config.settings import Settings
from conversations.chat_context import MarketContext
from conversations.engine import Engine
from conversations.outgoing_replies import Replies
from conversations.reply import Reply
from conversations.turn import Input, Turn
from conversations.update_handler import UpdateHandler
from conversations.wording import Wordings
from core.kernel.clock import Clock
from core.kernel.dispatcher import Delivered, Later, Never, Transport
from core.kernel.ids import Ids
from core.kernel.outbox import OutboxMessage
from core.kernel.timer_sweep import run_due_timers
from core.kernel.transaction import MARKET, Actor, Ctx, Transactions
from core.people.accounts.model import Identity, PlatformCode
from tools.rehearsal.screen import FormInput, Screen, Step

MONDAY: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # when the play begins: on a workday, at office hours
CHATS: Final = frozenset({"telegram", "slack"})

Answer = TypeVar("Answer")
Act = Callable[[Ctx], None]  # an action of a person, as far as it can be done within one transaction


@dataclass(slots=True)
class StillClock:
    """A clock that stands until it is moved."""

    moment: datetime = MONDAY

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class Player:
    """A person with an account on one platform, and their screen. `number`: the platform's number of them."""

    name: str
    number: int
    identity: Identity
    address: str
    screen: Screen

    def turn(self, given: Input, key: str = "") -> Turn:
        """An input of theirs. Each has an outside id of its own, unless the same one is brought again."""
        chat = self.identity.platform
        trigger = "trigger" if chat == "slack" else None
        return Turn(key or f"{chat}:{secrets.token_hex(8)}", self.identity, self.address, given, trigger)


def player_on(platform: PlatformCode, name: str, number: int, locale: str = "en") -> Player:
    workspace, outside, address = "", str(number), str(number)
    if platform == SLACK.code:
        workspace, outside, address = "T1", f"U{number}", f"D{number}"
    identity = Identity(platform, workspace, outside, name, locale, "Europe/Vilnius")
    return Player(name, number, identity, address, Screen(platform == SLACK.code))


@dataclass(slots=True)
class Rehearsal:
    """The market of a play. `take` is one input of one person; `bank` carries requests to the provider."""

    transactions: Transactions
    events: Transactions  # the same, for events of the bank and of time: a unit is tried before, like an input
    engine: Engine
    update_handler: UpdateHandler
    clock: Clock
    bank: Transport | None = None
    people: dict[str, Player] = field(default_factory=dict)
    payments: list[OutboxMessage] = field(default_factory=list)
    letters: list[OutboxMessage] = field(default_factory=list)
    doing: Step = field(default_factory=lambda: Step("", "says"))  # the step in progress
    watch: Callable[[Player, Step, Reply], object] = lambda _player, _step, _reply: None  # an observer of every reply
    before: Callable[[Ctx, Act], None] | None = None  # tries each act before it is done, and undoes it

    async def take(self, player: Player, given: Input) -> list[Reply]:
        """Take one input, and return its replies to the sender."""
        return await self.bring(player, player.turn(given))

    async def bring(self, player: Player, turn: Turn) -> list[Reply]:
        """Bring a turn as a platform does, perhaps again."""
        before = len(player.screen.shown)
        await self.try_before(lambda ctx: self._take_within(ctx, player, player.turn(turn.input)))
        answered = await self.update_handler.take(turn)
        if not answered.again:
            self.show(player, answered.at_once)
        return player.screen.shown[before:]

    async def does(self, step: Step) -> list[Reply]:
        """Do a step of the play. Raises AssertionError if it is impossible."""
        if step.does == "fills":
            return await self.fills(step.who)
        self.doing = step
        player = self.people[step.who]
        given = player.screen.input_of(step)
        assert given is not None, f"{step}: not on the screen of {step.who}"
        replies = await self.take(player, given)
        await self.settle()
        return replies

    async def fills(self, who: str, **given: str | list[str]) -> list[Reply]:
        """Fill the form in front, by answers or as a window, until it is gone. Return the replies to the last input."""
        player, shown = self.people[who], list[Reply]()
        first = player.screen.form
        assert first is not None, f"{who} has no form to fill"
        self.doing = Step(who, "fills", first.title)
        form_input = FormInput.of(player.screen, given)
        while (answer := form_input.next(player.screen)) is not None:
            shown = await self.take(player, answer)
        left = player.screen.form
        assert left is None or left.draft != first.draft, f"{who} cannot get through {first.title}: {shown[-1]}"
        await self.settle()
        return shown

    def show(self, player: Player, replies: Sequence[Reply]) -> None:
        for reply in replies:
            self.watch(player, self.doing, reply)
        player.screen.show(list(replies))

    def receive(self, posts: Sequence[OutboxMessage]) -> None:
        """Receive the outbox messages right after their commit."""
        for post in posts:
            if isinstance(post.message, Replies):
                for player in self.people.values():
                    if (player.identity.platform, player.address) == (post.channel, post.message.address):
                        self.show(player, post.message.replies)
            elif post.channel not in CHATS:
                (self.payments if post.channel == "payments" else self.letters).append(post)

    # --- the bank, and time -------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let the provider do what it was asked, and report it."""
        while self.bank is not None and self.payments:
            outcome = await self.bank.carry(self.payments.pop(0))
            if isinstance(outcome, Delivered | Never) and outcome.then is not None:
                await self.run(outcome.then)
            assert not isinstance(outcome, Later), f"the bank puts it off: {outcome.why}"

    async def run_timers(self) -> None:
        """Fire the timers that are due now."""
        while await run_due_timers(self.events, TIMER_HANDLERS):
            await self.settle()

    async def run(self, unit: Callable[[Ctx], Answer]) -> Answer:
        return await self.events.run(MARKET, unit)

    async def try_before(self, act: Act) -> None:
        before = self.before
        if before is not None:
            await self.probe(lambda ctx: before(ctx, act))

    async def probe(self, unit: Callable[[Ctx], None]) -> None:
        """Run a unit that leaves no trace."""

        def attempt(ctx: Ctx) -> None:
            unit(ctx)
            raise _UndoneError

        try:
            await self.transactions.run(MARKET, attempt)
        except _UndoneError:
            return

    def turn_within(self, ctx: Ctx, player: Player, given: Input) -> list[Reply]:
        """Run one input, with all that follows from it, inside an open unit. Return the replies to the sender."""
        before = len(player.screen.shown)
        self._take_within(ctx, player, player.turn(given))
        return player.screen.shown[before:]

    def _take_within(self, ctx: Ctx, player: Player, turn: Turn) -> None:
        player.screen.show(self.engine.handle(ctx, turn).at_once)
        self.show_within(ctx)

    def show_within(self, ctx: Ctx) -> None:
        """Run all reactions of a unit, and show its messages on the screens of their receivers."""
        ctx.settle()
        posts = list(ctx.outbox_messages)
        ctx.outbox_messages.clear()
        ctx.collections.clear()
        for post in posts:
            if not isinstance(post.message, Replies):
                continue
            for each in self.people.values():
                if (each.identity.platform, each.address) == (post.channel, post.message.address):
                    each.screen.show(list(post.message.replies))


@contextmanager
def undone(here: Rehearsal, ctx: Ctx) -> Iterator[None]:
    """Undo everything that is done inside, on the screens and in the database."""
    before = {name: player.screen.copy() for name, player in here.people.items()}
    savepoint = ctx.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        ctx.session.expire_all()
        for name, screen in before.items():
            here.people[name].screen = screen


class _UndoneError(Exception):
    """Ends a probe."""


class TriedTransactions(Transactions):
    """Transactions that try every unit before it is run, to see what it would say."""

    here: Rehearsal

    async def run(self, actor: Actor, unit: Callable[[Ctx], Answer]) -> Answer:
        def act(ctx: Ctx) -> None:
            unit(ctx.acting_as(actor))
            self.here.show_within(ctx)

        await self.here.try_before(act)
        return await super().run(actor, unit)


@cache
def plain_settings() -> Settings:
    """Return the settings without any configuration; read once."""
    return Settings(_env_file=None)


@asynccontextmanager
async def rehearsal(
    address: str,
    clock: Clock,
    operators: Collection[str] = (),
    bank: Callable[[Transactions, MarketContext], Transport] | None = None,
    wordings: Wordings | None = None,
) -> AsyncIterator[Rehearsal]:
    """Open the market on a database that has its tables.

    `bank` needs the transactions, and the market's words for invoices. Without a bank there are no payments.
    """
    known = market_context(plain_settings())
    if wordings is not None:
        known = replace(known, wordings=wordings)
    engine, reactions = engine_and_reactions(known, operators)
    ids = Ids(secrets.token_bytes)
    runner = await open_database(address)
    transactions = Transactions(runner, clock, ids, reactions)
    events = TriedTransactions(runner, clock, ids, reactions)
    opened = events.here = Rehearsal(transactions, events, engine, UpdateHandler(transactions, engine, ids), clock)
    opened.bank = bank(events, known) if bank is not None else None
    transactions.deliver_by(opened.receive)
    events.deliver_by(opened.receive)
    try:
        yield opened
    finally:
        await transactions.close()
