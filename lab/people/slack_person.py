"""A person with a Slack window: the app's messages, its Home and its modals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lab.people.browser import Browser, sees
from lab.people.screen import choice, elements_of, places_of, previews_of, words_of, words_of_message
from lab.slack.window import TROUBLE

TOO_LATE = 2.5  # seconds without a window: on a slow machine its trigger has expired, and a message leads to it
DOOR, BESIDE_IT = "form.open", "form.cancel"  # buttons in one row of the message that stands for a form's window
TRIES = 3  # sends of a window that reports trouble: on a slow machine the answer comes after Slack's three seconds
MISSED = 5  # tries to press a card that is redrawn each time
REDRAWS = "shapes"  # the action of a field on which others depend: the window is redrawn


@dataclass
class OnSlack:
    """A Slack window with the app's messages, its Home and its modals."""

    browser: Browser
    name: str
    id: str
    waiting_for: str = ""
    wrote: bool = False  # their last action was a message: no window can follow it
    doors: set[str] = field(default_factory=set)  # doors that they have gone through

    @property
    def path(self) -> str:
        return f"/lab/slack/people/{self.id}"

    async def window(self) -> dict[str, Any]:
        window: dict[str, Any] = await self.browser.get(f"{self.path}/screen")
        return window

    async def says(self, text: str) -> None:
        self.wrote = not text.startswith("/")
        if text.startswith("/"):
            await self.browser.post(f"{self.path}/command", {"text": f"/parley {text[1:]}"})
        else:
            await self.browser.post(f"{self.path}/say", {"text": text})

    async def home(self) -> None:
        await self.browser.post(f"{self.path}/home")

    async def screen(self) -> str:
        return "\n".join(self._words(await self.window()))

    def _words(self, window: dict[str, Any]) -> Iterator[str]:
        for channel in window["channels"]:
            for message in channel["messages"]:
                yield from words_of_message(message) if message["user"] != self.id else previews_of(message)
        for view in [window["home"], *window["modals"]]:
            if view:
                yield from words_of(view)
                yield from (view.get("errors") or {}).values()

    def messages_in(self, window: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the messages of others, oldest first."""
        for channel in window["channels"]:
            yield from (message for message in channel["messages"] if message["user"] != self.id)

    async def presses(self, label: str, beside: str = "") -> None:
        for others in reversed(range(MISSED)):  # a card that is redrawn during the press is pressed again
            where, element = await self._button(label, beside=beside)
            try:
                await self._press(where, element)
            except AssertionError as gone:
                if not others or "no element" not in str(gone):
                    raise
            else:
                return

    async def taps_twice(self, label: str) -> None:
        where, element = await self._button(label)
        tap = {**where, "action_id": element["action_id"]}
        self.wrote = False
        taps = (self.browser.post(f"{self.path}/press", tap) for _ in range(2))
        for went in await asyncio.gather(*taps, return_exceptions=True):
            if isinstance(went, BaseException) and "no element" not in str(went):  # redrawn before the second
                raise went

    async def opens(self, label: str) -> str:
        _, element = await self._button(label, with_url=True)
        return str(element["url"])

    async def answers(self, **given: str) -> None:
        """Fill and send the form: a window is filled as a whole."""
        await self.fills(**given)

    async def fills(self, **answers: str) -> None:
        """Fill the modal on top and send it; existing values stay."""
        view = await self.form(next(iter(answers), ""))
        values: dict[str, dict[str, Any]] = {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            name = block["block_id"].partition("~")[0]
            if name in answers:
                element = await self._offered(block["element"], {"view_id": view["id"]}, block, answers[name])
                values[block["block_id"]] = {element["action_id"]: choice(element, answers[name])}
                if element["action_id"] == REDRAWS:
                    await self._chooses(view, block, choice(element, answers[name]))
                    rest = {key: value for key, value in answers.items() if key != name}
                    await self._redrawn(view)
                    await self.fills(**rest)
                    return
            if block["element"]["type"] == "file_input":  # a refused file is taken out again
                put_in = [file for into, file in self.enclosed if into in ("", name)]
                values[block["block_id"]] = {block["element"]["action_id"]: put_in}
        for _ in range(TRIES):
            answer = await self.browser.post(f"{self.path}/submit", {"view_id": view["id"], "values": values})
            self.errors = answer.get("errors") or {}
            if self.errors.get("") != TROUBLE:
                break
        self.enclosed = []

    async def types(self, **answers: str) -> None:
        """Type into fields of the modal on top without sending it: Slack reports every key."""
        view = await self.form(next(iter(answers)))
        for block in view["blocks"]:
            name = block.get("block_id", "").partition("~")[0]
            if name in answers:
                await self._chooses(view, block, choice(block["element"], answers[name]))

    errors: dict[str, str] = field(default_factory=dict)
    # Files put into the form in front, each with its field; "" means any field.
    enclosed: list[tuple[str, str]] = field(default_factory=list)

    async def sends(self) -> None:
        await self.fills()

    async def sees(self, *texts: str) -> str:
        return await sees(self, texts, self._waiting())

    def _waiting(self) -> Callable[[], Awaitable[None]]:
        """Return what to do while nothing is found: look behind the door for a window that came too late."""
        began = time.monotonic()

        async def look_behind() -> None:
            if not self.wrote and time.monotonic() - began > TOO_LATE:
                await self._through_the_door()

        return look_behind

    async def attaches(self, name: str, content: bytes, mime: str, into: str = "") -> None:
        """Attach a file to the form in front if it takes files; otherwise send it as a message."""
        if await self._takes_files():
            stored = await self.browser.upload(f"{self.path}/upload", (name, content, mime))
            self.enclosed += [(into, file["id"]) for file in stored]
            return
        im = next(channel["id"] for channel in (await self.window())["channels"] if channel["is_im"])
        await self.browser.upload(f"{self.path}/upload", (name, content, mime), share=im)

    async def encloses(self, name: str, content: bytes, mime: str, into: str = "") -> None:
        """Attach a file to the form that was asked for, as soon as it is in front. Earlier it would go as a message."""
        await self.form(into)
        self.waiting_for = "a form that takes files"
        await self.browser.until(self._takes_files, self._why)
        await self.attaches(name, content, mime, into)

    async def _takes_files(self) -> bool:
        """Return whether a form in front takes files."""
        blocks = [block for view in (await self.window())["modals"] for block in view["blocks"]]
        return any(block.get("element", {}).get("type") == "file_input" for block in blocks)

    async def does(self, deed: str, /, **how: Any) -> Any:
        """Do any action of lab/FACE.md that has no method here."""
        self.wrote = deed == "say"
        return await self.browser.post(f"{self.path}/{deed}", how)

    async def replies(self, to: str, text: str) -> None:
        """Write into the thread of the newest message that holds the text `to`."""
        channel, message = await self.message(to)
        await self.does("say", text=text, channel=channel, thread_ts=message.get("thread_ts") or message["ts"])

    async def reacts(self, to: str, emoji: str = "thumbsup") -> None:
        channel, message = await self.message(to)
        await self.does("react", ts=message["ts"], channel=channel, name=emoji)

    async def pulls(self, callback_id: str, on: str = "") -> None:
        """Pull a global shortcut, or one on the newest message that holds the text `on`."""
        place = {}
        if on:
            channel, message = await self.message(on)
            place = {"channel": channel, "ts": message["ts"]}
        await self.does("shortcut", callback_id=callback_id, **place)

    async def picks(self, placeholder: str, option: str) -> None:
        """Pick from a select in a message or on the Home tab. For an external select, type the option's name first."""
        where, element = await self._element(placeholder)
        element = await self._offered(element, where, where, option)
        await self.does("press", **where, action_id=element["action_id"], value=choice(element, option))

    async def _offered(
        self, element: dict[str, Any], where: dict[str, Any], block: dict[str, Any], typed: str
    ) -> dict[str, Any]:
        """Return a select with its current options. For an external select, type the option's name first."""
        if element["type"] != "external_select":
            return element
        asked = {**where, "block_id": block["block_id"], "action_id": element["action_id"], "value": typed}
        offered = await self.browser.post(f"{self.path}/suggest", asked)
        return {**element, "type": "static_select", "options": offered}

    async def closes(self) -> None:
        """Close the modal on top."""
        modals = (await self.window())["modals"]
        await self.does("close", view_id=modals[-1]["id"])

    async def message(self, text: str) -> tuple[str, dict[str, Any]]:
        """Wait for the newest message that holds this text; return its channel and the message."""
        self.waiting_for = text

        async def newest() -> tuple[str, dict[str, Any]] | None:
            for channel in (await self.window())["channels"]:
                for message in reversed(channel["messages"]):
                    if text.casefold() in "\n".join(words_of_message(message)).casefold():
                        return channel["id"], message
            return None

        found: tuple[str, dict[str, Any]] = await self.browser.until(newest, self._why)
        return found

    async def _element(self, placeholder: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the newest select with these words in it, after its place."""
        self.waiting_for = placeholder

        async def newest() -> tuple[dict[str, Any], dict[str, Any]] | None:
            for where, block in reversed(list(places_of(await self.window()))):
                for element in elements_of(block):
                    if placeholder.casefold() in (element.get("placeholder") or {}).get("text", "").casefold() != "":
                        return {**where, "block_id": block["block_id"]}, element
            return None

        found: tuple[dict[str, Any], dict[str, Any]] = await self.browser.until(newest, self._why)
        return found

    async def _chooses(self, view: dict[str, Any], block: dict[str, Any], value: Any) -> None:
        pressed = {"view_id": view["id"], "block_id": block["block_id"], "action_id": block["element"]["action_id"]}
        await self.browser.post(f"{self.path}/press", {**pressed, "value": value})

    async def _redrawn(self, view: dict[str, Any]) -> None:
        async def newer() -> bool:
            modals = (await self.window())["modals"]
            return bool(modals) and modals[-1]["hash"] != view["hash"]

        self.waiting_for = "the form drawn anew"
        await self.browser.until(newer, self._why)

    async def form(self, name: str = "") -> dict[str, Any]:
        """Wait for the window in front that asks for this field, and return it."""
        self.waiting_for = f"a form that asks for {name!r}"
        began = time.monotonic()

        async def top() -> dict[str, Any] | None:
            modals: list[dict[str, Any]] = (await self.window())["modals"]
            asked = {block["block_id"].partition("~")[0] for modal in modals[-1:] for block in modal["blocks"]}
            if time.monotonic() - began > TOO_LATE:
                await self._through_the_door()
            return modals[-1] if modals and (not name or name in asked) else None

        found: dict[str, Any] = await self.browser.until(top, self._why)
        return found

    async def _through_the_door(self) -> None:
        """Press the newest button that leads to a form whose window came too late for its trigger; each only once."""
        for where, block in reversed(list(places_of(await self.window()))):
            row = {str(element.get("value")).partition("|")[0]: element for element in elements_of(block)}
            if DOOR in row and BESIDE_IT in row:
                door = row[DOOR]
                seen = f"{where} {door['value']}"
                if seen not in self.doors:
                    self.doors.add(seen)
                    await self._press({**where, "block_id": block["block_id"], "value": door["value"]}, door)
                return

    async def _press(self, where: dict[str, Any], element: dict[str, Any]) -> None:
        self.wrote = False
        await self.browser.post(f"{self.path}/press", {**where, "action_id": element["action_id"]})

    async def _button(
        self, label: str, *, beside: str = "", with_url: bool = False
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the newest button of this label; with `beside`, the one in the card that holds this text."""
        self.waiting_for, look_behind = label, self._waiting()

        async def newest() -> tuple[dict[str, Any], dict[str, Any]] | None:
            fitting = []
            for where, block in reversed(list(places_of(await self.window()))):
                for element in elements_of(block):
                    text = (element.get("text") or {}).get("text", "") if element.get("type") == "button" else ""
                    if text and label.casefold() in text.casefold() and bool(element.get("url")) == with_url:
                        place = {**where, "block_id": block["block_id"], "value": element.get("value")}
                        fitting.append((place, element, beside in "\n".join(words_of(block))))
            named = [each for each in fitting if each[2]] or fitting
            if not named:
                await look_behind()
            return named[0][:2] if named else None

        found: tuple[dict[str, Any], dict[str, Any]] = await self.browser.until(newest, self._why)
        return found

    def _why(self) -> str:
        return f"{self.name} waited in vain for {self.waiting_for!r}"
