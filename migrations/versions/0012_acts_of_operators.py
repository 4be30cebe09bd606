"""Keep what a report is about, and the reason of an operator's act."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("kind", sa.String(length=20), nullable=True))
    op.add_column("report", sa.Column("subject", sa.String(length=26), nullable=True))
    op.add_column("report", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("listing", sa.Column("removed_from", sa.String(length=40), nullable=True))
    op.add_column("listing", sa.Column("removal_reason", sa.Text(), nullable=True))
    op.add_column("listing", sa.Column("removed_with", sa.String(length=26), nullable=True))
    op.create_table(
        "suspension",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_by", sa.String(length=26), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=26), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_suspension_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_organisation_id"), "suspension", ["organisation_id"])
    op.create_table(
        "suspended_chat",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("suspension_id", sa.String(length=26), nullable=False),
        sa.Column("salt", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["suspension_id"], ["suspension.id"], name=op.f("fk_suspended_chat_suspension_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspended_chat")),
    )
    op.create_index(op.f("ix_suspended_chat_suspension_id"), "suspended_chat", ["suspension_id"])


def downgrade() -> None:
    op.drop_table("suspended_chat")
    op.drop_table("suspension")
    op.drop_column("listing", "removed_with")
    op.drop_column("listing", "removal_reason")
    op.drop_column("listing", "removed_from")
    op.drop_column("report", "reason")
    op.drop_column("report", "subject")
    op.drop_column("report", "kind")
