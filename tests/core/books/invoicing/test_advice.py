"""The invoice line of a session: the charged minutes, a client who did not come, or one who cancelled late."""

from __future__ import annotations

import pytest

from config.platforms import PLATFORMS
from conversations.books.invoice_texts import supplied
from conversations.wording import Wordings
from core.advice.sessions import complaints, meeting, service
from core.books.invoicing.model import Kind, Supply
from tests.core.advice.sessions.session_steps import BY_MINUTE, TUESDAY_TEN, Counsel, agreed, counsel
from tests.core.books.invoicing.parties import agrees, introduced, papers
from tests.core.conftest import Market
from tests.core.goods import catalogue
from tests.documents.papers import AT_HOME, SELLER, paper


async def advises(market: Market, *, by_minute: bool = False) -> Counsel:
    they = await counsel(market, *((BY_MINUTE,) if by_minute else ()))
    for who, name in ((they.alex, "Alex"), (they.sarah, "Sarah")):
        await introduced(market, who, company=f"{name} advises", country="EE")
    await agrees(market, they.alex)
    return they


async def line(they: Counsel) -> tuple[str, int, int | None]:
    """Return what the seeker reads on the invoice, what they paid, and the agreed price (both in cents)."""
    (found,) = [each for each in await papers(they.market) if each.kind is Kind.SESSION]
    said = supplied(Wordings(PLATFORMS).speak("en"), catalogue(), found.supply)
    return said, found.gross_minor, found.supply.agreed_minor


async def test_a_client_who_did_not_come_reads_that(market: Market) -> None:
    they = await advises(market)
    await agreed(they)
    await they.until(TUESDAY_TEN)
    await they.does(they.alex, meeting.come_in)
    await they.later(days=4)
    said, _, agreed_minor = await line(they)
    assert (said, agreed_minor) == ("Consultation, to which the client did not come", None)


async def test_a_client_who_called_off_late_reads_that(market: Market) -> None:
    they = await advises(market)
    await agreed(they)
    await they.does(they.sarah, service.cancel)
    await they.later(days=4)
    assert await line(they) == ("Consultation, called off late by the client", 45_00, None)


async def test_by_the_minute_it_is_the_minutes_that_were_charged_and_what_a_ruling_took_off(market: Market) -> None:
    they = await advises(market, by_minute=True)
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=10)
    await they.consent()
    await they.later(minutes=8)
    await they.does(they.sarah, meeting.end)
    await they.does(they.sarah, complaints.complain, "He read the newspaper to me.")
    await they.later(days=15)
    assert await line(they) == ("Consultation, 8 minutes", 8_00, 16_00)


@pytest.mark.parametrize(("ends", "minutes"), [("sarah", 30), ("alex", 5)])
async def test_one_price_is_for_the_session_as_agreed_unless_the_consultant_cut_it_short(
    market: Market, ends: str, minutes: int
) -> None:
    they = await advises(market)
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.later(minutes=10)
    await they.consent()
    await they.later(minutes=5)
    await they.does(getattr(they, ends), meeting.end)
    await they.later(days=3)
    said, *_ = await line(they)
    assert said == f"Consultation, {minutes} minutes"


def test_price_reduction_of_a_session_has_its_reason() -> None:
    advice = Supply.model_validate(
        {"of": "advice", "minutes": 8, "on": "2026-11-21", "ref": "S7P3QX", "agreed_minor": 16_00}
    )
    said = paper(Kind.SESSION, SELLER, AT_HOME, advice, 8_00).document_words
    assert said is not None
    assert said.rows[1] == ("Consultation, 8 minutes", "21\xa0%", "1", "€13.22")
    assert said.rows[2] == ("Price reduction, after a complaint", "21\xa0%", "", "-€6.61")
