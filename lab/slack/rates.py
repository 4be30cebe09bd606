"""Costs and requirements of each method of the Web API: its tier of calls a minute, and its scopes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lab.slack.refusal import Refusal
from lab.world import Clock

# docs.slack.dev/apis/web-api/rate-limits: calls a minute, per method and workspace.
TIERS: Final = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}
# Tier 1 tolerates "a small amount of burst behavior": at least the ten sockets that an app may open.
SMALL_BURST: Final = 10.0
# auth.test: "hundreds of requests per minute"; the same holds for messages in a whole workspace.
SPECIAL: Final = 300.0
# chat.postMessage: about one message per second and channel, short bursts allowed (the burst's size is ours).
CHANNEL_BURST: Final = 20.0
CHANNEL_PER_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A method's tier (0: special), and the scopes. One of them is enough; without any, every token will do."""

    tier: int
    scopes: tuple[str, ...] = ()


def _any_kind(verb: str) -> tuple[str, ...]:
    return tuple(f"{kind}:{verb}" for kind in ("channels", "groups", "im", "mpim"))


# docs.slack.dev/reference/methods, "Facts" of each method.
RULES: Final[dict[str, Rule]] = {
    "api.test": Rule(4),
    "apps.connections.open": Rule(1),
    "apps.uninstall": Rule(1),
    "auth.revoke": Rule(3),
    "auth.test": Rule(0),
    "bookmarks.add": Rule(2, ("bookmarks:write",)),
    "bookmarks.edit": Rule(2, ("bookmarks:write",)),
    "bookmarks.list": Rule(3, ("bookmarks:read",)),
    "chat.delete": Rule(3, ("chat:write",)),
    "chat.deleteScheduledMessage": Rule(3, ("chat:write",)),
    "chat.getPermalink": Rule(0),
    "chat.postEphemeral": Rule(4, ("chat:write",)),
    "chat.postMessage": Rule(0, ("chat:write",)),
    "chat.scheduleMessage": Rule(3, ("chat:write",)),
    "chat.scheduledMessages.list": Rule(3),
    "chat.unfurl": Rule(3, ("links:write",)),
    "chat.update": Rule(3, ("chat:write",)),
    "conversations.create": Rule(2, ("channels:manage", "groups:write", "im:write", "mpim:write")),
    "conversations.history": Rule(3, _any_kind("history")),
    "conversations.info": Rule(3, _any_kind("read")),
    "conversations.invite": Rule(3, ("channels:manage", "groups:write", "im:write", "mpim:write")),
    "conversations.join": Rule(3, ("channels:join",)),
    "conversations.leave": Rule(3, ("channels:manage", "groups:write", "im:write", "mpim:write")),
    "conversations.list": Rule(2, _any_kind("read")),
    "conversations.members": Rule(4, _any_kind("read")),
    "conversations.open": Rule(3, ("im:write", "channels:manage", "groups:write", "mpim:write")),
    "conversations.replies": Rule(3, _any_kind("history")),
    "files.completeUploadExternal": Rule(4, ("files:write",)),
    "files.delete": Rule(3, ("files:write",)),
    "files.getUploadURLExternal": Rule(4, ("files:write",)),
    "files.info": Rule(4, ("files:read",)),
    "oauth.v2.access": Rule(4),
    "pins.add": Rule(2, ("pins:write",)),
    "pins.remove": Rule(2, ("pins:write",)),
    "reactions.add": Rule(3, ("reactions:write",)),
    "reactions.remove": Rule(2, ("reactions:write",)),
    "team.info": Rule(3, ("team:read",)),
    "users.info": Rule(4, ("users:read",)),
    "users.list": Rule(2, ("users:read",)),
    "users.lookupByEmail": Rule(3, ("users:read.email",)),
    "users.profile.get": Rule(4, ("users.profile:read",)),
    "views.open": Rule(4),
    "views.publish": Rule(4),
    "views.push": Rule(4),
    "views.update": Rule(4),
}


class TooFast(Exception):
    """HTTP 429 with `Retry-After`."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(wait_seconds)
        self.wait_seconds = wait_seconds


@dataclass
class Rates:
    """Allowances that refill: a whole minute's worth may be used at once. `pace` multiplies them all."""

    clock: Clock
    pace: float = 1.0
    _left: dict[tuple[str, ...], tuple[float, datetime]] = field(default_factory=dict)

    def call(self, team: str, method: str) -> None:
        """Count one call of a method. Raises TooFast."""
        per_minute = TIERS.get(RULES[method].tier, SPECIAL)
        self._take((team, method), per_minute, max(per_minute, SMALL_BURST))

    def message(self, team: str, channel: str) -> None:
        """Count one message into a channel. Raises TooFast."""
        self._take((team, "message", channel), CHANNEL_PER_MINUTE, CHANNEL_BURST)

    def _take(self, key: tuple[str, ...], per_minute: float, burst: float) -> None:
        now = self.clock.now()
        most, rate = burst * self.pace, per_minute * self.pace / 60
        left, since = self._left.get(key, (most, now))
        left = min(most, left + (now - since).total_seconds() * rate)
        if left < 1:
            self._left[key] = (left, now)
            raise TooFast(max(1, math.ceil((1 - left) / rate)))
        self._left[key] = (left - 1, now)


def check_scope(method: str, granted: frozenset[str]) -> None:
    """Check the scopes. Raises missing_scope, which names the needed and the granted ones."""
    needed = RULES[method].scopes
    if needed and not granted.intersection(needed):
        raise Refusal("missing_scope", needed=",".join(needed[:1]), provided=",".join(sorted(granted)))
