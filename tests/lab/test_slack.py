"""The pretend Slack against the real Bolt and SDK: what a person does reaches the app, and what it answers is seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab

Json = dict[str, Any]


def form(**more: Any) -> Json:
    """A modal that asks for a name."""
    element = {"type": "plain_text_input", "action_id": "name", "min_length": 3}
    field = {"type": "input", "block_id": "who", "label": text("Name"), "element": element}
    return {"type": "modal", "title": text("Ask"), "submit": text("Send"), "blocks": [field], **more}


def text(words: str) -> Json:
    return {"type": "plain_text", "text": words}


class Ona:
    """A person at her Slack window."""

    def __init__(self, browser: aiohttp.ClientSession, id_: str) -> None:
        self.browser = browser
        self.id = id_

    async def does(self, what: str, **body: Any) -> Any:
        async with self.browser.post(f"/lab/slack/people/{self.id}/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def screen(self) -> Json:
        async with self.browser.get(f"/lab/slack/people/{self.id}/screen") as answer:
            return dict(await answer.json())

    async def sees(self, what: Callable[[Json], Any]) -> Any:
        """What is on the screen, as soon as it is there."""
        for _ in range(100):
            if found := what(await self.screen()):
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(await self.screen())


def messages(screen: Json) -> list[Json]:
    return [each for channel in screen["channels"] if channel["is_im"] for each in channel["messages"]]


@pytest.fixture
async def ona(browser: aiohttp.ClientSession) -> Ona:
    async with browser.post("/lab/slack/people", json={"name": "Ona Kazlauskienė", "id": "U0ONA"}) as answer:
        return Ona(browser, (await answer.json())["id"])


@pytest.fixture
async def client(lab: Lab) -> AsyncWebClient:
    return AsyncWebClient(token=lab.slack.bot_token, base_url=f"{lab.url}/slack/api/")


@pytest.fixture
async def app(lab: Lab, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """A real Bolt app, connected by Socket Mode; listeners can be added by the test."""
    app = AsyncApp(client=client, token=lab.slack.bot_token)
    handler = AsyncSocketModeHandler(app, lab.slack.app_token)
    await handler.connect_async()
    yield app
    await handler.close_async()


async def test_a_message_reaches_the_app_and_is_answered(app: AsyncApp, ona: Ona) -> None:
    @app.event("message")
    async def echo(event: Json, say: Any) -> None:
        await say(f"you said: {event['text']}")

    await ona.does("say", text="pellets")

    seen = await ona.sees(lambda screen: messages(screen)[1:])
    assert [each["text"] for each in seen] == ["you said: pellets"]


async def test_a_modal_shows_errors_until_it_is_right(app: AsyncApp, ona: Ona, client: AsyncWebClient) -> None:
    @app.command("/ask")
    async def ask(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form(callback_id="asked"))

    @app.view("asked")
    async def asked(ack: Any, view: Json, body: Json) -> None:
        name = view["state"]["values"]["who"]["name"]["value"]
        if name == "Zeus":
            await ack(response_action="errors", errors={"who": "no gods"})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"hello {name}")

    await ona.does("command", text="/ask now")
    modal = (await ona.sees(lambda screen: screen["modals"]))[-1]

    assert await ona.does("submit", view_id=modal["id"], values={}) == {
        "errors": {"who": "Please complete this required field."}
    }
    assert "at least 3" in (await ona.does("submit", view_id=modal["id"], values={"who": {"name": "Al"}}))["errors"]["who"]
    refused = await ona.does("submit", view_id=modal["id"], values={"who": {"name": "Zeus"}})
    assert refused == {"errors": {"who": "no gods"}}
    (shown,) = (await ona.screen())["modals"]
    assert shown["errors"] == {"who": "no gods"}
    assert shown["state"]["values"]["who"]["name"]["value"] == "Zeus"

    assert await ona.does("submit", view_id=modal["id"], values={"who": {"name": "Rasa"}}) == {}
    seen = await ona.sees(messages)
    assert seen[-1]["text"] == "hello Rasa"
    assert (await ona.screen())["modals"] == []
