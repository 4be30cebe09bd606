"""Sends letters over SMTP after their commit. Their words are passed in; this module only knows mail."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.outbox import OutboxMessage
from core.people.accounts.letters import AlarmLetter, CodeLetter, Letter

Words = Callable[[str, str], tuple[str, str]]  # (code, locale) -> (subject, text)

SEND_SECONDS: Final = 20.0
GREET_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `smtps` speaks TLS from the first byte; `smtp` with a name and password insists on STARTTLS."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def at(cls, url: str) -> Server:
        """Read `smtp://user:password@host:port` or `smtps://…`; raises ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL looks like smtp://user:password@host:587 or smtps://user:password@host:465")
        tls = parts.scheme == "smtps"
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.hostname, parts.port or (465 if tls else 587 if user else 25), tls, user, password)

    async def greet(self) -> None:
        """Sign in and send nothing. Raises SMTPException or OSError if the server does not answer."""
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            start_tls=True if self.user and not self.tls else None,
            timeout=GREET_SECONDS,
        )
        async with client:
            if self.user and self.password:
                await client.login(self.user, self.password)
            await client.noop()


class MailSender:
    """The transport of the channel "mail". `sender` is "Name <address>"."""

    def __init__(self, url: str, sender: str, words: Words) -> None:
        self._server = Server.at(url)
        self._sender = sender
        self._words = words

    async def carry(self, outbox_message: OutboxMessage) -> Delivered | Later | Never:
        told = outbox_message.message
        assert isinstance(told, CodeLetter | Letter | AlarmLetter)
        try:
            letter = self.written(outbox_message, told)
        except ValueError as fault:  # a line break in an address: an attempt to write our headers
            return Never(f"not an address: {fault}")
        server = self._server
        try:
            await aiosmtplib.send(
                letter,
                recipients=[told.to],
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.tls,
                # A password never travels in the clear; without one, TLS is taken when it is offered.
                start_tls=True if server.user and not server.tls else None,
                timeout=SEND_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refused(max(each.code for each in refused.recipients), str(refused))
        except aiosmtplib.SMTPAuthenticationError as refused:
            return Later(str(refused))  # ours to put right
        except aiosmtplib.SMTPResponseException as refused:
            return _refused(refused.code, refused.message)
        except (aiosmtplib.SMTPException, OSError) as failure:
            return Later(f"{type(failure).__name__}: {failure}")
        return Delivered()

    def written(self, outbox_message: OutboxMessage, told: CodeLetter | Letter | AlarmLetter) -> EmailMessage:
        """Return the letter of an outbox message. Raises ValueError when an address would break its line."""
        if isinstance(told, CodeLetter):
            subject, text = self._words(told.code, told.locale)
        else:
            subject, text = told.subject, told.text
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = told.to
        letter["Subject"] = " ".join(subject.split())  # it may hold a name, and a name may hold anything
        letter["Date"] = format_datetime(outbox_message.created_at)
        # Sent again it is the same letter, and mailboxes show it once.
        domain = parseaddr(self._sender)[1].rpartition("@")[2] or "localhost"
        letter["Message-ID"] = f"<{outbox_message.id}@{domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        if isinstance(told, Letter):
            _enclose(letter, told)
        return letter


def _enclose(letter: EmailMessage, told: Letter) -> None:
    if told.calendar is not None:
        # As a part of its own kind, a mail program offers "yes" and "no" for it (RFC 6047). As a file, it can be
        # opened.
        entry = told.calendar
        letter.add_alternative(entry, subtype="calendar", params={"method": told.method})
        letter.add_attachment(entry.encode(), maintype="text", subtype="calendar", filename="session.ics")
    for file in told.files:
        content = base64.b64decode(file.content)
        letter.add_attachment(content, maintype="application", subtype=file.kind, filename=file.name)


def _refused(code: int, why: str) -> Later | Never:
    """Return the outcome of an SMTP error: codes from 400 are temporary, from 500 permanent (RFC 5321, 4.2.1)."""
    return Never(why) if code >= 500 else Later(why)
