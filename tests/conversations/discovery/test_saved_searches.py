"""Titles of saved searches: the owner's own question, or a description in their language after changes by buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from config.market import market_context
from config.settings import Settings
from conversations.buttons import Press
from conversations.chat_context import ChatAddress, ChatContext
from conversations.discovery import alerts, refinement
from conversations.discovery import search as finding
from conversations.discovery.chips import RADII_KM
from conversations.discovery.search_state import ask, fingerprint
from conversations.engine import Engine
from conversations.last_query import asked
from conversations.reply import Card
from core.discovery.alerts.model import SavedSearch
from core.discovery.alerts.service import searches_of
from core.discovery.search import service
from core.kernel.transaction import Actor, Ctx
from core.people.accounts.service import acting
from tests.core.conftest import Market
from tests.core.trades import market_in_memory

ENGINE = Engine([], market_context(Settings(_env_file=None)))


@dataclass
class Seeker:
    """A person who speaks one language and takes one step after the other."""

    market: Market
    actor: Actor
    locale: str

    async def does(self, step: Callable[[ChatContext], None]) -> Card:
        """Return the last card that results from the step."""

        def unit(ctx: Ctx) -> list[Card]:
            person = acting(ctx)
            person.locale = self.locale
            chat = ENGINE.chat_with(ctx, person, ChatAddress("telegram", "", "1"))
            step(chat)
            return [reply for reply in chat.replies if isinstance(reply, Card)]

        return ([Card(title=""), *await self.market.run(self.actor, unit)])[-1]

    async def sends_search(self, *sentences: str) -> None:
        await self.does(lambda chat: finding.find(chat, sentences[0]))
        for each in sentences[1:]:
            await self.does(lambda chat, each=each: refinement.narrow(chat, each))  # type: ignore[misc]

    async def saves(self) -> Card:
        return await self.does(lambda chat: alerts.save(chat, Press("alert.save", "", fingerprint(asked(chat)))))


@pytest.fixture
async def seeker() -> AsyncIterator[Seeker]:
    async with market_in_memory() as here:
        actor, _ = await here.newcomer("Eva")
        yield Seeker(here, actor, "de")


async def test_a_saved_search_is_called_as_it_was_asked_and_says_how_it_was_understood(seeker: Seeker) -> None:
    await seeker.sends_search("A1 Pelets bei  Warschau", "unter 220 €")
    card = await seeker.saves()
    assert card.title == "A1 Pelets bei Warschau, unter 220 €"
    assert card.text.startswith("Verstanden: Holzpellets, ENplus A1, bis 220,00 EUR/t, Warschau")


@pytest.mark.parametrize(
    ("locale", "sentence", "town"),
    [
        ("de", "Pellets bei Warschau", "Warschau"),
        ("pl", "pelet koło Wilna", "Wilno"),
        ("en", "pellets in Wien", "Vienna"),
    ],
)
async def test_search_changed_by_buttons_is_titled_by_filters_and_local_town(
    seeker: Seeker, locale: str, sentence: str, town: str
) -> None:
    seeker.locale = locale
    await seeker.sends_search(sentence)

    def nearer(chat: ChatContext) -> None:
        query = asked(chat)
        ask(chat, service.without(query, "grade"))
        finding.set_filter(chat, Press("find.set", "", fingerprint(query), f"place:{RADII_KM.index(100)}"))

    await seeker.does(nearer)
    card = await seeker.saves()
    assert town in card.title
    assert sentence not in card.title
    assert card.text == ""


async def test_unknown_words_are_no_part_of_the_title(seeker: Seeker) -> None:
    await seeker.sends_search("Pellets bei Kiel, Narnia")
    card = await seeker.saves()
    assert card.title == "Pellets bei Kiel"
    assert card.text.startswith("Verstanden: Holzpellets, Kiel")
    assert "Narnia" not in card.text
    await seeker.sends_search("Pellets bei Kiel 10000 lbs")
    assert (await seeker.saves()).title == "Pellets bei Kiel"  # which is the search that was kept before


async def test_an_order_or_a_better_understanding_leaves_the_question_as_it_was(seeker: Seeker) -> None:
    await seeker.sends_search("Pellets bei Kiel")
    await seeker.does(lambda chat: finding.sort(chat, Press("find.sort", "", fingerprint(asked(chat)), "cheapest")))
    assert (await seeker.saves()).title == "Pellets bei Kiel"


async def test_one_that_was_kept_without_its_question_gets_it_when_it_is_asked_again(seeker: Seeker) -> None:
    def forgets(chat: ChatContext) -> None:
        ask(chat, asked(chat))

    await seeker.sends_search("Pellets bei Kiel")
    await seeker.does(forgets)
    assert (await seeker.saves()).title.startswith("Holzpellets, Kiel")
    await seeker.sends_search("Holzpellets bei Kiel")
    assert (await seeker.saves()).title == "Holzpellets bei Kiel"

    def kept(ctx: Ctx) -> list[SavedSearch]:
        return searches_of(ctx, acting(ctx).id)

    assert len(await seeker.market.run(seeker.actor, kept)) == 1


async def test_a_question_is_asked_again_from_its_search_in_its_own_words(seeker: Seeker) -> None:
    await seeker.sends_search("Pellets bei Kiel")
    card = await seeker.saves()
    search = (card.subject or "").removeprefix("search:")
    await seeker.sends_search("Holz bei Riga")
    await seeker.does(lambda chat: alerts.look(chat, Press("alert.look", search)))
    assert (await seeker.saves()).title == "Pellets bei Kiel"


async def test_a_long_question_is_a_title_and_not_a_letter(seeker: Seeker) -> None:
    await seeker.sends_search("Pellets bei Kiel " + "aus Buche oder Fichte " * 40)
    card = await seeker.saves()
    assert card.title.startswith("Pellets bei Kiel aus Buche")
    assert len(card.title) <= alerts.LONG_TITLE
