"""What the database itself refuses, whoever writes: an entry that does not balance, and any change of the past.

Postings are written first, their entry last: the entry's own insertion checks that they add up to nothing in each
currency, and from then on no posting can join them. Migrations run `statements` as they are.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

UNBALANCED = """SELECT 1 FROM ledger_posting WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount) <> 0"""
EMPTY = "SELECT 1 FROM ledger_posting WHERE entry_id = NEW.id"
SEALED = "SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id"

SQLITE = (
    (
        f"CREATE TRIGGER ledger_entry_balances BEFORE INSERT ON ledger_entry "
        f"WHEN EXISTS ({UNBALANCED}) OR NOT EXISTS ({EMPTY}) "
        f"BEGIN SELECT RAISE(ABORT, 'the entry does not balance'); END"
    ),
    (
        f"CREATE TRIGGER ledger_posting_joins BEFORE INSERT ON ledger_posting WHEN EXISTS ({SEALED}) "
        f"BEGIN SELECT RAISE(ABORT, 'the entry is sealed'); END"
    ),
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the books are only written forward'); END"
        for table in ("ledger_entry", "ledger_posting")
        for verb in ("UPDATE", "DELETE")
    ),
)

POSTGRES_FUNCTIONS = ("ledger_entry_balances", "ledger_posting_joins", "ledger_only_forward")
POSTGRES = (
    f"""CREATE OR REPLACE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS ({UNBALANCED}) OR NOT EXISTS ({EMPTY}) THEN
            RAISE EXCEPTION 'the entry does not balance' USING ERRCODE = 'raise_exception';
        END IF;
        RETURN NEW;
    END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_posting_joins() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS ({SEALED}) THEN
            RAISE EXCEPTION 'the entry is sealed' USING ERRCODE = 'raise_exception';
        END IF;
        RETURN NEW;
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
        "CREATE TRIGGER ledger_posting_joins BEFORE INSERT ON ledger_posting "
        "FOR EACH ROW EXECUTE FUNCTION ledger_posting_joins()"
    ),
    *(
        f"CREATE TRIGGER {table}_only_forward BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION ledger_only_forward()"
        for table in ("ledger_entry", "ledger_posting")
    ),
)


def statements(dialect: str) -> tuple[str, ...]:
    """The guards in the words of this database ("sqlite", "postgresql")."""
    return {"sqlite": SQLITE, "postgresql": POSTGRES}[dialect]


def create_guards(_table: Any, connection: Connection, **_: Any) -> None:
    """Runs after the tables were made from the metadata."""
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
