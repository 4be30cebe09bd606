"""The endpoints at which Stripe reports events to us: which there must be, which there are, and their registration.

Stripe tells one endpoint of the platform's own events, and another of those of its sellers' accounts. Thin events of
API v2 go to an event destination. Each of the three has a secret of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from payments.provider import Answer
from payments.stripe.context import Part
from payments.stripe.objects import answered
from payments.stripe.webhooks import EVENT_TYPES

Source = Literal["platform", "sellers", "thin"]
WHOLE, THIN = "/stripe/webhook", "/stripe/thin"
MOST: Final = 100  # endpoints of a page; Stripe allows sixteen
EVERY_EVENT: Final = "*"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address with the events that it must be told, and the setting that holds its secret."""

    source: Source
    url: str
    events: tuple[str, ...]
    setting: str


def needed_endpoints(home: str) -> tuple[Endpoint, ...]:
    """Return the endpoints of a market at this public address."""
    thin = tuple(name for name in EVENT_TYPES if name.startswith("v2."))
    sellers = tuple(name for name, kind in EVENT_TYPES.items() if kind == "account" and name not in thin)
    platform = tuple(name for name in EVENT_TYPES if name not in {*thin, *sellers})
    return (
        Endpoint("platform", f"{home}{WHOLE}", platform, "STRIPE_WEBHOOK_SECRET"),
        Endpoint("sellers", f"{home}{WHOLE}", sellers, "STRIPE_WEBHOOK_SECRET"),
        Endpoint("thin", f"{home}{THIN}", thin, "STRIPE_THIN_WEBHOOK_SECRET"),
    )


def missing_events(needed: Sequence[Endpoint], registered: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Return the events that no endpoint at their address is told, by address."""
    missing: dict[str, list[str]] = {}
    for endpoint in needed:
        told = registered.get(endpoint.url, frozenset())
        if EVERY_EVENT not in told and (lost := [name for name in endpoint.events if name not in told]):
            missing.setdefault(endpoint.url, []).extend(lost)
    return missing


class Endpoints(Part):
    async def registered_events(self) -> Answer[dict[str, frozenset[str]]]:
        """Return the events of all enabled endpoints, by address."""

        async def call() -> dict[str, frozenset[str]]:
            told: dict[str, frozenset[str]] = {}
            whole = await self._client.v1.webhook_endpoints.list_async({"limit": MOST})
            async for each in whole.auto_paging_iter():
                if each.status == "enabled":
                    told[each.url] = told.get(each.url, frozenset()) | set(each.enabled_events)
            thin = await self._client.v2.core.event_destinations.list_async(
                {"limit": MOST, "include": ["webhook_endpoint.url"]}
            )
            for destination in thin.data:
                at = destination.webhook_endpoint
                if destination.status == "enabled" and at is not None and at.url is not None:
                    told[at.url] = told.get(at.url, frozenset()) | set(destination.enabled_events)
            return told

        return await answered(call)

    async def register_endpoint(self, endpoint: Endpoint) -> Answer[str]:
        """Register an endpoint, and return its secret, which Stripe shows only now."""

        async def call() -> str:
            if endpoint.source == "thin":
                return await self._register_thin(endpoint)
            made = await self._client.v1.webhook_endpoints.create_async(
                {
                    "url": endpoint.url,
                    "enabled_events": cast("Any", list(endpoint.events)),  # the SDK lists all names one by one
                    "connect": endpoint.source == "sellers",
                    "description": f"Parley: {endpoint.source}",
                }
            )
            assert made.secret is not None, "a new endpoint has its secret"
            return made.secret

        return await answered(call)

    async def _register_thin(self, endpoint: Endpoint) -> str:
        made = await self._client.v2.core.event_destinations.create_async(
            {
                "name": f"Parley: {endpoint.source}",
                "type": "webhook_endpoint",
                "event_payload": "thin",
                "enabled_events": list(endpoint.events),
                "events_from": ["@self", "@accounts"],
                "webhook_endpoint": {"url": endpoint.url},
                "include": ["webhook_endpoint.signing_secret"],
            }
        )
        at = made.webhook_endpoint
        assert at is not None, "a webhook endpoint was asked for"
        assert at.signing_secret is not None, "a new endpoint has its secret"
        return at.signing_secret
