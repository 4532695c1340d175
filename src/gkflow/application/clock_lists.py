"""Lists by another clock than the most urgent one (按指定计时的台账): every case is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from gkflow.application.case_lines import CaseLine, CaseQuery, case_line
from gkflow.application.docket import docket_line
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import FOREVER, ClockRevision, DocketLine, Ledger
from gkflow.domain.case import record_of
from gkflow.domain.urgency import ListStatus


def matching(lines: Iterable[CaseLine], asked: CaseQuery) -> list[CaseLine]:
    """The lines of a query, by last day."""
    chosen = [line for line in lines if _matches(line, asked)]
    chosen.sort(key=lambda line: (line.last_day or FOREVER, line.received, line.case))
    return chosen


def _matches(line: CaseLine, asked: CaseQuery) -> bool:
    if asked.overdue and line.status != ListStatus.OVERDUE:
        return False
    if asked.due_within is not None and not (
        line.days_left is not None
        and line.status in (ListStatus.RUNNING, ListStatus.DUE_SOON, ListStatus.DUE_TODAY)
        and line.days_left <= asked.due_within
    ):
        return False
    return (
        (not asked.state or line.state == asked.state or line.state_label == asked.state)
        and (not asked.workflow or line.workflow == asked.workflow)
        and (not asked.unit or line.unit == asked.unit)
        and (not asked.officer or line.officer in (asked.officer, *asked.recorded_as))
        and (not asked.attention or bool(line.attention))
    )


def lines_by_clock(ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery) -> list[CaseLine]:
    """The lines of a query, read from docket and clocks; a case changed since the day is read from its record."""
    clocks: dict[str, list[ClockRevision]] = {}
    for clock in ledger.lists.clocks_on(day, asked.include_closed):
        clocks.setdefault(clock.case, []).append(clock)
    lines = []
    for docket in ledger.lists.dockets(day, asked.include_closed):
        mine = clocks.get(docket.case, [])
        if asked.clock and not any(clock.clock == asked.clock for clock in mine):
            continue
        then = _as_of(ledger, rules, docket, day)
        if then is not None and (asked.include_closed or then.ended > day):
            lines.append(case_line(rules, day, then, mine, asked))
    return lines


def _as_of(ledger: Ledger, rules: OfficeContext, docket: DocketLine, day: date) -> DocketLine | None:
    """The docket line as of *day*, rebuilt from the record where something happened since; None if nothing had yet."""
    if docket.latest <= day:
        return docket
    entries = ledger.record.entries(docket.case)
    workflow = rules.workflow_of(ledger, docket.workflow, docket.edition)
    record = record_of(entries, day)
    return docket_line(workflow, docket.case, record) if record else None
