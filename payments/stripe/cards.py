"""Card holds at Stripe: money set aside on a card, taken later in whole or in part, or set free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import stripe

from payments.provider import Answer, CaptureRequest, CardPageRequest, HoldPageRequest, HoldRequest
from payments.provider_models import Checkout, Intent
from payments.stripe.context import WITH_CHARGE, under
from payments.stripe.money_in import MoneyIn
from payments.stripe.objects import answered, as_checkout, as_intent, ours, units

if TYPE_CHECKING:
    from stripe.params.checkout._session_create_params import SessionCreateParams


class Cards(MoneyIn):
    async def open_hold_page(self, ask: HoldPageRequest) -> Answer[Checkout]:
        return await self._open(
            ask.key,
            {
                "mode": "payment",
                "customer": ask.payer,
                "client_reference_id": ask.hold,
                "metadata": {"hold": ask.hold},
                "allowed_payment_method_types": ["card"],
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": ask.amount.currency.lower(),
                            "unit_amount": units(ask.amount),
                            "product_data": {"name": ask.title},
                        },
                    }
                ],
                "payment_intent_data": {
                    "capture_method": "manual",
                    "setup_future_usage": "off_session",
                    "metadata": {"hold": ask.hold},
                    "transfer_group": f"hold_{ask.hold}",
                },
                "expires_at": int(ask.expires_at.timestamp()),
                "success_url": self._paid,
                "cancel_url": self._not_paid,
            },
        )

    async def open_card_page(self, ask: CardPageRequest) -> Answer[Checkout]:
        return await self._open(
            ask.key,
            {
                "mode": "setup",
                "customer": ask.payer,
                "client_reference_id": ask.hold,
                "metadata": {"hold": ask.hold},
                "currency": ask.currency.lower(),
                "allowed_payment_method_types": ["card"],
                "setup_intent_data": {"metadata": {"hold": ask.hold}},
                "expires_at": int(ask.expires_at.timestamp()),
                "success_url": self._paid,
                "cancel_url": self._not_paid,
            },
        )

    async def _open(self, key: str, params: SessionCreateParams) -> Answer[Checkout]:
        async def call() -> Checkout:
            return as_checkout(await self._client.v1.checkout.sessions.create_async(params, under(key)), None)

        return await answered(call)

    async def hold(self, ask: HoldRequest) -> Answer[Intent]:
        async def call() -> Intent:
            intent = await self._client.v1.payment_intents.create_async(
                {
                    "amount": units(ask.amount),
                    "currency": ask.amount.currency.lower(),
                    "customer": ask.payer,
                    "payment_method": ask.card,
                    "off_session": True,
                    "confirm": True,
                    "capture_method": "automatic" if ask.take else "manual",
                    "transfer_group": f"hold_{ask.hold}",
                    "metadata": {"hold": ask.hold},
                    "expand": WITH_CHARGE,
                },
                under(ask.key),
            )
            return as_intent(intent)

        return await answered(call)

    async def capture(self, ask: CaptureRequest) -> Answer[Intent]:
        async def call() -> Intent:
            try:
                intent = await self._client.v1.payment_intents.capture_async(
                    ask.intent, {"amount_to_capture": units(ask.amount), "expand": WITH_CHARGE}, under(ask.key)
                )
            except stripe.InvalidRequestError:
                intent = await self._intent(ask.intent)  # taken under an earlier key of ours, whose answer was lost
                if intent.status != "succeeded" or intent.amount_received != units(ask.amount):
                    raise
            return as_intent(intent)

        return await answered(call)

    async def cancel(self, intent: str) -> Answer[Intent]:
        async def call() -> Intent:
            return as_intent(await self._cancelled(intent))

        return await answered(call)

    async def find_intent(self, ours_: str, payer: str) -> Answer[Intent | None]:
        async def call() -> Intent | None:
            found = await self._client.v1.payment_intents.list_async({"customer": payer, "limit": 100})
            async for each in found.auto_paging_iter():
                if ours_ in (ours(each, "payment"), ours(each, "hold")):
                    return as_intent(await self._intent(each.id))
            return None

        return await answered(call)
