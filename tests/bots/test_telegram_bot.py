"""The bot at work: the real library, the real engine and database, against the pretend Telegram over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Update

from bots.telegram.app import TelegramBot
from bots.telegram.request import bot_at
from bots.telegram.sender import TelegramSender
from bots.telegram.text import JOINER
from conversations.outgoing_replies import Replies
from conversations.reply import Say
from core.kernel.outbox import OutboxMessage, OutboxRow
from core.kernel.transaction import MARKET
from core.people.accounts.model import ChatIdentity
from lab.app import Lab
from lab.people import Browser, until
from lab.tests.phone import Phone
from tests.bots.outside import disturb, passed
from tests.bots.phone_screen import ends_with, glances, last, picture, press, seen
from tests.bots.sample_market import Stall

COMMANDS = {"en": [("sell", "Sell something")], "lt": [("sell", "Parduoti")]}


def telegram(lab: Lab, stall: Stall, **more: Any) -> TelegramBot:
    bot = bot_at(lab.telegram.token, f"{lab.url}/telegram")
    stall.deliver("telegram", TelegramSender(bot, stall.transactions))
    return TelegramBot(
        bot, stall.update_handler, stall.transactions, stall.wordings, stall.files, commands=lambda: COMMANDS, **more
    )


@pytest.fixture
async def edge(lab: Lab, stall: Stall) -> AsyncIterator[TelegramBot]:
    """Return the bot, polling."""
    edge = telegram(lab, stall)
    await edge.start()
    yield edge
    await stall.settle()
    await edge.stop()


@pytest.fixture
async def ona(browser: aiohttp.ClientSession, edge: TelegramBot) -> Phone:
    return await Phone.buy(browser, "Ona", language="lt")


# -- talking ---------------------------------------------------------------------------------------------------------


async def test_the_bot_learns_its_name_and_tells_its_commands(edge: TelegramBot, ona: Phone) -> None:
    assert edge.name == "parley_lab_bot"
    told = [{"command": "sell", "description": "Parduoti"}]
    await seen(ona, lambda chat: chat["commands"] == told)


async def test_people_are_answered_before_the_menus_are_set(
    lab: Lab, stall: Stall, ona: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a kill each start made two dozen calls for the menus before it looked for a message."""

    async def never(*_given: object, **_named: object) -> bool:
        await asyncio.Event().wait()
        return True

    monkeypatch.setattr("telegram.Bot.set_my_commands", never)
    edge = telegram(lab, stall)
    await edge.start()
    await ona.do("say", text="hello")
    await seen(ona, ends_with("You said: hello"))
    await edge.stop()


async def test_a_deep_link_is_answered_by_name(ona: Phone) -> None:
    await ona.do("start", payload="offer_42")
    await seen(ona, ends_with("Welcome Ona offer_42"))


async def test_words_come_in_order_and_an_edited_one_counts_as_said_again(ona: Phone) -> None:
    for number in range(5):
        said = await ona.do("say", text=f"number {number}")
    await ona.do("edit", message_id=said["id"], text="number five")
    chat = await seen(ona, ends_with("number five"))
    answers = [each["text"] for each in chat["messages"] if each["from"] == "bot"]
    assert answers == [f"You said: number {each}" for each in (0, 1, 2, 3, 4, "five")]


async def test_a_typed_link_comes_back_as_words_only(ona: Phone) -> None:
    await ona.do("say", text="<b>pay</b> at http://evil.example or ask @support 👩‍👩‍👧‍👦")
    message = last(await seen(ona, ends_with("👩‍👩‍👧‍👦")))
    assert "entities" not in message
    assert "evil.example" not in message["text"]
    assert message["text"].replace(JOINER, "").startswith("You said: <b>pay</b> at http://evil.example or ask @support")


async def test_a_form_is_one_card_from_the_first_question_to_the_thing_itself(ona: Phone) -> None:
    await ona.do("say", text="/heap")
    chat = await seen(ona, ends_with("Type the name of another one"))
    card = last(chat)["id"]
    assert last(chat)["text"] == "Sell a heap\n\nWhich wood?\nType the name of another one"
    await press(ona, "Wood 3")
    chat = await seen(ona, ends_with("What is it called?"))
    assert last(chat)["id"] == card
    assert last(chat)["text"] == "Sell a heap\n\nWood: wood3\n\nWhat is it called?"

    await ona.do("say", text="Birch")
    await seen(ona, ends_with("Name: Birch\n\nPress a name to change it"))
    await seen(ona, lambda chat: card not in [each["id"] for each in chat["messages"]])
    await ona.send("photo", "", ("heap.jpg", picture()))
    await seen(ona, lambda chat: "Photos:" in last(chat).get("text", ""))
    await press(ona, "Publish")
    chat = await seen(ona, ends_with("State: open"))
    assert last(chat)["caption"] == "Birch\n\nState: open"
    assert len([each for each in chat["messages"] if each["from"] == "bot"]) == 1

    await press(ona, "Sold")
    chat = await seen(ona, ends_with("State: sold"))
    assert (last(chat)["caption"], "photo" in last(chat)) == ("Birch\n\nState: sold", True)
    chat = await seen(ona, lambda chat: chat["toasts"][-1]["text"] == "Well done")


async def test_the_nearest_answer_is_proposed_when_the_text_is_none(ona: Phone) -> None:
    await ona.do("say", text="/heap")
    await seen(ona, ends_with("Type the name of another one"))
    await ona.do("say", text="wood")
    chat = await seen(ona, lambda chat: "Did you mean Wood 0?" in last(chat).get("text", ""))
    labels = [[button["text"] for button in row] for row in last(chat)["keyboard"]]
    assert labels[0] == ["Wood 0"]
    assert sum(row.count("Wood 0") for row in labels) == 1
    assert any("Wood 5" in row for row in labels)
    await press(ona, "Wood 0")
    await seen(ona, ends_with("What is it called?"))


async def test_an_album_arrives_whole(ona: Phone) -> None:
    await ona.do("say", text="/heap")
    await seen(ona, ends_with("another one"))
    await press(ona, "Wood 1")
    await seen(ona, ends_with("called?"))
    await ona.send("photo", "", ("a.jpg", picture("olive")), ("b.jpg", picture("maroon")), ("c.jpg", picture("navy")))
    await seen(ona, lambda chat: len([each for each in chat["messages"] if each.get("album")]) == 3)
    await ona.do("say", text="Pine")
    await seen(ona, lambda chat: "Name: Pine" in last(chat).get("text", ""))
    await press(ona, "Publish")
    chat = await seen(ona, ends_with("State: open"))
    from_bot = [each for each in chat["messages"] if each["from"] == "bot"]
    assert ["photo" in each for each in from_bot] == [True, True, True, False]
    assert "keyboard" in last(chat)


@pytest.mark.parametrize("pictures", [1, 2])
async def test_a_picture_of_odd_shape_goes_as_a_document(ona: Phone, pictures: int) -> None:
    await ona.do("say", text="/heap")
    await seen(ona, ends_with("another one"))
    await press(ona, "Wood 1")
    await seen(ona, ends_with("called?"))
    strips = [("strip.png", picture(shade, (2500, 50))) for shade in ("olive", "navy")[:pictures]]
    await ona.send("document", "", *strips)
    await seen(ona, lambda chat: "Photos:" in last(chat).get("text", ""))
    await ona.do("say", text="Pine")
    await seen(ona, lambda chat: "Name: Pine" in last(chat).get("text", ""))
    await press(ona, "Publish")
    chat = await seen(ona, ends_with("State: open"))
    assert len([each for each in chat["messages"] if each["from"] == "bot" and "document" in each]) == pictures
    assert "keyboard" in last(chat)


async def test_a_thrown_away_form_says_so_where_it_was(ona: Phone) -> None:
    await ona.do("say", text="/heap")
    await seen(ona, ends_with("another one"))
    await press(ona, "Cancel")
    chat = await seen(ona, ends_with("Thrown away"))
    assert [each["from"] for each in chat["messages"]] == ["person", "bot"]
    assert "keyboard" not in last(chat)


async def test_a_new_card_takes_the_buttons_off_the_old_one(ona: Phone) -> None:
    await ona.do("say", text="/heap2 Ash")
    await seen(ona, ends_with("State: open"))
    await ona.do("say", text="/heap2 Ash")
    chat = await seen(ona, lambda chat: len(chat["messages"]) == 4 and "keyboard" not in chat["messages"][1])
    assert "keyboard" in chat["messages"][3]


async def test_a_press_on_what_has_moved_on_gets_the_thing_as_it_is(ona: Phone) -> None:
    await ona.do("say", text="/heap2 late")
    await seen(ona, ends_with("State: open"))
    await press(ona, "Sold")
    chat = await seen(ona, ends_with("State: gone"))
    assert len(chat["messages"]) == 2
    chat = await seen(ona, lambda chat: chat["toasts"])
    assert (chat["toasts"][0]["text"], chat["toasts"][0]["alert"]) == ("Somebody was faster", False)


async def test_card_that_cannot_be_edited_is_sent_again(ona: Phone) -> None:
    await ona.do("say", text="/heap2 Elm")
    chat = await seen(ona, ends_with("State: open"))
    data = last(chat)["keyboard"][0][0]["callback_data"]
    await ona.do("delete", message_id=last(chat)["id"])  # the bot is not told
    await ona.do("press", message_id=last(chat)["id"], data=data)
    await seen(ona, ends_with("State: sold"))


# -- files -----------------------------------------------------------------------------------------------------------


async def test_files_that_do_not_fit_are_refused_in_words(ona: Phone, face: Browser) -> None:
    await ona.send("document", "", ("film.bin", b"\0" * (11 * 1024 * 1024)))
    await seen(ona, ends_with("film.bin is larger than 10 MB"))
    assert await passed(face, "telegram", "getFile") == []
    await ona.send("document", "", ("notes.txt", b"hello"))
    await seen(ona, ends_with("is none of JPEG, PNG, WebP, PDF"))
    await ona.send("document", "", ("note.pdf", b"%PDF-1.4 nothing more"))
    await seen(ona, ends_with("What is this file for?"))


# -- when things go wrong ---------------------------------------------------------------------------------------------


async def test_nothing_is_acknowledged_before_it_is_stored(ona: Phone, stall: Stall, lab: Lab) -> None:
    mend = stall.break_inbox()
    await ona.do("say", text="do not lose me")
    await asyncio.sleep(1.2)  # it was tried more than once
    assert await ona.texts() == [("person", "do not lose me"), ("bot", "talk.waits")]
    async with bot_at(lab.telegram.token, f"{lab.url}/telegram") as other:
        assert (await other.get_webhook_info()).pending_update_count == 1
    mend()
    await seen(ona, ends_with("You said: do not lose me"))


async def test_an_update_that_comes_twice_is_answered_once(ona: Phone, face: Browser) -> None:
    await disturb(face, "telegram", "duplicate", where="delivery", match="message")
    await ona.do("say", text="once")
    await ona.do("say", text="twice")
    chat = await seen(ona, ends_with("You said: twice"))
    assert [each["text"] for each in chat["messages"] if each["from"] == "bot"] == ["You said: once", "You said: twice"]


async def test_after_a_failure_only_the_rest_is_sent_again(ona: Phone, stall: Stall, face: Browser) -> None:
    await ona.do("say", text="/heap2 Oak")
    await seen(ona, ends_with("State: open"))
    await stall.settle()
    await disturb(face, "telegram", "outage", match="editMessageText")
    await ona.do("say", text="/two Oak")
    await seen(ona, ends_with("first"))
    await stall.settle()
    await stall.later(seconds=5)
    chat = await seen(ona, lambda chat: "State: sold" in chat["messages"][1]["text"])
    assert [each["text"] for each in chat["messages"] if each["from"] == "bot"] == ["Oak\n\nState: sold", "first"]


async def test_user_who_blocks_the_bot_is_left_alone_until_they_return(ona: Phone, stall: Stall) -> None:
    async def dead() -> bool:
        key = ("telegram", "", str(ona.id))
        return await stall.transactions.run(MARKET, lambda ctx: ctx.session.get_one(ChatIdentity, key).dead)

    await ona.do("say", text="hello")
    await seen(ona, ends_with("You said: hello"))
    await ona.do("block")
    async with asyncio.timeout(10):
        async for _ in glances(ona):
            if await dead():
                break
    await ona.do("start", payload="")
    await seen(ona, ends_with("Welcome Ona"))
    assert not await dead()


async def test_a_refused_post_marks_the_address_dead(ona: Phone, stall: Stall) -> None:
    await ona.do("say", text="hello")
    await seen(ona, ends_with("You said: hello"))
    await ona.do("leave_telegram")  # which no update tells the bot
    told = Replies(address=str(ona.id), replies=(Say(text="news"),))
    await stall.transactions.run(MARKET, lambda ctx: ctx.enqueue("lane", told, channel="telegram"))
    await stall.settle()
    key = ("telegram", "", str(ona.id))
    assert await stall.transactions.run(MARKET, lambda ctx: ctx.session.get_one(ChatIdentity, key).dead)


async def test_a_second_poller_ends_the_first(edge: TelegramBot, lab: Lab, ona: Phone) -> None:
    assert edge.receiving
    async with bot_at(lab.telegram.token, f"{lab.url}/telegram") as other, asyncio.timeout(15):
        while edge.receiving:
            await other.get_updates(timeout=0)
            waiting = asyncio.create_task(other.get_updates(timeout=1))
            await asyncio.sleep(0.2)
            await asyncio.gather(waiting, return_exceptions=True)


# -- by webhook ------------------------------------------------------------------------------------------------------


async def test_a_webhook_is_believed_only_with_its_secret(
    lab: Lab, stall: Stall, browser: aiohttp.ClientSession, face: Browser
) -> None:
    edge = telegram(lab, stall, public_url="http://127.0.0.1:9/telegram", secret="s3cret")
    await edge.start()
    jonas = await Phone.buy(browser, "Jonas")
    await jonas.do("say", text="hello")
    update = await until(lambda: passed(face, "telegram", "message"), lambda: "nobody tried to bring the update")
    body = json.dumps(update[0]["body"]).encode()
    assert await edge.take_webhook(body, None) == 401
    assert await edge.take_webhook(body, "wrong \udcff") == 401
    for nonsense in (b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"update_id": 1, "message": 5}', b"\xff"):
        assert await edge.take_webhook(nonsense, "s3cret") == 400
    mend = stall.break_inbox()
    assert await edge.take_webhook(body, "s3cret") == 500
    mend()
    assert await edge.take_webhook(body, "s3cret") == 200
    assert await edge.take_webhook(body, "s3cret") == 200
    await seen(jonas, ends_with("You said: hello"))
    await stall.settle()
    told = [text for who, text in await jonas.texts() if who == "bot"]
    assert told == ["talk.waits", "You said: hello"]
    await edge.stop()


async def test_an_answer_to_a_group_follows_it_to_its_new_id(ona: Phone, face: Browser, stall: Stall) -> None:
    old = (await face.post("/lab/telegram/groups", {"title": "Heating", "by": ona.id, "members": []}))["id"]
    await disturb(face, "telegram", "outage", match="sendMessage")
    await ona.do("say", text="/sell 200 t", place=old)
    await until(lambda: passed(face, "telegram", "sendMessage"), lambda: "the bot says nothing")
    await stall.settle()
    new = (await face.post(f"/lab/telegram/groups/{old}/migrate", {}))["id"]
    await stall.later(seconds=5)

    async def arrived() -> bool:
        return "Write to me in private" in str((await ona.chat(new))["messages"])

    await until(arrived, lambda: "nothing has come to the new group")
    assert "Write to me in private" not in str((await ona.chat(old))["messages"])


async def test_in_a_group_only_a_command_is_answered_and_with_the_way_out(edge: TelegramBot, stall: Stall) -> None:
    posts: list[OutboxMessage] = []
    stall.transactions.deliver_by(posts.extend)
    person = {"id": 5, "is_bot": False, "first_name": "Ona"}
    for number, text in enumerate(("how are you all", "/sell 200 t")):
        message = {"message_id": 1, "date": 0, "chat": {"id": -7, "type": "group", "title": "G"}, "from": person}
        given = {"update_id": number, "message": message | {"text": text}}
        await edge.take(Update.de_json(given, None))
    [post] = posts
    assert isinstance(post.message, Replies)
    [said] = post.message.replies
    assert isinstance(said, Say)
    assert (post.message.address, said.text) == ("-7", "Write to me in private")
    assert said.buttons[0][0].url == "https://t.me/parley_lab_bot"
    await stall.transactions.run(MARKET, lambda ctx: ctx.session.query(OutboxRow).delete())
