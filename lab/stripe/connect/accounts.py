"""Connected accounts: sellers who may be paid once Stripe knows them.

One account has two faces: `/v2/core/accounts` (recipient configuration) and the older `/v1/accounts`
(controller properties). Both tell of the same onboarding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lab.stripe.api.desk import Route
from lab.stripe.api.errors import Refusal, missing_parameter, no_such
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, Call, change_metadata, page

LINK_SECONDS: Final = 300
"""An onboarding link is for one use, within minutes."""

DUE: Final = ["external_account", "individual.verification.document", "tos_acceptance.date"]


@dataclass(slots=True)
class Link:
    """A one-time onboarding address. Times are Unix seconds."""

    account: str
    expires_at: int
    refresh_url: str | None
    return_url: str | None
    used: bool = False


def may_receive(books: Books, key: str) -> bool:
    """Is the transfers capability active?"""
    capabilities: dict[str, str] = books.things["account"][key]["capabilities"]
    return capabilities.get("transfers") == "active"


def onboard(books: Books, key: str) -> Thing:
    """The seller has told Stripe everything; what was requested becomes active. Doing it again changes nothing."""
    account = books.get("account", key)
    if account["details_submitted"]:
        return account
    before = {"details_submitted": False, "charges_enabled": False, "payouts_enabled": False}
    account["capabilities"] = dict.fromkeys(account["capabilities"], "active")
    account |= {"details_submitted": True, "payouts_enabled": True, "requirements": _requirements([])}
    account["charges_enabled"] = "card_payments" in account["capabilities"]
    _align(books, account)
    books.announce("account.updated", account, before, key)
    for name in account["capabilities"]:
        books.announce("capability.updated", _capability(account, name), {"status": "inactive"}, key)
    return account


def _capability(account: Thing, name: str) -> Thing:
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "requested": True,
        "requested_at": account["created"],
        "requirements": account["requirements"],
        "status": account["capabilities"][name],
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


def _open_account(books: Books, capabilities: list[str], **given: Any) -> Thing:
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
    requested = [name for name, wish in (params.get("capabilities") or {}).items() if (wish or {}).get("requested")]
    if strange := set(requested) - {"transfers", "card_payments"}:
        raise Refusal(f"The lab's Stripe does not play the capabilities {sorted(strange)}.", param="capabilities")
    controller = params.get("controller") or {}
    account = _open_account(
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
    _second_face(books, account, None, "express", {})
    books.announce("account.updated", account, account=account["id"])
    return account


def create_v2(books: Books, call: Call) -> Thing:
    params = call.params
    recipient = (params.get("configuration") or {}).get("recipient") or {}
    balance = (recipient.get("capabilities") or {}).get("stripe_balance") or {}
    wants_transfers = bool((balance.get("stripe_transfers") or {}).get("requested"))
    if wants_transfers and not (params.get("identity") or {}).get("country"):
        raise missing_parameter("identity[country]")
    identity = params.get("identity") or {}
    account = _open_account(
        books,
        ["transfers"] if wants_transfers else [],
        business_profile={"name": params.get("display_name")},
        country=(identity.get("country") or "de").upper(),
        email=params.get("contact_email"),
        metadata=dict(params.get("metadata") or {}),
        type="none",
    )
    dashboard = params.get("dashboard", "none")
    second = _second_face(books, account, params.get("display_name"), dashboard, params.get("defaults") or {})
    second["identity"] = {
        "attestations": None,
        "business_details": None,
        "country": account["country"].lower(),
        "entity_type": identity.get("entity_type"),
        "individual": None,
    }
    books.announce("account.updated", account, account=account["id"])
    return _included(second, params.get("include") or [])


def _second_face(books: Books, account: Thing, name: str | None, dashboard: str, defaults: Thing) -> Thing:
    responsibilities = {"fees_collector": "application", "losses_collector": "application"}
    second = shape(
        "v2.core.account",
        id=account["id"],
        applied_configurations=["recipient"] if account["capabilities"] else [],
        created=_iso(account["created"]),
        closed=False,
        contact_email=account["email"],
        dashboard=dashboard,
        display_name=name,
        metadata=account["metadata"],
        defaults={
            "currency": defaults.get("currency", "eur"),
            "locales": None,
            "payout_methods": None,
            "profile": None,
            "responsibilities": {
                **responsibilities,
                "requirements_collector": "stripe",
                **(defaults.get("responsibilities") or {}),
            },
        },
    )
    books.keep("v2.core.account", second)
    _align(books, account)
    return second


def _align(books: Books, account: Thing) -> None:
    """Bring the v2 face in line with the v1 face."""
    second = books.things["v2.core.account"][account["id"]]
    active = account["capabilities"].get("transfers") == "active"
    transfers = {
        "status": "active" if active else "restricted",
        "status_details": [] if active else [{"code": "requirements_past_due", "resolution": "provide_info"}],
    }
    payouts = {"status": transfers["status"], "status_details": transfers["status_details"]}
    requested = bool(account["capabilities"])
    second["configuration"] = {
        "customer": None,
        "merchant": None,
        "recipient": {
            "applied": requested,
            "capabilities": {
                "bank_accounts": None,
                "cards": None,
                "stripe_balance": {"payouts": payouts, "stripe_transfers": transfers} if requested else None,
            },
        },
    }
    entries = [_entry(each) for each in account["requirements"]["currently_due"]]
    deadline = {"minimum_deadline": {"status": "past_due", "time": None}} if entries else {"minimum_deadline": None}
    second["requirements"] = {"alternatives": [], "entries": entries, "summary": deadline}


def _entry(description: str) -> dict[str, Any]:
    restricts = {
        "capability": "stripe_balance.stripe_transfers",
        "configuration": "recipient",
        "deadline": {"status": "past_due"},
    }
    return {
        "awaiting_action_from": "user",
        "description": description,
        "errors": [],
        "impact": {"restricts_capabilities": [restricts]},
        "minimum_deadline": {"status": "past_due"},
        "reference": None,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


INCLUDABLE: Final = ("identity", "defaults", "requirements", "future_requirements")


def _included(second: Thing, include: list[str]) -> Thing:
    """Large fields are null unless asked for, as in Stripe's v2."""
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
    return _included(second, call.params.get("include") or [])


def list_v2(books: Books, call: Call) -> Thing:
    found = [_included(each, []) for each in reversed(books.all("v2.core.account"))]
    return {"data": found[: call.params.get("limit", 20)], "next_page_url": None, "previous_page_url": None}


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


def _link(books: Books, key: str, refresh_url: str | None, return_url: str | None, param: str) -> tuple[str, int]:
    if key not in books.things.get("account", {}):
        raise no_such("account", key, param)
    token = books.new_id("link")
    expires_at = books.now() + LINK_SECONDS
    books.private[token] = Link(key, expires_at, refresh_url, return_url)
    return f"{books.base_url}/onboard/{key}?link={token}", expires_at


def link_v1(books: Books, call: Call) -> Thing:
    params = call.params
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise missing_parameter(name)
    url, expires_at = _link(books, params["account"], params["refresh_url"], params["return_url"], "account")
    return shape("account_link", created=books.now(), expires_at=expires_at, url=url)


def link_v2(books: Books, call: Call) -> Thing:
    params = call.params
    use_case = params["use_case"]
    settings = use_case.get(use_case["type"])
    if settings is None:
        raise missing_parameter(f"use_case[{use_case['type']}]")
    url, expires_at = _link(books, params["account"], settings["refresh_url"], settings.get("return_url"), "account")
    return shape(
        "v2.core.account_link",
        account=params["account"],
        created=_iso(books.now()),
        expires_at=_iso(expires_at),
        url=url,
        use_case=use_case,
    )


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


V1: Final = "_account_{0}_params.Account{1}Params"
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
    Route("POST", "/v2/core/account_links", V2.format("link_create", "LinkCreate"), "account use_case", link_v2),
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
    Route(
        "POST",
        "/v1/account_links",
        V1.format("link_create", "LinkCreate"),
        "account refresh_url return_url type collect collection_options",
        link_v1,
    ),
]
