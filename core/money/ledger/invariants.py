"""Invariants of the books, as SQL that finds the rows that break them. An empty result means that the invariant holds.

Each query gives two columns: the deal whose money is in doubt (or nothing), and in words what is wrong.
`core/books/audit/invariants.py` adds what must be true of the books and the trade together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import text

from core.kernel.transaction import Ctx
from core.money.ledger.accounts import KINDS

SHOWN: Final = 5  # broken rows of one invariant that are named; one is enough to look


class Invariant(NamedTuple):
    """`sql` finds what breaks it, on both databases; where they differ, `postgres` is PostgreSQL's way."""

    name: str
    why: str
    sql: str
    postgres: str | None = None


class Broken(NamedTuple):
    """One row that breaks an invariant."""

    deal_id: str | None
    detail: str


class Check(NamedTuple):
    """One invariant, and what was found: `ok`, or the first rows that break it in words."""

    name: str
    ok: bool
    detail: str
    why: str = ""
    broken: tuple[Broken, ...] = ()


def check(ctx: Ctx, invariants: Iterable[Invariant]) -> list[Check]:
    """Ask each of them. Reads whole tables: for the worker, the doctor, the console and the tests."""
    postgres = ctx.session.connection().dialect.name == "postgresql"
    ctx.session.flush()
    found = []
    for each in invariants:
        question = each.postgres if postgres and each.postgres is not None else each.sql
        rows = ctx.session.execute(text(f"SELECT * FROM ({question}) AS broken LIMIT {SHOWN}")).all()
        broken = tuple(Broken(row[0], str(row[1])) for row in rows)
        found.append(Check(each.name, not broken, "; ".join(row.detail for row in broken), each.why, broken))
    return found


def invariants(ctx: Ctx) -> list[Check]:
    """Check the invariants that concern the books alone."""
    return check(ctx, BOOKS)


def deal_of(account: str) -> str:
    """Return the SQL for the deal after which an account is named."""
    return (
        f"CASE WHEN {account} LIKE 'escrow:%' THEN substr({account}, 8) "
        f"WHEN {account} LIKE 'refund_due:%' THEN substr({account}, 12) END"
    )


# Sums of big integers are decimals on PostgreSQL; compared and shown they are the same numbers.
SIDES_OF_POSTING = """
    SELECT account, currency,
        CASE WHEN phase = 'posted' AND amount > 0 THEN amount ELSE 0 END AS debits,
        CASE WHEN phase = 'posted' AND amount < 0 THEN -amount ELSE 0 END AS credits,
        CASE WHEN phase = 'pending' AND amount > 0 OR phase = 'released' AND amount < 0
            THEN amount ELSE 0 END AS pending_debits,
        CASE WHEN phase = 'pending' AND amount < 0 OR phase = 'released' AND amount > 0
            THEN -amount ELSE 0 END AS pending_credits
    FROM ledger_posting"""


def _kinds(needed: Iterable[str]) -> str:
    return " OR ".join(f"account LIKE '{kind}:%' OR account = '{kind}'" for kind in needed)


GUARDED: Final = _kinds(name for name, kind in KINDS.items() if kind.guarded)
CREDIT: Final = _kinds(name for name, kind in KINDS.items() if kind.grows == "credit")

BOOKS: Final = (
    Invariant(
        "debits equal credits in every currency",
        "Money is neither made nor lost: what one account gains, another gives.",
        """SELECT NULL, currency || ' is ' || SUM(amount) || ' apart' FROM ledger_posting
        GROUP BY currency, phase HAVING SUM(amount) <> 0""",
    ),
    Invariant(
        "every entry balances",
        "The sum of the whole could hide two mistakes that cancel out.",
        """SELECT entry.deal_id, entry.key || ' is ' || SUM(posting.amount) || ' ' || posting.currency || ' apart'
        FROM ledger_entry AS entry JOIN ledger_posting AS posting ON posting.entry_id = entry.id
        GROUP BY entry.id, entry.deal_id, entry.key, posting.currency, posting.phase
        HAVING SUM(posting.amount) <> 0""",
    ),
    Invariant(
        "no posting is without its entry",
        "A posting that nothing seals has moved money for no reason that is known.",
        """SELECT NULL, posting.entry_id FROM ledger_posting AS posting
        LEFT JOIN ledger_entry AS entry ON entry.id = posting.entry_id WHERE entry.id IS NULL""",
    ),
    Invariant(
        "no entry is without postings",
        "An entry that moves nothing was emptied.",
        """SELECT entry.deal_id, entry.key FROM ledger_entry AS entry
        WHERE NOT EXISTS (SELECT 1 FROM ledger_posting AS posting WHERE posting.entry_id = entry.id)""",
    ),
    Invariant(
        "every balance is the sum of its postings",
        "Decisions are made on balances; history is what really happened.",
        f"""SELECT {deal_of("account")}, account || ' ' || currency FROM (
            {SIDES_OF_POSTING}
            UNION ALL SELECT account, currency, -debits, -credits, -pending_debits, -pending_credits FROM ledger_balance
            UNION ALL SELECT account, currency, -debits, -credits, -pending_debits, -pending_credits FROM ledger_delta
        ) AS sides GROUP BY account, currency
        HAVING SUM(debits) <> 0 OR SUM(credits) <> 0 OR SUM(pending_debits) <> 0 OR SUM(pending_credits) <> 0""",
    ),
    Invariant(
        "nobody's money is overdrawn",
        "What was released, refunded or reserved of an account was there.",
        f"""SELECT {deal_of("account")}, account || ' ' || currency FROM ledger_balance
        WHERE ({GUARDED}) AND (({CREDIT}) AND debits + pending_debits > credits
            OR NOT ({CREDIT}) AND credits + pending_credits > debits)""",
    ),
    Invariant(
        "no account has lost its guard",
        "A switch turned off by hand would let an account fall below zero unnoticed.",
        f"""SELECT {deal_of("account")}, account || ' ' || currency FROM ledger_balance
        WHERE guarded <> ({GUARDED}) OR (grows = 'credit') <> ({CREDIT})""",
    ),
    Invariant(
        "a hold ends once, and lets go of all of it",
        "Money reserved twice over, or for ever, is lost to whoever owns it.",
        """SELECT held.deal_id, held.key FROM ledger_entry AS held
        JOIN ledger_entry AS ending ON ending.resolves = held.id
        JOIN ledger_posting AS posting ON posting.entry_id IN (held.id, ending.id) AND posting.phase <> 'posted'
        GROUP BY held.id, held.deal_id, held.key, posting.account, posting.currency HAVING SUM(posting.amount) <> 0""",
    ),
    Invariant(
        "what ends by itself has its timer",
        "A reservation whose timer is gone would stand until somebody notices.",
        """SELECT held.deal_id, held.key FROM ledger_entry AS held WHERE held.expires_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ledger_entry AS ending WHERE ending.resolves = held.id)
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'hold' AND timer.subject = held.id)""",
    ),
    Invariant(
        "every entry is in the chain or waits for it",
        "What stands outside the chain could be changed without a trace.",
        """SELECT entry.deal_id, entry.key FROM ledger_entry AS entry
        WHERE NOT EXISTS (SELECT 1 FROM ledger_link AS link WHERE link.entry_id = entry.id)
        AND NOT EXISTS (SELECT 1 FROM ledger_unlinked AS waiting WHERE waiting.entry_id = entry.id)""",
    ),
    Invariant(
        "the chain has no gap",
        "A missing link is an entry that somebody took out.",
        """SELECT NULL, 'link ' || link.number FROM ledger_link AS link WHERE link.number > 1
        AND NOT EXISTS (SELECT 1 FROM ledger_link AS earlier WHERE earlier.number = link.number - 1)
        UNION ALL SELECT NULL, 'link ' || link.number || ' has no entry' FROM ledger_link AS link
        WHERE NOT EXISTS (SELECT 1 FROM ledger_entry AS entry WHERE entry.id = link.entry_id)""",
    ),
)
