"""
Limits in hours (按小时计算的期限): their steps are reached at a moment and do not wait for the daily sweep.

民法典 第二百零一条第二款: 按照小时计算期间的，自法律规定或者当事人约定的时间开始计算. They run through nights and
days off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gkflow.application.docket import reckon_case, unit_of
from gkflow.application.notifications import notify_steps
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, ReachedStep, RunningHours, Store
from gkflow.application.unsweep import swept_ahead
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import legal_day, record_of
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.escalation import day_of
from gkflow.domain.law import LimitUnit
from gkflow.domain.verdicts import has_run_out
from gkflow.domain.workflow import ClockRule, Ladder, Step, Workflow

_ONE_DAY = timedelta(days=1)
_ALL_STEPS = 1_000  # more than any ladder has: selects all clocks
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class ReachedByTheHour(NamedTuple):
    """The result of a minute tick (按小时巡检结果): the steps recorded and the messages written."""

    reached: int = 0
    notified: int = 0


class _Reached(NamedTuple):
    """A step just recorded, the moment at which the hours run out, and whether the clock still runs."""

    step: ReachedStep
    moment: datetime
    holds: bool


def tick_hours(store: Store, rules: OfficeContext, now: datetime) -> ReachedByTheHour:
    """
    Record the steps in hours that are reached by *now* and notify people (按小时巡检), each step once. Call it every
    minute; while no clock runs in hours it only reads.

    It leaves to the daily sweep an office that has never swept, or whose sweeps are behind or ahead of *now*.
    """
    with store.reading() as ledger:
        rules = rules.renewed(ledger)
        if not _may_begin(ledger, now) or not any(running(ledger, rules, legal_day(now))):
            return ReachedByTheHour()
    with store.writing(hold="alone") as ledger:
        rules = rules.renewed(ledger)
        if not _may_begin(ledger, now):
            return ReachedByTheHour()
        today = legal_day(now)
        reached = reach_hours(ledger, rules, list(running(ledger, rules, today)), today, now)
        ledger.events.add_steps([each.step.id for each in reached], now)
        highest = {(each.step.case, each.step.clock, each.step.ref): each for each in reached if each.holds}
        notified = notify_steps(ledger, rules, [each[:2] for each in highest.values()], today, now)
    return ReachedByTheHour(len(reached), notified)


def _may_begin(ledger: Ledger, now: datetime) -> bool:
    last = ledger.sweeps.last_done()
    return last is not None and last.day >= legal_day(now) - _ONE_DAY and swept_ahead(ledger, now) is None


def reach_hours(
    ledger: Ledger, rules: OfficeContext, runs: Sequence[RunInHours], day: date, until: datetime
) -> list[_Reached]:  # fmt: skip
    """
    Record every step of some runs in hours reached by the moment *until*, as the clocks were on *day*, from the lowest
    step up. A step has the day on which it was reached, even if that day has been swept: the next sweep seals it.
    """
    last, found = ledger.sweeps.last_done(), []
    begun = ledger.sweeps.first_sweep() or day
    for workflow, rule, ladder, run in runs:
        entries = ledger.record.entries(run.case)
        kept = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        deadline = reckon_case(kept, record_of(entries, day), rules.rulebook, day).get((rule.name, run.ref))
        if deadline is None or deadline.last_moment is None or deadline.last_day != run.last_day:
            continue
        calendar = rules.rulebook.calendar_of(unit_of(kept, record_of(entries)))
        for step, at in _steps(ladder, deadline, calendar, last.day if last is not None else None, until):
            on = max(legal_day(at), begun)
            sealed_with = last.day + _ONE_DAY if last is not None and on <= last.day else None
            made = ledger.hours.record_step(workflow.name, rule.name, run, step, on, sealed_with)
            if made is not None:
                found.append(_Reached(made, deadline.last_moment, run.holds))
    return found


def _steps(
    ladder: Ladder, deadline: Deadline, calendar: WorkCalendar, swept: date | None, until: datetime
) -> Sequence[tuple[Step, datetime]]:
    """
    The steps reached by *until*, with their moments. The one after the last day is reached when the hours run out;
    those up to the last day with the sweep of their day or, if that is done, when the entry is made. Later ones
    belong to the sweep.
    """
    assert deadline.last_day is not None
    assert deadline.last_moment is not None
    if deadline.status is not Status.RUNNING:
        return ()
    known = max(event.entry.written_at for event in deadline.clock.events)
    out = max(known, deadline.last_moment)
    reached = []
    for step in ladder.steps:
        if step.offset > 1:
            continue
        # 小时计算的期限: the moment itself is still in time.
        if out < until:
            reached.append((step, out))
        elif step.offset < 1 and swept is not None:
            on = day_of(step, deadline.last_day, calendar)
            if on <= swept and known <= until:
                reached.append((step, max(known, _beginning(on))))
    return reached


class RunInHours(NamedTuple):
    """A run of a clock in hours, and the rules for it (按小时计算的在计期限)."""

    workflow: Workflow
    rule: ClockRule
    ladder: Ladder
    run: RunningHours


def running(ledger: Ledger, rules: OfficeContext, day: date) -> Iterator[RunInHours]:
    """The clocks in hours on *day* whose last day has come and that have steps left to reach."""
    for workflow in rules.rulebook.workflows.values():
        for rule in workflow.clocks:
            ladder = rules.rulebook.ladders.get(rule.ladder)
            if ladder is None or not _in_hours(rules, rule):
                continue
            steps = sum(step.offset <= 1 for step in ladder.steps)
            for run in ledger.hours.running_hours(ladder.name, workflow.name, rule.name, day, steps):
                yield RunInHours(workflow, rule, ladder, run)


def _in_hours(rules: OfficeContext, rule: ClockRule) -> bool:
    limits = rules.rulebook.law.limits
    names = (rule.limit, *(trigger.limit for trigger in rule.starts))
    return any(
        value is not None and value.unit is LimitUnit.HOUR
        for name in names
        if name in limits
        for _, value in rules.rulebook.limit(name).values
    )


def ran_out(ledger: Ledger, rules: OfficeContext, moment: datetime) -> frozenset[tuple[str, str, str]]:
    """
    The clocks (case, clock, ref) whose last day is that of *moment* and whose hours have run out by then: counted in
    days they would only be due.
    """
    day, found = legal_day(moment), set()
    for workflow in rules.rulebook.workflows.values():
        for rule in filter(lambda each: _in_hours(rules, each), workflow.clocks):
            for run in ledger.hours.running_hours(rule.ladder, workflow.name, rule.name, day, _ALL_STEPS):
                if run.last_day != day:
                    continue
                entries = ledger.record.entries(run.case)
                kept = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
                deadline = reckon_case(kept, record_of(entries, day), rules.rulebook, day).get((rule.name, run.ref))
                if deadline is not None and has_run_out(deadline, moment):
                    found.add((run.case, rule.name, run.ref))
    return frozenset(found)


def end_of(day: date) -> datetime:
    """The moment at which a day ends in Beijing."""
    return _beginning(day + _ONE_DAY)


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), _SHANGHAI)
