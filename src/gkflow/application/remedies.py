"""Table four of the annual report (年度报告 表四): what became of reconsiderations and lawsuits in a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from gkflow.application.docket import read_case
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import FOREVER, Ledger
from gkflow.domain.case import Case, Entry
from gkflow.domain.workflow import MISFILED, Workflow

RECONSIDERATION = "reconsideration"
LITIGATION = "litigation"
GROUPS = (RECONSIDERATION, "direct", "after_reconsideration")  # a lawsuit stands in the group of its fact ``path``
UNSTATED = "path_unstated"
_PENDING = "pending"
_COLUMNS = {"upheld": "upheld", "corrected": "corrected"}  # any other word is 其他结果


class RemedyRow(NamedTuple):
    """One group of table four (表四的一组): its cases by outcome, each in exactly one column."""

    group: str
    upheld: int = 0
    corrected: int = 0
    other: int = 0
    pending: int = 0

    @property
    def total(self) -> int:
        """总计 = 结果维持 + 结果纠正 + 其他结果 + 尚未审结."""
        return self.upheld + self.corrected + self.other + self.pending


def table_four(ledger: Ledger, rules: OfficeContext, year: int, as_of: date | None = None) -> tuple[RemedyRow, ...]:
    """
    The groups of table four for a year (年度报告格式 表四), as the record stood at the end of 31 December, or on an
    earlier *as_of*.

    A case counts where it was opened by then and was not settled before the year began: what is pending at the end
    of a year is counted again in the next. A decision without an outcome on record leaves its case pending. A
    lawsuit that does not say its path, which only a register can bring, stands in a row of its own (UNSTATED) after
    the three; without such there is none.
    """
    eve, last = date(year, 1, 1) - timedelta(days=1), date(year, 12, 31)
    day = min(as_of or last, last)
    counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for name in (RECONSIDERATION, LITIGATION):
        # Every case of the workflow: a correction may have moved the day on which the docket says that it came in.
        for number in ledger.lists.cases_received(name, date.min, FOREVER):
            entries = ledger.record.entries(number)
            workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
            place = _place(workflow, number, entries, eve, day)
            if place is not None:
                group, column = place
                counts.setdefault(group, Counter())[column] += 1
    return tuple(RemedyRow(group, **found) for group, found in counts.items())


def _place(workflow: Workflow, number: str, entries: Sequence[Entry], eve: date, day: date) -> tuple[str, str] | None:
    """Group and column of a case; None where it is not opened by *day* or belongs to a year before."""
    case = read_case(workflow, number, entries, day)
    if case.state == MISFILED or all(entry.action != workflow.first.name for entry in case.record):
        return None
    # Corrections hold on every day, so that each year begins with what the one before left pending.
    if _outcome(workflow, read_case(workflow, number, entries, eve)):
        return None
    outcome = _outcome(workflow, case)
    column = _COLUMNS.get(outcome, "other") if outcome else _PENDING
    if workflow.name == RECONSIDERATION:
        return RECONSIDERATION, column
    path = str(case.facts.get("path", ""))
    return (path if path in GROUPS[1:] else UNSTATED), column


def _outcome(workflow: Workflow, case: Case) -> str:
    """The outcome (结果) once an act that settles the case is on record: that of a first judgment is none as yet."""
    settling = (entry for entry in case.record if entry.action in workflow.actions)
    settled = any("outcome" in workflow.actions[entry.action].carries for entry in settling)
    return str(case.facts.get("outcome") or "") if settled else ""
