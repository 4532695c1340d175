"""Statements: each compiles for both databases, none is text put together, values and rows go by name."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import NullType

import gkflow.store
from gkflow.store.cursor import Cursor
from gkflow.store.dialect import Dialect, dialect_of
from gkflow.store.statement import Statement, among, bind, columns_of, compiler_of, inserted
from gkflow.store.sweep_statements import CHECK_FRESH, DUE_CASES, FRESH_CASES, REACH
from gkflow.store.tables import ENTRY, Row

STORE = Path(gkflow.store.__file__).parent
LISTS = {name: ["a", "b"] for name in ("cases", "actions", "ids", "units", "steps", "channels", "urgent_channels")}
_SQL = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", " FROM ", " WHERE ", " SET ", " VALUES ")


def _statements(value: Any) -> Iterator[Statement]:
    if isinstance(value, Statement):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _statements(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _statements(each)


def _all() -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for module in pkgutil.iter_modules([str(STORE)]):
        names = vars(importlib.import_module(f"gkflow.store.{module.name}"))
        for name, value in names.items():
            for at, statement in enumerate(_statements(value)):
                found[f"{module.name}.{name}.{at}"] = statement
    return found


@pytest.mark.parametrize("is_sqlite", [True, False], ids=["sqlite", "postgres"])
def test_every_statement_of_the_store_compiles_for_both_databases(is_sqlite: bool) -> None:
    statements = _all()
    assert len(statements) > 150
    for name, statement in statements.items():
        compiled = statement.on(Dialect(sqlite=is_sqlite), LISTS)
        mark = "?" if is_sqlite else "%s"
        assert compiled.text.count(mark) == len(compiled.names), name


def test_every_statement_says_to_asyncpg_of_which_type_a_day_is() -> None:
    """asyncpg would store the last possible day, which marks rows without an end, as 'infinity'."""
    dialect, days = dialect_of(False, "gk_").on_asyncpg(), 0
    for name, statement in _all().items():
        compiled: Any = statement.core(False).compile(dialect=compiler_of(dialect))  # type: ignore[attr-defined]  # untyped
        for each in compiled.binds.values():
            days += isinstance(each.type, Date)
            untyped = isinstance(each.type, NullType)
            assert not (untyped and ("day" in each.key or isinstance(each.value, date))), (name, each.key)
    assert days > 50


def test_a_day_is_sent_to_asyncpg_as_text_with_its_type() -> None:
    found = _SINCE.on(dialect_of(False, "gk_").on_asyncpg(), {"day": date.max})
    assert "line.day >= $1::VARCHAR::DATE" in found.text
    assert list(found.bound({"day": date.max})) == ["9999-12-31"]


def test_every_statement_that_sqlite_is_given_can_be_prepared_over_the_tables() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        for table in ENTRY.metadata.sorted_tables:
            database.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        checked = 0
        for name, statement in _all().items():
            if name.startswith(
                (
                    "moves.",
                    "cursor.",
                    "database.",
                    "units.",
                    "editions._SCHEMA",
                    "numbers._LAST_IN_POSTGRES",
                    "numbers._SET_SCHEMA",
                )
            ):
                continue  # over temporary tables, the catalogue, or for PostgreSQL alone
            compiled = statement.on(Dialect(sqlite=True), LISTS)
            database.execute(f"EXPLAIN {compiled.text}", [None] * len(compiled.names))
            checked += 1
        assert checked > 120


# Locks, triggers and the rows of units are named by the database's own tables, for which SQLAlchemy has no words.
_OF_NAMES = {
    "copies.py",
    "grants.py",
    "guards.py",
    "locks.py",
    "migrate.py",
    "rename.py",
    "stored_rows.py",
    "unit_rows.py",
}


def test_no_statement_is_put_together_from_text() -> None:
    found = []
    for path in sorted(each for each in STORE.glob("*.py") if each.name not in _OF_NAMES):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
                found += [f"{path.name}:{node.lineno}"] if any(word in text for word in _SQL) else []
    assert found == []


class _Line(NamedTuple):
    id: int
    day: date
    name: str


_LINES = Table(
    "line", MetaData(), Column("name", String), Column("day", Date), Column("id", Integer, primary_key=True),
    Column("added", String),
)  # fmt: skip
_PUT = Statement(insert(_LINES).values(inserted(_LINES, _LINES.c)))
_NAMED = Statement(select(*columns_of(_LINES, _Line)).where(among(_LINES.c.name, "names")).order_by(_LINES.c.id), _Line)
_SINCE = Statement(select(_LINES.c.name, _LINES.c.day).where(_LINES.c.day >= bind("day")).order_by(_LINES.c.id))


@pytest.fixture
def cursor() -> Iterator[Cursor]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE line (name TEXT, day DATE, id INTEGER PRIMARY KEY, added TEXT)")
        made = Cursor(database.cursor(), Dialect(sqlite=True), "sha256")
        days = ("2026-02-13", "2026-02-14", "2026-02-28", "2026-03-01", "2026-03-02")
        made.run_many(
            _PUT,
            [
                {"id": n, "day": date.fromisoformat(day), "name": name, "added": None}
                for n, (day, name) in enumerate(zip(days, "甲乙丙丁戊", strict=True), 1)
            ],
        )
        yield made


@pytest.mark.parametrize("names", ["", "甲", "甲丙", "甲丙丁", "甲乙丙丁戊"])
def test_a_list_of_any_length_finds_just_its_own(cursor: Cursor, names: str) -> None:
    assert "".join(row.name for row in cursor.rows(_NAMED, names=list(names))) == names


def test_rows_come_by_name_whatever_the_order_of_the_columns(cursor: Cursor) -> None:
    assert cursor.rows(_NAMED, names=["丙"]) == [_Line(3, date(2026, 2, 28), "丙")]
    first = cursor.row(_SINCE, day=date(2026, 2, 28))
    assert (first.name, first.day) == ("丙", date(2026, 2, 28))
    assert cursor.value(_SINCE, day=date(2026, 3, 2)) == "戊"
    assert cursor.row(_SINCE, day=date(2027, 1, 1)) is None
    assert cursor.raw(_SINCE, day=date(2026, 3, 2)) == [("戊", "2026-03-02")]


def test_a_value_that_is_not_given_is_an_error_and_not_a_null(cursor: Cursor) -> None:
    with pytest.raises(KeyError):
        cursor.rows(_SINCE)


def test_a_class_whose_fields_are_not_the_columns_is_refused(cursor: Cursor) -> None:
    wrong = Statement(select(_LINES.c.name, _LINES.c.day, _LINES.c.id), _Line)
    with pytest.raises(TypeError, match="not the fields of _Line"):
        cursor.rows(wrong)


def test_moments_go_in_and_come_out_in_utc() -> None:
    moment = datetime(2026, 2, 13, 9, 30, tzinfo=UTC)
    dialect = Dialect(sqlite=True)
    assert dialect.plain((moment, date(2026, 2, 13), None, 7, "x")) == (
        "2026-02-13 09:30:00.000000", "2026-02-13", None, 7, "x",
    )  # fmt: skip
    assert Dialect(sqlite=False).plain((moment,)) == (moment,)


def test_a_sweep_finds_what_is_due_and_what_is_fresh_each_by_its_own_index() -> None:
    """The index of all running clocks would do for fresh rows as well, and cost what is open."""
    with closing(sqlite3.connect(":memory:")) as database:
        for table in Row.metadata.tables.values():
            database.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
            for index in table.indexes:
                if index.name == "docket_series_c":
                    continue  # for PostgreSQL alone
                database.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
        used = []
        for statement in (*DUE_CASES[None], FRESH_CASES, REACH[None], CHECK_FRESH):
            compiled = statement.on(Dialect(sqlite=True), {"cases": ["A"] * 500})
            plan = database.execute(f"EXPLAIN QUERY PLAN {compiled.text}", [None] * len(compiled.names)).fetchall()
            used.append(next(row[3] for row in plan if " clock " in row[3]))
    due = "SEARCH clock USING INDEX clock_due (ladder=? AND until_day"
    assert used[0].startswith(due)
    assert used[1].startswith(due)
    assert used[2] == "SCAN clock USING INDEX clock_fresh"  # of these rows alone
    assert {text.partition(" (case=?")[0] for text in used[3:]} == {
        "SEARCH clock USING INDEX sqlite_autoindex_clock_1"
    }, used  # by the cases
