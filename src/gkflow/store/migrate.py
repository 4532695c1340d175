"""Bringing a database to the present schema (数据库升级): a new one is created, an older one migrated with Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TableClause, column, insert, select, table

from gkflow.domain.objections.database import SchemaVersion
from gkflow.store.cursor import Cursor
from gkflow.store.dialect import Dialect
from gkflow.store.guards import guard_statements
from gkflow.store.locks import migrating_lock
from gkflow.store.naming import Naming, create_statements, found_names
from gkflow.store.statement import Statement, bind
from gkflow.store.watched import cursor_of

# The newest revision in migrations/versions; a test compares the two.
SCHEMA = "0011"
MIGRATIONS = Path(__file__).parent / "migrations"


def version_of(cursor: Cursor) -> str | None:
    """The version of the schema; None for a database without gkflow's tables."""
    dialect = cursor.dialect
    if not (cursor.has_table(dialect.qualified(dialect.version_table)) and cursor.has_table(dialect.table("entry"))):
        return None
    found = cursor.value(Statement(select(column("version_num")).select_from(_version(dialect))))
    return str(found) if found else None


def bring_up(connection: Connection, dialect: Dialect, revision: str = "head") -> None:
    """
    Create the tables, or run every migration up to *revision* that has not been run yet, in the transaction of a
    connection. Of several processes one does it, and the others wait.
    """
    driver: Any = connection.connection
    cursor = Cursor(cursor_of(connection), dialect, "")
    if not dialect.sqlite:
        cursor.verbatim(migrating_lock(dialect))
    elif not driver.dbapi_connection.in_transaction:
        cursor.verbatim("BEGIN IMMEDIATE")  # else SQLite would commit each table by itself
    if revision == "head" and version_of(cursor) is None:
        _create(cursor)
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes |= {"connection": connection, "dialect": dialect}
    command.upgrade(config, revision)


def migrate_in(connection: Connection, naming: Naming) -> str:
    """Create or upgrade the tables in the caller's transaction, and return the version of their schema."""
    dialect = naming.of(connection.dialect.name == "sqlite")
    cursor = cursor_of(connection)
    dialect = (found_names(Cursor(cursor, dialect, "")) if naming.is_open else None) or dialect
    before = version_of(Cursor(cursor, dialect, ""))
    if before is not None and before > SCHEMA:
        raise SchemaVersion(found=before, wanted=SCHEMA, mend="pip install -U gkflow")
    if before != SCHEMA:
        bring_up(connection, dialect)
    return SCHEMA


def _create(cursor: Cursor) -> None:
    dialect = cursor.dialect
    if dialect.schema:
        cursor.verbatim(f"CREATE SCHEMA IF NOT EXISTS {dialect.schema}")
    for statement in (*create_statements(dialect), *guard_statements(dialect)):
        cursor.verbatim(statement)
    version = dialect.qualified(dialect.version_table)
    cursor.verbatim(f"CREATE TABLE {version} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    cursor.run(Statement(insert(_version(dialect)).values(version_num=bind("version"))), version=SCHEMA)


def _version(dialect: Dialect) -> TableClause:
    return table(dialect.version_table, column("version_num"), schema=dialect.schema or None)
