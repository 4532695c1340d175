"""Which rows belong to a unit (单位的数据行), as conditions in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gkflow.store.dialect import Dialect

UNITS, ADMITTED = "gkflow.units", "gkflow.case"  # settings of a transaction in PostgreSQL
# Whose a case is, its docket line says: what belongs to it goes with it when it is handed over.
_OF_CASE = ("docket_revision", "entry", "clock", "escalation", "notice", "event", "recount_queue")
# The units of a transaction: in SQLite a table of the connection, in PostgreSQL a setting, which RLS reads as well.
_IN_SQLITE = "IN (SELECT unit FROM temp.gkflow_units)"
_IN_POSTGRES = f"= ANY(ARRAY(SELECT jsonb_array_elements_text(current_setting('{UNITS}')::jsonb)))"


def limited_tables() -> tuple[str, ...]:
    """The tables whose rows belong to a unit."""
    return ("docket", *_OF_CASE, "draft")


def of_units(dialect: Dialect, name: str) -> str:
    """The condition that a row of the table or alias *name* bears one of the transaction's units."""
    return f"{name}.unit {_IN_SQLITE if dialect.sqlite else _IN_POSTGRES}"


def seen(dialect: Dialect, table: str, name: str) -> str:
    """The condition that a row of a table, read as *name*, belongs to a case of the transaction's units."""
    own = of_units(dialect, name)
    if table == "docket":
        return own
    of_case = (
        f"EXISTS (SELECT 1 FROM {dialect.table('docket')} AS its_line "
        f'WHERE its_line."case" = {name}."case" AND {of_units(dialect, "its_line")})'
    )
    if table != "draft":
        return of_case
    its_case = f'SELECT 1 FROM {dialect.table("docket")} AS its_case WHERE its_case."case" = {name}."case"'
    return f"({of_case} OR ({own} AND NOT EXISTS ({its_case})))"  # its own unit, if it is to open a case


def limited_source(dialect: Dialect, table: str) -> str | None:
    """What a limited statement reads in place of a table; None if its rows belong to no unit."""
    if table not in limited_tables():
        return None
    return f"(SELECT * FROM {dialect.table(table)} AS all_rows WHERE {seen(dialect, table, 'all_rows')})"
