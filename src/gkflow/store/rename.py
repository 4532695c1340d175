"""Renaming the tables of a database (表改名): from those without a prefix, or to another prefix or schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from gkflow.store.cursor import Cursor
from gkflow.store.dialect import Dialect
from gkflow.store.guards import drop_guards, guard_statements
from gkflow.store.locks import migrating_lock, office_lock
from gkflow.store.naming import index_statements
from gkflow.store.tables import METADATA
from gkflow.store.watched import cursor_of

# The indexes of a table (also those of its constraints) and the sequences of its columns.
_BELONGINGS = (
    "SELECT c.relname, c.relkind FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
    " WHERE i.indrelid = '{table}'::regclass UNION ALL"
    " SELECT c.relname, c.relkind FROM pg_class c JOIN pg_depend d ON d.objid = c.oid"
    " WHERE c.relkind = 'S' AND d.refobjid = '{table}'::regclass"
)


def rename_tables(connection: Connection, old: Dialect, new: Dialect) -> int:
    """
    Give all tables, indexes and triggers their new names, in the transaction of a connection; return how many tables.
    Other processes must not use the database meanwhile: they find the new names when they open it again.
    """
    driver: Any = connection.connection
    cursor = Cursor(cursor_of(connection), old, "")
    if old.sqlite:
        if not driver.dbapi_connection.in_transaction:
            cursor.verbatim("BEGIN IMMEDIATE")
    else:
        cursor.verbatim(migrating_lock(new))
        cursor.verbatim(office_lock(old, alone=True))
    for statement in _statements(cursor, old, new):
        cursor.verbatim(statement)
    return len(METADATA.tables)


def _statements(cursor: Cursor, old: Dialect, new: Dialect) -> Iterator[str]:
    tables = [table.name for table in METADATA.sorted_tables]
    yield from drop_guards(old)
    if new.schema:
        yield f"CREATE SCHEMA IF NOT EXISTS {new.schema}"
    pairs = [(old.table(name), old.prefix + name, new.prefix + name) for name in tables]
    pairs.append((old.qualified(old.version_table), old.version_table, new.version_table))
    for now, bare, then in pairs:
        if not old.sqlite:
            for name, kind in cursor.verbatim(_BELONGINGS.format(table=now)):
                what = "SEQUENCE" if kind == "S" else "INDEX"
                renamed = new.prefix + str(name).removeprefix(old.prefix)
                if renamed != name:
                    yield f'ALTER {what} {old.qualified(name)} RENAME TO "{renamed}"'
        if then != bare:
            yield f"ALTER TABLE {now} RENAME TO {then}"
        if new.schema != old.schema:
            yield f"ALTER TABLE {old.qualified(then)} SET SCHEMA {new.schema or 'public'}"
    if old.sqlite and new.prefix != old.prefix:
        # SQLite cannot rename an index.
        for table in METADATA.sorted_tables:
            yield from (f"DROP INDEX IF EXISTS {old.prefix}{index.name}" for index in table.indexes)
        yield from index_statements(new)
    yield from guard_statements(new)
