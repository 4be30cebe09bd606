"""Breaks each rule about money once, in a trial that is rolled back, and lists those the audit missed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import text

from core.books.audit.service import invariants
from core.kernel.transaction import MARKET, Ctx
from tests.core.conftest import Market


class Undone(Exception):
    """Undoes the work of a trial when it is raised."""


def broken(ctx: Ctx) -> list[str]:
    """Return the rules that do not hold now."""
    return [check.name for check in invariants(ctx) if not check.ok]


async def unseen(market: Market, harms: Mapping[str, str]) -> list[str]:
    """Return the rules whose harm the audit does not see. All rules hold before and after.

    A harm is SQL: statements separated by semicolons.
    """
    assert await market.run(MARKET, broken) == []
    missed = []
    for name, harm in harms.items():

        def unit(ctx: Ctx, name: str = name, harm: str = harm) -> None:
            with suppress(Undone), ctx.trial():
                for statement in harm.split(";"):
                    ctx.session.execute(text(statement))
                if name not in broken(ctx):
                    missed.append(name)
                raise Undone

        await market.run(MARKET, unit)
    assert await market.run(MARKET, broken) == []
    return missed
