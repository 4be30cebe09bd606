"""The play: a trade and a session, step by step as their people take them, and the market in between.

Every stage is a database at that moment, and each person's screen. The bank is the lab's Stripe, asked by the real
client; no phone is needed. Steps name buttons by their data, never by their words, so the play is the same in every
language.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
from sqlalchemy import select

from bots.slack.platform import SLACK
from bots.telegram.platform import TELEGRAM
from config.external_services import clock_of, open_lab, pointed_at
from config.migrations import upgrade
from config.settings import Settings
from config.wiring import secret
from conversations.books.invoice_texts import InvoiceTexts
from conversations.buttons import press
from conversations.turn import ButtonPress, PaidStars, TextMessage
from conversations.wording import Wordings
from core.advice.sessions.model import Booking, SessionState
from core.kernel.chat_state.model import ShownCard
from core.kernel.chat_state.service import point_to
from core.kernel.transaction import Ctx
from core.people.accounts.model import LinkCode, PlatformCode
from core.people.companies.model import Invitation
from core.shop.purchases.model import Purchase
from lab.app import Lab
from lab.people import Browser
from payments.reconciliation import Reconciler
from payments.stripe.provider import StripeProvider
from payments.transport import PaymentTransport
from tools.rehearsal.market import Rehearsal, player_on, rehearsal
from tools.rehearsal.screen import Step, buttons_of, subject_of
from tools.rehearsal.stages import BUYER, CONSULTANT, OPERATOR, OPERATORS, SELLER, STRANGER, Stage, enter


def last_link_code(ctx: Ctx) -> str:
    return ctx.session.scalars(select(LinkCode.code).order_by(LinkCode.expires_at.desc())).first() or ""


def last_invitation(ctx: Ctx) -> str:
    return ctx.session.scalars(select(Invitation.code).order_by(Invitation.expires_at.desc())).first() or ""


def in_stars(ctx: Ctx) -> PaidStars:
    """Return Telegram's notice that the only purchase has been paid."""
    purchase = ctx.session.scalars(select(Purchase)).one()
    return PaidStars(purchase.id, f"charge-{purchase.id}", purchase.price_minor)


def next_start(ctx: Ctx) -> datetime:
    """Return when the agreed session begins."""
    return ctx.session.scalars(select(Booking.starts_at).where(Booking.state == SessionState.CONFIRMED)).one()


GOODS: Final = "/sell 200 t A1 pellets 215 EUR/t DAP Kaunas next week"
EXPECTED: Final = "A1 pellets near Kaunas"
ADVICE: Final[Mapping[str, str | list[str]]] = {
    "headline": "Boilers that burn what they should",
    "bio": "Twenty years of combustion, ash and emissions in district heating plants.",
    "fields": ["bioenergy_engineering"],
    "lengths": ["30"],
    "hours": "daily 0-24 Vilnius",
}
CARD: Final = {"method": "card", "number": "4242424242424242"}


@dataclass(slots=True)
class Play:
    """One performance on one platform, in one language."""

    here: Rehearsal
    lab: Lab
    browser: Browser
    reconciler: Reconciler
    folder: Path
    stages: list[Stage] = field(default_factory=list)

    async def open_market(self) -> None:
        """Play until there is a listing to buy and a consultant to ask."""
        await self._arrive()
        await self._list()

    async def perform(self, *, brief: bool = False) -> None:
        """Perform the whole play. `brief`: only until a deal is signed; every kind of screen has been seen by then."""
        await self.open_market()
        await self._offer()
        await self._deal("small", quantity="24 t")
        if brief:
            return
        await self._pay()
        await self._set_up_payouts()
        await self._deliver(measured="24 t")
        await self._accept()
        await self._rate()
        await self._deal("large", quantity="96 t", lots="4")
        await self._pay()
        await self._claim()
        await self._consult()
        await self._never_came()

    # --- the trade ----------------------------------------------------------------------------------------------------

    async def _arrive(self) -> None:
        for name in list(self.here.people):
            await self.says(name, "/start")
        await self._link()
        self.keep("arrived", commands=True)
        await self.says(SELLER, "/profile")
        await self.fills(SELLER, role="seller", company="Girios UAB", country="LT")
        await self.says(BUYER, "/profile")
        await self.fills(BUYER, role="buyer", company="Alsa AB", country="SE")
        await self.says(BUYER, "/email tom@example.org")

    async def _link(self) -> None:
        """Link everybody to the same person on the other platform, so that a stage serves both."""
        for player in list(self.here.people.values()):
            await self.says(player.name, "/link")
            code = await self.here.run(last_link_code)
            other = SLACK.code if player.identity.platform == TELEGRAM.code else TELEGRAM.code
            twin = player_on(other, player.name, player.number, player.identity.locale)
            await self.here.take(twin, TextMessage(f"/link {code}"))
            await self.here.take(twin, ButtonPress(press("link.take", code)))
        # the last used chat of a person is remembered only to five minutes
        self.lab.world.clock.advance(timedelta(minutes=6))
        for name in self.here.people:
            await self.says(name, "/help")

    async def _list(self) -> None:
        await self.says(SELLER, "/money")
        await self.presses(SELLER, "invoice.list")
        await self.says(SELLER, GOODS)
        await self.fills(SELLER)
        await self.says(CONSULTANT, "/expert")
        await self.fills(CONSULTANT, **ADVICE)
        await self.presses(CONSULTANT, "expert.free")
        await self.says(BUYER, f"/find {EXPECTED}")
        await self.presses(BUYER, "alert.save")
        self.keep("listed", commands=True)

    async def _offer(self) -> None:
        await self.presses(BUYER, "offer.make")
        await self.fills(BUYER, price="200 EUR/t")
        self.keep("offered")

    async def _deal(self, size: str, **bought: str) -> None:
        await self.says(BUYER, f"/find {EXPECTED}")
        await self.presses(BUYER, "offer.buy")
        await self.fills(BUYER, **bought)
        self.keep(f"{size} deal agreed")
        await self.sure(BUYER, "deal.sign")
        await self.sure(SELLER, "deal.sign")
        self.keep(f"{size} deal signed")

    async def _pay(self) -> None:
        await self.pays(BUYER)
        self.keep("deal paid")

    async def _set_up_payouts(self) -> None:
        for name in (SELLER, CONSULTANT):
            await self.says(name, "/profile")
            await self.fills(name, country="LT")
            await self.says(name, "/payout")
            account = self.link_of(name).rpartition("/")[2].partition("?")[0]
            await self.browser.post(f"/lab/stripe/onboard/{account}")
            await self.news()

    async def _deliver(self, **measured: str) -> None:
        await self.presses(SELLER, "lot.dispatch")
        await self.fills(SELLER, truck="KAU 123", eta="tomorrow")
        self.keep("lot dispatched")
        await self.presses(BUYER, "lot.arrive")
        await self.fills(BUYER, **measured)
        self.keep("lot arrived")

    async def _accept(self) -> None:
        await self.sure(BUYER, "lot.accept")
        await self.news()
        self.keep("deal completed")

    async def _rate(self) -> None:
        """Let both sides rate the deal, so that each can read the other's review and answer."""
        for who in (BUYER, SELLER):
            await self.presses(who, "review.write")
            await self.fills(who)
        self.keep("deal rated")

    async def _claim(self) -> None:
        await self._deliver()
        await self.presses(BUYER, "lot.claim")
        await self.fills(BUYER, moisture="14")
        self.keep("lot claimed")
        await self._settle_second_lot()
        await self.presses(SELLER, "lot.show_claim")
        await self.presses(SELLER, "lot.contradict")
        await self.fills(SELLER, moisture="8")
        await self.presses(BUYER, "lot.show_claim")
        self.keep("laboratories differ")
        await self.sure(BUYER, "lot.operator_asked")
        self.keep("operator called")
        await self.says(OPERATOR, "/cases")
        await self.presses(OPERATOR, "case.show")
        self.keep("case open")
        await self.presses(OPERATOR, "case.rule")
        await self.fills(OPERATOR)
        self.keep("case ruled")

    async def _never_came(self) -> None:
        """Let the buyer report that one lot has not come, so that the seller may prove that it has."""
        await self.presses(SELLER, "lot.dispatch")
        await self.fills(SELLER, truck="KAU 124", eta="tomorrow")
        self.lab.world.clock.advance(timedelta(days=3))
        await self.here.run_timers()
        await self.news()
        await self.says(BUYER, "/deals")
        await self.presses(BUYER, "deal.show")
        await self.sure(BUYER, "lot.not_arrived")
        await self.presses(SELLER, "lot.show_claim")
        self.keep("lot that never came")

    async def _settle_second_lot(self) -> None:
        """Let both sides settle another lot between them, beside the one on which two laboratories will differ."""
        await self._deliver()
        await self.presses(BUYER, "lot.claim")
        await self.fills(BUYER, moisture="14")
        await self.presses(SELLER, "lot.show_claim")
        await self.presses(SELLER, "lot.propose")
        await self.fills(SELLER)
        await self.presses(BUYER, "lot.show_claim")
        self.keep("cut proposed")
        await self.sure(BUYER, "lot.take")

    # --- the session --------------------------------------------------------------------------------------------------

    async def _consult(self) -> None:
        await self._until_the_next_quarter()  # the first offered slot is good for a while
        await self.says(BUYER, "/experts the grate of my boiler slags")
        await self.presses(BUYER, "seek.show")
        await self.presses(BUYER, "question.ask")
        await self.fills(BUYER)
        await self.presses(CONSULTANT, "question.answer")
        await self.fills(CONSULTANT)
        await self.presses(BUYER, "seek.show")
        self.keep("consultant found")
        await self.presses(BUYER, "book.slot")
        await self.fills(BUYER)
        self.keep("slot held")
        await self.pays(BUYER)
        self.keep("session requested")
        await self.presses(CONSULTANT, "session.accept")
        self.keep("session agreed")
        await self._meet()

    async def _until_the_next_quarter(self) -> None:
        now = self.here.clock.now()
        self.lab.world.clock.advance(timedelta(minutes=15 - now.minute % 15, seconds=1 - now.second))

    async def _meet(self) -> None:
        """Let both come in at the agreed time. The seeker goes on, and the bank takes the money at the end."""
        agreed = await self.here.run(next_start)
        self.lab.world.clock.advance(agreed - self.here.clock.now() + timedelta(seconds=5))
        await self.here.run_timers()
        for who in (BUYER, CONSULTANT):
            await self.presses(who, "session.here")
        self.keep("session in its free minutes")
        await self.says(BUYER, "My grate slags with straw pellets.")
        await self.presses(BUYER, "session.continue")
        self.keep("session about to be paid for")
        await self.presses(BUYER, "session.continue_now")
        self.keep("session that is paid for")
        await self.presses(BUYER, "session.end")
        self.keep("session about to end")
        await self.presses(BUYER, "session.end_now")
        await self.news()
        self.keep("session over")
        for who in (BUYER, CONSULTANT):
            await self.stands(who, "rating:")
            await self.presses(who, "rating.rate", "4")
            self.keep(f"session rated by {who}")
        self.lab.world.clock.advance(timedelta(days=3))
        await self.here.run_timers()
        await self.news()
        self.keep("three days later")
        await self._promote()
        await self._ask_the_market()

    async def _promote(self) -> None:
        """Let the consultant pay for a better place, and ask for the money back."""
        await self.says(CONSULTANT, "/promote")
        await self.presses(CONSULTANT, "promote.choose")
        await self.stands(CONSULTANT, "purchase:")
        if self.here.people[CONSULTANT].identity.platform == TELEGRAM.code:
            await self.here.take(self.here.people[CONSULTANT], await self.here.run(in_stars))
        else:  # no Stars there, so the price is paid by card
            await self.pays(CONSULTANT)
        self.keep("promotion bought")
        await self.presses(CONSULTANT, "purchase.ask_back")
        await self.fills(CONSULTANT)
        self.keep("money wished back")

    async def _ask_the_market(self) -> None:
        await self.says(BUYER, "/request")
        await self.fills(BUYER)
        self.keep("open request", commands=True)
        await self.says(SELLER, "/requests")
        await self.presses(SELLER, "request.show")
        self.keep("request read")
        await self.says(BUYER, f"/find {EXPECTED}")
        await self.presses(BUYER, "find.show")
        await self.presses(BUYER, "inquiry.ask")
        await self.fills(BUYER, words="Is it dry?")
        self.keep("seller asked")
        await self.says(BUYER, "/company")
        await self.presses(BUYER, "company.invite")
        await self.fills(
            BUYER, positions=["buyer", "receiver", "payer"], limit="3000 EUR", budget="9000 EUR", release_limit="any"
        )
        await self.says(STRANGER, f"/join {await self.here.run(last_invitation)}")
        await self.says(BUYER, "/company")
        self.keep("company of two")

    # --- what people do -----------------------------------------------------------------------------------------------

    async def says(self, who: str, words: str) -> None:
        await self.here.does(Step(who, "says", words))

    async def presses(self, who: str, verb: str, choice: str = "") -> None:
        await self.here.does(Step(who, "presses", verb, choice))

    async def sure(self, who: str, verb: str) -> None:
        """Press a button that asks for confirmation, and confirm."""
        await self.presses(who, verb)
        await self.presses(who, verb, "yes")

    async def fills(self, who: str, **given: str | list[str]) -> None:
        await self.here.fills(who, **given)

    async def stands(self, who: str, kind: str) -> None:
        """Point to the newest card of this kind as a message on their phone, so that silent changes show there.

        Elsewhere in the play there are no card pointers. A platform's own sender would note them, and none is running.
        """
        player = self.here.people[who]
        subjects = (subject_of(reply) or "" for reply in reversed(player.screen.shown))
        subject = next(each for each in subjects if each.startswith(kind))
        where = (player.identity.platform, player.identity.workspace, player.address)
        card = ShownCard(message="1", folded="")
        await self.here.run(lambda ctx: point_to(ctx, *where, subject=subject, card=card))

    async def pays(self, who: str) -> None:
        """Pay on the provider's page that the newest link leads to."""
        await self.browser.post(f"/lab/stripe/pay/{self.link_of(who).rpartition('/')[2]}", CARD)
        await self.news()

    async def news(self) -> None:
        """Ask the provider for news; webhooks would only be hints."""
        await self.reconciler.sweep()
        await self.here.settle()

    def link_of(self, who: str) -> str:
        """Return the address of the newest link button."""
        for reply in reversed(self.here.people[who].screen.shown):
            for button in buttons_of(reply):
                if button.url is not None:
                    return button.url
        raise AssertionError(f"{who} has no link to follow")

    def keep(self, name: str, *, commands: bool = False) -> None:
        """Keep a copy of the market as it is now."""
        kept = self.folder / f"{len(self.stages):02}.sqlite"
        with sqlite3.connect(self.folder / "market.sqlite") as now, sqlite3.connect(kept) as copy:
            now.backup(copy)
        now.close()
        copy.close()
        screens = {player.name: tuple(player.screen.shown) for player in self.here.people.values()}
        self.stages.append(Stage(name, kept, self.here.clock.now(), screens, commands))


@asynccontextmanager
async def stage_door(
    folder: Path, platform: PlatformCode, locale: str = "en", wordings: Wordings | None = None
) -> AsyncIterator[Play]:
    """Open a new market with its people, on a database in this folder, with a bank of its own."""
    async with AsyncExitStack() as stack:
        lab = await open_lab(Settings(_env_file=None, lab_port=0))
        assert lab is not None
        stack.push_async_callback(lab.stop)
        lab.stripe.top_up(1_000_000)
        settings = pointed_at(Settings(_env_file=None), lab)
        browser = Browser(await stack.enter_async_context(aiohttp.ClientSession()), lab.url)
        clock = clock_of(lab)
        provider = StripeProvider(secret(settings.stripe_secret_key), settings.stripe_api_url, return_url=lab.url)
        stack.push_async_callback(provider.close)
        address = f"sqlite:///{folder / 'market.sqlite'}"
        await upgrade(address)
        here = await stack.enter_async_context(
            rehearsal(
                address,
                clock,
                operators=OPERATORS,
                bank=lambda transactions, known: PaymentTransport(
                    provider, clock, transactions, InvoiceTexts(known.wordings, known.catalogue)
                ),
                wordings=wordings,
            )
        )
        enter(here, platform, locale)
        yield Play(here, lab, browser, Reconciler(here.events, provider, clock), folder)
