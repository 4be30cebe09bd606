"""The output of a demonstration: cards as people see them, a phone on the left, a window on the right."""

from __future__ import annotations

import textwrap
from collections.abc import Awaitable, Callable

from lab.people import Browser, OnSlack, OnTelegram
from lab.people.screen import words_of_message

WIDTH = 64
INDENT = {"telegram": "", "slack": " " * 30}
ATTEMPTS = 12  # how often people repeat a step without a visible effect
PATIENCE, GLANCE = 5.0, 1.0  # seconds that they wait for an effect, or for that of an earlier attempt

Deed = Callable[[], Awaitable[None]]


class Transcript:
    """Prints the conversation: the seller's phone on the left, the buyer's window to the right of it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._printed: dict[str, set[str]] = {"telegram": set(), "slack": set()}

    def act(self, title: str) -> None:
        print(f"\n── {title} ".ljust(WIDTH + 30, "─"))

    def says(self, platform: str, who: str, text: str) -> None:
        self._box(platform, f"{who}: {text}", edge="»")

    async def shows(self, person: OnTelegram | OnSlack, *texts: str) -> None:
        """Wait until the person sees these texts, then print the card on which they stand."""
        await person.sees(*texts)
        platform = "telegram" if isinstance(person, OnTelegram) else "slack"
        cards = await (telegram_cards(person) if isinstance(person, OnTelegram) else slack_cards(person))
        for card in reversed(cards):
            if all(text.casefold() in card.casefold() for text in texts):
                if card not in self._printed[platform]:
                    self._printed[platform].add(card)
                    self._box(platform, card, edge="│")
                return

    async def step(self, deed: Deed, person: OnTelegram | OnSlack, *texts: str) -> None:
        """Do a step, and wait until the person sees its effect."""
        await deed()
        await self.shows(person, *texts)

    def _box(self, platform: str, text: str, edge: str) -> None:
        for line in text.strip().splitlines():
            for part in textwrap.wrap(line, WIDTH - 2) or [""]:
                print(f"{INDENT[platform]}{edge} {part}")
        print()


class SilentTranscript(Transcript):
    """Prints nothing, and lets people repeat steps without an effect: a press that Slack loses does not come again."""

    def act(self, title: str) -> None:
        pass

    def _box(self, platform: str, text: str, edge: str) -> None:
        pass

    async def step(self, deed: Deed, person: OnTelegram | OnSlack, *texts: str) -> None:
        for attempt in range(ATTEMPTS):
            self.browser.patience = PATIENCE
            try:
                await deed()
            except AssertionError:  # the button is gone because the first press was on its way, or the press was lost
                self.browser.patience = GLANCE
            try:
                return await self.shows(person, *texts)
            except AssertionError:
                if attempt == ATTEMPTS - 1:
                    raise
        return None


async def telegram_cards(person: OnTelegram) -> list[str]:
    return [
        "\n".join(
            [
                message.get("text") or message.get("caption") or "",
                *("  ".join(f"[{button['text']}]" for button in row) for row in message.get("keyboard", [])),
            ]
        )
        for message in await person.messages()
        if message["from"] == "bot"
    ]


async def slack_cards(person: OnSlack) -> list[str]:
    cards = ["\n".join(words_of_message(message)) for message in person.messages_in(await person.window())]
    return [card.replace("]\n[", "]  [") for card in cards]  # buttons side by side, as they are drawn
