"""One transaction on the driver's own cursor (事务): statements in one dialect, rows as plain tuples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gkflow.store.dialect import Dialect

_CHUNK = 10_000


class Cursor:
    """Where the statements of one transaction are carried out (柜台)."""

    def __init__(self, cursor: Any, dialect: Dialect, algorithm: str, key: str = "") -> None:
        self.cursor, self.dialect, self.algorithm, self.key = cursor, dialect, algorithm, key

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Execute a statement; the number of rows it changed."""
        self.cursor.execute(self.dialect.sql(statement), self.dialect.row(values))
        return int(self.cursor.rowcount)

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for many rows."""
        self.cursor.executemany(self.dialect.sql(statement), list(map(self.dialect.row, rows)))

    def one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """The first row, or None."""
        self.cursor.execute(self.dialect.sql(statement), self.dialect.row(values))
        return self.cursor.fetchone()

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Every row."""
        self.cursor.execute(self.dialect.sql(statement), self.dialect.row(values))
        rows: list[Any] = self.cursor.fetchall()
        return rows

    def take_turns(self, name: str) -> None:
        """Wait until no other transaction has taken turns by *name*; in SQLite there is one writer at a time anyway."""
        if not self.dialect.sqlite:
            self.one("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (name,))

    def table_names(self) -> list[str]:
        """The tables that there are."""
        query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        if self.dialect.sqlite:
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return [str(row[0]) for row in self.all(query)]

    def pages(self, statement: str, values: Sequence[Any], first: Any, size: int = _CHUNK) -> Iterator[list[Any]]:
        """
        The rows page by page, memory staying flat: the statement ends with the last key and the page's size,
        and the key is the first column.
        """
        after = first
        while rows := self.all(statement, (*values, after, size)):
            yield rows
            if len(rows) < size:
                return
            after = rows[-1][0]


class Part(Cursor):
    """One part of a ledger (账簿的一部分): its statements, on the cursor that all parts share."""

    def __init__(self, shared: Cursor) -> None:
        super().__init__(shared.cursor, shared.dialect, shared.algorithm, shared.key)


def insert(table: str, columns: str) -> str:
    """The statement that inserts one row."""
    marks = ", ".join("?" * (columns.count(",") + 1))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"
