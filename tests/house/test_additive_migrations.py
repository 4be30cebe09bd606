"""A migration only adds, so that workers of the version before go on beside it (docs/upgrade.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from config import migrations
from tests.house.additive_migrations import destructive_steps, migrations_after

# Those up to this one were written before the first version that others run.
UNRELEASED = "0007"


def test_migrations_of_released_versions_only_add() -> None:
    breaking = [f"{path.name}: {step}" for path in migrations_after(UNRELEASED) for step in destructive_steps(path)]
    assert breaking == []


@pytest.mark.parametrize(
    ("step", "is_destructive"),
    [
        ('op.execute("ALTER TABLE outbox RENAME COLUMN lane TO ordering_key")', True),
        ('op.drop_column("outbox", "kind")', True),
        ('op.add_column("outbox", sa.Column("a", sa.String(), nullable=False))', True),
        ('with op.batch_alter_table("outbox") as batch: batch.alter_column("kind")', True),
        ('op.add_column("outbox", sa.Column("a", sa.String(), nullable=False, server_default=""))', False),
        ('op.add_column("outbox", sa.Column("a", sa.String(), nullable=True))', False),
        ('op.create_table("new")', False),
    ],
)
def test_a_step_that_takes_something_away_is_seen(step: str, is_destructive: bool, tmp_path: Path) -> None:
    (tmp_path / "0008_x.py").write_text(f"def upgrade():\n    {step}\n\ndef downgrade():\n    op.drop_table('x')\n")
    assert bool(list(destructive_steps(tmp_path / "0008_x.py"))) is is_destructive


async def test_a_release_starts_on_the_database_of_the_next_one(tmp_path: Path) -> None:
    """A worker of the version before may be restarted in the middle of an upgrade."""
    url = f"sqlite:///{tmp_path / 'market.sqlite'}"
    await migrations.upgrade(url)
    await migrations.within(
        url, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")).close()
    )
    await migrations.upgrade(url)
    found: list[str] = []
    await migrations.within(
        url, lambda connection: found.extend(connection.scalars(text("SELECT version_num FROM alembic_version")))
    )
    assert found == ["9999"]
