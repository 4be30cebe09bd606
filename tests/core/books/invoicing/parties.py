"""Companies on invoices: their details, their agreement, their deliveries, and the invoices that follow."""

from __future__ import annotations

from sqlalchemy import select

from core.books.invoicing import service
from core.books.invoicing.model import Invoice, SetBilling
from core.kernel.transaction import MARKET, Actor
from core.people.accounts.model import CompleteProfile, Role
from core.people.accounts.service import complete_profile
from tests.core import invoicing_steps
from tests.core.conftest import Market
from tests.core.trades import Trade

BUYER_IN_GERMANY = {"company": "Wärme GmbH", "country": "DE", "vat_number": "DE136695976"}
SELLER_AT_HOME = {"company": "Girios UAB", "country": "LT", "vat_number": "LT100001919017"}
WRITTEN_BY_US = SetBilling(address="Savanorių pr. 1, LT-44255", market_writes=True, home_bp=2_100)


async def introduced(market: Market, who: Actor, **company: str | None) -> None:
    """Complete a company's profile, and set its address on invoices."""
    command = CompleteProfile(roles=frozenset(Role), without_vat=company.get("vat_number") is None, **company)
    await market.run(who, lambda ctx: complete_profile(ctx, command))
    if await market.run(who, service.billing_of) is None:
        await agrees(market, who, SetBilling(address="Hafenstr. 1, 24103 Kiel", market_writes=False))


async def agrees(market: Market, who: Actor, command: SetBilling = WRITTEN_BY_US) -> None:
    await market.run(who, lambda ctx: service.set_billing(ctx, command, "telegram::42:7"))


async def papers(market: Market) -> list[Invoice]:
    await invoicing_steps.writes_all(market)
    query = select(Invoice).order_by(Invoice.id)
    return await market.run(MARKET, lambda ctx: list(ctx.session.scalars(query)))


async def delivered(trade: Trade, count: int) -> None:
    for lot in (await trade.lots())[:count]:
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
