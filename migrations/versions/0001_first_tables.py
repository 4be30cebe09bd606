"""First tables, and what the database itself refuses of the books."""

import sqlalchemy as sa
from alembic import op

from core.books.invoicing import triggers as invoices
from core.money.ledger import triggers as books

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "broken_invariant",
        sa.Column("invariant", sa.String(length=120), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("invariant", "deal_id", name=op.f("pk_broken_invariant")),
    )
    op.create_table(
        "card_pointer",
        sa.Column("platform", sa.String(length=10), nullable=False),
        sa.Column("workspace", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("message", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("main", sa.String(length=64), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "workspace", "address", "subject", name=op.f("pk_card_pointer")),
    )
    op.create_table(
        "chargeback",
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("matter", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("seller", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("from_escrow_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_loss_minor", sa.BigInteger(), nullable=False),
        sa.Column("claimed_minor", sa.BigInteger(), nullable=False),
        sa.Column("recovered_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_refunds_minor", sa.BigInteger(), nullable=False),
        sa.Column("evidence_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chargeback")),
        sa.UniqueConstraint("ref", name=op.f("uq_chargeback_ref")),
    )
    with op.batch_alter_table("chargeback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chargeback_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chargeback_seller"), ["seller"], unique=False)
        batch_op.create_index(batch_op.f("ix_chargeback_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_chargeback_subject"), ["subject"], unique=False)

    op.create_table(
        "evidence_mark",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("came_by", sa.String(length=200), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_mark")),
    )
    with op.batch_alter_table("evidence_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_mark_subject"), ["subject"], unique=False)

    op.create_table(
        "file_content",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file_content")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_received_at"), ["received_at"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=26), nullable=False),
        sa.Column("recipient", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=True),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supply", sa.JSON(), nullable=False),
        sa.Column("market", sa.JSON(), nullable=True),
        sa.Column("corrects", sa.String(length=26), nullable=True),
        sa.Column("series", sa.String(length=8), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("net_minor", sa.BigInteger(), nullable=True),
        sa.Column("vat_minor", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "(paper = 'credit_note') = (corrects IS NOT NULL)", name=op.f("ck_invoice_credits_an_invoice")
        ),
        sa.CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name=op.f("ck_invoice_numbered_when_issued")),
        sa.CheckConstraint("gross_minor > 0", name=op.f("ck_invoice_of_something")),
        sa.CheckConstraint("issuer <> recipient", name=op.f("ck_invoice_two_sides")),
        sa.ForeignKeyConstraint(["corrects"], ["invoice.id"], name=op.f("fk_invoice_corrects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("issuer", "year", "series", "serial", name=op.f("uq_invoice_issuer_year_series_serial")),
        sa.UniqueConstraint("key", name=op.f("uq_invoice_key")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_corrects"), ["corrects"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_recipient"), ["recipient"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_subject"), ["subject"], unique=False)

    op.create_table(
        "invoice_series",
        sa.Column("issuer", sa.String(length=26), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=8), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "year", "series", name=op.f("pk_invoice_series")),
    )
    op.create_table(
        "ledger_balance",
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("grows", sa.String(length=6), nullable=False),
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("pending_debits", sa.BigInteger(), nullable=False),
        sa.Column("pending_credits", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "NOT guarded OR (grows = 'credit' AND debits + pending_debits <= credits) OR (grows = 'debit' AND credits + pending_credits <= debits)",
            name=op.f("ck_ledger_balance_never_overdrawn"),
        ),
        sa.CheckConstraint(
            "debits >= 0 AND credits >= 0 AND pending_debits >= 0 AND pending_credits >= 0",
            name=op.f("ck_ledger_balance_sides_only_grow"),
        ),
        sa.PrimaryKeyConstraint("account", "currency", name=op.f("pk_ledger_balance")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_delta",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("pending_debits", sa.BigInteger(), nullable=False),
        sa.Column("pending_credits", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_ledger_delta")),
    )
    with op.batch_alter_table("ledger_delta", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_delta_account"), ["account"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=True),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("resolves", sa.String(length=26), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(resolves IS NULL) = (kind IN ('transfer', 'hold'))", name=op.f("ck_ledger_entry_ends_a_hold")
        ),
        sa.CheckConstraint("expires_at IS NULL OR kind = 'hold'", name=op.f("ck_ledger_entry_only_holds_expire")),
        sa.CheckConstraint(
            "kind IN ('transfer', 'hold', 'post', 'void', 'expire')", name=op.f("ck_ledger_entry_known_kind")
        ),
        sa.ForeignKeyConstraint(["resolves"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_resolves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_entry_key")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(
            "uq_ledger_entry_resolves",
            ["resolves"],
            unique=True,
            sqlite_where=sa.text("resolves IS NOT NULL"),
            postgresql_where=sa.text("resolves IS NOT NULL"),
        )

    op.create_table(
        "ledger_link",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_link")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_link_entry_id")),
    )
    op.create_table(
        "ledger_unlinked",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_ledger_unlinked")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listing",
        sa.Column("seller", sa.String(length=26), nullable=False),
        sa.Column("published_by", sa.String(length=26), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("grade_id", sa.String(length=60), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("quantity_amount", sa.String(length=40), nullable=False),
        sa.Column("remaining_amount", sa.String(length=40), nullable=False),
        sa.Column("min_lot_amount", sa.String(length=40), nullable=False),
        sa.Column("price_amount", sa.String(length=40), nullable=False),
        sa.Column("price_currency", sa.String(length=3), nullable=False),
        sa.Column("price_unit", sa.String(length=20), nullable=False),
        sa.Column("negotiable", sa.Boolean(), nullable=False),
        sa.Column("buy_now", sa.Boolean(), nullable=False),
        sa.Column("incoterm", sa.String(length=60), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column("packaging", sa.String(length=60), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_seller"), ["seller"], unique=False)
        batch_op.create_index("ix_listing_shelf", ["state", "product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_listing_state"), ["state"], unique=False)

    op.create_table(
        "money_difference",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_difference")),
    )
    with op.batch_alter_table("money_difference", schema=None) as batch_op:
        batch_op.create_index(
            "uq_money_difference_open",
            ["kind", "subject"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("vat_number", sa.String(length=20), nullable=True),
        sa.Column("without_vat", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("place_country", sa.String(length=2), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("traded", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("lane", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("NOT dead"),
            postgresql_where=sa.text("NOT dead"),
        )
        batch_op.create_index("ix_outbox_lane", ["lane", "id"], unique=False)

    op.create_table(
        "profile_day",
        sa.Column("expert_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("expert_id", "day", name=op.f("pk_profile_day")),
    )
    op.create_table(
        "provider_line",
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explained", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_provider_line")),
    )
    with op.batch_alter_table("provider_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_provider_line_open",
            ["at"],
            unique=False,
            sqlite_where=sa.text("explained IS NULL"),
            postgresql_where=sa.text("explained IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_provider_line_source"), ["source"], unique=False)

    op.create_table(
        "provider_reading",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_provider_reading")),
    )
    op.create_table(
        "request",
        sa.Column("buyer", sa.String(length=26), nullable=False),
        sa.Column("published_by", sa.String(length=26), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("grade_id", sa.String(length=60), nullable=True),
        sa.Column("certificates", sa.JSON(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("quantity_amount", sa.String(length=40), nullable=False),
        sa.Column("target_amount", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_unit", sa.String(length=20), nullable=False),
        sa.Column("incoterm", sa.String(length=60), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("quotes_each", sa.Integer(), nullable=False),
        sa.Column("quotes", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("stands_from", sa.Integer(), nullable=False),
        sa.Column("again_of", sa.String(length=26), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_buyer"), ["buyer"], unique=False)
        batch_op.create_index("ix_request_shelf", ["state", "product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_state"), ["state"], unique=False)

    op.create_table(
        "returned_refund",
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("row", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_returned_refund")),
    )
    op.create_table(
        "review_window",
        sa.Column("buyer", sa.String(length=26), nullable=False),
        sa.Column("seller", sa.String(length=26), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_window")),
    )
    with op.batch_alter_table("review_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_window_buyer"), ["buyer"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_window_seller"), ["seller"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_window_state"), ["state"], unique=False)

    op.create_table(
        "search_generation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("layout", sa.String(length=40), nullable=False),
        sa.Column("seen_seq", sa.BigInteger(), nullable=False),
        sa.Column("seen_xid", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("served", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_generation")),
    )
    op.create_table(
        "search_log",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_log")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("search_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_log_xid"), ["xid"], unique=False)

    op.create_table(
        "search_rebuild",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_rebuild")),
    )
    op.create_table(
        "session_recap",
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_recap")),
    )
    with op.batch_alter_table("session_recap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_recap_state"), ["state"], unique=False)

    op.create_table(
        "session_review_window",
        sa.Column("seeker", sa.String(length=26), nullable=False),
        sa.Column("consultant", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_review_window")),
    )
    with op.batch_alter_table("session_review_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_review_window_state"), ["state"], unique=False)

    op.create_table(
        "session_score",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("stars", sa.Float(), nullable=True),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_session_score")),
    )
    op.create_table(
        "slack_bots",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), nullable=True),
        sa.Column("enterprise_name", sa.String(length=200), nullable=True),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("team_name", sa.String(length=200), nullable=True),
        sa.Column("bot_token", sa.String(length=200), nullable=True),
        sa.Column("bot_id", sa.String(length=32), nullable=True),
        sa.Column("bot_user_id", sa.String(length=32), nullable=True),
        sa.Column("bot_scopes", sa.String(length=1000), nullable=True),
        sa.Column("bot_refresh_token", sa.String(length=200), nullable=True),
        sa.Column("bot_token_expires_at", sa.DateTime(), nullable=True),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_bots")),
    )
    with op.batch_alter_table("slack_bots", schema=None) as batch_op:
        batch_op.create_index("slack_bots_idx", ["client_id", "enterprise_id", "team_id", "installed_at"], unique=False)

    op.create_table(
        "slack_installations",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), nullable=True),
        sa.Column("enterprise_name", sa.String(length=200), nullable=True),
        sa.Column("enterprise_url", sa.String(length=200), nullable=True),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("team_name", sa.String(length=200), nullable=True),
        sa.Column("bot_token", sa.String(length=200), nullable=True),
        sa.Column("bot_id", sa.String(length=32), nullable=True),
        sa.Column("bot_user_id", sa.String(length=32), nullable=True),
        sa.Column("bot_scopes", sa.String(length=1000), nullable=True),
        sa.Column("bot_refresh_token", sa.String(length=200), nullable=True),
        sa.Column("bot_token_expires_at", sa.DateTime(), nullable=True),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("user_token", sa.String(length=200), nullable=True),
        sa.Column("user_scopes", sa.String(length=1000), nullable=True),
        sa.Column("user_refresh_token", sa.String(length=200), nullable=True),
        sa.Column("user_token_expires_at", sa.DateTime(), nullable=True),
        sa.Column("incoming_webhook_url", sa.String(length=200), nullable=True),
        sa.Column("incoming_webhook_channel", sa.String(length=200), nullable=True),
        sa.Column("incoming_webhook_channel_id", sa.String(length=200), nullable=True),
        sa.Column("incoming_webhook_configuration_url", sa.String(length=200), nullable=True),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("token_type", sa.String(length=32), nullable=True),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_installations")),
    )
    with op.batch_alter_table("slack_installations", schema=None) as batch_op:
        batch_op.create_index(
            "slack_installations_idx",
            ["client_id", "enterprise_id", "team_id", "user_id", "installed_at"],
            unique=False,
        )

    op.create_table(
        "slack_oauth_states",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("expire_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_oauth_states")),
    )
    op.create_table(
        "step",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("process", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("to", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
    )
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_subject"), ["subject"], unique=False)

    op.create_table(
        "timer",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", "event", name=op.f("pk_timer")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timer_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_timer_remind_at"), ["remind_at"], unique=False)

    op.create_table(
        "billing",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("home_bp", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.String(length=26), nullable=True),
        sa.Column("agreed_in", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_billing_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_billing")),
    )
    op.create_table(
        "block",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("blocked_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["blocked_id"], ["organisation.id"], name=op.f("fk_block_blocked_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_block_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "blocked_id", name=op.f("pk_block")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_blocked_id"), ["blocked_id"], unique=False)

    op.create_table(
        "evidence_pack",
        sa.Column("chargeback_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chargeback_id"], ["chargeback.id"], name=op.f("fk_evidence_pack_chargeback_id")),
        sa.PrimaryKeyConstraint("chargeback_id", name=op.f("pk_evidence_pack")),
    )
    op.create_table(
        "inquiry",
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("buyer", sa.String(length=26), nullable=False),
        sa.Column("seller", sa.String(length=26), nullable=False),
        sa.Column("turn", sa.String(length=6), nullable=False),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_inquiry_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
    )
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inquiry_buyer"), ["buyer"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_listing_id"), ["listing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_seller"), ["seller"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_inquiry_open",
            ["listing_id", "buyer"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "invitation",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("invited_by", sa.String(length=26), nullable=False),
        sa.Column("position", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("limit_currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "invoice_file",
        sa.Column("invoice_id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_file_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_invoice_file")),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("phase", sa.String(length=8), nullable=False),
        sa.CheckConstraint("phase IN ('posted', 'pending', 'released')", name=op.f("ck_ledger_posting_known_phase")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_posting_moves_something")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_posting_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_ledger_posting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listing_certificate",
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_certificate_listing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", "scheme", name=op.f("pk_listing_certificate")),
    )
    op.create_table(
        "offer",
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("buyer", sa.String(length=26), nullable=False),
        sa.Column("seller", sa.String(length=26), nullable=False),
        sa.Column("turn", sa.String(length=6), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_offer_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_buyer"), ["buyer"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_listing_id"), ["listing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_seller"), ["seller"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_offer_open",
            ["listing_id", "buyer"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "payee",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("account_ref", sa.String(length=120), nullable=True),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("was_ready", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_payee_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_payee")),
        sa.UniqueConstraint("account_ref", name=op.f("uq_payee_account_ref")),
    )
    op.create_table(
        "payer",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_payer_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_payer")),
        sa.UniqueConstraint("ref", name=op.f("uq_payer_ref")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("operator", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "quote",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("request_id", sa.String(length=26), nullable=False),
        sa.Column("seller", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_quote_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("request_id", "seller", "number", name=op.f("uq_quote_request_id_seller_number")),
    )
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quote_seller"), ["seller"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("author", sa.String(length=26), nullable=False),
        sa.Column("about", sa.String(length=26), nullable=False),
        sa.Column("written_by", sa.String(length=26), nullable=False),
        sa.Column("side", sa.String(length=6), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.Column("time", sa.Integer(), nullable=True),
        sa.Column("payment", sa.Integer(), nullable=True),
        sa.Column("taking", sa.Integer(), nullable=True),
        sa.Column("fairness", sa.Integer(), nullable=True),
        sa.Column("talk", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "quantity BETWEEN 1 AND 5 AND quality BETWEEN 1 AND 5 AND time BETWEEN 1 AND 5 AND payment BETWEEN 1 AND 5"
            " AND taking BETWEEN 1 AND 5 AND fairness BETWEEN 1 AND 5 AND talk BETWEEN 1 AND 5",
            name=op.f("ck_review_one_to_five"),
        ),
        sa.CheckConstraint(
            "(side = 'seller' AND time IS NOT NULL AND payment IS NULL AND taking IS NULL AND fairness IS NULL)"
            " OR (side = 'buyer' AND payment IS NOT NULL AND quantity IS NULL AND quality IS NULL AND time IS NULL)",
            name=op.f("ck_review_marks_of_its_side"),
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["review_window.id"], name=op.f("fk_review_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("deal_id", "author", name=op.f("uq_review_deal_id_author")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_author"), ["author"], unique=False)

    op.create_table(
        "search_blob",
        sa.Column("generation", sa.String(length=26), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation"], ["search_generation.id"], name=op.f("fk_search_blob_generation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("generation", "part", name=op.f("pk_search_blob")),
    )
    op.create_table(
        "session_review",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("author", sa.String(length=26), nullable=False),
        sa.Column("about", sa.String(length=26), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_session_review_one_to_five")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["session_review_window.id"], name=op.f("fk_session_review_booking_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_review")),
        sa.UniqueConstraint("booking_id", "author", name=op.f("uq_session_review_booking_id_author")),
    )
    with op.batch_alter_table("session_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_review_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_review_author"), ["author"], unique=False)

    op.create_table(
        "alert",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("search_id", sa.String(length=26), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_alert_listing_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alert_person_id")),
        sa.PrimaryKeyConstraint("person_id", "listing_id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_search_told", ["search_id", "told_at"], unique=False)
        batch_op.create_index("ix_alert_told", ["person_id", "told_at"], unique=False)

    op.create_table(
        "request_alert",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("request_id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_request_alert_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_alert_request_id")),
        sa.PrimaryKeyConstraint("person_id", "request_id", name=op.f("pk_request_alert")),
    )
    with op.batch_alter_table("request_alert", schema=None) as batch_op:
        batch_op.create_index("ix_request_alert_told", ["person_id", "told_at"], unique=False)

    op.create_table(
        "requests_muted",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_requests_muted_person_id")),
        sa.PrimaryKeyConstraint("person_id", "product_id", name=op.f("pk_requests_muted")),
    )
    op.create_table(
        "chat_identity",
        sa.Column("platform", sa.String(length=10), nullable=False),
        sa.Column("workspace", sa.String(length=20), nullable=False),
        sa.Column("outside_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=True),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chat_identity_person_id")),
        sa.PrimaryKeyConstraint("platform", "workspace", "outside_id", name=op.f("pk_chat_identity")),
    )
    with op.batch_alter_table("chat_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_identity_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_identity_person_id"), ["person_id"], unique=False)

    op.create_table(
        "deal",
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=True),
        sa.Column("offer_id", sa.String(length=26), nullable=True),
        sa.Column("quote_id", sa.String(length=26), nullable=True),
        sa.Column("buyer", sa.String(length=26), nullable=False),
        sa.Column("seller", sa.String(length=26), nullable=False),
        sa.Column("buyer_name", sa.String(length=120), nullable=False),
        sa.Column("seller_name", sa.String(length=120), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("commission_bp", sa.Integer(), nullable=False),
        sa.Column("settlement", sa.String(length=6), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("buyer_signed_by", sa.String(length=26), nullable=True),
        sa.Column("buyer_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seller_signed_by", sa.String(length=26), nullable=True),
        sa.Column("seller_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purchase_order", sa.String(length=60), nullable=True),
        sa.Column("cost_centre", sa.String(length=60), nullable=True),
        sa.Column("funded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked_by", sa.String(length=6), nullable=True),
        sa.Column("direct_asked_by", sa.String(length=6), nullable=True),
        sa.Column("direct_wanted_by", sa.String(length=26), nullable=True),
        sa.Column("buyer_paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen", sa.String(length=20), nullable=True),
        sa.Column("also_frozen", sa.String(length=20), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(offer_id IS NULL) <> (quote_id IS NULL)", name=op.f("ck_deal_of_an_offer_or_a_quote")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_deal_costs_something")),
        sa.CheckConstraint("buyer <> seller", name=op.f("ck_deal_two_parties")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_deal_listing_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_deal_offer_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_deal_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_deal_offer_id")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_deal_quote_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_deal_ref")),
    )
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_buyer"), ["buyer"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_listing_id"), ["listing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_seller"), ["seller"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_state"), ["state"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("trail", sa.JSON(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("editing", sa.String(length=40), nullable=True),
        sa.Column("schema", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("focused", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index("ix_draft_person_focused", ["person_id", "focused"], unique=False)

    op.create_table(
        "email_code",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_email_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_code")),
    )
    with op.batch_alter_table("email_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_email_code_person_id"), ["person_id"], unique=False)

    op.create_table(
        "expert",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("headline", sa.String(length=120), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("rate_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lengths", sa.JSON(), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("air_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=10), nullable=False),
        sa.Column("room", sa.String(length=10), nullable=False),
        sa.Column("own_link", sa.String(length=500), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("paused_why", sa.String(length=20), nullable=True),
        sa.Column("away_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("free_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("feed_url", sa.String(length=1000), nullable=True),
        sa.Column("feed_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("feed_fault", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expert_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert")),
        sa.UniqueConstraint("person_id", name=op.f("uq_expert_person_id")),
    )
    with op.batch_alter_table("expert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expert_live"), ["live"], unique=False)
        batch_op.create_index(batch_op.f("ix_expert_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "inquiry_line",
        sa.Column("inquiry_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=6), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquiry_line_inquiry_id")),
        sa.PrimaryKeyConstraint("inquiry_id", "number", name=op.f("pk_inquiry_line")),
    )
    op.create_table(
        "kept_file",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kept_file_person_id")),
        sa.ForeignKeyConstraint(["sha256"], ["file_content.sha256"], name=op.f("fk_kept_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
    )
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_file_person_id"), ["person_id"], unique=False)

    op.create_table(
        "link_code",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_code_person_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_link_code")),
    )
    with op.batch_alter_table("link_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_code_person_id"), ["person_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("limit_currency", sa.String(length=3), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_membership")),
    )
    op.create_table(
        "offer_round",
        sa.Column("offer_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=6), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_round_offer_id")),
        sa.PrimaryKeyConstraint("offer_id", "number", name=op.f("pk_offer_round")),
    )
    op.create_table(
        "purchase",
        sa.Column("buyer", sa.String(length=26), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=32), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("rail", sa.String(length=40), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("back_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lasts_days", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credit_hold", sa.String(length=26), nullable=True),
        sa.Column("page_ref", sa.String(length=120), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("back_reason", sa.Text(), nullable=True),
        sa.Column("back_answer", sa.Text(), nullable=True),
        sa.Column("rest_minor", sa.BigInteger(), nullable=True),
        sa.Column("recall", sa.String(length=40), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["buyer"], ["person.id"], name=op.f("fk_purchase_buyer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
    )
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_buyer"), ["buyer"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_subject"), ["subject"], unique=False)

    op.create_table(
        "quiet_hours",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("begins_minute", sa.Integer(), nullable=False),
        sa.Column("ends_minute", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quiet_hours_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_quiet_hours")),
    )
    op.create_table(
        "remembered",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remembered_person_id")),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_remembered")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reporter", sa.String(length=26), nullable=False),
        sa.Column("about_id", sa.String(length=26), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=26), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["about_id"], ["organisation.id"], name=op.f("fk_report_about_id")),
        sa.ForeignKeyConstraint(["reporter"], ["person.id"], name=op.f("fk_report_reporter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_about_id"), ["about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_reporter"), ["reporter"], unique=False)

    op.create_table(
        "saved_search",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("product_id", sa.String(length=60), nullable=False),
        sa.Column("outline", sa.LargeBinary(), nullable=False),
        sa.Column("rhythm", sa.String(length=40), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_search_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_search_person_id"), ["person_id"], unique=False)

    op.create_table(
        "session_recording",
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_why", sa.String(length=20), nullable=True),
        sa.Column("gone_by", sa.String(length=26), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_session_recording_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_recording")),
    )
    with op.batch_alter_table("session_recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_recording_state"), ["state"], unique=False)

    op.create_table(
        "booking",
        sa.Column("ref", sa.String(length=8), nullable=False),
        sa.Column("expert_id", sa.String(length=26), nullable=False),
        sa.Column("consultant", sa.String(length=26), nullable=False),
        sa.Column("consultant_org", sa.String(length=26), nullable=False),
        sa.Column("seeker", sa.String(length=26), nullable=False),
        sa.Column("seeker_org", sa.String(length=26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("instant", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("room", sa.String(length=10), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("rate_minor", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("commission_bp", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=10), nullable=False),
        sa.Column("free_until_minutes", sa.Integer(), nullable=False),
        sa.Column("late_percent", sa.Integer(), nullable=False),
        sa.Column("no_show_percent", sa.Integer(), nullable=False),
        sa.Column("free_minutes", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("move_by", sa.String(length=10), nullable=True),
        sa.Column("move_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("due_minor", sa.BigInteger(), nullable=False),
        sa.Column("ask_id", sa.String(length=26), nullable=True),
        sa.Column("proposed", sa.JSON(), nullable=False),
        sa.Column("picked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_booking_expert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("ref", name=op.f("uq_booking_ref")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_ask_id"), ["ask_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_consultant"), ["consultant"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_consultant_org"), ["consultant_org"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_seeker"), ["seeker"], unique=False)
        batch_op.create_index("ix_booking_slot", ["expert_id", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_state"), ["state"], unique=False)

    op.create_table(
        "deal_line",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("side", sa.String(length=6), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("message", sa.String(length=120), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_line_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_line")),
    )
    with op.batch_alter_table("deal_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_line_deal_id"), ["deal_id"], unique=False)

    op.create_table(
        "dispute_case",
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=8), nullable=True),
        sa.Column("proposed_bp", sa.Integer(), nullable=True),
        sa.Column("proposed_minor", sa.BigInteger(), nullable=True),
        sa.Column("agreed_by", sa.String(length=6), nullable=True),
        sa.Column("buyer_appeal", sa.Text(), nullable=True),
        sa.Column("seller_appeal", sa.Text(), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("proposed_bp BETWEEN 0 AND 10000", name=op.f("ck_dispute_case_shares")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_dispute_case_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_case")),
    )
    with op.batch_alter_table("dispute_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_case_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispute_case_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispute_case_subject"), ["subject"], unique=False)

    op.create_table(
        "expert_busy",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("expert_id", sa.String(length=26), nullable=False),
        sa.Column("source", sa.String(length=4), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_busy_expert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_busy")),
    )
    with op.batch_alter_table("expert_busy", schema=None) as batch_op:
        batch_op.create_index("ix_expert_busy_when", ["expert_id", "ends_at"], unique=False)

    op.create_table(
        "expert_day",
        sa.Column("expert_id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_day_expert_id")),
        sa.PrimaryKeyConstraint("expert_id", "day", name=op.f("pk_expert_day")),
    )
    op.create_table(
        "expert_question",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("expert_id", sa.String(length=26), nullable=False),
        sa.Column("consultant", sa.String(length=26), nullable=False),
        sa.Column("seeker", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_expert_question_expert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_question")),
    )
    with op.batch_alter_table("expert_question", schema=None) as batch_op:
        batch_op.create_index("ix_expert_question_pair", ["seeker", "expert_id"], unique=False)

    op.create_table(
        "lot",
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("quantity_amount", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column("truck", sa.String(length=60), nullable=True),
        sa.Column("eta", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("measured_amount", sa.String(length=40), nullable=True),
        sa.Column("measured_unit", sa.String(length=20), nullable=True),
        sa.Column("weighed_by", sa.String(length=6), nullable=True),
        sa.Column("arrived_by", sa.String(length=6), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("never_came", sa.Boolean(), nullable=False),
        sa.Column("came_in_time", sa.Boolean(), nullable=True),
        sa.Column("asked_by", sa.String(length=6), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("pay_minor", sa.BigInteger(), nullable=True),
        sa.Column("test_minor", sa.BigInteger(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("pay_minor BETWEEN 0 AND amount_minor", name=op.f("ck_lot_paid_within_its_amount")),
        sa.CheckConstraint("test_minor BETWEEN 0 AND COALESCE(pay_minor, 0)", name=op.f("ck_lot_test_within_its_pay")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_lot_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("deal_id", "number", name=op.f("uq_lot_deal_id_number")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_state"), ["state"], unique=False)

    op.create_table(
        "promotion",
        sa.Column("expert_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks_before", sa.Integer(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("looks_expected", sa.Integer(), nullable=False),
        sa.Column("looks_that_day", sa.Integer(), nullable=False),
        sa.Column("seconds_left", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_promotion_expert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
    )
    with op.batch_alter_table("promotion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promotion_expert_id"), ["expert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_promotion_state"), ["state"], unique=False)

    op.create_table(
        "purchase_payment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("purchase_id", sa.String(length=26), nullable=False),
        sa.Column("charge_ref", sa.String(length=200), nullable=False),
        sa.Column("intent_ref", sa.String(length=120), nullable=True),
        sa.Column("payer", sa.String(length=40), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recall", sa.String(length=40), nullable=True),
        sa.Column("lost_minor", sa.BigInteger(), nullable=False),
        sa.Column("covered_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_purchase_payment_purchase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_payment")),
        sa.UniqueConstraint("charge_ref", name=op.f("uq_purchase_payment_charge_ref")),
    )
    with op.batch_alter_table("purchase_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_payment_purchase_id"), ["purchase_id"], unique=False)

    op.create_table(
        "rail_choice",
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("rail", sa.String(length=40), nullable=False),
        sa.Column("chosen_by", sa.String(length=26), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_rail_choice_deal_id")),
        sa.PrimaryKeyConstraint("deal_id", name=op.f("pk_rail_choice")),
    )
    op.create_table(
        "shortlisted",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("expert_id", sa.String(length=26), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_shortlisted_expert_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_shortlisted_person_id")),
        sa.PrimaryKeyConstraint("person_id", "expert_id", name=op.f("pk_shortlisted")),
    )
    op.create_table(
        "tranche",
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_lot", sa.Integer(), nullable=False),
        sa.Column("last_lot", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_tranche_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche")),
        sa.UniqueConstraint("deal_id", "number", name=op.f("uq_tranche_deal_id_number")),
    )
    with op.batch_alter_table("tranche", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tranche_state"), ["state"], unique=False)

    op.create_table(
        "card_hold",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("session_ref", sa.String(length=120), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payer_ref", sa.String(length=120), nullable=True),
        sa.Column("card_ref", sa.String(length=120), nullable=True),
        sa.Column("intent_ref", sa.String(length=120), nullable=True),
        sa.Column("charge_ref", sa.String(length=120), nullable=True),
        sa.Column("capture_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_card_hold_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_hold")),
        sa.UniqueConstraint("booking_id", "number", name=op.f("uq_card_hold_booking_id_number")),
    )
    with op.batch_alter_table("card_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_hold_intent_ref"), ["intent_ref"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_consent_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "expert_question_line",
        sa.Column("question_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["expert_question.id"], name=op.f("fk_expert_question_line_question_id")
        ),
        sa.PrimaryKeyConstraint("question_id", "number", name=op.f("pk_expert_question_line")),
    )
    with op.batch_alter_table("expert_question_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expert_question_line_person"), ["person"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("finder", sa.String(length=8), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("measured_by", sa.String(length=120), nullable=True),
        sa.Column("sample", sa.String(length=60), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("receipts", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_finding_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_lot_id"), ["lot_id"], unique=False)

    op.create_table(
        "lot_settlement",
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("released_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("back_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_lot_settlement_deal_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_settlement_lot_id")),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot_settlement")),
    )
    with op.batch_alter_table("lot_settlement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_settlement_deal_id"), ["deal_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("seeker_here", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consultant_here", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("running_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("free_seconds", sa.Integer(), nullable=False),
        sa.Column("paid_seconds", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_asked", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_meeting_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_meeting")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("tranche_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("received_minor", sa.BigInteger(), nullable=False),
        sa.Column("surplus_minor", sa.BigInteger(), nullable=False),
        sa.Column("beside_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_ref", sa.String(length=120), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("intent_ref", sa.String(length=120), nullable=True),
        sa.Column("charge_ref", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_payment_deal_id")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_payment_tranche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("deal_id", "number", name=op.f("uq_payment_deal_id_number")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_intent_ref"), ["intent_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_session_ref"), ["session_ref"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("side", sa.String(length=6), nullable=False),
        sa.Column("person", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("pay_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("by_day", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_proposal_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_lot_id"), ["lot_id"], unique=False)

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
        batch_op.create_index(batch_op.f("ix_purchase_refund_payee"), ["payee"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_refund_purchase_id"), ["purchase_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_refund_state"), ["state"], unique=False)

    op.create_table(
        "ruling",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("buyer_bp", sa.Integer(), nullable=False),
        sa.Column("seller_bp", sa.Integer(), nullable=False),
        sa.Column("seller_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "buyer_bp >= 0 AND seller_bp >= 0 AND buyer_bp + seller_bp = 10000", name=op.f("ck_ruling_a_whole")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["dispute_case.id"], name=op.f("fk_ruling_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_ruling_case_id_number")),
    )
    op.create_table(
        "session_complaint",
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("ruled", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_session_complaint_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_session_complaint")),
    )
    op.create_table(
        "session_line",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_session_line_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_line")),
    )
    with op.batch_alter_table("session_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_line_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "session_settlement",
        sa.Column("booking_id", sa.String(length=26), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("back_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_session_settlement_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_session_settlement")),
    )
    op.create_table(
        "buyer_credit",
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("deal_id", sa.String(length=26), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("beside", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_buyer_credit_deal_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_buyer_credit_organisation_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_buyer_credit_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer_credit")),
    )
    with op.batch_alter_table("buyer_credit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_buyer_credit_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_buyer_credit_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_buyer_credit_state"), ["state"], unique=False)

    op.create_table(
        "payment_way",
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("rail", sa.String(length=40), nullable=False),
        sa.Column("settling", sa.Boolean(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("iban", sa.String(length=40), nullable=True),
        sa.Column("bic", sa.String(length=12), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_way_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payment_way")),
    )
    with op.batch_alter_table("payment_way", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_way_over"), ["over"], unique=False)

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
        batch_op.create_index(batch_op.f("ix_session_payout_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_payout_payee"), ["payee"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_payout_state"), ["state"], unique=False)

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
        batch_op.create_index(batch_op.f("ix_effect_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_effect_payee"), ["payee"], unique=False)
        batch_op.create_index(batch_op.f("ix_effect_state"), ["state"], unique=False)

    for statement in (*books.statements(op.get_bind().dialect.name), *invoices.statements(op.get_bind().dialect.name)):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("effect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_effect_state"))
        batch_op.drop_index(batch_op.f("ix_effect_payee"))
        batch_op.drop_index(batch_op.f("ix_effect_deal_id"))

    op.drop_table("effect")
    with op.batch_alter_table("session_payout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_payout_state"))
        batch_op.drop_index(batch_op.f("ix_session_payout_payee"))
        batch_op.drop_index(batch_op.f("ix_session_payout_booking_id"))

    op.drop_table("session_payout")
    with op.batch_alter_table("payment_way", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_way_over"))

    op.drop_table("payment_way")
    with op.batch_alter_table("buyer_credit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_buyer_credit_state"))
        batch_op.drop_index(batch_op.f("ix_buyer_credit_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_buyer_credit_deal_id"))

    op.drop_table("buyer_credit")
    op.drop_table("session_settlement")
    with op.batch_alter_table("session_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_line_booking_id"))

    op.drop_table("session_line")
    op.drop_table("session_complaint")
    op.drop_table("ruling")
    with op.batch_alter_table("purchase_refund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_refund_state"))
        batch_op.drop_index(batch_op.f("ix_purchase_refund_purchase_id"))
        batch_op.drop_index(batch_op.f("ix_purchase_refund_payee"))

    op.drop_table("purchase_refund")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_lot_id"))

    op.drop_table("proposal")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_session_ref"))
        batch_op.drop_index(batch_op.f("ix_payment_intent_ref"))

    op.drop_table("payment")
    op.drop_table("meeting")
    with op.batch_alter_table("lot_settlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_settlement_deal_id"))

    op.drop_table("lot_settlement")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_lot_id"))

    op.drop_table("finding")
    with op.batch_alter_table("expert_question_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expert_question_line_person"))

    op.drop_table("expert_question_line")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_booking_id"))

    op.drop_table("consent")
    with op.batch_alter_table("card_hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_hold_intent_ref"))

    op.drop_table("card_hold")
    with op.batch_alter_table("tranche", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tranche_state"))

    op.drop_table("tranche")
    op.drop_table("shortlisted")
    op.drop_table("rail_choice")
    with op.batch_alter_table("purchase_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_payment_purchase_id"))

    op.drop_table("purchase_payment")
    with op.batch_alter_table("promotion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promotion_state"))
        batch_op.drop_index(batch_op.f("ix_promotion_expert_id"))

    op.drop_table("promotion")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_state"))

    op.drop_table("lot")
    with op.batch_alter_table("expert_question", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_question_pair")

    op.drop_table("expert_question")
    op.drop_table("expert_day")
    with op.batch_alter_table("expert_busy", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_busy_when")

    op.drop_table("expert_busy")
    with op.batch_alter_table("dispute_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispute_case_subject"))
        batch_op.drop_index(batch_op.f("ix_dispute_case_state"))
        batch_op.drop_index(batch_op.f("ix_dispute_case_deal_id"))

    op.drop_table("dispute_case")
    with op.batch_alter_table("deal_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_line_deal_id"))

    op.drop_table("deal_line")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_state"))
        batch_op.drop_index("ix_booking_slot")
        batch_op.drop_index(batch_op.f("ix_booking_seeker"))
        batch_op.drop_index(batch_op.f("ix_booking_consultant_org"))
        batch_op.drop_index(batch_op.f("ix_booking_consultant"))
        batch_op.drop_index(batch_op.f("ix_booking_ask_id"))

    op.drop_table("booking")
    with op.batch_alter_table("session_recording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_recording_state"))

    op.drop_table("session_recording")
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_search_person_id"))
        batch_op.drop_index(batch_op.f("ix_saved_search_changed_at"))

    op.drop_table("saved_search")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_reporter"))
        batch_op.drop_index(batch_op.f("ix_report_about_id"))

    op.drop_table("report")
    op.drop_table("remembered")
    op.drop_table("quiet_hours")
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_subject"))
        batch_op.drop_index(batch_op.f("ix_purchase_state"))
        batch_op.drop_index(batch_op.f("ix_purchase_buyer"))

    op.drop_table("purchase")
    op.drop_table("offer_round")
    op.drop_table("membership")
    with op.batch_alter_table("link_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_code_person_id"))

    op.drop_table("link_code")
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_file_person_id"))

    op.drop_table("kept_file")
    op.drop_table("inquiry_line")
    with op.batch_alter_table("expert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expert_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_expert_live"))

    op.drop_table("expert")
    with op.batch_alter_table("email_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_email_code_person_id"))

    op.drop_table("email_code")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index("ix_draft_person_focused")

    op.drop_table("draft")
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_state"))
        batch_op.drop_index(batch_op.f("ix_deal_seller"))
        batch_op.drop_index(batch_op.f("ix_deal_listing_id"))
        batch_op.drop_index(batch_op.f("ix_deal_buyer"))

    op.drop_table("deal")
    with op.batch_alter_table("chat_identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_identity_person_id"))
        batch_op.drop_index(batch_op.f("ix_chat_identity_address"))

    op.drop_table("chat_identity")
    op.drop_table("requests_muted")
    with op.batch_alter_table("request_alert", schema=None) as batch_op:
        batch_op.drop_index("ix_request_alert_told")

    op.drop_table("request_alert")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_told")
        batch_op.drop_index("ix_alert_search_told")

    op.drop_table("alert")
    with op.batch_alter_table("session_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_review_author"))
        batch_op.drop_index(batch_op.f("ix_session_review_about"))

    op.drop_table("session_review")
    op.drop_table("search_blob")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_author"))
        batch_op.drop_index(batch_op.f("ix_review_about"))

    op.drop_table("review")
    with op.batch_alter_table("quote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quote_seller"))

    op.drop_table("quote")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_organisation_id"))

    op.drop_table("person")
    op.drop_table("payer")
    op.drop_table("payee")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_offer_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_offer_state"))
        batch_op.drop_index(batch_op.f("ix_offer_seller"))
        batch_op.drop_index(batch_op.f("ix_offer_listing_id"))
        batch_op.drop_index(batch_op.f("ix_offer_buyer"))

    op.drop_table("offer")
    op.drop_table("listing_certificate")
    op.drop_table("ledger_posting")
    op.drop_table("invoice_file")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_organisation_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_inquiry_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_inquiry_state"))
        batch_op.drop_index(batch_op.f("ix_inquiry_seller"))
        batch_op.drop_index(batch_op.f("ix_inquiry_listing_id"))
        batch_op.drop_index(batch_op.f("ix_inquiry_buyer"))

    op.drop_table("inquiry")
    op.drop_table("evidence_pack")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_blocked_id"))

    op.drop_table("block")
    op.drop_table("billing")
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timer_remind_at"))
        batch_op.drop_index(batch_op.f("ix_timer_due_at"))

    op.drop_table("timer")
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_step_subject"))

    op.drop_table("step")
    op.drop_table("slack_oauth_states")
    with op.batch_alter_table("slack_installations", schema=None) as batch_op:
        batch_op.drop_index("slack_installations_idx")

    op.drop_table("slack_installations")
    with op.batch_alter_table("slack_bots", schema=None) as batch_op:
        batch_op.drop_index("slack_bots_idx")

    op.drop_table("slack_bots")
    op.drop_table("session_score")
    with op.batch_alter_table("session_review_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_review_window_state"))

    op.drop_table("session_review_window")
    with op.batch_alter_table("session_recap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_recap_state"))

    op.drop_table("session_recap")
    op.drop_table("search_rebuild")
    with op.batch_alter_table("search_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_log_xid"))

    op.drop_table("search_log")
    op.drop_table("search_generation")
    with op.batch_alter_table("review_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_window_state"))
        batch_op.drop_index(batch_op.f("ix_review_window_seller"))
        batch_op.drop_index(batch_op.f("ix_review_window_buyer"))

    op.drop_table("review_window")
    op.drop_table("returned_refund")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_state"))
        batch_op.drop_index("ix_request_shelf")
        batch_op.drop_index(batch_op.f("ix_request_buyer"))

    op.drop_table("request")
    op.drop_table("provider_reading")
    with op.batch_alter_table("provider_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_line_source"))
        batch_op.drop_index(
            "ix_provider_line_open",
            sqlite_where=sa.text("explained IS NULL"),
            postgresql_where=sa.text("explained IS NULL"),
        )

    op.drop_table("provider_line")
    op.drop_table("profile_day")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_lane")
        batch_op.drop_index("ix_outbox_due", sqlite_where=sa.text("NOT dead"), postgresql_where=sa.text("NOT dead"))

    op.drop_table("outbox")
    op.drop_table("outage")
    op.drop_table("organisation")
    with op.batch_alter_table("money_difference", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_money_difference_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("money_difference")
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listing_state"))
        batch_op.drop_index("ix_listing_shelf")
        batch_op.drop_index(batch_op.f("ix_listing_seller"))

    op.drop_table("listing")
    op.drop_table("ledger_unlinked")
    op.drop_table("ledger_link")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ledger_entry_resolves",
            sqlite_where=sa.text("resolves IS NOT NULL"),
            postgresql_where=sa.text("resolves IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_ledger_entry_deal_id"))

    op.drop_table("ledger_entry")
    with op.batch_alter_table("ledger_delta", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_delta_account"))

    op.drop_table("ledger_delta")
    op.drop_table("ledger_balance")
    op.drop_table("invoice_series")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_subject"))
        batch_op.drop_index(batch_op.f("ix_invoice_recipient"))
        batch_op.drop_index(batch_op.f("ix_invoice_corrects"))

    op.drop_table("invoice")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_received_at"))

    op.drop_table("inbox")
    op.drop_table("heartbeat")
    op.drop_table("file_content")
    with op.batch_alter_table("evidence_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_mark_subject"))

    op.drop_table("evidence_mark")
    with op.batch_alter_table("chargeback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chargeback_subject"))
        batch_op.drop_index(batch_op.f("ix_chargeback_state"))
        batch_op.drop_index(batch_op.f("ix_chargeback_seller"))
        batch_op.drop_index(batch_op.f("ix_chargeback_payment_id"))

    op.drop_table("chargeback")
    op.drop_table("card_pointer")
    op.drop_table("broken_invariant")
    if op.get_bind().dialect.name == "postgresql":
        for function in (*books.POSTGRES_FUNCTIONS, *invoices.POSTGRES_FUNCTIONS):
            op.execute(f"DROP FUNCTION {function}()")
