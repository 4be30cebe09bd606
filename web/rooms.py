"""The page behind a signed link through which a person enters a session's room, stays and leaves.

Looking at the page changes nothing, because chats fetch every link for a preview. A link that is not ours opens
nothing, and the page says so. An open page reports every few seconds; when it falls silent the line counts as lost.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final, Protocol
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from core.advice.sessions.model import TALKING, Booking, SessionState
from core.advice.sessions.rooms import presence
from core.advice.sessions.rooms.links import Pass, Rooms
from core.advice.sessions.service import booking_for
from core.kernel.clock import Clock
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx, Transactions
from core.kernel.transaction import person as acting_person
from core.people.accounts.model import Person
from core.people.accounts.service import person_of
from web.pages import as_html

POLL_MILLISECONDS: Final = int(presence.POLLS_EVERY.total_seconds() * 1000)
SCRIPT: Final = f"""
const ask = async () => {{
  const answer = await fetch(location.pathname + '/here', {{method: 'POST'}}).catch(() => null);
  if (answer && answer.ok && !(await answer.json()).here) location.reload();
}};
setInterval(ask, {POLL_MILLISECONDS});
addEventListener('pagehide', () => navigator.sendBeacon(location.pathname + '/out'));
"""
SCRIPT_HASH: Final = b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()


class Says(Protocol):
    """Puts a code into a sentence of the reader's language, with its parts."""

    def __call__(self, code: str, /, **parts: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """The contents of the page: a title, a line, buttons by the step that each takes, and perhaps the room."""

    language: str
    title: str
    text: str
    buttons: Mapping[str, str]
    room: str | None = None
    open_label: str = ""
    frame: bool = False  # whether the room may be framed in our page; the consultant's own may not
    status: int = 200


class RoomDoor:
    """Lets people in by their links. `speak`: the words of a language, and its code."""

    def __init__(
        self,
        rooms: Rooms,
        transactions: Transactions,
        clock: Clock,
        speak: Callable[[str, str], tuple[str, Says]],
    ) -> None:
        self._rooms = rooms
        self._transactions = transactions
        self._clock = clock
        self._speak = speak

    async def look(self, token: str) -> Shown:
        """Show what is behind the link, without entering."""
        return await self._through(token, self._current_page)

    async def come_in(self, token: str) -> Shown:
        def enter(ctx: Ctx, who: Pass) -> Shown:
            self._inside(ctx, who)  # or there is no room to come into
            presence.come_in(ctx, who.booking_id)
            return self._current_page(ctx, who)

        return await self._through(token, enter)

    async def go_out(self, token: str) -> Shown:
        def leave(ctx: Ctx, who: Pass) -> Shown:
            presence.go_out(ctx, who.booking_id)
            return self._current_page(ctx, who)

        return await self._through(token, leave)

    async def still_here(self, token: str) -> bool:
        """Raises Refusal for a link that is not good."""
        who = self._rooms.read(token, self._clock.now())
        unit = acting_person(who.person_id)
        return await self._transactions.run(unit, lambda ctx: presence.still_here(ctx, who.booking_id))

    async def _through(self, token: str, step: Callable[[Ctx, Pass], Shown]) -> Shown:
        """Read the link, and take a step as its person. A refusal is a page too."""
        try:
            who = self._rooms.read(token, self._clock.now())
        except Refusal as refusal:
            return self._refused(refusal, *self._speak("en", "UTC"), status=403)
        try:
            return await self._transactions.run(acting_person(who.person_id), lambda ctx: step(ctx, who))
        except Refusal as refusal:
            speaks = await self._transactions.run(
                acting_person(who.person_id), lambda ctx: self._words(person_of(ctx, who.person_id))
            )
            return self._refused(refusal, *speaks, status=409)

    def _current_page(self, ctx: Ctx, who: Pass) -> Shown:
        inside = presence.is_in(ctx, booking_for(ctx, who.booking_id))
        return self._inside(ctx, who) if inside else self._outside(ctx, who)

    def _outside(self, ctx: Ctx, who: Pass) -> Shown:
        booking, me, other = self._who(ctx, who)
        language, words = self._words(me)
        title = _title(words, booking, other)
        if booking.state not in (SessionState.CONFIRMED, *TALKING):
            return Shown(language, title, words("room.over"), {})
        text = words("room.outside", at=booking.starts_at, name=other.name)
        return Shown(language, title, text, {"in": words("room.in_button")})

    def _inside(self, ctx: Ctx, who: Pass) -> Shown:
        booking, me, other = self._who(ctx, who)
        language, words = self._words(me)
        room = self._rooms.address(booking, me.id, me.name, ctx.now)
        if room is None:
            raise Refusal("room.no_video")
        own = booking.room == "own"
        text = words("room.inside_own" if own else "room.inside", name=other.name)
        buttons, label = {"out": words("room.out_button")}, words("room.open_button")
        return Shown(language, _title(words, booking, other), text, buttons, room, label, frame=not own)

    @staticmethod
    def _who(ctx: Ctx, who: Pass) -> tuple[Booking, Person, Person]:
        booking = booking_for(ctx, who.booking_id)
        other = booking.consultant if who.person_id == booking.seeker else booking.seeker
        return booking, person_of(ctx, who.person_id), person_of(ctx, other)

    def _words(self, person: Person) -> tuple[str, Says]:
        return self._speak(person.locale, person.zone)

    @staticmethod
    def _refused(refusal: Refusal, language: str, words: Says, *, status: int) -> Shown:
        return Shown(language, words("room.closed"), words(refusal.code, **refusal.parts), {}, status=status)


def _title(words: Says, booking: Booking, other: Person) -> str:
    return words("session.card", ref=booking.ref, name=other.name)


def add_rooms(app: FastAPI, door: RoomDoor | None) -> None:
    """Add the room's paths; without a door they are closed like any unknown one."""
    if door is None:
        return

    async def look(token: str) -> Response:
        return drawn(await door.look(token), token)

    def goes(step: Callable[[str], Awaitable[Shown]]) -> Callable[[str], Awaitable[Response]]:
        """Return a handler that takes a step, then redirects to the page: a reload does nothing twice."""

        async def gone(token: str) -> Response:
            shown = await step(token)
            if shown.status != 200:
                return drawn(shown, token)
            return RedirectResponse(f"/room/{token}", 303, headers={"Cache-Control": "no-store"})

        return gone

    async def here(token: str) -> Response:
        try:
            return JSONResponse({"here": await door.still_here(token)})
        except Refusal:
            return JSONResponse({"here": False}, 403)

    app.get("/room/{token}")(look)
    app.post("/room/{token}/in")(goes(door.come_in))
    app.post("/room/{token}/out")(goes(door.go_out))
    app.post("/room/{token}/here")(here)


def drawn(shown: Shown, token: str) -> Response:
    """Draw the page: no script but our own, and no frame but the room's."""
    where = urlsplit(shown.room or "")
    frames = f"{where.scheme}://{where.netloc}" if shown.frame else "'none'"
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
        f"connect-src 'self'; script-src 'sha256-{SCRIPT_HASH}'; frame-src {frames}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",  # the link is a key
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(_html(shown, token), shown.status, headers=headers)


def _html(shown: Shown, token: str) -> str:
    buttons = "".join(
        f'<form method="post" action="/room/{escape(token)}/{step}"><button>{escape(label)}</button></form>'
        for step, label in shown.buttons.items()
    )
    room = ""
    if shown.room is not None:
        address = escape(shown.room)
        room = f'<p><a href="{address}" target="_blank" rel="noopener noreferrer">{escape(shown.open_label)}</a></p>'
        if shown.frame:
            allowed = "camera; microphone; display-capture; fullscreen; autoplay"
            room += f'<iframe src="{address}" allow="{allowed}"></iframe>'
        room += f"<script>{SCRIPT}</script>"
    return f"""<!doctype html>
<html lang="{shown.language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{as_html(shown.title)} · Parley</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: {"60rem" if shown.room else "28rem"};
  margin: {"2vh" if shown.room else "20vh"} auto; padding: 0 1.5rem; }}
button {{ font: inherit; padding: .5rem 1.2rem; border: 0; border-radius: .5rem; background: #1f6feb; color: #fff; }}
iframe {{ width: 100%; height: 70vh; border: 0; border-radius: .5rem; background: #17202a; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14171a; color: #e8eaed; }} a {{ color: #8ab4f8; }} }}
</style>
<h1>{as_html(shown.title)}</h1>
<p>{as_html(shown.text)}</p>
{buttons}
{room}
</html>
"""
