"""One table for money going out: the rows of deals, sessions and purchases, with their timers, move into it.

Their ids and keys stay. Undelivered outbox messages, entries in the books and the provider refer to them.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


SHARED = """id, key, state, payee, amount_minor, currency, attempt, refusals, provider_ref, failed, version"""
KEPT_BY_BANK = (
    "chargeback.payment_id = purchase_payment.id AND chargeback.state IN ('lost', 'recovered', 'written_off')"
)

INTO_ONE = (
    f"""INSERT INTO disbursement ({SHARED}, kind, subject_kind, subject, payment_id, lot_id, asked_at, why, chargeback_id,
        reverses, beside, credit_id, made_at)
    SELECT {SHARED}, CASE kind WHEN 'transfer' THEN 'payout' ELSE kind END, 'deal', deal_id, payment_id, lot_id, asked_at,
        why, chargeback_id, reverses, beside, credit_id, made_at FROM effect""",
    f"""INSERT INTO disbursement ({SHARED}, kind, subject_kind, subject, payment_id, asked_at, why, chargeback_id, reverses,
        beside)
    SELECT {SHARED}, CASE kind WHEN 'transfer' THEN 'payout' ELSE kind END, 'session', booking_id, hold_id, asked_at, why,
        chargeback_id, reverses, FALSE FROM session_payout""",
    # What waited for a bank was called refused, and looked for the bank's decision every day.
    """INSERT INTO disbursement (id, key, state, payee, amount_minor, currency, attempt, refusals, provider_ref, failed,
        version, kind, subject_kind, subject, payment_id, why, beside)
    SELECT id, 'refund:' || id, CASE WHEN state = 'refused' AND why = 'called_back' THEN 'waiting' ELSE state END, payee,
        amount_minor, currency, attempt, refusals, provider_ref, failed, version,
        CASE WHEN payee IS NULL THEN 'refund' ELSE 'payout' END, 'purchase', purchase_id, payment_id,
        CASE why WHEN 'called_back' THEN 'chargeback' ELSE why END, FALSE FROM purchase_refund""",
    """UPDATE timer SET kind = 'disbursement' WHERE kind IN ('effect', 'session_payout', 'purchase_refund')""",
)
FROM_ONE = (
    f"""INSERT INTO effect ({SHARED}, kind, deal_id, payment_id, lot_id, asked_at, why, chargeback_id, reverses, beside,
        credit_id, made_at)
    SELECT {SHARED}, CASE kind WHEN 'payout' THEN 'transfer' ELSE kind END, subject, payment_id, lot_id, asked_at, why,
        chargeback_id, reverses, beside, credit_id, made_at FROM disbursement WHERE subject_kind = 'deal'""",
    f"""INSERT INTO session_payout ({SHARED}, kind, booking_id, hold_id, asked_at, why, chargeback_id, reverses)
    SELECT {SHARED}, CASE kind WHEN 'payout' THEN 'transfer' ELSE kind END, subject, payment_id, asked_at, why,
        chargeback_id, reverses FROM disbursement WHERE subject_kind = 'session'""",
    """INSERT INTO purchase_refund (id, purchase_id, payment_id, number, state, payee, amount_minor, currency, attempt,
        refusals, provider_ref, failed, why, version)
    SELECT id, subject, payment_id, ROW_NUMBER() OVER (PARTITION BY payment_id ORDER BY id),
        CASE WHEN state = 'waiting' AND payee IS NULL THEN 'refused' ELSE state END, payee, amount_minor, currency, attempt,
        refusals, provider_ref, failed, CASE why WHEN 'chargeback' THEN 'called_back' ELSE why END, version
    FROM disbursement WHERE subject_kind = 'purchase'""",
    """UPDATE timer SET kind = CASE (SELECT subject_kind FROM disbursement WHERE disbursement.id = timer.subject)
        WHEN 'session' THEN 'session_payout' WHEN 'purchase' THEN 'purchase_refund' ELSE 'effect' END
    WHERE kind = 'disbursement'""",
    f"""UPDATE purchase_payment SET
        lost_minor = COALESCE((SELECT SUM(amount_minor) FROM chargeback WHERE {KEPT_BY_BANK}), 0),
        covered_minor = COALESCE((SELECT SUM(from_escrow_minor) FROM chargeback WHERE {KEPT_BY_BANK}), 0),
        recall = CASE
            WHEN EXISTS (SELECT 1 FROM chargeback WHERE payment_id = purchase_payment.id AND state = 'open') THEN 'open'
            WHEN EXISTS (SELECT 1 FROM chargeback WHERE {KEPT_BY_BANK} AND amount_minor > 0) THEN 'lost' END""",
)
LOOK_AGAIN = """INSERT INTO timer (kind, subject, event, due_at) SELECT 'purchase_refund', id, 'try_again', :now
    FROM purchase_refund WHERE state = 'refused'
    AND NOT EXISTS (SELECT 1 FROM timer WHERE kind = 'purchase_refund' AND subject = purchase_refund.id)"""


def upgrade() -> None:
    op.create_table(
        "disbursement",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=True),
        sa.Column("payee", sa.String(length=26), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=True),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("chargeback_id", sa.String(length=26), nullable=True),
        sa.Column("reverses", sa.String(length=120), nullable=True),
        sa.Column("beside", sa.Boolean(), nullable=False),
        sa.Column("credit_id", sa.String(length=26), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_disbursement_disburses_something")),
        sa.ForeignKeyConstraint(["chargeback_id"], ["chargeback.id"], name=op.f("fk_disbursement_chargeback_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement")),
        sa.UniqueConstraint("key", name=op.f("uq_disbursement_key")),
    )
    with op.batch_alter_table("disbursement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disbursement_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disbursement_payee"), ["payee"], unique=False)
        batch_op.create_index(batch_op.f("ix_disbursement_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disbursement_provider_ref"), ["provider_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_disbursement_state"), ["state"], unique=False)
        batch_op.create_index("ix_disbursement_subject", ["subject", "subject_kind", "payment_id"], unique=False)

    for statement in INTO_ONE:
        op.execute(statement)

    with op.batch_alter_table("effect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_effect_deal_id"))
        batch_op.drop_index(batch_op.f("ix_effect_payee"))
        batch_op.drop_index(batch_op.f("ix_effect_state"))

    op.drop_table("effect")
    with op.batch_alter_table("session_payout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_payout_booking_id"))
        batch_op.drop_index(batch_op.f("ix_session_payout_payee"))
        batch_op.drop_index(batch_op.f("ix_session_payout_state"))

    op.drop_table("session_payout")
    with op.batch_alter_table("purchase_refund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_refund_payee"))
        batch_op.drop_index(batch_op.f("ix_purchase_refund_purchase_id"))
        batch_op.drop_index(batch_op.f("ix_purchase_refund_state"))

    op.drop_table("purchase_refund")
    with op.batch_alter_table("purchase_payment", schema=None) as batch_op:
        batch_op.drop_column("lost_minor")
        batch_op.drop_column("covered_minor")
        batch_op.drop_column("recall")


def downgrade() -> None:
    with op.batch_alter_table("purchase_payment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recall", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("covered_minor", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("lost_minor", sa.BigInteger(), nullable=False, server_default="0"))

    op.create_table(
        "purchase_refund",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("purchase_id", sa.String(length=26), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("payee", sa.String(length=26), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=True),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["purchase_payment.id"], name=op.f("fk_purchase_refund_payment_id")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_purchase_refund_purchase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_refund")),
        sa.UniqueConstraint("payment_id", "number", name=op.f("uq_purchase_refund_payment_id_number")),
    )
    with op.batch_alter_table("purchase_refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_refund_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_refund_purchase_id"), ["purchase_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_refund_payee"), ["payee"], unique=False)

    op.create_table(
        "session_payout",
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("hold_id", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("payee", sa.String(length=26), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=True),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("chargeback_id", sa.String(length=26), nullable=True),
        sa.Column("reverses", sa.String(length=120), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_session_payout_booking_id")),
        sa.ForeignKeyConstraint(["chargeback_id"], ["chargeback.id"], name=op.f("fk_session_payout_chargeback_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["card_hold.id"], name=op.f("fk_session_payout_hold_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_payout")),
        sa.UniqueConstraint("key", name=op.f("uq_session_payout_key")),
    )
    with op.batch_alter_table("session_payout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_payout_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_payout_payee"), ["payee"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_payout_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "effect",
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=True),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("beside", sa.Boolean(), nullable=False),
        sa.Column("credit_id", sa.String(length=26), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("payee", sa.String(length=26), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("provider_ref", sa.String(length=120), nullable=True),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("chargeback_id", sa.String(length=26), nullable=True),
        sa.Column("reverses", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_effect_moves_something")),
        sa.ForeignKeyConstraint(["chargeback_id"], ["chargeback.id"], name=op.f("fk_effect_chargeback_id")),
        sa.ForeignKeyConstraint(["credit_id"], ["buyer_credit.id"], name=op.f("fk_effect_credit_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_effect_deal_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_effect_lot_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_effect_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect")),
        sa.UniqueConstraint("key", name=op.f("uq_effect_key")),
    )
    with op.batch_alter_table("effect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_effect_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_effect_payee"), ["payee"], unique=False)
        batch_op.create_index(batch_op.f("ix_effect_deal_id"), ["deal_id"], unique=False)

    for statement in FROM_ONE:
        op.execute(statement)
    # The earlier release looks for the bank's decision by a timer.
    now = sa.bindparam("now", datetime.now(UTC), type_=sa.DateTime(timezone=True))
    op.execute(sa.text(LOOK_AGAIN).bindparams(now))

    with op.batch_alter_table("purchase_payment", schema=None) as batch_op:
        batch_op.alter_column("covered_minor", server_default=None)
        batch_op.alter_column("lost_minor", server_default=None)

    with op.batch_alter_table("disbursement", schema=None) as batch_op:
        batch_op.drop_index("ix_disbursement_subject")
        batch_op.drop_index(batch_op.f("ix_disbursement_state"))
        batch_op.drop_index(batch_op.f("ix_disbursement_provider_ref"))
        batch_op.drop_index(batch_op.f("ix_disbursement_payment_id"))
        batch_op.drop_index(batch_op.f("ix_disbursement_payee"))
        batch_op.drop_index(batch_op.f("ix_disbursement_lot_id"))

    op.drop_table("disbursement")
