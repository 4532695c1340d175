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
    _stops()
    _rules()
    _seals()
    _standing_still()
    _reachability()


def _accounts() -> None:
    """The operating-system account of the writer; nobody knows it of the entries before, and their hashes stay."""
    op.add_column("entry", sa.Column("account", AutoString(), nullable=True))


def _stops() -> None:
    """The action that stopped a clock; of a clock drawn up before nobody knows, until it is drawn up anew."""
    op.add_column("clock", sa.Column("stopped_by", AutoString(), nullable=False, server_default=""))


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


def _seals() -> None:
    """Seals over the record, a chain of acknowledgements, and which docket rows the next seal has to look at."""
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTERS),
        sa.Column("root", AutoString(), nullable=False),
        sa.Column("previous", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("peaks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "seal_leaf",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_index("seal_leaf_name", "seal_leaf", ["kind", "name"], unique=False)
    op.add_column("docket", sa.Column("sealed", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_index(
        "docket_unsealed",
        "docket",
        ["case"],
        unique=False,
        sqlite_where=sa.text("sealed = 0"),
        postgresql_where=sa.text("sealed = 0"),
    )
    op.add_column("acknowledgement", sa.Column("previous", AutoString(), nullable=True))
    op.add_column("acknowledgement", sa.Column("hash", AutoString(), nullable=True))
    for table in ("seal", "seal_leaf"):
        guard(table, "UPDATE")
        guard(table, "DELETE")


_COUNTERS = ("cases", "entries", "sweeps", "steps", "acknowledgements", "notices", "leaves")


def _standing_still() -> None:
    """What stands still or waits is looked for at every sweep: its cost follows what does."""
    still = sa.text("status IN ('suspended', 'waiting') AND owed = 1")
    op.create_index("clock_still", "clock", ["until_day", "from_day"], sqlite_where=still, postgresql_where=still)


def _reachability() -> None:
    """The addresses that are left alone for a while, and since when an address has refused a notice."""
    op.create_table(
        "reachability",
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", UTCDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address"),
    )
    op.add_column("notice", sa.Column("refused_since", UTCDateTime(), nullable=True))
