"""Call the provider's fees by names that no vendor gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = {"stripe_fee": "provider_fee", "stripe_fx_fee": "exchange_fee"}
RENAME = sa.text("UPDATE provider_line SET kind = :to WHERE kind = :kind")


def upgrade() -> None:
    for theirs, ours in KINDS.items():
        op.execute(RENAME.bindparams(kind=theirs, to=ours))


def downgrade() -> None:
    for theirs, ours in KINDS.items():
        op.execute(RENAME.bindparams(kind=ours, to=theirs))
