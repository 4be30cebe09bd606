"""Installations without some of the outside services: real people trade in them, and nothing in them is pretend."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from tests.journeys.installations.processes import (
    environment,
    free_port,
    installation,
    mail,
    outside_world,
    slack,
    slack_by_link,
    stripe,
    telegram,
)
from tests.journeys.market import ChatUser, World, confirms
from tests.journeys.slack_steps import installs, member
from tests.journeys.trade_steps import Trade, prove_email

# slack_sdk sends the app's id and secret by a class that aiohttp means to drop.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


async def settle_directly(world: World, seller: ChatUser, buyer: ChatUser) -> None:
    """Play a whole deal that the two pay between themselves."""
    trade = Trade(world, seller, buyer)
    await trade.list()
    await trade.buy(quantity="50 t")
    await buyer.sees("Straight from the buyer to the seller. Nobody holds this money.")
    await confirms(buyer, "Sign")
    await confirms(seller, "Sign")
    await buyer.sees("You settle the payment between the two of you; nothing is held here.")
    await buyer.presses("I have paid")
    await buyer.presses("Yes: I have paid")
    await seller.sees("says that the payment was sent directly.")
    await seller.presses("The money has come")
    await seller.presses("Yes: The money has come")
    await buyer.sees("The delivery begins.")
    await trade.dispatch()
    await trade.arrive()
    await confirms(buyer, "Accept")
    await trade.complete()


async def says_what_is_missing(user: ChatUser) -> None:
    """Ask for what needs mail or a payment provider."""
    await user.says("/email anna@example.org")
    await user.sees("This market sends no e-mail")
    await user.says("/payout")
    await user.sees("No payments go through this market")
    await user.says("/expert")
    await user.sees("sessions can't be paid here")


async def finds_nothing(user: ChatUser) -> None:
    """Find that the market is empty at first: there are no pretend goods."""
    await user.says("/find pellets")
    await user.sees("Nothing fits right now")


async def test_telegram_alone(tmp_path: Path) -> None:
    async with outside_world() as world:
        rasa, tom = await world.on_telegram("Rasa"), await world.on_telegram("Tom")
        async with installation(tmp_path, telegram(world)) as here:
            assert set(await here.ready()) == {"database", "telegram", "timers"}
            await rasa.says("/start")
            await rasa.sees("Buyer and seller pay each other directly. This market holds no money.")
            await finds_nothing(tom)
            await says_what_is_missing(rasa)
            await settle_directly(world, rasa, tom)
            assert "Play seller and buyer" not in here.output  # no lab was started

        async with installation(tmp_path, telegram(world)):  # the database is kept
            await tom.says("/deals")
            await tom.sees("My deals", "Rasa")
        assert not (tmp_path / "var" / "lab.sqlite").exists()


async def test_slack_alone_installed_by_its_link_only(tmp_path: Path) -> None:
    async with outside_world() as world:
        await world.browser.post("/lab/slack/workspaces/T0PARLEY/uninstall")  # no workspace has the app yet
        await world.browser.post("/lab/slack/workspaces", {"name": "Baltic Heat", "id": "T0HEAT"})
        rasa, tom = await member(world, "Rasa", "T0HEAT"), await member(world, "Tom", "T0HEAT")
        port = free_port()
        told = {"url": f"http://127.0.0.1:{port}/stripe/webhook", "secret": world.lab.stripe.webhook_secret}
        await world.browser.put("/lab/stripe/webhook", {**told, "payload": "snapshot"})
        given = slack_by_link(world) | stripe(world) | mail(world)
        async with installation(tmp_path, given, port) as here:
            await installs(world, rasa, home=here.home)
            await finds_nothing(tom)
            await prove_email(world, rasa, "rasa@girios.example")
            trade = Trade(world, rasa, tom)
            await trade.funded(quantity="50 t")
            await rasa.sees("Held", "€10,750.00")
            async with aiohttp.ClientSession() as http, http.get(f"{here.home}/") as front:
                page = await front.text()
            assert "Add Parley to your Slack" in page
            assert "t.me" not in page


async def test_both_chats_without_mail_and_stripe(tmp_path: Path) -> None:
    async with outside_world() as world:
        rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
        async with installation(tmp_path, telegram(world) | slack(world)) as here:
            await finds_nothing(tom)
            await says_what_is_missing(tom)
            await settle_directly(world, rasa, tom)
            assert await world.at_the_provider("checkout.session") == []
            assert await world.browser.get("/lab/mail") == []
            assert "input_failed" not in here.output


def test_the_environment_of_a_test_names_no_service() -> None:
    own = {"STRIPE_SUPPRESS_NOTICES"}  # set by our own use of Stripe's library, perhaps in another test
    assert not {name for name in environment({}) if name.startswith(("TELEGRAM", "SLACK", "STRIPE", "SMTP"))} - own
