"""People of the lab: they say, press, fill and see, on Telegram or on Slack, through the lab's HTTP face alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from lab.seen import button_for, choice, places_of, words_of, words_of_message

PATIENCE = 15.0  # seconds until a person gives up waiting for something to appear
JOINER = "\u2060"  # keeps Telegram from making links of words; nobody sees it


class Person(Protocol):
    """What a person can do on either platform. Texts are compared without case; a part of a text is enough."""

    name: str

    async def says(self, text: str) -> None:
        """Type a message; "/sell …" is a command on both platforms."""

    async def presses(self, label: str) -> None:
        """Press the newest button whose label holds this text."""

    async def fills(self, **answers: str) -> None:
        """Fill the form in front: field names to answers, in the form's order, and send it off."""

    async def answers(self, **given: str) -> None:
        """Answer the form in front as far as that goes without sending it off."""

    async def sees(self, *texts: str) -> str:
        """Wait until all these texts stand on the screen. Returns the screen."""

    async def opens(self, label: str) -> str:
        """The address of the newest link button whose label holds this text."""

    async def screen(self) -> str:
        """All that is on the screen, as words."""

    async def attaches(self, name: str, content: bytes, mime: str) -> None:
        """Send a photo or a document."""


@dataclass
class Browser:
    """HTTP to the lab."""

    http: aiohttp.ClientSession
    url: str

    async def get(self, path: str) -> Any:
        async with self.http.get(self.url + path) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def post(self, path: str, body: Any = None) -> Any:
        async with self.http.post(self.url + path, json=body if body is not None else {}) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def upload(self, path: str, name: str, content: bytes, mime: str, **fields: str) -> Any:
        form = aiohttp.FormData()
        for field_name, value in fields.items():
            form.add_field(field_name, value)
        form.add_field("files", content, filename=name, content_type=mime)
        async with self.http.post(self.url + path, data=form) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()


async def until(look: Callable[[], Any], what: Callable[[], str], patience: float = PATIENCE) -> Any:
    """Ask again until there is an answer. After so many seconds in vain, AssertionError says what was missing."""
    deadline = time.monotonic() + patience
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < deadline, what()
        await asyncio.sleep(0.03)


@dataclass
class OnTelegram:
    """A phone with the bot's chat open."""

    browser: Browser
    name: str
    id: int
    last: str = ""
    waiting_for: str = ""

    @property
    def path(self) -> str:
        return f"/lab/telegram/people/{self.id}"

    async def messages(self) -> list[dict[str, Any]]:
        chat: dict[str, Any] = await self.browser.get(f"{self.path}/chat")
        messages: list[dict[str, Any]] = chat["messages"]
        self.toasts = [toast["text"] for toast in chat["toasts"] if toast["text"]]
        return messages

    toasts: list[str] = field(default_factory=list)

    async def says(self, text: str) -> None:
        await self.browser.post(f"{self.path}/say", {"text": text})

    async def screen(self) -> str:
        lines = []
        for message in await self.messages():
            if message["from"] == "bot":
                lines.append(message.get("text") or message.get("caption") or "")
                lines += [message["document"]["name"]] if "document" in message else []
                lines += [f"[{button['text']}]" for row in message.get("keyboard", []) for button in row]
        return "\n".join([*lines, *(f"({toast})" for toast in self.toasts)]).replace(JOINER, "")

    async def presses(self, label: str) -> None:
        await self._press(*await self._button(label, "callback_data"))

    async def opens(self, label: str) -> str:
        _, button = await self._button(label, "url")
        return str(button["url"])

    async def answers(self, **given: str) -> None:
        """Answer question by question; what is not asked for is changed in the review. Nothing is sent off."""
        for name, answer in given.items():
            self.waiting_for = f"a form that asks for {name!r}"
            card, _ = await self._form_drawn(r"form\..*")
            if change := button_for(card, rf"form\.edit\|.*\|{name}"):
                await self._press(card, change)
                await self._form_drawn(r"form\..*")
            await self.says(answer)

    async def fills(self, **answers: str) -> None:
        """Answer, look the form over and send it off."""
        await self.answers(**answers)
        await self.sends()

    async def sends(self) -> None:
        """Look the form over and send it."""
        self.waiting_for = "a form to send off"
        await self._press(*await self._form_drawn(r"form\.send.*"))

    async def sees(self, *texts: str) -> str:
        return await sees(self, texts)

    async def attaches(self, name: str, content: bytes, mime: str) -> None:
        kind = "photo" if mime.startswith("image/") else "document"
        await self.browser.upload(f"{self.path}/send", name, content, mime, **{"as": kind})

    async def _form_drawn(self, data: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The form in front with a button of this data, as soon as it is drawn otherwise than when it was last used."""

        async def new_card() -> tuple[dict[str, Any], dict[str, Any]] | None:
            for message in reversed(await self.messages()):
                if button_for(message, r"form\..*"):
                    drawn, button = f"{message['id']}:{message.get('text')}", button_for(message, data)
                    if drawn == self.last or button is None:
                        return None
                    self.last = drawn
                    return message, button
            return None

        found: tuple[dict[str, Any], dict[str, Any]] = await until(new_card, self._why)
        return found

    async def answers_again(self, answer: str) -> None:
        """Another answer to the question in front, after the first was not taken."""
        await self._form_drawn(r"form\..*")
        await self.says(answer)

    async def button(self, label: str) -> str:
        """What the newest button of this label carries: anybody can read that, and send anything in its place."""
        return str((await self._button(label, "callback_data"))[1]["callback_data"])

    async def presses_anyway(self, data: str) -> None:
        """Send what a button could carry, whether or not one is on the screen."""
        newest = next(each for each in reversed(await self.messages()) if each["from"] == "bot")
        await self._press(newest, {"callback_data": data})

    async def _press(self, message: dict[str, Any], button: dict[str, Any]) -> None:
        await self.browser.post(f"{self.path}/press", {"message_id": message["id"], "data": button["callback_data"]})

    async def _button(self, label: str, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
        self.waiting_for = label
        found: tuple[dict[str, Any], dict[str, Any]] = await until(
            lambda: self._found(lambda b: label.casefold() in b["text"].casefold() and kind in b), self._why
        )
        return found

    async def _found(self, fits: Callable[[dict[str, Any]], bool]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        for message in reversed(await self.messages()):
            for button in (button for row in message.get("keyboard", []) for button in row):
                if fits(button):
                    return message, button
        return None

    def _why(self) -> str:
        return f"{self.name} waited in vain for {self.waiting_for!r}"


async def sees(person: OnTelegram | OnSlack, texts: tuple[str, ...]) -> str:
    seen = ""

    async def all_there() -> bool:
        nonlocal seen
        seen = await person.screen()
        return all(text.casefold() in seen.casefold() for text in texts)

    await until(all_there, lambda: f"{person.name} does not see {texts} but\n{seen}")
    return seen


@dataclass
class OnSlack:
    """A Slack window with the app's messages, its Home and its modals."""

    browser: Browser
    name: str
    id: str
    waiting_for: str = ""

    @property
    def path(self) -> str:
        return f"/lab/slack/people/{self.id}"

    async def window(self) -> dict[str, Any]:
        window: dict[str, Any] = await self.browser.get(f"{self.path}/screen")
        return window

    async def says(self, text: str) -> None:
        if text.startswith("/"):
            await self.browser.post(f"{self.path}/command", {"text": f"/parley {text[1:]}"})
        else:
            await self.browser.post(f"{self.path}/say", {"text": text})

    async def home(self) -> None:
        await self.browser.post(f"{self.path}/home")

    async def screen(self) -> str:
        return "\n".join(self._words(await self.window()))

    def _words(self, window: dict[str, Any]) -> Iterator[str]:
        for message in self.messages_in(window):
            yield from words_of_message(message)
        for view in [window["home"], *window["modals"]]:
            if view:
                yield from words_of(view)
                yield from (view.get("errors") or {}).values()

    def messages_in(self, window: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What others have written, oldest first."""
        for channel in window["channels"]:
            yield from (message for message in channel["messages"] if message["user"] != self.id)

    async def presses(self, label: str) -> None:
        where, element = await self._button(label)
        await self.browser.post(f"{self.path}/press", {**where, "action_id": element["action_id"]})

    async def opens(self, label: str) -> str:
        _, element = await self._button(label, with_url=True)
        return str(element["url"])

    async def answers(self, **given: str) -> None:
        """A window is filled as a whole: there is no answering without sending."""
        await self.fills(**given)

    async def fills(self, **answers: str) -> None:
        """Fill the modal on top and send it; what is filled in already stays."""
        view = await self._modal(next(iter(answers), ""))
        values: dict[str, dict[str, Any]] = {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            name = block["block_id"].partition("~")[0]
            if name in answers:
                values[block["block_id"]] = {block["element"]["action_id"]: choice(block["element"], answers[name])}
                if block.get("dispatch_action"):
                    await self._chooses(view, block, choice(block["element"], answers[name]))
                    rest = {key: value for key, value in answers.items() if key != name}
                    await self._redrawn(view)
                    await self.fills(**rest)
                    return
            if block["element"]["type"] == "file_input":  # a file that was refused is taken out again
                values[block["block_id"]] = {block["element"]["action_id"]: self.enclosed}
        answer = await self.browser.post(f"{self.path}/submit", {"view_id": view["id"], "values": values})
        self.enclosed = []
        self.errors = answer.get("errors") or {}

    errors: dict[str, str] = field(default_factory=dict)
    enclosed: list[str] = field(default_factory=list)  # files put into the form in front

    async def sends(self) -> None:
        await self.fills()

    async def sees(self, *texts: str) -> str:
        return await sees(self, texts)

    async def attaches(self, name: str, content: bytes, mime: str) -> None:
        """Into the form in front if it takes files, to be sent with it; else as a message."""
        window = await self.window()
        if any(
            block.get("element", {}).get("type") == "file_input"
            for view in window["modals"]
            for block in view["blocks"]
        ):
            stored = await self.browser.upload(f"{self.path}/upload", name, content, mime)
            self.enclosed += [file["id"] for file in stored]
            return
        im = next(channel["id"] for channel in window["channels"] if channel["is_im"])
        await self.browser.upload(f"{self.path}/upload", name, content, mime, share=im)

    async def _chooses(self, view: dict[str, Any], block: dict[str, Any], value: Any) -> None:
        pressed = {"view_id": view["id"], "block_id": block["block_id"], "action_id": block["element"]["action_id"]}
        await self.browser.post(f"{self.path}/press", {**pressed, "value": value})

    async def _redrawn(self, view: dict[str, Any]) -> None:
        async def newer() -> bool:
            modals = (await self.window())["modals"]
            return bool(modals) and modals[-1]["hash"] != view["hash"]

        self.waiting_for = "the form drawn anew"
        await until(newer, self._why)

    async def _modal(self, name: str) -> dict[str, Any]:
        self.waiting_for = f"a form that asks for {name!r}"

        async def top() -> dict[str, Any] | None:
            modals: list[dict[str, Any]] = (await self.window())["modals"]
            asked = {block["block_id"].partition("~")[0] for modal in modals[-1:] for block in modal["blocks"]}
            return modals[-1] if modals and (not name or name in asked) else None

        found: dict[str, Any] = await until(top, self._why)
        return found

    async def _button(self, label: str, *, with_url: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        self.waiting_for = label

        async def newest() -> tuple[dict[str, Any], dict[str, Any]] | None:
            for where, block in reversed(list(places_of(await self.window()))):
                for element in [*block.get("elements", []), block.get("accessory") or {}]:
                    text = (element.get("text") or {}).get("text", "") if element.get("type") == "button" else ""
                    if text and label.casefold() in text.casefold() and bool(element.get("url")) == with_url:
                        return {**where, "block_id": block["block_id"], "value": element.get("value")}, element
            return None

        found: tuple[dict[str, Any], dict[str, Any]] = await until(newest, self._why)
        return found

    def _why(self) -> str:
        return f"{self.name} waited in vain for {self.waiting_for!r}"
