"""Events that can be read again: snapshots of v1 and thin events of v2, for 30 days."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import DAY
from lab.stripe.books import Books, Call, iso, page
from lab.stripe.server import Route

KEPT: Final = 30 * DAY


def retrieve_event(books: Books, call: Call) -> Thing:
    event = books.get("event", call.ids["id"], owner=call.account)
    if event["created"] <= books.now() - KEPT:
        raise Refusal(f"No such event: '{event['id']}'", code="resource_missing", param="id", status=404)
    return event


def list_events(books: Books, call: Call) -> Thing:
    """Return the last 30 days, newest first."""
    recent = [each for each in books.all("event", call.account) if each["created"] > books.now() - KEPT]
    if types := call.params.get("types"):
        recent = [each for each in recent if each["type"] in types]
    return page(recent, "/v1/events", call.params, ("type",))


def retrieve_thin(books: Books, call: Call) -> Thing:
    return books.get("v2.core.event", call.ids["id"])


def list_thin(books: Books, call: Call) -> Thing:
    """Return the last 30 days, newest first, in one page."""
    oldest = iso(books.now() - KEPT)
    found = [each for each in reversed(books.all("v2.core.event")) if each["created"] > oldest]
    if types := call.params.get("types"):
        found = [each for each in found if each["type"] in types]
    if key := call.params.get("object_id"):
        found = [each for each in found if each.get("related_object", {}).get("id") == key]
    return {"data": found[: call.params.get("limit", 20)], "next_page_url": None, "previous_page_url": None}


ROUTES: Final = [
    Route(
        "GET",
        "/v1/events",
        "_event_list_params.EventListParams",
        "limit starting_after ending_before created type types",
        list_events,
    ),
    Route("GET", "/v1/events/{id}", "_event_retrieve_params.EventRetrieveParams", "", retrieve_event),
    Route("GET", "/v2/core/events", "v2.core._event_list_params.EventListParams", "limit object_id types", list_thin),
    Route("GET", "/v2/core/events/{id}", "v2.core._event_retrieve_params.EventRetrieveParams", "", retrieve_thin),
]
