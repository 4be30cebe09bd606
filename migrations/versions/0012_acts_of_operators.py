"""Keep what a report is about, and the reason of an operator's act."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("kind", sa.String(length=20), nullable=True))
    op.add_column("report", sa.Column("subject", sa.String(length=26), nullable=True))
    op.add_column("report", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("listing", sa.Column("removed_from", sa.String(length=40), nullable=True))
    op.add_column("listing", sa.Column("removal_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("listing", "removal_reason")
    op.drop_column("listing", "removed_from")
    op.drop_column("report", "reason")
    op.drop_column("report", "subject")
    op.drop_column("report", "kind")
