"""Endpoints (接收端): how far each has been served."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table under the names of the database."""
    names = context.config.attributes["dialect"]
    moments = ("posted_at", "failing_since", "claimed_until")
    op.create_table(
        f"{names.prefix}endpoint",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        *(sa.Column(name, UTCDateTime(), nullable=True) for name in moments),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("parked", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        schema=names.schema or None,
    )
