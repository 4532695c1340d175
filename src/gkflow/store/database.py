"""The database (数据库): opening it, its transactions, its schema version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from gkflow.domain.errors import Unfit
from gkflow.store.dialect import Dialect
from gkflow.store.ledger import Ledger
from gkflow.store.migrate import VERSION_TABLE

# The newest revision in migrations/versions; a test compares the two.
SCHEMA = "0004"
_SQLITE_FLOOR = (3, 35, 0)
_MAGIC = b"SQLite format 3\0"  # how every SQLite file begins
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"  # as in SQLite: a reader sees one moment


class Database:
    """
    A store on one database (存储).

    ``writing`` and ``reading`` give a ledger for one transaction; with the caller's session the ledger works in
    the caller's transaction and commits nothing.
    """

    committed: ClassVar[int] = 0  # writing transactions of this process: a door that cannot print says whether it wrote

    def __init__(self, target: str | Engine, *, synchronous: str = "full", algorithm: str = "sha256") -> None:
        self.mine = isinstance(target, str)
        self.engine = _engine(target, synchronous) if isinstance(target, str) else target
        if self.engine.dialect.name not in ("sqlite", "postgresql"):
            raise Unfit("settings", file="database.url", reason=f"{self.engine.dialect.name} is not supported")
        self.dialect = Dialect(sqlite=self.engine.dialect.name == "sqlite")
        self.algorithm = algorithm

    @property
    def place(self) -> str:
        """Where the data is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def writing(self, session: Any = None, *, adopting: bool = False) -> Iterator[Ledger]:
        """
        One writing transaction; SQLite takes its write lock at the start (BEGIN IMMEDIATE). No edition of calendar
        or rules is adopted before it ends, unless it is *adopting* one itself: then nobody else writes.
        """
        with self._transaction(session, "BEGIN IMMEDIATE") as ledger:
            ledger.hold_adoptions(adopting)
            ledger.writes = True
            yield ledger

    @contextmanager
    def reading(self, session: Any = None) -> Iterator[Ledger]:
        """One reading transaction."""
        with self._transaction(session, "BEGIN") as ledger:
            yield ledger

    @contextmanager
    def _transaction(self, session: Any, begin: str) -> Iterator[Ledger]:
        """On the driver's own connection: a hot write costs what the database costs, not what a layer costs."""
        if session is not None:
            driver = session.connection().connection.dbapi_connection
            yield Ledger(driver.cursor(), self.dialect, self.algorithm)
            return
        pooled = self.engine.raw_connection()
        try:
            cursor = pooled.cursor()
            if self.dialect.sqlite:
                cursor.execute(begin)
            elif begin == "BEGIN":
                cursor.execute(_SNAPSHOT)
            yield Ledger(cursor, self.dialect, self.algorithm)
            pooled.commit()
            Database.committed += begin != "BEGIN"
        except BaseException:
            pooled.rollback()
            raise
        finally:
            pooled.close()

    def within(self, session: Any) -> Within:
        """The same store inside the caller's transaction, whatever asks for one."""
        return Within(self, session)

    def schema(self) -> str | None:
        """The schema's version; None for a database that gkflow has never seen."""
        with self.engine.connect() as connection:
            names = set(_table_names(connection))
            if VERSION_TABLE not in names or "entry" not in names:
                return None
            row = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
            return str(row[0]) if row else None

    def require_schema(self) -> None:
        """Refuse a schema of another version, naming the command that mends it."""
        found = self.schema()
        if found != SCHEMA:
            mend = "gkflow init" if found is None or found < SCHEMA else "pip install -U gkflow"
            raise Unfit("schema_version", found=found or "(none)", wanted=SCHEMA, mend=mend)

    def migrate(self) -> None:
        """Bring the schema to this version (Alembic)."""
        from gkflow.store.migrate import upgrade

        upgrade(self.engine)

    def close(self) -> None:
        """Give the connections back."""
        if self.mine:
            self.engine.dispose()


class Within:
    """A store inside somebody else's transaction (嵌入存储): it begins nothing and commits nothing."""

    def __init__(self, database: Database, session: Any) -> None:
        self.database, self.session = database, session

    def writing(self, session: Any = None) -> AbstractContextManager[Ledger]:
        """The caller's transaction."""
        return self.database.writing(self.session)

    def reading(self, session: Any = None) -> AbstractContextManager[Ledger]:
        """The caller's transaction."""
        return self.database.reading(self.session)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address; None for another database, one in memory, and what is no address."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    inside = not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:")
    return None if parsed.get_backend_name() != "sqlite" or inside else Path(str(parsed.database))


def require_database(url: str, settings_file: Path | None) -> None:
    """
    Refuse an address whose SQLite file is missing, empty or no database, before SQLite makes one there (Unfit). With
    *settings_file* an office was set up once: its record is missing, and an empty one must not take its place.
    """
    path = sqlite_file(url)
    if path is None:
        return
    if path.is_dir():
        raise Unfit("not_a_database", file=str(path))
    try:
        begins = path.open("rb").read(len(_MAGIC))
    except FileNotFoundError:
        begins = b""
    if begins and begins != _MAGIC:
        raise Unfit("not_a_database", file=str(path))
    if not begins and settings_file is not None:
        raise Unfit("database_missing", place=str(path), settings=str(settings_file))


def _table_names(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    return [str(row[0]) for row in connection.exec_driver_sql(query)]


def _engine(url: str, synchronous: str) -> Engine:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        try:
            return create_engine(parsed)
        except ModuleNotFoundError as error:
            raise Unfit(
                "settings", file="database.url", reason=f"{error.name} is missing: install gkflow[pg]"
            ) from None
    if sqlite3.sqlite_version_info < _SQLITE_FLOOR:
        raise Unfit("settings", file="sqlite", reason=f"SQLite {sqlite3.sqlite_version} is older than 3.35")
    if parsed.database and parsed.database != ":memory:" and not Path(parsed.database).parent.is_dir():
        raise Unfit("no_office", place=parsed.database)
    engine = create_engine(parsed, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(driver: Any, _: ConnectionPoolEntry) -> None:
        driver.isolation_level = None  # gkflow says itself when a transaction begins
        for pragma in (
            "journal_mode=WAL", f"synchronous={synchronous.upper()}", "foreign_keys=ON", "busy_timeout=30000",
            "cache_size=-65536",  # 64 MB: a sweep meets its rows all over a large table
        ):  # fmt: skip
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # migrations, and portals that use this engine

    return engine
