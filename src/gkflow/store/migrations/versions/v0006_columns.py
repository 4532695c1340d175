"""State in columns (状态入列): values that used to be part of a text get a column, or a table, of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0006"
down_revision = "0005"
_UNITS = {"w": "working_day", "d": "day", "m": "month", "y": "year"}
_PAGE = 10_000


def upgrade() -> None:
    """Move thresholds, chain heads, subscriptions and recalculation keys to columns, and rename two columns."""
    op.execute(sa.text("ALTER TABLE clock RENAME COLUMN duty TO obligor"))
    op.execute(sa.text("ALTER TABLE escalation RENAME COLUMN deadline TO last_day"))
    _heartbeats()
    _subscriptions()
    _recalculation_keys()


def _heartbeats() -> None:
    op.rename_table("pulse", "heartbeat")
    thresholds = op.create_table(
        "ladder_threshold",
        sa.Column("ladder", AutoString(), nullable=False),
        sa.Column("place", AutoString(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("ladder", "place", "step"),
    )
    heads = op.create_table(
        "chain_head",
        sa.Column("chain", AutoString(), nullable=False),
        sa.Column("link", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    heartbeat = sa.table("heartbeat", sa.column("name"), sa.column("words"))
    rows = op.get_bind().execute(sa.select(heartbeat.c.name, heartbeat.c.words)).all()
    op.bulk_insert(thresholds, [row for name, words in rows for row in _thresholds(name, words)])
    op.bulk_insert(
        heads,
        [
            {"chain": name, "link": words.partition(" ")[0], "hash": words.partition(" ")[2]}
            for name, words in rows
            if name in ("sweep", "seal")
        ],
    )
    moved = [name for name, _ in rows if name in ("sweep", "seal") or name.startswith("ladder ")]
    if moved:
        op.execute(sa.delete(heartbeat).where(heartbeat.c.name.in_(moved)))


def _thresholds(name: str, words: str) -> Iterator[dict[str, object]]:
    """The thresholds in a heartbeat "ladder NAME PLACE": "-3:2024-05-01 0:2024-04-28"."""
    kind, _, of = name.partition(" ")
    if kind == "ladder":
        ladder, _, place = of.partition(" ")
        for pair in words.split():
            step, _, day = pair.partition(":")
            yield {"ladder": ladder, "place": place, "step": int(step), "last_day": date.fromisoformat(day)}


def _subscriptions() -> None:
    op.add_column("notice", sa.Column("subscription", sa.Integer(), nullable=True))
    given = sa.text("subscription IS NOT NULL")
    op.create_index(
        "notice_subscription", "notice", ["subscription"], unique=False, sqlite_where=given, postgresql_where=given
    )
    notice = sa.table("notice", *(sa.column(name) for name in ("id", "key", "kind", "subscription")))
    connection, after = op.get_bind(), 0
    pushed = sa.select(notice.c.id, notice.c.key).where(notice.c.kind == "push").order_by(notice.c.id).limit(_PAGE)
    while rows := connection.execute(pushed.where(notice.c.id > after)).all():
        after = rows[-1].id
        # Its key ends with the subscription: push/CASE/SEQ/ID.
        values = [{"of_id": row.id, "of": int(row.key.rpartition("/")[2])} for row in rows]
        connection.execute(
            sa.update(notice).where(notice.c.id == sa.bindparam("of_id")).values(subscription=sa.bindparam("of")),
            values,
        )


def _recalculation_keys() -> None:
    connection = op.get_bind()
    op.execute(sa.text("ALTER TABLE clock RENAME COLUMN recipe TO recalculation_key"))
    with op.batch_alter_table("clock") as batch:
        batch.alter_column(
            "recalculation_key", existing_type=AutoString(), type_=sa.Text(), existing_nullable=False,
            server_default='"record"',
        )  # fmt: skip
    clock = sa.table("clock", sa.column("recalculation_key"))
    recipes = connection.execute(sa.select(clock.c.recalculation_key).distinct()).scalars().all()
    if not recipes:
        return
    was = sa.Table(
        "gkflow_recipe", sa.MetaData(), sa.Column("recipe", sa.Text, primary_key=True), sa.Column("key", sa.Text),
        prefixes=["TEMPORARY"],
    )  # fmt: skip
    was.create(connection)
    connection.execute(sa.insert(was), [{"recipe": recipe, "key": key_of(recipe)} for recipe in recipes])
    key = sa.select(was.c.key).where(was.c.recipe == clock.c.recalculation_key).scalar_subquery()
    connection.execute(sa.update(clock).values(recalculation_key=key))
    was.drop(connection)


def key_of(recipe: str) -> str:
    """ "w20rz 2024-05-01/2024-05-04" as JSON; "?" was the record itself, "" nothing."""
    if recipe in ("?", ""):
        return '"record"' if recipe else '"nothing"'
    head, *left_out = recipe.split(" ")
    digits = head[1:].rstrip("rnz")
    flags = head[1 + len(digits) :]
    key: dict[str, object] = {"unit": _UNITS[head[0]], "length": int(digits)}
    key |= {"roll": "next_working_day"} if "r" in flags else {}
    key |= {"month_end": "next_day"} if "n" in flags else {}
    key |= {"rest_day_receipt": "moved_to_working_day"} if "z" in flags else {}
    key |= {"left_out": [each.split("/") for each in left_out]} if left_out else {}
    return json.dumps(key, separators=(",", ":"))
