"""Indexes for counting open cases of which no clock runs, and for sending notices in order (计数与送发的索引)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0011"
down_revision = "0010"
_STILL = sa.text("ended = '9999-12-31' AND status <> 'running'")
_WAITING = sa.text("delivered_at IS NULL AND dead_at IS NULL")


def upgrade() -> None:
    """Create the indexes under the names of the database."""
    names = context.config.attributes["dialect"]
    schema = names.schema or None
    op.drop_index(f"{names.prefix}notice_waiting", f"{names.prefix}notice", schema=schema)
    for name, table, columns, when in (
        ("docket_still", "docket", ["ended", "status", "from_day"], _STILL),
        ("notice_waiting", "notice", ["next_try_at", "id"], _WAITING),
    ):
        op.create_index(
            f"{names.prefix}{name}",
            f"{names.prefix}{table}",
            columns,
            schema=schema,
            sqlite_where=when,
            postgresql_where=when,
        )
