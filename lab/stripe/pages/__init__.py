"""The pages that Stripe, the payers' banks and their wallets show to people: `/pay/...` and `/onboard/...`."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.pages import banks, checkout, onboarding
from lab.stripe.payments.checkout_page import Payer, pay

Typed = Annotated[str, Form()]
PAYER: Final = TypeAdapter(Payer)


class Pages:
    """Serves all pages. The books are settled first, because time may have passed."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def router(self) -> APIRouter:
        router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
        router.add_api_route("/pay/authenticate/{intent}", self.show_authentication, methods=["GET"])
        router.add_api_route("/pay/authenticate/{intent}", self.authenticate, methods=["POST"])
        router.add_api_route("/pay/transfer/{intent}", self.show_transfer, methods=["GET"])
        router.add_api_route("/pay/transfer/{intent}", self.transfer, methods=["POST"])
        router.add_api_route("/pay/crypto/{intent}", self.show_wallet, methods=["GET"])
        router.add_api_route("/pay/crypto/{intent}", self.pay_from_wallet, methods=["POST"])
        router.add_api_route("/pay/mandate/{mandate}", self.show_mandate, methods=["GET"])
        router.add_api_route("/pay/{session}", self.show_checkout, methods=["GET"])
        router.add_api_route("/pay/{session}", self.pay, methods=["POST"])
        router.add_api_route("/onboard/{account}", self.show_onboarding, methods=["GET"])
        router.add_api_route("/onboard/{account}", self.onboard, methods=["POST"])
        return router

    async def show_checkout(self, session: str) -> Response:
        return checkout.show(self.books, self._find("checkout.session", session))

    async def pay(self, session: str, request: Request) -> Response:
        """Pay by the form: a `Payer`'s fields, and `answer`, the reply to the bank's question ("yes" or "no")."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        answer = form.pop("answer", "")
        try:
            payer = PAYER.validate_python({**form, "authenticated": answer == "yes"})
        except ValidationError as wrong:
            raise HTTPException(422, str(wrong)) from None
        found = self._find("checkout.session", session)
        if answer == "no":
            return checkout.show(self.books, found, "We are unable to authenticate your payment method.", payer.number)
        result = pay(self.books, session, payer)
        if result["status"] == "requires_action":
            return checkout.ask_bank(payer.number)
        return checkout.show(self.books, found, result.get("error"), payer.number)

    async def show_authentication(self, intent: str) -> Response:
        return banks.show_authentication(self.books, self._intent(intent))

    async def authenticate(self, intent: str, answer: Typed) -> Response:
        return banks.authenticate(self.books, self._intent(intent), yes=answer == "yes")

    async def show_transfer(self, intent: str) -> Response:
        return banks.show_transfer(self.books, self._intent(intent))

    async def transfer(
        self, intent: str, amount: Typed, sender: Typed = "A person", reference: Annotated[str | None, Form()] = None
    ) -> Response:
        return banks.transfer(self.books, self._intent(intent), amount, sender, reference)

    async def show_wallet(self, intent: str) -> Response:
        return banks.show_wallet(self._intent(intent))

    async def pay_from_wallet(self, intent: str, network: Typed, token: Typed) -> Response:
        return banks.pay_from_wallet(self.books, self._intent(intent), network, token)

    async def show_mandate(self, mandate: str) -> Response:
        return banks.show_mandate(self._find("mandate", mandate))

    async def show_onboarding(self, account: str, link: str = "") -> Response:
        return onboarding.show(self.books, self._find("account", account), link)

    async def onboard(self, account: str, link: str = "") -> Response:
        return onboarding.finish(self.books, self._find("account", account), link)

    def _find(self, kind: str, key: str) -> Thing:
        self.books.settle()
        try:
            return self.books.get(kind, key)
        except Refusal as refusal:
            raise HTTPException(404, str(refusal)) from None

    def _intent(self, key: str) -> Thing:
        return self._find("setup_intent" if key.startswith("seti_") else "payment_intent", key)
