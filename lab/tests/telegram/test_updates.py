"""Delivery of updates to the bot: long polling with offsets, and a webhook that is retried until it answers 2xx."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict

from lab.app import Lab
from lab.tests.phone import Phone
from lab.world import Fault, FaultKind


def the_text(update: Update) -> str | None:
    assert update.message is not None
    return update.message.text


class Receiver:
    """A bot's web server: it keeps updates, and answers with the given statuses, then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.reply: dict[str, Any] = {}
        self.got: asyncio.Queue[tuple[str | None, dict[str, Any]]] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.Response:
        self.got.put_nowait((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return web.json_response(self.reply, status=self.statuses.pop(0) if self.statuses else 200)

    async def next_text(self) -> str:
        _, update = await asyncio.wait_for(self.got.get(), 10)
        text: str = update["message"]["text"]
        return text

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/hook", self.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        finally:
            await runner.cleanup()


async def test_an_update_stays_until_its_offset_is_passed(bot: Bot, ona: Phone) -> None:
    await ona.do("say", text="two")
    first, second = await bot.get_updates()
    assert [each.update_id for each in await bot.get_updates()] == [first.update_id, second.update_id]
    assert await bot.get_updates(offset=second.update_id) == (second,)
    assert await bot.get_updates() == (second,)
    await ona.do("say", text="three")
    [third] = await bot.get_updates(offset=-1)
    assert the_text(third) == "three"
    assert await bot.get_updates(offset=third.update_id + 1) == ()


async def test_a_waiting_poll_wakes_for_a_word(bot: Bot, ona: Phone) -> None:
    [seen] = await bot.get_updates()
    waiting = asyncio.create_task(bot.get_updates(offset=seen.update_id + 1, timeout=20))
    await asyncio.sleep(0.1)
    await ona.do("say", text="wake up")
    [update] = await waiting
    assert the_text(update) == "wake up"


async def test_a_second_poller_ends_the_first(lab: Lab, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.1)
    async with Bot(lab.telegram.token, base_url=f"{lab.url}/telegram/bot") as second:
        assert await second.get_updates() == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_only_allowed_updates_are_kept(bot: Bot, ona: Phone) -> None:
    [seen] = await bot.get_updates(allowed_updates=["callback_query"])
    await ona.do("say", text="unheard")
    await ona.do("press", message_id=1_000, data="x")
    [press] = await bot.get_updates(offset=seen.update_id + 1)
    assert press.callback_query is not None


async def test_a_webhook_gets_the_update_with_its_secret(bot: Bot, ona: Phone) -> None:
    receiver = Receiver()
    async with receiver.listening() as url:
        await bot.set_webhook(url, secret_token="s3cret", drop_pending_updates=True)
        await ona.do("say", text="over the web")
        secret, update = await asyncio.wait_for(receiver.got.get(), 10)
        assert (secret, update["message"]["text"]) == ("s3cret", "over the web")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (url, 0)
        await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_a_webhook_is_tried_again_in_order_until_it_answers_2xx(bot: Bot, ona: Phone) -> None:
    receiver = Receiver(500, 503)
    async with receiver.listening() as url:
        await bot.set_webhook(url, drop_pending_updates=True)
        await ona.do("say", text="one")
        await ona.do("say", text="two")
        assert [await receiver.next_text() for _ in range(4)] == ["one", "one", "one", "two"]
        info = await bot.get_webhook_info()
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
        await bot.delete_webhook()


async def test_queued_updates_go_to_a_new_webhook(bot: Bot, ona: Phone) -> None:
    receiver = Receiver()
    async with receiver.listening() as url:
        await bot.set_webhook(url)
        assert await receiver.next_text() == "labas"
        await bot.delete_webhook()


async def test_a_webhook_may_answer_with_a_method(bot: Bot, ona: Phone) -> None:
    """Answer a delivery with a call of the Bot API."""
    receiver = Receiver()
    receiver.reply = {"method": "sendMessage", "chat_id": ona.id, "text": "at once"}
    async with receiver.listening() as url, ona.browser.get("/lab/news") as news:
        await bot.set_webhook(url)
        assert await receiver.next_text() == "labas"
        async for line in news.content:
            if b'"kind": "telegram"' in line:
                break
        await bot.delete_webhook()
    assert (await ona.texts())[-1] == ("bot", "at once")


async def test_a_bad_secret_and_a_bad_address_are_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="unallowed characters"):
        await bot.set_webhook("https://example.org/hook", secret_token="no spaces")
    with pytest.raises(BadRequest, match=r"(?i)invalid webhook url"):
        await bot.set_webhook("nowhere")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("drop", ["one", "two"]),
        ("answer_lost", ["one", "one", "two"]),
        ("duplicate", ["one", "one", "two"]),
        ("reorder", ["two", "one"]),
        ("delay", ["one", "two"]),
    ],
)
async def test_disturbed_webhooks(lab: Lab, bot: Bot, ona: Phone, kind: FaultKind, expected: list[str]) -> None:
    receiver = Receiver()
    async with receiver.listening() as url:
        await bot.set_webhook(url, drop_pending_updates=True)
        lab.world.faults.append(Fault("telegram", kind, "delivery", "message", seconds=0.5))
        await ona.do("say", text="one")
        await ona.do("say", text="two")
        assert [await receiver.next_text() for _ in expected] == expected
        await bot.delete_webhook()
    assert receiver.got.empty()
    assert lab.world.faults == []


async def test_disturbed_polls(bot: Bot, ona: Phone, lab: Lab) -> None:
    [seen] = await bot.get_updates()
    await ona.do("say", text="one")
    await ona.do("say", text="two")

    async def poll(kind: FaultKind | None) -> list[str | None]:
        if kind:
            lab.world.faults.append(Fault("telegram", kind, "delivery", "message"))
        return [the_text(each) for each in await bot.get_updates(offset=seen.update_id + 1)]

    assert await poll("drop") == []
    assert await poll("duplicate") == ["one", "one", "two"]
    assert await poll("reorder") == ["two", "one"]
    assert await poll(None) == ["one", "two"]
