"""
Cases that time brings (到期立案): a step of a ladder that opens one, a duty that comes round.

Both happen inside a day's sweep, under an idempotency key, so that whoever sweeps, and however late, each is
opened exactly once and under the day on which it was due to be opened.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

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
    """Open what the steps reached on *day* open (督办立案), and return how many cases that were."""
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
        given = _told(rules, step, rule.label, deadline)
        follow(Transaction(ledger, rules, now), step.opens, Cause(case, cause, key, given))
        opened += 1
    return opened


def _told(rules: OfficeContext, step: Step, clock: str, deadline: date) -> dict[str, Any]:
    """What a supervision receives of its cause, as far as its first action accepts it."""
    assert step.opens is not None
    known = rules.rulebook.workflow(step.opens.workflow).first.carries
    told = {"clock": clock, "missed": deadline.isoformat(), "step": step.label}
    return {name: value for name, value in told.items() if name in known and name not in step.opens.given}


def open_duties(ledger: Ledger, rules: OfficeContext, day: date, now: datetime) -> int:
    """
    Open the cases of the recurring duties that are due within their time ahead (周期职责立案); how many.

    Every due day from *day* on is looked at, so that a duty taken on late is not missed.
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
    How often what a duty is measured by was done in the year in which it is due (计数), as the record stands: a
    voided entry does not count.
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


def _facts_of(flow: Workflow, told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name in flow.first.carries}
