"""One transaction on the driver's own cursor (事务): a hot write costs what the database costs, not a layer more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import MetaData, Table, column, func, select, table
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from gkflow.store.dialect import Dialect
from gkflow.store.statement import POSTGRES, SQLITE, Statement, bind, getter

_CHUNK = 10_000
_TURN = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bind("name"), 0))))
_MASTER = table("sqlite_master", column("name"), column("type"))
_SQLITE_TABLES = Statement(select(_MASTER.c.name).where(_MASTER.c.type == "table"))
_PG_TABLES = table("pg_tables", column("tablename"), column("schemaname"))
_POSTGRES_TABLES = Statement(select(_PG_TABLES.c.tablename).where(_PG_TABLES.c.schemaname == func.current_schema()))


class Cursor:
    """Where the statements of one transaction are executed (柜台)."""

    def __init__(self, cursor: Any, dialect: Dialect, algorithm: str, key: str = "") -> None:
        self.cursor, self.dialect, self.algorithm, self.key = cursor, dialect, algorithm, key

    def run(self, statement: Statement, **values: Any) -> int:
        """Execute a statement; the number of rows it changed."""
        self._execute(statement, values)
        return int(self.cursor.rowcount)

    def run_many(self, statement: Statement, rows: Iterable[Any]) -> None:
        """Execute a statement for many rows, each a mapping of values or an object that has them as attributes."""
        found = rows if isinstance(rows, Sequence) else list(rows)
        if not found:
            return
        plain, first = self.dialect.plain, found[0]
        if isinstance(first, Mapping):
            compiled = statement.on(self.dialect.sqlite, first)
            values = [plain(compiled.ordered(row)) for row in found]
        else:
            compiled = statement.on(self.dialect.sqlite, {})
            take = getter(compiled.names)
            values = [plain(take(row)) for row in found]
        if len(values) == 1:
            self.cursor.execute(compiled.text, values[0])
        else:
            self.cursor.executemany(compiled.text, values)

    def rows(self, statement: Statement, **values: Any) -> list[Any]:
        """Every row."""
        self._execute(statement, values)
        make = statement.maker(self.dialect.sqlite)
        return [make(row) for row in self.cursor.fetchall()]

    def row(self, statement: Statement, **values: Any) -> Any:
        """The first row, or None."""
        self._execute(statement, values)
        row = self.cursor.fetchone()
        return None if row is None else statement.maker(self.dialect.sqlite)(row)

    def value(self, statement: Statement, **values: Any) -> Any:
        """The first value of the first row, or None."""
        row = self.row(statement, **values)
        return None if row is None else row[0]

    def column(self, statement: Statement, **values: Any) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self.rows(statement, **values)]

    def raw(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """Every row as the driver gives it: for who has to see what was really stored."""
        self._execute(statement, values)
        rows: list[tuple[Any, ...]] = self.cursor.fetchall()
        return rows

    def pages(self, statement: Statement, after: Any, size: int = _CHUNK, **values: Any) -> Iterator[list[Any]]:
        """The rows page by page, memory staying flat: their first column is the key, behind ``after``."""
        yield from self._paged(self.rows, statement, after, size, values)

    def raw_pages(self, statement: Statement, after: Any, size: int = _CHUNK, **values: Any) -> Iterator[list[Any]]:
        """The same as the driver gives them."""
        yield from self._paged(self.raw, statement, after, size, values)

    def _paged(
        self, ask: Callable[..., list[Any]], statement: Statement, after: Any, size: int, values: Mapping[str, Any]
    ) -> Iterator[list[Any]]:
        while rows := ask(statement, after=after, size=size, **values):
            yield rows
            if len(rows) < size:
                return
            after = rows[-1][0]

    def verbatim(self, text: str) -> list[tuple[Any, ...]]:
        """A statement that only one of the databases has, in its own words; the rows, where it has any."""
        self.cursor.execute(text)
        return self.cursor.fetchall() if self.cursor.description is not None else []

    def remake(self, table: Table) -> None:
        """Make a temporary table anew."""
        dialect = SQLITE if self.dialect.sqlite else POSTGRES
        self.cursor.execute(str(DropTable(table, if_exists=True).compile(dialect=dialect)))
        self.cursor.execute(str(CreateTable(table).compile(dialect=dialect)))

    def index(self, table: Table) -> None:
        """Make the indexes of a temporary table, once it is filled."""
        for index in table.indexes:
            self.cursor.execute(str(CreateIndex(index).compile(dialect=SQLITE if self.dialect.sqlite else POSTGRES)))

    def take_turns(self, name: str) -> None:
        """Wait until no other transaction has taken turns by *name*; in SQLite there is one writer at a time anyway."""
        if not self.dialect.sqlite:
            self.value(_TURN, name=name)

    def table_names(self) -> list[str]:
        """The tables that there are."""
        return [str(name) for name in self.column(_SQLITE_TABLES if self.dialect.sqlite else _POSTGRES_TABLES)]

    def _execute(self, statement: Statement, values: Mapping[str, Any]) -> None:
        compiled = statement.on(self.dialect.sqlite, values)
        self.cursor.execute(compiled.text, self.dialect.plain(compiled.ordered(values)))


class Part(Cursor):
    """One part of a ledger (账簿的一部分): its statements, on the cursor that all parts share."""

    def __init__(self, shared: Cursor) -> None:
        super().__init__(shared.cursor, shared.dialect, shared.algorithm, shared.key)


def temporary(name: str, *columns: Any) -> Table:
    """A table that lasts as long as the connection or until it is made anew, on no other connection."""
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
