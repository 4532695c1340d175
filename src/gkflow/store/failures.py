"""Database errors as errors of gkflow (数据库错误): one line each, and no password in any of them."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterable

from sqlalchemy.exc import ArgumentError, InvalidRequestError, MissingGreenlet, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gkflow.domain.errors import GkflowError
from gkflow.domain.objections.database import (
    AsyncSessionHere,
    BadDatabaseUrl,
    Busy,
    DatabaseDamaged,
    DatabaseFailed,
    DatabaseLost,
    DatabaseReadonly,
    DatabaseUnopened,
    DatabaseUnreachable,
    DiskFull,
    NotADatabase,
    PoolExhausted,
    TransactionBroken,
)
from gkflow.domain.objections.units import RowsOfUnitsOnly

_NO_TABLE, _UNIQUE = "42P01", "23505"
# Row-level security reads the units of the transaction: there are none, or no longer.
_UNNAMED, _NO_UNITS = ("42704", "22P02"), re.compile(r"gkflow\.units|type json")
# PostgreSQL's codes by their beginnings, the first one decides.
_POSTGRES: tuple[tuple[tuple[str, ...], type[GkflowError]], ...] = (
    # Serialization failure, deadlock, lock not available, a statement or lock that timed out.
    (("40001", "40P01", "55P03", "57014"), Busy),
    (("25P02",), TransactionBroken),
    # A read-only transaction or server, a role without the right.
    (("25006", "42501"), DatabaseReadonly),
    (("53100",), DiskFull),
    # A wrong password or role, a missing database, no connection left on the server.
    (("28", "3D", "53300"), DatabaseUnreachable),
    # The connection itself; ended by an administrator, a crash or a time limit; the server accepts none now.
    (("08", "57P", "25P03"), DatabaseLost),
    # Resources, limits, an administrator, the system, the server itself.
    (("53", "54", "55", "57", "58", "XX"), DatabaseFailed),
)
_SQLALCHEMY: tuple[tuple[type[SQLAlchemyError], type[GkflowError]], ...] = (
    (PoolTimeout, PoolExhausted),
    (MissingGreenlet, AsyncSessionHere),
    # A session whose transaction has failed, a connection that is closed.
    (InvalidRequestError, TransactionBroken),
)
_CLOSED = re.compile(r"closed database|closed cursor", re.I)
_THREAD = re.compile(r"created in a thread", re.I)
_SQLITE: tuple[tuple[re.Pattern[str], type[GkflowError]], ...] = (
    (re.compile(r"locked|busy", re.I), Busy),
    (re.compile(r"readonly|read-only", re.I), DatabaseReadonly),
    (re.compile(r"disk is full", re.I), DiskFull),
    (re.compile(r"not a database|encrypted", re.I), NotADatabase),
    (re.compile(r"malformed|disk image", re.I), DatabaseDamaged),
    (re.compile(r"unable to open|disk i/o", re.I), DatabaseUnopened),
)
_UNREACHED = re.compile(r"connection failed|failed to resolve|connection timeout|could not translate", re.I)
_LONGEST = 300
# Kinds of sqlite3.DatabaseError that concern a statement, not the database.
_FAULTS_OF_OURS = (
    sqlite3.ProgrammingError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InternalError,
    sqlite3.NotSupportedError,
)


def original(error: BaseException) -> BaseException:
    """The driver's own error inside SQLAlchemy's."""
    inner = getattr(error, "orig", None)
    return inner if isinstance(inner, BaseException) else error


def is_lost(error: BaseException) -> bool:
    """Whether the connection is lost, so that a new one is needed."""
    return _kind(original(error)) in (DatabaseLost, DatabaseUnreachable)


def as_gkflow(error: BaseException, place: str, secrets: Iterable[str] = ()) -> GkflowError | None:
    """
    A driver's error as one of ours, or None if it is not about the state of the database (a bug of ours).

    A transaction aborted by the database is a Conflict: nothing was written, and the call may be repeated.
    """
    driver = original(error)
    kind = _kind(driver)
    if kind is None:
        return None
    return kind.of({"place": place, "file": place, "reason": one_line(driver, secrets)})


def one_line(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """A driver's message, in one line of bounded length, without the secrets of the address."""
    said = " ".join(str(error).split()) or type(error).__name__
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            said = said.replace(secret, "***")
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def lacks_tables(error: BaseException) -> bool:
    """Whether a statement named a table that the database does not have."""
    driver = original(error)
    return "no such table" in str(driver) or getattr(driver, "sqlstate", None) == _NO_TABLE


def is_taken(error: BaseException) -> bool:
    """Whether a unique key exists already: another writer was faster."""
    return isinstance(error, sqlite3.IntegrityError) or _state(error) == _UNIQUE


def _state(error: BaseException) -> str | None:
    """PostgreSQL's code of an error of psycopg or of asyncpg."""
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None


def _kind(error: BaseException) -> type[GkflowError] | None:
    if isinstance(error, sqlite3.Error):
        return _kind_in_sqlite(error)
    if isinstance(error, SQLAlchemyError):
        return next((kind for of, kind in _SQLALCHEMY if isinstance(error, of)), None)
    if not _is_postgres(error):
        return None
    state = _state(error)
    if state in _UNNAMED and _NO_UNITS.search(str(error)):
        return RowsOfUnitsOnly
    if state is None:
        # ConnectionTimeout is an OperationalError; other errors without a state are bugs of the caller.
        if not {each.__name__ for each in type(error).__mro__} & {"OperationalError", "InterfaceError"}:
            return None
        return DatabaseUnreachable if _UNREACHED.search(str(error)) else DatabaseLost
    return next((kind for begins, kind in _POSTGRES if state.startswith(begins)), None)


def _kind_in_sqlite(error: sqlite3.Error) -> type[GkflowError] | None:
    if _CLOSED.search(str(error)):
        return DatabaseLost
    if _THREAD.search(str(error)):
        return DatabaseFailed
    if isinstance(error, _FAULTS_OF_OURS):
        return None
    return next((kind for pattern, kind in _SQLITE if pattern.search(str(error))), None)


def _is_postgres(error: BaseException) -> bool:
    psycopg = sys.modules.get("psycopg")  # not imported without PostgreSQL
    if psycopg is not None and isinstance(error, psycopg.Error):
        return True
    return type(error).__module__ in ("sqlalchemy.dialects.postgresql.asyncpg", "asyncpg.exceptions")


def known_failure(error: BaseException) -> GkflowError | None:
    """The error of gkflow for a database failure outside of a transaction; None for other errors."""
    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return BadDatabaseUrl()
    driver = original(error)
    known = as_gkflow(error, "gkflow.db" if isinstance(driver, sqlite3.Error) else "PostgreSQL")
    if known is not None:
        return known
    # A bug of gkflow must stay visible.
    psycopg = sys.modules.get("psycopg")
    if isinstance(driver, sqlite3.Error):
        ours = (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.InternalError, sqlite3.NotSupportedError)
        return None if isinstance(driver, ours) else DatabaseFailed(reason=one_line(driver))
    if psycopg is None or not isinstance(driver, psycopg.Error) or isinstance(driver, psycopg.ProgrammingError):
        return None
    return DatabaseFailed(reason=one_line(driver))
