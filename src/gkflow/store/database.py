"""The database (数据库): opening it, its transactions, its schema version."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import Connection, Engine, PoolProxiedConnection

from gkflow import lazy
from gkflow.application.ports import CallerSession, Hold
from gkflow.domain.errors import Conflict, GkflowError
from gkflow.domain.objections.database import (
    DatabaseUnreachable,
    Forked,
    NoTables,
    NoTransaction,
    SchemaVersion,
)
from gkflow.domain.objections.installation import NoOffice, SettingsWrong
from gkflow.domain.sentences import said
from gkflow.store.callers import Callers, PortalConnection, callers, hold_session
from gkflow.store.connections import PATIENCE, async_engine, engine_of, secrets_of
from gkflow.store.cursor import Cursor
from gkflow.store.failures import as_gkflow, is_lost, lacks_tables, one_line
from gkflow.store.ledger import Ledger
from gkflow.store.locks import office_lock
from gkflow.store.migrate import SCHEMA, bring_up, version_of
from gkflow.store.naming import BY_WHAT_EXISTS, Naming, found_names, prefixes_in
from gkflow.store.sqlite_files import make_private, sqlite_file
from gkflow.store.units import limit, limited_call
from gkflow.store.watched import cursor_of, cursor_on

if TYPE_CHECKING:
    from gkflow.store import numbers, rename
    from gkflow.store.dialect import Dialect
else:
    numbers = lazy.module("gkflow.store.numbers")
    rename = lazy.module("gkflow.store.rename")

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"  # as in SQLite: a reader sees one moment
_TRIES = 3
_POLL = 0.003  # seconds between two attempts at SQLite's write lock: a longer wait would be overtaken
_WAY, _LONG = 0.008, 0.01  # seconds: a gap for writers, and how long a write is after which they may be waiting
_T = TypeVar("_T")


class Database:
    """
    A store on one database (存储).

    ``writing`` and ``reading`` give a ledger for one transaction; with the caller's session the ledger works in the
    caller's transaction and commits nothing. Database errors become Conflict or Unfit.
    """

    committed: ClassVar[int] = 0  # writes of this process: if the CLI cannot print, it reports them

    def __init__(
        self,
        target: str | Engine,
        *,
        synchronous: str = "full",
        algorithm: str = "sha256",
        key: str = "",
        make: Callable[[Path], None] | None = None,
        naming: Naming = BY_WHAT_EXISTS,
    ) -> None:
        self.mine = isinstance(target, str)
        self.engine = engine_of(target, synchronous, naming) if isinstance(target, str) else target
        if self.engine.dialect.is_async:
            raise async_engine(type(self.engine).__name__)
        if self.engine.dialect.name not in ("sqlite", "postgresql"):
            reason = said("{name} is not supported", name=self.engine.dialect.name)
            raise SettingsWrong(file="database.url", reason=reason)
        self.dialect = naming.of(self.engine.dialect.name == "sqlite")
        self._named = not naming.is_open
        self.algorithm, self.key = algorithm, key  # the key of seals (HMAC), if the office has one
        self._secrets = secrets_of(target if isinstance(target, str) else self.engine.url)
        self._desk = None if self.dialect.sqlite else numbers.NumberDesk(self.engine)
        # Not in a portal's transaction, whose search path may lead to another office.
        self._known_editions: set[str] = set()
        self._make = make or make_private
        self._process = os.getpid()
        self._written = 0.0  # seconds, since writers were let go first
        self._in_wal = not (self.mine and self.dialect.sqlite)
        self.units: tuple[str, ...] = ()

    def limited_to(self, units: Iterable[str]) -> Database:
        """The same database, of which the rows of these units' cases are read (限定单位)."""
        if not self._named:
            self.schema()  # finds the names of the tables
        found = copy.copy(self)
        found.dialect, found.units = self.dialect.limited_to_units(), tuple(units)
        return found

    @property
    def place(self) -> str:
        """The address of the database, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def writing(self, session: CallerSession | None = None, hold: Hold = "shared") -> AbstractContextManager[Ledger]:
        """
        One writing transaction; SQLite takes its write lock at the start (BEGIN IMMEDIATE), PostgreSQL the office's
        lock: *hold* says whether other writers may run concurrently. ``store/locks.py`` has the order of all locks.
        """
        return self._transaction(session, hold)

    def reading(self, session: CallerSession | None = None) -> AbstractContextManager[Ledger]:
        """One reading transaction; it takes no lock that a writer could want."""
        return self._transaction(session, None)

    def attempt(self, work: Callable[[Ledger], _T], session: CallerSession | None = None, hold: Hold = "shared") -> _T:
        """
        Run *work* in a writing transaction, and retry if the database aborted it before anything was written. In the
        caller's transaction only once: its other statements are not ours to repeat.
        """
        for tries_left in range(_TRIES - 1, -1, -1):
            try:
                with self.writing(session, hold) as ledger:
                    return work(ledger)
            except Conflict as error:
                if error.code != "busy" or session is not None or self.dialect.sqlite or not tries_left:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def _transaction(self, session: CallerSession | None, hold: Hold | None) -> Iterator[Ledger]:
        """On the driver's own connection, which avoids the cost of SQLAlchemy's layers."""
        if os.getpid() != self._process:
            raise Forked(place=self.place, here=os.getpid(), there=self._process)
        if session is not None:
            with self.in_words(), self._theirs(session, hold) as ledger:
                yield ledger
            return
        with self.in_words():
            pooled, cursor = self._begin(hold)
            before, begun = self._changes(pooled), time.monotonic()
            try:
                yield self._ledger(cursor, hold is not None, self._known_editions)
                pooled.commit()
                Database.committed += hold is not None and (before is None or self._changes(pooled) != before)
            except BaseException as error:
                with suppress(Exception):
                    pooled.rollback()
                if is_lost(error):
                    _give_up(pooled)
                    self.engine.dispose()  # the other connections of the pool are dead as well
                raise
            finally:
                self._written += time.monotonic() - begun if hold is not None else 0
                pooled.close()

    @contextmanager
    def _theirs(self, session: CallerSession, hold: Hold | None) -> Iterator[Ledger]:
        """On the connection of the caller's session."""
        try:
            theirs = callers(session)
        except OSError as error:  # asyncpg's, when there is no server
            reason = one_line(error, self._secrets)
            raise DatabaseUnreachable(place=self.place, reason=reason) from error
        if theirs.database != self.engine.dialect.name:
            raise NoTables(reason=theirs.database)
        if hold is not None and theirs.commits_by_itself:
            raise NoTransaction()
        cursor = theirs.cursor()
        try:
            with theirs.prepared(cursor, hold is not None):
                self._know_names(cursor, theirs.is_asyncpg)
                isolation = self._take(cursor, hold)
                ours = self._plain_cursor(cursor, self.dialect.on_asyncpg() if theirs.is_asyncpg else self.dialect)
                with limited_call(ours, theirs.driver, self.units) if self.units else nullcontext():
                    ledger = self._ledger_on(theirs, ours, hold is not None)
                    if isolation not in ("", "read committed"):
                        ledger.editions.require_seen()
                    yield ledger
        except Exception as error:
            if isinstance(session, PortalConnection) and not isinstance(error, GkflowError):
                session.fail()
            if lacks_tables(error):
                raise NoTables(reason=one_line(error, self._secrets)) from error
            raise

    def _changes(self, pooled: Any) -> int | None:
        """How many rows this connection has changed; None if the database does not say (PostgreSQL)."""
        found: int | None = getattr(pooled.dbapi_connection, "total_changes", None)
        return found

    def _begin(self, hold: Hold | None) -> tuple[Any, Any]:
        """A connection with its transaction begun; one that was cut while idle is replaced."""
        for again in (True, False):
            pooled = self.engine.raw_connection()
            try:
                cursor = cursor_on(self.engine, pooled)
                if self.dialect.sqlite:
                    self._begin_sqlite(pooled, cursor, hold)
                else:
                    if hold is None:
                        cursor.execute(_SNAPSHOT)
                    if not self.mine:
                        hold_session(Callers(pooled.dbapi_connection, "postgresql"), cursor)
                self._know_names(cursor)
                self._take(cursor, hold)
                return pooled, cursor
            except BaseException as error:
                if is_lost(error):
                    _give_up(pooled)
                    self.engine.dispose()
                    if again:
                        continue
                else:
                    with suppress(Exception):
                        pooled.rollback()
                    pooled.close()
                raise
        raise AssertionError("unreachable")

    def _begin_sqlite(self, pooled: Any, cursor: Any, hold: Hold | None) -> None:
        if hold is None:
            cursor.execute("BEGIN")
            return
        if not self._in_wal:
            # Only writers set it: a reader must not change the file that it reads.
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode=WAL")
            self._in_wal = True
        until = time.monotonic() + PATIENCE
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    cursor.execute("BEGIN IMMEDIATE")
                    return
                except Exception as error:
                    # SQLite's own waits grow to a tenth of a second, too long to use the gaps of a long write.
                    if "locked" not in str(error) or time.monotonic() > until:
                        raise
                time.sleep(_POLL)
        finally:
            cursor.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")

    def _know_names(self, cursor: Any, on_asyncpg: bool = False) -> None:
        """Find out once whether the tables have the prefix; those of a new database will."""
        if not self._named:
            found = found_names(Cursor(cursor, self.dialect.on_asyncpg() if on_asyncpg else self.dialect, ""))
            if found is not None:
                self.dialect, self._named = found, True

    def _take(self, cursor: Any, hold: Hold | None) -> str:
        """Take the office's lock; return the isolation of the transaction, where it is PostgreSQL's."""
        if hold not in ("shared", "alone") or self.dialect.sqlite:
            return ""
        cursor.execute(office_lock(self.dialect, hold == "alone"))
        return str(cursor.fetchone()[1])

    def _ledger(self, cursor: Any, writes: bool, known: set[str] | None = None) -> Ledger:
        return Ledger(self._cursor(cursor, self.dialect), writes, self._desk, known, self.units)

    def _cursor(self, cursor: Any, dialect: Dialect) -> Cursor:
        found = self._plain_cursor(cursor, dialect)
        if self.units:
            limit(found, self.units)
        return found

    def _plain_cursor(self, cursor: Any, dialect: Dialect) -> Cursor:
        return Cursor(cursor, dialect, self.algorithm, self.key)

    def _ledger_on(self, theirs: Callers, ours: Cursor, writes: bool) -> Ledger:
        if self._desk is not None and theirs.is_async:
            return Ledger(ours, writes, numbers.AwaitedDesk(self._desk, theirs.driver), units=self.units)
        return Ledger(ours, writes, self._desk, units=self.units)

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """A database error as an error of ours, in one line."""
        try:
            yield
        except GkflowError:
            raise
        except Exception as error:
            known = as_gkflow(error, self.place, self._secrets)
            if known is None:
                raise
            raise known from error

    def give_way(self) -> None:
        """Between two transactions of a long write: let waiting writers go first."""
        # PostgreSQL grants locks in the order of requests.
        if self.dialect.sqlite and self._written > _LONG:
            self._written = 0.0
            time.sleep(_WAY)

    def within(self, session: CallerSession | None) -> Within:
        """The same store inside the caller's transaction, for every kind of transaction."""
        return Within(self, session)

    def schema(self) -> str | None:
        """The schema's version; None for a database without gkflow tables."""
        file = sqlite_file(self.engine.url)
        if self.mine and file is not None and not file.exists():
            return None  # connecting would create the file
        with self.reading() as ledger:
            return version_of(ledger.cursor)

    def prefixes(self) -> list[str]:
        """The prefixes of all offices in the database, whatever the settings say."""
        with self.reading() as ledger:
            return prefixes_in(ledger.cursor)

    def require_schema(self) -> None:
        """Refuse a database without an office, or a schema of another version, naming the command that mends it."""
        found = self.schema()
        if found is None:
            raise NoOffice(place=self.place)
        if found != SCHEMA:
            mend = "gkflow init" if found < SCHEMA else "pip install -U gkflow"
            raise SchemaVersion(found=found, wanted=SCHEMA, mend=mend)

    def migrate(self) -> None:
        """Upgrade the schema to this version (Alembic)."""
        with self.making() as connection:
            bring_up(connection, self.dialect)
        self._named = True

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """One transaction that may create tables, on a connection of SQLAlchemy; a new file is for its owner alone."""
        with self.in_words():
            file = sqlite_file(self.engine.url)
            if self.mine and file is not None and not file.exists():
                self._make(file)  # SQLite would create a file that everybody may read
            if not self._in_wal:
                with self.writing():
                    pass
            with self.engine.connect() as connection, connection.begin():
                self._know_names(cursor_of(connection))
                yield connection

    def rename(self, naming: Naming) -> int:
        """
        Give the tables other names (表改名); return how many. Nobody else may use the database meanwhile. Raises Unfit.
        """
        new = naming.of(self.dialect.sqlite)
        with self.in_words():
            self.require_schema()
            if new is self.dialect:
                return 0
            with self.engine.connect() as connection, connection.begin():
                count = rename.rename_tables(connection, self.dialect, new)
            self.engine.dispose()  # other connections may search another schema
        self.dialect = new
        return count

    def close(self) -> None:
        """Close the connections; those inherited by a forked process are left to the parent."""
        if self.units:
            return  # the connections are those of the whole office
        if self._desk is not None and os.getpid() == self._process:
            self._desk.close()
        if self.mine:
            self.engine.dispose(close=os.getpid() == self._process)


def _give_up(pooled: PoolProxiedConnection) -> None:
    if pooled.is_valid:  # SQLAlchemy has not noticed it itself
        pooled.invalidate()


class Within:
    """A store inside the caller's transaction (嵌入存储): it begins and commits nothing."""

    def __init__(self, database: Database, session: CallerSession | None) -> None:
        self.database, self.session = database, session

    def writing(self, session: CallerSession | None = None, hold: Hold = "shared") -> AbstractContextManager[Ledger]:
        """The caller's transaction."""
        return self.database.writing(self.session, hold)

    def reading(self, session: CallerSession | None = None) -> AbstractContextManager[Ledger]:
        """The caller's transaction."""
        return self.database.reading(self.session)

    def attempt(self, work: Callable[[Ledger], _T], session: CallerSession | None = None, hold: Hold = "shared") -> _T:
        """In the caller's transaction, so only once."""
        return self.database.attempt(work, self.session, hold)

    def give_way(self) -> None:
        """A single transaction: nobody can write in between."""
