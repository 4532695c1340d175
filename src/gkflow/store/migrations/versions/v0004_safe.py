"""What keeps an office safe (安全加固): who was at the machine, and what stands outside of the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what has come since, part by part."""
    _accounts()


def _accounts() -> None:
    """The operating-system account of the writer; nobody knows it of the entries before, and their hashes stay."""
    op.add_column("entry", sa.Column("account", AutoString(), nullable=True))
