"""What a last day depends on (重算式): a new column of each clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; for existing clocks it is unknown, so that their record is read."""
    op.add_column("clock", sa.Column("recipe", AutoString(), nullable=False, server_default="?"))
