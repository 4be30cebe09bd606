"""Webhook endpoints: addresses that the product registers itself, each with its events."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.shapes import Thing
from lab.stripe.books import VERSION, Books, Call, change_metadata, page
from lab.stripe.server import Route
from lab.stripe.webhooks import Told


def create_endpoint(books: Books, call: Call) -> Thing:
    """Create an endpoint. Only this answer has its secret."""
    endpoint = books.add(
        "webhook_endpoint",
        "we",
        url=call.params["url"],
        enabled_events=call.params["enabled_events"],
        api_version=call.params.get("api_version", VERSION),
        application=None,
        description=call.params.get("description"),
        metadata=dict(call.params.get("metadata") or {}),
        status="enabled",
    )
    del endpoint["secret"]
    secret = books.new_id("whsec")
    books.private[endpoint["id"]] = Told(secret, bool(call.params.get("connect")))
    return {**endpoint, "secret": secret}


def update_endpoint(books: Books, call: Call) -> Thing:
    endpoint = books.get("webhook_endpoint", call.ids["id"])
    for name in ("url", "enabled_events", "description"):
        endpoint[name] = call.params.get(name, endpoint[name])
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if call.params["disabled"] else "enabled"
    change_metadata(endpoint, call.params.get("metadata"))
    return endpoint


def delete_endpoint(books: Books, call: Call) -> Thing:
    endpoint = books.get("webhook_endpoint", call.ids["id"])
    del books.things["webhook_endpoint"][endpoint["id"]], books.by_id[endpoint["id"]]
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def retrieve_endpoint(books: Books, call: Call) -> Thing:
    return books.get("webhook_endpoint", call.ids["id"])


def list_endpoints(books: Books, call: Call) -> Thing:
    return page(books.all("webhook_endpoint"), "/v1/webhook_endpoints", call.params)


PAGE: Final = "limit starting_after ending_before"
ENDPOINT: Final = "_webhook_endpoint_{0}_params.WebhookEndpoint{1}Params"
PATH: Final = "/v1/webhook_endpoints"

ROUTES: Final = [
    Route(
        "POST",
        PATH,
        ENDPOINT.format("create", "Create"),
        "url enabled_events connect api_version description metadata",
        create_endpoint,
    ),
    Route("GET", PATH, ENDPOINT.format("list", "List"), PAGE, list_endpoints),
    Route("GET", f"{PATH}/{{id}}", ENDPOINT.format("retrieve", "Retrieve"), "", retrieve_endpoint),
    Route(
        "POST",
        f"{PATH}/{{id}}",
        ENDPOINT.format("update", "Update"),
        "url enabled_events description disabled metadata",
        update_endpoint,
    ),
    Route("DELETE", f"{PATH}/{{id}}", ENDPOINT.format("delete", "Delete"), "", delete_endpoint),
]
