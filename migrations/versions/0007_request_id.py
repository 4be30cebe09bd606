"""Keep the request id of each outbox message."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("request_id", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "request_id")
