"""The first schema (初始数据库结构): tables, indexes, and the triggers that keep the record append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0001"
down_revision = None

APPEND_ONLY = ("entry", "escalation", "acknowledgement")


def upgrade() -> None:
    """Create the tables, then the guards."""
    op.create_table(
        "calendar_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", AutoString(), nullable=False),
        sa.Column("adopted_at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "clock",
        sa.Column("case", AutoString(), nullable=False),
        sa.Column("clock", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("duty", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("owed", sa.SmallInteger(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.Column("stopped", sa.Date(), nullable=True),
        sa.Column("days_left", sa.Integer(), nullable=True),
        sa.Column("provisional", sa.SmallInteger(), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=True),
        sa.Column("latest", sa.Date(), nullable=True),
        sa.Column("risk", sa.Date(), nullable=True),
        sa.Column("ladder", AutoString(), nullable=False),
        sa.Column("fresh", sa.SmallInteger(), nullable=False),
        sa.Column("calendar", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("case", "clock", "ref", "from_day"),
    )
    op.create_index(
        "clock_due",
        "clock",
        ["ladder", "until_day", "last_day"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index(
        "clock_fresh",
        "clock",
        ["ladder", "last_day"],
        unique=False,
        sqlite_where=sa.text("fresh = 1"),
        postgresql_where=sa.text("fresh = 1"),
    )
    op.create_index(
        "clock_owed",
        "clock",
        ["until_day", "last_day"],
        unique=False,
        sqlite_where=sa.text("status = 'running' AND owed = 1"),
        postgresql_where=sa.text("status = 'running' AND owed = 1"),
    )
    op.create_index(
        "clock_provisional",
        "clock",
        ["until_day"],
        unique=False,
        sqlite_where=sa.text("provisional = 1"),
        postgresql_where=sa.text("provisional = 1"),
    )
    op.create_table(
        "docket",
        sa.Column("case", AutoString(), nullable=False),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("edition", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("officer", AutoString(), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("latest", sa.Date(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_index("docket_open", "docket", ["ended", "received"], unique=False)
    op.create_table(
        "entry",
        sa.Column("case", AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("edition", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("key", AutoString(), nullable=True),
        sa.Column("previous", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("case", "seq"),
    )
    op.create_index(
        "entry_key",
        "entry",
        ["key"],
        unique=True,
        sqlite_where=sa.text("key IS NOT NULL"),
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", AutoString(), nullable=False),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("clock", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("colour", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case", "clock", "ref", "deadline", "step", name="escalation_once"),
    )
    op.create_index("escalation_day", "escalation", ["day"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("case", AutoString(), nullable=False),
        sa.Column("escalation", sa.Integer(), nullable=True),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("wording", AutoString(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.Column("dead_at", UTCDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("notice_case", "notice", ["case"], unique=False)
    op.create_index("notice_escalation", "notice", ["escalation"], unique=False)
    op.create_index(
        "notice_waiting",
        "notice",
        ["next_try_at"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "pulse",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sweep",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=True),
        sa.Column("telling", sa.SmallInteger(), nullable=True),
        sa.Column("previous", AutoString(), nullable=True),
        sa.Column("hash", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "edition",
        sa.Column("edition", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("edition"),
    )
    op.create_table(
        "acknowledgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation", sa.Integer(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation"],
            ["escalation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("escalation"),
    )
    for table in APPEND_ONLY:
        guard(table, "UPDATE")
        guard(table, "DELETE")
    guard("sweep", "DELETE")
    # A sweep is written once, when it is done; a done one never changes.
    guard("sweep", "UPDATE", "OLD.hash IS NOT NULL")


def guard(table: str, verb: str, condition: str = "") -> None:
    """Let the database itself refuse changes to the record."""
    name, words = f"{table}_no_{verb.lower()}", f"{table} is append-only"
    if op.get_bind().dialect.name == "sqlite":
        when = f"WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {when} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    when = f"WHEN ({condition})" if condition else ""
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")
    if verb == "DELETE":
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    """There is no earlier schema."""
    raise NotImplementedError("the first schema has none before it")
