"""A copy of the database while it is in use (数据库在线备份), by SQLite's backup interface."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gkflow.domain.objections.database import DatabaseDamaged, NotADatabase
from gkflow.store.failures import as_gkflow


def copy_sqlite(source: Path, target: Path) -> None:
    """
    Copy the database as of one moment; concurrent writers are not blocked, and their writes are not in the copy.

    Raises Unfit if the copy is incomplete.
    """
    try:
        found = _copied(source, target)
    except sqlite3.DatabaseError as error:
        known = as_gkflow(error, str(source))
        if isinstance(known, (DatabaseDamaged, NotADatabase)):  # the copy is made of what was read
            raise known from error
        raise
    if found != ["ok"]:
        raise DatabaseDamaged(reason=found[0])


def _copied(source: Path, target: Path) -> list[str]:
    """Copy the database; return what SQLite finds wrong with the copy, or "ok"."""
    with closing(sqlite3.connect(source, timeout=30)) as there, closing(sqlite3.connect(target)) as copy:
        there.backup(copy, pages=-1)  # in one step: a stepwise copy would restart after every write
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log file
        return [str(row[0]) for row in copy.execute("PRAGMA quick_check(1)")]
