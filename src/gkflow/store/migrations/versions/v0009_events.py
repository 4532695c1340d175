"""Events (事件序列): what others may read in sequence; it begins with what happens from now on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table under the names of the database."""
    names = context.config.attributes["dialect"]
    table, schema = f"{names.prefix}event", names.schema or None
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        *(sa.Column(name, AutoString(), nullable=False) for name in ("type", "case", "audience")),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("escalation", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema=schema,
    )
    for name, column, condition in (
        ("event_place", "place", "place IS NOT NULL"),
        ("event_unplaced", "id", "place IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(
            f"{names.prefix}{name}", table, [column], unique=name == "event_place", schema=schema,
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip
