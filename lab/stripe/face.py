"""What the lab's page and the tests do at Stripe: look, pay, onboard, dispute, choose where webhooks go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from lab.stripe.api.desk import Desk
from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import balance_of
from lab.stripe.books import PLATFORM, Books
from lab.stripe.connect.accounts import onboard
from lab.stripe.payments.checkout_page import Payer, pay
from lab.stripe.payments.disputes import Complaint, decide, dispute_of, open_dispute
from lab.stripe.webhooks import Post

Answer = Thing | JSONResponse


class Face:
    """The `/lab/stripe/...` calls."""

    def __init__(self, books: Books, desk: Desk, post: Post) -> None:
        self.books = books
        self.desk = desk
        self.post = post

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/stripe", include_in_schema=False)
        routes.add_api_route("/webhook", self.webhook, methods=["PUT"])
        routes.add_api_route("/objects/{kind}", self.objects, methods=["GET"])
        routes.add_api_route("/pay/{session}", self.pay, methods=["POST"], response_model=None)
        routes.add_api_route("/onboard/{account}", self.onboard, methods=["POST"], response_model=None)
        routes.add_api_route("/disputes/{charge}", self.dispute, methods=["POST"], response_model=None)
        routes.add_api_route("/pace", self.pace, methods=["POST"], response_model=None)
        return routes

    async def webhook(self, url: Annotated[str, Body()], secret: Annotated[str, Body()]) -> dict[str, str]:
        self.post.url, self.post.secret = url, secret
        return {"url": url}

    async def objects(self, kind: str) -> list[Thing]:
        """Newest first. "balance" lists each owner's, the platform's under "platform"."""
        self.books.settle()
        if kind == "balance":
            owners = [PLATFORM, *self.books.things.get("account", {})]
            return [{"account": owner or "platform", **balance_of(self.books, owner)} for owner in owners]
        return list(reversed(self.books.things.get(kind, {}).values()))

    async def pay(
        self,
        session: str,
        payer: Payer,
    ) -> Answer:
        return self._or_error(lambda: pay(self.books, session, payer))

    async def onboard(self, account: str) -> Answer:
        return self._or_error(lambda: onboard(self.books, account))

    async def dispute(self, charge: str, do: Annotated[Literal["open", "win", "lose"], Body(embed=True)]) -> Answer:
        """Every call answers with the dispute."""

        def act() -> Thing:
            if do == "open":
                return open_dispute(self.books, self.books.get("charge", charge), Complaint())
            dispute = dispute_of(self.books, charge)
            decide(self.books, dispute, "won" if do == "win" else "lost")
            return dispute

        return self._or_error(act)

    async def pace(self, seconds: Annotated[float, Body(embed=True, ge=0, le=30)]) -> dict[str, float]:
        """How long each API call takes from now on."""
        self.desk.troubles.pace = seconds
        return {"seconds": seconds}

    def _or_error(self, act: Callable[[], Thing]) -> Answer:
        self.books.settle()
        try:
            return act()
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)
