"""A person with a phone: they look at it and do one of the possible things, now or hours later."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bots.slack.platform import SLACK
from conversations.buttons import Press, press, read_press
from conversations.reply import Button, FieldView, FormView
from conversations.steps import YES
from conversations.turn import ButtonPress, FormSubmission, TextMessage
from lab.stripe.connect.accounts import onboard
from lab.stripe.payments.checkout_page import Payer, pay
from simulation.engine.dice import between
from simulation.environment import Environment
from simulation.people.answers import ODD, TOLD, Answer, answer_to, chosen
from simulation.services.chats import Phone
from simulation.services.stripe_account import StripeAccount

HOUR: Final = 3_600.0
NAP: Final = (HOUR, 60 * HOUR)  # seconds until they look again without news
THINKS: Final = (20.0, 30 * HOUR)
HURRIES: Final = (2.0, 240.0)
SESSIONS: Final = (5.0, 900.0)  # seconds within a session until they act
LATE: Final = (60.0, 1_200.0)  # seconds by which they are late
AGAIN_AFTER: Final = 2 * HOUR  # seconds until they repeat a press without effect
WAITS: Final = 600.0  # seconds for a form to go on
IBAN: Final = "DE89370400440532013000"
GOOD_CARD: Final = "4242424242424242"
BAD_CARD: Final = "4000000000000002"
FAILS_LATER: Final = "4000000000000341"
STEPS: Final = 24  # through a form at most
TRIES: Final = 2  # until they let a button or form be that leads nowhere
REFUSALS: Final = 1  # refused answers, until they leave the form

# These begin something new: a person never begins more than their appetite allows.
BEGINS: Final = frozenset({"offer.buy", "offer.make", "book.slot", "book.now"})
APPETITE: Final = (1, 1, 2, 3)

# These are pressed within minutes or not at all.
URGENT: Final = frozenset(
    {
        "session.here", "session.continue", "session.continue_now", "session.take_more", "session.take_more_now",
        "session.extend", "session.end", "session.out",
        "session.accept", "session.card", "book.slot", "book.now",
    }
)  # fmt: skip
YES_TO_PAY: Final = frozenset({"session.continue_now", "session.take_more_now"})
IN_A_TALK: Final = YES_TO_PAY | {
    "session.continue",
    "session.end",
    "session.out",
    "session.take_more",
    "session.extend",
}
HERE: Final = "session.here"
SLOT: Final = "book.slot"
SLOTS: Final = 3  # slots offered at a time; earlier ones are taken or gone
IDLE: Final = 0.5  # the liking for doing nothing


class Act(NamedTuple):
    """A possible action: to press a button by its load, or to visit an address, which has no verb."""

    load: str
    verb: str
    liking: float


@dataclass(slots=True, eq=False)
class Person:
    """A simulated person. `likes`: the weight of a button's verb, perhaps with its choice; others are never pressed."""

    world: Environment
    stripe: StripeAccount
    another_person: Callable[[Person], Person]  # the other side of one of their deals, if there is one
    phone: Phone
    dice: random.Random
    likes: Mapping[str, float]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    opening: str = ""  # their first words
    also: tuple[str, ...] = ()  # words that they sometimes say instead
    appetite: int = 0  # how much more they begin
    pressed: dict[str, float] = field(default_factory=dict)  # button's load: when it was last pressed
    tries: Counter[str] = field(default_factory=Counter)  # tries of a button or a form, until they let it be
    deals: set[str] = field(default_factory=set)
    away: bool = False
    stays: bool = True
    _looked_at: int = -1
    _liked: list[Act] = field(default_factory=list)

    @property
    def patient(self) -> bool:
        return self.world.healed

    # --- their days ---------------------------------------------------------------------------------------------------

    async def live(self, begins: float) -> None:
        await asyncio.sleep(begins)
        while self.stays:
            if not self.away:
                await self.act()
            await self._until_something()

    async def _until_something(self) -> None:
        """Wait for news, or for hours without it, then think about it. Urgent things wake them up."""
        wakes = self.world.seconds + between(self.dice, *NAP)
        while not self._is_urgent():
            self.phone.news.clear()
            try:
                async with asyncio.timeout_at(wakes):
                    await self.phone.news.wait()
            except TimeoutError:
                return
            wakes = min(wakes, self.world.seconds + between(self.dice, *THINKS))
        await asyncio.sleep(between(self.dice, *(SESSIONS if self._sessions() else HURRIES)))

    def _is_urgent(self) -> bool:
        """Return whether something waits that is gone in minutes: a form, a session, a card for its slot."""
        return self.phone.form is not None or any(not each.verb or each.verb in URGENT for each in self._acts())

    async def act(self) -> None:
        """Do one of the possible things, or nothing."""
        if self.phone.form is not None:
            await self.fill(self.phone.form)
            return
        acts = self._acts()
        if not acts:
            await self.begin()
            return
        if self.dice.random() < (0.05 if self.patient else 0.15):
            if self.world.strikes("walks_away"):
                self.away = True
            return
        act = self.dice.choices([None, *acts], [IDLE, *(each.liking for each in acts)])[0]
        if act is not None:
            await (self.press(act.load) if act.verb else self.visit(act.load))

    def _sessions(self) -> bool:
        return any(each.verb in IN_A_TALK for each in self._acts())

    def _acts(self) -> list[Act]:
        """Return what can be done now, each with its liking."""
        if self.phone.drawn != self._looked_at:
            self._looked_at, self._liked = self.phone.drawn, self._look()
        lately = self.world.seconds - AGAIN_AFTER
        return [each for each in self._liked if self._is_open(each, lately)]

    def _is_open(self, act: Act, lately: float) -> bool:
        """Return whether it was neither done just now nor too often in vain."""
        if self.pressed.get(act.load, lately) > lately:
            return False
        return not act.verb or (
            self.tries.get(act.load, 0) <= TRIES and (bool(self.appetite) or act.verb not in BEGINS)
        )

    def _look(self) -> list[Act]:
        """Return everything in sight that they would ever do."""
        shown = self.phone.buttons()
        slots = [each.press for each in shown if (each.press or "").startswith(SLOT)]
        gone = {*slots[:-SLOTS]} - {*slots[-SLOTS:]}
        acts = [self._act(each) for each in shown if each.press is None or each.press not in gone]
        return [each for each in acts if each.liking > 0]

    def _act(self, button: Button) -> Act:
        if button.url is not None:
            is_useful = "/pay/" in button.url or "/connect/" in button.url or "acct_" in button.url
            return Act(button.url, "", 6.0 if is_useful else 0.0)
        if button.press is None:
            return Act("", "", 0.0)
        pressed = read_press(button.press)
        liked = self.likes.get(pressed.verb, 0.0) * (8.0 if pressed.choice == YES else 1.0)
        return Act(button.press, pressed.verb, self.likes.get(f"{pressed.verb} {pressed.choice}", liked))

    async def begin(self) -> None:
        """Say the first words, and repeat them after a while if nothing came of it."""
        last = self.pressed.get(self.opening, -1e9)
        hungry = self.appetite and last < self.world.seconds - 30 * HOUR
        if self.opening and hungry and not self.world.healed:
            self.pressed[self.opening] = self.world.seconds
            await self.say(self.dice.choice((self.opening, self.opening, *self.also)))

    # --- their actions ------------------------------------------------------------------------------------------------

    async def say(self, text: str) -> None:
        await self.phone.send(TextMessage(text))

    async def press(self, load: str) -> None:
        self.pressed[load] = self.world.seconds
        self.tries[load] += 1
        pressed = read_press(load)
        self.appetite -= pressed.verb in BEGINS
        if pressed.verb == HERE:
            if self.world.strikes("stays_away"):
                return
            if self.world.strikes("comes_late"):
                await asyncio.sleep(between(self.dice, *LATE))
        if pressed.verb in IN_A_TALK and self.world.strikes("falls_silent"):
            return
        yes = pressed.verb in YES_TO_PAY
        if yes and self.world.strikes("kill_at_yes"):
            self.world.doom_one_person("kill_at_yes")
        self._note(pressed)
        if self.world.strikes("wrong_hand_first"):
            await self.another_person(self).phone.send(ButtonPress(load))
        if self.world.strikes("double_yes" if yes else "double_press"):
            self.world.spawn(self._press_again(load))
        await self.phone.send(ButtonPress(load))
        if self.world.strikes("stale_press") and len(self.pressed) > 1:
            await self.phone.send(
                ButtonPress(self.dice.choice([each for each in self.pressed if "|" in each] or [load]))
            )
        if self.world.strikes("wrong_person"):
            wished = [each.load for each in self._acts() if each.verb] or [load]
            await self.another_person(self).phone.send(ButtonPress(self.dice.choice(wished)))

    async def _press_again(self, load: str) -> None:
        await asyncio.sleep(self.dice.random())
        self._note(read_press(load))
        await self.phone.send(ButtonPress(load))

    def _note(self, pressed: Press) -> None:
        """Record a yes or a cancellation for the judge, and remember the deal that was pressed."""
        if pressed.verb in YES_TO_PAY:
            self.world.recorder.said_yes(pressed.verb, pressed.subject)
        if pressed.choice.endswith(YES):
            self.world.recorder.confirmed.add((pressed.verb, pressed.subject))
        if pressed.verb == "session.cancel_now":
            self.world.recorder.cancelled.add(pressed.subject)
        if pressed.verb.startswith("deal."):
            self.deals.add(pressed.subject)

    async def visit(self, url: str) -> None:
        """Visit a page of the provider's: to pay, to leave a card, or to prove their identity."""
        self.pressed[url] = self.world.seconds
        key, books = url.partition("?")[0].rpartition("/")[2], self.stripe.lab.books
        if "/pay/" not in url:
            self.stripe.does(lambda: onboard(books, key))
            return
        number = FAILS_LATER if self.world.strikes("card_fails_later") else GOOD_CARD
        if self.world.strikes("card_declined"):
            number = BAD_CARD
        session = books.things["checkout.session"].get(key)
        if session is None:
            return
        payer = Payer(
            method=(session["payment_method_types"] or ["card"])[0],
            number=number,
            iban="DE89370400440532013000",
            authenticated=True,
        )
        if self.world.strikes("pays_too_late"):
            await asyncio.sleep(between(self.dice, HOUR, 40 * HOUR))
        told = self.stripe.does(lambda: pay(books, key, payer))
        self.world.trace.note("pays", self.phone.name, told)
        if told and told["status"] != "complete":
            self.pressed.pop(url)

    # --- forms --------------------------------------------------------------------------------------------------------

    async def fill(self, form: FormView) -> None:
        """Fill a form as their chat wants it: all at once, or one answer after the other."""
        self.tries[form.draft] += 1
        if self.tries[form.draft] > TRIES:
            await self._give_up(form)
        elif self.phone.platform == SLACK.code:
            await self._fill_at_once(form)
        else:
            await self._fill_one_by_one(form)

    async def _fill_at_once(self, form: FormView) -> None:
        fields = [each for each in form.fields if not (each.optional or each.value) or self._tells(each.name)]
        values = {each.name: chosen(each, self._answer(each)) for each in fields if each.kind != "files"}
        values |= {each.name: each.value for each in form.fields if each.value and each.name not in values}
        self.phone.wrong = None
        await self.phone.send(FormSubmission(form.draft, form.revision, values))
        await self._changed(form)
        if self.phone.form is not None and self.phone.form.draft == form.draft and self.dice.random() < 0.6:
            await self._give_up(form)

    async def _fill_one_by_one(self, form: FormView) -> None:
        told: set[str] = set()
        refused = 0
        for _ in range(STEPS):
            asked = next((each for each in form.fields if each.name == form.current), None)
            more = next((each.name for each in form.fields if each.name not in told and self._tells(each.name)), None)
            if asked is not None:
                told.add(asked.name)
                await self.phone.send(TextMessage(self._answer(asked)))
            elif more is not None:
                told.add(more)
                await self.phone.send(ButtonPress(press("form.edit", form.draft, form.revision, more)))
            else:
                await self.phone.send(ButtonPress(press("form.send", form.draft, form.revision)))
            if not await self._changed(form) or self.phone.form is None or self.phone.form.draft != form.draft:
                return
            form = self.phone.form
            if form.note or any(each.error for each in form.fields):
                refused += 1
            if refused > REFUSALS:
                break
        await self._give_up(form)

    async def _give_up(self, form: FormView) -> None:
        self.phone.form = None
        self.appetite += self.dice.random() < 0.7
        await self.phone.send(ButtonPress(press("form.cancel", form.draft, form.revision)))

    def _answer(self, asked: FieldView) -> str:
        if self.world.strikes("odd_words"):
            return self.dice.choice(ODD)
        return answer_to(asked, self.dice, self.answers)

    def _tells(self, name: str) -> bool:
        return self.dice.random() < TOLD.get(name, 0.0)

    async def _changed(self, form: FormView) -> bool:
        """Return whether the form in front changes before they lose patience."""
        until = self.world.seconds + WAITS
        while self.phone.form is form and self.phone.wrong is None and self.world.seconds < until:
            self.phone.news.clear()
            try:
                async with asyncio.timeout(until - self.world.seconds + 1):
                    await self.phone.news.wait()
            except TimeoutError:
                return False
        await asyncio.sleep(between(self.dice, 1.0, 20.0))
        return self.phone.form is not form
