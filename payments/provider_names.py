"""Objects of a further provider, with its references as our rows keep them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from payments.provider_models import Account, Checkout, Dispute, Events, Intent, Movement, Refund

Value = TypeVar("Value")
Name = Callable[[str], str]  # a provider's reference, as our rows keep it


def if_any(named: Callable[[Value, Name], Value]) -> Callable[[Value | None, Name], Value | None]:
    """Return `named` as a function that also accepts None, and returns None for it."""
    return lambda found, name: named(found, name) if found is not None else None


def ref_named(ref: str, name: Name) -> str:
    return name(ref)


def intent_named(intent: Intent, name: Name) -> Intent:
    funding = intent.funding
    if funding is not None:
        funding = replace(funding, intent=name(funding.intent), charge=name(funding.charge))
    return replace(intent, ref=name(intent.ref), funding=funding)


def checkout_named(checkout: Checkout, name: Name) -> Checkout:
    intent = intent_named(checkout.intent, name) if checkout.intent is not None else None
    return replace(checkout, ref=name(checkout.ref), intent=intent)


def refund_named(refund: Refund, name: Name) -> Refund:
    return replace(refund, ref=name(refund.ref))


def account_named(account: Account, name: Name) -> Account:
    return replace(account, ref=name(account.ref))


def dispute_named(dispute: Dispute, name: Name) -> Dispute:
    intent = name(dispute.intent) if dispute.intent is not None else None
    return replace(dispute, ref=name(dispute.ref), charge=name(dispute.charge), intent=intent)


def movement_named(line: Movement, name: Name) -> Movement:
    return replace(line, ref=name(line.ref), source=name(line.source) if line.source is not None else None)


def news_named(news: Events, name: Name) -> Events:
    return replace(news, object_id=name(news.object_id))
