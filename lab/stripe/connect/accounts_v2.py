"""Accounts v2: recipients made, read, changed and closed (docs.stripe.com/connect/accounts-v2)."""

from __future__ import annotations

from typing import Final

from lab.stripe.api.errors import Refusal, missing_parameter
from lab.stripe.api.shapes import Thing
from lab.stripe.balance import totals
from lab.stripe.books import Books, Call, change_metadata
from lab.stripe.connect import second_face
from lab.stripe.connect.accounts import open_account
from lab.stripe.server import Route


def create_v2(books: Books, call: Call) -> Thing:
    params = call.params
    recipient = (params.get("configuration") or {}).get("recipient") or {}
    balance = (recipient.get("capabilities") or {}).get("stripe_balance") or {}
    wants_transfers = bool((balance.get("stripe_transfers") or {}).get("requested"))
    if wants_transfers and not (params.get("identity") or {}).get("country"):
        raise missing_parameter("identity[country]")
    identity = params.get("identity") or {}
    account = open_account(
        books,
        ["transfers"] if wants_transfers else [],
        business_profile={"name": params.get("display_name")},
        country=(identity.get("country") or "de").upper(),
        email=params.get("contact_email"),
        metadata=dict(params.get("metadata") or {}),
        type="none",
    )
    dashboard = params.get("dashboard", "none")
    second = second_face.grow(books, account, params.get("display_name"), dashboard, params.get("defaults") or {})
    second["identity"] = {
        "attestations": None,
        "business_details": None,
        "country": account["country"].lower(),
        "entity_type": identity.get("entity_type"),
        "individual": None,
    }
    books.announce("account.updated", account, account=account["id"])
    second_face.tell(books, account, ".created")
    return _included(second, params.get("include") or [])


INCLUDABLE: Final = ("identity", "defaults", "requirements", "future_requirements")


def _included(second: Thing, include: list[str]) -> Thing:
    """Null the large fields unless they were asked for, as in Stripe's v2."""
    shown = {**second, **{name: second[name] if name in include else None for name in INCLUDABLE}}
    roles = {each.partition(".")[2] for each in include if each.startswith("configuration.")}
    if roles:
        shown["configuration"] = {role: second["configuration"].get(role) for role in roles}
    else:
        shown["configuration"] = None
    return shown


def retrieve_v2(books: Books, call: Call) -> Thing:
    return _included(_second(books, call), call.params.get("include") or [])


def _second(books: Books, call: Call) -> Thing:
    return books.get("v2.core.account", call.ids["id"])


def update_v2(books: Books, call: Call) -> Thing:
    second, account = _second(books, call), books.get("account", call.ids["id"])
    if "contact_email" in call.params:
        second["contact_email"] = account["email"] = call.params["contact_email"]
    if "display_name" in call.params:
        second["display_name"] = call.params["display_name"]
    change_metadata(account, call.params.get("metadata"))
    second["metadata"] = account["metadata"]
    books.announce("account.updated", account, account=account["id"])
    second_face.tell(books, account, ".updated")
    return _included(second, call.params.get("include") or [])


def list_v2(books: Books, call: Call) -> Thing:
    found = [_included(each, []) for each in reversed(books.all("v2.core.account"))]
    return {"data": found[: call.params.get("limit", 20)], "next_page_url": None, "previous_page_url": None}


def close_v2(books: Books, call: Call) -> Thing:
    second = _second(books, call)
    close(books, second["id"])
    return _included(second, [])


def close(books: Books, key: str) -> Thing:
    """Close an account, so that it can no longer be paid. Raises Refusal if its balance is not zero."""
    account, second = books.get("account", key), books.get("v2.core.account", key)
    if any(amount for side in totals(books, key) for amount in side.values()):
        raise Refusal("This account cannot be closed while its balance is not zero.", code="account_invalid")
    account |= {"payouts_enabled": False, "charges_enabled": False}
    account["capabilities"] = dict.fromkeys(account["capabilities"], "inactive")
    second_face.align(books, account)
    second["closed"] = True
    books.announce("account.updated", account, account=key)
    second_face.tell(books, account, ".closed")
    return account


V2: Final = "v2.core._account_{0}_params.Account{1}Params"
RECIPIENT: Final = (
    "contact_email display_name dashboard identity.country identity.entity_type metadata include"
    " configuration.recipient defaults.currency defaults.responsibilities"
)

ROUTES: Final = [
    Route("POST", "/v2/core/accounts", V2.format("create", "Create"), RECIPIENT, create_v2),
    Route("GET", "/v2/core/accounts", V2.format("list", "List"), "limit", list_v2),
    Route("GET", "/v2/core/accounts/{id}", V2.format("retrieve", "Retrieve"), "include", retrieve_v2),
    Route(
        "POST",
        "/v2/core/accounts/{id}",
        V2.format("update", "Update"),
        "contact_email display_name metadata include",
        update_v2,
    ),
    Route("POST", "/v2/core/accounts/{id}/close", V2.format("close", "Close"), "applied_configurations", close_v2),
]
