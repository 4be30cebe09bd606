"""A group with the bot in it, as people make and use it on their phones, in a real browser."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.async_api import Page, expect
from telegram import Bot, ForceReply, ReplyParameters, Update

from lab.app import Lab
from lab.tests.phone import Phone
from lab.tests.slack.member import soon

pytestmark = pytest.mark.browser


async def heard_saying(bot: Bot, text: str) -> Update:
    """Return the update that brings these words."""
    seen = 0
    while True:
        updates: tuple[Update, ...] = await soon(partial(bot.get_updates, offset=seen + 1, timeout=1))
        for each in updates:
            seen = each.update_id
            if each.message and each.message.text == text:
                return each


async def test_a_group_is_made_and_only_who_is_asked_has_the_answer_prepared(
    page: Page, lab: Lab, bot: Bot, rasa: Phone
) -> None:
    await Phone.buy(rasa.browser, "Ona")
    await rasa.do("start")
    await page.goto(lab.url)
    await page.get_by_role("button", name="Add a person on Telegram").click()
    hers, onas = page.locator(".pane.telegram").nth(0), page.locator(".pane.telegram").nth(1)
    await hers.get_by_role("button", name="Make a group with the bot in it").click()
    dialog = page.get_by_role("dialog", name="New group")
    await dialog.get_by_role("textbox", name="Name of the group").fill("Heat plants")
    await dialog.get_by_label("Ona").check()
    await dialog.get_by_role("button", name="Make the group").click()
    await expect(hers.locator(".chat-head")).to_contain_text("Rasa Miškinė, Ona, Parley")

    await hers.get_by_role("textbox", name="Message").fill("/find")
    await page.keyboard.press("Enter")
    await onas.get_by_role("button", name="Heat plants").click()
    await expect(onas.locator(".theirs").last).to_contain_text("Rasa Miškinė/find")
    asked = (await heard_saying(bot, "/find")).message
    assert asked
    force = ForceReply(selective=True, input_field_placeholder="wood chips near Kaunas")
    reply = ReplyParameters(asked.message_id)
    await bot.send_message(asked.chat.id, "What do you look for?", reply_parameters=reply, reply_markup=force)

    await expect(hers.locator(".context-strip")).to_contain_text("What do you look for?")
    await expect(onas.locator(".theirs").last).to_contain_text("What do you look for?")
    await expect(onas.locator(".context-strip")).to_be_hidden()
    await hers.get_by_role("textbox", name="Message").fill("A1 pellets")
    await page.keyboard.press("Enter")
    answer = (await heard_saying(bot, "A1 pellets")).message
    assert answer
    assert answer.reply_to_message
    assert answer.reply_to_message.text == "What do you look for?"

    await hers.get_by_role("button", name="Parley", exact=True).click()
    await expect(hers.locator(".mine")).to_have_count(1)  # the chat with the bot, which shows /start
