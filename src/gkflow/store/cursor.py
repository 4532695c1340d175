"""One transaction on the driver's own cursor (事务), so that a hot write has no cost besides the database's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import MetaData, Table, Text, column, func, select, table
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from gkflow.store.dialect import Dialect
from gkflow.store.statement import Statement, bind, compiler_of

_CHUNK = 10_000
_TURN = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bind("name"), 0))))
_MASTER = table("sqlite_master", column("name"), column("type"))
_SQLITE_TABLE = Statement(select(_MASTER.c.name).where(_MASTER.c.type == "table", _MASTER.c.name == bind("name")))
# On the search path, as every statement is read.
_POSTGRES_TABLE = Statement(select(func.to_regclass(bind("name", type_=Text())).cast(Text())))


_SQLITE_LIKE = Statement(select(_MASTER.c.name).where(_MASTER.c.type == "table", _MASTER.c.name.like(bind("name"))))
_PG_CLASS = table("pg_class", column("oid"), column("relname", Text()), column("relkind", Text()))
_POSTGRES_LIKE = Statement(
    select(_PG_CLASS.c.relname).where(
        _PG_CLASS.c.relname.like(bind("name")),
        _PG_CLASS.c.relkind.in_(("r", "p")),
        func.pg_table_is_visible(_PG_CLASS.c.oid),
    )
)


class Cursor:
    """Executes the statements of one transaction (柜台)."""

    def __init__(self, cursor: Any, dialect: Dialect, algorithm: str, key: str = "") -> None:
        self.cursor, self.dialect, self.algorithm, self.key = cursor, dialect, algorithm, key

    def run(self, statement: Statement, **values: Any) -> int:
        """Execute a statement; return the number of rows changed."""
        self._execute(statement, values)
        return int(self.cursor.rowcount)

    def run_many(self, statement: Statement, rows: Iterable[Any]) -> None:
        """Execute a statement for many rows, each a dictionary of values or an object with them as attributes."""
        found = rows if isinstance(rows, list) else list(rows)
        if not found:
            return
        first = found[0]
        named = isinstance(first, dict)
        compiled = statement.on(self.dialect, first if named else {})
        values = list(map(compiled.bound if named else compiled.bound_of, found))
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
        """Every row as the driver returns it, for callers that need the stored form."""
        self._execute(statement, values)
        rows: list[tuple[Any, ...]] = self.cursor.fetchall()
        return rows

    def pages(self, statement: Statement, after: Any, size: int = _CHUNK, **values: Any) -> Iterator[list[Any]]:
        """The rows page by page, with bounded memory: their first column is the key, greater than ``after``."""
        yield from self._paged(self.rows, statement, after, size, values)

    def raw_pages(self, statement: Statement, after: Any, size: int = _CHUNK, **values: Any) -> Iterator[list[Any]]:
        """The same as the driver returns them."""
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
        """A statement in the SQL of one database; returns its rows, if any."""
        self.cursor.execute(text)
        return self.cursor.fetchall() if self.cursor.description is not None else []

    def remake(self, table: Table) -> None:
        """Create a temporary table, replacing an earlier one."""
        dialect = compiler_of(self.dialect)
        self.cursor.execute(str(DropTable(table, if_exists=True).compile(dialect=dialect)))
        self.cursor.execute(str(CreateTable(table).compile(dialect=dialect)))

    def index(self, table: Table) -> None:
        """Create the indexes of a temporary table, once it is filled."""
        for index in table.indexes:
            self.cursor.execute(str(CreateIndex(index).compile(dialect=compiler_of(self.dialect))))

    def take_turns(self, name: str) -> None:
        """Take the lock *name* until the end of the transaction; SQLite has only one writer anyway."""
        if not self.dialect.sqlite:
            self.value(_TURN, name=name)

    def has_table(self, name: str) -> bool:
        """Whether a table of that real name exists."""
        return self.value(_SQLITE_TABLE if self.dialect.sqlite else _POSTGRES_TABLE, name=name) is not None

    def tables_like(self, pattern: str) -> list[str]:
        """The tables whose names are like a pattern; in PostgreSQL those on the search path."""
        return [
            str(name) for name in self.column(_SQLITE_LIKE if self.dialect.sqlite else _POSTGRES_LIKE, name=pattern)
        ]

    def _execute(self, statement: Statement, values: Mapping[str, Any]) -> None:
        compiled = statement.on(self.dialect, values)
        self.cursor.execute(compiled.text, compiled.bound(values))


class Part(Cursor):
    """One part of a ledger (账簿的一部分): its statements, on the cursor that all parts share."""

    def __init__(self, shared: Cursor) -> None:
        self.__dict__.update(shared.__dict__)


def temporary(name: str, *columns: Any) -> Table:
    """A temporary table of one connection, which lasts until it is created again or the connection ends."""
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
