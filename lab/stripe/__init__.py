"""The lab's simulated Stripe: cards, holds, Checkout, Connect, disputes and webhooks, strict where Stripe is strict.

The real `stripe.StripeClient` talks to it over HTTP with `base_addresses={"api": lab.url + "/stripe"}`.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from fastapi import APIRouter

from lab.stripe import balance, balance_settings, event_destinations, events, payouts, topups, webhook_endpoints
from lab.stripe.books import Books
from lab.stripe.connect import account_links, accounts, accounts_v2, transfer_reversals, transfers
from lab.stripe.face import Face
from lab.stripe.pages import Pages
from lab.stripe.payments import (
    cash_balance,
    charges,
    checkout_sessions,
    customers,
    disputes,
    files,
    fraud_warnings,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
)
from lab.stripe.payments.rails import customer_balance, sepa_debit
from lab.stripe.server import ApiServer
from lab.stripe.webhooks import Post
from lab.world import World

PARTS: Final = (
    customers,
    cash_balance,
    payment_methods,
    payment_intents,
    customer_balance,
    sepa_debit,
    setup_intents,
    checkout_sessions,
    charges,
    refunds,
    disputes,
    files,
    fraud_warnings,
    balance,
    balance_settings,
    payouts,
    topups,
    accounts,
    accounts_v2,
    account_links,
    transfers,
    transfer_reversals,
    events,
    event_destinations,
    webhook_endpoints,
)


class Stripe:
    """One Stripe platform account. Set `webhook_url` and `webhook_secret` to get its events."""

    def __init__(self, world: World) -> None:
        self.secret_key = "sk_test_lab51ParleyPretendKey"
        self.books = Books(world)
        self.api = ApiServer(self.books, self.secret_key)
        self.post = Post(self.books)
        self.post.secret = "whsec_labParleyPretendSecret"

    @property
    def webhook_url(self) -> str:
        return self.post.url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self.post.url = url

    @property
    def webhook_secret(self) -> str:
        return self.post.secret

    @webhook_secret.setter
    def webhook_secret(self, secret: str) -> None:
        self.post.secret = secret

    def top_up(self, minor: int, currency: str = "eur") -> None:
        """Pay in as the platform's owner: a full refund needs more than was left after Stripe's fee."""
        topups.arrive(self.books, topups.top_up(self.books, minor, currency, {}))

    def router(self) -> APIRouter:
        router = APIRouter()
        parts = (
            Face(self.books, self.api, self.post).router(),
            Pages(self.books).router(),
            self.api.router(list(chain.from_iterable(part.ROUTES for part in PARTS))),
        )
        for part in parts:
            router.routes.extend(part.routes)  # including a router reads the signatures of all its calls again
        return router

    async def start(self, base_url: str) -> None:
        """`base_url`: where people's browsers find the lab, for the addresses of pages."""
        self.books.base_url = base_url.rstrip("/")
        await self.post.start()

    async def stop(self) -> None:
        await self.post.stop()
