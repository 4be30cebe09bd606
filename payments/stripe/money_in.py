"""Stripe's hosted pages, and bank transfers to an account number of the buyer's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import stripe

from core.kernel.money import Money
from core.trade.funding.rails.model import Rail
from payments.provider import Answer, CheckoutRequest, PayerRequest
from payments.provider_models import Checkout, Intent
from payments.stripe.context import WITH_CHARGE, Part, under
from payments.stripe.objects import answered, as_checkout, as_intent, as_transfer, money, ref_of, units

if TYPE_CHECKING:
    from stripe.params._payment_intent_create_params import (
        PaymentIntentCreateParamsPaymentMethodOptionsCustomerBalanceBankTransfer as BankTransfer,
    )

# Where the virtual account is: Stripe has DE, FR, IE and NL, and SEPA knows no difference.
EURO_TRANSFER: Final[BankTransfer] = {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "DE"}}
METHODS: Final = {Rail.CARD: "card", Rail.SEPA_DEBIT: "sepa_debit", Rail.STABLECOIN: "crypto"}


class MoneyIn(Part):
    _paid: str  # the page that says "thank you"
    _not_paid: str

    async def open_payer(self, ask: PayerRequest) -> Answer[str]:
        async def call() -> str:
            customer = await self._client.v1.customers.create_async(
                {
                    "name": ask.name,
                    "metadata": {"organisation": ask.organisation},
                    **({"email": ask.email} if ask.email else {}),
                },
                under(ask.key),
            )
            return customer.id

        return await answered(call)

    async def open_checkout(self, ask: CheckoutRequest) -> Answer[Checkout]:
        if ask.rail is Rail.BANK_TRANSFER:
            return await answered(lambda: self._await_transfer(ask))
        return await answered(lambda: self._open_page(ask))

    async def _open_page(self, ask: CheckoutRequest) -> Checkout:
        noted = {"payment": ask.payment, "deal": ask.deal}
        session = await self._client.v1.checkout.sessions.create_async(
            {
                "mode": "payment",
                "client_reference_id": ask.payment,
                "metadata": noted,
                "allowed_payment_method_types": [METHODS[ask.rail]],
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
                "payment_intent_data": {"transfer_group": ask.group, "metadata": noted},
                "expires_at": int(ask.expires_at.timestamp()),
                "success_url": self._paid,
                "cancel_url": self._not_paid,
            },
            under(ask.key),
        )
        return await self._as_checkout(session)

    async def _await_transfer(self, ask: CheckoutRequest) -> Checkout:
        intent = await self._client.v1.payment_intents.create_async(
            {
                "amount": units(ask.amount),
                "currency": ask.amount.currency.lower(),
                "customer": ask.payer or "",
                "allowed_payment_method_types": ["customer_balance"],
                "payment_method_data": {"type": "customer_balance"},
                "payment_method_options": {
                    "customer_balance": {
                        "funding_type": "bank_transfer",
                        "bank_transfer": EURO_TRANSFER,
                    }
                },
                "confirm": True,
                "transfer_group": ask.group,
                "metadata": {
                    "payment": ask.payment,
                    "deal": ask.deal,
                    "expires": str(int(ask.expires_at.timestamp())),
                },
                "expand": WITH_CHARGE,
            },
            under(ask.key),
        )
        return as_transfer(intent)

    async def expire_checkout(self, ref: str) -> Answer[Checkout]:
        async def call() -> Checkout:
            if is_intent(ref):
                return as_transfer(await self._cancelled(ref))
            try:
                session = await self._client.v1.checkout.sessions.expire_async(ref)
            except stripe.InvalidRequestError:
                session = await self._client.v1.checkout.sessions.retrieve_async(ref)
                if session.status == "open":
                    raise
            return await self._as_checkout(session)

        return await answered(call)

    async def checkout(self, ref: str) -> Answer[Checkout]:
        async def call() -> Checkout:
            if is_intent(ref):
                return as_transfer(await self._intent(ref))
            return await self._as_checkout(await self._client.v1.checkout.sessions.retrieve_async(ref))

        return await answered(call)

    async def intent(self, ref: str) -> Answer[Intent]:
        async def call() -> Intent:
            return as_intent(await self._intent(ref))

        return await answered(call)

    async def credit(self, payer: str) -> Answer[dict[str, Money]]:
        async def call() -> dict[str, Money]:
            balance = await self._client.v1.customers.cash_balance.retrieve_async(payer)
            available = balance.available.to_dict() if balance.available else {}
            return {currency.upper(): money(int(amount), currency) for currency, amount in available.items()}

        return await answered(call)

    async def in_part(self, payer: str) -> Answer[dict[str, Money]]:
        async def call() -> dict[str, Money]:
            sums: dict[str, Money] = {}
            found = await self._client.v1.payment_intents.list_async({"customer": payer, "limit": 100})
            async for each in found.auto_paging_iter():
                came = as_intent(each).so_far if each.status == "requires_action" else None
                if came is not None:
                    sums[came.currency] = sums.get(came.currency, Money.zero(came.currency)) + came
            return sums

        return await answered(call)

    async def _as_checkout(self, session: stripe.checkout.Session) -> Checkout:
        intent, card = None, None
        ref = ref_of(session.payment_intent)
        if session.status == "complete" and ref is not None:
            intent = await self._intent(ref)
        setup = ref_of(session.setup_intent)
        if session.status == "complete" and setup is not None:
            card = ref_of((await self._client.v1.setup_intents.retrieve_async(setup)).payment_method)
        return as_checkout(session, intent, card)


def is_intent(ref: str) -> bool:
    """Return whether a reference is an intent. A bank transfer has no page of Stripe's, so its intent stands for it."""
    return ref.startswith("pi_")
