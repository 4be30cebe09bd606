"""The page in a real browser: what a newcomer sees and does, against the real lab and the real client libraries.

Needs Chromium at /usr/bin/chromium, or wherever PARLEY_CHROMIUM points.
"""

from __future__ import annotations

import asyncio
import os
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from lab.app import Lab
from tests.lab.phone import Phone
from tests.lab.slack.desk import Desk, button, field, modal, plain, section, soon

pytestmark = pytest.mark.browser

CHROMIUM: Final = os.environ.get("PARLEY_CHROMIUM", "/usr/bin/chromium")
QUIET: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET_NETWORK: Final = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESK: Final = {"width": 1440, "height": 900}
POCKET: Final = {"width": 390, "height": 844}


@pytest.fixture
async def page(lab: Lab) -> AsyncIterator[Page]:
    """A fresh browser; a script error on the page fails the test."""
    troubles: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *QUIET_NETWORK])
        page = await chromium.new_page(viewport={"width": DESK["width"], "height": DESK["height"]})
        page.on("pageerror", lambda trouble: troubles.append(str(trouble)))
        yield page
        await chromium.close()
    assert troubles == []


@pytest.fixture
async def rasa(browser: aiohttp.ClientSession) -> Phone:
    return await Phone.buy(browser, "Rasa Miškinė")


@pytest.fixture
async def jonas(browser: aiohttp.ClientSession) -> Desk:
    return await Desk.take(browser, "Jonas Petraitis", id="U0JONAS")


@pytest.fixture
async def app(lab: Lab) -> AsyncIterator[AsyncApp]:
    """A Bolt app on Socket Mode; each story adds its own listeners."""
    client = AsyncWebClient(token=lab.slack.bot_token, base_url=f"{lab.url}/slack/api/")
    app = AsyncApp(client=client, token=lab.slack.bot_token)
    handler = AsyncSocketModeHandler(app, lab.slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    yield app
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


async def heard(bot: Bot, after: int = 0) -> Update:
    """The next update that the bot gets."""
    updates: tuple[Update, ...] = await soon(lambda: bot.get_updates(offset=after + 1, timeout=1))
    return updates[0]


async def test_a_newcomer_joins_presses_start_and_a_button(page: Page, lab: Lab, bot: Bot) -> None:
    await page.goto(lab.url)
    phone = page.locator(".pane.telegram")
    await phone.get_by_role("textbox", name="Name").fill("Ona Kazlauskienė")
    await phone.get_by_role("button", name="Join on Telegram").click()
    await phone.get_by_role("button", name="START").click()

    started = await heard(bot)
    assert started.message
    assert started.message.text == "/start"
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("I sell", callback_data="sell")]])
    await started.message.reply_html("😀 <b>Welcome</b> to <i>Parley</i>", reply_markup=keys)
    await expect(phone.locator(".words b")).to_have_text("Welcome")
    await phone.get_by_role("button", name="I sell").click()

    pressed = await heard(bot, started.update_id)
    assert pressed.callback_query
    await pressed.callback_query.answer("Good to know")
    await pressed.callback_query.edit_message_text("You are a seller now")
    await expect(phone.get_by_role("status").filter(has_text="Good to know")).to_be_visible()
    await expect(phone.locator(".theirs .bubble")).to_contain_text("You are a seller now")
    await expect(phone.locator(".theirs .stamp")).to_contain_text("edited")
    await expect(phone.get_by_role("button", name="I sell")).to_have_count(0)


async def test_an_alert_waits_for_the_person(page: Page, lab: Lab, bot: Bot, rasa: Phone) -> None:
    await rasa.do("start")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Sign", callback_data="sign")]])
    await bot.send_message(rasa.id, "Your turn", reply_markup=keys)
    await page.goto(lab.url)
    phone = page.locator(".pane.telegram")
    await phone.get_by_role("button", name="Sign").click()
    pressed = await heard(bot, (await heard(bot)).update_id)
    assert pressed.callback_query
    await pressed.callback_query.answer("Jonas signed before you", show_alert=True)
    await expect(phone.get_by_role("alertdialog")).to_contain_text("Jonas signed before you")
    await page.keyboard.press("Escape")
    await expect(phone.get_by_role("alertdialog")).to_have_count(0)


async def test_what_people_write_is_never_markup(page: Page, lab: Lab, rasa: Phone, jonas: Desk) -> None:
    nasty = "<img src=x onerror=\"document.body.dataset.owned='1'\">"
    await rasa.do("say", text=nasty)
    await jonas.does("say", text=nasty)
    await page.goto(lab.url)
    await expect(page.locator(".pane.telegram .words")).to_have_text(nasty)
    await expect(page.locator(".pane.slack .s-body")).to_contain_text("img src=x")
    assert await page.locator(".words img, .s-body img").count() == 0
    assert await page.evaluate("document.body.dataset.owned") is None


async def test_only_what_changed_is_drawn_again(page: Page, lab: Lab, bot: Bot, rasa: Phone) -> None:
    await rasa.do("start")
    for number in range(200):
        await rasa.do("say", text=f"line {number}")
    edited = await bot.send_message(rasa.id, "Truck 1: planned")
    await page.goto(lab.url)
    chat = page.locator(".pane.telegram .chat")
    await expect(chat.locator(".message")).to_have_count(202)
    await page.evaluate("document.querySelectorAll('.message').forEach((each) => { each.dataset.old = '1'; })")
    await bot.edit_message_text("Truck 1: on its way", chat_id=rasa.id, message_id=edited.message_id)
    await expect(chat.locator(".message").last).to_contain_text("on its way")
    assert await chat.locator(".message:not([data-old])").count() == 1

    await chat.hover()
    await page.mouse.wheel(0, -900)
    await expect(page.get_by_role("button", name="Go to the newest message").first).to_be_visible()
    before = await chat.evaluate("(box) => box.scrollTop")
    await bot.send_message(rasa.id, "Truck 2: planned")
    await expect(chat.locator(".message").last).to_contain_text("Truck 2")
    assert await chat.evaluate("(box) => box.scrollTop") == before


async def test_a_modal_keeps_what_was_typed_and_shows_errors_at_their_fields(
    page: Page, lab: Lab, app: AsyncApp, jonas: Desk
) -> None:
    inputs = [
        field("tonnes", {"type": "number_input", "action_id": "v", "is_decimal_allowed": True}),
        field("note", {"type": "plain_text_input", "action_id": "v", "multiline": True}, optional=True),
    ]
    opened: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    @app.command("/parley")
    async def command(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        answer = await client.views_open(trigger_id=body["trigger_id"], view=modal(*inputs, callback_id="sell"))
        opened.append(answer["view"])

    @app.view("sell")
    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if float(values["tonnes"]["v"]["value"]) < 25:
            await ack(response_action="errors", errors={"tonnes": "A truck holds 25 t"})
            return
        sent.append(values)
        await ack()

    await page.goto(lab.url)
    window = page.locator(".pane.slack")
    await window.get_by_role("textbox", name="Message or /parley command").fill("/parley sell")
    await page.keyboard.press("Enter")
    dialog = window.get_by_role("dialog", name="Ask")
    await dialog.get_by_label("note").fill("dry, under a roof")
    await dialog.get_by_label("tonnes").fill("20")
    more = section("Prices near you: *215 €/t*")
    await app.client.views_update(view_id=opened[0]["id"], view=modal(more, *inputs, callback_id="sell"))
    await expect(dialog.locator(".b-text b")).to_have_text("215 €/t")
    await expect(dialog.get_by_label("tonnes")).to_be_focused()
    await expect(dialog.get_by_label("note")).to_have_value("dry, under a roof")

    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("A truck holds 25 t")).to_be_visible()
    await dialog.get_by_label("tonnes").fill("200")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)
    assert [values["tonnes"]["v"]["value"] for values in sent] == ["200"]
    assert [values["note"]["v"]["value"] for values in sent] == ["dry, under a roof"]


async def test_a_dangerous_button_asks_first_and_the_answer_is_for_one(
    page: Page, lab: Lab, app: AsyncApp, jonas: Desk
) -> None:
    sure = {
        "title": plain("Reject?"),
        "text": plain("The seller hears of it."),
        "confirm": plain("Reject"),
        "deny": plain("Keep"),
    }

    @app.action("reject")
    async def reject(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Rejected. You can still make a new offer.", replace_original=False)

    room = (await app.client.conversations_open(users=jonas.id))["channel"]["id"]
    actions = {"type": "actions", "elements": [button("reject", style="danger", confirm=sure)]}
    await app.client.chat_postMessage(channel=room, text="offer", blocks=[section("~219~ *215 €/t*"), actions])
    await page.goto(lab.url)
    window = page.locator(".pane.slack")
    await window.get_by_role("button", name="Press").click()
    await window.get_by_role("alertdialog", name="Reject?").get_by_role("button", name="Keep").click()
    await expect(window.locator(".ephemeral")).to_have_count(0)
    await window.get_by_role("button", name="Press").click()
    await window.get_by_role("alertdialog", name="Reject?").get_by_role("button", name="Reject").click()
    await expect(window.locator(".ephemeral")).to_contain_text("Only visible to you")
    await expect(window.locator(".ephemeral")).to_contain_text("Rejected.")


async def test_options_come_from_the_app_as_one_types(page: Page, lab: Lab, app: AsyncApp, jonas: Desk) -> None:
    chosen: list[str] = []

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        town = {
            "type": "external_select",
            "action_id": "town",
            "min_query_length": 2,
            "placeholder": plain("Type a town"),
        }
        view = {"type": "home", "blocks": [section("Where to?", block_id="where", accessory=town)]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.options("town")
    async def towns(ack: Any, payload: dict[str, Any]) -> None:
        fitting = [each for each in ("Kaunas", "Klaipėda") if each.startswith(payload["value"])]
        await ack(options=[{"text": plain(each), "value": each.lower()} for each in fitting])

    @app.action("town")
    async def town(ack: Any, action: dict[str, Any]) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])

    await page.goto(lab.url)
    window = page.locator(".pane.slack")
    await window.get_by_role("tab", name="Home").click()
    await window.get_by_role("combobox", name="Type a town").fill("Ka")
    await window.get_by_role("option", name="Kaunas").click()
    assert await soon(lambda: chosen) == ["kaunas"]


async def test_behind_the_scenes_mail_wire_faults_and_clock(page: Page, lab: Lab, bot: Bot, rasa: Phone) -> None:
    await rasa.do("start")
    await page.goto(lab.url)
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "no-reply@parley.example", "rasa@example.org", "Your code"
    letter.set_content("Type 418205 in the chat.")
    host, _, port = lab.smtp_url.removeprefix("smtp://").rpartition(":")

    def post() -> None:
        with smtplib.SMTP(host, int(port)) as post_office:
            post_office.send_message(letter)

    await asyncio.to_thread(post)
    await expect(page.locator(".badge-count")).to_have_text("1")
    await page.get_by_role("button", name="Mail").click()
    await page.get_by_text("Your code").click()
    await expect(page.locator("#drawer")).to_contain_text("418205")
    await expect(page.locator(".badge-count")).to_be_hidden()

    await bot.send_message(rasa.id, "on the wire")
    await page.get_by_role("button", name="Wire").click()
    await page.locator(".wire-row").filter(has_text="sendMessage").locator("summary").click()
    await expect(page.locator(".wire-body").first).to_contain_text("on the wire")

    await page.get_by_role("button", name="Faults").click()
    await page.get_by_role("button", name="Set the fault").click()
    await expect(page.locator(".fault")).to_contain_text("Telegram: when Parley calls the service, lose the message")
    await page.get_by_role("button", name="Clear all faults").click()
    await expect(page.locator(".fault")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator("#drawer")).to_be_hidden()

    before = lab.world.clock.offset
    await page.get_by_role("button", name="Move the clock forward by one day").click()
    assert (await soon(lambda: lab.world.clock.offset - before)).days == 1


BOOKS: Final = {
    "deals": [
        {
            "id": "D-1",
            "title": "200 t A1 pellets",
            "state": "awaiting_funding",
            "buyer": "Jonas",
            "seller": "Rasa",
            "amount": "43,000.00 EUR",
            "accounts": [{"name": "escrow", "balance": "-43,000.00 EUR"}],
            "entries": [
                {
                    "at": "2026-11-21T10:00:00+00:00",
                    "memo": "Card payment",
                    "postings": [
                        {"account": "psp", "amount": "43,000.00 EUR"},
                        {"account": "escrow", "amount": "-43,000.00 EUR"},
                    ],
                }
            ],
        }
    ],
    "invariants": [
        {"name": "Every entry balances", "ok": True, "detail": "1 entry"},
        {"name": "Escrow is covered", "ok": False, "detail": "1.00 EUR is missing"},
    ],
}


@pytest.fixture
async def books(lab: Lab) -> AsyncIterator[None]:
    """A product that shows its books."""

    async def show(_: web.Request) -> web.Response:
        return web.json_response(BOOKS)

    product = web.Application()
    product.router.add_get("/books", show)
    runner = web.AppRunner(product)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    lab.books_url = f"http://127.0.0.1:{runner.addresses[0][1]}/books"
    yield
    await runner.cleanup()


@pytest.mark.usefixtures("books")
async def test_the_books_show_both_sides_and_say_what_is_broken(page: Page, lab: Lab) -> None:
    await page.goto(lab.url)
    await page.get_by_role("button", name="Books").click()
    escrow = page.get_by_role("region", name="escrow")
    await expect(escrow.locator(".credit")).to_contain_text("43,000.00 EUR")
    await expect(escrow.locator(".debit")).not_to_contain_text("43,000.00 EUR")
    await expect(page.get_by_role("listitem").filter(has_text="Every entry balances")).to_contain_text("Holds")
    await expect(page.get_by_role("listitem").filter(has_text="Escrow is covered")).to_contain_text("Broken")


async def test_the_guide_helps_ticks_and_stays_away_when_told(page: Page, lab: Lab, rasa: Phone, jonas: Desk) -> None:
    await rasa.do("start")
    await page.goto(lab.url)
    guide = page.get_by_role("region", name="Your first trade")
    await guide.get_by_role("button", name="All steps").click()
    await guide.get_by_role("checkbox", name="Say hello").check()
    await guide.get_by_role("button", name="Put it in the composer for me").click()
    said = page.locator(".pane.telegram").get_by_role("textbox", name="Message")
    await expect(said).to_have_value("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await page.locator(".pane.slack textarea").fill("/parley find A1 pellets Kaunas")
    await page.keyboard.press("Enter")
    await expect(guide.get_by_role("checkbox", name="Find it")).to_be_checked()
    await guide.get_by_role("button", name="Put the guide away").click()
    await page.reload()
    await expect(page.locator(".pane.telegram .message")).not_to_have_count(0)
    await expect(guide).to_be_hidden()


async def test_on_a_phone_one_chat_at_a_time(page: Page, lab: Lab, rasa: Phone, jonas: Desk) -> None:
    await page.set_viewport_size({"width": POCKET["width"], "height": POCKET["height"]})
    await page.goto(lab.url)
    await expect(page.locator(".pane.telegram")).to_be_visible()
    await expect(page.locator(".pane.slack")).to_be_hidden()
    await jonas.does("say", text="hello")
    await expect(page.locator(".tab.slack")).to_contain_text("something new")
    await page.locator(".tab.slack").click()
    await expect(page.locator(".pane.slack .s-body")).to_contain_text("hello")
    assert await page.evaluate("document.documentElement.scrollWidth") <= POCKET["width"]
