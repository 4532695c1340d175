"""
Cases opened by time (到期立案): a step of a ladder that opens one, or a recurring task.

Both happen inside a day's sweep under an idempotency key, so that each case is opened exactly once, under the day on
which it was due, whoever sweeps and however late.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from gkflow.application.actions import Command
from gkflow.application.case_opening import Cause, follow, open_case
from gkflow.application.docket import read_case, unit_of
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import SYSTEM, Ledger
from gkflow.application.transaction import Transaction
from gkflow.domain.case import record_of
from gkflow.domain.fact_rules import meets
from gkflow.domain.recurring import RecurringTask
from gkflow.domain.workflow import Step, Workflow

_ONE_DAY = timedelta(days=1)


def open_by_steps(ledger: Ledger, rules: OfficeContext, day: date, now: datetime) -> int:
    """Open the cases of the steps reached on *day* (督办立案), and return how many."""
    opening = {
        (name, step.offset): step
        for name, ladder in rules.rulebook.ladders.items()
        for step in ladder.steps
        if step.opens is not None
    }
    if not opening:
        return 0
    opened = 0
    for number, name, clock, ref, deadline, offset in ledger.sweeps.reached_on(day, sorted({at for _, at in opening})):
        workflow = rules.rulebook.workflows.get(name)
        rule = workflow.clock(clock) if workflow is not None else None
        step = opening.get((rule.ladder, offset)) if rule is not None else None
        if step is None or step.opens is None or rule is None:
            continue
        key = f"step/{number}/{clock}/{ref}/{deadline}/{offset}"
        if ledger.record.entry_by_key(key) is not None:
            continue
        entries = ledger.record.entries(number)
        kept = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        case = read_case(kept, number, entries, day)
        unit = unit_of(kept, case.record) or rules.unit
        cause = replace(case.record[-1], day=day, by=SYSTEM, unit=unit, facts={})
        given = _facts_from_cause(rules, step, rule.label, deadline)
        follow(Transaction(ledger, rules, now), step.opens, Cause(case, cause, key, given))
        opened += 1
    return opened


def _facts_from_cause(rules: OfficeContext, step: Step, clock: str, deadline: date) -> dict[str, object]:
    """The facts that a supervision takes from its cause, as far as its first action accepts them."""
    assert step.opens is not None
    known = rules.rulebook.workflow(step.opens.workflow).first.carries
    facts = {"clock": clock, "missed": deadline.isoformat(), "step": step.label}
    return {name: value for name, value in facts.items() if name in known and name not in step.opens.given}


def open_duties(ledger: Ledger, rules: OfficeContext, day: date, now: datetime) -> int:
    """
    Open the cases of the recurring tasks that are due within their lead time (周期职责立案); return how many.

    Every due day from *day* on is checked, so that a task added late is not missed.
    """
    opened = 0
    for duty in rules.recurring_tasks:
        flow = rules.rulebook.workflow(duty.workflow)
        for due in duty.due_days(day - _ONE_DAY, day + timedelta(days=duty.ahead)):
            number = f"{rules.unit}-{duty.name}-{duty.period_of(due)}"
            key = f"duty/{number}"
            if ledger.record.entry_by_key(key) is not None or ledger.docket.line(number) is not None:
                continue
            facts = _facts_of(
                flow, {"due": due.isoformat(), "period": duty.period_of(due), "title": duty.title_of(due)}
            )
            act = Command(flow.first.name, day, SYSTEM, rules.unit, {**facts, **duty.given}, key=key)
            open_case(Transaction(ledger, rules, now), flow, number, act, following=True)
            opened += 1
    return opened


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
