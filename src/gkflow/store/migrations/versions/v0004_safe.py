"""What keeps an office safe (安全加固): who was at the machine, and what stands outside of the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from gkflow.store.migrations.versions.v0001_first import guard

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what has come since, part by part."""
    _accounts()
    _rules()


def _accounts() -> None:
    """The operating-system account of the writer; nobody knows it of the entries before, and their hashes stay."""
    op.add_column("entry", sa.Column("account", AutoString(), nullable=True))


def _rules() -> None:
    """The editions of the rules that the office adopted; the first is adopted when it is next opened."""
    op.create_table(
        "rules_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", AutoString(), nullable=False),
        sa.Column("adopted_at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("files", AutoString(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for verb in ("UPDATE", "DELETE"):
        guard("rules_edition", verb)
