"""A third chat platform, in memory: messages and buttons, and no window. It plugs in the way the others do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from config.platforms import Bot, ChatEdge
from conversations.buttons import press
from conversations.outgoing_replies import Replies
from conversations.platforms import ChatPlatform
from conversations.reply import FormClosed, FormView, Reply
from conversations.turn import ButtonPress, Input, TextMessage, Turn
from conversations.update_handler import UpdateHandler
from core.kernel.dispatcher import Delivered, Transport
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Transactions
from core.people.accounts.model import Identity, PlatformCode
from lab.people import Browser, until

TOY: Final = ChatPlatform(PlatformCode("toy"), "Toychat", names={"en": {"inside": "in Toychat", "at": "on Toychat"}})
# fields of a reply, as words
SEEN: Final = ("title", "text", "label", "value", "shown", "ask", "error", "turn", "note")
HELD: Final = ("lines", "fields", "items", "sections", "buttons")  # what a reply is made of


def parts_of(part: Any) -> Iterator[dict[str, Any]]:
    """A reply and all that it is made of, in the order in which it is read."""
    if isinstance(part, list | tuple):
        for each in part:
            yield from parts_of(each)
    elif isinstance(part, dict):
        yield part
        for name in HELD:
            yield from parts_of(part.get(name, ()))


@dataclass
class ToyServer:
    """The platform and our bot for it. `chats`: what each person has before them, the newest last."""

    chats: dict[str, list[Reply]] = field(default_factory=dict)
    update_handler: UpdateHandler | None = None
    inputs: int = 0

    def edge(self) -> ChatEdge:
        return ChatEdge(TOY, self.open)

    def open(self, update_handler: UpdateHandler, _transactions: Transactions) -> tuple[Bot, Mapping[str, Transport]]:
        self.update_handler = update_handler
        return self, {TOY.code: self}

    async def start(self) -> None: ...

    async def stop(self) -> None:
        self.update_handler = None

    async def hear(self, name: str, given: Input) -> None:
        """Take what a person has typed or pressed, and show at once what is answered at once."""
        assert self.update_handler is not None, "the product is away"
        self.inputs += 1
        turn = Turn(f"toy:{self.inputs}", Identity(TOY.code, "", name, name), name, given)
        for reply in (await self.update_handler.take(turn)).at_once:
            self.show(name, reply)

    async def carry(self, post: OutboxMessage) -> Delivered:
        assert isinstance(post.message, Replies)
        for reply in post.message.replies:
            self.show(post.message.address, reply)
        return Delivered()

    def show(self, name: str, reply: Reply) -> None:
        """A card of a thing that is on the screen takes its place; a form that is done goes."""
        screen, subject = self.chats.setdefault(name, []), subject_of(reply)
        screen[:] = [each for each in screen if subject is None or subject_of(each) != subject]
        if not isinstance(reply, FormClosed) or reply.text:
            screen.append(reply)


def subject_of(reply: Reply) -> str | None:
    return getattr(reply, "draft", None) or getattr(reply, "subject", None)


@dataclass
class OnToy:
    """A person who chats there."""

    server: ToyServer
    browser: Browser
    name: str
    last: tuple[str, int] = ("", 0)  # the form that was answered last, and its revision

    async def says(self, text: str) -> None:
        await self.server.hear(self.name, TextMessage(text))

    async def screen(self) -> str:
        parts = [part for reply in self.server.chats.get(self.name, []) for part in parts_of(reply.model_dump())]
        return "\n".join(str(part[name]) for part in parts for name in SEEN if part.get(name))

    async def sees(self, *texts: str) -> str:
        async def all_there() -> str | None:
            screen = await self.screen()
            return screen if all(text.casefold() in screen.casefold() for text in texts) else None

        found: str = await until(all_there, lambda: f"{self.name} never read {texts}")
        return found

    async def presses(self, label: str) -> None:
        await self.server.hear(self.name, ButtonPress(await self._button(label, "press")))

    async def opens(self, label: str) -> str:
        return await self._button(label, "url")

    async def _button(self, label: str, what: str) -> str:
        async def newest() -> str | None:
            for reply in reversed(self.server.chats.get(self.name, [])):
                for part in parts_of(reply.model_dump()):
                    if part.get(what) and label.casefold() in part.get("label", "").casefold():
                        return str(part[what])
            return None

        found: str = await until(newest, lambda: f"{self.name} finds no button {label!r}")
        return found

    async def fills(self, **answers: str) -> None:
        """Answer question by question, look the form over and send it off."""
        for name, answer in answers.items():
            form = await self._form()
            if form.current != name:
                await self._press_form(form, "form.edit", name)
                await self._form()
            await self.says(answer)
        await self.sends()

    async def sends(self) -> None:
        form = await self._form()
        while form.current is not None:  # what is not needed is passed over
            await self._press_form(form, "form.skip")
            form = await self._form()
        await self._press_form(form, "form.send")

    async def _press_form(self, form: FormView, verb: str, choice: str = "") -> None:
        await self.server.hear(self.name, ButtonPress(press(verb, form.draft, form.revision, choice)))

    async def _form(self) -> FormView:
        """The form in front, as soon as it is drawn otherwise than when it was last used."""

        async def drawn() -> FormView | None:
            await asyncio.sleep(0)
            shown = self.server.chats.get(self.name, [])
            form = next((each for each in reversed(shown) if isinstance(each, FormView)), None)
            return form if form is not None and (form.draft, form.revision) != self.last else None

        found: FormView = await until(drawn, lambda: f"{self.name} has no form to fill")
        self.last = (found.draft, found.revision)
        return found
