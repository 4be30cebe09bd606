"""A mail server on loopback that keeps every letter, and the calls to read them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from lab.guard import LOOPBACK
from lab.wire import LEAST_WAIT
from lab.world import FaultKind, World


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivered message. `to` holds the envelope's recipients, which would really get it."""

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
            "message_id": str(self.message["Message-ID"] or ""),
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
    """A mail server: SMTP in, JSON out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.letters: list[Letter] = []
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, hostname="lab.localhost", loop=loop), LOOPBACK, port
        )
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep a whole letter; this is aiosmtpd's hook."""
        fault = self.world.strike("mail", "call", "DATA")
        kind = fault.kind if fault else None
        if kind in {"error", "outage"}:
            return self._told(envelope, "451 4.3.0 try again later", kind)
        if kind == "drop":
            self._told(envelope, None, kind)
            return _hung_up(server)
        if fault and kind in {"delay", "slow", "reorder"}:
            await asyncio.sleep(max(fault.seconds, LEAST_WAIT) if kind == "reorder" else fault.seconds)
        for _ in range(2 if kind == "duplicate" else 1):
            self._keep(envelope)
        if kind == "answer_lost":
            self._told(envelope, None, kind)
            return _hung_up(server)
        return self._told(envelope, "250 2.0.0 accepted", kind)

    def _keep(self, envelope: Envelope) -> None:
        number, sender = len(self.letters) + 1, envelope.mail_from or ""
        self.letters.append(Letter(number, list(envelope.rcpt_tos), sender, self.world.clock.now(), _message(envelope)))
        self.world.tell({"kind": "mail"})

    def _told(self, envelope: Envelope, answer: str | None, fault: FaultKind | None) -> str:
        """Record the letter; `answer` None means that the connection was cut."""
        shown = {"to": list(envelope.rcpt_tos), "subject": str(_message(envelope)["Subject"] or "")}
        status = int(answer[:3]) if answer else None
        self.world.record("mail", "in", "DATA", shown, answer=answer, status=status, fault=fault)
        return answer or ""

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/mail")

        @routes.get("")
        async def read(to: str = "") -> list[dict[str, Any]]:
            recipient = to.lower()
            letters = self.letters
            return [
                each.as_seen()
                for each in letters
                if not recipient or recipient in (address.lower() for address in each.to)
            ]

        @routes.get("/{number}/{place}")
        async def attachment(number: int, place: int) -> Response:
            if not 1 <= number <= len(self.letters) or not 0 <= place < len(self.letters[number - 1].attachments()):
                raise HTTPException(404, "no such attachment")
            part = self.letters[number - 1].attachments()[place]
            return Response(_bytes(part), media_type=part.get_content_type())

        return routes


def _message(envelope: Envelope) -> EmailMessage:
    content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
    return message_from_bytes(content, policy=policy.default)


def _hung_up(server: SMTP) -> str:
    """End the connection without an answer."""
    if server.transport is not None:
        cast("asyncio.Transport", server.transport).abort()  # uvloop's transports are of no class of asyncio's
    return "421 4.3.2 nobody hears this"


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else None


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()
