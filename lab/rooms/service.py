"""A self-hosted Jitsi, as far as tokens go: they say whose room it is, and until when.

The token is read as Prosody's plugin does (github.com/jitsi/lib-jitsi-meet, doc/tokens.md).

- It is signed with HS256 under the secret that both sides have.
- `aud` is "jitsi", `iss` the app's id, `sub` the server's own name, and `room` this room or "*".
- Its time is checked by the world's clock.

A page stands for the video itself: a browser opens it, comes in and leaves.
"""

from __future__ import annotations

import secrets
from html import escape
from typing import Any, Final

import jwt
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from lab.guard import LOOPBACK
from lab.world import World

APP: Final = "parley"
ALGORITHM: Final = "HS256"
PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{room}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0; display: grid; place-items: center; min-height: 100vh;
  background: #17202a; color: #f4f6f7; text-align: center; }}
button {{ font: inherit; padding: .6rem 1.2rem; border: 0; border-radius: .5rem; background: #2e86c1; color: #fff; }}
.alone {{ opacity: .7; }}
</style>
<main>
<h1>A pretend video room</h1>
<p>You are here as <b>{name}</b>{moderator}.</p>
<p class="alone">In the room: <span id="people">{people}</span></p>
<form method="post"><button>{action}</button></form>
</main></html>
"""


class Rooms:
    """The rooms. `GET /rooms/{room}?jwt=…` is the page; `POST` there comes in or leaves.

    `GET /lab/rooms` lists the people in each room.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.secret = secrets.token_urlsafe(32)
        self.inside: dict[str, dict[str, str]] = {}  # room → id → name

    def router(self) -> APIRouter:
        routes = APIRouter()
        routes.add_api_route("/rooms/{room}", self.look, methods=["GET"], response_class=HTMLResponse)
        routes.add_api_route("/rooms/{room}", self.pass_the_door, methods=["POST"], response_class=HTMLResponse)
        routes.add_api_route("/lab/rooms", self.list, methods=["GET"])
        return routes

    async def look(self, room: str, request: Request) -> str:
        return self._page(room, self._read(room, request))

    async def pass_the_door(self, room: str, request: Request) -> str:
        """Let a person outside come in, and a person inside leave."""
        claims = self._read(room, request)
        user, people = claims["context"]["user"], self.inside.setdefault(room, {})
        if people.pop(user["id"], None) is None:
            people[user["id"]] = user["name"]
        return self._page(room, claims)

    async def list(self) -> dict[str, list[str]]:
        return {room: sorted(people.values()) for room, people in self.inside.items()}

    def _read(self, room: str, request: Request) -> dict[str, Any]:
        """Return the token's claims. A 403 says what is wrong with it, as the plugin's log would."""
        token, now = request.query_params.get("jwt"), self._world.clock.now().timestamp()
        if token is None:
            raise HTTPException(403, "a room opens to a token only")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],
                audience="jitsi",
                issuer=APP,
                options={"require": ["aud", "iss", "sub", "room", "exp"], "verify_exp": False, "verify_nbf": False},
            )
        except jwt.InvalidTokenError as fault:
            raise HTTPException(403, f"the token is not good: {fault}") from fault
        if now >= claims["exp"] or now < claims.get("nbf", 0):
            raise HTTPException(403, "the token is not good at this time")
        if claims["sub"] not in (LOOPBACK, "*") or claims["room"] not in (room, "*"):
            raise HTTPException(403, "the token is for another room")
        user = claims.get("context", {}).get("user", {})
        if not (isinstance(user.get("id"), str) and isinstance(user.get("name"), str)):
            raise HTTPException(403, "the token names nobody")
        return claims

    def _page(self, room: str, claims: dict[str, Any]) -> str:
        user, people = claims["context"]["user"], self.inside.get(room, {})
        return PAGE.format(
            room=escape(room),
            name=escape(user["name"]),
            moderator=", who leads it" if claims.get("moderator") is True else "",
            people=escape(", ".join(sorted(people.values()))) or "nobody",
            action="Leave" if user["id"] in people else "Join",
        )
