"""Call the key that orders outbox messages what the code calls it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outbox RENAME COLUMN lane TO ordering_key")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox RENAME COLUMN ordering_key TO lane")
