"""Mail: a letter arrives as written, is sent again if the server was busy, and takes no headers from users."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bots.mail.sender import MailSender, Server
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.outbox import OutboxMessage
from core.people.accounts.letters import CodeLetter
from lab.app import Lab
from lab.people import Browser
from tests.bots.outside import disturb


def words(code: str, locale: str) -> tuple[str, str]:
    return f"{locale}: {code}", f"Your code is {code}."


def letter(**changes: Any) -> OutboxMessage:
    told = CodeLetter(**{"to": "ona@seller.test", "code": "ABC234", "locale": "lt"} | changes)
    return OutboxMessage("01POST", "mail", "mail:ona", told, datetime(2026, 11, 23, 9, tzinfo=UTC))


async def test_a_code_arrives_and_is_tried_again_while_the_server_is_busy(lab: Lab, face: Browser) -> None:
    sender = MailSender(lab.smtp_url, "Parley <parley@market.test>", words)
    await disturb(face, "mail", "outage")
    assert isinstance(await sender.carry(letter()), Later)
    assert isinstance(await sender.carry(letter()), Delivered)
    [arrived] = await face.get("/lab/mail")
    assert arrived["to"] == ["ona@seller.test"]
    assert (arrived["subject"], arrived["message_id"]) == ("lt: ABC234", "<01POST@market.test>")
    assert "Your code is ABC234." in arrived["text"]


async def test_address_cannot_add_a_header() -> None:
    sender = MailSender("smtp://127.0.0.1:1", "Parley <parley@market.test>", words)
    assert isinstance(await sender.carry(letter(to="ona@seller.test\r\nBcc: all@market.test")), Never)
    assert isinstance(await sender.carry(letter()), Later)  # no server listens there


def test_an_address_of_a_server_is_read() -> None:
    assert Server.at("smtp://localhost:2525") == Server("localhost", 2525, False, None, None)
    assert Server.at("smtps://me:p%40ss@mail.test") == Server("mail.test", 465, True, "me", "p@ss")
    assert Server.at("smtp://me:secret@mail.test").port == 587
    with pytest.raises(ValueError, match="looks like"):
        Server.at("mail.test:25")
