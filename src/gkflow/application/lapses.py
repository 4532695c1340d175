"""
Legal consequences of silence (逾期的法定后果), taken from the clocks that have run out, whatever their ladder says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from gkflow.application.actions import findings_of, write
from gkflow.application.docket import reckon_case, unit_of
from gkflow.application.notifications import notify_action
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import SYSTEM, Ledger
from gkflow.application.transaction import OnRecord, Transaction
from gkflow.domain.case import Entry, record_of
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.machine import may, replay
from gkflow.domain.workflow import ClockKind, LapseRule

_ONE_DAY = timedelta(days=1)
_NOTIFYING = ("propose", "take")
_BARRED = frozenset(("too_early", "no_term"))


class Lapsed(NamedTuple):
    """A run of a clock whose last day has passed, and to whose end the law attaches an action (届满待办)."""

    case: str
    clock: str
    ref: str


def run_out(ledger: Ledger, rules: OfficeContext, day: date) -> Iterator[Lapsed]:
    """The runs that may have lapsed by *day*; ``take`` decides."""
    for workflow in rules.rulebook.workflows.values():
        for rule in workflow.clocks:
            if any(lapse.take for lapse in rule.lapse):
                for case, ref in ledger.sweeps.run_out(workflow.name, rule.name, rule.ladder, day):
                    yield Lapsed(case, rule.name, ref)


def take(ledger: Ledger, rules: OfficeContext, lapsed: Lapsed, day: date, now: datetime) -> int:
    """
    Take the action that the law attaches to silence (第三十四条: 逾期未提出意见的视为同意公开), from the first working
    day after the term ran out; return how many were taken, one or none.

    The entry has the day on which the term lapsed, because the law took effect then. Where a term must have run out
    completely (公示期届满), that is the day after its last; an action that another term still bars waits.
    """
    tx, (number, clock, ref) = Transaction(ledger, rules, now), lapsed
    case = tx.on_record(number, ledger.record.entries(number))
    workflow, entries = case.workflow, case.entries
    record = record_of(entries, day)
    deadline = reckon_case(workflow, record, rules.rulebook, day).get((clock, ref))
    if deadline is None or deadline.status is not Status.RUNNING or deadline.last_day is None:
        return 0
    last = deadline.last_day
    calendar = rules.rulebook.calendar_of(unit_of(workflow, record_of(entries)))
    if last >= day or calendar.add(last, 1) > day:
        return 0
    started = deadline.clock.events[0].entry.facts
    for lapse in deadline.clock.rule.lapse:
        if not lapse.take or not all(condition.holds(started) for condition in lapse.when):
            continue
        entry = _entry_of(tx, case, deadline, lapse, day)
        if entry is None:
            continue
        write(tx, case, entry)
        if not _is_notified(rules, deadline, entry, day):
            after = replay(workflow, number, record_of((*entries, entry)))
            notify_action(tx, workflow, after, entry, last)
        return 1
    return 0


def _entry_of(tx: Transaction, case: OnRecord, deadline: Deadline, lapse: LapseRule, day: date) -> Entry | None:
    """The entry of a consequence, on the first day on which nothing bars it; None if that day is still to come."""
    assert deadline.last_day is not None
    workflow, _, entries = case
    first, ref = entries[0], deadline.clock.ref
    on = deadline.last_day + (_ONE_DAY if deadline.clock.rule.kind is ClockKind.TERM else timedelta())
    facts = {**lapse.facts, **({"ref": ref} if ref else {})}
    while on <= day:
        state = replay(workflow, first.case, record_of(entries, on)).state
        if lapse.action not in may(workflow, state):
            return None  # a register may hold strange data; one case must not stop the whole sweep
        entry = Entry(
            first.case, len(entries) + 1, lapse.action, on, tx.now, SYSTEM, unit_of(workflow, record_of(entries)),
            facts, {"cite": lapse.cite}, None, workflow=workflow.name, edition=first.edition,
        )  # fmt: skip
        record = record_of((*entries, entry), on)
        deadlines = reckon_case(workflow, record, tx.rules.rulebook, on)
        found = findings_of(workflow, replay(workflow, first.case, record), deadlines, entry.seq, day)
        barred = [each for each in found if each.code in _BARRED]
        if not barred:
            return entry
        lasts = [each.facts.get("last") for each in barred]
        if any(last is None for last in lasts):
            return None
        on = max(last + _ONE_DAY for last in lasts if last is not None)
    return None


def _is_notified(rules: OfficeContext, deadline: Deadline, entry: Entry, day: date) -> bool:
    """Whether a reached step of the ladder covers it: the sweep then words the consequence."""
    ladder = rules.rulebook.ladders.get(deadline.clock.rule.ladder)
    assert deadline.last_day is not None
    soon = entry.day <= deadline.last_day + _ONE_DAY
    return soon and ladder is not None and any(step.kind in _NOTIFYING and step.offset <= 1 for step in ladder.steps)
