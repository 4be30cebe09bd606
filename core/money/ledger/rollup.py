"""Roll-up of hot accounts: adds the waiting amounts to the balance. No writer waits for it, and workers may run in
parallel.

On PostgreSQL each posting to a hot account (the provider, its fees, our commission) leaves a row of its own. Otherwise
every deal would queue to change one balance. On SQLite there is one writer, nothing queues, and nothing waits.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects import postgresql

from core.kernel.transaction import Ctx
from core.money.ledger.accounts import kind_of
from core.money.ledger.model import Balance, Delta

BATCH: Final = 1_000  # rows in one transaction: the balance is locked for as long as these take
SIDES: Final = ("debits", "credits", "pending_debits", "pending_credits")


def roll_up(ctx: Ctx) -> int:
    """Add up to a batch of what waits, leaving out what another worker has in hand. Returns how many rows went in."""
    waiting = select(Delta.entry_id, Delta.number, Delta.account, Delta.currency, *(getattr(Delta, s) for s in SIDES))
    rows = ctx.session.execute(waiting.limit(BATCH).with_for_update(skip_locked=True)).all()
    if not rows:
        return 0
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(SIDES, 0))
    for row in rows:
        into = sums[row.account, row.currency]
        for side in SIDES:
            into[side] += getattr(row, side)
    for (account, currency), grown in sorted(sums.items()):
        kind = kind_of(account)
        nothing = {"account": account, "currency": currency, "grows": kind.grows, "guarded": kind.guarded}
        opened = postgresql.insert(Balance).values(**nothing, **dict.fromkeys(SIDES, 0)).on_conflict_do_nothing()
        ctx.session.execute(opened)
        ctx.session.execute(
            update(Balance)
            .where(Balance.account == account, Balance.currency == currency)
            .values({side: getattr(Balance, side) + minor for side, minor in grown.items()})
            .execution_options(synchronize_session=False)
        )
    added = [(row.entry_id, row.number) for row in rows]
    ctx.session.execute(delete(Delta).where(tuple_(Delta.entry_id, Delta.number).in_(added)))
    return len(rows)
