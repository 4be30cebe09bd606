"""Inputs and taps that a person needs for ten tasks, on each platform, counted on the lab's wire.

Run it with `make bench-taps` or `python -m bench.taps`. The exit status is 1 if a task needs more than its target.

An input is typed or chosen: a sentence, or the answer to one field. A tap is a press of a button, including the one
that sends a window. Following a link out of the chat is not counted, because the page behind it is not ours.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

from config.installation import Installation, installed
from config.settings import Settings
from lab.people import Browser, OnSlack, OnTelegram
from tools.demo.sessions import PROFILE
from tools.seed.opening import seed_market

ChatUser = OnTelegram | OnSlack
TYPING: Final = ("/say", "/command")
SENTENCE: Final = "/sell 200 t A1 pellets 215 EUR/t DAP Kaunas next week"
STARS: Final = {"quantity": "5", "quality": "5", "time": "4", "talk": "5"}


@dataclass
class Counting(Browser):
    """Counts people's inputs and taps as they go over the wire."""

    inputs: int = 0
    taps: int = 0

    async def post(self, path: str, body: Any = None) -> Any:
        if path.endswith(TYPING):
            self.inputs += 1
        elif path.endswith("/press"):
            chosen = "action_id" in (body or {}) and "value" in body and body["action_id"] == "value"
            self.inputs += chosen  # a choice in a select that changes the form
            self.taps += not chosen
        elif path.endswith("/submit"):
            self.inputs += sum(any(each.values()) for each in body["values"].values())
            self.taps += 1
        return await super().post(path, body)


@dataclass(frozen=True)
class Target:
    inputs: int
    taps: int


# By task: its target in the issue; other tasks have none.
TARGETS: Final[dict[str, Target]] = {
    "list goods from one sentence": Target(1, 2),
    "buy now, until the pay page": Target(1, 4),
    "book an expert, until the card page": Target(1, 3),
}


@dataclass
class Tasks:
    """Ten tasks, one leading to the next."""

    browser: Counting
    seller: ChatUser
    buyer: ChatUser
    expert: ChatUser
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)

    async def measured(self, task: str, deed: Callable[[], Awaitable[None]]) -> None:
        self.browser.inputs = self.browser.taps = 0
        await deed()
        self.counted[task] = self.browser.inputs, self.browser.taps

    async def all(self) -> None:
        await self.measured("list goods from one sentence", self.lists)
        await self.measured("buy now, until the pay page", self.buys)
        await self.pays_and_sets_up()
        await self.measured("report a dispatch", self.dispatches)
        await self.measured("confirm a delivery", self.confirms)
        await self.measured("rate the other side", self.rates)
        await self.lists(SENTENCE.replace("Kaunas", "Vilnius"))
        await self.measured("make an offer at another price", self.offers)
        await self.measured("counter-offer", self.counters)
        await self.measured("accept an offer", self.accepts)
        await self.measured("save a search", self.saves)
        await self.offers_advice()
        await self.measured("book an expert, until the card page", self.books)

    async def lists(self, sentence: str = SENTENCE) -> None:
        await self.seller.says(sentence)
        await self.seller.sends()
        await self.seller.sees("Published. Buyers can find it now")

    async def offers(self) -> None:
        await self.buyer.says("/find pellets near Vilnius")
        await self.buyer.sees("DAP Vilnius")
        await self.buyer.presses("Make an offer")
        await self.buyer.fills(price="200 EUR/t")
        await self.seller.sees("200.00 EUR/t", "Counter")

    async def counters(self) -> None:
        await self.seller.presses("Counter")
        await self.seller.fills(price="208 EUR/t")
        await self.buyer.sees("208.00 EUR/t", "Accept")

    async def accepts(self) -> None:
        await self.buyer.presses("Accept")
        await self.buyer.presses("Yes: Accept")
        await self.buyer.sees("208.00 EUR/t", "Sign")

    async def buys(self) -> None:
        """Let the other side sign in between, which costs the buyer nothing."""
        await self.buyer.says("/find pellets near Kaunas")
        await self.buyer.presses("Buy now")
        await self.buyer.sends()
        await self.buyer.sees("You have a deal", "Sign")
        await self.buyer.presses("Sign")
        await self.buyer.presses("Yes: Sign")
        await self.seller.sees("You have a deal", "Sign")
        mine = self.browser.inputs, self.browser.taps
        await self.seller.presses("Sign")
        await self.seller.presses("Yes: Sign")
        self.page = await self.buyer.opens("Pay €")
        self.browser.inputs, self.browser.taps = mine

    async def pays_and_sets_up(self) -> None:
        await self.browser.post(
            f"/lab/stripe/pay/{self.page.rpartition('/')[2]}", {"method": "card", "number": "4242424242424242"}
        )
        await self.seller.sees("The money is held. Delivery can begin.")
        await self.seller.says("/payout")
        await self.seller.fills(country="Lithuania")
        await self.seller.sees("can trade now.")
        await self.seller.says("/payout")
        account = (await self.seller.opens("Open the page")).rpartition("/")[2].partition("?")[0]
        await self.browser.post(f"/lab/stripe/onboard/{account}")
        await self.seller.sees("Your payouts are set up.")

    async def dispatches(self) -> None:
        await self.seller.presses("dispatch")
        await self.seller.fills(truck="KAU 123", eta="tomorrow")
        await self.buyer.sees("sent lot 1.")

    async def confirms(self) -> None:
        await self.buyer.presses("arriv")
        await self.buyer.sends()
        await self.seller.sees("reports that lot 1 has arrived.")
        await self.buyer.presses("Accept")
        await self.buyer.presses("Yes: Accept")
        await self.seller.sees("accepted lot 1.")

    async def rates(self) -> None:
        await self.buyer.presses("Rate the other side")
        await self.buyer.fills(**STARS)
        await self.buyer.sees("Thank you")

    async def saves(self) -> None:
        await self.buyer.says("/find A1 pellets near Vilnius")
        await self.buyer.sees("Wood pellets, ENplus A1, Vilnius")
        await self.buyer.presses("Tell me")
        await self.buyer.sees("Saved. I tell you")

    async def offers_advice(self) -> None:
        await self.expert.says("/expert")
        await self.expert.fills(**PROFILE)
        await self.expert.sees("You are listed.")

    async def books(self) -> None:
        await self.buyer.says("/experts the grate of my boiler slags")
        await self.buyer.presses("Times and profile")
        shown = await self.buyer.sees("More times")
        slot = re.search(r"\[(\w{3},? \w+ \w+ \d\d:\d\d)\]", shown)
        assert slot is not None, shown
        await self.buyer.presses(slot[1])
        await self.buyer.sees("€90.00")
        await self.buyer.sends()
        await self.buyer.opens("Add card")


async def played(here: Installation, browser: Counting, chat: str) -> dict[str, tuple[int, int]]:
    """Play all tasks with people of one platform."""
    assert here.lab is not None
    people: list[ChatUser] = []
    for name in ("Rasa", "Tom", "Alex"):
        made = await browser.post(f"/lab/{chat}/people", {"name": name})
        people.append((OnTelegram if chat == "telegram" else OnSlack)(browser, name, made["id"]))
    seller, buyer, expert = people
    tasks = Tasks(browser, seller, buyer, expert)
    await tasks.all()
    return tasks.counted


async def main() -> int:
    counted: dict[str, dict[str, tuple[int, int]]] = {}
    for chat in ("telegram", "slack"):
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            settings = Settings(
                _env_file=None, port=0, lab_port=0, sweep_seconds=0.2, database_url=f"sqlite:///{folder}/market.sqlite"
            )
            here = await stack.enter_async_context(installed(settings, seed_market))
            assert here.lab is not None
            here.lab.telegram.bot.pace.chat_burst = 1_000.0
            here.lab.slack.app.pace = 100.0
            http = await stack.enter_async_context(aiohttp.ClientSession())
            counted[chat] = await played(here, Counting(http, here.lab.url, patience=30.0), chat)
    return report(counted)


def report(counted: dict[str, dict[str, tuple[int, int]]]) -> int:
    print("| task | Telegram: inputs + taps | Slack: inputs + taps | at most |")
    print("|---|---|---|---|")
    missed = 0
    for task, (inputs, taps) in counted["telegram"].items():
        others, other_taps = counted["slack"][task]
        target = TARGETS.get(task)
        at_most = f"{target.inputs} + {target.taps}" if target else ""
        print(f"| {task} | {inputs} + {taps} | {others} + {other_taps} | {at_most} |")
        if target is not None:
            worst = Target(max(inputs, others), max(taps, other_taps))
            missed += worst.inputs > target.inputs or worst.taps > target.taps
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
