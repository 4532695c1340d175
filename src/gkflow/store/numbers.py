"""
The running numbers of cases (案件流水号): a counter for each series, as "GK-2026-" or "GK-CF-2026-".

In SQLite a number belongs to the transaction of its case: no number is lost. In PostgreSQL it is drawn in a
transaction of its own, as from a sequence: nobody waits for the end of a portal's transaction, and the number of a
case that was rolled back stays unused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Engine, PoolProxiedConnection, String, case, func, null, select
from sqlalchemy.sql import ColumnElement, Select

from gkflow.store.cursor import Cursor, Part
from gkflow.store.dialect import Dialect
from gkflow.store.failures import is_lost
from gkflow.store.statement import Statement, bind
from gkflow.store.tables import DOCKET, NUMBER_SERIES
from gkflow.store.watched import cursor_on

_T = TypeVar("_T")
_SERIES = NUMBER_SERIES.c
_FIGURES = range(4, 8)  # how long the numbers are that were given by hand or imported


def _highest(number: ColumnElement[str], prefix: ColumnElement[str], figures: int) -> Select[Any]:
    """The highest number on the docket with so many figures; one made by hand ("…-0007-补") does not count."""
    return (
        select(DOCKET.c.case)
        .where(
            number >= prefix + "0" * figures,
            number <= prefix + "9" * figures,
            func.length(DOCKET.c.case) == func.length(prefix) + figures,
            func.ltrim(func.substr(DOCKET.c.case, func.length(prefix) + 1), "0123456789") == "",
        )
        .order_by(number.desc())
        .limit(1)
    )


def _last(number: ColumnElement[str], schema: ColumnElement[Any]) -> Select[Any]:
    series = select(bind("prefix", type_=String()).label("prefix")).subquery("series")
    prefix = series.c.prefix
    counter = select(_SERIES.last).where(_SERIES.prefix == prefix).correlate(series).scalar_subquery()
    highest = [_highest(number, prefix, figures).correlate(series).scalar_subquery() for figures in _FIGURES]
    return select(schema, func.coalesce(counter, 0), *highest).select_from(series)


# Only in the order of bytes can an index find the end of a series.
_LAST_IN_SQLITE = Statement(_last(DOCKET.c.case, null()))
_LAST_IN_POSTGRES = Statement(_last(DOCKET.c.case.collate("C"), func.current_schema()))
_DRAW = Statement(
    lambda insert: (
        insert(NUMBER_SERIES)
        .values(prefix=bind("prefix"), last=bind("last") + 1)
        .on_conflict_do_update(
            index_elements=["prefix"],
            set_={"last": case((_SERIES.last > bind("last"), _SERIES.last), else_=bind("last")) + 1},
        )
        .returning(_SERIES.last)
    )
)
_SET_SCHEMA = Statement(select(func.set_config("search_path", func.quote_ident(bind("schema")), False)))
_OWN_TRANSACTION = (
    "SET default_transaction_read_only = off",
    # A number reaches the disk with the entry that bears it: whatever is committed later is written later.
    "SET synchronous_commit = off",
)


class NumberDesk:
    """The connections on which numbers are drawn in transactions of their own (取号连接)."""

    def __init__(self, engine: Engine) -> None:
        # Not from the portal's pool, which may be exhausted while its transactions wait for numbers. And more than one:
        # a thread that gets its answer may have to wait for its turn to run, and would keep the others waiting.
        self._engine, self._pool = engine, engine.pool.recreate()

    def draw(self, dialect: Dialect, prefix: str, last: int, schema: str) -> int:
        """The next number of a series, beyond *last*."""
        return int(self._alone(dialect, schema, lambda cursor: cursor.value(_DRAW, prefix=prefix, last=last)))

    def keep(self, dialect: Dialect, statement: Statement, values: Mapping[str, Any], schema: str) -> None:
        """Keep what a case needs from now on, for which another portal's transaction would have to wait."""
        self._alone(dialect, schema, lambda cursor: cursor.run(statement, **values))

    def _alone(self, dialect: Dialect, schema: str, work: Callable[[Cursor], _T]) -> _T:
        """Do something in a transaction of its own."""
        for again in (True, False):
            connection = self._pool.connect()
            try:
                cursor = Cursor(self._prepared(connection, dialect, schema), dialect, "")
                return work(cursor)
            except Exception as error:
                if connection.is_valid:
                    connection.invalidate()
                if not (again and is_lost(error)):
                    raise
            finally:
                connection.close()
        raise AssertionError("unreachable")

    def _prepared(self, connection: PoolProxiedConnection, dialect: Dialect, schema: str) -> Any:
        driver: Any = connection.dbapi_connection
        if "prepared" not in connection.info:
            connection.info["prepared"] = True
            driver.rollback()
            driver.autocommit = True
            with driver.cursor() as cursor:
                for statement in _OWN_TRANSACTION:
                    cursor.execute(statement)
        if not dialect.schema and connection.info.get("schema") != schema:
            Cursor(cursor_on(self._engine, connection), dialect, "").run(_SET_SCHEMA, schema=schema)
            connection.info["schema"] = schema
        return cursor_on(self._engine, connection)

    def close(self) -> None:
        """Close the connections."""
        self._pool.dispose()


class AwaitedDesk:
    """The same from within an AsyncSession (异步取号): a thread draws the number, and the loop goes on."""

    def __init__(self, desk: NumberDesk, driver: Any) -> None:
        self._desk, self._driver = desk, driver

    def draw(self, dialect: Dialect, prefix: str, last: int, schema: str) -> int:
        """The next number of a series, beyond *last*."""
        return int(self._aside(self._desk.draw, dialect, prefix, last, schema))

    def keep(self, dialect: Dialect, statement: Statement, values: Mapping[str, Any], schema: str) -> None:
        """Keep what a case needs from now on."""
        self._aside(self._desk.keep, dialect, statement, values, schema)

    def _aside(self, work: Callable[..., _T], dialect: Dialect, *given: Any) -> _T:
        plain = dialect.named(dialect.prefix, dialect.schema)  # its own connections are psycopg's
        done: _T = self._driver.run_async(lambda _: asyncio.to_thread(work, plain, *given))
        return done


class Numbers(Part):
    """The running numbers in one transaction (案件流水号)."""

    def __init__(self, shared: Cursor, desk: NumberDesk | AwaitedDesk | None) -> None:
        super().__init__(shared)
        self.dialect = self.dialect.limited_to_units(False)  # the numbers of all units are one series
        self._desk = desk
        self._seen: dict[str, tuple[str, int]] = {}

    def last(self, prefix: str) -> int:
        """The last number of a series, drawn, given by hand or imported; 0 if there is none."""
        return self._look(prefix)[1]

    def draw(self, prefix: str) -> int:
        """Draw the next number of a series; nobody else gets it."""
        schema, last = self._seen.pop(prefix) if prefix in self._seen else self._look(prefix)
        if self._desk is not None:
            return self._desk.draw(self.dialect, prefix, last, schema)
        return int(self.value(_DRAW, prefix=prefix, last=last))

    def _look(self, prefix: str) -> tuple[str, int]:
        [row] = self.raw(_LAST_IN_SQLITE if self.dialect.sqlite else _LAST_IN_POSTGRES, prefix=prefix)
        schema, counter, *highest = row
        last = max(int(counter), *(int(number[len(prefix) :]) for number in highest if number), 0)
        found = self._seen[prefix] = (str(schema or ""), last)
        return found
