"""Call the version that a form was opened on what the code calls it."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE draft RENAME COLUMN seen TO expected_version")


def downgrade() -> None:
    op.execute("ALTER TABLE draft RENAME COLUMN expected_version TO seen")
