"""
The bare limits of this machine (极限), measured in the same run as what they bound.

A row of a benchmark says in its column "bound" what it cannot be faster than, and how many times that it takes:
a commit that reaches the disk, a round trip to the server, a call of Python, a process that starts, bytes that are
read or written.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any


def bound(kind: str, what: str, limit: float, ours: float) -> str:
    """
    One cell of the column: what bounds the row, how long that alone takes, and how many times that ours takes.

    >>> bound("fsync", "a bare commit", 0.0004, 0.001)
    'fsync: a bare commit 400 µs, ours 2.5 × that'
    """
    return f"{kind}: {what} {span(limit)}, ours {ours / limit:.1f} × that"


def span(seconds: float) -> str:
    """A span of time in the unit that reads best."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def timed(call: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def nothing(_: object, __: object) -> object:
    """The least that a question with two arguments costs."""
    return _


class Commits:
    """Bare commits on SQLite: one row of some hundred bytes in a transaction, in the write-ahead log."""

    def __init__(self, folder: Path, synchronous: str = "full") -> None:
        db = self.db = sqlite3.connect(folder / f"commits-{synchronous}.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous.upper()}"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")

    def commit(self) -> float:
        """Seconds of one commit, of ten in a row."""
        begin = time.perf_counter()
        for _ in range(10):
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("INSERT INTO row (text) VALUES (?)", ("x" * 200,))
            self.db.execute("COMMIT")
        return (time.perf_counter() - begin) / 10

    def close(self) -> None:
        self.db.close()


class Server:
    """Bare commits on PostgreSQL, by ``psycopg``."""

    COMMITS = 10

    def __init__(self, address: str) -> None:
        import psycopg

        self.db = psycopg.connect(address.replace("postgresql+psycopg", "postgresql"))
        self.db.execute("CREATE TABLE IF NOT EXISTS bare_commits (text TEXT NOT NULL)")
        self.db.commit()

    def commit(self) -> float:
        """Seconds of one commit of one row, of several: round trips, the last of which waits for the disk."""
        begin = time.perf_counter()
        for _ in range(self.COMMITS):
            self.db.execute("INSERT INTO bare_commits VALUES (%s)", ("x" * 200,))
            self.db.commit()
        return (time.perf_counter() - begin) / self.COMMITS

    def close(self) -> None:
        self.db.close()


def inserting(folder: Path, rows: int, width: int) -> float:
    """Seconds that SQLite needs for so many rows of so many characters in one commit, into a table without index."""
    path = folder / "inserting.db"
    db = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE row (text TEXT NOT NULL)"):
        db.execute(statement)
    values = [("x" * width,) for _ in range(rows)]

    def write() -> None:
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO row VALUES (?)", values)
        db.execute("COMMIT")

    took = timed(write)
    db.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    return took


def starting(code: str = "pass") -> float:
    """Seconds that a process of Python needs to start, do *code* and end."""
    return timed(lambda: subprocess.run([sys.executable, "-c", code], capture_output=True, check=True))


def reading(path: Path, sql: str, *parameters: Any) -> float:
    """Seconds that the driver alone needs to read what a query finds."""
    db = sqlite3.connect(path)
    try:
        return timed(lambda: sum(1 for _ in db.execute(sql, parameters)))
    finally:
        db.close()


def peak_memory() -> int:
    """
    Kilobytes that this process has occupied at most.

    Not ``ru_maxrss`` where it can be had otherwise: Linux hands that on from the process that started this one, and a
    benchmark that has grown large would be measured in place of what it started.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def occupied(much: float) -> str:
    """One cell of the column, for memory in kilobytes: what the libraries alone occupy, in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-c", "import gkflow.open_office, bounds; print(bounds.peak_memory())"],
        capture_output=True, check=True, text=True, cwd=Path(__file__).parent,
    )  # fmt: skip
    libraries = int(done.stdout)
    return f"memory: the libraries loaded {libraries / 1024:.0f} MB, ours {much / libraries:.1f} × that"


def middle(values: list[float]) -> float:
    """The median: what a machine that is disturbed now and then does not move."""
    return median(values)
