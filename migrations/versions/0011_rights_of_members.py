"""Give each member several positions, a monthly budget and a limit for releases.

Rows of the release before keep their one position, which `LEGACY_POSITIONS` reads.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("membership", "invitation")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("positions", sa.JSON(), nullable=True))
        for amount in ("budget", "release"):
            op.add_column(table, sa.Column(f"{amount}_minor", sa.BigInteger(), nullable=True))
            op.add_column(table, sa.Column(f"{amount}_currency", sa.String(length=3), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        for column in ("release_currency", "release_minor", "budget_currency", "budget_minor", "positions"):
            op.drop_column(table, column)
