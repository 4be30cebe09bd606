"""Triggers of the books in the database: they refuse wrong rows from any writer, and keep the balances.

Postings are written first, their entry last. Each posting moves the balance of its account, and a guarded account
cannot fall below zero. The entry's own insertion checks that its postings add up to nothing. It also checks that an
entry that ends a hold fits it. After that no posting can join the entry, and nothing of it can be changed.

Migrations run `statements` as they are. They are made again whenever a kind of account is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table

from core.money.ledger.accounts import KINDS

ONLY_FORWARD: Final = ("ledger_entry", "ledger_posting", "ledger_link")


def _named(kinds: list[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


KNOWN: Final = _named(list(KINDS))
HOT: Final = _named([name for name, kind in KINDS.items() if kind.hot])
GUARDED: Final = _named([name for name, kind in KINDS.items() if kind.guarded])
CREDIT: Final = _named([name for name, kind in KINDS.items() if kind.grows == "credit"])

# --- what an entry must be; NEW is the entry, its postings are there already ------------------------------------------

# One pass over its postings: how many, whether they are all of one currency and phase, and their sum. Most entries are
# plain transfers in one currency, and need no grouping.
UNBALANCED = """SELECT 1 FROM ledger_posting WHERE entry_id = NEW.id GROUP BY currency, phase HAVING SUM(amount) <> 0"""
CROOKED = f"""SELECT CASE WHEN COUNT(*) = 0 THEN TRUE
    WHEN MIN(currency) = MAX(currency) AND MIN(phase) = MAX(phase) THEN SUM(amount) <> 0
    ELSE EXISTS ({UNBALANCED}) END FROM ledger_posting WHERE entry_id = NEW.id"""
# A transfer has moved all of its money; a hold none. An entry that ends a hold moves some only if it posts it.
OUT_OF_PHASE = """SELECT 1 FROM ledger_posting WHERE entry_id = NEW.id AND phase <> CASE NEW.kind
    WHEN 'transfer' THEN 'posted' WHEN 'hold' THEN 'pending'
    WHEN 'post' THEN CASE phase WHEN 'posted' THEN 'posted' ELSE 'released' END ELSE 'released' END"""
# An entry that ends a hold releases exactly what it had reserved. Only holds have pending postings.
HALF_RELEASED = """SELECT 1 FROM ledger_posting WHERE entry_id IN (NEW.id, NEW.resolves) AND phase <> 'posted'
    GROUP BY account, currency HAVING SUM(amount) <> 0"""
# It moves no more on each account than was reserved there, in the same direction.
OVER_POSTED = """SELECT 1 FROM (
    SELECT account, currency,
        SUM(CASE WHEN entry_id = NEW.id AND phase = 'posted' THEN amount ELSE 0 END) AS moved,
        SUM(CASE WHEN entry_id = NEW.resolves AND phase = 'pending' THEN amount ELSE 0 END) AS held
    FROM ledger_posting WHERE entry_id IN (NEW.id, NEW.resolves) GROUP BY account, currency) AS sides
    WHERE moved <> 0 AND NOT (moved > 0 AND moved <= held OR moved < 0 AND moved >= held)"""

# --- what a posting must be, and what it does to its account ----------------------------------------------------------

SEALED = "SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id"
SIDES = {
    "debits": "CASE WHEN NEW.phase = 'posted' AND NEW.amount > 0 THEN NEW.amount ELSE 0 END",
    "credits": "CASE WHEN NEW.phase = 'posted' AND NEW.amount < 0 THEN -NEW.amount ELSE 0 END",
    "pending_debits": (
        "CASE WHEN NEW.phase = 'pending' AND NEW.amount > 0 OR NEW.phase = 'released' AND NEW.amount < 0 "
        "THEN NEW.amount ELSE 0 END"
    ),
    "pending_credits": (
        "CASE WHEN NEW.phase = 'pending' AND NEW.amount < 0 OR NEW.phase = 'released' AND NEW.amount > 0 "
        "THEN -NEW.amount ELSE 0 END"
    ),
}
GROW = (
    "UPDATE ledger_balance SET "
    + ", ".join(f"{side} = {side} + {moved}" for side, moved in SIDES.items())
    + " WHERE account = NEW.account AND currency = NEW.currency"
)


def _open_account(kind: str, true: str, false: str) -> str:
    """Open the balance with an account's first posting. `kind`: the SQL for the beginning of its name."""
    return (
        f"INSERT INTO ledger_balance (account, currency, grows, guarded, {', '.join(SIDES)}) "
        f"SELECT NEW.account, NEW.currency, CASE WHEN {kind} IN ({CREDIT}) THEN 'credit' ELSE 'debit' END, "
        f"CASE WHEN {kind} IN ({GUARDED}) THEN {true} ELSE {false} END, {', '.join(SIDES.values())}"
    )


SQLITE_KIND = "substr(NEW.account, 1, instr(NEW.account || ':', ':') - 1)"
SQLITE_ENTRY = {
    "balances": (f"({CROOKED})", "the entry does not balance"),
    "in_phase": (f"EXISTS ({OUT_OF_PHASE})", "a posting does not belong to this kind of entry"),
    "resolves": (
        f"NEW.resolves IS NOT NULL AND (EXISTS ({HALF_RELEASED}) OR EXISTS ({OVER_POSTED}))",
        "the entry does not fit the hold that it ends",
    ),
}
SQLITE = (
    *(
        f"CREATE TRIGGER ledger_entry_{name} BEFORE INSERT ON ledger_entry WHEN {wrong} "
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        for name, (wrong, why) in SQLITE_ENTRY.items()
    ),
    (
        "CREATE TRIGGER ledger_entry_waits AFTER INSERT ON ledger_entry "
        "BEGIN INSERT INTO ledger_unlinked (entry_id) VALUES (NEW.id); END"
    ),
    (
        f"CREATE TRIGGER ledger_posting_joins BEFORE INSERT ON ledger_posting WHEN EXISTS ({SEALED}) "
        f"BEGIN SELECT RAISE(ABORT, 'the entry is sealed'); END"
    ),
    (
        f"CREATE TRIGGER ledger_posting_named BEFORE INSERT ON ledger_posting WHEN {SQLITE_KIND} NOT IN ({KNOWN}) "
        f"BEGIN SELECT RAISE(ABORT, 'there is no such kind of account'); END"
    ),
    (
        "CREATE TRIGGER ledger_posting_counts AFTER INSERT ON ledger_posting "
        f"BEGIN {GROW}; {_open_account(SQLITE_KIND, '1', '0')} WHERE changes() = 0; END"
    ),
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the books are only written forward'); END"
        for table in ONLY_FORWARD
        for verb in ("UPDATE", "DELETE")
    ),
)

POSTGRES_FUNCTIONS = ("ledger_entry_balances", "ledger_posting_joins", "ledger_posting_counts", "ledger_only_forward")
REFUSED = "USING ERRCODE = 'raise_exception'"
POSTGRES = (
    f"""CREATE OR REPLACE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF ({CROOKED}) THEN
            RAISE EXCEPTION 'the entry does not balance' {REFUSED};
        END IF;
        IF EXISTS ({OUT_OF_PHASE}) THEN
            RAISE EXCEPTION 'a posting does not belong to this kind of entry' {REFUSED};
        END IF;
        IF NEW.resolves IS NOT NULL AND (EXISTS ({HALF_RELEASED}) OR EXISTS ({OVER_POSTED})) THEN
            RAISE EXCEPTION 'the entry does not fit the hold that it ends' {REFUSED};
        END IF;
        INSERT INTO ledger_unlinked (entry_id) VALUES (NEW.id);
        RETURN NEW;
    END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_posting_joins() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM written JOIN ledger_entry ON ledger_entry.id = written.entry_id) THEN
            RAISE EXCEPTION 'the entry is sealed' {REFUSED};
        END IF;
        RETURN NULL;
    END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_posting_counts() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        kind text := split_part(NEW.account, ':', 1);
    BEGIN
        IF kind NOT IN ({KNOWN}) THEN
            RAISE EXCEPTION 'there is no such kind of account' {REFUSED};
        END IF;
        IF kind IN ({HOT}) THEN
            INSERT INTO ledger_delta (entry_id, number, account, currency, {", ".join(SIDES)})
            VALUES (NEW.entry_id, NEW.number, NEW.account, NEW.currency, {", ".join(SIDES.values())});
            RETURN NULL;
        END IF;
        LOOP
            {GROW};
            EXIT WHEN FOUND;
            {_open_account("kind", "true", "false")} ON CONFLICT DO NOTHING;
            EXIT WHEN FOUND;  -- else somebody else has opened it just now, and it is there to grow
        END LOOP;
        RETURN NULL;
    END $$""",
    """CREATE OR REPLACE FUNCTION ledger_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the books are only written forward' USING ERRCODE = 'raise_exception';
    END $$""",
    (
        "CREATE TRIGGER ledger_entry_balances BEFORE INSERT ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances()"
    ),
    (
        "CREATE TRIGGER ledger_posting_counts AFTER INSERT ON ledger_posting "
        "FOR EACH ROW EXECUTE FUNCTION ledger_posting_counts()"
    ),
    (
        "CREATE TRIGGER ledger_posting_joins AFTER INSERT ON ledger_posting "
        "REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_joins()"
    ),
    *(
        f"CREATE TRIGGER {table}_only_forward BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION ledger_only_forward()"
        for table in ONLY_FORWARD
    ),
)


def statements(dialect: str) -> tuple[str, ...]:
    """Return the guards in the words of this database ("sqlite", "postgresql")."""
    return {"sqlite": SQLITE, "postgresql": POSTGRES}[dialect]


def create_guards(_all: MetaData, connection: Connection, *, tables: Sequence[Table], **_: Any) -> None:
    """Create the guards after `tables` were made from the metadata."""
    if any(table.name == "ledger_posting" for table in tables):
        for statement in statements(connection.dialect.name):
            connection.exec_driver_sql(statement)
