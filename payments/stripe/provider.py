"""Stripe as a provider: pages and bank transfers, card holds, separate charges and transfers, Connect accounts."""

from __future__ import annotations

import os
from typing import Final

import aiohttp
import stripe

from payments.stripe.books import Books
from payments.stripe.cards import Cards
from payments.stripe.context import CODE
from payments.stripe.disputes import Disputes
from payments.stripe.endpoints import Endpoints
from payments.stripe.money_out import MoneyOut
from payments.stripe.sellers import Sellers

# An outbox message is leased for a minute, and one look-up makes up to three calls.
CALL_SECONDS: Final = 15.0


class StripeProvider(Cards, MoneyOut, Sellers, Disputes, Books, Endpoints):
    """Speaks to Stripe with the real client; `url` points it to another server that implements Stripe's API.

    `return_url` is where our own "go back to your chat" pages are. Each call is made once: the outbox retries, visibly
    and with the same key. `http_client`: another transport to Stripe than the network. `code`: tells one account at
    Stripe from another.
    """

    def __init__(
        self,
        key: str,
        url: str | None = None,
        *,
        return_url: str,
        http_client: stripe.HTTPClient | None = None,
        code: str = CODE,
    ) -> None:
        self.code = code
        stripe.enable_telemetry = False
        os.environ.setdefault("STRIPE_SUPPRESS_NOTICES", "true")
        # stripe 16.1 calls httpx in a way that httpx 0.28 warns about; the other client is aiohttp.
        self._http = http_client or stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS))
        self._client = stripe.StripeClient(
            key,
            http_client=self._http,
            base_addresses={"api": url, "files": url} if url else {},
            max_network_retries=0,
        )
        self._paid, self._not_paid = f"{return_url}/paid", f"{return_url}/not-paid"
        self._onboarded, self._link_expired = f"{return_url}/onboarded", f"{return_url}/link-expired"

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
