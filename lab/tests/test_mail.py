"""The simulated mail server: the real aiosmtplib writes to it, and the tests read it as a person does."""

from __future__ import annotations

from email.message import EmailMessage

import aiohttp
import aiosmtplib
import pytest

from lab.app import Lab
from lab.world import Fault, FaultKind


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "parley@example.org", "ona@example.lt", "Sąskaita № 7"
    message.set_content("Labas, Ona.\n")
    message.add_alternative("<p>Labas, Ona.</p>\n", subtype="html")
    message.add_attachment(b"%PDF-1.7 invoice", maintype="application", subtype="pdf", filename="saskaita.pdf")
    return message


async def post(lab: Lab, message: EmailMessage, to: str) -> None:
    port = int(lab.smtp_url.rsplit(":", 1)[1])
    await aiosmtplib.send(message, recipients=[to], hostname="127.0.0.1", port=port)


async def test_a_letter_is_kept_whole(lab: Lab, browser: aiohttp.ClientSession) -> None:
    await post(lab, letter(), "ona@example.lt")
    async with browser.get("/lab/mail", params={"to": "Ona@example.lt"}) as answer:
        [seen] = await answer.json()
    assert (seen["to"], seen["from"], seen["subject"]) == (["ona@example.lt"], "parley@example.org", "Sąskaita № 7")
    assert (seen["text"].strip(), seen["html"].strip()) == ("Labas, Ona.", "<p>Labas, Ona.</p>")
    [attached] = seen["attachments"]
    assert (attached["name"], attached["mime"], attached["size"]) == ("saskaita.pdf", "application/pdf", 16)
    async with browser.get(attached["url"]) as answer:
        assert await answer.read() == b"%PDF-1.7 invoice"


async def test_each_person_reads_their_own(lab: Lab, browser: aiohttp.ClientSession) -> None:
    await post(lab, letter(), "ona@example.lt")
    await post(lab, letter(), "jonas@example.lt")
    async with browser.get("/lab/mail", params={"to": "jonas@example.lt"}) as answer:
        assert [each["to"] for each in await answer.json()] == [["jonas@example.lt"]]
    async with browser.get("/lab/mail/1/9") as answer:
        assert answer.status == 404


async def test_a_mail_server_that_is_down_says_try_again(lab: Lab, browser: aiohttp.ClientSession) -> None:
    lab.world.faults.append(Fault("mail", "outage"))
    with pytest.raises(aiosmtplib.SMTPDataError, match="try again later"):
        await post(lab, letter(), "ona@example.lt")
    await post(lab, letter(), "ona@example.lt")
    async with browser.get("/lab/mail") as answer:
        assert len(await answer.json()) == 1


@pytest.mark.parametrize(("kind", "kept"), [("drop", 0), ("answer_lost", 1)])
async def test_a_mail_server_that_hangs_up_may_have_kept_the_letter(
    lab: Lab, browser: aiohttp.ClientSession, kind: FaultKind, kept: int
) -> None:
    lab.world.disturb(Fault("mail", kind))
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await post(lab, letter(), "ona@example.lt")
    async with browser.get("/lab/mail") as answer:
        assert len(await answer.json()) == kept
    async with browser.get("/lab/wire") as answer:
        assert [(each["fault"], each["answer"]) for each in await answer.json()] == [(kind, None)]


async def test_a_letter_may_come_twice(lab: Lab, browser: aiohttp.ClientSession) -> None:
    lab.world.disturb(Fault("mail", "duplicate"))
    await post(lab, letter(), "ona@example.lt")
    async with browser.get("/lab/mail") as answer:
        assert [each["number"] for each in await answer.json()] == [1, 2]
