"""The state of the lab's Stripe: every object by kind and id, what falls due when, and the announced events."""

from __future__ import annotations

import copy
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from stripe import api_version

from lab.stripe.api.conformance import check
from lab.stripe.api.errors import Refusal, no_such
from lab.stripe.api.shapes import Thing, shape
from lab.world import Numbers, World

VERSION: Final = api_version
"""The API version that the installed SDK is pinned to; the only one the lab speaks."""

PLATFORM: Final = ""
"""The owner of what does not belong to a connected account."""


@dataclass(frozen=True, slots=True)
class Call:
    """One checked API call. `account` is the caller: a connected account or PLATFORM."""

    params: Thing
    ids: dict[str, str] = field(default_factory=dict)
    account: str = PLATFORM
    request_id: str | None = None
    idempotency_key: str | None = None


class Books:
    """The state. Dictionaries keep the order of creation, oldest first."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.base_url = ""
        self.things: dict[str, dict[str, Thing]] = {}
        self.by_id: dict[str, Thing] = {}
        self.owner: dict[str, str] = {}  # id -> connected account; absent for the platform's own
        self.expandable: dict[tuple[str, str], Any] = {}  # (id, field) -> value shown only when expanded
        self.private: dict[str, Any] = {}  # id -> facts that Stripe knows and keeps to itself
        self.cards: dict[str, str] = {}  # payment method id -> card number
        self.on_event: Callable[[Thing], None] = lambda _: None
        self.on_thin_event: Callable[[Thing], None] = lambda _: None
        self.call: Call | None = None  # the call in progress, for events to name it
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._acting_at: int | None = None
        self._ticket = Numbers()

    def now(self) -> int:
        """Return Unix seconds. If the clock leaps, due work still happens at its own moment, not after the leap."""
        return int(self.world.clock.now().timestamp()) if self._acting_at is None else self._acting_at

    def new_id(self, prefix: str) -> str:
        alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return f"{prefix}_{''.join(self.world.random.choices(alphabet, k=24))}"

    def add(self, kind: str, prefix: str, owner: str = PLATFORM, **given: Any) -> Thing:
        """Add an object with an id of its own and, unless given, the present as its `created`."""
        given.setdefault("id", self.new_id(prefix))
        given.setdefault("created", self.now())
        thing = shape(kind, **given)
        self.keep(kind, thing, owner)
        return thing

    def keep(self, kind: str, thing: Thing, owner: str = PLATFORM) -> None:
        self.things.setdefault(kind, {})[thing["id"]] = thing
        self.by_id.setdefault(thing["id"], thing)  # an account has two faces; the id stands for the first one kept
        if owner != PLATFORM:
            self.owner[thing["id"]] = owner

    def get(self, kind: str, key: str, param: str | None = None, owner: str = PLATFORM) -> Thing:
        """Return an object. Raises `resource_missing`, also for objects of another account."""
        thing = self.things.get(kind, {}).get(key)
        foreign = self.owner.get(key, PLATFORM) != owner
        if thing is None or foreign or (thing.get("deleted") and param):  # a deleted object can be read, not used
            raise no_such(kind, key, param)
        return thing

    def all(self, kind: str, owner: str = PLATFORM) -> list[Thing]:
        return [each for key, each in self.things.get(kind, {}).items() if self.owner.get(key, PLATFORM) == owner]

    def later(self, when: int, act: Callable[[], None]) -> None:
        """Act once the world's clock has reached `when`. The act must check whether it still applies."""
        heapq.heappush(self._due, (when, next(self._ticket), act))

    def settle(self) -> None:
        """Carry out all due work, in order, each at its moment."""
        if self._acting_at is not None:
            return
        while self._due and self._due[0][0] <= self.now():
            self._acting_at, _, act = heapq.heappop(self._due)
            try:
                act()
            finally:
                self._acting_at = None

    def announce(self, kind: str, thing: Thing, before: Thing | None = None, account: str = PLATFORM) -> None:
        """Announce an event with a snapshot of the object as it is now. `before`: the changed fields as they were."""
        check(thing)
        data: Thing = {"object": copy.deepcopy(thing)}
        if before is not None:
            data["previous_attributes"] = before
        event = shape(
            "event",
            id=self.new_id("evt"),
            created=self.now(),
            type=kind,
            data=data,
            pending_webhooks=0,
            api_version=VERSION,
            request=self._request(),
        )
        if account == PLATFORM:
            del event["account"]
        else:
            event["account"] = account
        check(event)
        self.keep("event", event, account)
        self.on_event(event)
        self.world.tell({"kind": "stripe"})

    def announce_thin(self, kind: str, related: Thing | None, data: Thing) -> None:
        """Announce a thin event of API v2. `data` is only sent when the event is fetched."""
        call = self._request()
        event = {
            "id": self.new_id("evt"),
            "object": "v2.core.event",
            "type": kind,
            "created": iso(self.now()),
            "livemode": False,
            "reason": {"type": "request", "request": call} if call["id"] and call["idempotency_key"] else None,
            **({"related_object": related} if related else {}),
            **({"data": data} if data else {}),
        }
        check(event)
        self.keep("v2.core.event", event)
        self.on_thin_event(event)

    def _request(self) -> dict[str, str | None]:
        """Return the call that caused an event, if one did."""
        call = self.call
        return {"id": call.request_id if call else None, "idempotency_key": call.idempotency_key if call else None}


def iso(seconds: int) -> str:
    """Return a time in the format of API v2."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def page(things: list[Thing], url: str, params: Thing, filters: tuple[str, ...] = ()) -> Thing:
    """Return one page of a list, newest first: `limit`, `starting_after`, `ending_before`, `created` and equality
    filters.
    """
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refusal(f"Invalid integer: {limit}. `limit` must be between 1 and 100.", param="limit")
    found = list(reversed(things))
    for name in filters:
        if name in params:
            found = [each for each in found if each.get(name) == params[name]]
    if "created" in params:
        found = [each for each in found if _created_within(each["created"], params["created"])]
    ids = [each["id"] for each in found]
    if after := params.get("starting_after"):
        found = found[_place(ids, after, "starting_after") + 1 :]
    elif until := params.get("ending_before"):
        found = found[: _place(ids, until, "ending_before")][-limit:]
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": found[:limit]}


def _place(ids: list[str], key: str, param: str) -> int:
    if key not in ids:
        raise no_such("object", key, param)
    return ids.index(key)


def _created_within(created: int, expected: int | dict[str, int]) -> bool:
    if isinstance(expected, int):
        return created == expected
    tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    return all(tests[name](created, bound) for name, bound in expected.items())


def change_metadata(thing: Thing, given: dict[str, str] | str | None) -> None:
    """Merge metadata as Stripe does: an empty value unsets its key, an empty hash unsets all."""
    if given == "":
        thing["metadata"] = {}
    elif isinstance(given, dict):
        merged = {**(thing["metadata"] or {}), **given}
        thing["metadata"] = {key: value for key, value in merged.items() if value != ""}
