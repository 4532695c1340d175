"""
Pages of the list of cases (台账分页): one search of the docket for each combination of filters, compiled once.

The last revision of a case is in ``docket``, the earlier ones in ``docket_revision``: a list of any day is the union
of both. Days that pass are comparisons in the statement; no row is updated for them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, String, and_, func, literal, or_, select, tuple_
from sqlalchemy import union_all as union

from gkflow.application.ports import FOREVER, ClockRevision
from gkflow.application.ports.pages import CaseFilter, CountBy, Order, PageRow, Place
from gkflow.domain.urgency import ListStatus
from gkflow.domain.workflow import MISFILED
from gkflow.store.cursor import Part
from gkflow.store.docket import CLOCK_REVISION
from gkflow.store.statement import Statement, among, bind
from gkflow.store.tables import CLOCK, DOCKET, DOCKET_REVISION

_EQUAL = ("workflow", "unit", "officer")
_SORTED = {
    "last_day": ("last_day", "received", "case"),
    "received": ("received", "case"),
    "number": ("case",),
}
_UNDRAWN = Statement(select(DOCKET.c.status).where(DOCKET.c.status == "").limit(1))
_CLOCKS = Statement(
    select(*CLOCK_REVISION).where(
        among(CLOCK.c.case, "cases"), CLOCK.c.from_day <= bind("day"), CLOCK.c.until_day > bind("day")
    ),
    ClockRevision,
)
_MANY = 500
_ALL = (1 << 63) - 1  # rows: no table holds more


class _Shape(NamedTuple):
    """What distinguishes two statements (语句形状)."""

    include_closed: bool
    overdue: bool
    due_within: bool
    attention: bool
    equal: tuple[str, ...]
    states: bool
    hours: bool  # a clock in hours has run out
    places: int  # how many calendars units have of their own
    renamed: bool = False  # the officer is on record under other texts as well
    lights: int = 0


class Pages(Part):
    """Pages of the list of cases in one transaction (台账分页)."""

    def undrawn(self) -> bool:
        """Whether a docket line is still without its revisions, from before schema 0007."""
        return self.value(_UNDRAWN) is not None

    def search(
        self, chosen: CaseFilter, order: Order = "last_day", after: Place | None = None, limit: int | None = None
    ) -> list[PageRow]:
        """The cases of a filter in that order, from after a place on."""
        values = _values(chosen)
        if after is not None:
            values |= dict(zip(("after_last_day", "after_received", "after_case"), after, strict=True))
        return self.rows(_page(_shape(chosen), order, after is not None), limit=limit or _ALL, **values)

    def clocks(self, cases: Sequence[str], day: date) -> dict[str, list[ClockRevision]]:
        """The clocks of these cases as of *day*."""
        found: dict[str, list[ClockRevision]] = {case: [] for case in cases}
        for start in range(0, len(cases), _MANY):
            for clock in self.rows(_CLOCKS, cases=cases[start : start + _MANY], day=day):
                found[clock.case].append(clock)
        return found

    def count(self, chosen: CaseFilter, by: CountBy | None = None) -> Mapping[str, int]:
        """How many cases a filter has, by one of their properties; without *by* under ""."""
        shape = _shape(chosen)._replace(lights=len(chosen.colours) if by == "light" else 0)
        found: dict[str, int] = {}
        for name, cases in self.raw(_count(shape, by), **_values(chosen, by)):
            found[str(name)] = found.get(str(name), 0) + int(cases)
        return found


def _shape(chosen: CaseFilter) -> _Shape:
    return _Shape(
        chosen.include_closed, chosen.overdue, chosen.due_within, chosen.attention,
        tuple(name for name in _EQUAL if getattr(chosen, name)), bool(chosen.states), bool(chosen.ran_out),
        len(chosen.bounds) - 1, bool(chosen.recorded_as),
    )  # fmt: skip


def _values(chosen: CaseFilter, by: CountBy | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {"day": chosen.day}
    values |= {name: getattr(chosen, name) for name in _EQUAL if getattr(chosen, name)}
    if chosen.recorded_as:
        values["recorded_as"] = chosen.recorded_as
    if chosen.states:
        values["states"] = chosen.states
    if chosen.ran_out:
        values["ran_out"] = chosen.ran_out
    if chosen.due_within or by in ("status", "light"):
        for at, bounds in enumerate(chosen.bounds):
            if at:
                values[f"units_{at}"] = bounds.units
            if chosen.due_within:
                values[f"within_{at}"] = bounds.within
            if by == "status":
                values[f"soon_{at}"] = bounds.soon
            if by == "light":
                values |= {f"light_{n}_{at}": day for n, day in enumerate(bounds.lights)}
    if by == "light":
        values |= {f"colour_{n}": colour for n, colour in enumerate(chosen.colours)}
    return values


@functools.cache
def _page(shape: _Shape, order: Order, after: bool) -> Statement:
    names = _SORTED[order]
    parts = []
    for table, kind in _sources(shape, order):
        place = [_sorting(table, name) for name in names]
        found = _chosen(select(*(table.c[name] for name in PageRow._fields)), table, shape).where(*kind)
        if after:
            held = [bind(f"after_{name}", type_=table.c[name].type) for name in names]
            found = found.where(tuple_(*place) > tuple_(*held) if len(names) > 1 else place[0] > held[0])
        parts.append(select(found.order_by(*place).limit(bind("limit")).subquery()))
    both = union(*parts).subquery("page")
    columns = [both.c[name] for name in PageRow._fields]
    sorted_by = [both.c[name] for name in names]
    return Statement(select(*columns).order_by(*sorted_by).limit(bind("limit")), PageRow)


def _sources(shape: _Shape, order: Order) -> list[tuple[FromClause, list[ColumnElement[bool]]]]:
    """The tables of a page. Open and closed cases have an index each by last day, so that an action moves one."""
    if not (shape.include_closed and order == "last_day"):
        return [(DOCKET, []), (DOCKET_REVISION, [])]
    return [(DOCKET, [DOCKET.c.ended == FOREVER]), (DOCKET, [DOCKET.c.ended != FOREVER]), (DOCKET_REVISION, [])]


def _sorting(table: FromClause, name: str) -> ColumnElement[Any]:
    """A column to sort by. The few revisions of a day are found by their days, never by walking along the numbers."""
    return table.c.case + "" if name == "case" and table is DOCKET_REVISION else table.c[name]


@functools.cache
def _count(shape: _Shape, by: CountBy | None) -> Statement:
    parts = []
    for table in (DOCKET, DOCKET_REVISION):
        c, cases = table.c, func.count().label("cases")
        if by in ("status", "light"):
            # One range of the index for each name, and no sorting.
            names = _statuses(table, shape) if by == "status" else _lights(table, shape)
            parts += [
                _chosen(select(name.label("name"), cases).select_from(table), table, shape).where(condition)
                for name, condition in names
            ]
            if by == "status":
                still = _chosen(select(c.status.label("name"), cases).select_from(table), table, shape)
                parts.append(still.where(c.ended == FOREVER, c.status != "running").group_by(c.status))
        elif by is None:
            parts.append(_chosen(select(literal("", String), cases).select_from(table), table, shape))
        else:
            found = _chosen(select(c[by].label("name"), cases).select_from(table), table, shape)
            parts.append(found.group_by(c[by]))
    return Statement(union(*parts))


_Named = list[tuple[ColumnElement[str], ColumnElement[bool]]]


def _statuses(table: FromClause, shape: _Shape) -> _Named:
    """The lists of running clocks, and of closed cases, each with its condition."""
    c = table.c
    running = and_(c.ended == FOREVER, c.status == "running")
    today = c.last_day == bind("day")
    soon = _before(table, "soon", shape.places)
    conditions = [
        (ListStatus.OVERDUE, and_(running, _over(table, shape))),
        (ListStatus.DUE_TODAY, and_(running, today, ~_hours_over(table)) if shape.hours else and_(running, today)),
        (ListStatus.DUE_SOON, and_(running, c.last_day > bind("day"), soon)),
        # The bound is a later day than the list's own: one comparison is enough, where one calendar counts.
        (ListStatus.RUNNING, and_(running, c.last_day > bind("day"), ~soon) if shape.places else and_(running, ~soon)),
    ]
    if shape.include_closed:
        # What was received by mistake never had a last day: of the other closed cases the state need not be read.
        closed, dayless = c.ended != FOREVER, and_(c.ended != FOREVER, c.last_day == FOREVER)
        conditions += [
            (ListStatus.DONE, and_(closed, c.last_day != FOREVER)),
            (ListStatus.DONE, and_(dayless, c.state != MISFILED)),
            (ListStatus.MISFILED, and_(dayless, c.state == MISFILED)),
        ]
    return [(literal(status.value, String), condition) for status, condition in conditions]


def _lights(table: FromClause, shape: _Shape) -> _Named:
    """The lights, each with its condition: red, those of the settings, green; and none."""
    c = table.c
    running = and_(c.ended == FOREVER, c.status == "running")
    ahead = and_(running, c.last_day >= bind("day"))
    if shape.hours:
        ahead = and_(ahead, ~_hours_over(table))
    before = [_before(table, f"light_{n}", shape.places) for n in range(shape.lights)]
    found: _Named = [
        (literal("red", String), and_(running, _over(table, shape))),
        (literal("green", String), and_(ahead, ~or_(*before))),
        (literal("", String), and_(c.ended == FOREVER, c.status != "running")),
    ]
    if shape.include_closed:
        found.append((literal("", String), c.ended != FOREVER))
    for n, bound in enumerate(before):
        nearer = [~before[n - 1]] if n else []
        found.append((bind(f"colour_{n}", type_=String), and_(ahead, bound, *nearer)))
    return found


def _chosen(found: Any, table: FromClause, shape: _Shape) -> Any:
    """The rows of a table that hold on the day and pass the filter."""
    c = table.c
    found = found.where(c.from_day <= bind("day"))
    if table is DOCKET_REVISION:
        found = found.where(c.until_day > bind("day"))
    if not shape.include_closed:
        found = found.where(c.ended == FOREVER)
    for name in shape.equal:
        is_so = c[name] == bind(name)
        renamed = name == "officer" and shape.renamed
        found = found.where(or_(is_so, among(c[name], "recorded_as")) if renamed else is_so)
    if shape.states:
        found = found.where(among(c.workflow + "/" + c.state, "states"))
    if shape.overdue:
        found = found.where(c.ended == FOREVER, c.status == "running", _over(table, shape))
    if shape.due_within:
        within = _before(table, "within", shape.places)
        found = found.where(c.ended == FOREVER, c.status == "running", c.last_day >= bind("day"), within)
        if shape.hours:
            found = found.where(~_hours_over(table))
    if shape.attention:
        found = found.where(c.ended == FOREVER, c.power_day < bind("day"))
    return found


def _over(table: FromClause, shape: _Shape) -> ColumnElement[bool]:
    past = table.c.last_day < bind("day")
    # The day itself is included for clocks in hours that end on it.
    return or_(past, _hours_over(table)) if shape.hours else past


def _hours_over(table: FromClause) -> ColumnElement[bool]:
    c = table.c
    return and_(c.last_day == bind("day"), among(c.case, "ran_out"))


def _before(table: FromClause, name: str, places: int) -> ColumnElement[bool]:
    """The condition that the last day is before the bound of the unit's calendar."""
    c = table.c
    if not places:
        return c.last_day < bind(f"{name}_0")
    own = [among(c.unit, f"units_{at}") for at in range(1, places + 1)]
    return or_(
        and_(~or_(*own), c.last_day < bind(f"{name}_0")),
        *(and_(here, c.last_day < bind(f"{name}_{at}")) for at, here in enumerate(own, 1)),
    )
