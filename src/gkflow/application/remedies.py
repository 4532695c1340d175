"""Table four of the annual report (年度报告 表四): the outcome of reconsiderations and lawsuits in a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from gkflow.application.docket import read_case
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import FOREVER, Ledger
from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.case import Case, Entry
from gkflow.domain.objections.days import OutOfRange
from gkflow.domain.workflow import MISFILED, Workflow

RECONSIDERATION = "reconsideration"
LITIGATION = "litigation"
GROUPS = (RECONSIDERATION, "direct", "after_reconsideration")  # the fact ``path`` is the group of a lawsuit
UNSTATED = "path_unstated"
_PENDING = "pending"
_COLUMNS = {"upheld": "upheld", "corrected": "corrected"}  # any other outcome is 其他结果


class RemedyRow(NamedTuple):
    """One group of table four (表四的一组): its cases by outcome, each in exactly one column."""

    group: str
    upheld: int = 0
    corrected: int = 0
    other: int = 0
    pending: int = 0

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)

    @property
    def total(self) -> int:
        """总计 = 结果维持 + 结果纠正 + 其他结果 + 尚未审结."""
        return self.upheld + self.corrected + self.other + self.pending


def table_four(ledger: Ledger, rules: OfficeContext, year: int, as_of: date | None = None) -> tuple[RemedyRow, ...]:
    """
    The groups of table four for a year (年度报告格式 表四), by the record at the end of 31 December, or on an earlier
    *as_of*.

    A case counts if it was opened by then and was not settled before the year began: a case pending at the end of
    a year counts again in the next. Without an outcome on record a case stays pending. Lawsuits without a path,
    which only a register can hold, have a row of their own (UNSTATED) after the three, if there are any.
    """
    if not date.min.year < year <= date.max.year:
        raise OutOfRange()
    eve, last = date(year, 1, 1) - timedelta(days=1), date(year, 12, 31)
    day = min(as_of or last, last)
    counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for name in (RECONSIDERATION, LITIGATION):
        # Every case of the workflow: a correction may have moved the day of receipt that the docket shows.
        for number in ledger.lists.cases_received(name, date.min, FOREVER):
            entries = ledger.record.entries(number)
            workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
            place = _place(workflow, number, entries, eve, day)
            if place is not None:
                group, column = place
                counts.setdefault(group, Counter())[column] += 1
    return tuple(RemedyRow(group, **found) for group, found in counts.items())


def _place(workflow: Workflow, number: str, entries: Sequence[Entry], eve: date, day: date) -> tuple[str, str] | None:
    """Group and column of a case; None if it was not opened by *day* or belongs to an earlier year."""
    case = read_case(workflow, number, entries, day)
    if case.state == MISFILED or all(entry.action != workflow.first.name for entry in case.record):
        return None
    # Corrections apply to every day, so each year begins with the cases left pending by the previous one.
    if _outcome(workflow, read_case(workflow, number, entries, eve)):
        return None
    outcome = _outcome(workflow, case)
    column = _COLUMNS.get(outcome, "other") if outcome else _PENDING
    if workflow.name == RECONSIDERATION:
        return RECONSIDERATION, column
    path = str(case.facts.get("path", ""))
    return (path if path in GROUPS[1:] else UNSTATED), column


def _outcome(workflow: Workflow, case: Case) -> str:
    """The outcome (结果) once an act settles the case; a first judgment does not settle it."""
    settling = (entry for entry in case.record if entry.action in workflow.actions)
    settled = any("outcome" in workflow.actions[entry.action].carries for entry in settling)
    return str(case.facts.get("outcome") or "") if settled else ""
