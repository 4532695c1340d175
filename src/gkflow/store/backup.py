"""A copy of the database while it is in use (数据库在线备份), by SQLite's backup interface."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gkflow.domain.objections.database import DatabaseDamaged


def copy_sqlite(source: Path, target: Path) -> None:
    """
    Copy the database as of one moment; concurrent writers are not blocked, and their writes are not in the copy.

    Raises Unfit if the copy is incomplete.
    """
    with closing(sqlite3.connect(source, timeout=30)) as there, closing(sqlite3.connect(target)) as copy:
        there.backup(copy, pages=-1)  # in one step: a stepwise copy would restart after every write
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log file
        found = [str(row[0]) for row in copy.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise DatabaseDamaged(reason=found[0])
