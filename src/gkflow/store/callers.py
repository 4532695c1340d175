"""
The connections of callers (调用方的连接): a session or connection of SQLAlchemy, of a driver, or of a framework.

A call works in the caller's transaction and leaves its connection as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.orm import Session, SessionTransaction

from gkflow import extras
from gkflow.application.ports import CallerSession
from gkflow.domain.objections.database import AsyncSessionHere
from gkflow.store.watched import WatchedCursor, is_watched

_DRIVERS = {"sqlite3": "sqlite", "psycopg": "postgresql"}
# The same inside the caller's transaction, where a setting differs: until the end of that transaction.
_HELD = {"DateStyle": ("ISO, YMD", "ISO"), "TimeZone": ("UTC", "UTC"), "standard_conforming_strings": ("on", "on")}


@dataclass(frozen=True, slots=True)
class PortalConnection:
    """
    The connection of a portal's framework (框架的连接): the driver's own, how to be called after the commit, and how to
    say that the transaction has failed.
    """

    connection: Any
    on_commit: Callable[[Callable[[], None]], None]
    fail: Callable[[], None]


class Callers(NamedTuple):
    """
    The connection of a caller's session (调用方的连接): the driver's own, which database it is, and SQLAlchemy's, where
    the caller has it from there.
    """

    driver: Any
    database: str
    bound: Connection | None = None

    @property
    def commits_by_itself(self) -> bool:
        """Whether there is no transaction, and none begins with the next statement."""
        if self.database == "sqlite":
            alone = self.driver.isolation_level is None or getattr(self.driver, "autocommit", None) is True
            return alone and not self.driver.in_transaction
        if self.is_asyncpg:
            return bool(self.driver.autocommit) and not self.driver.driver_connection.is_in_transaction()
        idle = 0  # libpq's PQTRANS_IDLE
        return bool(self.driver.autocommit) and self.driver.info.transaction_status == idle

    @property
    def is_async(self) -> bool:
        """Whether its statements are awaited, by an AsyncSession."""
        return self.bound is not None and self.bound.dialect.is_async

    @property
    def is_asyncpg(self) -> bool:
        """Whether the driver is asyncpg."""
        return self.bound is not None and self.bound.dialect.driver == "asyncpg"

    @contextmanager
    def prepared(self, cursor: Any, writes: bool) -> Iterator[None]:
        """
        Around a call: days, moments and strings are read as on our own connections, and the caller's settings hold
        again afterwards. What a failing call has written is taken back, and the caller's transaction goes on: else
        PostgreSQL would roll back all of it at the commit, without a word.
        """
        if self.database != "sqlite":
            changed = hold_session(self, cursor)
            try:
                with self._whole(cursor) if writes else nullcontext():
                    yield
            finally:
                if changed:
                    with suppress(Exception):  # in a transaction that has failed; they end with it
                        _set_local(cursor, changed)
        elif writes:
            with self._whole(cursor):
                yield
        else:
            yield

    @contextmanager
    def _whole(self, cursor: Any) -> Iterator[None]:
        if self.database == "sqlite" and not self.driver.in_transaction:
            # The driver would begin with the first write, when another one may have changed what was read.
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("SAVEPOINT gkflow_call")
        try:
            yield
        except BaseException:
            with suppress(Exception):
                cursor.execute("ROLLBACK TO SAVEPOINT gkflow_call")
            raise
        finally:
            with suppress(Exception):  # a full disk and a lost connection end the transaction themselves
                cursor.execute("RELEASE SAVEPOINT gkflow_call")

    def setting(self, name: str) -> str:
        """A setting of the connection to PostgreSQL, as the server has reported it."""
        if self.is_asyncpg:
            return str(getattr(self.driver.driver_connection.get_settings(), name, ""))
        return self.driver.info.parameter_status(name) or ""

    def cursor(self) -> Any:
        """A cursor whose rows are tuples, whatever the caller has set for its own; whoever listens sees it all."""
        if self.bound is not None and (self.is_async or is_watched(self.bound)):
            return WatchedCursor(self.bound)
        if self.database == "sqlite":
            cursor = self.driver.cursor()
            cursor.row_factory = None
            return cursor
        return _psycopg_cursor(self.driver)


def callers(session: CallerSession) -> Callers:
    """The connection on which a caller's transaction runs. Raises Refused for what has none."""
    given: Any = session
    if hasattr(given, "run_sync"):
        raise AsyncSessionHere()
    if isinstance(given, PortalConnection):
        given = given.connection
    database = _DRIVERS.get(type(given).__module__.partition(".")[0], "")
    if isinstance(given, sqlite3.Connection):
        database = "sqlite"
    if database:
        return Callers(given, database)
    # A session has its connection by a method, a connection is one itself.
    try:
        bound = given if isinstance(given, Connection) else given.connection()
    except MissingGreenlet as error:
        raise AsyncSessionHere() from error
    if not bound.in_transaction():
        bound.begin()  # else its own commit and rollback would not know that something has begun
    return Callers(bound.connection.dbapi_connection, bound.dialect.name, bound)


def _psycopg_cursor(driver: Any) -> Any:
    extras.require("psycopg")
    import psycopg
    from psycopg.rows import tuple_row

    cursor = driver.cursor(row_factory=tuple_row)
    for name in ("date", "timestamptz"):
        oid = psycopg.adapters.types[name].oid
        for form in (psycopg.pq.Format.TEXT, psycopg.pq.Format.BINARY):
            usual = psycopg.adapters.get_loader(oid, form)
            if usual is not None and driver.adapters.get_loader(oid, form) is not usual:
                cursor.adapters.register_loader(oid, usual)  # Django's, for one, takes every moment for its own zone's
    return cursor


def hold_session(theirs: Callers, cursor: Any) -> dict[str, str]:
    """Until the end of the transaction, read days, moments and strings as usual; what the settings were before."""
    changed = {
        name: found for name, (_, prefix) in _HELD.items() if not (found := theirs.setting(name)).startswith(prefix)
    }
    _set_local(cursor, {name: _HELD[name][0] for name in changed})
    return changed


def _set_local(cursor: Any, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        cursor.execute("SET LOCAL {} TO '{}'".format(name, value.replace("'", "''")))


def when_committed(session: CallerSession | None, call: Callable[[], None]) -> None:
    """
    Call a function once: now, where we have committed; when a Session of the caller commits, unless it is rolled back;
    never for a Connection, which does not say when it has committed.
    """
    if session is None:
        call()
    elif isinstance(session, PortalConnection):
        session.on_commit(call)
    elif isinstance(session, Session):
        _after_commit_of(session, call)


_WAITING = "gkflow.after_commit"  # in the info of a Session


class _Waiting(NamedTuple):
    """What is called after the commit, and the savepoints inside which it was asked for (提交后调用)."""

    call: Callable[[], None]
    savepoints: tuple[SessionTransaction, ...]


def _after_commit_of(session: Session, call: Callable[[], None]) -> None:
    """
    After the commit of a Session's outermost transaction. A savepoint that is released is no commit; one that is rolled
    back takes back only what was done inside it.
    """
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        event.listen(session, "after_commit", _committed)
        event.listen(session, "after_rollback", _rolled_back)
    inside, savepoints = session.get_nested_transaction(), []
    while inside is not None and inside.nested:
        savepoints.append(inside)
        inside = inside.parent
    session.info[_WAITING].append(_Waiting(call, tuple(savepoints)))


def _committed(session: Session) -> None:
    if not session.in_nested_transaction():
        waiting: list[_Waiting] = list(session.info[_WAITING])
        session.info[_WAITING].clear()
        for each in waiting:
            each.call()


def _rolled_back(session: Session) -> None:
    now = session.get_nested_transaction()
    waiting: list[_Waiting] = session.info[_WAITING]
    waiting[:] = [each for each in waiting if now is not None and now not in each.savepoints]
