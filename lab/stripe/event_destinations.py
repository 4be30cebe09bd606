"""Event destinations of API v2: addresses that the product registers itself for thin events."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, iso
from lab.stripe.server import Route

KIND: Final = "v2.core.event_destination"
SECRET, URL = "webhook_endpoint.signing_secret", "webhook_endpoint.url"


def create_destination(books: Books, call: Call) -> Thing:
    """Create a destination. Only this answer has its secret, and only on request."""
    params, now = call.params, iso(books.now())
    url = (params.get("webhook_endpoint") or {}).get("url")
    if params["type"] != "webhook_endpoint" or params["event_payload"] != "thin" or not url:
        raise Refusal("The lab delivers thin events to webhook endpoints.", code="invalid_fields")
    destination = books.add(
        KIND,
        "ed",
        created=now,
        updated=now,
        name=params["name"],
        description=params.get("description") or "",
        type=params["type"],
        event_payload=params["event_payload"],
        enabled_events=params["enabled_events"],
        events_from=params.get("events_from") or ["@self"],
        metadata=dict(params.get("metadata") or {}),
        status="enabled",
        webhook_endpoint={"signing_secret": books.new_id("whsec"), "url": url},
    )
    return _included(destination, params.get("include") or [])


def list_destinations(books: Books, call: Call) -> Thing:
    include = call.params.get("include") or []
    found = [_included(each, include) for each in reversed(books.all(KIND))]
    return {"data": found[: call.params.get("limit", 20)], "next_page_url": None, "previous_page_url": None}


def _included(destination: Thing, include: list[str]) -> Thing:
    """Null the redacted fields unless they were asked for."""
    kept = destination["webhook_endpoint"]
    shown = {
        "signing_secret": kept["signing_secret"] if SECRET in include else None,
        "url": kept["url"] if URL in include else None,
    }
    return {**destination, "webhook_endpoint": shown}


PATH: Final = "/v2/core/event_destinations"
PARAMS: Final = "v2.core._event_destination_{0}_params.EventDestination{1}Params"
CREATED_WITH: Final = (
    "name description type event_payload enabled_events events_from include metadata webhook_endpoint.url"
)

ROUTES: Final = [
    Route("POST", PATH, PARAMS.format("create", "Create"), CREATED_WITH, create_destination),
    Route("GET", PATH, PARAMS.format("list", "List"), "limit include", list_destinations),
]
