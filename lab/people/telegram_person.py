"""A person with a phone on which the bot's chat is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lab.people.browser import Browser, File, sees
from lab.people.screen import button_for

JOINER = "\u2060"  # keeps Telegram from making links of words; it is invisible


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
                lines.append(words(message))
                lines += [message["document"]["name"]] if "document" in message else []
                lines += [f"[{button['text']}]" for row in message.get("keyboard", []) for button in row]
        return "\n".join([*lines, *(f"({toast})" for toast in self.toasts)]).replace(JOINER, "")

    async def presses(self, label: str) -> None:
        await self._press(*await self._button(label, "callback_data"))

    async def taps_twice(self, label: str) -> None:
        message, button = await self._button(label, "callback_data")
        await asyncio.gather(*(self._press(message, button) for _ in range(2)))

    async def opens(self, label: str) -> str:
        _, button = await self._button(label, "url")
        return str(button["url"])

    async def answers(self, **given: str) -> None:
        """Answer question by question; change other fields in the review. Nothing is sent."""
        for name, answer in given.items():
            self.waiting_for = f"a form that asks for {name!r}"
            card, _ = await self._form_drawn(r"form\..*")
            if change := button_for(card, rf"form\.edit\|.*\|{name}"):
                await self._press(card, change)
                await self._form_drawn(r"form\..*")
            await self.says(answer)

    async def fills(self, **answers: str) -> None:
        """Answer, review the form and send it."""
        await self.answers(**answers)
        await self.sends()

    async def sends(self) -> None:
        """Review the form and send it."""
        self.waiting_for = "a form to send off"
        await self._press(*await self._form_drawn(r"form\.send.*"))

    async def sees(self, *texts: str) -> str:
        return await sees(self, texts)

    async def attaches(self, name: str, content: bytes, mime: str, into: str = "") -> None:
        if into:
            self.waiting_for = f"a form that asks for {into!r}"
            card, _ = await self._form_drawn(r"form\..*")
            if change := button_for(card, rf"form\.edit\|.*\|{into}"):
                await self._press(card, change)
                await self._form_drawn(r"form\..*")
        await self.attaches_album((name, content, mime))

    async def attaches_album(self, *files: File, caption: str = "") -> None:
        """Send one photo or document, or an album of several of one kind."""
        kind = "photo" if files[0][2].startswith("image/") else "document"
        await self.browser.upload(f"{self.path}/send", *files, **{"as": kind, "caption": caption})

    async def does(self, deed: str, /, **how: Any) -> Any:
        """Do any action of lab/FACE.md that has no method here."""
        return await self.browser.post(f"{self.path}/{deed}", how)

    async def starts(self, payload: str = "") -> None:
        """Open a deep link, or press START."""
        await self.does("start", payload=payload)

    async def shares_place(self, latitude: float, longitude: float) -> None:
        await self.does("location", latitude=latitude, longitude=longitude)

    async def replies(self, to: str, text: str) -> None:
        """Answer the newest message that holds the text `to`, quoting it."""
        await self.does("say", text=text, reply_to=(await self.message(to))["id"])

    async def reacts(self, to: str, emoji: str = "👍") -> None:
        await self.does("react", message_id=(await self.message(to))["id"], emoji=emoji)

    async def edits(self, own: str, text: str) -> None:
        """Change the newest message of their own that holds the text `own`."""
        await self.does("edit", message_id=(await self.message(own, sender="person"))["id"], text=text)

    async def searches_inline(self, query: str) -> list[dict[str, Any]]:
        """Type `@bot query` in a chat; return the results once the bot has answered."""
        offered = await self.types_inline(query)
        return [{**each, "query_id": offered["query_id"]} for each in offered["results"]]

    async def types_inline(self, query: str) -> dict[str, Any]:
        """Type an inline query and return everything that the phone offers."""
        asked = (await self.does("inline", query=query))["query_id"]
        self.waiting_for = f"results for {query!r}"

        async def answered() -> dict[str, Any] | None:
            offered: dict[str, Any] = await self.browser.get(f"{self.path}/inline/{asked}")
            return offered if offered["answered"] else None

        return {**await self.browser.until(answered, self._why), "query_id": asked}

    async def chooses(self, result: dict[str, Any]) -> None:
        """Send one of the results that an inline search has offered."""
        await self.does("choose", query_id=result["query_id"], result_id=result["id"])

    async def pays_stars(self, title: str) -> None:
        """Press Pay under the newest invoice of this title."""
        self.waiting_for = f"an invoice for {title!r}"

        async def invoice() -> int | None:
            fitting = [each for each in await self.messages() if title in (each.get("invoice") or {}).get("title", "")]
            return fitting[-1]["id"] if fitting else None

        await self.does("pay", message_id=await self.browser.until(invoice, self._why))

    async def message(self, text: str, sender: str = "bot") -> dict[str, Any]:
        """Wait for the newest message that holds this text, and return it."""
        self.waiting_for = text

        async def newest() -> dict[str, Any] | None:
            message: dict[str, Any]
            for message in reversed(await self.messages()):
                if message["from"] == sender and text.casefold() in words(message).casefold():
                    return message
            return None

        found: dict[str, Any] = await self.browser.until(newest, self._why)
        return found

    async def _form_drawn(self, data: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the form in front and its button with this data.

        Wait until the form is drawn differently from its last use.
        """

        async def new_card() -> tuple[dict[str, Any], dict[str, Any]] | None:
            for message in reversed(await self.messages()):
                if button_for(message, r"form\..*"):
                    drawn, button = f"{message['id']}:{message.get('text')}", button_for(message, data)
                    if drawn == self.last or button is None:
                        return None
                    self.last = drawn
                    return message, button
            return None

        found: tuple[dict[str, Any], dict[str, Any]] = await self.browser.until(new_card, self._why)
        return found

    async def answers_again(self, answer: str) -> None:
        """Answer the question in front again, after the first answer was refused."""
        await self._form_drawn(r"form\..*")
        await self.says(answer)

    async def button(self, label: str) -> str:
        """Return the data of the newest button of this label. Anybody can read it, and send anything in its place."""
        return str((await self._button(label, "callback_data"))[1]["callback_data"])

    async def presses_anyway(self, data: str) -> None:
        """Send what a button could carry, even if none is on the screen."""
        newest = next(each for each in reversed(await self.messages()) if each["from"] == "bot")
        await self._press(newest, {"callback_data": data})

    async def _press(self, message: dict[str, Any], button: dict[str, Any]) -> None:
        await self.browser.post(f"{self.path}/press", {"message_id": message["id"], "data": button["callback_data"]})

    async def _button(self, label: str, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
        self.waiting_for = label
        found: tuple[dict[str, Any], dict[str, Any]] = await self.browser.until(
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


def words(message: dict[str, Any]) -> str:
    invoice = message.get("invoice") or {}
    if rich := message.get("rich_message"):
        return "\n".join(str(block["text"]) for block in rich["blocks"])
    return str(message.get("text") or message.get("caption") or invoice.get("title") or "")
