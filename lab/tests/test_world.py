"""The common parts of all simulated services: the clock, the wire, the faults and the news."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import NetworkError

from lab.app import Lab
from lab.people import until
from lab.tests.phone import Phone


async def disturb(browser: aiohttp.ClientSession, kind: str, match: str, **more: Any) -> None:
    fault = {"service": "telegram", "kind": kind, "match": match, **more}
    async with browser.post("/lab/faults", json=fault) as answer:
        assert answer.status == 200, await answer.text()


async def faults_gone(browser: aiohttp.ClientSession) -> bool:
    async with browser.get("/lab/faults") as answer:
        return not await answer.json()


async def test_the_clock_goes_forward_only(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/lab/clock") as answer:
        before = datetime.fromisoformat((await answer.json())["now"])
    async with browser.post("/lab/clock", json={"seconds": 3600}) as answer:
        after = datetime.fromisoformat((await answer.json())["now"])
    assert (after - before).total_seconds() >= 3600
    async with browser.post("/lab/clock", json={"seconds": -1}) as answer:
        assert answer.status == 422


async def test_the_wire_shows_each_message_as_it_passed(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await bot.get_updates()
    await bot.send_document(ona.id, b"123 bytes"[:5], filename="a.txt", caption="Here")
    async with browser.get("/lab/wire", params={"service": "telegram"}) as answer:
        wire = await answer.json()
    update, polled, sent = wire[-3:]
    assert (update["direction"], update["method"]) == ("out", "message")
    assert (polled["direction"], polled["method"], polled["status"]) == ("in", "getUpdates", 200)
    assert sent["body"] == {"chat_id": str(ona.id), "document": "<5 bytes>", "caption": "Here"}
    assert sent["answer"]["result"]["caption"] == "Here"
    async with browser.get("/lab/wire", params={"after": sent["number"]}) as answer:
        assert await answer.json() == []


async def test_a_poll_in_vain_is_not_on_the_wire(bot: Bot, lab: Lab) -> None:
    await bot.get_updates()
    assert "getUpdates" not in [each.method for each in lab.world.wire]


async def test_an_outage_strikes_once_and_is_gone(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "outage", "sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(ona.id, "lost")
    await bot.send_message(ona.id, "said")
    assert await ona.texts() == [("person", "labas"), ("bot", "said")]


async def test_a_dropped_call_does_nothing(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "drop", "sendMessage")
    with pytest.raises(NetworkError, match="disconnected"):
        await bot.send_message(ona.id, "lost")
    assert await ona.texts() == [("person", "labas")]


async def test_a_lost_answer_leaves_the_work_done(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "answer_lost", "sendMessage")
    with pytest.raises(NetworkError, match="disconnected"):
        await bot.send_message(ona.id, "said")
    assert await ona.texts() == [("person", "labas"), ("bot", "said")]


async def test_a_duplicated_call_works_twice(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "duplicate", "sendMessage")
    await bot.send_message(ona.id, "said")
    assert await ona.texts() == [("person", "labas"), ("bot", "said"), ("bot", "said")]


async def test_a_delayed_call_arrives_all_the_same(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "delay", "send", seconds=0.05)
    await bot.send_message(ona.id, "said")
    assert (await ona.texts())[-1] == ("bot", "said")


async def test_faults_are_listed_and_lifted(browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "outage", "", times=1000)
    async with browser.get("/lab/faults") as answer:
        assert [(each["kind"], each["times"]) for each in await answer.json()] == [("outage", 1000)]
    async with browser.delete("/lab/faults") as answer:
        assert await answer.json() == []
    async with browser.post("/lab/faults", json={"service": "telegram", "kind": "locusts"}) as answer:
        assert answer.status == 422


async def test_news_tell_the_page_whose_screen_changed(ona: Phone, bot: Bot, browser: aiohttp.ClientSession) -> None:
    async with browser.get("/lab/news") as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readuntil(b"\n\n") == b": listening\n\n"
        await bot.send_message(ona.id, "news")
        first = json.loads((await stream.content.readuntil(b"\n\n")).removeprefix(b"data: "))
        second = json.loads((await stream.content.readuntil(b"\n\n")).removeprefix(b"data: "))
    assert first == {"kind": "telegram", "person": ona.id}
    assert (second["kind"], second["method"]) == ("wire", "sendMessage")


async def test_everybody_is_listed(ona: Phone, browser: aiohttp.ClientSession) -> None:
    again = await Phone.buy(browser, "Somebody else", id=ona.id)
    async with browser.get("/lab/people") as answer:
        people = [each for each in await answer.json() if each["platform"] == "telegram"]
    assert [(each["id"], each["name"], each["language"]) for each in people] == [
        (again.id, "Ona Kazlauskienė", "lt"),
    ]


async def test_the_books_are_shown_when_the_product_opens_them(lab: Lab, browser: aiohttp.ClientSession) -> None:
    async with browser.get("/lab/books") as answer:
        assert (answer.status, "has not opened its books" in (await answer.json())["detail"]) == (404, True)

    async def book(request: web.Request) -> web.Response:
        allowed = request.headers["Authorization"] == "Bearer reader"
        return web.json_response({"deal": request.match_info["deal"]}, status=200 if allowed else 403)

    app = web.Application()
    app.router.add_get("/books/{deal}", book)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    lab.books_url, lab.books_token = f"http://127.0.0.1:{runner.addresses[0][1]}/books", "reader"
    async with browser.get("/lab/books/D-7") as answer:
        assert await answer.json() == {"deal": "D-7"}
    await runner.cleanup()
    async with browser.get("/lab/books/D-7") as answer:  # a page that stayed open while the product was restarted
        assert (answer.status, "not there just now" in (await answer.json())["detail"]) == (503, True)


async def test_a_fault_strikes_every_so_often_until_it_is_lifted(bot: Bot, browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "error", "getMe", times=None, every=2)
    answered = 0
    for _ in range(40):
        with contextlib.suppress(NetworkError):
            await bot.get_me()
            answered += 1
    async with browser.get("/lab/faults") as answer:
        (set_fault,) = await answer.json()
    assert set_fault["struck"] == 40 - answered
    assert 8 <= set_fault["struck"] <= 32, "about one in two"
    async with browser.delete(f"/lab/faults/{set_fault['number']}") as answer:
        assert await answer.json() == []
    await bot.get_me()


async def test_an_outage_of_an_hour_ends_when_the_hour_is_over(
    bot: Bot, ona: Phone, browser: aiohttp.ClientSession
) -> None:
    await disturb(browser, "outage", "", where="both", seconds=3600)
    for _ in range(3):
        with pytest.raises(NetworkError):
            await bot.send_message(ona.id, "lost")
    await browser.post("/lab/clock", json={"seconds": 3601})
    await bot.send_message(ona.id, "said")
    async with browser.get("/lab/faults") as answer:
        assert await answer.json() == []


async def test_a_call_out_of_order_works_after_the_next(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await disturb(browser, "reorder", "sendMessage", seconds=5)
    first = asyncio.create_task(bot.send_message(ona.id, "first"))
    await until(lambda: faults_gone(browser), lambda: "the call never came")
    await bot.send_message(ona.id, "second")
    await first
    assert [text for sender, text in await ona.texts() if sender == "bot"] == ["second", "first"]


async def test_a_call_out_of_order_that_nothing_follows_works_all_the_same(
    bot: Bot, ona: Phone, browser: aiohttp.ClientSession
) -> None:
    await disturb(browser, "reorder", "sendMessage")
    await bot.send_message(ona.id, "alone")
    assert ("bot", "alone") in await ona.texts()


async def test_disturbed_messages_are_marked_and_found_by_their_words(
    bot: Bot, ona: Phone, browser: aiohttp.ClientSession
) -> None:
    await disturb(browser, "slow", "sendMessage", seconds=0.01)
    await bot.send_message(ona.id, "The truck has left")
    await bot.send_message(ona.id, "Nothing else")
    async with browser.get("/lab/wire", params={"match": "TRUCK"}) as answer:
        (message,) = await answer.json()
    assert (message["method"], message["fault"]) == ("sendMessage", "slow")
    async with browser.get("/lab/wire", params={"limit": 1}) as answer:
        assert [each["body"]["text"] for each in await answer.json()] == ["Nothing else"]


@pytest.mark.parametrize("nonsense", [{"kind": "flood"}, {"kind": "drop", "every": 0}, {"kind": "slow", "seconds": -1}])
async def test_a_fault_that_there_is_not_is_refused(browser: aiohttp.ClientSession, nonsense: dict[str, Any]) -> None:
    async with browser.post("/lab/faults", json={"service": "slack", **nonsense}) as answer:
        assert answer.status == 422


async def test_one_waits_for_a_change_and_wakes_with_it(browser: aiohttp.ClientSession, ona: Phone) -> None:
    async with browser.get("/lab/changes") as answer:
        before = await answer.json()
    async with browser.get("/lab/changes", params={"after": before, "within": 0.01}) as answer:
        assert await answer.json() == before
    waiting = asyncio.create_task(browser.get("/lab/changes", params={"after": before, "within": 20}))
    await ona.do("say", text="labas")
    async with await waiting as answer:
        assert await answer.json() > before
