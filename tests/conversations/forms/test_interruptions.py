"""Interruptions of a form: a deal's own buttons, another language, the other platform."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bots.telegram.platform import TELEGRAM
from config.platforms import PLATFORMS
from conversations.market_rules import LOCALES
from conversations.reply import Card, CardList, FormView, Home, Reply
from conversations.steps import YES
from conversations.wording import Wordings
from core.people.accounts.model import PlatformCode
from tools.rehearsal.market import Rehearsal
from tools.rehearsal.play import stage_door
from tools.rehearsal.screen import Step
from tools.rehearsal.stages import BUYER, SELLER, Stage, at_stage

GERMAN = {"sell.title": "Neues Inserat", "sell.quantity.ask": "Welche Menge?", "form.cancel": "Abbrechen"}


@pytest.fixture(scope="module")
def wordings(tmp_path_factory: pytest.TempPathFactory) -> Wordings:
    """Return English, and a made-up language: a few German sentences among the English ones."""
    folder = tmp_path_factory.mktemp("locales")
    english = (LOCALES / "en.po").read_text("utf-8")
    (folder / "en.po").write_text(english, "utf-8")
    german = english
    for code, sentence in GERMAN.items():
        german = re.sub(rf'(msgid "{re.escape(code)}"\nmsgstr ")[^"]*"', rf'\g<1>{sentence}"', german)
    (folder / "de.po").write_text(german, "utf-8")
    return Wordings(PLATFORMS, folder)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return the stage with a deal that neither side has signed yet."""

    async def play() -> Stage:
        async with stage_door(tmp_path_factory.mktemp("stage"), TELEGRAM.code) as play:
            await play.perform(brief=True)
            return next(each for each in play.stages if each.name == "small deal agreed")

    return asyncio.run(play())


@pytest.fixture(params=[each.code for each in PLATFORMS])
def platform(request: pytest.FixtureRequest) -> PlatformCode:
    chat: PlatformCode = request.param
    return chat


async def says(here: Rehearsal, who: str, words: str) -> list[Reply]:
    return await here.does(Step(who, "says", words))


async def test_a_deal_is_signed_while_a_form_is_open(stage: Stage, platform: PlatformCode, tmp_path: Path) -> None:
    async with at_stage(stage, tmp_path / "market.sqlite", platform) as here:
        await says(here, BUYER, "/deals")
        await here.does(Step(BUYER, "presses", "deal.show"))
        await says(here, BUYER, "/sell 200 t pellets")
        form = here.people[BUYER].screen.form
        assert form is not None
        await here.does(Step(BUYER, "presses", "deal.sign"))
        replies = await here.does(Step(BUYER, "presses", "deal.sign", YES))
        assert any(isinstance(each, Card) and "waits" not in each.title.casefold() for each in replies)
        await says(here, SELLER, "/deals")
        left = here.people[BUYER].screen.form
        assert left is not None
        assert left.draft == form.draft


async def test_another_language_in_the_middle_of_a_form(
    stage: Stage, platform: PlatformCode, tmp_path: Path, wordings: Wordings
) -> None:
    """Answers are values: the form goes on where it was, in the other words, numbers and dates."""
    async with at_stage(stage, tmp_path / "market.sqlite", platform, wordings=wordings) as here:
        await says(here, SELLER, "/sell 1500.5 t A1 pellets 215.50 EUR/t DAP Kaunas 24 Nov - 15 Dec")
        before = form_of(here)
        assert before.title == "New listing"
        assert value(before, "quantity") == "1,500.5 t"
        await says(here, SELLER, "/language de")
        after = form_of(here)
        assert (after.title, after.cancel) == ("Neues Inserat", "Abbrechen")
        assert value(after, "quantity") == "1.500,5 t"
        assert value(after, "price").startswith("215,50")
        assert "Dez" in value(after, "window")
        assert [each.value for each in after.fields] == [each.value for each in before.fields]
        await here.fills(SELLER)
        assert "1.500,5 t" in str(here.people[SELLER].screen.shown[-1])


async def test_whatever_comes_is_joined_as_the_language_that_was_chosen_does_it(
    stage: Stage, platform: PlatformCode, tmp_path: Path
) -> None:
    """Answers, news, a form, and what is offered before anything is said."""
    async with at_stage(stage, tmp_path / "market.sqlite", platform) as here:
        for who in (SELLER, BUYER):
            await says(here, who, "/language fr")
        seen: list[tuple[str, str]] = []
        here.watch = lambda player, _step, reply: seen.extend((player.name, each) for each in joints_of(reply))
        await says(here, SELLER, "/sell 200 t pellets")
        await says(here, BUYER, "/deals")
        await here.does(Step(BUYER, "presses", "deal.show"))
        before = len(seen)
        await here.does(Step(BUYER, "presses", "deal.sign"))
        await here.does(Step(BUYER, "presses", "deal.sign", YES))
        assert {who for who, _ in seen[before:]} == {BUYER, SELLER}
        assert {joint for _, joint in seen} == {"\N{NO-BREAK SPACE}: "}
        offered = await here.update_handler.glance(here.people[BUYER].identity, "", None, "t.me/parley", here=False)
        assert offered is not None
        assert {line.joint for each in offered.shared for line in each.card.lines} == {"\N{NO-BREAK SPACE}: "}


def joints_of(reply: Reply) -> list[str]:
    match reply:
        case Card():
            return [each.joint for each in reply.lines]
        case CardList():
            return [joint for each in reply.items for joint in joints_of(each)]
        case FormView():
            return [each.joint for each in reply.fields]
        case Home():
            return [joint for each in reply.sections for joint in joints_of(each)]
        case _:
            return []


def form_of(here: Rehearsal) -> FormView:
    form = here.people[SELLER].screen.form
    assert form is not None
    return form


def value(form: FormView, name: str) -> str:
    return next(each.shown for each in form.fields if each.name == name)
