"""An account's second face: its view in `/v2/core/accounts`, and the thin events of its changes."""

from __future__ import annotations

from typing import Any

from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, iso

RECIPIENT = "[configuration.recipient]"


def grow(books: Books, account: Thing, name: str | None, dashboard: str, defaults: Thing) -> Thing:
    responsibilities = {"fees_collector": "application", "losses_collector": "application"}
    second = shape(
        "v2.core.account",
        id=account["id"],
        applied_configurations=["recipient"] if account["capabilities"] else [],
        created=iso(account["created"]),
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
    align(books, account)
    return second


def align(books: Books, account: Thing) -> None:
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


def tell(books: Books, account: Thing, what: str, **data: Any) -> None:
    """Announce a thin event: it names the account, and says next to nothing."""
    related = {"id": account["id"], "type": "v2.core.account", "url": f"/v2/core/accounts/{account['id']}"}
    books.announce_thin(f"v2.core.account{what}", related, data)


def tell_returned(books: Books, account: Thing) -> None:
    """Announce that the seller has come back from the page of an account link."""
    data = {"account_id": account["id"], "configurations": ["recipient"], "use_case": "account_onboarding"}
    books.announce_thin("v2.core.account_link.returned", None, data)


def tell_capabilities(books: Books, account: Thing) -> None:
    for name in ("stripe_balance.stripe_transfers", "stripe_balance.payouts"):
        tell(books, account, f"{RECIPIENT}.capability_status_updated", updated_capability=name)
