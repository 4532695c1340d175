"""The plans of pages and counts: each is a search by index, on both databases, whatever the filter and the order."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

import pytest

from gkflow.application.case_lines import CaseQuery
from gkflow.application.pages import filter_of
from gkflow.application.ports import COUNTS_BY, ORDERS
from gkflow.office import Office
from gkflow.store import lists, outbox, pages
from gkflow.store.cursor import Cursor
from gkflow.store.dialect import dialect_of
from gkflow.store.statement import Statement
from gkflow.store.units import limit
from store.offices import Place, at

DAY = date(2026, 6, 15)
TABLES = ("docket", "docket_revision", "clock")
QUERIES = [
    CaseQuery(), CaseQuery(overdue=True), CaseQuery(due_within=5), CaseQuery(unit="GK"), CaseQuery(officer="张三"),
    CaseQuery(officer="张三", overdue=True), CaseQuery(unit="GK", workflow="request", due_within=3),
]  # fmt: skip


def scans(place: Place, statement: Statement, values: dict[str, object], units: tuple[str, ...] = ()) -> list[str]:
    """The steps of the plan that read a large table from end to end, in an office limited to some units as well."""
    is_sqlite = place.kind == "sqlite"
    dialect = dialect_of(is_sqlite, "gk_").limited_to_units(bool(units))
    compiled = statement.on(dialect, values)
    with place.engine() as engine, engine.connect() as connection:
        cursor = connection.connection.cursor()
        if units:
            limit(Cursor(cursor, dialect, ""), units)
        if is_sqlite:
            cursor.execute(f"EXPLAIN QUERY PLAN {compiled.text}", tuple(compiled.bound(values)))
            steps = [str(row[3]) for row in cursor.fetchall()]
            return [step for step in steps if re.match(rf"SCAN (gk_)?({'|'.join(TABLES)}|all_rows)\b", step)]
        # On a small table a scan is cheaper than any index: without it the plan shows whether an index serves at all.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {compiled.text}", tuple(compiled.bound(values)))
        return [row[0] for row in cursor.fetchall() if "Seq Scan" in row[0]]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_page_of_open_cases_is_searched_by_index(place: Place, office: Office, query: CaseQuery) -> None:
    chosen = filter_of(office.rules, DAY, query)
    values = {**pages._values(chosen), "limit": 50}
    place_of_row = {"after_last_day": chosen.day, "after_received": chosen.day, "after_case": "C1"}
    for order, after in product(ORDERS, (False, True)):
        statement = pages._page(pages._shape(chosen), order, after)
        assert scans(place, statement, values | (place_of_row if after else {})) == [], (order, after)


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_counts_of_open_cases_are_searched_by_index(place: Place, office: Office, query: CaseQuery) -> None:
    for by in (None, *COUNTS_BY):
        chosen = filter_of(office.rules, DAY, query, by)
        shape = pages._shape(chosen)._replace(lights=len(chosen.colours) if by == "light" else 0)
        assert scans(place, pages._count(shape, by), pages._values(chosen, by)) == [], by


def test_what_a_page_reads_besides_is_searched_by_index(place: Place) -> None:
    with place.open():
        assert scans(place, pages._UNDRAWN, {}) == []
        assert scans(place, lists._IS_UNIT, {"name": "GK"}) == []
        assert scans(place, lists._IS_OFFICER, {"name": "张三"}) == []
        assert scans(place, pages._CLOCKS, {"cases": ["A", "B"], "day": DAY}) == []


def test_notices_are_claimed_in_the_order_of_an_index(place: Place) -> None:
    """Many wait for one moment: sorted for every batch, they would cost the square of their number."""
    values = {
        "now": at("2026-06-15"), "until": at("2026-06-16"), "batch": 100, "channels": ["file"], "urgent_channels": [],
    }  # fmt: skip
    with place.open(), place.engine() as engine, engine.connect() as connection:
        dialect = dialect_of(place.kind == "sqlite", "gk_")
        compiled = outbox._CLAIM.on(dialect, values)
        cursor = connection.connection.cursor()
        if place.kind == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {compiled.text}", tuple(compiled.bound(values)))
            steps = [str(row[3]) for row in cursor.fetchall()]
            assert not [step for step in steps if "TEMP B-TREE" in step]
            assert [step for step in steps if "notice_waiting" in step]
            return
        # On an empty table anything is cheap: without them the plan shows whether the index has the order.
        for name in ("seqscan", "sort", "incremental_sort", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{name} = off")
        cursor.execute(f"EXPLAIN {compiled.text}", tuple(compiled.bound(values)))
        steps = [row[0] for row in cursor.fetchall()]
        assert not [step for step in steps if "Sort" in step]
        assert [step for step in steps if "notice_waiting" in step]
