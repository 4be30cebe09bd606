"""Actions of the lab's people, through its HTTP face, as the real client libraries see them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineQueryResultArticle, InputTextMessageContent, LabeledPrice, Update

from lab.app import Lab
from lab.people import Browser, OnTelegram


@pytest.fixture
async def rasa(lab: Lab) -> AsyncIterator[OnTelegram]:
    async with aiohttp.ClientSession() as http:
        browser = Browser(http, lab.url, patience=5.0)
        made = await browser.post("/lab/telegram/people", {"name": "Rasa"})
        yield OnTelegram(browser, "Rasa", made["id"])


class Polled:
    """The bot's updates, one after the other."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.offset = 0

    async def next(self) -> Update:
        kinds = [*Update.ALL_TYPES]
        (update, *_) = await self.bot.get_updates(offset=self.offset, limit=1, timeout=5, allowed_updates=kinds)
        self.offset = update.update_id + 1
        return update


async def test_on_telegram_they_reply_react_and_change_their_mind(bot: Bot, rasa: OnTelegram) -> None:
    polled = Polled(bot)
    await bot.get_updates(offset=-1, timeout=0, allowed_updates=[*Update.ALL_TYPES])
    await rasa.starts("offer_7")
    started = await polled.next()
    assert started.message
    assert started.message.text == "/start offer_7"

    asked = await bot.send_message(rasa.id, "How many tonnes?")
    await rasa.replies("how many", "200 t")
    answered = await polled.next()
    assert answered.message
    assert answered.message.reply_to_message
    assert answered.message.reply_to_message.message_id == asked.message_id

    await rasa.edits("200 t", "220 t")
    changed = await polled.next()
    assert changed.edited_message
    assert changed.edited_message.text == "220 t"

    await rasa.reacts("How many", "👍")
    reacted = await polled.next()
    assert reacted.message_reaction
    assert [each.emoji for each in reacted.message_reaction.new_reaction] == ["👍"]  # type: ignore[attr-defined]  # an emoji


async def test_on_telegram_they_share_a_place_and_an_album(bot: Bot, rasa: OnTelegram) -> None:
    polled = Polled(bot)
    await rasa.shares_place(54.9, 23.9)
    here = await polled.next()
    assert here.message
    assert here.message.location
    assert round(here.message.location.latitude, 1) == 54.9

    await rasa.attaches_album(
        ("a.txt", b"one", "text/plain"), ("b.txt", b"two", "text/plain"), caption="Both weight tickets"
    )
    first, second = [await polled.next(), await polled.next()]
    assert first.message
    assert second.message
    assert first.message.media_group_id == second.message.media_group_id is not None
    assert first.message.caption == "Both weight tickets"


async def test_on_telegram_they_type_the_bots_name_and_choose(bot: Bot, rasa: OnTelegram) -> None:
    polled = Polled(bot)

    async def offer() -> Any:
        asked = (await polled.next()).inline_query
        assert asked
        article = InlineQueryResultArticle("1", f"About {asked.query}", InputTextMessageContent("200 t of pellets"))
        return await bot.answer_inline_query(asked.id, [article])

    (found, _) = await asyncio.gather(rasa.searches_inline("pellets"), offer())
    assert [each["title"] for each in found] == ["About pellets"]
    await rasa.chooses(found[0])
    sent = await polled.next()
    while not sent.message:  # Telegram also reports the chosen result, if the bot has asked for that
        sent = await polled.next()
    assert sent.message.text == "200 t of pellets"


async def test_on_telegram_they_pay_in_stars(bot: Bot, rasa: OnTelegram) -> None:
    polled = Polled(bot)
    await rasa.starts()
    await polled.next()
    await bot.send_invoice(
        rasa.id, "Featured for a week", "First in the list", "feature", "XTR", [LabeledPrice("w", 50)]
    )
    await rasa.pays_stars("Featured")
    asked = (await polled.next()).pre_checkout_query
    assert asked
    await bot.answer_pre_checkout_query(asked.id, ok=True)
    paid = await polled.next()
    assert paid.message
    assert paid.message.successful_payment
    assert paid.message.successful_payment.total_amount == 50


async def test_waiting_in_vain_says_for_what(rasa: OnTelegram) -> None:
    rasa.browser.patience = 0.05
    with pytest.raises(AssertionError, match="Rasa waited in vain for 'Publish'"):
        await rasa.presses("Publish")
