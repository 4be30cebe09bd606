"""Inline mode: a card is found in any chat, sent there via the bot, pressed and changed there."""

from __future__ import annotations

from typing import Any

import aiohttp
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InlineQueryResultVenue,
    InputTextMessageContent,
)

from lab.tests.phone import Phone
from lab.tests.telegram.test_messages import button, picture, refused


def article(number: int = 1, **more: Any) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        f"lot-{number}", "Pellets A1", InputTextMessageContent("*A1*", "MarkdownV2"), **more
    )


async def offers(phone: Phone, query_id: str) -> dict[str, Any]:
    async with phone.browser.get(f"/lab/telegram/people/{phone.id}/inline/{query_id}") as answer:
        shown: dict[str, Any] = await answer.json()
        return shown


async def test_a_card_is_shared_with_another_person_and_lives_there(
    bot: Bot, ona: Phone, browser: aiohttp.ClientSession
) -> None:
    jonas = await Phone.buy(browser, "Jonas")
    share = InlineKeyboardButton("Share", switch_inline_query="lot 1")
    card = await bot.send_message(ona.id, "Your lot", reply_markup=InlineKeyboardMarkup([[share]]))
    shown = (await ona.chat())["messages"][-1]["keyboard"]
    assert (shown, card.text) == ([[{"text": "Share", "switch_inline_query": "lot 1"}]], "Your lot")

    asked = await ona.do("inline", query="lot 1", place=jonas.id)
    query = (await bot.get_updates())[-1].inline_query
    assert query is not None
    assert (query.query, query.chat_type) == ("lot 1", "private")
    into = InlineQueryResultsButton("Open the market", start_parameter="lots")
    await bot.answer_inline_query(query.id, [article(reply_markup=button("take:1"))], button=into, is_personal=True)
    offered = await offers(ona, asked["query_id"])
    assert [each["title"] for each in offered["results"]] == ["Pellets A1"]
    assert offered["button"] == {"text": "Open the market", "start_parameter": "lots"}

    sent = await ona.do("choose", query_id=asked["query_id"], result_id="lot-1")
    chosen = (await bot.get_updates())[-1].chosen_inline_result
    assert chosen is not None
    assert (chosen.query, chosen.result_id) == ("lot 1", "lot-1")
    received = (await jonas.chat(ona.id))["messages"][-1]
    assert (received["text"], received["via_bot"], received["own"]) == ("A1", bot.username, False)

    async with browser.post(
        f"/lab/telegram/people/{ona.id}/edit", json={"message_id": sent["id"], "text": "A2", "place": jonas.id}
    ) as answer:
        assert answer.status == 409  # only the bot can change it
    passed_on = await jonas.do("forward", message_id=sent["id"], **{"from": ona.id})
    assert (passed_on["text"], passed_on["via_bot"]) == ("A1", bot.username)
    forwarded = (await bot.get_updates())[-1].message
    assert forwarded is not None
    assert (forwarded.via_bot, forwarded.reply_markup) == (await bot.get_me(), None)

    await jonas.do("press", message_id=sent["id"], data="take:1", place=ona.id)
    press = (await bot.get_updates())[-1].callback_query
    assert press is not None
    assert (press.message, press.inline_message_id) == (None, chosen.inline_message_id)
    assert await bot.edit_message_text("Taken", inline_message_id=press.inline_message_id) is True
    assert (await jonas.chat(ona.id))["messages"][-1]["text"] == "Taken"
    with refused("MESSAGE_ID_INVALID"):
        await bot.edit_message_text("Taken", inline_message_id="nothing")
    await bot.answer_callback_query(press.id, url=f"https://t.me/{bot.username}?start=take_1")
    assert (await jonas.chat())["toasts"][-1]["url"].endswith("?start=take_1")
    with refused("query is too old"):
        await bot.answer_callback_query(press.id)  # one answer each


async def test_answers_are_kept_for_others_unless_they_are_personal(bot: Bot, ona: Phone) -> None:
    first = await ona.do("inline", query="chips")
    query = (await bot.get_updates())[-1].inline_query
    assert query is not None
    await bot.answer_inline_query(query.id, [article()], cache_time=60, next_offset="50")
    again = await ona.do("inline", query="chips")
    assert (await offers(ona, again["query_id"]))["next_offset"] == "50"
    more = await ona.do("inline", query="chips", offset="50")
    assert [each.inline_query.offset for each in await bot.get_updates() if each.inline_query] == ["", "50"]
    assert again["query_id"] != first["query_id"] != more["query_id"]


async def test_wrong_inline_answers_are_refused(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    asked = (await ona.do("inline", query="x"))["query_id"]
    long = InlineQueryResultArticle("1", "Long", InputTextMessageContent("x" * 4097))
    nowhere = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x" * 65)]])
    for results, why in (
        ([article(number) for number in range(51)], "RESULTS_TOO_MUCH"),
        ([article(1), article(1)], "RESULT_ID_DUPLICATE"),
        ([InlineQueryResultArticle("x" * 65, "Long", InputTextMessageContent("x"))], "RESULT_ID_INVALID"),
        ([long], "message is too long"),
        ([article(reply_markup=nowhere)], "BUTTON_DATA_INVALID"),
        ([InlineQueryResultCachedPhoto("1", "no-such-file")], "wrong file identifier"),
        ([InlineQueryResultVenue("1", 54.9, 23.9, "Yard", "")], 'Can\'t find field "address"'),
    ):
        with refused(why):
            await bot.answer_inline_query(asked, results)
    with refused("START_PARAM_INVALID"):
        await bot.answer_inline_query(asked, [], button=InlineQueryResultsButton("Go", start_parameter="a b"))
    await browser.post("/lab/clock", json={"seconds": 31})
    with refused("query is too old"):
        await bot.answer_inline_query(asked, [])


async def test_a_picture_and_a_yard_can_be_shared_too(bot: Bot, ona: Phone) -> None:
    photo = (await bot.send_photo(ona.id, picture(90, 90))).photo[-1].file_id
    asked = (await ona.do("inline", query="heap"))["query_id"]
    yard = InlineQueryResultVenue("yard", 54.9, 23.9, "Yard", "Kaunas")
    await bot.answer_inline_query(asked, [InlineQueryResultCachedPhoto("heap", photo, caption="The heap"), yard])
    heap = await ona.do("choose", query_id=asked, result_id="heap")
    where = await ona.do("choose", query_id=asked, result_id="yard")
    assert (heap["caption"], heap["photo"]["width"]) == ("The heap", 90)
    assert where["venue"] == {"title": "Yard", "address": "Kaunas"}


async def test_a_bot_without_inline_mode_is_not_asked(bot: Bot, ona: Phone) -> None:
    async with ona.browser.put("/lab/telegram/settings", json={"inline": False, "topics": False}) as answer:
        assert answer.status == 200
    async with ona.browser.post(f"/lab/telegram/people/{ona.id}/inline", json={"query": "x"}) as answer:
        assert answer.status == 409
    me = await bot.get_me()
    assert (me.supports_inline_queries, me.has_topics_enabled) == (False, False)
    with refused("the chat is not a forum"):
        await bot.create_forum_topic(ona.id, "Deal 7")
