"""Actions at Stripe for the lab's page and the tests: look, pay, and play the payer, seller, bank or Stripe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse, Response

from lab.stripe import payouts, topups
from lab.stripe.amounts import check_currency
from lab.stripe.api.errors import Refusal, no_such
from lab.stripe.api.shapes import Thing
from lab.stripe.api.troubles import Trouble
from lab.stripe.balance import balance_of, move
from lab.stripe.books import PLATFORM, Books
from lab.stripe.connect.accounts import onboard, restrict
from lab.stripe.connect.accounts_v2 import close
from lab.stripe.payments import refunds
from lab.stripe.payments.cash_balance import shown
from lab.stripe.payments.checkout_page import Payer, pay
from lab.stripe.payments.disputes import Complaint, Reason, decide, dispute_of, escalate, open_dispute, take_again
from lab.stripe.payments.fraud_warnings import warn
from lab.stripe.payments.rails import sepa_debit
from lab.stripe.payments.rails.customer_balance import arrive, owner_of
from lab.stripe.server import ApiServer
from lab.stripe.uploads import Upload
from lab.stripe.webhooks import Post

Answer = Thing | JSONResponse
Word = Annotated[str, Body(embed=True)]

OUTCOMES: Final[dict[str, Literal["won", "lost", "warning_closed"]]] = {
    "win": "won",
    "lose": "lost",
    "drop": "warning_closed",
}


@dataclass(frozen=True, slots=True)
class Case:
    """An action of a payer's bank on a charge. `reason` and `amount` (minor units) only matter at its start."""

    do: Literal["open", "inquire", "prevent", "escalate", "win", "lose", "drop", "take_again"]
    reason: Reason = "fraudulent"
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An incoming bank transfer. `sender`: (IBAN, name); null if the bank does not tell."""

    amount: int
    currency: str = "eur"
    reference: str | None = None
    sender: tuple[str, str] | None = ("DE89370400440532013000", "A person")


@dataclass(frozen=True, slots=True)
class Seller:
    """A change of a seller's account. `due`: what a restricted seller is asked for."""

    do: Literal["restrict", "restore", "sweep", "close"]
    due: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry that Stripe makes by itself: a fee for its own work, or an adjustment.

    `amount` is negative if money leaves.
    """

    type: Literal["stripe_fee", "adjustment"]
    amount: int
    source: str
    currency: str = "eur"


class Face:
    """The `/lab/stripe/...` calls. An impossible action is answered as Stripe answers, with its error and status."""

    def __init__(self, books: Books, api: ApiServer, post: Post) -> None:
        self.books = books
        self.api = api
        self.post = post

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/stripe", include_in_schema=False)
        routes.add_api_route("/webhook", self.webhook, methods=["PUT"])
        routes.add_api_route("/objects/{kind}", self.objects, methods=["GET"])
        routes.add_api_route("/files/{file}", self.file, methods=["GET"], response_model=None)
        acts: dict[str, Callable[..., Any]] = {
            "/pay/{session}": self.pay,
            "/bank/{account}": self.bank,
            "/debits/{intent}": self.debit,
            "/disputes/{charge}": self.dispute,
            "/warnings/{charge}": self.warn,
            "/refunds/{refund}": self.refund,
            "/payouts/{payout}": self.payout,
            "/onboard/{account}": self.onboard,
            "/accounts/{account}": self.seller,
            "/topups": self.topup,
            "/lines": self.line,
            "/troubles": self.trouble,
            "/pace": self.pace,
        }
        for path, act in acts.items():
            routes.add_api_route(path, act, methods=["POST"], response_model=None)
        return routes

    async def webhook(self, url: Word, secret: Word, payload: Annotated[str, Body()] = "snapshot") -> dict[str, str]:
        """Set the address of events: whole ones, or (`payload` "thin") those of API v2 that only name the change."""
        if payload == "thin":
            self.post.thin_url, self.post.thin_secret = url, secret
        else:
            self.post.url, self.post.secret = url, secret
        return {"url": url}

    async def objects(self, kind: str) -> list[Thing]:
        """Return objects, newest first. "balance" lists each owner's, the platform's under "platform"."""
        self.books.settle()
        if kind == "balance":
            owners = [PLATFORM, *self.books.things.get("account", {})]
            return [{"account": owner or "platform", **balance_of(self.books, owner)} for owner in owners]
        if kind == "cash_balance":
            return [shown(self.books, each["id"]) for each in self.books.all("customer") if not each.get("deleted")]
        return list(reversed(self.books.things.get(kind, {}).values()))

    async def file(self, file: str) -> Response:
        """Return the bytes of an uploaded file, as the bank reads them."""
        upload = self.books.private.get(file)
        if isinstance(upload, Upload):
            return Response(upload.content, media_type="application/octet-stream")
        refusal = no_such("file", file)
        return JSONResponse(refusal.body, refusal.status)

    async def pay(self, session: str, payer: Payer) -> Answer:
        return self._or_error(lambda: pay(self.books, session, payer))

    async def bank(self, account: str, money: Money) -> Answer:
        """Send a bank transfer. `account`: a customer's virtual IBAN, or the customer's id."""

        def act() -> Thing:
            customer, currency = owner_of(self.books, account), check_currency(money.currency)
            return arrive(self.books, customer, money.amount, currency, money.reference, sender=money.sender)

        return self._or_error(act)

    async def debit(self, intent: str, do: Annotated[Literal["succeed", "fail", "return"], Body(embed=True)]) -> Answer:
        """Let the banks answer to a SEPA debit now, or send back a paid one."""

        def act() -> Thing:
            found = self.books.get("payment_intent", intent)
            if do == "return":
                sepa_debit.give_back(self.books, self.books.get("charge", found["latest_charge"] or ""))
            else:
                sepa_debit.finish(self.books, found, fails=do == "fail")
            return found

        return self._or_error(act)

    async def dispute(self, charge: str, case: Case) -> Answer:
        """Act on a charge as the payer's bank; return the dispute."""

        def act() -> Thing:
            if case.do in ("open", "inquire", "prevent"):
                complaint = Complaint(
                    reason=case.reason,
                    inquiry=case.do == "inquire",
                    prevented=case.do == "prevent",
                    amount=case.amount,
                )
                return open_dispute(self.books, self.books.get("charge", charge), complaint)
            dispute = dispute_of(self.books, charge)
            if case.do == "escalate":
                escalate(self.books, dispute)
            elif case.do == "take_again":
                take_again(self.books, dispute)
            else:
                decide(self.books, dispute, OUTCOMES[case.do])
            return dispute

        return self._or_error(act)

    async def warn(self, charge: str) -> Answer:
        return self._or_error(lambda: warn(self.books, self.books.get("charge", charge)))

    async def refund(
        self, refund: str, do: Annotated[Literal["fail", "give_account", "expire"], Body(embed=True)]
    ) -> Answer:
        """Let the payer's bank send a refund back.

        The payer of a bank transfer can also name an account, or never do so.
        """

        def act() -> Thing:
            found = self.books.get("refund", refund)
            {"fail": refunds.fail, "give_account": refunds.give_account, "expire": refunds.expire}[do](
                self.books, found
            )
            return found

        return self._or_error(act)

    async def payout(self, payout: str, do: Annotated[Literal["fail"], Body(embed=True)]) -> Answer:
        """Let a payout of any owner come back."""

        def act() -> Thing:
            found = self.books.get("payout", payout, owner=self.books.owner.get(payout, PLATFORM))
            payouts.fail(self.books, found)
            return found

        return self._or_error(act)

    async def onboard(self, account: str) -> Answer:
        return self._or_error(lambda: onboard(self.books, account))

    async def seller(self, account: str, seller: Seller) -> Answer:
        """Change a seller's account. `sweep` pays out the available balance, as the usual schedule does every day."""

        def act() -> Thing:
            self.books.get("account", account)
            if seller.do == "sweep":
                return payouts.sweep(self.books, account)
            if seller.do == "restrict":
                return restrict(self.books, account, seller.due)
            return onboard(self.books, account) if seller.do == "restore" else close(self.books, account)

        return self._or_error(act)

    async def topup(self, amount: Annotated[int, Body(gt=0)], currency: Annotated[str, Body()] = "eur") -> Answer:
        """Pay in money of the platform's owner, available at once."""

        def act() -> Thing:
            made = topups.top_up(self.books, amount, check_currency(currency), {})
            topups.arrive(self.books, made)
            return made

        return self._or_error(act)

    async def line(self, line: Line) -> Answer:
        """Book a movement on the platform's balance that no call of the product caused."""

        def act() -> Thing:
            currency = check_currency(line.currency)
            return move(self.books, PLATFORM, line.type, line.amount, currency=currency, source=line.source)

        return self._or_error(act)

    async def trouble(self, trouble: Trouble) -> Trouble:
        self.api.troubles.waiting.append(trouble)
        return trouble

    async def pace(self, seconds: Annotated[float, Body(embed=True, ge=0, le=30)]) -> dict[str, float]:
        """Set how long each API call takes from now on."""
        self.api.troubles.pace = seconds
        return {"seconds": seconds}

    def _or_error(self, act: Callable[[], Thing]) -> Answer:
        self.books.settle()
        try:
            return act()
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)
