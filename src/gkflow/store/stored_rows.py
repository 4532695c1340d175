"""
Rows as they are stored (存储的行), in one form for both databases: SQLite's, days and moments as text.

A copy and its source are compared in it, and a table is hashed in it, in the order of its keys.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, Date, DateTime, Integer, SmallInteger, String, Table, func, select

from gkflow.domain.objections.copies import CopyValue
from gkflow.domain.sentences import Sentence, said
from gkflow.store.cursor import Cursor
from gkflow.store.dialect import TEXTS
from gkflow.store.statement import Statement, kind_of
from gkflow.store.tables import CALENDAR_EDITION, EDITION, HEARTBEAT, METADATA, RULES_EDITION

Row = tuple[Any, ...]  # of texts, numbers and None
COPY_MARK = "copy"  # the heartbeat that a copy leaves in its target; it belongs to the database, not to the office
PAGE = 2_000
# A row of these holds whole files.
_LARGE = {RULES_EDITION.name: 20, CALENDAR_EDITION.name: 20, EDITION.name: 50}
_streams = itertools.count(1)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Digest(NamedTuple):
    """What a table holds (数据表摘要): its number of rows, and the hash of all of them."""

    rows: int
    hash: str


class Digesting:
    """The digest of a table, while its rows pass (计算摘要)."""

    def __init__(self) -> None:
        self.rows, self._hash = 0, hashlib.sha256()

    def add(self, rows: Sequence[Row]) -> None:
        """Add the next rows, in the order of their keys."""
        self.rows += len(rows)
        self._hash.update("".join([f"{_encode(row)}\n" for row in rows]).encode())

    def digest(self) -> Digest:
        """The digest of all rows so far."""
        return Digest(self.rows, self._hash.hexdigest())


def digests_of(cursor: Cursor, place: str, on_rows: Callable[[int], None]) -> Mapping[str, Digest]:
    """The digest of every table."""
    found = {}
    for table in METADATA.sorted_tables:
        digesting = Digesting()
        for rows in pages(cursor, table, place):
            digesting.add(rows)
            on_rows(len(rows))
        found[table.name] = digesting.digest()
    return found


def count_of(cursor: Cursor) -> int:
    """The number of all rows."""
    return sum(int(cursor.value(_count(table))) for table in METADATA.sorted_tables)


def is_empty(cursor: Cursor) -> bool:
    """Whether no table has a row."""
    return not any(cursor.raw(_any(table)) for table in METADATA.sorted_tables)


def pages(cursor: Cursor, table: Table, place: str, for_postgres: bool = False) -> Iterator[list[Row]]:
    """
    The rows of a table in the order of their keys, by pages. Raises Unfit for a value that gkflow does not write, and
    with *for_postgres* for one that PostgreSQL cannot store.
    """
    form = _Form(table, cursor.dialect.sqlite, for_postgres)
    after: Row = ()
    size = _LARGE.get(table.name, PAGE)
    try:
        for raw in _raw_pages(cursor, _ordered(table, cursor.dialect.sqlite), size):
            try:
                rows = list(map(form.plain, raw))
            except _Odd:
                raise form.objection(raw, place) from None
            after = key_of(table, rows[-1])
            yield rows
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        reason = said("a text is not UTF-8")
        raise CopyValue(place=place, table=table.name, row=f"> {named(after)}", column="?", reason=reason) from error


def key_of(table: Table, row: Row) -> Row:
    """The key of a row; keys sort as they do in the database."""
    return tuple([value for column, value in zip(table.c, row, strict=True) if column.primary_key])


def named(key: Row) -> str:
    """A key for people to read."""
    return "/".join(map(str, key))


def typed(table: Table, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with days and moments in their types, as PostgreSQL's driver takes them."""
    days = [at for at, column in enumerate(table.c) if isinstance(kind_of(column), Date)]
    moments = [at for at, column in enumerate(table.c) if isinstance(kind_of(column), DateTime)]
    for row in rows:
        values = list(row)
        for at in days:
            values[at] = values[at] and _day(values[at])
        for at in moments:
            values[at] = values[at] and _moment(values[at])
        yield tuple(values)


# -- reading ---------------------------------------------------------------------------------------------------------


def _raw_pages(cursor: Cursor, statement: Statement, size: int) -> Iterator[Sequence[Sequence[Any]]]:
    text, driver = statement.on(cursor.dialect, {}).text, cursor.cursor
    if cursor.dialect.sqlite:
        driver.execute(text)
        while rows := driver.fetchmany(size):
            yield rows
        return
    stream = f"gkflow_rows_{next(_streams)}"
    cursor.verbatim(f"DECLARE {stream} NO SCROLL CURSOR FOR {text}")  # else the driver would take in all rows at once
    while found := cursor.verbatim(f"FETCH FORWARD {size} FROM {stream}"):
        yield found
    cursor.verbatim(f"CLOSE {stream}")


@cache
def _ordered(table: Table, is_sqlite: bool) -> Statement:
    """In the order of bytes, which both databases have."""
    keys = [
        column if is_sqlite or not isinstance(kind_of(column), String) else column.collate("C")
        for column in table.primary_key.columns
    ]
    return Statement(_of_office(table, select(*table.c)).order_by(*keys))


@cache
def _count(table: Table) -> Statement:
    return Statement(_of_office(table, select(func.count()).select_from(table)))


@cache
def _any(table: Table) -> Statement:
    return Statement(_of_office(table, select(*table.primary_key.columns)).limit(1))


def _of_office(table: Table, found: Any) -> Any:
    return found.where(HEARTBEAT.c.name != COPY_MARK) if table is HEARTBEAT else found


# -- values ----------------------------------------------------------------------------------------------------------


class _Odd(Exception):
    """A value that cannot be copied."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__()
        self.reason = reason


class _Form:
    """The rows of a table in the common form (统一形式)."""

    def __init__(self, table: Table, from_sqlite: bool, for_postgres: bool) -> None:
        self._table = table
        self._checks = [_check(column, from_sqlite, for_postgres) for column in table.c]
        always = (Date, DateTime, Integer, String) if for_postgres else (Date, DateTime)
        self._by_value = [
            (at, self._checks[at]) for at, column in enumerate(table.c) if isinstance(kind_of(column), always)
        ]
        self._known: set[tuple[type, ...]] = set()  # types of rows of which the other values need no look

    def plain(self, values: Sequence[Any]) -> Row:
        """A row in the common form. It raises _Odd."""
        types = tuple(map(type, values))
        if types not in self._known:
            row = tuple([check(value) for check, value in zip(self._checks, values, strict=True)])
            self._known.add(types)
            return row
        found = list(values)
        for at, check in self._by_value:
            found[at] = check(found[at])
        return tuple(found)

    def objection(self, rows: Sequence[Sequence[Any]], place: str) -> CopyValue:
        """The objection to the first value that cannot be copied."""
        for values in rows:
            for column, check, value in zip(self._table.c, self._checks, values, strict=True):
                try:
                    check(value)
                except _Odd as odd:
                    key = named(key_of(self._table, tuple(values)))
                    return CopyValue(
                        place=place, table=self._table.name, row=key, column=column.name, reason=odd.reason
                    )
        raise AssertionError("unreachable")


@cache
def _check(column: Column[Any], from_sqlite: bool, for_postgres: bool) -> Callable[[Any], Any]:
    """The function that turns a stored value into the common form. It raises _Odd."""
    kind = kind_of(column)
    if isinstance(kind, (Date, DateTime)):
        is_day = isinstance(kind, Date)
        if from_sqlite:
            check: Callable[[Any], Any] = _day_text if is_day else _moment_text
        else:
            check = TEXTS[date if is_day else datetime]
    elif isinstance(kind, Integer):
        most = 2 ** (15 if isinstance(kind, SmallInteger) else 31) if for_postgres else 2**63
        check = _number(most)
    else:
        assert isinstance(kind, String)
        check = _text_for_postgres if for_postgres else _text

    def checked(value: Any) -> Any:
        if value is None:
            if column.nullable:
                return None
            raise _Odd(said("a value is missing"))
        return check(value)

    return checked


def _text(value: Any) -> Any:
    if value.__class__ is not str:
        raise _Odd(said("not a text"))
    return value


def _text_for_postgres(value: Any) -> Any:
    if value.__class__ is not str:
        raise _Odd(said("not a text"))
    if "\0" in value:
        raise _Odd(said("the text has a NUL character, which PostgreSQL cannot store"))
    return value


def _number(most: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value.__class__ is not int:
            raise _Odd(said("not a whole number"))
        if not -most <= value < most:
            raise _Odd(said("the number is too large for PostgreSQL"))
        return value

    return check


def _day_text(value: Any) -> Any:
    try:
        if value.__class__ is str and _day(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise _Odd(said("not a day in the form in which gkflow writes it"))


def _moment_text(value: Any) -> Any:
    try:
        if value.__class__ is str and TEXTS[datetime](_moment(value)) == value:
            return value
    except ValueError:
        pass
    raise _Odd(said("not a moment in the form in which gkflow writes it"))


@lru_cache(maxsize=50_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=4_096)
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
