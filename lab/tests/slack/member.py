"""A person's Slack window for the tests: it acts and looks through the lab's face over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp

Json = dict[str, Any]


class Member:
    def __init__(self, browser: aiohttp.ClientSession, person: str) -> None:
        self.browser = browser
        self.id = person

    @classmethod
    async def take(cls, browser: aiohttp.ClientSession, name: str, **more: Any) -> Member:
        async with browser.post("/lab/slack/people", json={"name": name, **more}) as answer:
            return cls(browser, (await answer.json())["id"])

    async def does(self, what: str, **body: Any) -> Any:
        async with self.browser.post(f"/lab/slack/people/{self.id}/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def cannot(self, what: str, **body: Any) -> str:
        """Return the reason why the window refuses an action."""
        async with self.browser.post(f"/lab/slack/people/{self.id}/{what}", json=body) as answer:
            assert answer.status == 409
            return str((await answer.json())["detail"])

    async def uploads(self, name: str, content: bytes, mime: str, share: str = "") -> str:
        """Upload a file, and return its id."""
        form = aiohttp.FormData({"share": share} if share else {})
        form.add_field("files", content, filename=name, content_type=mime)
        async with self.browser.post(f"/lab/slack/people/{self.id}/upload", data=form) as answer:
            return str((await answer.json())[0]["id"])

    async def screen(self) -> Json:
        async with self.browser.get(f"/lab/slack/people/{self.id}/screen") as answer:
            return dict(await answer.json())

    async def sees(self, what: Callable[[Json], Any]) -> Any:
        """Wait for something to appear on the screen, and return it."""
        return await soon(lambda: self._look(what), await self.screen())

    async def _look(self, what: Callable[[Json], Any]) -> Any:
        return what(await self.screen())


async def soon(what: Callable[[], Any], otherwise: object = "it did not come") -> Any:
    """Wait for the first true value of `what`, plain or awaited, and return it."""
    for _ in range(200):
        found = what()
        if found := (await found if asyncio.iscoroutine(found) else found):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(otherwise)


def messages(screen: Json) -> list[Json]:
    """Return the messages in the conversation with the app."""
    return [each for channel in screen["channels"] if channel["is_im"] for each in channel["messages"]]


def texts(screen: Json) -> list[str]:
    return [each["text"] for each in messages(screen)]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def section(words: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def button(action_id: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), **more}


def field(block_id: str, element: Json, **more: Any) -> Json:
    """Return an input block."""
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a modal, by default one that asks for a name of at least three letters."""
    name = field("who", {"type": "plain_text_input", "action_id": "name", "min_length": 3})
    return {"type": "modal", "title": plain("Ask"), "submit": plain("Send"), "blocks": list(blocks) or [name], **more}
