"""
Statements that others watch (可观测的语句): through SQLAlchemy, whose events bring them to listeners and OpenTelemetry.

Without a listener, statements run on the driver's own cursor, which costs less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

from gkflow.store.failures import original


def is_watched(connection: Engine | Connection) -> bool:
    """Whether somebody listens to the statements of an engine or a connection, or logs them (``echo``)."""
    heard: Any = connection.dispatch
    return bool(heard.before_cursor_execute or heard.after_cursor_execute or connection.engine.echo)


def cursor_on(engine: Engine, pooled: PoolProxiedConnection) -> Any:
    """A cursor on a connection of an engine's pool: the driver's, or one whose statements the listeners see."""
    if not is_watched(engine):
        return pooled.cursor()
    # We begin and commit ourselves: a listener to "begin" would begin a second transaction.
    return WatchedCursor(Connection(engine, pooled, _allow_autobegin=False))


def cursor_of(connection: Connection) -> Any:
    """The same on a connection of SQLAlchemy, within its transaction."""
    return WatchedCursor(connection) if is_watched(connection) else connection.connection.cursor()


class WatchedCursor:
    """A cursor whose statements pass through SQLAlchemy (经由 SQLAlchemy 的游标); its errors are the driver's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._result: Any = None

    def execute(self, text: str, values: Sequence[Any] | None = None) -> WatchedCursor:
        """Execute a statement, as the driver would."""
        if values is None:
            return self._run(text, None, {"no_parameters": True})  # else the driver would read % as a placeholder
        return self._run(text, tuple(values), {})

    def executemany(self, text: str, rows: Iterable[Sequence[Any]]) -> WatchedCursor:
        """Execute a statement for many rows."""
        return self._run(text, [tuple(row) for row in rows], {})

    def _run(self, text: str, values: Any, options: dict[str, Any]) -> WatchedCursor:
        try:
            self._result = self._connection.exec_driver_sql(text, values, options)
        except DBAPIError as error:
            raise original(error) from None
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that are left."""
        try:
            return [tuple(row) for row in self._result.fetchall()]
        except DBAPIError as error:
            raise original(error) from None

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """The next *size* rows."""
        try:
            return [tuple(row) for row in self._result.fetchmany(size)]
        except DBAPIError as error:
            raise original(error) from None

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        try:
            row = self._result.fetchone()
        except DBAPIError as error:
            raise original(error) from None
        return None if row is None else tuple(row)

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        return int(self._result.rowcount)

    @property
    def description(self) -> object | None:
        """The columns of the last statement's rows; None if it has none."""
        return self._result.keys() if self._result.returns_rows else None

    def close(self) -> None:
        """Nothing to close: a result is closed with its last row."""
