"""`main.py verify-ledger`: a check that the books are unchanged, from the first entry to the last."""

from __future__ import annotations

from config.database import DEFAULT, LAB_DATABASE, open_database
from config.external_services import SystemClock
from config.migrations import upgrade
from config.settings import Settings
from core.kernel.ids import Ids
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Transactions
from core.money.ledger.chain import link_entries, verify


async def verify_books(settings: Settings) -> int:
    """Print the findings. Return the exit status: 0 if the chain and all balances hold."""
    address = books_at(settings)
    print(f"      {address}")
    await upgrade(address)  # a database that was never opened has no tables yet
    transactions = Transactions(await open_database(address), SystemClock(), Ids(bytes), Reactions())
    try:
        while await transactions.run(MARKET, link_entries):  # the newest entries are not chained yet
            pass
        verdict = await transactions.run(MARKET, verify)
    finally:
        await transactions.close()
    for check in verdict.checks:
        print(f"{'  ok  ' if check.ok else '  !!  '}{check.name}{'' if check.ok else f': {check.detail}'}")
    print(f"{'  !!  ' + verdict.broken if verdict.broken else f'  ok  {verdict.links} links hold'}")
    print(f"      head {verdict.links}:{verdict.head}")
    if not verdict.links:
        print("      Nothing is written in these books yet. DATABASE_URL says where others are.")
    return 1 if verdict.broken or not all(check.ok for check in verdict.checks) else 0


def books_at(settings: Settings) -> str:
    """Return the installation's database. If the lab plays a market without one, return that of its last world."""
    if settings.database_url is not None:
        return settings.database_url
    return f"sqlite:///{LAB_DATABASE}" if settings.needs_lab and LAB_DATABASE.exists() else DEFAULT
