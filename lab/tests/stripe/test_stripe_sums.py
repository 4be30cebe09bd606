"""The balances are the sum of all movements, to the cent, after any actions in any order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.stripe import Stripe
from lab.stripe.api.errors import Refusal
from lab.stripe.balance import TARIFFS, available, whole
from lab.stripe.books import PLATFORM, Books, Call
from lab.stripe.connect import accounts, transfer_reversals, transfers
from lab.stripe.payments import disputes, payment_intents, refunds
from lab.stripe.payouts import create_payout, fail, sweep
from lab.world import World

CARDS = ["pm_card_visa", "pm_card_bypassPending", "pm_card_refundFail", "pm_card_createDispute"]
Thing = dict[str, Any]


class Shop:
    """The lab's Stripe without HTTP: the same calls, thousands of them."""

    def __init__(self) -> None:
        self.world = World()
        stripe = Stripe(self.world)
        self.books = stripe.books
        stripe.top_up(1_000)
        for number in (0, 1, 5):
            self.pay(self.books, 4_000 + number)
        self.seller = accounts.create_v1(self.books, Call({"capabilities": {"transfers": {"requested": True}}}))["id"]
        accounts.onboard(self.books, self.seller)

    def pick(self, kind: str, number: int) -> Thing:
        """Return one of the objects of this kind."""
        things = list(self.books.things.get(kind, {}).values())
        if not things:
            raise Refusal("nothing there")
        return things[number % len(things)]

    def do(self, what: str, number: int) -> None:
        self.world.clock.advance(timedelta(hours=number % 60))
        self.books.settle()
        with contextlib.suppress(Refusal):
            self.acts[what](self, self.books, number)

    def pay(self, books: Books, number: int) -> None:
        card = CARDS[number % len(CARDS)]
        params = {"amount": 50 + number, "currency": "eur", "payment_method": card, "confirm": True}
        payment_intents.create_intent(books, Call({**params, "capture_method": ("automatic", "manual")[number % 2]}))

    def capture(self, books: Books, number: int) -> None:
        intent = self.pick("payment_intent", number)
        part = {"amount_to_capture": intent["amount_capturable"] * (1 + number % 4) // 3}
        payment_intents.capture_intent(books, Call(part, {"id": intent["id"]}))

    def refund(self, books: Books, number: int) -> None:
        refunds.create_refund(books, Call({"charge": self.pick("charge", number)["id"], "amount": 1 + number % 700}))

    def transfer(self, books: Books, number: int) -> None:
        params: Thing = {"amount": 1 + number % 900, "currency": "eur", "destination": self.seller}
        source = {"source_transaction": self.pick("charge", number)["id"]} if number % 3 else {}
        transfers.create_transfer(books, Call(params | source))

    def reverse(self, books: Books, number: int) -> None:
        transfer_reversals.create_reversal(
            books, Call({"amount": 1 + number % 500}, {"id": self.pick("transfer", number)["id"]})
        )

    def dispute(self, books: Books, number: int) -> None:
        complaint = disputes.Complaint(inquiry=number % 3 == 0, prevented=number % 3 == 1)
        disputes.open_dispute(books, self.pick("charge", number), complaint)

    def rule(self, books: Books, number: int) -> None:
        outcome = ("won", "lost", "warning_closed")[number % 3]
        disputes.decide(books, self.pick("dispute", number), outcome)  # type: ignore[arg-type]  # one of the three

    def pay_out(self, books: Books, number: int) -> None:
        create_payout(books, Call({"amount": 1 + number, "currency": "eur"}))

    def sweep(self, books: Books, number: int) -> None:
        sweep(books, self.seller)

    def bounce(self, books: Books, number: int) -> None:
        fail(books, self.pick("payout", number))

    acts: ClassVar[dict[str, Callable[..., None]]] = {
        each.__name__: each for each in (pay, capture, refund, transfer, reverse, dispute, rule, pay_out, sweep, bounce)
    }


def due(books: Books) -> int:
    """Return what the platform's balance must be, by the objects alone."""
    things = {kind: list(books.things.get(kind, {}).values()) for kind in ("charge", "refund", "transfer", "dispute")}
    taken = [each for each in things["charge"] if each["balance_transaction"]]
    total = sum(each["amount_captured"] - TARIFFS["card"].fee(each["amount_captured"]) for each in taken)
    total += sum(each["amount"] for each in books.all("topup"))
    total -= sum(each["amount"] for each in things["refund"] if each["status"] == "succeeded")
    total -= sum(each["amount"] - each["amount_reversed"] for each in things["transfer"])
    for dispute in things["dispute"]:
        if dispute["status"] in ("needs_response", "under_review", "lost"):
            total -= dispute["amount"] + disputes.FEE
        elif dispute["status"] == "prevented":
            total -= dispute["amount"]
    gone = [each for each in books.all("payout") if each["status"] in ("pending", "paid")]
    return int(total - sum(each["amount"] for each in gone))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(Shop.acts)), st.integers(0, 5_000)), max_size=40))
def test_balances_add_up_after_anything(steps: list[tuple[str, int]]) -> None:
    shop = Shop()
    books, seller = shop.books, shop.seller
    for what, number in steps:
        shop.do(what, number)
    assert whole(books, PLATFORM, "eur") == due(books)
    given_ = sum(each["amount"] - each["amount_reversed"] for each in books.all("transfer"))
    kept = [each for each in books.all("payout", seller) if each["status"] in ("pending", "paid")]
    assert whole(books, seller, "eur") == given_ - sum(each["amount"] for each in kept) >= 0
    for owner in (PLATFORM, seller):
        moves = books.all("balance_transaction", owner)
        assert sum(each["amount"] - each["fee"] for each in moves) == whole(books, owner, "eur")
        ready = sum(each["net"] for each in moves if each["available_on"] <= books.now())
        assert available(books, owner, "eur") == ready
    for charge in books.all("charge"):
        assert 0 <= charge["amount_refunded"] <= max(charge["amount_captured"], charge["amount"])
        assert charge["amount_captured"] <= charge["amount"]
