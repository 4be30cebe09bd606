"""Groups: the bot's view of them, its rights in them, and their changes."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeChatAdministrators
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter

from lab.tests.phone import Phone
from lab.tests.telegram.test_messages import button, refused


class Hall:
    """The groups' part of the face."""

    def __init__(self, browser: aiohttp.ClientSession) -> None:
        self.browser = browser

    async def do(self, path: str, **body: Any) -> Any:
        async with self.browser.post(f"/lab/telegram/groups{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@pytest.fixture
async def jonas(browser: aiohttp.ClientSession) -> Phone:
    return await Phone.buy(browser, "Jonas Petraitis")


@pytest.fixture
def hall(browser: aiohttp.ClientSession) -> Hall:
    return Hall(browser)


async def words(bot: Bot) -> list[str | None]:
    """Return the texts that the bot was sent, and confirm them."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return [each.message.text for each in updates if each.message and each.message.text]


async def test_privacy_hides_what_is_not_meant_for_the_bot(bot: Bot, ona: Phone, jonas: Phone, hall: Hall) -> None:
    group = (await hall.do("", title="Pellet people", by=ona.id, members=[jonas.id]))["id"]
    await words(bot)
    asked = await bot.send_message(group, "Who sells?")
    await ona.do("say", text="hello all", place=group)
    await ona.do("say", text="/find pellets", place=group)
    await ona.do("say", text="/find@some_other_bot pellets", place=group)
    await ona.do("say", text="I do", place=group, reply_to=asked.message_id)
    assert await words(bot) == ["/find pellets", "I do"]
    await hall.do(f"/{group}/promote")
    await jonas.do("say", text="seen by an administrator", place=group)
    assert await words(bot) == ["seen by an administrator"]
    shown = await jonas.chat(group)
    assert [(each["sender"]["name"], each["own"]) for each in shown["messages"][-2:]] == [
        ("Ona Kazlauskienė", False),
        ("Jonas Petraitis", True),
    ]


async def test_a_bot_hears_where_it_comes_and_goes(bot: Bot, ona: Phone, hall: Hall) -> None:
    group = (await hall.do("", title="Deal", by=ona.id, bot=False))["id"]
    with refused("chat not found"):
        await bot.send_message(group, "anybody?")
    await hall.do(f"/{group}/add_bot", by=ona.id, payload="deal_7")
    *_, added, came, started = await bot.get_updates()
    assert added.my_chat_member is not None
    assert added.my_chat_member.new_chat_member.status == "member"
    assert came.message is not None
    assert [each.id for each in came.message.new_chat_members] == [bot.id]
    assert started.message is not None
    assert started.message.text == f"/start@{bot.username} deal_7"
    assert await bot.get_chat_member_count(group) == 2
    assert (await bot.get_chat_member(group, ona.id)).status == "creator"
    await hall.do(f"/{group}/remove_bot", by=ona.id)
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(group, "still here?")
    await hall.do(f"/{group}/add_bot", by=ona.id)
    assert await bot.leave_chat(group)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(group, "back?")


async def test_a_group_that_became_a_supergroup_says_where_it_is(
    bot: Bot, ona: Phone, hall: Hall, jonas: Phone
) -> None:
    old = (await hall.do("", title="Deal", by=ona.id, members=[jonas.id]))["id"]
    new = (await hall.do(f"/{old}/migrate"))["id"]
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "hello")
    assert moved.value.new_chat_id == new < -(10**12)
    told = [each.message for each in await bot.get_updates() if each.message]
    assert (told[-2].migrate_to_chat_id, told[-1].migrate_from_chat_id) == (new, old)
    sent = await bot.send_message(new, "hello", reply_markup=button("x"))
    assert sent.message_id == 2  # a supergroup counts its messages on its own
    pressed = await jonas.do("press", message_id=sent.message_id, data="x", place=new)
    assert await bot.answer_callback_query(pressed["query_id"], "seen")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(jonas.id, "psst")


async def test_rights_are_needed_where_telegram_needs_them(bot: Bot, ona: Phone, hall: Hall) -> None:
    group = (await hall.do("", title="Forum", by=ona.id, forum=True))["id"]
    said = await ona.do("say", text="hello", place=group)
    for call, why in (
        (bot.delete_message(group, said["id"]), "message can't be deleted"),
        (bot.pin_chat_message(group, said["id"]), "not enough rights to manage pinned messages"),
        (bot.create_forum_topic(group, "Deal 7"), "not enough rights to create a topic"),
        (bot.set_chat_title(group, "Mine"), "not enough rights to change chat title"),
    ):
        with refused(why):
            await call
    await hall.do(f"/{group}/promote")
    topic = (await bot.create_forum_topic(group, "Deal 7")).message_thread_id
    assert await bot.close_forum_topic(group, topic)
    with refused("TOPIC_CLOSED"):
        await bot.send_message(group, "late", message_thread_id=topic)
    assert await bot.reopen_forum_topic(group, topic)
    with refused("TOPIC_NOT_MODIFIED"):
        await bot.reopen_forum_topic(group, topic)
    with refused("message can't be deleted"):
        await bot.delete_message(group, topic)  # the note that opened the topic
    assert await bot.pin_chat_message(group, said["id"])
    assert await bot.delete_message(group, said["id"])
    assert {each.user.id for each in await bot.get_chat_administrators(group)} == {ona.id, bot.id}


async def test_a_group_takes_twenty_messages_a_minute(
    bot: Bot, ona: Phone, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    group = (await hall.do("", title="Busy", by=ona.id))["id"]
    for number in range(20):
        await bot.send_message(group, f"{number}")
    with pytest.raises(RetryAfter):
        await bot.send_message(group, "one too many")


async def test_commands_of_a_group_are_the_narrowest(bot: Bot, ona: Phone, jonas: Phone, hall: Hall) -> None:
    group = (await hall.do("", title="Deal", by=ona.id, members=[jonas.id]))["id"]
    await bot.set_my_commands([BotCommand("find", "Find")], BotCommandScopeAllGroupChats())
    await bot.set_my_commands([BotCommand("rule", "Rule")], BotCommandScopeChatAdministrators(group))
    assert [(await phone.chat(group))["commands"][0]["command"] for phone in (ona, jonas)] == ["rule", "find"]
    assert (await ona.chat())["commands"] == []
    with pytest.raises(BadRequest):
        await bot.set_my_commands([BotCommand("rule", "Rule")], BotCommandScopeChatAdministrators(ona.id))


async def test_a_reaction_reaches_a_bot_that_asked_for_it(bot: Bot, ona: Phone, jonas: Phone, hall: Hall) -> None:
    group = (await hall.do("", title="Deal", by=ona.id, members=[jonas.id]))["id"]
    await bot.get_updates(allowed_updates=["message", "message_reaction", "chat_member"])
    here, there = await bot.send_message(ona.id, "Agreed?"), await bot.send_message(group, "Agreed?")
    await ona.do("react", message_id=here.message_id, emoji="👍")
    await ona.do("react", message_id=there.message_id, emoji="👍", place=group)  # a mere member does not get it
    await hall.do(f"/{group}/promote")
    await jonas.do("react", message_id=there.message_id, emoji="🔥", place=group)
    await jonas.do("react", message_id=there.message_id, place=group)
    await hall.do(f"/{group}/leave", person=jonas.id)
    updates = await bot.get_updates()
    changes = [each.message_reaction for each in updates if each.message_reaction]
    assert [(each.chat.id, [one.to_dict()["emoji"] for one in each.new_reaction]) for each in changes] == [
        (ona.id, ["👍"]),
        (group, ["🔥"]),
        (group, []),
    ]
    left = [each.chat_member for each in updates if each.chat_member]
    assert [each.new_chat_member.status for each in left] == ["left"]
    with refused("REACTION_INVALID"):
        await bot.set_message_reaction(ona.id, here.message_id, "🪵")
