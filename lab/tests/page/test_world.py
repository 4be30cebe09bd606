"""Around the chats: the guide, the drawers, the clock, and the page on a small screen."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Final

import pytest
from aiohttp import web
from playwright.async_api import Page, Route, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from lab.app import Lab
from lab.tests.phone import Phone
from lab.tests.slack.member import Member, soon

pytestmark = pytest.mark.browser

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
    "sessions": [
        {
            "id": "S-1",
            "title": "SNT7KD · 30 minutes of advice",
            "state": "completed",
            "buyer": "Sarah",
            "seller": "Alex",
            "amount": "90.00 EUR",
            "accounts": [{"name": "Owed to Alex", "balance": "76.50 EUR"}],
            "entries": [],
        }
    ],
    "invariants": [
        {"name": "Every entry balances", "ok": True, "detail": "1 entry"},
        {"name": "Escrow is covered", "ok": False, "detail": "1.00 EUR is missing"},
    ],
}


@pytest.fixture
async def books(lab: Lab) -> AsyncIterator[None]:
    """Let the product show its books."""

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


async def test_the_next_deadline_is_the_soonest_whatever_began_since_the_books_were_read(
    page: Page, lab: Lab, books: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check it also after the guide is closed."""

    def due(kind: str, hours: float) -> dict[str, object]:
        at = lab.world.clock.now() + timedelta(hours=hours)
        return {"kind": kind, "event": "start", "at": at.isoformat(), "of": "AB12CD", "quiet": False}

    monkeypatch.setitem(BOOKS, "deadlines", [due("deal", 48)])
    await page.goto(lab.url)
    await page.get_by_role("button", name="Put the guide away").click()
    onward = page.get_by_role("button", name="Move the clock to the next deadline: Deal AB12CD")
    await expect(onward).to_be_visible()
    began = lab.world.clock.now()
    monkeypatch.setitem(BOOKS, "deadlines", [due("session", 1), due("deal", 48)])
    await onward.click()
    await expect(page.get_by_text("Session AB12CD: start")).to_be_visible()
    assert timedelta(minutes=59) < lab.world.clock.now() - began < timedelta(hours=2)


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

    await page.get_by_role("searchbox", name="Show only messages with these words").fill("no such words")
    await expect(page.locator(".wire-row")).to_have_count(0)

    await page.get_by_role("button", name="World").click()
    await page.get_by_text("One fault to the letter").click()
    await page.get_by_role("button", name="Set the fault").click()
    await expect(page.locator(".fault")).to_contain_text("Telegram: when Parley calls the service, lose the message")
    await page.get_by_role("button", name="Clear all faults").click()
    await expect(page.locator(".fault")).to_have_count(0)
    down = page.get_by_role("group", name="Trouble with Slack").get_by_role("button", name="Down")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    assert [(each.service, each.kind, each.times) for each in lab.world.faults] == [("slack", "outage", None)]
    await down.click()
    await expect(page.locator(".fault")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator("#drawer")).to_be_hidden()

    before = lab.world.clock.offset
    await page.get_by_role("button", name="Move the clock forward by one day").click()
    assert (await soon(lambda: lab.world.clock.offset - before)).days == 1


async def test_until_the_wire_is_read_it_does_not_say_that_nothing_has_passed(page: Page, lab: Lab) -> None:
    read = asyncio.Event()

    async def slowly(route: Route) -> None:
        await read.wait()
        await route.continue_()

    await page.route("**/lab/wire?*", slowly)
    await page.goto(lab.url)
    await page.get_by_role("button", name="Wire").click()
    await expect(page.locator("#drawer")).to_contain_text("Loading")
    read.set()
    await expect(page.locator("#drawer")).to_contain_text("Nothing has passed yet.")


@pytest.mark.usefixtures("books")
async def test_the_books_show_both_sides_and_say_what_is_broken(page: Page, lab: Lab) -> None:
    await page.goto(lab.url)
    await page.get_by_role("button", name="Books").click()
    escrow = page.get_by_role("region", name="escrow")
    await expect(escrow.locator(".credit")).to_contain_text("43,000.00 EUR")
    await expect(escrow.locator(".debit")).not_to_contain_text("43,000.00 EUR")
    await expect(page.locator("#drawer")).to_contain_text("SNT7KD · 30 minutes of advice")
    await expect(page.locator("#drawer")).to_contain_text("76.50 EUR")
    await expect(page.locator("#drawer")).to_contain_text("1 of 2 rules is broken")
    await expect(page.get_by_role("listitem").filter(has_text="Every entry balances")).to_contain_text("Holds")
    await expect(page.get_by_role("listitem").filter(has_text="Escrow is covered")).to_contain_text("Broken")


async def test_the_guide_takes_the_seats_writes_points_and_stays_away_when_told(page: Page, lab: Lab, bot: Bot) -> None:
    await page.goto(lab.url)
    guide = page.get_by_role("region", name="Your first trade")
    await guide.get_by_role("button", name="Take both seats").click()
    await expect(page.locator(".pane.telegram .who")).to_contain_text("Rasa Miškinė")
    await expect(page.locator(".pane.slack .who")).to_contain_text("Jonas Petraitis")
    await guide.get_by_role("button", name="Write it for me").click()
    said = page.locator(".pane.telegram").get_by_role("textbox", name="Message")
    await expect(said).to_have_value("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
    await page.keyboard.press("Enter")
    (seller,) = lab.telegram.bot.chats
    review = InlineKeyboardMarkup([[InlineKeyboardButton("Publish", callback_data="form.send|01DRAFT|3")]])
    await bot.send_message(seller, "Is this right?", reply_markup=review)
    await expect(page.locator(".pointed")).to_have_text("Publish")
    await page.locator(".pointed").click()
    await expect(guide).to_contain_text("2. Offer something")
    await bot.send_message(seller, "Published.")
    await expect(guide).to_contain_text("3. Find it")
    lab.world.record("stripe", "in", "payment_intent.succeeded", {})  # a session is paid: no step of a trade
    await expect(page.locator(".pointed")).to_have_count(0)
    await page.locator(".pane.slack textarea").fill("/parley find A1 pellets Kaunas")
    await page.keyboard.press("Enter")
    await expect(guide).to_contain_text("4. Make an offer")
    await page.reload()
    await expect(guide).to_contain_text("4. Make an offer")
    lab.world.began += timedelta(seconds=1)  # as if the market was closed and opened again
    await page.reload()
    await expect(guide).to_contain_text("1. Take two seats")
    await guide.get_by_role("button", name="Put the guide away").click()
    await page.reload()
    await expect(page.locator(".pane.telegram .message")).not_to_have_count(0)
    await expect(guide).to_be_hidden()


async def test_on_a_phone_one_chat_at_a_time(page: Page, lab: Lab, rasa: Phone, jonas: Member) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(lab.url)
    await expect(page.locator(".pane.telegram")).to_be_visible()
    await expect(page.locator(".pane.slack")).to_be_hidden()
    await jonas.does("say", text="hello")
    await expect(page.locator(".tab.slack")).to_contain_text("something new")
    await page.locator(".tab.slack").click()
    await expect(page.locator(".pane.slack .s-body")).to_contain_text("hello")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_newcomers_read_the_introduction_until_the_first_click(page: Page, lab: Lab) -> None:
    await page.goto(lab.url)
    guide = page.get_by_role("region", name="Your first trade")
    await expect(guide).to_contain_text("A marketplace for bioenergy that lives in chat.")
    await guide.get_by_role("button", name="Take both seats").click()
    await expect(guide).not_to_contain_text("A marketplace for bioenergy")


async def test_a_second_browser_that_takes_the_seats_gets_other_names(page: Page, lab: Lab) -> None:
    other = await page.context.browser.new_page()  # type: ignore[union-attr]  # launched by the fixture
    for each, seller, buyer in ((page, "Rasa Miškinė", "Jonas Petraitis"), (other, "Andrius Vaitkus", "Eglė Stankutė")):
        await each.goto(lab.url)
        await each.get_by_role("button", name="Take both seats").click()
        await expect(each.get_by_role("region", name=f"Telegram, {seller}")).to_be_visible()
        await expect(each.get_by_role("region", name=f"Slack, {buyer}")).to_be_visible()
    await other.close()


async def test_on_a_phone_the_chat_has_most_of_the_window_and_the_tools_are_one_tap_away(
    page: Page, lab: Lab, rasa: Phone, jonas: Member
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(lab.url)
    await page.get_by_role("button", name="Take both seats").click()
    chat = page.locator(".pane.front .chat")
    await expect(page.get_by_text("Offer something")).to_be_visible()
    box = await chat.bounding_box()
    assert box is not None
    assert box["y"] <= 140, "controls above the chat"
    await expect(page.get_by_role("button", name="Wire", exact=True)).to_be_hidden()
    await page.get_by_role("button", name="Clock and tools").click()
    await expect(page.get_by_role("button", name="Move the clock forward by one day")).to_be_visible()
    await page.get_by_role("button", name="Wire", exact=True).click()
    await expect(page.locator("#drawer")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
