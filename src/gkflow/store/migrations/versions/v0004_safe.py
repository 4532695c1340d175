"""Safety of an office (安全加固): the account of the writer, and copies outside of the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from gkflow.store.migrations.versions.v0001_first import guard

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the new parts one by one."""
    _accounts()
    _stops()
    _rules()
    _seals()
    _standing_still()
    _reachability()
    _series()
    op.add_column("notice", sa.Column("urgent", sa.SmallInteger(), nullable=False, server_default="0"))


def _accounts() -> None:
    """The operating-system account of the writer; unknown for earlier entries, whose hashes stay."""
    op.add_column("entry", sa.Column("account", AutoString(), nullable=True))


def _stops() -> None:
    """The action that stopped a clock; unknown for earlier rows until they are recomputed."""
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
    """Seals over the record, a chain of acknowledgements, and the docket rows that the next seal must check."""
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
    """Every sweep searches suspended and waiting clocks: an index keeps its cost proportional to their number."""
    still = sa.text("status IN ('suspended', 'waiting') AND owed = 1")
    op.create_index("clock_still", "clock", ["until_day", "from_day"], sqlite_where=still, postgresql_where=still)


def _reachability() -> None:
    """The addresses left alone for a while, and since when an address has refused a notice."""
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


def _series() -> None:
    """
    Sweeps and escalations belong to a series: sweeps under a wrong clock are taken back on record (``unsweep``), and
    those days are swept again in the next one.
    """
    op.create_table(
        "unsweep",
        sa.Column("series", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("series"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _series_in_sqlite()
    else:
        for table in ("sweep", "escalation"):
            op.add_column(table, sa.Column("series", sa.Integer(), nullable=False, server_default="0"))
        op.drop_constraint("sweep_pkey", "sweep", type_="primary")
        op.create_primary_key("sweep_pkey", "sweep", ["day", "series"])
        op.drop_constraint("escalation_once", "escalation", type_="unique")
        op.create_unique_constraint("escalation_once", "escalation", [*_ONCE, "series"])
    for verb in ("UPDATE", "DELETE"):
        guard("unsweep", verb)


_ONCE = ["case", "clock", "ref", "deadline", "step"]
_SERIES = "series INTEGER NOT NULL DEFAULT 0"


def _series_in_sqlite() -> None:
    """
    SQLite cannot change a table's key: each is rewritten, with ``acknowledgement``, which refers to ``escalation``.
    """
    kept = {
        name: [each[0] for each in op.get_bind().exec_driver_sql(_MADE, (name,))] for name in ("escalation", "sweep")
    }
    acknowledgement = [each[0] for each in op.get_bind().exec_driver_sql(_MADE, ("acknowledgement",))]
    op.execute("CREATE TEMPORARY TABLE acknowledged AS SELECT * FROM acknowledgement")
    op.execute("DROP TABLE acknowledgement")
    for table, changed in (
        ("escalation", ("deadline, step)", "deadline, step, series)")),
        ("sweep", ("PRIMARY KEY (day)", "PRIMARY KEY (day, series)")),
    ):
        made, *beside = kept[table]
        assert changed[0] in made, made
        names = [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table})")]
        columns = ", ".join(f'"{name}"' for name in names)
        made = made.replace(*changed).replace("PRIMARY KEY", f"{_SERIES}, \n\tPRIMARY KEY", 1)
        op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
        for statement in (made, f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_before"):
            op.get_bind().exec_driver_sql(statement)
        op.execute(f"DROP TABLE {table}_before")  # with its indexes and triggers
        for statement in beside:
            op.get_bind().exec_driver_sql(statement)
    for statement in acknowledgement[:1]:
        op.get_bind().exec_driver_sql(statement)
    op.execute("INSERT INTO acknowledgement SELECT * FROM acknowledged")
    op.execute("DROP TABLE acknowledged")
    for statement in acknowledgement[1:]:
        op.get_bind().exec_driver_sql(statement)


# The statements that create a table, its indexes and its triggers.
_MADE = (
    "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
    " ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, rowid"
)
