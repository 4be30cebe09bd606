"""Numbers without a gap and without a double, however many are given at once and whatever is undone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.books.audit.invariants import INVOICES
from core.books.invoicing import issuance
from core.books.invoicing.issuance import Due
from core.books.invoicing.model import MARKET, Invoice, Kind, Party, Supply
from core.kernel.money import Money
from core.kernel.transaction import MARKET as HOUSE
from core.kernel.transaction import Ctx
from core.people.accounts.service import organisation_of
from tests.core import invoicing_steps
from tests.core.books.invoicing.parties import SELLER_AT_HOME, introduced
from tests.core.conftest import Market
from tests.core.harms import Undone, broken, unseen
from tests.core.trades import paid

MANY = 50
HARMS = {
    "invoice numbers have no gap": "UPDATE invoice_series SET last = last + 1",
    "an invoice is numbered in the year of its date": (
        "UPDATE invoice SET state = 'issued', number = 'PM-2026-000009', year = 2026, issued_on = '2027-01-01'"
        " WHERE state = 'due'"
    ),
    "our commission is what we invoice": "UPDATE invoice SET gross_minor = gross_minor + 1 WHERE state = 'due'",
    "what was paid for goods is on an invoice or its draft": "UPDATE lot_settlement SET released_minor = 1",
    "an invoice adds up": "UPDATE invoice SET net_minor = 1, vat_minor = 1 WHERE state = 'due'",
    "no more is credited than was invoiced": (
        "UPDATE invoice SET paper = 'credit_note', gross_minor = 9 * gross_minor,"
        " corrects = (SELECT MIN(id) FROM invoice) WHERE state = 'due'"
    ),
    "every invoice that is due will be written": "DELETE FROM outbox",
}


async def noted(
    market: Market, count: int, country: str | None = "LT", issuer: Party = invoicing_steps.AT_HOME
) -> list[str]:
    """Note as many fees of one seller, which are not written yet, and return their ids."""
    _, seller = await market.newcomer("Rasa")

    def unit(ctx: Ctx) -> list[str]:
        organisation_of(ctx, seller.organisation_id).country = country
        fee, found = Supply(what="Commission", on=date(2026, 11, 23), ref="ABC123"), []
        for number in range(count):
            gross = Money(100 + number, "EUR")
            due = Due(f"fee:{number}", Kind.COMMISSION, MARKET, seller.organisation_id, "deal", gross, fee)
            made = issuance.note(ctx, due, issuer)
            assert made is not None
            found.append(made.id)
        return found

    return await market.run(HOUSE, unit)


async def serials(market: Market) -> list[int]:
    query = select(Invoice.serial).where(Invoice.serial.is_not(None)).order_by(Invoice.serial)
    return await market.run(HOUSE, lambda ctx: [each for each in ctx.session.scalars(query) if each is not None])


async def test_fifty_at_once_leave_no_gap_and_no_double_also_when_every_fifth_is_undone(market: Market) -> None:
    ids = await noted(market, MANY)

    async def writes(place: int, invoice_id: str, *, fails: bool) -> None:
        def unit(ctx: Ctx) -> None:
            issuance.write(ctx, invoice_id, invoicing_steps.PAPER_WORDS)
            if fails:
                raise Undone

        with suppress(Undone):
            await market.run(HOUSE, unit)

    await asyncio.gather(*(writes(place, each, fails=place % 5 == 0) for place, each in enumerate(ids)))
    assert await serials(market) == list(range(1, 41))
    await asyncio.gather(*(writes(place, each, fails=False) for place, each in enumerate(ids)))  # all of them again
    assert await serials(market) == list(range(1, MANY + 1))


async def test_numbers_restart_each_year_and_numbered_invoices_never_change(market: Market) -> None:
    first, second = await noted(market, 2)
    await market.run(HOUSE, lambda ctx: issuance.write(ctx, first, invoicing_steps.PAPER_WORDS))
    market.clock.advance(days=60)
    await market.run(HOUSE, lambda ctx: issuance.write(ctx, second, invoicing_steps.PAPER_WORDS))

    def numbers(ctx: Ctx) -> list[str | None]:
        return [ctx.session.get_one(Invoice, each).number for each in (first, second)]

    assert await market.run(HOUSE, numbers) == ["PM-2026-000001", "PM-2027-000001"]
    for harm in ("UPDATE invoice SET gross_minor = 1", "DELETE FROM invoice"):
        with pytest.raises(DBAPIError, match="never changed"):
            await market.run(HOUSE, lambda ctx, harm=harm: ctx.session.execute(text(harm)))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Europe/Vilnius", datetime(2026, 12, 31, 22, tzinfo=UTC)),  # next year there, and not in UTC
        ("America/Vancouver", datetime(2027, 1, 1, 7, tzinfo=UTC)),  # next year in UTC, and not there
    ],
)
async def test_on_new_years_night_numbers_are_of_the_year_that_the_issuers_clock_shows(
    market: Market, zone: str, midnight: datetime
) -> None:
    """Thirty before midnight and thirty after it, those after it at once; every fifth is undone, and written later."""
    ids = await noted(market, 60, issuer=invoicing_steps.AT_HOME.model_copy(update={"zone": zone}))

    async def writes(some: list[str], *, fails: bool) -> None:
        async def one(place: int, invoice_id: str) -> None:
            def unit(ctx: Ctx) -> None:
                issuance.write(ctx, invoice_id, invoicing_steps.PAPER_WORDS)
                if fails and place % 5 == 0:
                    raise Undone

            with suppress(Undone):
                await market.run(HOUSE, unit)

        await asyncio.gather(*(one(place, each) for place, each in enumerate(some)))

    market.clock.moment = midnight - timedelta(seconds=1)
    await writes(ids[:30], fails=True)
    market.clock.moment = midnight
    await writes(ids[30:], fails=True)
    await writes(ids, fails=False)

    def written(ctx: Ctx) -> list[tuple[str | None, date | None]]:
        query = select(Invoice.number, Invoice.issued_on).order_by(Invoice.number)
        return [(row.number, row.issued_on) for row in ctx.session.execute(query)]

    old = [(f"PM-2026-{serial:06d}", date(2026, 12, 31)) for serial in range(1, 25)]
    assert await market.run(HOUSE, written) == [
        *old,
        *((f"PM-2027-{serial:06d}", date(2027, 1, 1)) for serial in range(1, 37)),
    ]
    of_numbers = {"invoice numbers have no gap", "an invoice is numbered in the year of its date"}
    assert of_numbers.isdisjoint(await market.run(HOUSE, broken))


async def test_a_side_that_is_not_known_is_waited_for(market: Market) -> None:
    (waiting,) = await noted(market, 1, country=None)
    await market.run(HOUSE, lambda ctx: issuance.write(ctx, waiting, invoicing_steps.PAPER_WORDS))
    assert await serials(market) == []


async def test_each_rule_is_seen_when_it_is_broken(market: Market) -> None:
    assert {each.name for each in INVOICES} == HARMS.keys()
    trade = await paid(market)
    await introduced(market, trade.seller, **SELLER_AT_HOME)
    first, second = (await trade.lots())[:2]
    await trade.deliver(first)
    await trade.accept(first)
    await trade.provider_answers()
    await trade.deliver(second)
    await trade.accept(second)
    assert await serials(market) == [1]
    assert await unseen(market, HARMS) == []
