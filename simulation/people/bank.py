"""The banks: they make chargebacks, send refunds back, ask sellers for more papers, and take their time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from lab.stripe.api.shapes import Thing
from lab.stripe.connect.accounts import onboard, restrict
from lab.stripe.payments.disputes import Complaint, decide, open_dispute, take_again
from lab.stripe.payments.rails.card import lapse
from lab.stripe.payments.rails.customer_balance import arrive
from lab.stripe.payments.refunds import fail
from simulation.engine.dice import between
from simulation.environment import Environment
from simulation.services.stripe_account import StripeAccount

HOUR: Final = 3_600.0
LOOKS_EVERY: Final = HOUR
WHILE_HELD: Final = (60.0, 3 * 24 * HOUR)
SOON: Final = (1.0, 120.0)
WEEKS: Final = (3 * 24 * HOUR, 20 * 24 * HOUR)
SOMETIME: Final = (HOUR, 40 * 24 * HOUR)
BOUNCES: Final = (HOUR, 10 * 24 * HOUR)


class Bank:
    """The banks, which look every hour at what is new at Stripe, and act on some of it."""

    def __init__(self, world: Environment, stripe: StripeAccount) -> None:
        self._world = world
        self._stripe = stripe
        self._dice = world.dice.of("bank")
        self._seen: set[str] = set()

    async def live(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            for intent in self._stripe.things("payment_intent"):
                if intent["status"] == "requires_action" and intent["metadata"].get("deal"):
                    self._transfer(intent)

    def told(self, event: Thing) -> None:
        """React to an event that Stripe has announced, before the product hears of it."""
        thing, strikes = event.get("data", {}).get("object", {}), self._world.strikes
        match event["type"]:
            case "charge.succeeded" if not thing["captured"]:
                if strikes("hold_lapses"):
                    self._later(WHILE_HELD, partial(self._let_go, thing["id"]))
            case "charge.succeeded" | "charge.captured":
                within = self._is_unsure(event["type"])
                if within is not None:
                    self._later(within, partial(self._call_back, thing["id"]))
            case "transfer.created":
                self._sent(thing)
            case "refund.created" | "charge.refunded" if strikes("refund_bounces"):
                self._later(BOUNCES, partial(self._bounce, thing["id"]))
            case "charge.dispute.created":
                if self._dice.random() < 0.7:
                    self._later(SOMETIME, partial(self._decide, thing["id"]))
            case "charge.dispute.closed" if thing["status"] == "won" and strikes("dispute_lost_again"):
                self._later(SOMETIME, partial(self._lose_again, thing["id"]))

    def _is_unsure(self, type_: str) -> tuple[float, float] | None:
        """Return the time within which the payer's bank makes a chargeback, or None."""
        strikes = self._world.strikes
        if type_ == "charge.succeeded" and strikes("dispute_soon"):
            return SOON
        if type_ == "charge.succeeded" and strikes("dispute_later"):
            return WEEKS
        return SOMETIME if strikes("dispute") else None

    def _sent(self, transfer: Thing) -> None:
        """React to a seller's transfer: make a chargeback too late for it, or ask for the seller's papers."""
        strikes, restrict = self._world.strikes, partial(self._restrict, transfer["destination"])
        if transfer["source_transaction"] and strikes("dispute_at_once"):
            self._later(SOON, partial(self._call_back, transfer["source_transaction"]))
        elif strikes("restricted_soon"):
            self._later(SOON, restrict)
        elif strikes("seller_restricted"):
            self._later(SOMETIME, restrict)

    def forgets(self, intent: str) -> None:
        """Let a hold lapse in the very moment of its capture."""
        charge = self._stripe.lab.books.get("payment_intent", intent)["latest_charge"]
        self._stripe.does(partial(self._let_go, charge))

    def _later(self, within: tuple[float, float], deed: Callable[[], Any]) -> None:
        async def do() -> None:
            await asyncio.sleep(between(self._dice, *within))
            self._stripe.does(deed)

        self._world.spawn(do())

    # --- actions ------------------------------------------------------------------------------------------------------

    def _call_back(self, charge: str) -> None:
        books = self._stripe.lab.books
        thing = books.get("charge", charge)
        if not thing["disputed"]:
            open_dispute(books, thing, Complaint())

    def _let_go(self, charge: str) -> None:
        """Let a hold lapse long before its time."""
        books = self._stripe.lab.books
        thing = books.get("charge", charge)
        lapse(books, books.get("payment_intent", thing["payment_intent"]), thing)

    def _decide(self, dispute: str) -> None:
        books = self._stripe.lab.books
        decide(books, books.get("dispute", dispute), self._dice.choice(("won", "lost")))

    def _lose_again(self, dispute: str) -> None:
        """Decide a won dispute otherwise, as the card scheme."""
        books = self._stripe.lab.books
        take_again(books, books.get("dispute", dispute))

    def _bounce(self, refund: str) -> None:
        books = self._stripe.lab.books
        if refund in books.things.get("refund", {}):
            fail(books, books.get("refund", refund))

    def _restrict(self, account: str) -> None:
        books = self._stripe.lab.books
        restrict(books, account)
        self._later(SOMETIME, lambda: onboard(books, account))

    def _transfer(self, intent: Thing) -> None:
        """Send a buyer's bank transfer, in parts or too much if this world has that fault."""
        if self._dice.random() < 0.9:
            return
        books, amount = self._stripe.lab.books, int(intent["amount"])
        told = (intent["next_action"] or {}).get("display_bank_transfer_instructions") or {}
        due = int(told.get("amount_remaining") or amount)
        if self._world.strikes("pays_odd_sum"):
            due = self._dice.choice((max(due // 2, 1), due + 12_345, due + amount))
        reference = self._dice.choice((None, told.get("reference")))
        deed = partial(arrive, books, intent["customer"], due, intent["currency"], reference)
        self._stripe.does(lambda: deed(sender=("DE89370400440532013000", "A buyer")))
