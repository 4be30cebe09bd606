"""Links into a session's room: signed by us, valid for one person and one session while it lasts.

There are two signatures, both JSON Web Tokens with HMAC-SHA256 (RFC 7519). Ours is in the link that a person gets in
their chat; its holder comes in as that person. The video server's own token is made only on entry. It tells a
self-hosted Jitsi which person it lets in (github.com/jitsi/lib-jitsi-meet, doc/tokens.md).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import jwt

from core.advice.sessions.model import Booking
from core.kernel.errors import Refusal

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "room"
GOOD_BEYOND: Final = timedelta(hours=2)  # the planned end: pauses and extensions take less
SKEW: Final = timedelta(seconds=30)  # between our clock and the video server's
LONGEST: Final = 1_000  # characters of a token; ours have some two hundred


@dataclass(frozen=True, slots=True)
class VideoServer:
    """A Jitsi of our own: where it is, and under which name and secret it knows us. No secret: it lets everybody in."""

    url: str
    app_id: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Pass:
    """The person who comes by a link, and the session."""

    booking_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class Rooms:
    """`home`: our own address, to which links lead. `secret`: the key that signs them, 32 characters at least."""

    home: str
    secret: str
    video: VideoServer | None

    def link(self, booking: Booking, person_id: str) -> str:
        """Return the link into this session for this person. A person who passes it on lets others in as themselves."""
        claims = {"aud": AUDIENCE, "sub": person_id, "session": booking.id, "exp": _until(booking)}
        return f"{self.home}/room/{jwt.encode(claims, self.secret, ALGORITHM)}"

    def read(self, token: str, now: datetime) -> Pass:
        """Return the person and session of a link. Raises Refusal if it is not ours, was changed, or has expired."""
        if len(token) > LONGEST:
            raise Refusal("room.not_ours")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["aud", "sub", "exp"], "verify_exp": False},  # by our own clock, below
            )
        except jwt.InvalidTokenError as fault:
            raise Refusal("room.not_ours") from fault
        if now.timestamp() >= claims["exp"]:
            raise Refusal("room.link_over")
        return Pass(str(claims["session"]), str(claims["sub"]))

    def address(self, booking: Booking, person_id: str, name: str, now: datetime) -> str | None:
        """Return the room's address: the consultant's own, or one on our server with a key for this person alone."""
        if booking.room == "own":
            return booking.link
        if self.video is None:
            return None
        room = self.room(booking)
        where = f"{self.video.url.rstrip('/')}/{room}"
        if self.video.secret is None:
            return where
        claims = {
            "aud": "jitsi",
            "iss": self.video.app_id,
            "sub": urlsplit(self.video.url).hostname,
            "room": room,
            "nbf": int((now - SKEW).timestamp()),
            "exp": _until(booking),
            "moderator": person_id == booking.consultant,
            "context": {"user": {"id": person_id, "name": name}},
        }
        return f"{where}?{urlencode({'jwt': jwt.encode(claims, self.video.secret, ALGORITHM)})}"

    def room(self, booking: Booking) -> str:
        """Return the room's name: the same for both sides, and impossible to guess."""
        made = hmac.new(self.secret.encode(), booking.id.encode(), hashlib.sha256).hexdigest()
        return f"parley-{made[:24]}"


def _until(booking: Booking) -> int:
    return int((booking.ends_at + GOOD_BEYOND).timestamp())
