"""The play that a release leaves unfinished: deals, sessions and forms in many states, on both chats.

Each pair of people plays one scene and stays there. `WAITING` names the pairs, and the test of the upgrade goes on with
each. The last act is played while no outside service answers: what it decides stays in the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from lab.app import Lab
from lab.people import OnSlack, OnTelegram, until
from lab.world import Fault
from tests.journeys.market import Chat, ChatUser, World
from tests.journeys.session_steps import PROFILE, Counsel
from tests.journeys.trade_steps import Trade

TELEGRAM_CALLS: Final = ("send", "edit", "set", "refund", "createInvoice")  # so that the product still gets its updates
# The release before says its figures in words of its own.
BOILERS: Final = PROFILE | {"policy": "Standard: free until 24 hours before, then half, all for not coming"}
LAW: Final = BOILERS | {"headline": "Contracts that hold", "fields": "Legal and contracts", "rate": "120 EUR"}
STAMPS: Final = BOILERS | {"headline": "Certificates that pass", "fields": "Certification", "rate": "60 EUR"}

# Each scene with its seller and buyer, or its consultant and seeker.
WAITING: Final[dict[str, tuple[tuple[Chat, str], tuple[Chat, str]]]] = {
    "complete": (("telegram", "Rasa"), ("slack", "Tom")),
    "held": (("slack", "Jonas"), ("telegram", "Greta")),
    "arrived": (("telegram", "Milda"), ("slack", "Petras")),
    "accepted": (("slack", "Vida"), ("telegram", "Linas")),
    "put off": (("telegram", "Ugne"), ("telegram", "Mantas")),
    "claimed": (("telegram", "Nida"), ("slack", "Oskar")),
    "half signed": (("slack", "Paul"), ("telegram", "Rita")),
    "signed": (("telegram", "Simas"), ("slack", "Tina")),
    "unpaid": (("slack", "Urte"), ("telegram", "Viktor")),
    "unready": (("telegram", "Adam"), ("slack", "Bela")),
    "cancelled": (("slack", "Yana"), ("telegram", "Zita")),
    "given up": (("telegram", "Henrik"), ("slack", "Iris")),
    "disputed": (("slack", "Karl"), ("telegram", "Lena")),
    "offered": (("telegram", "Wanda"), ("slack", "Xaver")),
    "advised": (("telegram", "Alex"), ("slack", "Sarah")),
    "agreed": (("slack", "Boris"), ("telegram", "Clara")),
    "asked": (("telegram", "Dana"), ("slack", "Emil")),
}


class TradeBefore(Trade):
    """A trade in the release before, in which one press signed and accepted."""

    async def confirm(self, person: ChatUser, label: str) -> None:
        await person.presses(label)


@dataclass
class Stage:
    """The world, and everybody who has come in, by name."""

    world: World
    people: dict[str, ChatUser] = field(default_factory=dict)
    trades: type[Trade] = Trade  # what a trade is like in the release that plays

    async def come(self, chat: Chat, name: str) -> ChatUser:
        if name not in self.people:
            self.people[name] = await self.world.on(chat, name)
        return self.people[name]

    async def pair(self, scene: str) -> tuple[ChatUser, ChatUser]:
        (one, its_name), (other, other_name) = WAITING[scene]
        return await self.come(one, its_name), await self.come(other, other_name)

    async def trade(self, scene: str) -> Trade:
        return self.trades(self.world, *await self.pair(scene))

    async def counsel(self, scene: str) -> Counsel:
        consultant, seeker = await self.pair(scene)
        return Counsel(self.world, seeker, consultant)


async def play(stage: Stage) -> None:
    """Play every scene up to the point where the release ends."""
    await earlier_deals(stage)
    await stage.world.later(days=5, hours=-4)  # the answer to the bank goes out at the end of the fifth day
    await advice(stage)
    await deals(stage)
    await more_deals(stage)
    await listings_and_offers(stage)
    await open_forms(stage)
    await dark(stage)


# --- advice -----------------------------------------------------------------------------------------------------------


async def advice(stage: Stage) -> None:
    """One session is over and waits for its payout, one is agreed, one is asked for; promotions run."""
    world = stage.world
    over = await stage.counsel("advised")
    await over.list(**BOILERS)
    await book(over, "/experts the grate of my boiler slags", "€90.00", place=0)
    await over.agree()
    await over.meet()
    await over.seeker.says("My grate slags with straw pellets.")
    await over.consultant.sees("My grate slags with straw pellets.")
    await over.seeker.presses("Continue, pay €90.00")
    await over.consultant.sees("charged from here")
    await over.seeker.presses("End")
    await over.seeker.presses("End it")
    await over.consultant.sees("€90.00 is kept. €76.50 of it is yours, after our fee")
    await payouts(stage, over.consultant)

    agreed = await stage.counsel("agreed")
    await agreed.list(**LAW)
    await book(agreed, "/experts legal advice on contracts", "€120.00")
    await agreed.agree()
    await payouts(stage, agreed.consultant)
    await agreed.consultant.says("/promote")
    await agreed.consultant.presses("Buy for €5.00")
    await world.pays(await agreed.consultant.opens("Pay €5.00"))
    await agreed.consultant.sees("Paid. Your promotion runs from now on.")

    asked = await stage.counsel("asked")
    await asked.list(**STAMPS)
    await book(asked, "/experts certification", "€60.00")


async def book(counsel: Counsel, sentence: str, price: str, place: int = 1) -> None:
    """Book the time at this place among those that are offered, by a card."""
    await counsel.seeker.says(sentence)
    await counsel.seeker.presses("Times and profile")
    await counsel.seeker.presses((await counsel.slots())[place])
    await counsel.seeker.sees("minutes are free", price)
    await counsel.seeker.sends()
    await counsel.world.pays(await counsel.seeker.opens("Add card"))
    await counsel.consultant.sees("Somebody asks for a session with you.")


async def payouts(stage: Stage, user: ChatUser) -> None:
    """Set up payouts of a consultant, whose company and country are asked for first."""
    await user.says("/payout")
    await user.sees("Before I can set up your payouts I need to know your company and its country.")
    await user.fills(company=f"{user.name} UAB", country="Lithuania")
    await user.sees("can trade now.")
    await Trade(stage.world, user, user).set_up_payouts()


# --- deals ------------------------------------------------------------------------------------------------------------


async def earlier_deals(stage: Stage) -> None:
    """A deal that was complete five days ago, and one whose payment the bank has called back since."""
    for scene in ("complete", "disputed"):
        trade = await stage.trade(scene)
        await trade.funded()
        await trade.set_up_payouts_unprepared()
        await trade.dispatch()
        await trade.arrive()
        await trade.accept()
        await trade.complete()
    await trade.rate(trade.buyer, "Good pellets, on time.")
    charge, *_ = await stage.world.at_the_provider("charge")
    await stage.world.browser.post(f"/lab/stripe/disputes/{charge['id']}", {"do": "open"})
    await trade.seller.sees("The buyer's bank has called back a payment of this deal.")


async def deals(stage: Stage) -> None:
    """Deals whose goods are under way or with the buyer."""
    await (await stage.trade("held")).funded()
    for scene in ("arrived", "accepted", "unready"):
        trade = await stage.trade(scene)
        await trade.funded()
        if scene != "unready":
            await trade.set_up_payouts_unprepared()
        await trade.dispatch()
        await trade.arrive()
    await trade.accept()
    await put_off(stage)
    claimed = await stage.trade("claimed")
    await claimed.funded()
    await claimed.dispatch()
    await claimed.arrive(measured="200 t")
    await claimed.buyer.presses("Make a claim")
    await claimed.buyer.fills(words="Wet, see the laboratory report", moisture="14,0 %")
    await claimed.seller.sees("made a claim on lot 1.")


async def put_off(stage: Stage) -> None:
    """A payout that the provider refuses, for it has restricted the account and the market has not heard of it."""
    trade, lab = await stage.trade("put off"), stage.world.lab
    await trade.funded()
    await trade.set_up_payouts_unprepared()
    await trade.dispatch()
    await trade.arrive()
    account = list(lab.stripe.books.things["account"])[-1]
    lost_webhook = lab.world.disturb(Fault("stripe", "drop", where="delivery", times=None))
    await stage.world.browser.post(f"/lab/stripe/accounts/{account}", {"do": "restrict"})
    await trade.accept()
    await until(partial(refused, lab), lambda: "the payout was not refused")
    lab.world.calm(lost_webhook.number)


async def refused(lab: Lab) -> bool:
    return any(each.method == "POST /v1/transfers" and each.status == 400 for each in lab.world.wire)


async def more_deals(stage: Stage) -> None:
    """Deals that wait for a signature, for the payment or for a yes to the cancellation."""
    for scene in ("half signed", "signed"):
        trade = await stage.trade(scene)
        await trade.list()
        await trade.buy()
        await trade.buyer.presses("Sign")
        await trade.buyer.sees("Then it is your turn to pay")
    for scene in ("unpaid", "given up"):
        unpaid = await stage.trade(scene)
        await unpaid.list()
        await unpaid.buy()
        await unpaid.sign()
        await unpaid.buyer.opens("Pay €")
    cancelled = await stage.trade("cancelled")
    await cancelled.funded()
    await cancelled.buyer.presses("Ask to cancel")
    await cancelled.buyer.presses("Yes: Ask to cancel")
    await cancelled.seller.sees("asks to cancel the deal.")


async def listings_and_offers(stage: Stage) -> None:
    """An offer, a question and a quote that wait for an answer, and a saved search."""
    offered = await stage.trade("offered")
    await offered.list("/sell 150 t A1 pellets 218 €/t DAP Kaunas next week")
    await offered.buyer.says("/find pellets near Kaunas")
    await offered.buyer.presses("Make an offer")
    await offered.buyer.fills(quantity="50 t", price="205 €/t")
    await offered.seller.sees("Xaver made an offer.")
    asker = await stage.come("telegram", "Ilona")
    await asker.says("/find pellets near Kaunas")
    await asker.presses("Open")
    await asker.presses("Ask the seller")
    await asker.answers(words="Is it in big bags?")
    if not isinstance(asker, OnTelegram):
        await asker.sends()
    await offered.seller.sees("Is it in big bags?")
    requester = await stage.come("slack", "Dora")
    await requester.says("/request 100 t A1 pellets DAP Kaunas next week")
    await requester.fills(closes="in 3 days", target="210 €/t")
    await requester.sees("Your request is out.")
    await offered.seller.says("/requests")
    await offered.seller.presses("Open")
    await offered.seller.presses("Make a quote")
    await offered.seller.fills(price="209 €/t")
    await requester.sees("The first quote has come.")
    saver = await stage.come("telegram", "Saulius")
    await saver.says("/find A1 pellets near Riga")
    await saver.presses("Tell me of new ones")
    await saver.sees("Told: At once")


async def open_forms(stage: Stage) -> None:
    """Open forms with some of their answers, question by question and in a window."""
    kasia = await stage.come("telegram", "Kasia")
    await kasia.says("/sell")
    await kasia.answers(product="pellets", grade="A1")
    await kasia.presses("8")
    await kasia.sees("8 t")
    vaida = await stage.come("telegram", "Vaida")
    await vaida.says("/find pellets near Kaunas")
    await vaida.presses("Kaunas, 150 km")
    await vaida.sees("[Within 400 km]")
    tom = stage.people["Tom"]
    assert isinstance(tom, OnSlack)
    await tom.home()
    await tom.presses("More …")
    leo = await stage.come("telegram", "Leo")
    await leo.says("/find pellets near Kaunas")
    await leo.presses("Make an offer")
    await leo.answers(quantity="40 t")
    olek = await stage.come("telegram", "Olek")
    await olek.says("/expert")
    await olek.answers(headline="Ash that does not melt")
    marta = await stage.come("slack", "Marta")
    await marta.says("/sell 90 t A1 pellets 212 €/t DAP Kaunas next week")
    nora = await stage.come("slack", "Nora")
    await nora.says("/expert")
    for user in (marta, nora):
        assert isinstance(user, OnSlack)
        await user.form()


# --- the last act -----------------------------------------------------------------------------------------------------


def darken(stage: Stage) -> None:
    """From now on no service answers, but for the updates of the chats."""
    outage = Fault("stripe", "outage", times=None)
    for fault in (
        outage,
        replace(outage, service="slack"),
        replace(outage, service="mail"),
        *(replace(outage, service="telegram", match=match) for match in TELEGRAM_CALLS),
    ):
        stage.world.lab.world.disturb(fault)


async def dark(stage: Stage) -> None:
    """Decide on payouts, refunds, payment pages, accounts and letters, none of which can be delivered."""
    people, world = stage.people, stage.world
    loreta = await stage.come("telegram", "Loreta")
    await loreta.says("/language")
    await loreta.sees("Lietuvių")
    await people["Yana"].presses("Agree to cancel")
    await people["Yana"].sees("Yes: Agree to cancel")
    await people["Iris"].presses("Cancel the deal")
    await people["Iris"].sees("Yes: Cancel the deal")
    await people["Boris"].presses("End it early")
    await people["Boris"].sees("End it now, €5.00 comes back")
    await people["Alex"].says("/promote")
    await people["Alex"].sees("Buy for 200 ⭐")
    books = Counsel(world, people["Ilona"], people["Dana"])
    await books.seeker.says("/experts certification")
    await books.seeker.presses("Times and profile")
    await books.seeker.presses((await books.slots())[-1])
    await books.seeker.sees("minutes are free", "€60.00")
    await Trade(world, people["Paul"], people["Rita"]).seller.says("/profile")
    await people["Paul"].fills(country="Lithuania")
    await people["Paul"].sees("can trade now.")
    page = await people["Viktor"].opens("Pay €")

    darken(stage)
    await people["Boris"].presses("End it now, €5.00 comes back")
    await world.later(hours=3)
    await people["Linas"].presses("Accept")
    await people["Yana"].presses("Yes: Agree to cancel")
    await people["Iris"].presses("Yes: Cancel the deal")
    await people["Simas"].presses("Sign")
    await people["Paul"].says("/payout")
    await people["Alex"].presses("Buy for 200 ⭐")
    await people["Viktor"].says("/email viktor@example.com")
    await people["Dana"].presses("Accept")
    await books.seeker.sends()
    await loreta.presses("Lietuvių")
    await world.pays(page)
