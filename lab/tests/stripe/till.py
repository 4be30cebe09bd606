"""A shop's till for the Stripe tests: the real client on one side, people and time on the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import stripe

from lab.app import Lab

TRANSFER = {
    "customer_balance": {
        "funding_type": "bank_transfer",
        "bank_transfer": {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "DE"}},
    }
}


class Till:
    def __init__(self, lab: Lab, browser: aiohttp.ClientSession) -> None:
        self.lab = lab
        self.browser = browser
        self.http = stripe.AIOHTTPClient()  # stripe 16.1 calls httpx in a way that httpx 0.28 warns about
        self.client = stripe.StripeClient(
            lab.stripe.secret_key,
            http_client=self.http,
            base_addresses={"api": f"{lab.url}/stripe", "files": f"{lab.url}/stripe"},
            max_network_retries=2,
        )

    @property
    def v1(self) -> Any:
        """Return the client, untyped on purpose: the tests also send what the SDK's types forbid."""
        return self.client.v1

    @property
    def v2(self) -> Any:
        return self.client.v2

    def later(self, **span: float) -> None:
        self.lab.world.clock.advance(timedelta(**span))

    def now(self) -> int:
        return int(self.lab.world.clock.now().timestamp())

    def day(self, ahead: int) -> str:
        """Return the date so many days from now."""
        return (self.lab.world.clock.now() + timedelta(days=ahead)).date().isoformat()

    async def lab_does(self, path: str, **body: Any) -> Any:
        async with self.browser.post(f"/lab/{path}", json=body) as answer:
            return await answer.json()

    async def page(self, url: str) -> str:
        """Return the page that a person's browser shows at this address."""
        async with self.browser.get(url) as answer:
            return await answer.text()

    async def press(self, url: str, **fields: str) -> str:
        """Send the page's form, and return the next page."""
        async with self.browser.post(url, data=fields) as answer:
            return await answer.text()

    async def session(self, amount: int = 20_000, **more: Any) -> Any:
        """Return a Checkout Session over one line of pellets, in cents."""
        line = {"price_data": {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Pellets"}}}
        return await self.v1.checkout.sessions.create_async(
            {
                "mode": "payment",
                "success_url": "https://shop.test/done?s={CHECKOUT_SESSION_ID}",
                "line_items": [{**line, "quantity": 1}],
                **more,
            }
        )

    async def pay(self, session: Any, number: str = "4242424242424242", **more: Any) -> dict[str, Any]:
        told = await self.lab_does(f"stripe/pay/{session.id}", **{"method": "card", "number": number, **more})
        assert isinstance(told, dict)
        return told

    async def charge(self, amount: int = 20_000, card: str = "pm_card_visa", **more: Any) -> Any:
        """Take money at once, without a page, and return the charge."""
        intent = await self.intent(amount, card, **more)
        return intent.latest_charge

    async def refused(self, call: Any) -> stripe.StripeError:
        """Return Stripe's refusal of a call."""
        with pytest.raises(stripe.StripeError) as refused:
            await call
        return refused.value

    async def intent(self, amount: int = 20_000, card: str = "pm_card_visa", **more: Any) -> Any:
        params = {"amount": amount, "currency": "eur", "payment_method": card, "confirm": True}
        return await self.v1.payment_intents.create_async({**params, "expand": ["latest_charge"], **more})

    async def customer(self, **more: Any) -> Any:
        return await self.v1.customers.create_async({"name": "Jonas", "email": "jonas@buyer.test", **more})

    async def transfer_session(self, customer: Any, amount: int = 20_000) -> Any:
        """Return a Checkout Session that takes a bank transfer."""
        return await self.session(
            amount,
            customer=customer.id,
            allowed_payment_method_types=["customer_balance"],
            payment_method_options=TRANSFER,
        )

    async def transfer_intent(self, customer: Any, amount: int = 20_000, **more: Any) -> Any:
        """Return a PaymentIntent that waits for a bank transfer."""
        return await self.v1.payment_intents.create_async(
            {
                "amount": amount,
                "currency": "eur",
                "customer": customer.id,
                "allowed_payment_method_types": ["customer_balance"],
                "payment_method_data": {"type": "customer_balance"},
                "payment_method_options": TRANSFER,
                "confirm": True,
                **more,
            }
        )

    async def bank_sends(self, to: str, amount: int, **more: Any) -> Any:
        """Send money by bank to a virtual IBAN (or a customer's id)."""
        return await self.lab_does(f"stripe/bank/{to}", amount=amount, **more)

    async def debit(self, iban: str = "DE89370400440532013000", amount: int = 20_000, **change: Any) -> Any:
        """Return a PaymentIntent with a SEPA debit in progress. Values of None in `change` are left out."""
        params = {
            "amount": amount,
            "currency": "eur",
            "allowed_payment_method_types": ["sepa_debit"],
            "payment_method_data": {
                "type": "sepa_debit",
                "sepa_debit": {"iban": iban},
                "billing_details": {"name": "Jonas", "email": "jonas@buyer.test"},
            },
            "mandate_data": {"customer_acceptance": {"type": "offline"}},
            "confirm": True,
            **change,
        }
        given = {name: value for name, value in params.items() if value is not None}
        return await self.v1.payment_intents.create_async(given)

    async def again(self, thing: Any) -> Any:
        """Return the same object as Stripe has it now."""
        service = {
            "payment_intent": self.v1.payment_intents,
            "checkout.session": self.v1.checkout.sessions,
            "charge": self.v1.charges,
            "refund": self.v1.refunds,
            "dispute": self.v1.disputes,
            "payout": self.v1.payouts,
            "topup": self.v1.topups,
        }[thing.object]
        return await service.retrieve_async(thing.id)

    async def seller(self, *, onboarded: bool = True) -> str:
        """Return the id of a connected account."""
        account = await self.v2.core.accounts.create_async(
            {
                "contact_email": "ona@seller.test",
                "display_name": "Ona's pellets",
                "dashboard": "express",
                "identity": {"country": "lt"},
                "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
                "configuration": {
                    "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
                },
            }
        )
        if onboarded:
            await self.lab_does(f"stripe/onboard/{account.id}")
        return str(account.id)

    async def balance(self, account: str | None = None) -> tuple[int, int]:
        """Return (available, pending) euros in cents."""
        options = {"stripe_account": account} if account else {}
        balance = await self.v1.balance.retrieve_async(options=options)
        return balance.available[0].amount, balance.pending[0].amount

    async def events(self) -> list[str]:
        """Return the types of all events, oldest first."""
        return [each.type for each in reversed((await self.v1.events.list_async({"limit": 100})).data)]
