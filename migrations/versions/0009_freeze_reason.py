"""Keep why an operator has frozen a deal."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dispute_case", sa.Column("freeze_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("dispute_case", "freeze_reason")
