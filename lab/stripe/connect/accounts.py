"""Connected accounts: sellers can be paid once Stripe knows them, and for as long as it trusts them.

One account has two faces: the older `/v1/accounts` (this file's calls) and `/v2/core/accounts` (`accounts_v2`). Both
show the same onboarding, and each change is announced twice: as a snapshot event and as a thin one.
"""

from __future__ import annotations

from typing import Any, Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books, Call, change_metadata, page
from lab.stripe.connect import second_face
from lab.stripe.iban import made_up
from lab.stripe.server import Route

DUE: Final = ["external_account", "individual.verification.document", "tos_acceptance.date"]
"""What a seller has to tell at first."""

ASKED_AGAIN: Final = ["individual.verification.additional_document"]
"""What a restricted seller is asked for, unless it is said otherwise."""


def may_receive(books: Books, key: str) -> bool:
    """Return whether the transfers capability is active."""
    capabilities: dict[str, str] = books.things["account"][key]["capabilities"]
    return capabilities.get("transfers") == "active"


def onboard(books: Books, key: str) -> Thing:
    """Complete the seller's onboarding, which activates the requested capabilities. Repeating it changes nothing."""
    account = books.get("account", key)
    if account["details_submitted"] and not account["requirements"]["currently_due"]:
        return account
    before = {name: account[name] for name in ("details_submitted", "charges_enabled", "payouts_enabled")}
    account |= {"details_submitted": True, "payouts_enabled": True, "requirements": _requirements([])}
    if not account["external_accounts"]["data"]:
        account["external_accounts"]["data"].append(_bank_account(books, account))
    _set_capabilities(books, account, "active", before)
    return account


def restrict(books: Books, key: str, due: list[str] | None = None) -> Thing:
    """Restrict a seller: Stripe asks for more, and pays nothing until it is given."""
    account = books.get("account", key)
    before = {name: account[name] for name in ("charges_enabled", "payouts_enabled")}
    account |= {"payouts_enabled": False, "requirements": _requirements(due or ASKED_AGAIN)}
    _set_capabilities(books, account, "inactive", before)
    return account


def _set_capabilities(books: Books, account: Thing, status: str, before: Thing) -> None:
    """Set the capabilities, and announce the change in both of the account's versions."""
    changed = [name for name, old in account["capabilities"].items() if old != status]
    old = dict(account["capabilities"])
    account["capabilities"] = dict.fromkeys(account["capabilities"], status)
    account["charges_enabled"] = account["capabilities"].get("card_payments") == "active"
    second_face.align(books, account)
    books.announce("account.updated", account, before, account["id"])
    second_face.tell(books, account, "[requirements].updated")
    for name in changed:
        books.announce("capability.updated", capability(account, name), {"status": old[name]}, account["id"])
    if "transfers" in changed:
        second_face.tell_capabilities(books, account)


def capability(account: Thing, name: str) -> Thing:
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "requested": True,
        "requested_at": account["created"],
        "requirements": account["requirements"]
        | {"disabled_reason": "requirements.fields_needed" if account["requirements"]["currently_due"] else None},
        "status": account["capabilities"][name],
    }


def _bank_account(books: Books, account: Thing) -> Thing:
    iban = made_up("DE", books.world.random)
    return {
        "id": books.new_id("ba"),
        "object": "bank_account",
        "account": account["id"],
        "account_holder_name": (account["business_profile"] or {}).get("name"),
        "account_holder_type": "company",
        "bank_name": "The lab's bank",
        "country": iban[:2],
        "currency": account["default_currency"],
        "default_for_currency": True,
        "last4": iban[-4:],
        "metadata": {},
        "status": "new",
    }


def _requirements(due: list[str]) -> dict[str, Any]:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


def open_account(books: Books, capabilities: list[str], **given: Any) -> Thing:
    account = books.add(
        "account",
        "acct",
        capabilities=dict.fromkeys(capabilities, "inactive"),
        charges_enabled=False,
        default_currency="eur",
        details_submitted=False,
        payouts_enabled=False,
        requirements=_requirements(DUE),
        external_accounts={"object": "list", "url": "", "has_more": False, "data": []},
        **given,
    )
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    return account


def create_v1(books: Books, call: Call) -> Thing:
    params = call.params
    requested = [
        name for name, asked_for in (params.get("capabilities") or {}).items() if (asked_for or {}).get("requested")
    ]
    if strange := set(requested) - {"transfers", "card_payments"}:
        raise Refusal(f"The lab's Stripe does not play the capabilities {sorted(strange)}.", param="capabilities")
    controller = params.get("controller") or {}
    account = open_account(
        books,
        requested,
        business_profile=params.get("business_profile") or {},
        business_type=params.get("business_type"),
        controller={
            "fees": {"payer": (controller.get("fees") or {}).get("payer", "account")},
            "is_controller": True,
            "losses": {"payments": (controller.get("losses") or {}).get("payments", "stripe")},
            "requirement_collection": controller.get("requirement_collection", "stripe"),
            "stripe_dashboard": {"type": (controller.get("stripe_dashboard") or {}).get("type", "full")},
            "type": "application",
        },
        country=params.get("country", "DE"),
        email=params.get("email"),
        metadata=dict(params.get("metadata") or {}),
        type=params.get("type", "none"),
    )
    second_face.grow(books, account, None, "express", {})
    books.announce("account.updated", account, account=account["id"])
    return account


def retrieve_v1(books: Books, call: Call) -> Thing:
    return books.get("account", call.ids["id"])


def update_v1(books: Books, call: Call) -> Thing:
    account = books.get("account", call.ids["id"])
    change_metadata(account, call.params.get("metadata"))
    account["email"] = call.params.get("email", account["email"])
    books.announce("account.updated", account, account=account["id"])
    return account


def list_v1(books: Books, call: Call) -> Thing:
    return page(books.all("account"), "/v1/accounts", call.params)


V1: Final = "_account_{0}_params.Account{1}Params"

ROUTES: Final = [
    Route(
        "POST",
        "/v1/accounts",
        V1.format("create", "Create"),
        "business_profile business_type capabilities controller country email metadata type",
        create_v1,
    ),
    Route("GET", "/v1/accounts", V1.format("list", "List"), "limit starting_after ending_before created", list_v1),
    Route("GET", "/v1/accounts/{id}", V1.format("retrieve", "Retrieve"), "", retrieve_v1),
    Route("POST", "/v1/accounts/{id}", V1.format("update", "Update"), "email metadata", update_v1),
]
