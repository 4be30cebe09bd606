"""Links into the market: their subject, and their target in a chat.

`https://t.me/<bot>?start=l_<id>` and `<our address>/l/<id>` name the same listing. A link may say where its reader came
from (`l_<id>_fair26`, `r_fair26`). That is kept once, for a new person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

# The button behind a link to a listing, a consultant, an offer, a deal or a request.
LED_TO: Final = {"l": "find.show", "e": "seek.show", "o": "offer.show", "d": "deal.show", "q": "request.show"}
PRIVATE: Final = {"o", "d", "q"}  # for its sides only; even the name would reveal too much to others
REFERRAL: Final = "r"

PAYLOAD: Final = re.compile(r"([a-z])_([A-Za-z0-9-]{1,40})(?:_([A-Za-z0-9_-]{1,32}))?")
PATH: Final = re.compile(r"/([a-z])/([A-Za-z0-9-]{1,40})")


@dataclass(frozen=True, slots=True)
class Link:
    """A link's target. `source`: where its reader came from, if it says."""

    thing: str
    named: str
    source: str = ""


def read_payload(payload: str) -> Link | None:
    """Read the text after `/start` or `?start=`; return None if we did not write it."""
    found = PAYLOAD.fullmatch(payload)
    if found is None:
        return None
    if found[1] == REFERRAL:
        return Link(REFERRAL, "", payload.partition("_")[2][:32])
    return Link(found[1], found[2], found[3] or "")


def link_in(text: str) -> Link | None:
    found = (read_url(word.strip("<>()[].,;!?")) for word in text.split() if "://" in word)
    return next((link for link in found if link is not None and link.thing in LED_TO), None)


def read_url(url: str) -> Link | None:
    """Read a link of ours; return None for any other text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if payload := parse_qs(parts.query).get("start"):
        return read_payload(payload[0])
    found = PATH.fullmatch(parts.path)
    return Link(found[1], found[2]) if found is not None else None
