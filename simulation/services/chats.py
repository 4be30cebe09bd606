"""Phones, and the network between them and the product: inputs come twice or late, and messages get lost.

The chat platforms are cut at the product's own seam. A `Turn` goes in; a message of `Reply`s comes out.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bots.slack.platform import SLACK
from conversations.buttons import Press, read_press
from conversations.outgoing_replies import Menu, Replies
from conversations.reply import Button, Card, CardList, FormClosed, FormErrors, FormView, Home, Reply, Say, Toast
from conversations.turn import Input, Turn
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.outbox import OutboxMessage
from core.people.accounts.model import Identity, PlatformCode
from core.people.accounts.service import set_unreachable
from simulation.engine.dice import between
from simulation.environment import Environment, Process

LOOSE: Final = 6  # words and cards without a subject that stay in sight
BLOCKED_FOR: Final = (3_600.0, 5 * 86_400.0)
TRAVELS: Final = (0.05, 3.0)  # seconds that an input takes
LATE: Final = (60.0, 20 * 3_600.0)
AGAIN: Final = (1.0, 600.0)  # seconds until an input that was not accepted is sent again


@dataclass(slots=True)
class Phone:
    """The state of one person's phone: the visible cards, the form in front, the last words."""

    world: Environment
    platform: PlatformCode
    number: str
    name: str
    dice: random.Random
    cards: dict[str, Card | CardList] = field(default_factory=dict)
    loose: list[Say | Card | CardList] = field(default_factory=list)
    form: FormView | None = None
    wrong: FormErrors | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    got: dict[str, int] = field(default_factory=dict)  # post id: how often it arrived
    blocked_until: float = 0.0
    sent: int = 0
    drawn: int = 0  # how often the visible content has changed

    @property
    def workspace(self) -> str:
        return "T0MARKET" if self.platform == SLACK.code else ""

    @property
    def identity(self) -> Identity:
        return Identity(self.platform, self.workspace, self.number, self.name)

    # --- incoming -----------------------------------------------------------------------------------------------------

    def show(self, post: OutboxMessage) -> None:
        """Show a message. A repeated one is only seen once: it edits the same message, or stands below itself."""
        self.got[post.id] = self.got.get(post.id, 0) + 1
        for reply in post.message.replies if isinstance(post.message, Replies) else ():  # else it is a menu
            self._show(reply)
        self.news.set()

    def _show(self, reply: Reply) -> None:
        self.drawn += 1
        match reply:
            case Card(subject=str(subject)) | CardList(subject=str(subject)):
                self.cards.pop(subject, None)
                self.cards[subject] = reply
            case Card() | Say():
                self.loose = [*self.loose[1 - LOOSE :], reply]
            case FormView():
                self.form = reply
            case FormClosed(draft=draft) if self.form is not None and self.form.draft == draft:
                self.form = None
            case FormErrors():
                self.wrong = reply
            case FormClosed() | Toast() | Home():
                pass

    def buttons(self) -> list[Button]:
        """Return all buttons that can be pressed, the newest last."""
        shown: list[Say | Card | CardList] = [*self.cards.values(), *self.loose]
        return [button for each in shown for button in buttons_of(each)]

    def presses(self) -> list[tuple[Button, Press]]:
        return [(button, read_press(button.press)) for button in self.buttons() if button.press is not None]

    # --- outgoing -----------------------------------------------------------------------------------------------------

    async def send(self, what: Input) -> bool:
        """Say, press or fill. Return whether it was accepted while the person waited; it may be accepted later."""
        self.sent += 1
        turn = Turn(
            key=f"{self.platform}:{self.number}:{self.sent}",
            identity=self.identity,
            address=f"D{self.number}",
            input=what,
            message=f"m{self.sent}",
        )
        self.blocked_until = 0.0
        self.world.trace.note("input", turn.key, type(what).__name__)
        first = self.world.spawn(self._bring(turn))
        if self.world.strikes("update_twice"):
            self.world.spawn(self._bring(turn))
        done, _ = await asyncio.wait([first], timeout=600)
        return bool(done)

    async def _bring(self, turn: Turn) -> None:
        """Deliver an input, as a platform does, until the product acknowledges it."""
        late = self.world.strikes("update_late")
        await asyncio.sleep(between(self.dice, *(LATE if late else TRAVELS)))
        while True:
            answered = await self.world.ask(lambda machine: machine.update_handler.take(turn))
            if answered is not None:
                self.world.recorder.took(turn, answered)
                if not self.world.strikes("update_ack_lost"):
                    for reply in answered.at_once:
                        self._show(reply)
                    self.news.set()
                    return
            await asyncio.sleep(between(self.dice, *AGAIN))


def buttons_of(reply: Say | Card | CardList) -> list[Button]:
    own = [button for row in reply.buttons for button in row]
    return own + [button for each in reply.items for button in buttons_of(each)] if isinstance(reply, CardList) else own


class Phones:
    """All phones of a world, by platform and address."""

    def __init__(self, world: Environment) -> None:
        self._world = world
        self._phones: dict[tuple[str, str], Phone] = {}

    def make(self, platform: PlatformCode, number: str, name: str) -> Phone:
        phone = Phone(self._world, platform, number, name, self._world.dice.of(f"phone:{number}"))
        self._phones[platform, f"D{number}"] = phone
        return phone

    def at(self, platform: str, address: str) -> Phone:
        return self._phones[platform, address]


class ChatTransport:
    """The outbox's transport to the simulated phones, in place of the bots' senders."""

    def __init__(self, process: Process, world: Environment, phones: Phones) -> None:
        self._process = process
        self._world = world
        self._phones = phones

    async def carry(self, post: OutboxMessage) -> Delivered | Later | Never:
        self._process.may_die("kill_before_telling")
        await self._process.linger("chat_slow")
        assert isinstance(post.message, Replies | Menu)
        phone = self._phones.at(post.channel, post.message.address)
        self._world.recorder.told(post)
        outcome = self._brought(post, phone, post.message.address)
        self._world.recorder.carried(post, outcome)
        return outcome

    def _brought(self, post: OutboxMessage, phone: Phone, address: str) -> Delivered | Later | Never:
        """Return the outcome of the delivery."""
        process, world = self._process, self._world
        if world.is_poison(post.id):
            return Never("nobody can draw it")
        if world.strikes("chat_blocked"):
            phone.blocked_until = world.seconds + between(world.chance, *BLOCKED_FOR)
        if phone.blocked_until > world.seconds:
            return Never("blocked", partial(_no_client_there, phone=phone, address=address))
        if world.strikes("chat_slow_down"):
            return Later("too many requests", seconds=float(world.chance.randrange(1, 60)))
        if world.strikes("chat_error"):
            return Later("internal error")
        phone.show(post)
        world.trace.note("told", phone.name, post.id)
        process.may_die("kill_after_telling")
        if world.strikes("chat_answer_lost"):
            return Later("the answer was lost")
        return Delivered()


def _no_client_there(ctx: object, phone: Phone, address: str) -> None:
    set_unreachable(ctx, phone.platform, phone.workspace, address)  # type: ignore[arg-type]  # the unit's own context


class Letterbox:
    """A transport that accepts mail and invoices in Stars; they have no readers here."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def carry(self, post: OutboxMessage) -> Delivered:
        self._process.may_die("kill_before_telling")
        return Delivered()
