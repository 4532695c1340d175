"""An index of the open cases of which no clock runs (计时未在进行的案件): they are counted by status."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0011"
down_revision = "0010"
_WHEN = sa.text("ended = '9999-12-31' AND status <> 'running'")


def upgrade() -> None:
    """Create the index under the names of the database."""
    names = context.config.attributes["dialect"]
    op.create_index(
        f"{names.prefix}docket_still",
        f"{names.prefix}docket",
        ["ended", "status", "from_day"],
        schema=names.schema or None,
        sqlite_where=_WHEN,
        postgresql_where=_WHEN,
    )
