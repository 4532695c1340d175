"""A copy of the database while it is in use (数据库在线备份), by SQLite's backup interface."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gkflow.domain.objections.database import DatabaseDamaged


def copy_sqlite(source: Path, target: Path) -> None:
    """
    Copy the database as it stands at one moment; who writes meanwhile is not held up and is not in the copy.

    Raises Unfit where the copy is not whole.
    """
    with closing(sqlite3.connect(source, timeout=30)) as there, closing(sqlite3.connect(target)) as copy:
        there.backup(copy, pages=-1)  # in one step: a copy in several would begin anew with every write
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        found = [str(row[0]) for row in copy.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise DatabaseDamaged(reason=found[0])
