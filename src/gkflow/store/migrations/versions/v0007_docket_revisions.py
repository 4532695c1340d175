"""Docket revisions (台账修订): what lists filter and sort by, on every day; ``rebuild`` computes those of before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0007"
down_revision = "0006"
_FOREVER = "9999-12-31"


def upgrade() -> None:
    """Add the columns, the table and the indexes. Rows from before have an empty status until they are rebuilt."""
    for name in ("from_day", "last_day", "power_day"):
        op.add_column("docket", sa.Column(name, sa.Date(), nullable=False, server_default=_FOREVER))
    for name in ("status", "clock", "ref"):
        op.add_column("docket", sa.Column(name, AutoString(), nullable=False, server_default=""))
    op.create_table(
        "docket_revision",
        sa.Column("case", AutoString(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        *(sa.Column(n, AutoString(), nullable=False) for n in ("workflow", "title", "state", "unit", "officer")),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("received", "ended")),
        *(sa.Column(name, AutoString(), nullable=False) for name in ("status", "clock", "ref")),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("last_day", "power_day")),
        sa.PrimaryKeyConstraint("case", "from_day"),
    )
    op.create_index("docket_revision_until", "docket_revision", ["until_day", "from_day"], unique=False)
    op.drop_index("docket_open", "docket")
    place = ["last_day", "received", "case"]
    op.create_index("docket_open", "docket", ["ended", "received", "case"], unique=False)
    op.create_index("docket_number", "docket", ["ended", "case"], unique=False)
    op.create_index("docket_page", "docket", ["ended", *place, "status", "from_day"], unique=False)
    op.create_index("docket_unit", "docket", ["ended", "unit", *place, "from_day"], unique=False)
    op.create_index("docket_officer", "docket", ["ended", "officer", *place, "from_day"], unique=False)
    closed = sa.text(f"ended <> '{_FOREVER}'")
    op.create_index("docket_closed", "docket", place, unique=False, sqlite_where=closed, postgresql_where=closed)
    undrawn = sa.text("status = ''")
    op.create_index(
        "docket_undrawn", "docket", ["status"], unique=False, sqlite_where=undrawn, postgresql_where=undrawn
    )
