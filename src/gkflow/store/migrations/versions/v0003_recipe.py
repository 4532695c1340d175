"""What a last day rests on (重算式): one column more on each clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; of a clock drawn up before nobody knows, so that its record is read."""
    op.add_column("clock", sa.Column("recipe", AutoString(), nullable=False, server_default="?"))
