"""An attempt: a person opens a form by its door and fills it in, before one process or several."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select

from bots.slack.modal import modal
from bots.slack.platform import SLACK
from bots.telegram.renderer import card_screen
from conversations.buttons import press
from conversations.engine import Answered
from conversations.outgoing_replies import Menu, Replies
from conversations.reply import FormErrors, FormView, Reply
from conversations.turn import ButtonPress, FormSubmission, Input, Turn
from core.kernel.chat_state.model import Draft
from core.kernel.database import Unavailable
from core.kernel.dispatcher import Delivered, Dispatcher, Transport
from core.kernel.inbox import InboxRow
from core.kernel.outbox import LEASE, OutboxMessage, OutboxRow
from core.kernel.transaction import Ctx
from core.money.messages import SendInvoice
from core.people.accounts.model import PlatformCode
from tests.conformance.effect import Effect, effect_in
from tests.conformance.ground import forget
from tools.rehearsal.exploration import Door
from tools.rehearsal.market import Player, Rehearsal, StillClock
from tools.rehearsal.screen import FormInput, Step
from tools.rehearsal.stages import Stage, at_stage

SLOW: Final = 4  # how many turns of the loop the slowest phone takes


@dataclass(slots=True)
class Phones:
    """Transport to people's screens, fast or slow.

    A message that is delivered twice or out of order is noticed.
    """

    here: Rehearsal
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    in_order: bool = True  # what was asked for one after the other
    delivered: list[OutboxMessage] = field(default_factory=list)

    async def carry(self, post: OutboxMessage) -> Delivered:
        await self.reached.wait()
        for _ in range(SLOW - len(self.delivered) % SLOW):
            await asyncio.sleep(0)
        assert post.id not in {each.id for each in self.delivered}, f"delivered twice: {post.id}"
        before = [each.id for each in self.delivered if place_of(each) == place_of(post)]
        assert not self.in_order or all(each < post.id for each in before), f"overtaken: {post.id}"
        self.delivered.append(post)
        self.here.receive([post])
        return Delivered()


def place_of(post: OutboxMessage) -> tuple[str, str]:
    """Return the chat of a message, or the ordering key of anything else."""
    told = post.message
    return post.channel, told.address if isinstance(told, Replies | Menu | SendInvoice) else post.ordering_key


@dataclass(slots=True)
class Worker:
    """One process of the product."""

    here: Rehearsal
    dispatcher: Dispatcher

    async def stores(self, turn: Turn) -> Answered:
        """Bring an input until it is stored, as a platform does while the database is locked for too long."""
        while True:
            with suppress(*Unavailable):
                return await self.here.update_handler.take(turn)

    async def takes(self, player: Player, turn: Turn) -> Answered:
        """Bring an input as a platform does, perhaps again. The immediate answer is shown the first time only."""
        answered = await self.stores(turn)
        if not answered.again:
            player.screen.show(answered.at_once)
        await self.dispatcher.idle()
        return answered

    async def dies_over(self, turn: Turn) -> None:
        """Store an input and die: nothing is delivered, and nothing acknowledged."""
        self.here.transactions.deliver_by(lambda _posts: None)
        await self.here.update_handler.take(turn)


@dataclass(frozen=True, slots=True)
class Kept:
    """The content of a form so far. `focused`: text typed next goes there."""

    answers: dict[str, str]
    trail: tuple[str, ...]
    editing: str | None
    revision: int
    focused: bool


@dataclass(slots=True)
class Attempt:
    """An attempt. `turns`: all inputs so far, with the `answers` that were given at once."""

    path: Path
    stage: Stage
    door: Door
    platform: PlatformCode
    clock: StillClock
    workers: list[Worker] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    answers: dict[str, Answered] = field(default_factory=dict)
    _came: FormView | None = None  # the form, if it came filled in: they change one answer of it
    _phones: Phones | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def worker(self) -> Worker:
        return self.workers[0]

    @property
    def here(self) -> Rehearsal:
        return self.worker.here

    @property
    def player(self) -> Player:
        return self.here.people[self.door.who]

    @property
    def phones(self) -> Phones:
        assert self._phones is not None
        return self._phones

    async def opens(self) -> None:
        """Start a process on the database as it is. People keep their screens."""
        here = await self._stack.enter_async_context(at_stage(self.stage, self.path, self.platform, clock=self.clock))
        if self._phones is None:
            self._phones = Phones(here)
            self._phones.reached.set()
            await here.run(lambda ctx: ctx.session.execute(delete(OutboxRow)))  # it has arrived in the play
        else:
            here.people = self.phones.here.people
        transports: defaultdict[str, Transport] = defaultdict(lambda: self.phones)
        dispatcher = Dispatcher(here.transactions, self.clock, transports)
        for transactions in (here.transactions, here.events):
            transactions.deliver_by(dispatcher.offer)
        self.workers.append(Worker(here, dispatcher))

    async def closes(self) -> None:
        for worker in self.workers:
            await worker.dispatcher.close()
        await self._stack.aclose()
        self.workers.clear()

    async def restarts(self) -> None:
        """Start another process where the last one stopped, after the last one's leases ran out."""
        await self.closes()
        self.clock.moment += LEASE + timedelta(seconds=1)
        await self.opens()
        while await self.worker.dispatcher.sweep():
            await self.worker.dispatcher.idle()

    # --- actions of a person ------------------------------------------------------------------------------------------

    async def comes_to_the_door(self) -> None:
        for name in self.here.people:  # everybody is notified on this platform
            await self._does(Step(name, "says", "/help"))
        for step in self.door.steps[:-1]:
            await self._does(step)

    async def enters(self) -> None:
        """Open the form by the last step of the way."""
        given = self.player.screen.input_of(self.door.steps[-1])
        assert given is not None, f"{self.door.steps[-1]} is not on the screen"
        await self.brings(given)
        form = self.player.screen.form
        self._came = form if form is not None and form.current is None else None

    def inputs(self) -> Iterator[Input]:
        """Yield the person's next inputs, read from their screen each time.

        They end when the form is gone or refused for good.
        """
        form_input = FormInput.of(self.player.screen, self._required())
        while (given := form_input.next(self.player.screen)) is not None:
            yield given

    async def leaves(self) -> None:
        """Leave the form: it can be left even if it cannot be sent."""
        form = self.player.screen.form
        if form is not None:
            await self.brings(ButtonPress(press("form.cancel", form.draft, form.revision)))
        assert self.player.screen.form is None, f"no way out of {self.door.flow}"

    async def brings(self, given: Input, by: Player | None = None) -> Sequence[Reply]:
        """Send one input of this person, or of another, and check the rules that hold for every answer."""
        player = by or self.player
        turn = player.turn(given)
        before = len(player.screen.shown)
        answered = await self.worker.takes(player, turn)
        if by is None:
            self.turns.append(turn)
            self.answers[turn.key] = answered
        replies = player.screen.shown[before:]
        self.looks_at(replies, given)
        if isinstance(given, FormSubmission) and self._has_more_questions(replies):
            await self.brings(replace(given, final=False), by)  # as Slack's window does by itself
        return replies

    def _has_more_questions(self, replies: Sequence[Reply]) -> bool:
        """Return whether a field is wrong that the window does not show yet."""
        form = self.player.screen.form
        wrong = {name for reply in replies if isinstance(reply, FormErrors) for name in reply.errors if name}
        return form is not None and not wrong <= {each.name for each in form.fields}

    def looks_at(self, replies: Sequence[Reply], given: Input) -> None:
        """Check that the input is answered and that every form has a way out, as the platform draws it."""
        assert replies, f"silence after {given}"
        for form in replies:
            if isinstance(form, FormView):
                out = press("form.cancel", form.draft, form.revision)
                ways = modal(form)["close"]["text"] if self.platform == SLACK.code else loads_on(form)
                assert ways if self.platform == SLACK.code else out in ways, f"no way out after {given}"

    @property
    def form(self) -> FormView:
        form = self.player.screen.form
        assert form is not None, f"{self.door.who} has no form in front"
        return form

    # --- what became of it --------------------------------------------------------------------------------------------

    async def kept(self, name: str) -> Kept | None:
        """Return the stored form, or None if it is gone."""

        def unit(ctx: Ctx) -> Kept | None:
            draft = ctx.session.get(Draft, name)
            if draft is None:
                return None
            return Kept(dict(draft.answers), tuple(draft.trail), draft.editing, draft.revision, draft.focused)

        return await self.here.run(unit)

    def effect(self) -> Effect:
        return effect_in(self.path)

    async def no_fault_of_ours(self) -> None:
        failures = await self.here.run(
            lambda ctx: list(ctx.session.scalars(select(InboxRow.failure).where(InboxRow.failure.is_not(None))))
        )
        undelivered = await self.here.run(
            lambda ctx: list(ctx.session.scalars(select(OutboxRow.failure).where(OutboxRow.failure.is_not(None))))
        )
        assert [*failures, *undelivered] == []

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _does(self, step: Step) -> None:
        """Take a step on the way to the door."""
        player = self.here.people[step.who]
        if step.does != "fills":
            given = player.screen.input_of(step)
            assert given is not None, f"{step}: not on the screen of {step.who}"
            await self.worker.takes(player, player.turn(given))
            return
        form_input = FormInput.of(player.screen)
        while (answer := form_input.next(player.screen)) is not None:
            await self.worker.takes(player, player.turn(answer))

    def _required(self) -> dict[str, str | list[str]]:
        """Return the answers that the person wants to give.

        These are the code in the newest letter to them, or another answer for a form that is filled in.
        """
        form = self.player.screen.form
        codes = [str(letter.body["code"]) for letter in self.phones.here.letters if "code" in letter.body]
        if codes and self.door.flow == "code":
            return {"code": codes[-1]}
        if form is None or self._came is None or form.draft != self._came.draft:
            return {}
        stood = {each.name: each.value for each in self._came.fields}
        others = [each for each in form.fields if each.example and each.example != stood.get(each.name, each.example)]
        return {each.name: each.example for each in others[:1] if each.value == stood[each.name]}


def loads_on(form: FormView) -> list[str]:
    """Return the payloads of the buttons under a form that is drawn as a card."""
    keyboard = card_screen(form).keyboard
    rows = keyboard.inline_keyboard if keyboard is not None else ()
    return [str(button.callback_data) for row in rows for button in row if button.callback_data]


@asynccontextmanager
async def attempt(folder: Path, stage: Stage, door: Door, platform: PlatformCode) -> AsyncIterator[Attempt]:
    path = folder / "attempt.sqlite"
    trying = Attempt(path, stage, door, platform, StillClock(stage.later))
    await trying.opens()
    try:
        await trying.comes_to_the_door()
        yield trying
        await trying.no_fault_of_ours()
    finally:
        await trying.closes()
        forget(path)
