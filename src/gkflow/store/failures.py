"""What a database may refuse (数据库故障), as an error of gkflow that says what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from gkflow.domain.errors import GkflowError, Unfit

# What SQLite says -> the code of our error.
_SAYINGS = (
    ("not a database", "not_a_database"),
    ("malformed", "database_damaged"),
    ("disk image", "database_damaged"),
    ("disk is full", "disk_full"),
    ("is locked", "database_busy"),
    ("is busy", "database_busy"),
    ("readonly", "database_readonly"),
    ("read-only", "database_readonly"),
    ("unable to open", "database_unopened"),
    ("disk i/o", "database_unopened"),
)


def known_failure(error: BaseException) -> GkflowError | None:
    """The error of gkflow that tells of a failure of the database; None for what is none (数据库故障)."""
    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return Unfit("bad_database_url")
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    said = " ".join(str(cause).split())
    if isinstance(cause, sqlite3.Error):
        low = said.lower()
        for words, code in _SAYINGS:
            if words in low:
                return Unfit(code, reason=said, file="gkflow.db")
        # A programming error of gkflow must stay visible as one.
        return None if isinstance(cause, (sqlite3.ProgrammingError, sqlite3.InterfaceError)) else _failed(said)
    if isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError):
        return None
    if cause is not None and type(cause).__module__.split(".")[0] == "psycopg":
        kind = type(cause).__name__
        if kind in ("ProgrammingError", "SyntaxError", "UndefinedColumn", "UndefinedTable"):
            return None
        return _failed(said)
    return None


def _failed(said: str) -> Unfit:
    return Unfit("database_failed", reason=said[:300])
