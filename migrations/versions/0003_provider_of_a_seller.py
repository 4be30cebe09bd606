"""Remember which payment provider a seller is with."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seller_provider",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_seller_provider_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_seller_provider")),
    )


def downgrade() -> None:
    op.drop_table("seller_provider")
