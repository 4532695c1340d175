"""Limits in hours between sweeps (按小时计算的期限), and the queue of an adoption (待重新推算)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the sweep that seals an escalation, if it is later than that of its day; and the queue."""
    op.add_column("escalation", sa.Column("sealed_with", sa.Date(), nullable=True))
    op.create_index(
        "escalation_sealed_with", "escalation", ["sealed_with"], unique=False,
        sqlite_where=sa.text("sealed_with IS NOT NULL"), postgresql_where=sa.text("sealed_with IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "recount_queue",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case", AutoString(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        *(sa.Column(name, AutoString(), nullable=False) for name in ("clock", "ref", "unit", "officer")),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("workflow", AutoString(), nullable=False),
        sa.Column("old_day", sa.Date(), nullable=True),
        sa.Column("new_day", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_rules", sa.SmallInteger(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("place", "turn"),
    )
    op.create_index("recount_queue_case", "recount_queue", ["case"], unique=False)
