"""A trade, step by step, as its two sides play it. Each step ends when both have seen what it led to."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache

from PIL import Image

from lab.people import OnTelegram
from tests.journeys.market import ChatUser, World, confirms

SENTENCE = "/sell 200 t A1 pellets 215 €/t DAP Kaunas next week"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SOLD_WELL = {"quantity": "5", "quality": "5", "time": "4", "talk": "5"}
BOUGHT_WELL = {"payment": "5", "taking": "4", "fairness": "5", "talk": "5"}


@cache
def photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (320, 240), "peru").save(written, "JPEG")
    return written.getvalue()


async def newest_file(person: ChatUser) -> bytes:
    """Return the newest file in their chat."""
    if isinstance(person, OnTelegram):
        path = next(each["document"]["url"] for each in reversed(await person.messages()) if "document" in each)
    else:
        channels = (await person.window())["channels"]
        files = [file for each in channels for message in each["messages"] for file in message.get("files", ())]
        path = f"/lab/slack/files/{files[-1]['id']}"
    async with person.browser.http.get(person.browser.url + path) as answer:
        return await answer.read()


async def money_file(person: ChatUser) -> str:
    """Return the spreadsheet of all their movements."""
    await person.says("/money")
    await person.presses("Export as a file")
    await person.sees("Your money as a file")
    return (await newest_file(person)).decode("utf-8-sig")


@dataclass
class Trade:
    """200 t of pellets, €43,000, unless the story says otherwise."""

    world: World
    seller: ChatUser
    buyer: ChatUser

    async def confirm(self, person: ChatUser, label: str) -> None:
        await confirms(person, label)

    async def list(self, sentence: str = SENTENCE) -> None:
        await self.seller.says(sentence)
        await self.seller.sends()
        await self.seller.sees("Published. Buyers can find it now")

    async def buy(self, **answers: str) -> None:
        await self.buyer.says("/find pellets near Kaunas")
        await self.buyer.presses("Buy now")
        await self.buyer.fills(**answers)
        await self.agreed()

    async def agreed(self) -> None:
        for each in (self.seller, self.buyer):
            await each.sees("You have a deal. Both sides sign next.")

    async def sign(self) -> None:
        await self.confirm(self.buyer, "Sign")
        await self.buyer.sees("Then it is your turn to pay")
        await self.confirm(self.seller, "Sign")
        for each in (self.seller, self.buyer):
            await each.sees("Both sides have signed.")  # and it stays there when the payment page opens

    async def pay(self) -> None:
        await self.world.pays(await self.buyer.opens("Pay €"))
        for each in (self.seller, self.buyer):
            await each.sees("The money is held. Delivery can begin.")

    async def set_up_payouts(self) -> None:
        """Set up payouts of a seller with a known company, who tells the provider the rest."""
        await self.seller.says("/payout")
        await self.world.onboards(await self.seller.opens("Open the page"))
        await self.seller.sees("Your payouts are set up.")

    async def set_up_payouts_unprepared(self) -> None:
        """Set up payouts for a seller without a country, who is asked for it first."""
        await self.seller.says("/payout")
        await self.seller.sees("Before I can set up your payouts I need to know your company and its country.")
        await self.seller.fills(country="Lithuania")
        await self.seller.sees("can trade now.")
        await self.set_up_payouts()

    async def dispatch(self, lot: int = 1) -> None:
        await self.seller.presses("dispatch")
        await self.seller.fills(truck="KAU 123", eta="tomorrow")
        await self.buyer.sees(f"sent lot {lot}.")

    async def arrive(self, lot: int = 1, **measured: str) -> None:
        await self.buyer.presses("arriv")
        await self.buyer.fills(**measured)
        await self.seller.sees(f"reports that lot {lot} has arrived.")

    async def accept(self, lot: int = 1) -> None:
        await self.confirm(self.buyer, "Accept")
        await self.seller.sees(f"accepted lot {lot}.", "released to you, after a fee of")

    async def accept_weighed(self, asked: str, lot: int = 1) -> None:
        """Accept a lot that was measured otherwise; the sum is told first."""
        await self.buyer.presses("Accept")
        await self.buyer.sees(asked)
        await self.buyer.presses("Yes: Accept")
        await self.seller.sees(f"accepted lot {lot}.", "released to you, after a fee of")

    async def complete(self) -> None:
        for each in (self.seller, self.buyer):
            await each.sees("The deal is complete. Thank you both.")

    async def rate(self, who: ChatUser, words: str) -> None:
        """Rate the other side. A buyer is asked only about selling, a seller only about buying."""
        sold, bought = "Was the quantity as agreed?", "Did they pay on time?"
        await who.presses("Rate the other side")
        await who.sees(sold if who is self.buyer else bought)
        assert (bought if who is self.buyer else sold) not in await who.screen()
        await who.fills(**(SOLD_WELL if who is self.buyer else BOUGHT_WELL), words=words)

    async def funded(self, sentence: str = SENTENCE, **answers: str) -> None:
        """Run a trade from the beginning until its money is held."""
        await self.list(sentence)
        await self.buy(**answers)
        await self.sign()
        await self.pay()


async def enclose(person: ChatUser, name: str, content: bytes, mime: str, into: str = "") -> None:
    """Put a file into the form in front; a chat says at once that it is there."""
    if isinstance(person, OnTelegram):
        await person.attaches(name, content, mime, into)
        await person.sees("1 file")
    else:
        await person.encloses(name, content, mime, into)


async def profile(person: ChatUser, role: str, company: str, country: str = "Lithuania") -> None:
    await person.says("/profile")
    await person.fills(role=role, company=company, country=country)
    await person.sees(f"Thank you. {company} can trade now.")


async def prove_email(world: World, person: ChatUser, address: str) -> None:
    await person.says(f"/email {address}")
    found = re.search(r"\b\d{6}\b", await world.letter_to(address))
    assert found is not None
    await person.says(f"/code {found[0]}")
    await person.sees(f"Thank you, {address} is yours.")
