"""
What silence brings about (逾期的法定后果): taken from the clocks that have run out, whatever a ladder tells of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gkflow.application.actions import findings_of, write
from gkflow.application.docket import reckon_case, unit_of
from gkflow.application.notifications import tell_action
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import SYSTEM, Ledger
from gkflow.domain.case import Entry, record_of
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.machine import may, replay
from gkflow.domain.workflow import ClockKind, LapseRule, Workflow

_ONE_DAY = timedelta(days=1)
_TELLS = ("propose", "take")
_BARRED = frozenset(("too_early", "no_term"))


def take_lapsed(ledger: Ledger, rules: OfficeContext, day: date, now: datetime) -> int:
    """
    Take the actions that silence has by law (第三十四条: 逾期未提出意见的视为同意公开), from the first working day
    after the term ran out.

    The entry bears the day on which the term lapsed: it puts on record what the law already made so. Where a term
    has to run out wholly before (公示期届满), that is the day after its last; what another term still bars waits.
    """
    taken = 0
    for workflow in rules.rulebook.workflows.values():
        for rule in workflow.clocks:
            if not any(lapse.take for lapse in rule.lapse):
                continue
            for case, ref in list(ledger.sweeps.run_out(workflow.name, rule.name, rule.ladder, day)):
                taken += _take(ledger, rules, case, (rule.name, ref), day, now)
    return taken


def _take(ledger: Ledger, rules: OfficeContext, case: str, key: tuple[str, str], day: date, now: datetime) -> int:
    entries = ledger.record.entries(case)
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    record = record_of(entries, day)
    deadline = reckon_case(workflow, record, rules.rulebook, day).get(key)
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
        entry = _entry_of(rules, workflow, entries, deadline, lapse, day, now)
        if entry is None:
            continue
        write(ledger, rules, workflow, case, entries, entry)
        if not _is_told(rules, deadline, entry, day):
            after = replay(workflow, case, record_of((*entries, entry)))
            tell_action(ledger, rules, workflow, after, entry, last, now)
        return 1
    return 0


def _entry_of(
    rules: OfficeContext, workflow: Workflow, entries: Sequence[Entry], deadline: Deadline, lapse: LapseRule, day: date,
    now: datetime,
) -> Entry | None:  # fmt: skip
    """The entry of a consequence, on the first day on which nothing bars it; None where that is still to come."""
    assert deadline.last_day is not None
    first, ref = entries[0], deadline.clock.ref
    on = deadline.last_day + (_ONE_DAY if deadline.clock.rule.kind is ClockKind.TERM else timedelta())
    facts = {**lapse.facts, **({"ref": ref} if ref else {})}
    while on <= day:
        state = replay(workflow, first.case, record_of(entries, on)).state
        if lapse.action not in may(workflow, state):
            return None  # a register may tell strange things; one case does not stop the sweep of all
        entry = Entry(
            first.case, len(entries) + 1, lapse.action, on, now, SYSTEM, unit_of(workflow, record_of(entries)), facts,
            {"cite": lapse.cite}, None, workflow=workflow.name, edition=first.edition,
        )  # fmt: skip
        record = record_of((*entries, entry), on)
        deadlines = reckon_case(workflow, record, rules.rulebook, on)
        found = findings_of(workflow, replay(workflow, first.case, record), deadlines, entry.seq, day)
        barred = [each for each in found if each.code in _BARRED]
        if not barred:
            return entry
        lasts = [each.facts.get("last") for each in barred]
        if any(last is None for last in lasts):
            return None
        on = max(last + _ONE_DAY for last in lasts if last is not None)
    return None


def _is_told(rules: OfficeContext, deadline: Deadline, entry: Entry, day: date) -> bool:
    """Whether a step of the ladder, reached by now, tells of it: the sweep words it as what has come to be."""
    ladder = rules.rulebook.ladders.get(deadline.clock.rule.ladder)
    assert deadline.last_day is not None
    soon = entry.day <= deadline.last_day + _ONE_DAY
    return soon and ladder is not None and any(step.kind in _TELLS and step.offset <= 1 for step in ladder.steps)
