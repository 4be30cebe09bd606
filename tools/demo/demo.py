"""`main.py demo`: a whole trade, a free session and a paid one, printed as people see them.

All type, press and read through the lab, so every word passes the real client libraries and the wire. It ends with the
deal's books. The exit status is 0 if they balance to the cent with the payment provider's. With `--faults` the trade is
played once under each of them.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import aiohttp

from config.installation import Installation, installed
from config.settings import Settings
from lab.people import Browser, OnSlack, OnTelegram
from tools.demo.faults import Disturbed, chosen_faults
from tools.demo.sessions import sessions
from tools.demo.transcript import WIDTH, SilentTranscript, Transcript
from tools.seed.opening import seed_market

SETTLED_SECONDS = 60.0


async def play(settings: Settings, faults: str = "") -> int:
    """Play the trade in a world of its own, or once under each fault. Returns the exit status."""
    started = time.monotonic()
    # Nothing of the environment: a bot that runs elsewhere must not be polled from here.
    alone = Settings.model_construct(
        port=0, lab_port=0, sweep_seconds=0.2, commission_basis_points=settings.commission_basis_points
    )
    status = 0
    if faults:
        doors = asyncio.Lock()
        status = max(await asyncio.gather(*(play_disturbed(alone, kind, doors) for kind in chosen_faults(faults))))
        print("books do NOT balance" if status else "books balanced")
    else:
        with tempfile.TemporaryDirectory() as folder:
            status = await play_whole(alone.model_copy(update={"database_url": f"sqlite:///{folder}/market.sqlite"}))
    print(f"Played in {time.monotonic() - started:.0f} s through python-telegram-bot, slack-bolt and stripe.")
    return status


async def play_whole(alone: Settings) -> int:
    """Play the trade and the sessions, and print them. `alone`: with a database that no other market uses."""
    async with installed(alone, seed_market) as here, aiohttp.ClientSession() as http:
        assert here.lab is not None
        await here.seed()
        browser = Browser(http, here.lab.url)
        transcript = Transcript(browser)
        await trade(browser, transcript)
        await sessions(browser, transcript)
        return await settle_books(here, browser)


async def play_disturbed(alone: Settings, kind: str, doors: asyncio.Lock) -> int:
    """Play the trade in a world with one fault, beside the others, and print a line about the result.

    `doors`: worlds open one after the other, because migrations share what they know of a database.
    """
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        own = alone.model_copy(update={"database_url": f"sqlite:///{folder}/market.sqlite"})
        async with doors:
            here = await stack.enter_async_context(installed(own, seed_market))
        assert here.lab is not None
        browser = Browser(await stack.enter_async_context(aiohttp.ClientSession()), here.lab.url)
        async with Disturbed(browser, kind) as disturbed:
            await trade(browser, SilentTranscript(browser))
            await disturbed.until_completed(SETTLED_SECONDS)
            struck = await disturbed.struck()
        broken = await discrepancies(here, await browser.get("/lab/books"))
    how = "; ".join(broken) or "deal completed, books balanced"
    print(f"{kind:<12}{struck:>4} struck   {how}   {time.monotonic() - started:.0f} s", flush=True)
    return 1 if broken else 0


async def trade(browser: Browser, transcript: Transcript) -> None:
    """Let Rasa sell and Tom buy, a hundred times as fast as people do: Telegram would slow the bot down."""
    async with browser.http.put(f"{browser.url}/lab/telegram/settings", json={"chat_burst": 1_000}) as answer:
        answer.raise_for_status()
    made = await browser.post("/lab/telegram/people", {"name": "Rasa"})
    rasa = OnTelegram(browser, "Rasa", made["id"])
    made = await browser.post("/lab/slack/people", {"name": "Tom"})
    tom = OnSlack(browser, "Tom", made["id"])
    await lists(transcript, rasa)
    await finds_and_haggles(transcript, rasa, tom)
    await signs_and_pays(transcript, browser, rasa, tom)
    await sets_up_payouts(transcript, browser, rasa)
    await delivers(transcript, rasa, tom)
    await rates(transcript, rasa, tom)


async def lists(transcript: Transcript, rasa: OnTelegram) -> None:
    transcript.act("Rasa lists pellets from her phone, in one sentence")
    sentence = "/sell 200 t A1 pellets 215 €/t DAP Kaunas next week"
    transcript.says("telegram", "Rasa", sentence)
    await transcript.step(lambda: rasa.says(sentence), rasa, "215", "Kaunas")
    await transcript.step(rasa.sends, rasa, "Published")


async def finds_and_haggles(transcript: Transcript, rasa: OnTelegram, tom: OnSlack) -> None:
    transcript.act("Tom looks for them from Slack, misspelt")
    sentence = "/find 200t A1 pelets under 220 eur near kaunas"
    transcript.says("slack", "Tom", sentence.replace("/", "/parley "))
    await transcript.step(lambda: tom.says(sentence), tom, "215", "Rasa")
    transcript.act("Tom offers, Rasa counters, Tom accepts")
    transcript.says("slack", "Tom", "[Make an offer]  200 EUR/t")

    async def offer() -> None:
        await tom.presses("Make an offer", beside="Rasa")
        await tom.fills(price="200 EUR/t")

    await transcript.step(offer, rasa, "Your turn", "200.00")
    transcript.says("telegram", "Rasa", "[Counter]  208 EUR/t")

    async def counter() -> None:
        await rasa.presses("Counter")
        await rasa.presses("Price")
        await rasa.says("208 EUR/t")
        await rasa.sees("208")
        await rasa.sends()

    await transcript.step(counter, tom, "Your turn", "208.00")
    transcript.says("slack", "Tom", "[Accept]  [Yes: Accept, €41,600.00]")
    await transcript.step(partial(_confirm, tom, "Accept"), rasa, "Both sides sign next")


async def _confirm(person: OnTelegram | OnSlack, label: str) -> None:
    """Press a button that binds, and the yes that names it."""
    await person.presses(label)
    await person.presses(f"Yes: {label}")


async def signs_and_pays(transcript: Transcript, browser: Browser, rasa: OnTelegram, tom: OnSlack) -> None:
    transcript.act("Both sign; Tom pays into protection")
    transcript.says("telegram", "Rasa", "[Sign]  [Yes: Sign, €41,600.00]")
    await transcript.step(partial(_confirm, rasa, "Sign"), rasa, "You signed")
    transcript.says("slack", "Tom", "[Sign]  [Yes: Sign, €41,600.00]")
    await transcript.step(partial(_confirm, tom, "Sign"), tom, "[Pay")
    session = (await tom.opens("Pay")).rpartition("/")[2]
    transcript.says("slack", "Tom", "[Pay]  card 4242 4242 4242 4242")
    card = {"method": "card", "number": "4242424242424242"}

    async def pay() -> None:
        await browser.post(f"/lab/stripe/pay/{session}", card)

    await transcript.step(pay, rasa, "The money is held. Delivery can begin")


async def sets_up_payouts(transcript: Transcript, browser: Browser, rasa: OnTelegram) -> None:
    transcript.act("Rasa says where her money should go")

    async def profile() -> None:
        await rasa.says("/profile")
        await rasa.sees("Company")
        await rasa.fills(company="Girios Granulės", country="Lithuania")

    await transcript.step(profile, rasa, "[Set up payouts]")

    async def onboard() -> None:
        await rasa.presses("Set up payouts")
        account = (await rasa.opens("Open the page")).rpartition("/")[2].partition("?")[0]
        await browser.post(f"/lab/stripe/onboard/{account}")

    await transcript.step(onboard, rasa, "Your payouts are set up")


async def delivers(transcript: Transcript, rasa: OnTelegram, tom: OnSlack) -> None:
    transcript.act("Rasa dispatches, Tom confirms the arrival and accepts")
    transcript.says("telegram", "Rasa", "[Report dispatch]  truck KAU 123, there tomorrow")

    async def dispatch() -> None:
        await rasa.presses("Report dispatch")
        await rasa.fills(truck="KAU 123", eta="tomorrow")

    await transcript.step(dispatch, tom, "on its way", "KAU 123")
    transcript.says("slack", "Tom", "[Report arrival]  weighbridge: 200 t")

    async def arrive() -> None:
        await tom.presses("Report arrival")
        await tom.fills(measured="200 t")

    await transcript.step(arrive, rasa, "has arrived")
    transcript.says("slack", "Tom", "[Accept]  [Yes: Accept the goods, €41,600.00]")
    await transcript.step(partial(_confirm, tom, "Accept"), rasa, "on its way to you")


async def rates(transcript: Transcript, rasa: OnTelegram, tom: OnSlack) -> None:
    transcript.act("Both rate; neither reads the other before both have spoken")
    transcript.says("slack", "Tom", "[Rate]  ★★★★★ ★★★★★ ★★★★★ ★★★★☆  Dry pellets, on the day.")

    async def tom_rates() -> None:
        await tom.presses("Rate the other side")
        await tom.fills(quantity="5", quality="5", time="5", talk="4", words="Dry pellets, on the day.")

    await transcript.step(tom_rates, tom, "Your review stays sealed")
    transcript.says("telegram", "Rasa", "[Rate]  ★★★★★ ★★★★★ ★★★★★ ★★★★★")

    async def rasa_rates() -> None:
        await rasa.presses("Rate the other side")
        await rasa.fills(payment="5", taking="5", fairness="5", talk="5")

    await transcript.step(rasa_rates, rasa, "reviews of this deal are open")


async def settle_books(here: Installation, browser: Browser) -> int:
    """Print the deal's ledger, and say whether the books balance."""
    books: dict[str, Any] = await browser.get("/lab/books")
    deal = books["deals"][0]
    print(f"── The books of {deal['title']}: {deal['state']} ".ljust(WIDTH + 30, "─"))
    for entry in deal["entries"]:
        print(f"  {entry['memo']}")
        for posting in entry["postings"]:
            print(f"      {posting['account']:<46}{posting['amount']:>16}")
    for check in books["invariants"]:
        print(f"  {'ok' if check['ok'] else 'BROKEN':<8}{check['name']}")
    broken = await discrepancies(here, books)
    for each in broken:
        print(f"  !! {each}")
    print("books balanced" if not broken else "books do NOT balance")
    return 1 if broken else 0


async def discrepancies(here: Installation, books: dict[str, Any]) -> list[str]:
    """Return the broken rules of the ledger, and the differences to the provider's books."""
    broken = [check["name"] for check in books["invariants"] if not check["ok"]]
    return broken + [str(each) for each in await here.product.sweeps.reconciler.compare_books()]
