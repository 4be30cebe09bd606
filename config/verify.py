"""`main.py verify-ledger`: whether the books are what was written, from the first entry to the last."""

from __future__ import annotations

from config.database import DEFAULT, open_database
from config.outside import SystemClock
from config.settings import Settings
from core.kernel.events import Reactions
from core.kernel.ids import Ids
from core.kernel.transaction import MARKET, Transactions
from core.ledger.chain import link_entries, verify


async def verify_books(settings: Settings) -> int:
    """Print what was found; the exit status is 0 when the chain and all balances hold."""
    address = settings.database_url or DEFAULT
    transactions = Transactions(await open_database(address), SystemClock(), Ids(bytes), Reactions())
    try:
        while await transactions.run(MARKET, link_entries):  # what was written last is not chained yet
            pass
        verdict = await transactions.run(MARKET, verify)
    finally:
        await transactions.close()
    for check in verdict.checks:
        print(f"{'  ok  ' if check.ok else '  !!  '}{check.name}{'' if check.ok else f': {check.detail}'}")
    print(f"{'  !!  ' + verdict.broken if verdict.broken else f'  ok  {verdict.links} links hold'}")
    print(f"      head {verdict.links}:{verdict.head}")
    return 1 if verdict.broken or not all(check.ok for check in verdict.checks) else 0
