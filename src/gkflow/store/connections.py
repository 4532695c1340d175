"""
Connections (数据库连接): check an address before use, and set up every connection in the same way.

Settings of a server or a role (DateStyle, TimeZone, search_path and the like) have no effect here.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from gkflow import extras
from gkflow.domain.errors import Unfit
from gkflow.domain.objections.database import BadDatabaseUrl, NotADatabase
from gkflow.domain.objections.installation import NoOffice, SettingsWrong
from gkflow.domain.sentences import said
from gkflow.store.failures import one_line
from gkflow.store.naming import Naming

PATIENCE = 30.0  # seconds that a writer waits for another one
_CONNECT_TIMEOUT = 10
_DRIVER = "postgresql+psycopg"
_ASYNC = ("aiosqlite", "asyncpg", "psycopg_async")
_SQLITE_FLOOR = (3, 35, 0)
_FORMS = said("{one} or {other}", one="sqlite:///gkflow.db", other="postgresql+psycopg://user:password@host/database")
_USERINFO = re.compile(r"^[^:/?#]+://(?P<who>.*)@[^@]*$", re.S)
# The settings of every connection to PostgreSQL, whatever the server, the database or the role has set.
_SESSION = (
    "SET datestyle TO 'ISO, YMD'",
    "SET timezone TO 'UTC'",
    "SET standard_conforming_strings TO on",
    "SET default_transaction_isolation TO 'read committed'",
    "SET default_transaction_deferrable TO off",
)
# The schema that holds our tables: the first on the search path, else the only one with them.
_SCHEMAS = (
    "SELECT DISTINCT n.nspname, array_position(current_schemas(false), n.nspname) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = ANY(%s) AND c.relkind IN ('r', 'p')"
    " AND n.nspname NOT LIKE 'pg_temp%%' ORDER BY 2 NULLS LAST, 1"
)


def parsed_address(text: str) -> URL:
    """A database address, or one line that names the fault; the address itself is never repeated."""
    try:
        url = make_url(text)
        _ = url.port
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl() from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise _wrong(said("{name} is not supported; write it as {form}", name=backend, form=_FORMS))
    if backend == "postgresql" and "@" in (url.host or ""):
        raise BadDatabaseUrl()
    if url.drivername.partition("+")[2] in _ASYNC:
        raise async_engine(url.drivername)
    if url.drivername == "postgresql":
        url = url.set(drivername=_DRIVER)
    return url


def secrets_of(target: str | URL) -> tuple[str, ...]:
    """The parts of an address that no message may show: the password, as written and as decoded."""
    text = target if isinstance(target, str) else target.render_as_string(hide_password=False)
    found = _USERINFO.match(text)
    if found is None or ":" not in found["who"]:
        return ()
    written = found["who"].partition(":")[2]
    return tuple({written, unquote(written), *(part for part in written.split("@") if part)})


def engine_of(address: str, synchronous: str, naming: Naming) -> Engine:
    """An engine of our own. Raises Unfit, in one line, for an invalid address."""
    url = parsed_address(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, synchronous)
    arguments: dict[str, Any] = {"client_encoding": "utf8", "connect_timeout": _CONNECT_TIMEOUT}
    given = {name: value for name, value in arguments.items() if name not in url.query}
    if url.drivername == _DRIVER:
        extras.require("psycopg")
    try:
        engine = sqlalchemy.create_engine(url, connect_args=given, pool_size=10)
    except ModuleNotFoundError:
        raise _wrong(said("{name} is not supported; write it as {form}", name=url.drivername, form=_FORMS)) from None
    except Exception as error:
        raise _wrong(one_line(error, secrets_of(url))) from None
    options = str(url.query.get("options", ""))
    tables = [] if "search_path" in options or naming.schema else naming.version_tables()
    event.listen(engine, "connect", lambda driver, _: _prepare_postgres(driver, tables))
    return engine


def async_engine(name: str) -> Unfit:
    """The objection to an address or an engine for asyncio: an office has connections of its own, for threads."""
    return _wrong(
        said("{name} is for asyncio: open the office by {form}, and await office.aio", name=name, form=_FORMS)
    )


def _wrong(reason: str) -> Unfit:
    return SettingsWrong(file="database.url", reason=reason)


# -- PostgreSQL ----------------------------------------------------------------------------------------------------


def _prepare_postgres(driver: Any, version_tables: list[str]) -> None:
    with driver.cursor() as cursor:
        for statement in _SESSION:
            cursor.execute(statement)
        if version_tables:
            schema = _schema_of(cursor, version_tables)
            if schema:
                cursor.execute("SELECT set_config('search_path', quote_ident(%s), false)", (schema,))
    driver.commit()  # a setting would else be lost with the first transaction that is rolled back


def _schema_of(cursor: Any, version_tables: list[str]) -> str:
    """
    The schema of our tables, existing or to be created: a later change of the search path must neither hide them nor
    put a table of the same name before them.
    """
    cursor.execute(_SCHEMAS, (version_tables,))
    found = cursor.fetchall()
    if found and (found[0][1] is not None or len(found) == 1):
        return str(found[0][0])
    if found:
        names = [str(name) for name, _ in found]
        form = f"?options=-csearch_path%3D{names[0]}"
        raise _wrong(said("several schemas hold an office ({names}): name one, {form}", names=names, form=form))
    cursor.execute("SELECT coalesce(current_schema(), 'public')")
    return str(cursor.fetchone()[0])


# -- SQLite --------------------------------------------------------------------------------------------------------


def _file_of(url: URL) -> Path | None:
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def _sqlite(url: URL, synchronous: str) -> Engine:
    if sqlite3.sqlite_version_info < _SQLITE_FLOOR:
        raise SettingsWrong(
            file="sqlite",
            reason=said("SQLite {found} is older than {wanted}", found=sqlite3.sqlite_version, wanted="3.35"),
        )
    file = _file_of(url)
    if file is not None:
        try:
            there, folder = file.parent.is_dir(), file.is_dir()
        except (OSError, ValueError) as error:
            raise _wrong(getattr(error, "strerror", None) or one_line(error)) from None
        if not there:
            raise NoOffice(place=str(file))
        if folder:
            raise NotADatabase(file=str(file))
        engine = sqlalchemy.create_engine(url, creator=lambda: _open_file(file))
    else:
        engine = sqlalchemy.create_engine(url, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _prepare(driver: Any, _: ConnectionPoolEntry) -> None:
        driver.isolation_level = None  # gkflow begins its transactions itself
        for pragma in (
            f"busy_timeout={int(PATIENCE * 1000)}", f"synchronous={synchronous.upper()}", "foreign_keys=ON",
            "cache_size=-65536",  # 64 MB: a sweep reads rows all over a large table
        ):  # fmt: skip
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # migrations, and portals that use this engine

    return engine


class _Connection(sqlite3.Connection):
    """A connection that reads a copy deletes its temporary folder on close."""

    folder: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        super().close()
        if self.folder is not None:
            self.folder.cleanup()


def _open_file(file: Path) -> _Connection:
    """
    Open a database file, also read-only if the folder or the disk does not allow writing.

    A database in WAL mode needs a second file even for reading. If none can be created, the file is read as immutable,
    or, if a log file holds more, from a copy.
    """
    try:
        return _probed(sqlite3.connect(file, timeout=PATIENCE, check_same_thread=False, factory=_Connection))
    except sqlite3.OperationalError:
        if not file.is_file():
            raise
    log = file.with_name(file.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return _probed(_read_only(file, "mode=ro&immutable=1"))
    try:
        return _probed(_read_only(file, "mode=ro"))
    except sqlite3.OperationalError:
        folder = tempfile.TemporaryDirectory(prefix="gkflow-")
        for each in (file, log):
            shutil.copyfile(each, Path(folder.name) / each.name)
        connection = _probed(_read_only(Path(folder.name) / file.name, "mode=rw"))
        connection.execute("PRAGMA query_only=ON")  # writes to a copy would be lost
        connection.folder = folder
        return connection


def _read_only(file: Path, how: str) -> _Connection:
    uri = f"{file.absolute().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE, check_same_thread=False, factory=_Connection)


def _probed(connection: _Connection) -> _Connection:
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
