"""
A copy of an office in another database (数据库副本): table by table, in one transaction of the target.

Nothing of it exists before all of it does and equals its source: an interrupted copy leaves the target as it was. The
heartbeat ``copy`` keeps the hash of what was copied, by which a copy that nobody has worked in is recognised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, Table, insert, select

from gkflow.domain.objections.copies import CopyDiffers, CopyIsLater, CopyOfAnother, CopyTargetTaken, CopyTargetUsed
from gkflow.domain.objections.database import SchemaVersion
from gkflow.store.cursor import Cursor
from gkflow.store.dialect import Dialect
from gkflow.store.guards import drop_guards, guard_statements
from gkflow.store.heartbeats import Heartbeats
from gkflow.store.locks import migrating_lock, office_lock
from gkflow.store.migrate import SCHEMA, bring_up, version_of
from gkflow.store.statement import Statement, bind, inserted
from gkflow.store.stored_rows import (
    COPY_MARK,
    Digest,
    Digesting,
    Row,
    count_of,
    digests_of,
    is_empty,
    key_of,
    named,
    pages,
    typed,
)
from gkflow.store.tables import CALENDAR_EDITION, EDITION, GUARDED, HEARTBEAT, METADATA, SWEEP
from gkflow.store.watched import cursor_of

OnRows = Callable[[int, int], None]  # how many of how many rows have been read
# What is only ever added to: an earlier copy has a part of it, and nothing else.
_RECORD = (*GUARDED, SWEEP.name, CALENDAR_EDITION.name, EDITION.name)
# What an office begins with, to the microsecond.
_FIRST = Statement(
    select(CALENDAR_EDITION.c.edition, CALENDAR_EDITION.c.adopted_at).order_by(CALENDAR_EDITION.c.id).limit(1)
)
_MARK = Statement(select(HEARTBEAT.c.words).where(HEARTBEAT.c.name == bind("name")))
_HASH = SWEEP.c.keys().index("hash")


class TablesCopied(NamedTuple):
    """What was copied (复制结果): the digest of each table; not *changed* where the target had all of it before."""

    changed: bool
    tables: Mapping[str, Digest]

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(each.rows for each in self.tables.values())

    @property
    def hash(self) -> str:
        """One hash of all tables."""
        return hash_of(self.tables)


def hash_of(tables: Mapping[str, Digest]) -> str:
    """One hash of all tables."""
    lines = [f"{name} {each.rows} {each.hash}\n" for name, each in sorted(tables.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class Copying:
    """
    One copy (复制): from *source*, a reading transaction that sees one moment, into the transaction of *connection*.
    *places* are the addresses of both, for messages.
    """

    def __init__(
        self, source: Cursor, connection: Connection, names: Dialect, places: tuple[str, str], on_rows: OnRows
    ) -> None:
        self.source, self.connection = source, connection
        self.target = Cursor(cursor_of(connection), names, source.algorithm)
        self.source_place, self.target_place = places
        self._on_rows, self._read, self._all = on_rows, 0, 2 * count_of(source)

    def run(self, now: datetime) -> TablesCopied:
        """Copy all tables, and compare them with their source. Raises Unfit; the caller rolls back."""
        if not self.target.dialect.sqlite:
            self.target.verbatim(migrating_lock(self.target.dialect))
        found = version_of(self.target)
        if found is None:
            bring_up(self.connection, self.target.dialect)
            again = False
        elif found != SCHEMA:
            mend = "gkflow init" if found < SCHEMA else "pip install -U gkflow"
            raise SchemaVersion(found=found, wanted=SCHEMA, mend=mend)
        else:
            if not self.target.dialect.sqlite:
                self.target.verbatim(office_lock(self.target.dialect, alone=True))
            known = self._known_copy()
            if known is not None and known == self._digests(self.source, self.source_place):
                return TablesCopied(False, known)
            again = known is not None
            if again:
                self._require_part()
                self._clear()
        tables = {table.name: self._copy(table) for table in METADATA.sorted_tables}
        self._count_on()
        if again:
            self._run_all(guard_statements(self.target.dialect))
        self._compare(tables)
        Heartbeats(self.target).record(COPY_MARK, now, hash_of(tables))
        return TablesCopied(True, tables)

    # -- what the target holds already -------------------------------------------------------------------------------

    def _known_copy(self) -> Mapping[str, Digest] | None:
        """The digests of an earlier copy that nobody has worked in; None for empty tables. Raises Unfit."""
        mark = self.target.value(_MARK, name=COPY_MARK)
        if mark is None:
            if not is_empty(self.target):
                raise CopyTargetTaken(place=self.target_place)
            return None
        found = digests_of(self.target, self.target_place, lambda rows: None)
        if hash_of(found) != mark:
            raise CopyTargetUsed(place=self.target_place)
        return found

    def _require_part(self) -> None:
        """The record in the target must be a part of that in the source. Raises Unfit."""
        for table in METADATA.sorted_tables:
            if table.name not in _RECORD:
                continue
            theirs = chain.from_iterable(pages(self.target, table, self.target_place))
            ours = chain.from_iterable(pages(self.source, table, self.source_place))
            strange = _first_strange(table, theirs, ours)
            if strange is not None:
                what = f"{table.name} {named(key_of(table, strange))}"
                same = self.source.row(_FIRST) == self.target.row(_FIRST)
                raise (CopyIsLater if same else CopyOfAnother)(place=self.target_place, what=what)

    def _clear(self) -> None:
        """Begin an earlier copy again; rights given on its tables stay."""
        names = self.target.dialect
        self._run_all(drop_guards(names))
        tables = [names.table(table.name) for table in reversed(METADATA.sorted_tables)]
        if names.sqlite:
            self._run_all(f"DELETE FROM {table}" for table in tables)
        else:
            self.target.verbatim(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")

    # -- copying -----------------------------------------------------------------------------------------------------

    def _copy(self, table: Table) -> Digest:
        digesting = Digesting()
        for rows in pages(self.source, table, self.source_place, not self.target.dialect.sqlite):
            self._put(table, rows)
            digesting.add(rows)
            self._passed(len(rows))
        return digesting.digest()

    def _put(self, table: Table, rows: list[Row]) -> None:
        driver, names = self.target.cursor, self.target.dialect
        if names.sqlite:
            driver.executemany(_insert(table).on(names, {}).text, rows)
        elif hasattr(driver, "copy"):
            columns = ", ".join(f'"{column.name}"' for column in table.c)
            with driver.copy(f"COPY {names.table(table.name)} ({columns}) FROM STDIN") as stream:
                for row in typed(table, rows):
                    stream.write_row(row)
        else:  # another driver than psycopg, or statements that somebody listens to
            driver.executemany(_insert(table).on(names, {}).text, list(typed(table, rows)))

    def _count_on(self) -> None:
        """Set the counters of PostgreSQL behind the numbers copied; SQLite goes on after the largest."""
        names = self.target.dialect
        for table in METADATA.sorted_tables:
            column = table.autoincrement_column
            if column is not None and not names.sqlite:
                real = names.table(table.name)
                self.target.verbatim(
                    f"SELECT setval(pg_get_serial_sequence('{real}', '{column.name}'), max({column.name}))"
                    f" FROM {real} HAVING max({column.name}) > 0"
                )

    def _compare(self, tables: Mapping[str, Digest]) -> None:
        stored = self._digests(self.target, self.target_place)
        different = [name for name, digest in tables.items() if stored[name] != digest]
        if different:
            raise CopyDiffers(tables=different)

    def _digests(self, cursor: Cursor, place: str) -> Mapping[str, Digest]:
        return digests_of(cursor, place, self._passed)

    def _passed(self, rows: int) -> None:
        self._read += rows
        self._on_rows(self._read, max(self._all, self._read))

    def _run_all(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.target.verbatim(statement)


def _insert(table: Table) -> Statement:
    return Statement(insert(table).values(inserted(table, table.c)))


def _first_strange(table: Table, theirs: Iterator[Row], ours: Iterator[Row]) -> Row | None:
    """The first row of *theirs*, both in the order of their keys, that is not among *ours*."""
    our = next(ours, None)
    for row in theirs:
        if table is SWEEP and row[_HASH] is None:
            continue  # not done yet, when it was copied
        key = key_of(table, row)
        while our is not None and key_of(table, our) < key:
            our = next(ours, None)
        if our != row:
            return row
    return None
