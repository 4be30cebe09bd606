"""Pure decisions about deals: what exactly is signed, the market's own conditions in words, the sides and roles."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from core.trade.deals.model import Side
from core.trade.offers.model import Terms


class Signatory(NamedTuple):
    """An organisation, and its name when the deal is made."""

    organisation: str
    name: str


def terms_hash(terms: Terms, buyer: Signatory, seller: Signatory, commission_bp: int, version: int) -> str:
    """Return the sha256 that both sides sign, of `signed_text`."""
    return hashlib.sha256(signed_text(terms, buyer, seller, commission_bp, version).encode()).hexdigest()


def signed_text(terms: Terms, buyer: Signatory, seller: Signatory, commission_bp: int, version: int) -> str:
    """Return what both sides sign, as JSON: the terms with the parties, the commission and the market's conditions.

    `version`: the version of the conditions that the deal was made on. Their own words are known by their sha256.
    """
    signed = {
        "terms": terms.as_json(),
        "amount": str(terms.total()),
        "buyer": buyer._asdict(),
        "seller": seller._asdict(),
        "commission_bp": commission_bp,
        "terms_version": version,
        "conditions_sha256": conditions_hash(version),
    }
    return json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def side_of(organisation: str, buyer: str, seller: str) -> Side | None:
    """Return the side of the deal on which an organisation stands; None for a stranger."""
    if organisation == buyer:
        return "buyer"
    return "seller" if organisation == seller else None


def roles(side: Side | None, cancel_asked_by: Side | None, direct_asked_by: Side | None = None) -> frozenset[str]:
    """Return the roles of one side: its own name, "other" or "invited".

    "other": the other side asks to cancel. "invited": the other side asks to pay directly.
    """
    if side is None:
        return frozenset()
    asked = {"other"} if cancel_asked_by not in (None, side) else set()
    invited = {"invited"} if direct_asked_by not in (None, side) else set()
    return frozenset({side, *asked, *invited})


def ends(window_to: date, after: timedelta, now: datetime) -> datetime:
    """Return the end of the time after the delivery window's last day. A deal paid later gets the same time."""
    return max(datetime.combine(window_to + timedelta(days=1), time.min, UTC), now) + after


FOLDER: Final = Path(__file__).parent / "conditions"
TEXTS: Final = {int(path.stem): path.read_text("utf-8").strip() for path in FOLDER.glob("*.md")}


def conditions(version: int) -> str:
    """Return the whole text, in English, which is the one that binds; empty if no such version is kept here."""
    return TEXTS.get(version, "")


def conditions_hash(version: int) -> str:
    """Return the sha256 of that text, as the signed terms name it."""
    return hashlib.sha256(conditions(version).encode()).hexdigest()
