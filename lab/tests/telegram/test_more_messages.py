"""Forwards, copies, topics, keyboards, drafts and Stars: the other kinds of message of bots and people."""

from __future__ import annotations

import aiohttp
import pytest
from telegram import (
    Bot,
    ForceReply,
    KeyboardButton,
    LabeledPrice,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.error import Forbidden

from lab.tests.phone import Phone
from lab.tests.telegram.test_messages import button, picture, refused


def heard(updates: tuple[Update, ...]) -> list[str]:
    """Return the kinds of message that the bot got."""
    return [each.message.effective_attachment.__class__.__name__ for each in updates if each.message]


async def test_all_that_a_phone_can_send_is_of_the_librarys_types(bot: Bot, ona: Phone) -> None:
    for what in ("sticker", "voice", "video", "video_note", "audio", "dice", "poll"):
        sent = await ona.do("share", what=what)
        assert sent["other"] == what
    await ona.do("contact")
    await ona.do("venue", latitude=54.9, longitude=23.9, title="Yard", address="Kaunas")
    kinds = ["Sticker", "Voice", "Video", "VideoNote", "Audio", "Dice", "Poll", "Contact", "Location"]
    updates = await bot.get_updates()
    assert heard(updates)[1:] == kinds
    yard = updates[-1].message
    assert yard is not None
    assert yard.venue is not None
    assert (yard.venue.title, yard.venue.location) == ("Yard", yard.location)


async def test_messages_are_copied_and_forwarded(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    jonas = await Phone.buy(browser, "Jonas")
    await jonas.do("start")
    photo = await bot.send_photo(ona.id, picture(90, 90), caption="The heap", reply_markup=button("x"))
    await bot.copy_message(jonas.id, ona.id, photo.message_id, caption="A heap")
    await bot.forward_message(jonas.id, ona.id, 1)
    await bot.forward_messages(jonas.id, ona.id, [1, photo.message_id])
    *_, copy, word, again, heap = (await jonas.chat())["messages"]
    assert (copy["caption"], "keyboard" in copy, copy.get("forwarded_from")) == ("A heap", False, None)
    assert (word["text"], word["forwarded_from"]) == ("labas", "Ona Kazlauskienė")
    assert (again["forwarded_from"], heap["forwarded_from"]) == ("Ona Kazlauskienė", "Parley")
    passed_on = await jonas.do("forward", message_id=heap["id"], **{"from": jonas.id}, place=ona.id)
    assert passed_on["forwarded_from"] == "Parley"

    secret = await bot.send_message(ona.id, "secret", protect_content=True)
    for call, why in (
        (bot.copy_message(jonas.id, ona.id, secret.message_id), "the message can't be copied"),
        (bot.forward_message(jonas.id, ona.id, secret.message_id), "the message can't be forwarded"),
        (bot.copy_message(jonas.id, ona.id, 999), "message to copy not found"),
        (bot.copy_messages(jonas.id, ona.id, [2, 1]), "strictly increasing order"),
    ):
        with refused(why):
            await call


async def test_a_keyboard_and_a_wish_for_a_reply_stand_at_the_text_field(bot: Bot, ona: Phone) -> None:
    keys = ReplyKeyboardMarkup(
        [["Yes", "No"], [KeyboardButton("My town", request_location=True)]], one_time_keyboard=True
    )
    asked = await bot.send_message(ona.id, "Where to?", reply_markup=keys)
    assert (await ona.chat())["keyboard"] == {
        "rows": [[{"text": "Yes"}, {"text": "No"}], [{"text": "My town", "location": True}]],
        "once": True,
    }
    with refused("message can't be edited"):
        await bot.edit_message_text("Whither?", ona.id, asked.message_id)
    await ona.do("location", latitude=54.9, longitude=23.9)
    assert "keyboard" not in await ona.chat()
    question = await bot.send_message(ona.id, "Why?", reply_markup=ForceReply(input_field_placeholder="In a word"))
    assert (await ona.chat())["force_reply"] == {"message_id": question.message_id, "placeholder": "In a word"}
    await ona.do("say", text="too wet", reply_to=question.message_id)
    told = (await bot.get_updates())[-1].message
    assert told is not None
    assert told.reply_to_message is not None
    assert told.reply_to_message.message_id == question.message_id
    quoted = await bot.send_message(ona.id, "How wet?", reply_parameters=ReplyParameters(told.message_id, quote="wet"))
    assert quoted.quote is not None
    assert quoted.quote.position == 4
    with refused("QUOTE_TEXT_INVALID"):
        await bot.send_message(ona.id, "?", reply_parameters=ReplyParameters(told.message_id, quote="dry"))
    plain = await bot.send_message(ona.id, "Fine")
    with refused("inline keyboard expected"):
        await bot.edit_message_text("Good", ona.id, plain.message_id, reply_markup=keys)  # type: ignore[arg-type]  # the point


async def test_topics_are_opened_by_both_sides(bot: Bot, ona: Phone) -> None:
    mine = await bot.create_forum_topic(ona.id, "Deal 7")
    hers = await ona.do("topic", name="Questions")
    created = (await bot.get_updates())[-1].message
    assert created is not None
    assert created.forum_topic_created is not None
    assert created.message_thread_id == hers["id"]
    assert await bot.edit_forum_topic(ona.id, mine.message_thread_id, "Deal 7, paid")
    assert [each["name"] for each in (await ona.chat())["topics"]] == ["Deal 7, paid", "Questions"]
    for call, why in (
        (bot.close_forum_topic(ona.id, mine.message_thread_id), "the chat is not a forum"),  # private ones stay open
        (bot.edit_forum_topic(ona.id, 999, "Gone"), "TOPIC_ID_INVALID"),
        (bot.edit_forum_topic(ona.id, mine.message_thread_id, "Deal 7, paid"), "TOPIC_NOT_MODIFIED"),
        (bot.create_forum_topic(ona.id, "x" * 129), "topic name is too long"),
        (bot.create_forum_topic(ona.id, "Deal", icon_color=1), "TOPIC_ICON_COLOR_INVALID"),
    ):
        with refused(why):
            await call


async def test_a_draft_is_seen_for_thirty_seconds(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    assert await bot.send_message_draft(ona.id, 7, "Looking for pell")
    assert (await ona.chat())["draft"]["text"] == "Looking for pell"
    await browser.post("/lab/clock", json={"seconds": 31})
    assert "draft" not in await ona.chat()
    with refused("draft identifier must be non-zero"):
        await bot.send_message_draft(ona.id, 0, "x")


async def test_an_account_that_is_gone_and_a_parameter_that_is_not_there(bot: Bot, ona: Phone) -> None:
    with refused("has no parameter colour"):
        await bot.send_message(ona.id, "x", api_kwargs={"colour": "red"})
    with pytest.raises(Exception, match="the lab does not do live_period"):
        await bot.send_location(ona.id, 54.9, 23.9, live_period=60)
    await ona.do("leave_telegram")
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ona.id, "Hello?")


async def test_a_path_to_a_file_is_good_for_an_hour(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await ona.send("document", "", ("a.pdf", b"%PDF-a"))
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.document is not None
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"%PDF-a"
    await browser.post("/lab/clock", json={"seconds": 3_601})
    with pytest.raises(Exception, match="Not Found"):
        await file.download_as_bytearray()


async def test_updates_are_kept_for_a_day(bot: Bot, ona: Phone, browser: aiohttp.ClientSession) -> None:
    await browser.post("/lab/clock", json={"seconds": 23 * 3600})
    await ona.do("say", text="still there?")
    await browser.post("/lab/clock", json={"seconds": 2 * 3600})
    assert [each.message.text for each in await bot.get_updates() if each.message] == ["still there?"]


async def test_stars_that_are_not_agreed_to_in_time_stay_where_they_are(
    bot: Bot, ona: Phone, browser: aiohttp.ClientSession
) -> None:
    price = [LabeledPrice("Week", 50)]
    invoice = await bot.send_invoice(ona.id, "Featured", "A week on top", "promo:1", "XTR", price, provider_token="")
    late = (await ona.do("pay", message_id=invoice.message_id))["query_id"]
    await browser.post("/lab/clock", json={"seconds": 11})
    with refused("query is too old"):
        await bot.answer_pre_checkout_query(late, ok=True)
    assert "did not answer in time" in (await ona.chat())["toasts"][-1]["text"]
    again = (await ona.do("pay", message_id=invoice.message_id))["query_id"]
    await bot.answer_pre_checkout_query(again, ok=True)
    assert (await bot.get_my_star_balance()).amount == 50
    charge = (await bot.get_star_transactions()).transactions[0].id
    async with browser.post(f"/lab/telegram/people/{ona.id}/pay", json={"message_id": invoice.message_id}) as answer:
        assert (answer.status, (await answer.json())["detail"]) == (409, "this invoice is paid")
    await bot.refund_star_payment(ona.id, charge)
    assert (await ona.chat())["messages"][-1]["service"] == {"kind": "refunded", "amount": 50}
    assert (await bot.get_my_star_balance()).amount == 0
    for more, why in (
        ({"provider_token": "x"}, "PAYMENT_PROVIDER_INVALID"),
        ({"currency": "EUR"}, "CURRENCY_INVALID"),
        ({"prices": price * 2}, "STARS_INVOICE_INVALID"),
        ({"reply_markup": button("x")}, "REPLY_MARKUP_BUY_EMPTY"),
        ({"title": "x" * 33}, "INVOICE_TITLE_INVALID"),
    ):
        with refused(why):
            given = {"title": "a", "description": "b", "payload": "c", "currency": "XTR", "prices": price} | more
            await bot.send_invoice(ona.id, **given)


async def test_a_link_leads_into_the_bot(bot: Bot, ona: Phone) -> None:
    await ona.do("follow", url=f"https://t.me/{bot.username}?start=offer_42")
    assert [each.message.text for each in await bot.get_updates() if each.message] == ["labas", "/start offer_42"]
    for wrong in ("https://t.me/another_bot?start=x", f"https://t.me/{bot.username}?start={'x' * 65}"):
        async with ona.browser.post(f"/lab/telegram/people/{ona.id}/follow", json={"url": wrong}) as answer:
            assert answer.status == 409
