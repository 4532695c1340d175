"""Files of SQLite (SQLite 数据库文件): the file of an address, and what is refused before one is opened."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gkflow.domain.objections.database import DatabaseMissing, NotADatabase

_MAGIC = b"SQLite format 3\0"  # how every SQLite file begins


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite address; None for another database, one in memory, and an invalid address."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # also an invalid port
        return None
    inside = not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:")
    return None if parsed.get_backend_name() != "sqlite" or inside else Path(str(parsed.database))


def require_database(url: str, settings_file: Path | None) -> None:
    """
    Refuse an address whose SQLite file is missing, empty or not a database, before SQLite creates one (Unfit). With
    *settings_file* an office was set up earlier: its record is missing, and an empty one must not replace it.
    """
    path = sqlite_file(url)
    if path is None:
        return
    if path.is_dir():
        raise NotADatabase(file=str(path))
    try:
        begins = path.open("rb").read(len(_MAGIC))
    except FileNotFoundError:
        begins = b""
    if begins and begins != _MAGIC:
        raise NotADatabase(file=str(path))
    if not begins and settings_file is not None:
        raise DatabaseMissing(place=str(path), settings=str(settings_file))


def make_private(file: Path) -> None:
    """Create the file, readable by its owner alone, if it is not there."""
    with suppress(FileExistsError):
        file.touch(mode=0o600, exist_ok=False)
