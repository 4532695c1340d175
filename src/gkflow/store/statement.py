"""
Statements (语句): SQLAlchemy Core over the tables, compiled once per database and run on the driver's cursor.

Values are bound by name, and rows are read by name: as the class that a statement names, else as a named tuple of its
columns. Days are dates and moments are aware and in UTC, because the column says so.
"""

from __future__ import annotations

import functools
import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Executable,
    Integer,
    String,
    Table,
    bindparam,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import Insert
from sqlalchemy.sql.visitors import ExternallyTraversible, iterate
from sqlalchemy.types import TupleType, TypeDecorator, TypeEngine

from gkflow.store.dialect import TEXTS, Dialect, read_day, read_moment
from gkflow.store.tables import METADATA
from gkflow.store.unit_rows import limited_source

_Reader = Callable[[Any], Any]
_Insert = Callable[[Table], Any]
_NAME = re.compile(r"[a-z]\w*$")

bind = bindparam


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The condition that a column is one of a list of values, bound as *name*."""
    return column.in_(bindparam(name, expanding=True))


def columns_of(table: Table, row: type[NamedTuple] | type[tuple[Any, ...]]) -> list[Column[Any]]:
    """The columns of a table that a row class names, in its order."""
    return [table.c[name] for name in row._fields]  # type: ignore[union-attr]  # a named tuple


def inserted(table: Table, columns: Iterable[Column[Any]] | None = None) -> dict[str, BindParameter[Any]]:
    """The values of an INSERT into some columns of a table, each bound by its column's name."""
    found = [c for c in table.c if c is not table.autoincrement_column] if columns is None else columns
    return {column.name: bindparam(column.name, type_=column.type) for column in found}


class Compiled(NamedTuple):
    """A statement compiled for one database (已编译的语句)."""

    text: str
    names: tuple[str, ...]  # of the values, in the order of their placeholders
    constants: Mapping[str, Any]
    lists: Mapping[str, str]  # from the placeholder of a list to the list's name
    converted: tuple[int, ...]  # the places of the values that the driver cannot take as they are
    by_name: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    by_attribute: Callable[[Any], tuple[Any, ...]]

    def bound(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """The values in the order of the placeholders, as the driver takes them."""
        if self.constants or self.lists:
            values = {**self.constants, **values}
            for name in set(self.lists.values()):
                for at, value in enumerate(_padded(values[name]), 1):
                    values[f"{name}_{at}"] = value
        return self._plain(self.by_name(values))

    def bound_of(self, row: Any) -> Sequence[Any]:
        """The same from an object with the values as attributes."""
        return self._plain(self.by_attribute(row))

    def _plain(self, values: tuple[Any, ...]) -> Sequence[Any]:
        if not self.converted:
            return values
        found = list(values)
        for at in self.converted:
            if (text := TEXTS.get(found[at].__class__)) is not None:
                found[at] = text(found[at])
        return found


class Statement:
    """
    One statement (语句). *core* is the statement, or a function that receives the database's own ``insert`` and returns
    the statement (SQLAlchemy has a class per database for ON CONFLICT); *row* is the class of its rows.

    Constants in the statement (``status == "running"``) are written out, so that the planner can use a partial index;
    values bound by name stay placeholders.
    """

    def __init__(
        self, core: Executable | Callable[[Callable[[Table], Any]], Executable], row: type | None = None
    ) -> None:
        self._core, self._row = core, row
        self._compiled: dict[tuple[Dialect, tuple[int, ...]], Compiled] = {}
        self._makers: dict[bool, _Reader] = {}
        self._lists: tuple[str, ...] | None = None

    def on(self, dialect: Dialect, values: Mapping[str, Any]) -> Compiled:
        """The statement for one database, with as many placeholders as its lists have values."""
        if self._lists is None:
            self._lists = tuple(_lists_of(self.core(dialect.sqlite)))
        sizes = tuple([_size(len(values[name])) for name in self._lists]) if self._lists else ()
        found = self._compiled.get((dialect, sizes))
        if found is None:
            found = self._compiled[dialect, sizes] = self._compile(dialect, dict(zip(self._lists, sizes, strict=True)))
        return found

    def core(self, is_sqlite: bool) -> Executable:
        """The statement in SQLAlchemy Core."""
        if isinstance(self._core, Executable):
            return self._core
        return self._core(sqlite.insert if is_sqlite else postgresql.insert)

    def maker(self, is_sqlite: bool) -> _Reader:
        """The function that converts a row of the driver."""
        found = self._makers.get(is_sqlite)
        if found is None:
            found = self._makers[is_sqlite] = self._maker(is_sqlite)
        return found

    def _compile(self, dialect: Dialect, sizes: Mapping[str, int]) -> Compiled:
        is_sqlite = dialect.sqlite
        core = self.core(is_sqlite)
        if isinstance(core, Insert):
            core = core.inline()  # else PostgreSQL returns the key of every row
        for each in iterate(cast("ExternallyTraversible", core)):
            if isinstance(each, BindParameter) and each.unique and not isinstance(each.type, TupleType):
                each.literal_execute = True
        compiled: Any = core.compile(dialect=compiler_of(dialect))  # type: ignore[attr-defined]  # untyped
        state = compiled.construct_expanded_state(
            {**compiled.params, **{name: [""] * size for name, size in sizes.items()}}
        )
        names = tuple(state.positiontup or ())
        marks = {f"{name}_{at}": name for name, size in sizes.items() for at in range(1, size + 1)}
        constants = {
            name: value for name, value in state.parameters.items()
            if value is not None and name in names and name not in marks
        }  # fmt: skip
        lists = {mark: marks[mark] for mark in names if mark in marks}
        binds = [compiled.binds.get(lists.get(name, name)) for name in names]
        converted = tuple(
            at
            for at, each in enumerate(binds)
            if (is_sqlite and not (each is not None and _is_plain(each.type)))
            or (dialect.asyncpg and each is not None and isinstance(_impl(each.type), Date))
        )
        by_name, by_attribute = _all_of(itemgetter, names), _all_of(attrgetter, names)
        return Compiled(state.statement, names, constants, lists, converted, by_name, by_attribute)

    def _maker(self, is_sqlite: bool) -> _Reader:
        core: Any = self.core(is_sqlite)
        columns = list(core.selected_columns if hasattr(core, "selected_columns") else core.exported_columns)
        names = [
            str(column.key) if _NAME.match(str(column.key)) else f"column_{at}" for at, column in enumerate(columns)
        ]
        row: Any = self._row or _row_class(tuple(names))
        if self._row is not None and tuple(names) != row._fields[: len(names)]:
            raise TypeError(f"the columns {names} are not the fields of {row.__name__}")
        readers = [(at, read) for at, column in enumerate(columns) if (read := _reader_of(column.type, is_sqlite))]
        if not readers:
            return row._make if len(names) == len(row._fields) else lambda values: row(*values)

        def make(values: Sequence[Any]) -> Any:
            read_values = list(values)
            for at, read in readers:
                read_values[at] = read(read_values[at])
            return row(*read_values)

        return make


@functools.cache
def compiler_of(dialect: Dialect) -> Any:
    """
    SQLAlchemy's dialect that writes statements for a database: as the table ``gk_docket AS docket``, so that columns
    are qualified by the name that the code uses.
    """
    postgres: Any = PGDialect_asyncpg if dialect.asyncpg else PGDialect_psycopg
    base: Any = sqlite.dialect if dialect.sqlite else postgres
    is_named = bool(dialect.prefix or dialect.schema)

    class Compiler(base.statement_compiler):  # type: ignore[misc]  # SQLAlchemy's compilers have no types
        def visit_table(self, table: Any, enclosing_alias: Any = None, **more: Any) -> Any:
            aliased = enclosing_alias is not None and enclosing_alias.element is table
            if dialect.limited and _is_read(table, more) and (rows := limited_source(dialect, table.name)):
                return rows if aliased else f"{rows} AS {self.preparer.quote(table.name)}"
            if is_named and _is_ours(table) and more.get("asfrom"):
                return dialect.table(table.name) if aliased else self.preparer.format_table(table)
            return super().visit_table(table, enclosing_alias=enclosing_alias, **more)

        def visit_join(self, join: Any, asfrom: bool = False, from_linter: Any = None, **more: Any) -> Any:
            if not (dialect.limited and join.isouter):
                return super().visit_join(join, asfrom=asfrom, from_linter=from_linter, **more)
            # Its rows belong to those of the limited side, and SQLite would read all of the table to limit them again.
            left = join.left._compiler_dispatch(self, asfrom=True, from_linter=from_linter, **more)
            right = join.right._compiler_dispatch(self, asfrom=True, from_linter=from_linter, **more, outer=True)
            return f"{left} LEFT OUTER JOIN {right} ON {join.onclause._compiler_dispatch(self, **more)}"

        def render_bind_cast(self, type_: Any, dbapi_type: Any, sqltext: str) -> str:
            if isinstance(dbapi_type, Date):  # asyncpg would make 'infinity' of the last possible day
                sqltext += "::VARCHAR"
            return str(super().render_bind_cast(type_, dbapi_type, sqltext))

    class Preparer(base.preparer):  # type: ignore[misc]  # the same
        def format_table(self, table: Any, use_schema: bool = True, name: Any = None) -> Any:
            if _is_ours(table):
                return f"{dialect.table(table.name)} AS {self.quote(table.name)}"
            return super().format_table(table, use_schema, name)

    names: dict[str, Any] = {"supports_statement_cache": True}
    if is_named or dialect.asyncpg or dialect.limited:
        names |= {"statement_compiler": Compiler}
    if is_named:
        names |= {"preparer": Preparer}
    made: Any = type("Named", (base,), names)
    return made() if dialect.sqlite or dialect.asyncpg else made(paramstyle="format")


def _is_read(table: Any, more: Mapping[str, Any]) -> bool:
    """Whether a table is read here: neither written nor the outer side of a join."""
    return _is_ours(table) and bool(more.get("asfrom")) and not more.get("iscrud") and not more.get("outer")


def _is_ours(table: Any) -> bool:
    return getattr(table, "metadata", None) is METADATA


@functools.cache
def _row_class(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names)


def _reader_of(type_: TypeEngine[Any], is_sqlite: bool) -> _Reader | None:
    type_ = _impl(type_)
    if isinstance(type_, DateTime):
        return read_moment
    return read_day if is_sqlite and isinstance(type_, Date) else None


def _lists_of(core: Executable) -> list[str]:
    found: dict[str, None] = {}
    for each in iterate(cast("ExternallyTraversible", core)):
        if isinstance(each, BindParameter) and each.expanding and not each.unique:
            found[each.key] = None
    return list(found)


def _size(length: int) -> int:
    """The compiled length of a list: the next power of two, so that lists of all lengths share a few texts."""
    return 1 << (length - 1).bit_length() if length else 0


def _padded(values: Sequence[Any]) -> list[Any]:
    found = list(values)
    return found + found[-1:] * (_size(len(found)) - len(found))


def _is_plain(type_: TypeEngine[Any]) -> bool:
    """Whether SQLite has a type for the values of a column; a value of unknown type may be a day or a moment."""
    return isinstance(_impl(type_), (String, Integer))


def kind_of(column: ColumnElement[Any]) -> TypeEngine[Any]:
    """The database's type of a column."""
    return _impl(column.type)


def _impl(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The database's type: SQLModel wraps that of a text."""
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_


def _all_of(get: Callable[..., Callable[[Any], Any]], names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """The function that takes the values of these names, always as a tuple."""
    if len(names) > 1:
        return get(*names)
    if not names:
        return lambda source: ()
    one = get(*names)
    return lambda source: (one(source),)
