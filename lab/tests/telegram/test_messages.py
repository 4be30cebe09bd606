"""The simulated Telegram, called by the real python-telegram-bot over HTTP."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import aiohttp
import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaDocument,
    InputMediaPhoto,
    InputTextMessageContent,
    LabeledPrice,
    MessageEntity,
    Update,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from lab.app import Lab
from lab.tests.phone import Phone


def picture(width: int = 1600, height: int = 900) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "olive").save(written, "JPEG")
    return written.getvalue()


def button(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Press", callback_data=data, style="success")]])


def refused(words: str) -> pytest.RaisesExc[BadRequest]:
    """Expect a 400 with these words; python-telegram-bot changes their capitals."""
    return pytest.raises(BadRequest, match=f"(?i){re.escape(words)}")


def the_message(update: Update) -> tuple[int, str | None]:
    assert update.message is not None
    return update.message.message_id, update.message.text


# -- accepted calls ----------------------------------------------------------------------------


async def test_a_word_reaches_the_bot_and_its_answer_the_phone(bot: Bot, ona: Phone) -> None:
    [update] = await bot.get_updates()
    assert the_message(update)[1] == "labas"
    await bot.send_message(ona.id, "Laba diena")
    assert await ona.texts() == [("person", "labas"), ("bot", "Laba diena")]


async def test_a_command_and_a_deep_link_are_marked_as_commands(bot: Bot, ona: Phone) -> None:
    await ona.do("start", payload="offer_42")
    update = (await bot.get_updates())[-1]
    assert update.message is not None
    assert update.message.text == "/start offer_42"
    assert update.message.parse_entities([MessageEntity.BOT_COMMAND]) == {update.message.entities[0]: "/start"}


async def test_a_pressed_button_is_answered_with_a_toast(bot: Bot, ona: Phone) -> None:
    card = await bot.send_message(ona.id, "Accept?", reply_markup=button("ok:1"))
    assert (await ona.chat())["messages"][-1]["keyboard"] == [
        [{"text": "Press", "callback_data": "ok:1", "style": "success"}]
    ]
    await ona.do("press", message_id=card.message_id, data="ok:1")
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("ok:1", card.message_id)
    await bot.answer_callback_query(query.id, "Accepted", show_alert=True)
    [toast] = (await ona.chat())["toasts"]
    assert (toast["query_id"], toast["text"], toast["alert"]) == (query.id, "Accepted", True)


async def test_an_old_phone_may_press_a_button_that_is_gone(bot: Bot, ona: Phone) -> None:
    card = await bot.send_message(ona.id, "Accept?", reply_markup=button("ok:1"))
    await bot.edit_message_text("Accepted.", ona.id, card.message_id)
    await ona.do("press", message_id=card.message_id, data="ok:1")
    await bot.delete_message(ona.id, card.message_id)
    await ona.do("press", message_id=card.message_id, data="ok:1")
    presses = [each.callback_query for each in await bot.get_updates() if each.callback_query]
    assert [(press.data, press.message and press.message.is_accessible) for press in presses] == [
        ("ok:1", True),
        ("ok:1", False),
    ]


async def test_an_edit_shows_in_place(bot: Bot, ona: Phone) -> None:
    card = await bot.send_message(ona.id, "Accept?", reply_markup=button("ok:1"))
    edited = await bot.edit_message_text("Accepted.", ona.id, card.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    seen = (await ona.chat())["messages"][-1]
    assert (seen["text"], seen["edited"], "keyboard" in seen) == ("Accepted.", True, False)


async def test_a_person_edits_an_earlier_message(bot: Bot, ona: Phone) -> None:
    said = await ona.do("say", text="200 t")
    await ona.do("edit", message_id=said["id"], text="220 t")
    edited = (await bot.get_updates())[-1].edited_message
    assert edited is not None
    assert (edited.message_id, edited.text) == (said["id"], "220 t")


async def test_a_photo_comes_in_sizes_and_its_bytes_come_back(bot: Bot, ona: Phone) -> None:
    photo = picture()
    await ona.send("photo", "The heap", ("heap.jpg", photo))
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert [size.width for size in message.photo] == [90, 320, 800, 1280, 1600]
    assert message.caption == "The heap"
    stored = await bot.get_file(message.photo[-1].file_id)
    assert bytes(await stored.download_as_bytearray()) == photo


async def test_an_album_arrives_as_one_update_a_file(bot: Bot, ona: Phone) -> None:
    await ona.send("document", "Certificates", ("a.pdf", b"%PDF-a"), ("b.pdf", b"%PDF-b"), ("c.pdf", b"%PDF-c"))
    messages = [each.message for each in (await bot.get_updates())[1:]]
    assert [message and message.document and message.document.file_name for message in messages] == [
        "a.pdf",
        "b.pdf",
        "c.pdf",
    ]
    assert len({message and message.media_group_id for message in messages}) == 1
    assert [message and message.caption for message in messages] == ["Certificates", None, None]


async def test_the_bot_sends_files_albums_and_places(bot: Bot, ona: Phone) -> None:
    sent = await bot.send_document(ona.id, b"a,b\n1,2\n", filename="prices.csv", caption="Prices")
    assert sent.document is not None
    await bot.send_document(ona.id, sent.document.file_id)
    album = await bot.send_media_group(ona.id, [InputMediaPhoto(picture()), InputMediaPhoto(picture(40, 40))])
    await bot.send_location(ona.id, 54.9, 23.9)
    *_, first, again, one, two, place = (await ona.chat())["messages"]
    async with ona.browser.get(first["document"]["url"]) as answer:
        assert await answer.read() == b"a,b\n1,2\n"
    assert again["document"]["name"] == "prices.csv"
    assert one["album"] == two["album"] == album[0].media_group_id
    assert place["location"] == {"latitude": 54.9, "longitude": 23.9}


async def test_a_photo_message_changes_caption_and_picture(bot: Bot, ona: Phone) -> None:
    card = await bot.send_photo(ona.id, picture(), caption="Draft")
    await bot.edit_message_caption(ona.id, card.message_id, caption="Published")
    await bot.edit_message_media(InputMediaDocument(b"%PDF", filename="deal.pdf"), ona.id, card.message_id)
    seen = (await ona.chat())["messages"][-1]
    assert (seen["document"]["name"], "photo" in seen, "caption" in seen) == ("deal.pdf", False, False)


async def test_commands_are_the_narrowest_that_are_set(bot: Bot, ona: Phone) -> None:
    await bot.set_my_commands([BotCommand("sell", "Sell")])
    await bot.set_my_commands([BotCommand("sell", "Parduoti")], language_code="lt")
    assert (await ona.chat())["commands"] == [{"command": "sell", "description": "Parduoti"}]
    await bot.set_my_commands([BotCommand("rule", "Rule")], BotCommandScopeChat(ona.id))
    assert (await ona.chat())["commands"] == [{"command": "rule", "description": "Rule"}]
    await bot.delete_my_commands(BotCommandScopeChat(ona.id))
    assert [each.command for each in await bot.get_my_commands(language_code="lt")] == ["sell"]
    assert (await ona.chat())["commands"] == [{"command": "sell", "description": "Parduoti"}]


async def test_the_small_courtesies(bot: Bot, ona: Phone) -> None:
    """Check typing, pins, reactions, replies, descriptions and the menu button."""
    await bot.send_chat_action(ona.id, "typing")
    assert (await ona.chat())["action"] == "typing"
    message = await bot.send_message(ona.id, "Pinned", reply_to_message_id=1)
    await bot.pin_chat_message(ona.id, message.message_id)
    await bot.set_message_reaction(ona.id, 1, "👍")
    chat = await ona.chat()
    assert chat["action"] is None
    assert chat["messages"][0]["reactions"] == [{"emoji": "👍", "count": 1, "own": False}]
    assert (chat["messages"][1]["pinned"], chat["messages"][1]["reply_to"]) == (True, 1)
    await bot.unpin_chat_message(ona.id)
    note = chat["messages"][2]
    assert note["service"] == {"kind": "pinned", "message": message.message_id}
    await bot.delete_messages(ona.id, [1, message.message_id, note["id"]])
    assert await ona.texts() == []
    assert await bot.set_my_description("A market")
    assert (await bot.get_my_description()).description == "A market"
    assert await bot.set_my_short_description("Market")
    assert await bot.set_chat_menu_button(ona.id)
    assert (await bot.get_me()).id == bot.id
    assert (await bot.get_chat(ona.id)).first_name == "Ona"


async def test_an_inline_search_is_shown_and_chosen(bot: Bot, ona: Phone) -> None:
    asked = await ona.do("inline", query="pellets")
    query = (await bot.get_updates())[-1].inline_query
    assert query is not None
    found = InlineQueryResultArticle("lot-1", "Pellets A1", InputTextMessageContent("Pellets A1, 200 t"))
    await bot.answer_inline_query(query.id, [found])
    assert [each["id"] for each in (await ona.chat())["inline"][asked["query_id"]]] == ["lot-1"]
    await ona.do("choose", query_id=asked["query_id"], result_id="lot-1")
    assert (await ona.texts())[-1] == ("person", "Pellets A1, 200 t")


async def test_a_deal_has_a_topic_of_its_own(bot: Bot, ona: Phone) -> None:
    topic = await bot.create_forum_topic(ona.id, "Deal 7")
    await bot.send_message(ona.id, "About deal 7", message_thread_id=topic.message_thread_id)
    await ona.do("say", text="fine", topic=topic.message_thread_id)
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.message_thread_id == topic.message_thread_id
    chat = await ona.chat()
    [shown] = chat["topics"]
    assert (shown["id"], shown["name"], shown["closed"]) == (topic.message_thread_id, "Deal 7", False)
    assert [each.get("topic") for each in chat["messages"]] == [None] + [topic.message_thread_id] * 3
    await bot.delete_forum_topic(ona.id, topic.message_thread_id)
    assert await ona.texts() == [("person", "labas")]
    with refused("message thread not found"):
        await bot.send_message(ona.id, "gone", message_thread_id=topic.message_thread_id)


async def test_stars_are_paid_and_given_back(bot: Bot, ona: Phone) -> None:
    price = [LabeledPrice("Week", 50)]
    invoice = await bot.send_invoice(ona.id, "Featured", "A week on top", "promo:1", "XTR", price, provider_token="")
    await ona.do("pay", message_id=invoice.message_id)
    await ona.do("pay", message_id=invoice.message_id)
    first, second = [each.pre_checkout_query for each in (await bot.get_updates())[-2:]]
    assert first is not None
    assert second is not None
    await bot.answer_pre_checkout_query(first.id, ok=False, error_message="Sold out")
    assert (await ona.chat())["toasts"][-1]["text"] == "Sold out"
    await bot.answer_pre_checkout_query(second.id, ok=True)
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.successful_payment is not None
    paid = message.successful_payment
    assert (paid.total_amount, paid.currency, paid.invoice_payload) == (50, "XTR", "promo:1")
    assert await bot.refund_star_payment(ona.id, paid.telegram_payment_charge_id)
    with refused("CHARGE_ALREADY_REFUNDED"):
        await bot.refund_star_payment(ona.id, paid.telegram_payment_charge_id)


# -- refused calls -----------------------------------------------------------------------------


async def test_text_limits(bot: Bot, ona: Phone) -> None:
    assert len((await bot.send_message(ona.id, "🪵" * 4096)).text or "") == 4096
    with refused("Message is too long"):
        await bot.send_message(ona.id, "x" * 4097)
    with refused("Message text is empty"):
        await bot.send_message(ona.id, " \n ")
    with refused("Message caption is too long"):
        await bot.send_document(ona.id, b"x", caption="x" * 1025)
    assert (await bot.send_message(ona.id, f"<b>{'x' * 4096}</b>", "HTML")).text == "x" * 4096


async def test_button_limits(bot: Bot, ona: Phone) -> None:
    await bot.send_message(ona.id, "64", reply_markup=button("x" * 64))
    with refused("Button_data_invalid"):
        await bot.send_message(ona.id, "65", reply_markup=button("ž" * 32 + "x"))
    with refused("Text buttons are unallowed"):
        await bot.send_message(ona.id, "none", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Press")]]))
    nowhere = InlineKeyboardMarkup([[InlineKeyboardButton("Go", url="here")]])
    with refused("Wrong HTTP URL"):
        await bot.send_message(ona.id, "link", reply_markup=nowhere)
    many = InlineKeyboardMarkup([[InlineKeyboardButton(str(n), callback_data=str(n))] for n in range(101)])
    with refused("Reply_markup_too_long"):
        await bot.send_message(ona.id, "many", reply_markup=many)


async def test_bad_entities(bot: Bot, ona: Phone) -> None:
    for entity, words in (
        (MessageEntity("bold", 4, 9), "ends after the end of the text"),
        (MessageEntity("bold", 40, 1), "begins after the end of the text"),
        (MessageEntity("bold", 3, 1), "begins in a middle of a UTF-16 symbol"),
        (MessageEntity("bold", 0, 3), "ends in a middle of a UTF-16 symbol"),
        (MessageEntity("glow", 0, 1), "Unsupported type specified"),
        (MessageEntity("text_link", 0, 1, url="nowhere"), "Wrong HTTP URL"),
    ):
        with refused(words):
            await bot.send_message(ona.id, "ab🪵cd", entities=[entity])
    overlapping = [MessageEntity("bold", 0, 4), MessageEntity("italic", 1, 5)]
    with refused("entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 6"):
        await bot.send_message(ona.id, "ab🪵cd", entities=overlapping)


async def test_good_entities_come_back(bot: Bot, ona: Phone) -> None:
    entities = [MessageEntity("bold", 0, 4), MessageEntity("text_link", 4, 2, url="https://example.org")]
    sent = await bot.send_message(ona.id, "ab🪵cd  ", entities=entities)
    assert sent.parse_entities() == {sent.entities[0]: "ab🪵", sent.entities[1]: "cd"}
    parsed = await bot.send_message(ona.id, 'a <b>bold &amp; <a href="https://example.org">link</a></b>', "HTML")
    assert sorted(parsed.parse_entities().values()) == ["bold & link", "link"]
    for wrong in ("<b>a", "<b>a</i>", "<font>a</font>", "1 < 2"):
        with refused("Can't parse entities"):
            await bot.send_message(ona.id, wrong, "HTML")


async def test_refused_edits(bot: Bot, ona: Phone) -> None:
    card = await bot.send_message(ona.id, "Accept?", reply_markup=button("ok:1"))
    with refused("Message is not modified"):
        await bot.edit_message_text("Accept?", ona.id, card.message_id, reply_markup=button("ok:1"))
    with refused("Message is not modified"):
        await bot.edit_message_reply_markup(ona.id, card.message_id, reply_markup=button("ok:1"))
    with refused("Message to edit not found"):
        await bot.edit_message_text("Accepted.", ona.id, 999)
    with refused("Message can't be edited"):
        await bot.edit_message_text("Accepted.", ona.id, 1)
    with refused("There is no caption in the message to edit"):
        await bot.edit_message_caption(ona.id, card.message_id, caption="Accepted.")
    with refused("Message to delete not found"):
        await bot.delete_message(ona.id, 999)
    with refused("Message to be replied not found"):
        await bot.send_message(ona.id, "Yes", reply_to_message_id=999)


async def test_late_answer_and_deletion(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    card = await bot.send_message(ona.id, "Accept?", reply_markup=button("ok:1"))
    pressed = await ona.do("press", message_id=card.message_id, data="ok:1")
    await browser.post("/lab/clock", json={"seconds": 16 * 60})
    with refused("Query is too old and response timeout expired or query id is invalid"):
        await bot.answer_callback_query(pressed["query_id"])
    await browser.post("/lab/clock", json={"seconds": 48 * 3600})
    with refused("Message can't be deleted for everyone"):
        await bot.delete_message(ona.id, card.message_id)


async def test_file_limits(bot: Bot, ona: Phone) -> None:
    with refused("too big for a photo"):
        await bot.send_photo(ona.id, picture() + bytes(10 * 1024 * 1024))
    with refused("Image_process_failed"):
        await bot.send_photo(ona.id, b"not a picture")
    with refused("Photo_invalid_dimensions"):
        await bot.send_photo(ona.id, picture(2100, 100))
    with refused("File must be non-empty"):
        await bot.send_document(ona.id, b"")
    with refused("Wrong file identifier"):
        await bot.send_document(ona.id, "no-such-file")
    with refused("can't be mixed"):
        await bot.send_media_group(ona.id, [InputMediaPhoto(picture(9, 9)), InputMediaDocument(b"x", filename="x.txt")])
    await ona.send("document", "", ("film.mp4", bytes(20 * 1024 * 1024 + 1)))
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.document is not None
    with refused("File is too big"):
        await bot.get_file(message.document.file_id)


async def test_the_bot_writes_only_to_people_who_let_it(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    silent = await Phone.buy(browser, "Jonas")
    with refused("Chat not found"):
        await bot.send_message(silent.id, "Hello")
    await ona.do("block")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ona.id, "Hello")
    await ona.do("unblock")
    await bot.send_message(ona.id, "Hello again")
    changes = [each.my_chat_member for each in await bot.get_updates() if each.my_chat_member]
    assert [(each.old_chat_member.status, each.new_chat_member.status) for each in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_too_many_messages(
    bot: Bot, ona: Phone, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    with pytest.raises(RetryAfter) as refusal:  # noqa: PT012  # which of them is refused does not matter
        for number in range(60):
            await bot.send_message(ona.id, f"Message {number}")
    assert isinstance(refusal.value.retry_after, timedelta)
    await browser.post("/lab/clock", json={"seconds": refusal.value.retry_after.total_seconds()})
    await bot.send_message(ona.id, "After the pause")


async def test_wrong_token_and_wrong_method(lab: Lab) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("7000000001:" + "x" * 35, base_url=f"{lab.url}/telegram/bot"):
            pass
    async with aiohttp.ClientSession() as http, http.post(f"{lab.url}/telegram/bot{lab.telegram.token}/fly") as answer:
        assert (answer.status, await answer.json()) == (
            404,
            {"ok": False, "error_code": 404, "description": "Not Found: method not found"},
        )


async def test_every_way_to_send_parameters(lab: Lab, ona: Phone) -> None:
    given = {"chat_id": str(ona.id), "text": "Hello"}
    url = f"{lab.url}/telegram/bot{lab.telegram.token}/SENDMESSAGE"
    async with aiohttp.ClientSession() as http:
        ways = (http.post(url, json=given), http.post(url, data=given), http.get(url, params=given))
        for way in ways:
            async with way as answer:
                assert (await answer.json())["result"]["text"] == "Hello"
