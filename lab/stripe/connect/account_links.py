"""Account links: one-time addresses of the page on which a seller tells Stripe their identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lab.stripe.api.errors import missing_parameter, no_such
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.books import Books, Call, iso
from lab.stripe.server import Route

LINK_SECONDS: Final = 300
"""An onboarding link is for one use, within minutes."""


@dataclass(slots=True)
class Link:
    """A one-time onboarding address. Times are Unix seconds."""

    account: str
    expires_at: int
    refresh_url: str | None
    return_url: str | None
    used: bool = False


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
        created=iso(books.now()),
        expires_at=iso(expires_at),
        url=url,
        use_case=use_case,
    )


ROUTES: Final = [
    Route(
        "POST",
        "/v2/core/account_links",
        "v2.core._account_link_create_params.AccountLinkCreateParams",
        "account use_case",
        link_v2,
    ),
    Route(
        "POST",
        "/v1/account_links",
        "_account_link_create_params.AccountLinkCreateParams",
        "account refresh_url return_url type collect collection_options",
        link_v1,
    ),
]
