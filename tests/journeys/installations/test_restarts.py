"""A pretend market that is started again, and commands that touch no files of one that runs."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from lab.app import Lab
from lab.people import Browser, OnSlack, OnTelegram, until
from tests.journeys.installations.processes import SLOW_START, Installation, free_port, installation, run

PEOPLE = "sellers, buyers and consultants are here already."


@asynccontextmanager
async def pretend_market(
    folder: Path, port: int, lab_port: int, given: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Installation, Browser]]:
    """Run the market in which all is pretend, and open the lab's page."""
    environment = {**(given or {}), "LAB_PORT": str(lab_port)}
    async with installation(folder, environment, port) as here, aiohttp.ClientSession() as http:
        starts = here.output.count("Parley is open")

        async def filled() -> bool:
            return here.output.count(PEOPLE) == starts

        await until(filled, lambda: here.output, patience=SLOW_START)
        browser = Browser(http, f"http://127.0.0.1:{lab_port}", patience=SLOW_START)
        async with http.put(f"{browser.url}/lab/telegram/settings", json={"chat_burst": 1_000}) as answer:
            answer.raise_for_status()
        yield here, browser


def counted(database: Path, table: str) -> int:
    with sqlite3.connect(database) as connection:
        number: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return number


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
async def test_a_market_beside_a_kept_database_goes_on(tmp_path: Path, killed: bool) -> None:
    """Update ids and people's ids go on, nothing is seeded twice, and everybody is who they were."""
    database, ports = tmp_path / "market.sqlite", (free_port(), free_port())
    given = {"DATABASE_URL": f"sqlite:///{database}"}
    async with pretend_market(tmp_path, *ports, given) as (here, browser):
        made = await browser.post("/lab/telegram/people", {"name": "Rasa"})
        rasa = OnTelegram(browser, "Rasa", made["id"])
        await rasa.says("/sell 200 t A1 pellets 215 €/t DAP Kaunas next week")
        await rasa.sends()
        await rasa.sees("Published.")
        tom = OnSlack(browser, "Tom", (await browser.post("/lab/slack/people", {"name": "Tom"}))["id"])
        await tom.says("/find pellets near Kaunas")
        await tom.sees("listings found")
        await browser.post("/lab/clock", {"seconds": 3600})
        listings, people = counted(database, "listing"), counted(database, "person")
        if killed:
            await asyncio.sleep(2 * 1.0)  # the lab stores its state each second
            os.kill(here.process.pid, signal.SIGKILL)

    async with pretend_market(tmp_path, *ports, given) as (here, browser):
        assert "input_failed" not in here.output, here.output[-4000:]
        assert (counted(database, "listing"), counted(database, "person")) == (listings, people)
        clock = await browser.get("/lab/clock")
        assert clock["now"] > clock["began"]
        rasa, tom = OnTelegram(browser, "Rasa", rasa.id), OnSlack(browser, "Tom", tom.id)
        await rasa.sees("Published.")  # the chat is still on the phone
        await rasa.says("/listings")  # and its first message is answered
        await rasa.sees("My listings", "215.00")
        await tom.says("/deals")
        await tom.sees("You have no deals yet")
        ona = OnTelegram(browser, "Ona", (await browser.post("/lab/telegram/people", {"name": "Ona"}))["id"])
        assert ona.id != rasa.id
        await ona.says("/listings")
        assert "215.00" not in await ona.sees("You have no listings")
        una = await browser.post("/lab/slack/people", {"name": "Una"})
        assert una["id"] != tom.id
        assert counted(database, "person") == people + 1


async def test_no_command_touches_the_files_of_a_market_that_runs(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    async with pretend_market(tmp_path, *ports) as (here, browser):
        live = tmp_path / "var" / "lab.sqlite"
        file, listings = live.stat().st_ino, counted(live, "listing")
        elsewhere = {"PORT": str(free_port()), "LAB_PORT": str(free_port())}

        status, said = await run(tmp_path, "run", elsewhere)
        assert (status, "another market is open on var/lab.sqlite" in said) == (2, True), said
        status, said = await run(tmp_path, "doctor", elsewhere)
        assert (status, "All is well." in said) == (0, True), said
        status, said = await run(tmp_path, "verify-ledger", elsewhere)
        assert (status, "sqlite:///var/lab.sqlite" in said) == (0, True), said

        assert (live.stat().st_ino, counted(live, "listing")) == (file, listings)
        rasa = OnTelegram(browser, "Rasa", (await browser.post("/lab/telegram/people", {"name": "Rasa"}))["id"])
        await rasa.says("/find pellets")
        await rasa.sees("listings found")
        assert here.process.returncode is None

    async with pretend_market(tmp_path, *ports) as (_, browser):  # the next world is a new one
        assert counted(tmp_path / "var" / "lab.sqlite", "listing") == listings
        assert not [each for each in await browser.get("/lab/people") if each["name"] == "Rasa"]


async def test_the_demo_plays_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """A real bot's token in the environment is not used by it either."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "lab.sqlite").write_bytes(b"somebody's books")
    status, said = await run(tmp_path, "demo", {"TELEGRAM_BOT_TOKEN": "7000000001:" + "x" * 35})
    assert (status, "books balanced" in said) == (0, True), said
    assert (tmp_path / "var" / "lab.sqlite").read_bytes() == b"somebody's books"
    assert [each.name for each in (tmp_path / "var").iterdir()] == ["lab.sqlite"]


async def test_a_lab_whose_state_is_of_another_release_says_so(tmp_path: Path) -> None:
    database = tmp_path / "market.sqlite"
    (tmp_path / "market.sqlite.lab").write_bytes(b"not a state")
    status, said = await run(
        tmp_path, "run", {"DATABASE_URL": f"sqlite:///{database}", "LAB_PORT": "0", "PORT": str(free_port())}
    )
    assert (status, "the lab's state beside the database is not readable" in said) == (2, True), said
    assert not database.exists()


def test_a_lab_without_a_file_keeps_nothing() -> None:
    assert not Lab().resumed
