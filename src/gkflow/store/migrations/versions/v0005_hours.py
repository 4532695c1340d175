"""What has come due by the hour (按小时计算的期限): recorded after its day was swept, sealed by the next sweep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the sweep that seals an escalation, where it is a later one than that of its day."""
    op.add_column("escalation", sa.Column("sealed_with", sa.Date(), nullable=True))
    op.create_index(
        "escalation_sealed_with", "escalation", ["sealed_with"], unique=False,
        sqlite_where=sa.text("sealed_with IS NOT NULL"), postgresql_where=sa.text("sealed_with IS NOT NULL"),
    )  # fmt: skip
