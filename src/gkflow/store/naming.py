"""The tables by their real names (表名): what creates them, and what a portal's own migrations must leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.schema import CreateIndex, CreateTable

from gkflow.domain.objections.installation import SettingsWrong
from gkflow.domain.sentences import said
from gkflow.store.cursor import Cursor
from gkflow.store.dialect import PREFIX, Dialect, dialect_of
from gkflow.store.tables import METADATA, ONLY_ON

_PREFIXES = (PREFIX, "")  # of new databases, and of those from before schema 0008
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,30}")


class Naming(NamedTuple):
    """How tables are to be named (命名): *prefix* None is that of the tables that exist, ``gk_`` in a new database."""

    prefix: str | None = None
    schema: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the names depend on what exists."""
        return self.prefix is None and not self.schema

    def of(self, is_sqlite: bool) -> Dialect:
        """The dialect of a new database. Raises Unfit for names that cannot be used."""
        for setting, name in (("prefix", self.prefix or ""), ("schema", self.schema)):
            if name and not _NAME.fullmatch(name):
                reason = said('{setting}: "{name}" is not of letters a to z, digits and _', setting=setting, name=name)
                raise SettingsWrong(file="database", reason=reason)
        if is_sqlite and self.schema:
            raise SettingsWrong(file="database", reason=said("schema: SQLite has none; use prefix"))
        return dialect_of(is_sqlite, (PREFIX if self.is_open else self.prefix or ""), self.schema)

    def version_tables(self) -> list[str]:
        """The names that the table of the version may have."""
        prefixes = _PREFIXES if self.is_open else (self.prefix or "",)
        return [dialect_of(False, prefix, self.schema).version_table for prefix in prefixes]


BY_WHAT_EXISTS = Naming()


def prefixes_in(cursor: Cursor) -> list[str]:
    """The prefixes of the offices in a database, by their tables; "" is that of one from before schema 0008."""
    old = Dialect(cursor.dialect.sqlite).version_table
    found = []
    for name in cursor.tables_like("%version"):
        prefix = "" if name == old else name.removesuffix("version")
        if name == old or prefix:
            dialect = dialect_of(cursor.dialect.sqlite, prefix)
            if all(cursor.has_table(dialect.table(each)) for each in ("entry", "docket", "calendar_edition")):
                found.append(prefix)
    return sorted(found)


def found_names(cursor: Cursor) -> Dialect | None:
    """The names of the tables that exist; None if there are none. Raises Unfit for two offices side by side."""
    found = prefixes_in(cursor)
    if len(found) > 1:
        reason = said(
            "the tables of several offices are there, with the prefixes {prefixes}: name one, [database] prefix",
            prefixes=[f'"{each}"' for each in found],
        )
        raise SettingsWrong(file="database", reason=reason)
    return dialect_of(cursor.dialect.sqlite, found[0]) if found else None


def create_statements(dialect: Dialect) -> Iterator[str]:
    """What creates all tables and indexes; indexes and constraints have the prefix as well."""
    for table in METADATA.sorted_tables:
        yield str(CreateTable(table).compile(dialect=_ddl(dialect)))
    yield from index_statements(dialect)


def index_statements(dialect: Dialect) -> Iterator[str]:
    """What creates the indexes."""
    name = "sqlite" if dialect.sqlite else "postgresql"
    for table in METADATA.sorted_tables:
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if ONLY_ON.get(str(index.name), name) == name:
                yield str(CreateIndex(index).compile(dialect=_ddl(dialect)))


def metadata_of(naming: Naming) -> MetaData:
    """The tables by their real names."""
    found, dialect = MetaData(), naming.of(False)
    for table in METADATA.sorted_tables:
        columns = [Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in table.c]
        Table(f"{dialect.prefix}{table.name}", found, *columns, schema=dialect.schema or None)
    Table(dialect.version_table, found, Column("version_num"), schema=dialect.schema or None)
    return found


@cache
def _ddl(dialect: Dialect) -> Any:
    """SQLAlchemy's dialect that writes CREATE statements with real names."""
    base: Any = SQLiteDialect if dialect.sqlite else PGDialect_psycopg

    class Preparer(base.preparer):  # type: ignore[misc]  # SQLAlchemy's preparers have no types
        def format_table(self, table: Any, use_schema: bool = True, name: Any = None) -> Any:
            return dialect.table(table.name) if use_schema else f"{dialect.prefix}{table.name}"

        def format_constraint(self, constraint: Any, _alembic_quote: bool = True) -> Any:
            name = super().format_constraint(constraint, _alembic_quote)
            return None if name is None else f"{dialect.prefix}{name}"

    return type("Ddl", (base,), {"preparer": Preparer, "supports_statement_cache": True})()
