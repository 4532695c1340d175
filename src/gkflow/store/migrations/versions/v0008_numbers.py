"""Running numbers (案件流水号): a counter for each series; each begins where the numbers on record end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the counters, and the index that finds the last number of a series."""
    op.create_table(
        "number_series",
        sa.Column("prefix", AutoString(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("docket_series_c", "docket", [sa.text('length("case")'), sa.text('"case" COLLATE "C"')])
    else:
        op.create_index("docket_series", "docket", [sa.text('length("case")'), sa.text('"case"')])
