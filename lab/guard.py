"""Safeguards of the lab: it refuses to start beside live keys, and answers only this computer's own pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

LOOPBACK: Final = "127.0.0.1"
NAMES: Final = frozenset({LOOPBACK, "localhost"})
EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, to be told apart
# docs.stripe.com/keys: secret, restricted and organisation keys of live mode. The holder of one can move real money.
LIVE_KEY: Final = re.compile(r"\b(?:sk|rk|sk_org)_live_\w+")


class LiveKeyNearby(RuntimeError):
    """A key that moves real money is in the environment of the lab."""


def refuse_live_keys(environment: Mapping[str, str]) -> None:
    """Raise LiveKeyNearby if there is a live key; it names the variable and never the key."""
    found = sorted(name for name, value in environment.items() if LIVE_KEY.search(value))
    if found:
        raise LiveKeyNearby(f"{', '.join(found)} holds a key for real money: the lab does not start beside it")


def names_at(host: str) -> frozenset[str]:
    """Return the names that a lab answers to which listens on this address."""
    return NAMES if host in EVERY_ADDRESS else NAMES | {host}


def stranger(scope: Scope, names: frozenset[str] = NAMES) -> str | None:
    """Return why this request is not answered, or None if it calls the lab by one of its names.

    A page of another site can make a browser call loopback. It does so under a name of its own (DNS rebinding) or
    across origins.
    """
    headers = Headers(scope=scope)
    if _name(f"//{headers.get('host', '')}") not in names:
        return f"the lab answers to {' and '.join(sorted(names))} only"
    origin = headers.get("origin")
    if origin is not None and _name(origin) not in names:
        return "the lab takes nothing from pages of other sites"
    return None


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
