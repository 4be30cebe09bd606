"""Money statements: the same on both chats under the reader's own security phrase, and as a file.

Our own absence changes nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from core.kernel.timers import deadline_of
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.security_phrases import PICTURES
from core.trade.deals.access import deal_by_ref
from core.trade.delivery.service import lots_of
from lab.people import OnSlack, OnTelegram, until
from tests.journeys.market import World
from tests.journeys.trade_steps import Trade, profile

MARK = re.compile(f"[{PICTURES}]{{2}}")
MONEY = re.compile("held|released|is on its way to you|your money|your turn to pay", re.IGNORECASE)


async def choose_security_phrase(person: OnTelegram) -> str:
    """Press one of the offered security phrases."""
    await person.sees("Your mark is", "it is not from me")
    offered = [
        button["text"]
        for message in await person.messages()
        for row in message.get("keyboard", [])
        for button in row
        if MARK.fullmatch(button["text"])
    ]
    await person.presses(offered[-1])
    await person.sees("This is your mark now")
    return str(offered[-1])


async def unmarked(person: OnTelegram, mark: str) -> list[str]:
    """Return the messages about money without the security phrase."""
    said = [message.get("text") or "" for message in await person.messages() if message["from"] == "bot"]
    return [text for text in said if "€" in text and MONEY.search(text) and not text.startswith(mark)]


def lot_ends(ref: str, ctx: Ctx) -> tuple[str, datetime | None]:
    """Return the first lot's state, and when time ends it."""
    lot = lots_of(ctx, deal_by_ref(ctx, ref).id)[0]
    timer = deadline_of(ctx.session, "lot", lot.id)
    return lot.state, None if timer is None else timer.due_at


async def test_money_is_told_under_a_security_phrase_and_our_absence_is_free(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    await profile(rasa, "seller", "Girios UAB")
    await profile(tom, "buyer", "Heat AB", country="Sweden")
    trade, mark = Trade(world, rasa, tom), await choose_security_phrase(rasa)
    await trade.funded()

    theirs = "up to €41,925.00 for you, €43,000.00 less our fee of €1,075.00. The next step is due by"
    await rasa.says("/money")
    told = await rasa.sees(f"{mark} Your money", theirs)
    ref = re.findall(r"Held, to come to you · (\w{6})", told)[0]
    await tom.says("/money")
    await tom.sees("Your money", f"Paid by you, held · {ref}", "€43,000.00")
    assert MARK.search(await tom.screen())
    await tom.home()
    await tom.sees("[More …]")

    await trade.set_up_payouts()
    await has_them_written(rasa)
    await trade.dispatch()
    await trade.arrive()

    async def state() -> Any:
        assert world.product is not None
        return await world.product.transactions.run(MARKET, lambda ctx: lot_ends(ref, ctx))

    before = (await state())[1]
    await world.is_away(days=9)  # two days longer than the buyer has to look at the goods

    async def moved() -> bool:
        return bool((await state())[1] != before)

    await until(moved, lambda: "the deadline that never moved")
    now, due = await state()
    assert now == "inspection"
    assert 9 * 86_400 <= (due - before).total_seconds() < 9 * 86_400 + 60
    await world.later(days=6)
    await tom.says("/deals " + ref)
    await trade.accept()
    await trade.complete()
    assert await unmarked(rasa, mark) == []

    await rasa.says("/money")
    await rasa.sees("was sent to you", "A fee of €1,075.00 was deducted")
    await rasa.presses("Export as a file")
    await rasa.sees("Your money as a file: 2 movements", "money-")
    await has_the_invoices(rasa, tom)
    await world.books_balance()


async def has_them_written(seller: OnTelegram) -> None:
    await seller.presses("Set up my invoices")
    kaunas = "Savanorių pr. 1, LT-44255 Kaunas"
    await seller.fills(status="No, it has none", address=kaunas, writes="Yes, write them in my name")
    await seller.sees("From now on I write your invoices, and you get each of them here.")


async def has_the_invoices(seller: OnTelegram, buyer: OnSlack) -> None:
    """Check the invoices of both sides, each as a file too.

    The seller has the one to the buyer and ours to the seller; the buyer has only the seller's. The seller's invoice
    waits for the buyer's address, which the buyer is asked for where they read that.
    """
    await buyer.sees("the invoice waits for you: which address of your company stands on it?")
    await buyer.presses("Give our address")
    await buyer.fills(status="No, it has none", address="Kungsgatan 1, 111 43 Stockholm")
    await buyer.sees("This address stands on the invoices to you from now on.")
    await seller.sees(
        "Invoice PM-", "Commission on deal", "€186.57 at 21 %", "This invoice is for you. It is paid already."
    )
    told = await buyer.sees(
        "Invoice PA-", "Girios UAB", "€43,000.00", "None: not subject to VAT", "It is paid already."
    )
    assert "PM-" not in told
    [number] = set(re.findall(r"PA-\d{4}-000001", told))
    for each in (seller, buyer):
        await each.says("/deals " + re.findall(r"lot 1 · (\w{6})", told)[0])
        await each.presses("Invoices")
        await each.sees(f"Invoice {number}")
        await each.presses("PDF")
        await each.sees(f"{number}.pdf")


async def test_a_card_that_pays_too_late_has_it_back_and_both_chats_say_so(world: World) -> None:
    """The buyer pays and cancels before any news of the payment has come."""
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy()
    await trade.sign()
    page = await tom.opens("Pay €")
    for news in ("checkout.session", "payment_intent", "charge"):
        await world.disturb("stripe", "drop", "delivery", news, times=9)
    await world.pays(page)
    await tom.presses("Cancel the deal")
    await tom.presses("Yes")
    for each in (rasa, tom):
        await each.sees("€43,000.00 came after the deal had ended. All of it goes back.")
    await world.books_balance()
