"""Shared parts of the Stripe provider: the client, and intents read with the charge they led to."""

from __future__ import annotations

from typing import Final

import stripe

CODE: Final = "stripe"  # the provider's code, where there is only one account
WITH_CHARGE: Final = ["latest_charge.balance_transaction"]


class Part:
    """A part of `StripeProvider`, which is all of them in one."""

    code: str
    _client: stripe.StripeClient

    async def _intent(self, ref: str) -> stripe.PaymentIntent:
        return await self._client.v1.payment_intents.retrieve_async(ref, {"expand": WITH_CHARGE})

    async def _cancelled(self, ref: str) -> stripe.PaymentIntent:
        """Return the intent, cancelled now or before; one that was paid before is returned as it is."""
        try:
            return await self._client.v1.payment_intents.cancel_async(ref, {"expand": WITH_CHARGE})
        except stripe.InvalidRequestError:
            intent = await self._intent(ref)
            if intent.status not in ("canceled", "succeeded"):
                raise
            return intent


def under(key: str) -> stripe.RequestOptions:
    return {"idempotency_key": key}
