"""The whole product behind the page: a newcomer follows the guide to the end, also under faults."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, Route, expect

from lab.app import Lab
from tests.journeys.market import World, open_world

pytestmark = pytest.mark.browser

PATIENCE = 20_000  # ms: the product, the lab and the browser share a machine


@pytest.fixture
async def world(database: str) -> AsyncIterator[World]:
    async with open_world(database) as opened:
        yield opened


@pytest.fixture
def lab(world: World) -> Lab:
    """Return the lab around the product, which is the page's lab too."""
    return world.lab


class Newcomer:
    """A person who does what the guide says, and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.guide = page.get_by_role("region", name="Your first trade")

    async def is_told(self, title: str) -> None:
        await expect(self.guide).to_contain_text(title, timeout=PATIENCE)

    async def writes(self) -> None:
        await self.guide.get_by_role("button", name="Write it for me").click()
        await self.page.keyboard.press("Enter")

    async def presses(self, label: str) -> Locator:
        """Press what the guide points at, which has these words on it."""
        pointed = self.page.locator(".pointed").filter(has_text=re.compile(label))
        await expect(pointed).to_be_visible(timeout=PATIENCE)
        await pointed.click()
        return pointed

    async def fills(self, name: str, text: str) -> None:
        await self.page.get_by_role("dialog").get_by_label(name, exact=True).fill(text, timeout=PATIENCE)

    async def answers(self, question: str, text: str) -> None:
        """Answer a question of the bot's on the phone."""
        await expect(self.page.locator(".pane.telegram .message").last).to_contain_text(question, timeout=PATIENCE)
        await self.page.locator(".pane.telegram").get_by_role("textbox", name="Message").fill(text)
        await self.page.keyboard.press("Enter")

    async def agrees(self) -> None:
        await self.guide.get_by_role("button", name="Take both seats").click()
        await self.is_told("2. Offer something")
        await self.writes()
        await self.presses("Publish")
        await self.is_told("3. Find it")
        await self.writes()
        await self.is_told("4. Make an offer")
        await self.presses("Make an offer")
        await self.fills("Price", "205 EUR/t")
        await self.presses("Send offer")
        await self.is_told("5. Agree")
        await self.presses("Accept")
        await self.presses("Yes: Accept")
        await self.is_told("6. Sign on both sides")
        await self.signs("telegram")
        # A press during a redraw is lost, and the buyer's card is redrawn just now to show the seller's signature.
        await expect(self.page.locator(".pane.slack")).to_contain_text("signed.", timeout=PATIENCE)
        await self.signs("slack")
        await self.is_told("7. Pay into protection")

    async def signs(self, platform: str) -> None:
        sign = self.page.locator(f".pane.{platform}").get_by_role("button", name="Sign", exact=True).last
        await sign.click(timeout=PATIENCE)
        await self.presses("Yes: Sign")

    async def pays(self) -> None:
        async with self.page.context.expect_page() as opening:
            await self.presses("Pay")
        pay_page = await opening.value
        await pay_page.get_by_role("button", name=re.compile("^Pay")).click(timeout=PATIENCE)
        await self.is_told("8. Send the goods")
        await pay_page.close()


async def test_a_newcomer_follows_the_guide_to_the_end(page: Page, world: World) -> None:
    await page.goto(world.lab.url)
    newcomer = Newcomer(page)
    await newcomer.agrees()
    await newcomer.pays()
    await newcomer.presses("Report dispatch")
    await newcomer.answers("truck", "KAU 123")
    await newcomer.answers("which day", "tomorrow")
    await newcomer.presses("Report dispatch")
    await newcomer.is_told("9. Confirm and release")
    await newcomer.presses("Report arrival")
    await page.get_by_role("dialog").get_by_role("button", name="Report arrival").click()
    await newcomer.presses("Accept")
    await newcomer.presses("Yes: Accept")
    await newcomer.is_told("10. Set up payouts")
    await page.get_by_role("button", name="Books").click()
    await expect(page.locator("#drawer")).to_contain_text(re.compile(r"All \d+ rules hold"))
    await expect(page.locator(".deal")).to_contain_text("41,000.00 EUR")


async def test_an_offer_is_published_though_the_bot_answers_before_the_press_has_returned(
    page: Page, world: World
) -> None:
    """The page hears of the answer by the event stream, and of its own press by the reply to it.

    Either may come first.
    """

    async def late(route: Route) -> None:
        reply = await route.fetch()
        await asyncio.sleep(3)
        await route.fulfill(response=reply)

    await page.goto(world.lab.url)
    newcomer = Newcomer(page)
    await page.get_by_role("button", name="Take both seats").click()
    await newcomer.is_told("2. Offer something")
    await newcomer.writes()
    await page.route("**/press", late)
    await newcomer.presses("Publish")
    await newcomer.is_told("3. Find it")


async def test_a_trade_is_agreed_and_paid_while_messages_are_late_and_doubled(page: Page, world: World) -> None:
    await page.goto(world.lab.url)
    newcomer = Newcomer(page)
    await page.get_by_role("button", name="World").click()
    for service, trouble in (("Telegram", "Twice"), ("Telegram", "Late"), ("Slack", "Twice"), ("Stripe", "Twice")):
        await page.get_by_role("group", name=f"Trouble with {service}").get_by_role("button", name=trouble).click()
    await newcomer.agrees()
    await newcomer.pays()
    await expect(page.locator(".struck").first).to_be_visible()
    assert len((await world.browser.get("/lab/books"))["deals"]) == 1
    await world.books_balance()
