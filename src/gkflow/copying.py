"""
Moving an office to another database (迁移到另一数据库), from SQLite to PostgreSQL or between any two.

All of it is copied in one transaction of the target, compared with the source, and its chains are verified before it is
committed.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from errno import ENOENT
from typing import TYPE_CHECKING, NamedTuple

from gkflow.application.verify import verify
from gkflow.bootstrap import database_of
from gkflow.domain.objections.copies import CopyHere, CopySourceEmpty
from gkflow.domain.objections.installation import Unreadable
from gkflow.files.home import FILE_NAME
from gkflow.store.copies import Copying, OnRows, TablesCopied
from gkflow.store.sqlite_files import require_database, sqlite_file

if TYPE_CHECKING:
    from gkflow.application.verify import Breach, Verified
    from gkflow.files.settings import Settings
    from gkflow.store.database import Database

# Of the key, not of the record: the settings may be those of another office, and the copy has the same hashes.
_OF_THE_KEY = ("seal_key_missing", "seal_unkeyed")


class Tables(NamedTuple):
    """Where an office is (数据库及表名): address, prefix and schema; an empty address is that of the settings."""

    url: str = ""
    prefix: str | None = None
    schema: str = ""


class Copied(NamedTuple):
    """
    The result of a copy (迁移结果). *changed* is false where the target had everything before; with breaches nothing
    was written.
    """

    place: str
    changed: bool
    cases: int
    sweeps: int
    entries: int
    rows: int
    hash: str
    breaches: tuple[Breach, ...]


def copy_office(
    settings: Settings, source: Tables, target: Tables, now: datetime, on_rows: OnRows = lambda read, of: None
) -> Copied:
    """
    Copy the office in *source* to *target* (迁移), whole or not at all. Done again, it changes nothing, or brings a
    copy that nobody has worked in up to date. *on_rows* is called with the rows read so far, and of how many.

    The source is read as of one moment and may be in use: what is written to it afterwards is not in the copy. Raises
    Unfit, also for a target that holds anything else.
    """
    file = sqlite_file(target.url)
    if file is not None and not file.parent.is_dir():
        raise Unreadable(file=str(file.parent), reason=os.strerror(ENOENT))
    there = _source_of(settings, source)
    try:
        here = database_of(_with(settings, target))
        try:
            if _are_the_same(there, here):
                raise CopyHere(place=here.place)
            return _copy(there, here, now, settings.seal.key, on_rows)
        finally:
            here.close()
    finally:
        there.close()


class _Broken(Exception):
    """The record is broken, so that nothing is committed."""

    def __init__(self, verified: Verified) -> None:
        super().__init__()
        self.verified = verified


def _copy(there: Database, here: Database, now: datetime, key: str, on_rows: OnRows) -> Copied:
    try:
        with there.reading() as ledger, here.making() as connection:
            places = (there.place, here.place)
            done = Copying(ledger.cursor, connection, here.dialect, places, on_rows).run(now)
            found = verify(here.within(connection), key=key)
            found = found._replace(breaches=tuple(each for each in found.breaches if each.code not in _OF_THE_KEY))
            if found.breaches:
                raise _Broken(found)
        return _copied(here, found, done)
    except _Broken as broken:
        return _copied(here, broken.verified, None)


def _copied(here: Database, verified: Verified, done: TablesCopied | None) -> Copied:
    entries = done.tables["entry"].rows if done is not None else 0
    rows, digest = (done.rows, done.hash) if done is not None else (0, "")
    changed = done is not None and done.changed
    return Copied(here.place, changed, verified.cases, verified.sweeps, entries, rows, digest, verified.breaches)


def _source_of(settings: Settings, source: Tables) -> Database:
    """The database that is copied; it must exist and have the present schema. Raises Unfit."""
    file = settings.home / FILE_NAME
    chosen = settings
    if source != Tables():
        chosen = _with(settings, source._replace(url=source.url or settings.database.url))
    require_database(chosen.database.url, file if file.is_file() and not source.url else None)
    found = database_of(chosen)
    try:
        if found.schema() is None:
            raise CopySourceEmpty(place=found.place)
        found.require_schema()
    except BaseException:
        found.close()
        raise
    return found


def _with(settings: Settings, tables: Tables) -> Settings:
    chosen = replace(settings.database, url=tables.url, prefix=tables.prefix, schema=tables.schema)
    return replace(settings, database=chosen)


def _are_the_same(there: Database, here: Database) -> bool:
    one, other = (sqlite_file(each.engine.url) for each in (there, here))
    if one is not None and other is not None:
        same = one.absolute().resolve() == other.absolute().resolve()
    else:
        same = there.engine.url == here.engine.url
    names = there.dialect, here.dialect
    return same and names[0] is names[1]
