"""The lists (台账查询): cases as of a day, each in exactly one status, with its most urgent clock."""

from __future__ import annotations

from datetime import date, datetime

from gkflow.application.case_lines import CaseLine, CaseQuery, case_line, known_names
from gkflow.application.clock_lists import matching
from gkflow.application.docket import docket_line, lines_on
from gkflow.application.office_context import OfficeContext
from gkflow.application.pages import page_cases
from gkflow.application.ports import FOREVER, Ledger
from gkflow.domain.case import record_of


def list_cases(
    ledger: Ledger,
    rules: OfficeContext,
    day: date,
    asked: CaseQuery,
    reckon: bool = False,
    recorded_by: datetime | None = None,
) -> list[CaseLine]:
    """
    The cases as of *day* (台账): everything that happened up to that day, whenever it was recorded.

    One line per case, most urgent first. With ``overdue`` or ``due_within``, only clocks that the office owes are
    searched, by last day. With *reckon*, every case is recalculated with the calendar of *rules* instead of read
    from the caches: the answer by the notices known on another day. With *recorded_by*, every case is rebuilt from
    the entries written by that moment (当时所载).
    """
    if reckon or recorded_by is not None:
        asked = known_names(ledger, rules, asked)
        return matching(_reckoned(ledger, rules, day, asked, recorded_by), asked)
    return list(page_cases(ledger, rules, day, asked).rows)


def _reckoned(
    ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery, recorded_by: datetime | None = None
) -> list[CaseLine]:
    lines = []
    # A case that is closed on record now may have been open on record then, and the reverse.
    for docket in ledger.lists.dockets(
        FOREVER if recorded_by is not None else day, asked.include_closed or recorded_by is not None
    ):
        workflow = rules.workflow_of(ledger, docket.workflow, docket.edition)
        record = record_of(ledger.record.entries(docket.case), day, recorded_by)
        if not record:
            continue
        then = docket_line(workflow, docket.case, record)
        mine = lines_on(workflow, docket.case, record, rules.rulebook, day)
        if asked.clock and not any(clock.clock == asked.clock for clock in mine):
            continue
        if asked.include_closed or then.ended > day:
            lines.append(case_line(rules, day, then, mine, asked))
    return lines
