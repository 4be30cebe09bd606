"""Events of saved searches, for subscribers."""

from __future__ import annotations

from dataclasses import dataclass

from core.discovery.alerts.model import Rhythm
from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Found:
    """A listing, and the search that it was found by."""

    listing_id: str
    search_id: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A request, and the listing of theirs that says that they could quote on it."""

    request_id: str
    listing_id: str


class RequestsFound(Event):
    """A message is due about requests that a person could quote on: these, the newest first, and `more`.

    They count as told from now on.
    """

    person_id: str
    found: tuple[Opening, ...]
    more: int


class ListingsFound(Event):
    """A message is due about listings that a person's searches have found: these, the newest first, and `more`.

    They count as told from now on.
    """

    person_id: str
    rhythm: Rhythm
    found: tuple[Found, ...]
    more: int


class SellersSearched(Event):
    """A request has been compared with all listings: so many companies are told of it, at their own hours.

    After a change it comes only if there are more of them.
    """

    request_id: str
    buyer: str
    sellers: int
