"""Every flow, on every platform, under every disturbance: found by walking through the conversations, not by a list.

What is tried here and what goes over the wire: a double press, a restart or a second worker meets the engine, its
transaction and the draft in the database, and nothing of how a platform brings its inputs. So these are played at the
reception, where one input costs milliseconds and all flows can be tried. What a platform's own library and wire add
(an update that is brought twice, acknowledgements that are lost, Slack's retries, a process that is killed) is the same
for every flow, and is tried over the wire with the real libraries: `tests/journeys/test_disturbed.py` and
`test_kill.py` for whole trades, `tests/bots/test_telegram_bot.py` and `test_slack_bot.py` for each platform.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from bots.slack.modal import modal
from bots.telegram.render import card_screen
from config.market import BOOKS
from config.rehearsal.explore import Door
from config.rehearsal.market import Player, Rehearsal
from config.rehearsal.screen import Filling, Step, next_input
from config.rehearsal.stages import STRANGER, Stage, at_stage
from conversations.buttons import press
from conversations.form import Field, Form
from conversations.reply import FormView, Reply
from conversations.turn import Filled, Input, Pressed, Said, Turn
from core.kernel.db import Table
from core.kernel.inbox import InboxRow
from core.kernel.transaction import Ctx
from core.people.model import Platform
from core.talks.model import Draft

Effect = Counter[tuple[str, str]]

# What every input leaves behind, whatever it does: what came in, what goes out, and where talks stand.
OF_TALKS: Final = frozenset(
    {"inbox", "outbox", "draft", "card_pointer", "remembered", "timer", "chat_identity", "search_log", "heartbeat"}
)
ANOTHER: Final = "place"  # a form that anybody can begin at any time
NEW_QUESTION: Final = "new_question"


@dataclass(slots=True)
class Attempt:
    """Somebody goes through a door and fills the form behind it, while something disturbs them."""

    path: Path
    stage: Stage
    door: Door
    platform: Platform
    workers: list[Rehearsal] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def here(self) -> Rehearsal:
        return self.workers[0]

    @property
    def player(self) -> Player:
        return self.here.people[self.door.who]

    async def opens(self) -> None:
        """A worker on the database as it is; people keep their screens."""
        worker = await self._stack.enter_async_context(at_stage(self.stage, self.path, self.platform))
        if self.workers:
            worker.people = self.here.people
        self.workers.append(worker)

    async def closes(self) -> None:
        await self._stack.aclose()
        self.workers.clear()

    async def restarts(self) -> None:
        """The process dies between two inputs; another one begins where it was."""
        people = self.here.people
        await self.closes()
        await self.opens()
        self.here.people = people

    async def comes_to_the_door(self) -> None:
        for name in self.here.people:  # whoever is to hear of it hears of it on this platform
            await self.here.does(Step(name, "says", "/help"))
        for step in self.door.steps[:-1]:
            await self.here.does(step)

    async def enters(self) -> None:
        last = self.door.steps[-1]
        given = self.player.screen.input_of(last)
        assert given is not None, f"{last} is not on the screen"
        await self.brings(given)

    async def fills(self, between: Callable[[Attempt], Awaitable[None]] | None = None) -> None:
        """Answer by answer to the end, with something between any two inputs; what is refused for good is left."""
        draft = self.player.screen.form.draft if self.player.screen.form is not None else ""
        filling = Filling.of(self.player.screen)
        while True:
            if between is not None:
                await between(self)
            given = filling.next(self.player.screen)
            if given is None:
                break
            await self.brings(given)
        left = self.player.screen.form
        if left is not None and left.draft == draft:
            await self.brings(Pressed(press("form.cancel", left.draft, left.revision)))
        assert self.player.screen.form is None, f"no way out of {self.door.flow}"

    @property
    def form(self) -> FormView:
        form = self.player.screen.form
        assert form is not None, f"{self.door.who} has no form in front"
        return form

    async def brings(self, given: Input, worker: int = 0) -> list[Reply]:
        """One input of theirs, and what must be true of every answer."""
        turn = self.player.turn(given)
        self.turns.append(turn)
        replies = await self.workers[worker].bring(self.player, turn)
        assert replies, f"silence after {given}"
        self.check_screen(replies)
        return replies

    def check_screen(self, replies: list[Reply]) -> None:
        """No form without a way out, drawn by the platform's own renderer."""
        for reply in replies:
            if not isinstance(reply, FormView):
                continue
            if self.platform is Platform.SLACK:
                assert modal(reply)["close"]["text"]
                continue
            keyboard = card_screen(reply).keyboard
            out = press("form.cancel", reply.draft, reply.revision)
            assert keyboard is not None
            assert out in {str(button.callback_data) for row in keyboard.inline_keyboard for button in row}

    async def effect(self) -> Effect:
        return await self.here.run(effect)

    async def no_fault_of_ours(self) -> None:
        failures = await self.here.run(
            lambda ctx: list(ctx.session.scalars(select(InboxRow.failure).where(InboxRow.failure.is_not(None))))
        )
        assert failures == []


def effect(ctx: Ctx) -> Effect:
    """How many rows there are of everything, by their state: what an input has changed for good."""
    counted: Effect = Counter()
    for name, table in Table.metadata.tables.items():
        if name in OF_TALKS:
            continue
        if "state" in table.c:
            rows = ctx.session.execute(select(table.c.state, func.count()).group_by(table.c.state))
            counted |= Counter({(name, str(state)): count for state, count in rows})
        else:
            counted[name, ""] = ctx.session.scalar(select(func.count()).select_from(table)) or 0
    return counted


@asynccontextmanager
async def attempt(folder: Path, stage: Stage, door: Door, platform: Platform) -> AsyncIterator[Attempt]:
    path = folder / "attempt.sqlite"
    trying = Attempt(path, stage, door, platform)
    await trying.opens()
    try:
        await trying.comes_to_the_door()
        yield trying
        await trying.no_fault_of_ours()
    finally:
        await trying.closes()
        forget(folder, path.name)


def forget(folder: Path, name: str) -> None:
    """A database with all its files."""
    for left in folder.glob(f"{name}*"):
        left.unlink()


# --- what disturbs ----------------------------------------------------------------------------------------------------

Disturbed = Callable[[Attempt], Awaitable[None]]


async def undisturbed(trying: Attempt) -> None:
    await trying.enters()
    await trying.fills()


async def duplicate(trying: Attempt) -> None:
    """Every input is brought twice, and at the end all of them once more."""
    again = 0

    async def once_more(_: Attempt) -> None:
        nonlocal again
        await unchanged(trying, trying.turns[-1])
        again += 1

    await trying.enters()
    await trying.fills(between=once_more)
    for turn in trying.turns:
        await unchanged(trying, turn)
    assert again


async def reorder(trying: Attempt) -> None:
    """The next but one input overtakes the next: both are answered, and the form still comes to its one end."""
    await trying.enters()
    form = trying.form
    ahead = await following(trying, next_input(form, {}, at_once=trying.player.screen.at_once))
    if ahead is not None:
        await trying.brings(ahead)
    await trying.fills()
    for turn in reversed(trying.turns):
        await unchanged(trying, turn)


async def restart(trying: Attempt) -> None:
    """The process is another one after every input."""
    await trying.enters()
    await trying.fills(between=Attempt.restarts)


async def two_workers(trying: Attempt) -> None:
    """Both workers are brought every input at the same moment: one takes it."""
    await trying.opens()
    await trying.enters()

    async def the_last_one_again(_: Attempt) -> None:
        turn = trying.turns[-1]
        before = len(trying.player.screen.shown)
        await asyncio.gather(*(worker.bring(trying.player, turn) for worker in trying.workers))
        assert len(trying.player.screen.shown) == before, "an input was answered by both"

    await trying.fills(between=the_last_one_again)
    final = trying.turns[-1]
    fresh = [trying.player.turn(final.input) for _ in trying.workers]
    await asyncio.gather(*(w.bring(trying.player, turn) for w, turn in zip(trying.workers, fresh, strict=True)))


async def stale_press(trying: Attempt) -> None:
    """What was on the screen before is pressed again, as if it were new: answered, and without effect."""
    await trying.enters()
    stale: list[Input] = []

    async def an_old_one(_: Attempt) -> None:
        old = trying.turns[-1].input
        if len(trying.turns) > 1 and not isinstance(old, Said | Filled):
            stale.append(old)
            await trying.brings(old)

    await trying.fills(between=an_old_one)
    final = trying.turns[-1].input
    if not isinstance(final, Said):  # words that are said again are new words
        replies = await trying.brings(final)
        assert not any(isinstance(reply, FormView) for reply in replies)


async def wrong_person(trying: Attempt) -> None:
    """Somebody else presses every button and sends every window that they have no business with."""
    await trying.enters()
    stranger = trying.here.people[STRANGER if trying.door.who != STRANGER else "Rasa"]

    async def stolen(_: Attempt) -> None:
        last = trying.turns[-1].input
        form = trying.player.screen.form
        theirs: list[Input] = [] if isinstance(last, Said) or len(trying.turns) == 1 else [last]
        if form is not None:
            theirs += [Pressed(press(verb, form.draft, form.revision)) for verb in ("form.send", "form.cancel")]
        for each in theirs:
            replies = await trying.here.take(stranger, each)
            assert replies, f"a stranger is met with silence after {each}"
            assert not any(isinstance(reply, FormView) for reply in replies), f"a stranger sees {trying.door.flow}"

    await trying.fills(between=stolen)


async def two_flows(trying: Attempt) -> None:
    """Another form is begun in the middle: this one is put aside, said so, and taken up where it was."""
    await trying.enters()
    form = trying.form
    await trying.brings(Said(f"/{ANOTHER}"))
    other = trying.form
    assert other.draft != form.draft
    await trying.brings(Pressed(press("form.cancel", other.draft, other.revision)))
    if any(isinstance(reply, FormView) and reply.draft == form.draft for reply in trying.player.screen.shown):
        kept = await trying.here.run(lambda ctx: ctx.session.get(Draft, form.draft) is not None)
        if not kept:  # nothing had been entered: it is simply begun again
            await trying.enters()
            await trying.fills()
            return
    await trying.brings(Pressed(press("form.open", form.draft, 0)))
    assert trying.form.draft == form.draft
    await trying.fills()


async def changed_schema(trying: Attempt) -> None:
    """A new release asks one thing more, in the middle of the form: it is asked, and nothing that was said is lost."""
    await trying.enters()
    draft = trying.form.draft
    given = await trying.here.run(lambda ctx: dict(ctx.session.get_one(Draft, draft).answers))
    with another_release(trying.door.flow):
        await trying.restarts()
        await trying.brings(Pressed(press("form.open", draft, 0)))
        assert NEW_QUESTION in {each.name for each in trying.form.fields}
        kept = {each.name: each.value for each in trying.form.fields if each.value}
        assert {name for name in given if given[name] and name in kept} <= set(given)
        await trying.fills()
    await trying.restarts()


DISTURBANCES: Final[dict[str, Disturbed]] = {
    each.__name__: each
    for each in (
        duplicate,
        reorder,
        restart,
        two_workers,
        stale_press,
        wrong_person,
        two_flows,
        changed_schema,
    )
}


# --- inside -----------------------------------------------------------------------------------------------------------


async def unchanged(trying: Attempt, turn: Turn) -> None:
    """The same input again, by its outside id: nothing is shown twice."""
    before = len(trying.player.screen.shown)
    await trying.here.bring(trying.player, turn)
    assert len(trying.player.screen.shown) == before, f"taken twice: {turn.input}"


async def following(trying: Attempt, given: Input) -> Input | None:
    """What they would do after this input, found out without doing it."""
    found: list[Input] = []
    screen = trying.player.screen.copy()

    def look(ctx: Ctx) -> None:
        trying.here.turn_within(ctx, trying.player, given)
        form = trying.player.screen.form
        if form is not None:
            found.append(next_input(form, {}, at_once=screen.at_once))

    await trying.here.probe(look)
    trying.player.screen = screen
    return found[0] if found else None


@contextmanager
def another_release(flow: str) -> Iterator[None]:
    """The form as a later release may have it: one more question, and one that is optional asked no longer."""
    book = next(book for book in BOOKS if flow in book.flows)
    ours = book.flows[flow]
    optional = next((each for each in reversed(ours.form.fields) if each.optional), None)
    fields = tuple(each for each in ours.form.fields if each is not optional)
    book.flows[flow] = replace(ours, form=Form(flow, (*fields, Field(NEW_QUESTION)), ours.form.review))
    try:
        yield
    finally:
        book.flows[flow] = ours
