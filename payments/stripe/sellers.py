"""Sellers' accounts at Stripe: opened from the chat, filled in on Stripe's page, and what they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import stripe

from payments.provider import AccountRequest, Answer
from payments.provider_models import Account
from payments.stripe.context import Part, under
from payments.stripe.objects import newer_or_older

if TYPE_CHECKING:
    from stripe.params.v2.core._account_create_params import AccountCreateParams
    from stripe.v2.core import Account as NewerAccount


class Sellers(Part):
    _onboarded: str  # the page that says "go back to your chat"
    _link_expired: str

    async def open_account(self, ask: AccountRequest) -> Answer[Account]:
        async def newer() -> Account:
            account = await self._client.v2.core.accounts.create_async(recipient(ask), under(ask.key))
            return Account(account.id, ready=False)

        async def older() -> Account:
            account = await self._client.v1.accounts.create_async(
                {
                    "controller": {
                        "fees": {"payer": "application"},
                        "losses": {"payments": "application"},
                        "stripe_dashboard": {"type": "express"},
                    },
                    "capabilities": {"transfers": {"requested": True}},
                    "metadata": {"organisation": ask.organisation},
                    **({"country": ask.country} if ask.country else {}),
                    **({"email": ask.email} if ask.email else {}),
                },
                under(f"{ask.key}:v1"),
            )
            return Account(account.id, ready=False)

        return await newer_or_older(newer, older)

    async def account(self, ref: str) -> Answer[Account]:
        async def newer() -> Account:
            return as_account(
                await self._client.v2.core.accounts.retrieve_async(
                    ref, {"include": ["configuration.recipient", "requirements"]}
                )
            )

        async def older() -> Account:
            return as_older_account(await self._client.v1.accounts.retrieve_async(ref))

        return await newer_or_older(newer, older)

    async def account_link(self, key: str, ref: str) -> Answer[str]:
        async def newer() -> str:
            link = await self._client.v2.core.account_links.create_async(
                {
                    "account": ref,
                    "use_case": {
                        "type": "account_onboarding",
                        "account_onboarding": {
                            "refresh_url": self._link_expired,
                            "return_url": self._onboarded,
                        },
                    },
                },
                under(key),
            )
            return link.url

        async def older() -> str:
            link = await self._client.v1.account_links.create_async(
                {
                    "account": ref,
                    "type": "account_onboarding",
                    "refresh_url": self._link_expired,
                    "return_url": self._onboarded,
                },
                under(f"{key}:v1"),
            )
            return link.url

        return await newer_or_older(newer, older)


def recipient(ask: AccountRequest) -> AccountCreateParams:
    """Return the parameters of an account that receives our transfers, and whose fees and losses are ours."""
    params: AccountCreateParams = {
        "display_name": ask.name,
        "dashboard": "express",
        "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        "metadata": {"organisation": ask.organisation},
    }
    if ask.country:
        params["identity"] = {"country": ask.country.lower()}
    if ask.email:
        params["contact_email"] = ask.email
    return params


def as_account(account: NewerAccount) -> Account:
    """Convert an account. `missing` lists what Stripe requires from the seller themselves, in Stripe's terms."""
    known = account.configuration.recipient if account.configuration else None
    balance = known.capabilities.stripe_balance if known and known.capabilities else None
    transfers = balance.stripe_transfers if balance else None
    entries = (account.requirements.entries or []) if account.requirements else []
    return Account(
        ref=account.id,
        ready=transfers is not None and transfers.status == "active" and not account.closed,
        missing=tuple(sorted({each.description for each in entries if each.awaiting_action_from == "user"})),
        closed=bool(account.closed),
    )


def as_older_account(account: stripe.Account) -> Account:
    capabilities, requirements = account.capabilities, account.requirements
    due = (requirements.currently_due or []) if requirements is not None else []
    return Account(
        ref=account.id,
        ready=capabilities is not None and capabilities.transfers == "active",
        missing=tuple(sorted(due)),
    )
