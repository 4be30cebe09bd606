"""Keep the sum that a complaint about a session asks for, its rulings and its appeals."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session_complaint", sa.Column("asked_minor", sa.BigInteger(), nullable=True))
    op.add_column("session_complaint", sa.Column("back_minor", sa.BigInteger(), nullable=True))
    op.add_column("session_complaint", sa.Column("seeker_appeal", sa.Text(), nullable=True))
    op.add_column("session_complaint", sa.Column("consultant_appeal", sa.Text(), nullable=True))
    op.create_table(
        "complaint_ruling",
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("back_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["session_complaint.booking_id"], name=op.f("fk_complaint_ruling_booking_id")
        ),
        sa.PrimaryKeyConstraint("booking_id", "number", name=op.f("pk_complaint_ruling")),
    )


def downgrade() -> None:
    op.drop_table("complaint_ruling")
    for column in ("consultant_appeal", "seeker_appeal", "back_minor", "asked_minor"):
        op.drop_column("session_complaint", column)
