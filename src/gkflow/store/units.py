"""
Rows by unit (按单位限定): an office limited to some units reads the rows of their cases, in every statement.

The limit is put where the compiler writes the name of a table, so that no statement can be forgotten. In PostgreSQL
the same limit may stand as row-level security as well, for the role of a portal (``grants(…, by_unit=True)``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Text, delete, func, insert, select
from sqlalchemy.schema import MetaData, Table

from gkflow.store.statement import Statement, bind
from gkflow.store.unit_rows import ADMITTED, UNITS, limited_tables, of_units, seen

if TYPE_CHECKING:
    from gkflow.store.cursor import Cursor
    from gkflow.store.dialect import Dialect

_SETTING = Statement(select(func.set_config(bind("name", type_=Text()), bind("value", type_=Text()), True)))
_CHOSEN = Table("gkflow_units", MetaData(), Column("unit", Text), schema="temp")
_CLEAR, _CHOOSE = Statement(delete(_CHOSEN)), Statement(insert(_CHOSEN).values(unit=bind("unit")))
_IN_USE = Statement(select(_CHOSEN.c.unit))
_GET_SETTING = Statement(select(func.current_setting(bind("name", type_=Text()), True)))
_CREATE = "CREATE TEMP TABLE IF NOT EXISTS gkflow_units (unit TEXT PRIMARY KEY) WITHOUT ROWID"
_NOBODY = ""  # a setting of a transaction that has ended


def limit(cursor: Cursor, units: Sequence[str]) -> None:
    """Limit what this transaction reads to the cases of some units."""
    if cursor.dialect.sqlite:
        cursor.verbatim(_CREATE)
        cursor.run(_CLEAR)
        cursor.run_many(_CHOOSE, [{"unit": unit} for unit in units])
    else:
        cursor.value(_SETTING, name=UNITS, value=json.dumps(list(units), ensure_ascii=False))


def admit(cursor: Cursor, case: str) -> None:
    """
    Let this transaction go on with a case that it has read or opened, when the case is handed to a unit that it does
    not see: row-level security would refuse the line that nobody can see any more.
    """
    if cursor.dialect.limited and not cursor.dialect.sqlite:
        cursor.value(_SETTING, name=ADMITTED, value=case)


@contextmanager
def limited_call(cursor: Cursor, driver: Any, units: Sequence[str]) -> Iterator[None]:
    """
    Limit a call in a caller's transaction, which goes on: whether the call fails or not, what held before it holds
    again, because the call may have been made inside another one (``show``, a hook).
    """
    if cursor.dialect.sqlite:
        with _no_transaction_begun(driver):
            cursor.verbatim(_CREATE)
            before = [str(unit) for unit in cursor.column(_IN_USE)]
            limit(cursor, units)
        try:
            yield
        finally:
            if before and before != sorted(units):
                with suppress(Exception), _no_transaction_begun(driver):
                    limit(cursor, before)
        return
    held = {name: cursor.value(_GET_SETTING, name=name) or _NOBODY for name in (UNITS, ADMITTED)}
    limit(cursor, units)
    try:
        yield
    finally:
        with suppress(Exception):  # in a transaction that has failed; the settings end with it
            for name, value in held.items():
                cursor.value(_SETTING, name=name, value=value)


@contextmanager
def _no_transaction_begun(driver: Any) -> Iterator[None]:
    """Python's driver begins a transaction to write the units: a caller who only reads would be left inside it."""
    idle = not driver.in_transaction
    yield
    if idle and driver.in_transaction:
        driver.commit()


def wall(role: str, dialect: Dialect) -> Iterator[str]:
    """
    The statements that keep a role to the rows of the units that its transactions name (行级安全). Other roles go on as
    before; without the name of a unit the role is refused every row with an error, not shown an empty office.
    """
    for name in limited_tables():
        table = dialect.table(name)
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS gkflow_everybody ON {table}"
        yield f"CREATE POLICY gkflow_everybody ON {table} USING (true) WITH CHECK (true)"
        rows = f"({seen(dialect, name, table)} OR {table}.\"case\" = current_setting('{ADMITTED}', true))"
        for verb in ("SELECT", "UPDATE", "DELETE"):
            check = " WITH CHECK (true)" if verb == "UPDATE" else ""
            yield _policy(table, role, verb, f"USING ({rows}){check}")
        if name == "docket":
            yield _policy(table, role, "INSERT", f"WITH CHECK ({of_units(dialect, table)})")


def _policy(table: str, role: str, verb: str, rows: str) -> str:
    name = f"gkflow_{verb.lower()}_{role}"
    return (
        f"DROP POLICY IF EXISTS {name} ON {table};\n"
        f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {verb} TO {role} {rows}"
    )
