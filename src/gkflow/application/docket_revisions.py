"""
What a list filters and sorts by, day by day (台账修订), computed from the record and its clock revisions.

A list of any day is a search of these rows: nobody has to read a record for it, and nothing is updated at night.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gkflow.application.ports import FOREVER, ClockRevision, DocketLine, DocketRevision
from gkflow.application.shown_clock import choose_clock, unused_powers, why_unclocked
from gkflow.domain.deadline import Status
from gkflow.domain.workflow import Workflow

_DONE, _UNCLOCKED = "done", "unclocked"
_WITH_DAY = (Status.RUNNING.value, Status.STOPPED.value)


def revision_on(workflow: Workflow, docket: DocketLine, clocks: Sequence[ClockRevision], day: date) -> DocketRevision:
    """The docket revision that begins on *day*: *docket* is the docket line of that day, *clocks* are all clocks."""
    held = [clock for clock in clocks if clock.from_day <= day < clock.until_day]
    shown, is_open = choose_clock(held), docket.ended == FOREVER
    status = _DONE
    if is_open and why_unclocked(workflow, docket.state, held, shown) is not None:
        status, shown = _UNCLOCKED, None
    elif is_open and shown is not None and shown.status != Status.STOPPED.value:
        # A running clock without a last day is none.
        lost = shown.status == Status.RUNNING.value and shown.last_day is None
        status = _UNCLOCKED if lost else shown.status
    last = shown.last_day if shown is not None and shown.status in _WITH_DAY else None
    powers = [power.last_day or FOREVER for power in unused_powers(held)] if is_open else []
    return DocketRevision(
        docket.case, day, FOREVER, docket.workflow, docket.title, docket.state, docket.unit, docket.officer,
        docket.received, docket.ended, status, shown.clock if shown is not None else "",
        shown.ref if shown is not None else "", last or FOREVER, min(powers, default=FOREVER),
    )  # fmt: skip


def merged(rows: Sequence[DocketRevision]) -> list[DocketRevision]:
    """Revisions in order of their days, each until the next: one that changes nothing is part of the one before."""
    found: list[DocketRevision] = []
    for row in rows:
        if found and _same(found[-1], row):
            continue
        if found:
            found[-1] = found[-1]._replace(until_day=row.from_day)
        found.append(row._replace(until_day=FOREVER))
    return found


def _same(one: DocketRevision, other: DocketRevision) -> bool:
    return one[3:] == other[3:]


def as_revision(docket: DocketLine) -> DocketRevision:
    """The revision in a docket line: the last one."""
    return DocketRevision(
        docket.case, docket.from_day, FOREVER, docket.workflow, docket.title, docket.state, docket.unit,
        docket.officer, docket.received, docket.ended, docket.status, docket.clock, docket.ref, docket.last_day,
        docket.power_day,
    )  # fmt: skip


def with_revision(docket: DocketLine, row: DocketRevision) -> DocketLine:
    """The docket line with that revision in it."""
    return docket._replace(
        from_day=row.from_day, status=row.status, clock=row.clock, ref=row.ref, last_day=row.last_day,
        power_day=row.power_day,
    )  # fmt: skip
