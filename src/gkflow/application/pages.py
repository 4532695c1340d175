"""
Pages and counts of the list of cases (台账分页与统计): filter, order and place are searched by the database.

A page costs its rows, not the cases on record. The rows are read from the docket; the clocks of a page are read for
its cases alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import NamedTuple

from gkflow.application.case_lines import CaseLine, CaseQuery, case_line, known_names
from gkflow.application.clock_lists import lines_by_clock, matching
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import (
    COUNTS_BY,
    FOREVER,
    ORDERS,
    Bounds,
    CaseFilter,
    CountBy,
    DocketLine,
    Ledger,
    Order,
    PageRow,
    Place,
)
from gkflow.domain.as_dict import AsDict
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.objections.cases import CachesBehind, NoRows, NotCounted, OtherDay, WrongCursor, WrongOrder
from gkflow.domain.urgency import soon

_WIDTHS: Mapping[Order, int] = {"last_day": 0, "received": 1, "number": 2}  # where its part of a place begins


@dataclass(frozen=True, slots=True)
class Page(AsDict):
    """A page of the list of cases (台账一页)."""

    rows: tuple[CaseLine, ...]
    next: str | None = None
    """The cursor of the next page; None on the last one."""
    total: int | None = None
    """How many cases the whole list has, if that was asked."""
    day: date | None = None


class Part(NamedTuple):
    """Which part of a list is wanted (所取部分): its order, the cursor before it, how many rows (None: all)."""

    order: str = "last_day"
    after: str = ""
    limit: int | None = 50
    total: bool = False
    of_day: bool = False  # the day was asked for, and not just today


_WHOLE = Part(limit=None)


def page_cases(ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery, part: Part = _WHOLE) -> Page:
    """
    The cases of a query in an order (台账分页), from after a cursor on; a cursor keeps the day of its list. Raises
    Refused for a cursor of another query and an unknown order; NotFound for an unknown workflow, unit, officer.
    """
    order, after, limit, total, of_day = part
    if order not in ORDERS:
        raise WrongOrder(order=order, orders=ORDERS)
    if limit is not None and limit < 1:
        raise NoRows(limit=limit)
    asked = known_names(ledger, rules, asked)
    mark = _mark(asked, order)
    place = None
    if after:
        asked_day, (day, place) = day, _place_of(after, mark)
        if of_day and day != asked_day:
            raise OtherDay(day=day, asked=asked_day)
    find = _by_clock if asked.clock else _by_docket
    rows, count = find(ledger, rules, day, asked, _Found(order, place, limit + 1 if limit is not None else None, total))
    more = limit is not None and len(rows) > limit
    rows = rows[:limit] if limit is not None else rows
    return Page(tuple(rows), _cursor(mark, day, rows[-1]) if more else None, count, day)


class _Found(NamedTuple):
    """A part of a list, with its place found and one row more, which shows whether there is a next page."""

    order: Order
    after: Place | None
    limit: int | None
    total: bool


def _by_docket(
    ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery, part: _Found
) -> tuple[list[CaseLine], int | None]:
    if ledger.pages.undrawn():
        raise CachesBehind()
    chosen = filter_of(rules, day, asked)
    found = ledger.pages.search(chosen, part.order, part.after, part.limit)
    clocks = ledger.pages.clocks([row.case for row in found], day)
    lines = [case_line(rules, day, _as_docket(row), clocks[row.case], asked) for row in found]
    return lines, sum(ledger.pages.count(chosen).values()) if part.total else None


def _by_clock(
    ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery, part: _Found
) -> tuple[list[CaseLine], int | None]:
    lines = matching(lines_by_clock(ledger, rules, day, asked), asked)
    width = _WIDTHS[part.order]
    lines.sort(key=lambda line: _place(line)[width:])
    after = part.after
    rest = lines if after is None else [line for line in lines if _place(line)[width:] > after[width:]]
    return rest[: part.limit], len(lines) if part.total else None


def _place(line: CaseLine) -> Place:
    return (line.last_day or FOREVER, line.received, line.case)


def count_cases(
    ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery, by: str | None = None
) -> Mapping[str, int]:
    """
    How many cases a query has (台账统计), by status, light, unit, officer, workflow or state; without *by* under "".
    """
    if by is not None and by not in COUNTS_BY:
        raise NotCounted(by=by, properties=COUNTS_BY)
    asked = known_names(ledger, rules, asked)
    if asked.clock:
        lines = matching(lines_by_clock(ledger, rules, day, asked), asked)
        found: Mapping[str, int] = Counter(str(getattr(line, by) or "") if by is not None else "" for line in lines)
    elif ledger.pages.undrawn():
        raise CachesBehind()
    else:
        found = ledger.pages.count(filter_of(rules, day, asked, by), by)
    return {name: cases for name, cases in sorted(found.items()) if cases}


def filter_of(rules: OfficeContext, day: date, asked: CaseQuery, by: CountBy | None = None) -> CaseFilter:
    """
    The filter of a query (筛选条件), with the days that divide the lists under each calendar of the office, as far as
    the filter or the counts ask for them: a list of a far day needs no calendar.
    """
    book = rules.rulebook
    own: dict[int, tuple[WorkCalendar, list[str]]] = {}
    for unit, calendar in sorted(book.local.items()):
        own.setdefault(id(calendar), (calendar, []))[1].append(unit)
    calendars = [(book.calendar, ()), *((calendar, tuple(units)) for calendar, units in own.values())]
    bounds = tuple(
        Bounds(
            units,
            calendar.add(day, asked.due_within + 1) if asked.due_within is not None else day,
            calendar.add(day, soon(rules.lights) + 1) if by == "status" else day,
            tuple(calendar.add(day, most + 1) for most, _ in rules.lights) if by == "light" else (),
        )
        for calendar, units in calendars
    )
    # A state by its label is that of the workflows that call it so.
    states = tuple(
        f"{workflow.name}/{state.name}"
        for workflow in book.workflows.values()
        for state in workflow.states.values()
        if asked.state and asked.state in (state.name, state.label)
    )
    return CaseFilter(
        day, bounds, asked.include_closed, asked.overdue, asked.due_within is not None, asked.attention,
        asked.workflow, asked.unit, asked.officer, states, tuple(colour for _, colour in rules.lights),
        tuple(sorted({case for case, _, _ in asked.ran_out})), tuple(asked.recorded_as),
    )  # fmt: skip


def _as_docket(row: PageRow) -> DocketLine:
    """The docket line of a revision, as far as a list shows it."""
    return DocketLine(
        row.case, row.workflow, "", row.title, row.state, row.unit, row.officer, row.received, row.from_day, row.ended,
        0, "",
    )  # fmt: skip


_LAST = "2099-12-31"  # the last day of a list: the calendar ends in the year after


# -- cursors -----------------------------------------------------------------------------------------------------


def _mark(asked: CaseQuery, order: str) -> str:
    """
    What distinguishes the pages of one list from those of another.

    The sum in a cursor finds mistakes, not forgers: it has no key, and whoever reads this can make one. A forged cursor
    chooses a place and a day, no more: the filter is that of the call, the place is compared as a value, and the day
    is one that the call could have asked for. A caller who may show one day alone passes ``as_of``.
    """
    query = asdict(replace(asked, ran_out=frozenset()))
    del query["ran_out"]
    return hashlib.sha256(json.dumps([query, order], sort_keys=True).encode()).hexdigest()[:12]


def _cursor(mark: str, day: date, line: CaseLine) -> str:
    last, received, case = _place(line)
    place = [day.isoformat(), last.isoformat(), received.isoformat(), case]
    text = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(f"{_sum(mark, text)}{text}".encode()).decode().rstrip("=")


def _place_of(cursor: str, mark: str) -> tuple[date, Place]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        if text[:12] != _sum(mark, text[12:]):
            raise ValueError
        day, last, received, case = json.loads(text[12:])
        if not (isinstance(case, str) and case.isprintable() and day <= _LAST):
            raise ValueError
        return date.fromisoformat(day), (date.fromisoformat(last), date.fromisoformat(received), case)
    except (ValueError, TypeError, RecursionError):
        raise WrongCursor(cursor=cursor) from None


def _sum(mark: str, text: str) -> str:
    return hashlib.sha256(f"{mark} {text}".encode()).hexdigest()[:12]
