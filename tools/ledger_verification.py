"""`main.py verify-ledger`: a check that the books are unchanged, from the first entry to the last."""

from __future__ import annotations

from config.database import DEFAULT, LAB_DATABASE, open_database
from config.external_services import SystemClock
from config.files import database_of, keeps_database
from config.migrations import State, state_of
from config.settings import Settings
from core.kernel.ids import Ids
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Transactions
from core.money.ledger.chain import link_entries, verify


async def verify_books(settings: Settings) -> int:
    """Print the findings. Return the exit status: 0 if the chain and all balances hold.

    The books are read as they are. Only the market makes or migrates a database.
    """
    address = books_at(settings)
    print(f"      {address}")
    state = await state_of(address)
    if state is State.MISSING:
        print("      Nothing is written in these books yet. DATABASE_URL says where others are.")
        return 0
    if state is not State.CURRENT:
        print(f"  !!  These books are of an {'earlier' if state is State.OLDER else 'later'} release than this one.")
        return 1
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
    if not keeps_database(settings) and not LAB_DATABASE.exists():
        return DEFAULT
    return database_of(settings)
