"""A mail server on loopback that keeps every letter, and the calls to read them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from lab.world import World


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivered message; `to` is who the envelope names, which is who would really get it."""

    number: int
    to: list[str]
    sender: str
    at: datetime
    message: EmailMessage

    def attachments(self) -> list[EmailMessage]:
        return list(self.message.iter_attachments())

    def as_seen(self) -> dict[str, Any]:
        seen: dict[str, Any] = {
            "number": self.number,
            "to": self.to,
            "from": str(self.message["From"] or self.sender),
            "subject": str(self.message["Subject"] or ""),
            "text": _body(self.message, "plain") or "",
            "attachments": [
                {
                    "name": part.get_filename() or f"part-{place}",
                    "mime": part.get_content_type(),
                    "size": len(_bytes(part)),
                    "url": f"/lab/mail/{self.number}/{place}",
                }
                for place, part in enumerate(self.attachments())
            ],
            "at": self.at.isoformat(),
        }
        html = _body(self.message, "html")
        return seen | ({"html": html} if html is not None else {})


class Mail:
    """SMTP in, JSON out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.letters: list[Letter] = []
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; gives the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, hostname="lab.localhost", loop=loop), "127.0.0.1", port
        )
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """aiosmtpd's hook: a whole letter has come in."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(content, policy=policy.default)
        letter = Letter(
            len(self.letters) + 1, list(envelope.rcpt_tos), envelope.mail_from or "", self.world.clock.now(), message
        )
        fault = self.world.strike("mail", "call", "DATA")
        if fault and fault.kind in {"drop", "outage"}:
            return "451 4.3.0 try again later"
        if fault and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        self.letters.append(letter)
        shown = {"to": letter.to, "subject": str(message["Subject"] or "")}
        self.world.record("mail", "in", "DATA", shown, answer="250 OK", status=250)
        self.world.tell({"kind": "mail"})
        return "250 2.0.0 accepted"

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/mail")

        @routes.get("")
        async def read(to: str = "") -> list[dict[str, Any]]:
            wanted = to.lower()
            letters = self.letters
            return [
                each.as_seen() for each in letters if not wanted or wanted in (address.lower() for address in each.to)
            ]

        @routes.get("/{number}/{place}")
        async def attachment(number: int, place: int) -> Response:
            if not 1 <= number <= len(self.letters) or not 0 <= place < len(self.letters[number - 1].attachments()):
                raise HTTPException(404, "no such attachment")
            part = self.letters[number - 1].attachments()[place]
            return Response(_bytes(part), media_type=part.get_content_type())

        return routes


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else None


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()
