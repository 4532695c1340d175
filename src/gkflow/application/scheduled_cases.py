"""
Cases opened by time (到期立案): a step of a ladder that opens one, or a recurring task.

Both happen inside a day's sweep under an idempotency key, so that each case is opened exactly once, under the day on
which it was due, whoever sweeps and however late.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from gkflow.application.actions import Command
from gkflow.application.case_opening import Cause, follow, open_case
from gkflow.application.docket import read_case, unit_of
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import SYSTEM, Ledger
from gkflow.application.transaction import Transaction
from gkflow.domain.case import record_of
from gkflow.domain.fact_rules import meets
from gkflow.domain.recurring import RecurringTask
from gkflow.domain.workflow import ClockRule, Step, Workflow

_ONE_DAY = timedelta(days=1)


class StepThatOpens(NamedTuple):
    """A recorded step that opens a case (督办立案)."""

    case: str
    workflow: str
    clock: str
    ref: str
    last_day: date
    step: int


def steps_that_open(ledger: Ledger, rules: OfficeContext, day: date) -> list[StepThatOpens]:
    """The steps reached on *day* that open a case, opened already or not."""
    offsets = sorted({step.offset for ladder in rules.rulebook.ladders.values() for step in ladder.steps if step.opens})
    if not offsets:
        return []
    found = (StepThatOpens(*row) for row in ledger.sweeps.reached_on(day, offsets))
    return [each for each in found if _opening(rules, each) is not None]


def _opening(rules: OfficeContext, reached: StepThatOpens) -> tuple[Step, ClockRule] | None:
    workflow = rules.rulebook.workflows.get(reached.workflow)
    rule = workflow.clock(reached.clock) if workflow is not None else None
    ladder = rules.rulebook.ladders.get(rule.ladder) if rule is not None else None
    for step in ladder.steps if ladder is not None else ():
        if rule is not None and step.offset == reached.step and step.opens is not None:
            return step, rule
    return None


def open_by_step(ledger: Ledger, rules: OfficeContext, reached: StepThatOpens, day: date, now: datetime) -> int:
    """Open the case of a step reached on *day* (督办立案); return how many were opened, one or none."""
    number, _, clock, ref, deadline, offset = reached
    found, key = _opening(rules, reached), f"step/{number}/{clock}/{ref}/{deadline}/{offset}"
    if found is None or ledger.record.entry_by_key(key) is not None:
        return 0
    step, rule = found
    assert step.opens is not None
    entries = ledger.record.entries(number)
    kept = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    case = read_case(kept, number, entries, day)
    unit = unit_of(kept, case.record) or rules.unit
    cause = replace(case.record[-1], day=day, by=SYSTEM, unit=unit, facts={})
    given = _facts_from_cause(rules, step, rule.label, deadline)
    follow(Transaction(ledger, rules, now), step.opens, Cause(case, cause, key, given))
    return 1


def _facts_from_cause(rules: OfficeContext, step: Step, clock: str, deadline: date) -> dict[str, object]:
    """The facts that a supervision takes from its cause, as far as its first action accepts them."""
    assert step.opens is not None
    known = rules.rulebook.workflow(step.opens.workflow).first.carries
    facts = {"clock": clock, "missed": deadline.isoformat(), "step": step.label}
    return {name: value for name, value in facts.items() if name in known and name not in step.opens.given}


class DutyDue(NamedTuple):
    """A recurring task on a due day for which no case is open (周期职责立案)."""

    duty: RecurringTask
    due: date
    number: str


def duties_due(ledger: Ledger, rules: OfficeContext, day: date) -> list[DutyDue]:
    """
    The recurring tasks that are due within their lead time and have no case yet. Every due day from *day* on is
    checked, so that a task added late is not missed.
    """
    found = (
        DutyDue(duty, due, f"{rules.unit}-{duty.name}-{duty.period_of(due)}")
        for duty in rules.recurring_tasks
        for due in duty.due_days(day - _ONE_DAY, day + timedelta(days=duty.ahead))
    )
    return [each for each in found if not _is_open(ledger, each)]


def _is_open(ledger: Ledger, due: DutyDue) -> bool:
    return ledger.record.entry_by_key(f"duty/{due.number}") is not None or ledger.docket.line(due.number) is not None


def open_duty(ledger: Ledger, rules: OfficeContext, found: DutyDue, day: date, now: datetime) -> int:
    """Open the case of a recurring task (周期职责立案); return how many were opened, one or none."""
    if _is_open(ledger, found):
        return 0
    duty, due, number = found
    flow = rules.rulebook.workflow(duty.workflow)
    facts = _facts_of(flow, {"due": due.isoformat(), "period": duty.period_of(due), "title": duty.title_of(due)})
    act = Command(flow.first.name, day, SYSTEM, rules.unit, {**facts, **duty.given}, key=f"duty/{number}")
    open_case(Transaction(ledger, rules, now), flow, number, act, following=True)
    return 1


def count_for(ledger: Ledger, rules: OfficeContext, duty: RecurringTask, due: date) -> int:
    """
    How often the measured action of a task was done in the year in which it is due (计数); voided entries do not
    count.
    """
    counts = duty.counts
    assert counts is not None
    since, until = date(due.year, 1, 1), date(due.year, 12, 31)
    found = 0
    for number in ledger.lists.cases_with(list(counts.actions), since, until):
        entries = ledger.record.entries(number)
        if entries[0].workflow == counts.workflow:
            found += sum(
                entry.action in counts.actions and since <= entry.day <= until and meets(counts.when, entry.facts)
                for entry in record_of(entries)
            )
    return found


def _facts_of(flow: Workflow, given: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if name in flow.first.carries}
