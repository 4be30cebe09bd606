"""The population of a world, and the inclinations of each person."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from config.platforms import PLATFORMS
from simulation.environment import Environment
from simulation.people.answers import EXPERT, Answer
from simulation.people.bank import Bank
from simulation.people.company_buyer import INVITES, CompanyBuyer
from simulation.people.person import APPETITE, HOUR, Person
from simulation.scenario import Scale
from simulation.services.chats import Phones
from simulation.services.stripe_account import StripeAccount

NONE: Final[Mapping[str, Answer]] = {}
ONE_DAY: Final[Mapping[str, Answer]] = {"hours": lambda _: "Mon 8-11 Vilnius"}
EVER: Final = 1_000_000  # an operator's appetite


TRADES: Final[dict[str, float]] = {
    "deal.sign": 10,
    "deal.unsign": 0.2,
    "deal.cancel": 0.3,
    "deal.cancel_asked": 0.3,
    "deal.cancel_agreed": 2,
    "deal.cancel_refused": 2,
    "deal.pay": 4,
    "lot.arrive": 3,
    "lot.drop": 0.5,
    "lot.drop_asked": 0.2,
    "lot.drop_agreed": 1,
    "lot.show_claim": 0.5,
    "case.show": 0.6,
    "case.propose": 2,
    "case.agree": 2,
    "case.call_operator": 1,
    "case.appeal": 1,
    "review.write": 1,
    "offer.accept": 3,
    "offer.counter": 0.5,
    "offer.decline": 0.5,
    "offer.withdraw": 0.2,
}
BUYS: Final = TRADES | {
    "offer.buy": 4,
    "offer.make": 2,
    "lot.accept": 8,
    "lot.claim": 2,
    "lot.not_arrived": 0.4,
    "lot.sample_sent": 0.3,
    "lot.take": 2,
    "lot.take_replacement": 1,
    "lot.counter": 1,
    "lot.accept_anyway": 1,
    "lot.referee_value": 1,
    "lot.agree_value": 2,
    "lot.operator_asked": 0.3,
    "pay.how": 5,
    "pay.by": 8,
    "credit.give_back": 1,
    "credit.give_back_now": 8,
    "request.show": 1,
    "request.award": 4,
    "request.withdraw": 0.2,
}
SELLS: Final = TRADES | {
    "lot.dispatch": 10,
    "lot.grant": 2,
    "lot.propose": 2,
    "lot.replace": 1,
    "lot.contradict": 1,
    "lot.give_back": 0.5,
    "lot.referee_value": 1,
    "lot.agree_value": 2,
    "lot.operator_asked": 0.3,
    "payout.set_up": 8,
    "listing.renew": 0.03,
    "request.quote": 4,
}
SEEKS: Final[Mapping[str, float]] = {
    "seek.show": 3,
    "book.slot": 3,
    "book.now": 0.5,
    "session.card": 3,
    "session.here": 12,
    "session.continue": 8,
    "session.continue_now": 40,
    "session.end": 1,
    "session.end_now": 5,
    "session.out": 0.7,
    "session.take_more": 4,
    "session.take_more_now": 20,
    "session.take_time": 3,
    "session.take_move": 2,
    "session.leave_move": 1,
    "session.move": 0.2,
    "session.at": 1,
    "session.cancel": 0.2,
    "session.cancel_now": 0.5,
    "session.withdraw": 0.1,
    "session.abandon": 0.02,
    "session.complain": 0.5,
    "session.take_back": 0.2,
    "session.take_back_now": 0.5,
    "session.appeal": 3,
}
ADVISES: Final[Mapping[str, float]] = {
    "session.accept": 10,
    "session.other": 0.5,
    "session.at": 1,
    "session.decline": 0.3,
    "session.here": 12,
    "session.end": 0.7,
    "session.end_now": 5,
    "session.out": 0.5,
    "session.extend": 2,
    "session.take_move": 2,
    "session.leave_move": 1,
    "session.cancel": 0.15,
    "session.cancel_now": 0.5,
    "session.give_back": 0.2,
    "session.give_back_now": 0.5,
    "session.grant": 0.3,
    "session.grant_now": 0.5,
    "session.answer": 3,
    "session.appeal": 2,
    "session.pick": 5,
    "promote.choose": 1.5,
    "promote.top": 2,
    "promote.stop": 0.3,
    "promote.stop_now": 5,
    "purchase.leave": 0.2,
    "purchase.ask_back": 0.3,
    "payout.set_up": 8,
}
RULES: Final[Mapping[str, float]] = {
    "case.show": 1,
    "case.rule": 8,
    "case.rule_again": 8,
    "case.agree": 0.3,
    "complaint.show": 2,
    "complaint.rule": 8,
    "purchase.give_back": 4,
}
HEADS: Final[dict[str, float]] = {"company.invite": 4}
# A refund that the payer's card no longer accepts waits for a payout account of theirs, like a seller's.
OWED: Final[Mapping[str, float]] = {"payout.set_up": 4}
# A head's answers to a clerk's signature: mostly yes, sometimes no, or never anything.
APPROVALS: Final[tuple[dict[str, float], ...]] = (
    {"deal.approve": 10},
    {"deal.approve": 4, "deal.refuse": 4},
    {},
)


class Population:
    """All people of the world, and the banks."""

    def __init__(self, world: Environment, stripe: StripeAccount, phones: Phones, scale: Scale) -> None:
        self._world = world
        self._stripe = stripe
        self._phones = phones
        self._dice = world.dice.of("cast")
        self.people: dict[Person, float] = {}  # person: when they come, in seconds
        self.bank = stripe.bank = Bank(world, stripe)
        self._changed = scale.likes
        self._gather(scale)

    async def arrive(self) -> None:
        """Let people come in the first days, not all at once."""
        for person, begins in self.people.items():
            self._world.spawn(person.live(begins))
        self._world.spawn(self.bank.live())

    def _gather(self, scale: Scale) -> None:
        scarce = self._dice.random() < scale.scarce
        places = ("Kaunas", "Vilnius")
        for number in range(scale.sellers):
            amount = self._dice.choice((60, 100)) if scarce else self._dice.choice((300, 1000, 5000))
            when = self._dice.choice(("next week", "December to March"))
            goods = f"/sell {amount} t A1 pellets {self._dice.randint(200, 230)} €/t DAP {places[number]} {when}"
            self._add(f"Seller{number}", SELLS, goods, 24.0)
        for number in range(scale.buyers):
            opening = f"/find pellets near {self._dice.choice(places)}"
            self._add(f"Buyer{number}", BUYS, opening, 60.0, also=("/request", "/requests"))
        for number in range(scale.consultants):
            hours = ONE_DAY if self._world.dice.of(f"week:{number}").random() < scale.one_day else NONE
            self._add(f"Consultant{number}", ADVISES, "/expert", 12.0, {**EXPERT, **hours}, also=("/promote",))
        for number in range(scale.seekers):
            self._add(f"Seeker{number}", SEEKS, "/experts the grate of my boiler slags", 72.0)
        for number in range(scale.operators):
            self._add(f"Operator{number}", RULES, "/cases", 24.0)
        if self._dice.random() < scale.companies:
            likes = HEADS | self._dice.choice(APPROVALS)
            head = self._add("Head", likes, "/company", 6.0, INVITES)
            self._add("Clerk", BUYS, f"/find pellets near {self._dice.choice(places)}", 24.0, head=head)

    def _add(
        self,
        name: str,
        likes: Mapping[str, float],
        opening: str,
        within: float,
        answers: Mapping[str, Answer] = NONE,
        *,
        also: tuple[str, ...] = (),
        head: Person | None = None,
    ) -> Person:
        """Add a person. `within`: hours in which they come; `head`: the owner of the company that they buy for."""
        dice = self._world.dice.of(f"person:{name}")
        phone = self._phones.make(dice.choice([each.code for each in PLATFORMS]), str(1000 + len(self.people)), name)
        appetite = EVER if likes is RULES else dice.choice(APPETITE) + (likes is SEEKS)
        changed = {verb: liked for verb, liked in self._changed.items() if verb.split()[0] in likes}
        likes = {**OWED, **tempered(likes, dice), **changed}
        made = (self._world, self._stripe, self.another_person, phone, dice, likes, answers, opening, also, appetite)
        person = Person(*made) if head is None else CompanyBuyer(*made, head=head)
        self.people[person] = within * HOUR * dice.random()
        return person

    @property
    def operators(self) -> frozenset[str]:
        """Return the operators as the installation's settings name them."""
        phones = [each.phone for each in self.people if each.opening == "/cases"]
        return frozenset(f"{phone.platform}:{phone.number}" for phone in phones)

    def another_person(self, than: Person) -> Person:
        """Return the other side of one of their deals, or any other person."""
        others = [each for each in self.people if each is not than]
        return self._dice.choice([each for each in others if each.deals & than.deals] or others)

    def come_back(self) -> None:
        """Let everybody who had walked away look again, because all heals."""
        for person in self.people:
            person.away = False

    def leave(self) -> None:
        for person in self.people:
            person.stays = False


def tempered(likes: Mapping[str, float], dice: random.Random) -> dict[str, float]:
    """Return the weights with some raised and some lowered, so that people differ."""
    return {verb: liked * dice.choice((0.3, 1.0, 1.0, 3.0)) for verb, liked in likes.items()}
