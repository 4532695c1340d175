"""
The explanation of a deadline (推算说明): the limit, the events of the clock, and every day from day 0 to the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from gkflow.application.actions import most_urgent
from gkflow.application.docket import Deadlines, reckon_case, unit_of
from gkflow.application.office_context import OfficeContext
from gkflow.application.transaction import OnRecord
from gkflow.domain.as_dict import AsDict
from gkflow.domain.case import Amended, Case, Entry, Finding, amendments, record_of
from gkflow.domain.day_by_day import WorkingLine, work_through
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.findings import all_findings
from gkflow.domain.machine import replay
from gkflow.domain.objections.cases import CaseMisfiled, NoClocks, NotYetRecorded, UnknownCase, UnknownClock
from gkflow.domain.offers import offered
from gkflow.domain.sentences import said
from gkflow.domain.verdicts import at_moment
from gkflow.domain.workflow import MISFILED, LapseRule, Workflow


@dataclass(frozen=True, slots=True)
class Happening(AsDict):
    """One event of a clock (计时经过)."""

    day: date
    verb: str
    action: str
    action_label: str
    seq: int
    ref: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation(AsDict):
    """The answer to "why this day?" (推算说明)."""

    case: str
    workflow: Workflow
    as_of: date
    deadline: Deadline
    history: tuple[Happening, ...]
    working: tuple[WorkingLine, ...]
    calendar: str
    announced_through: date | None


@dataclass(frozen=True, slots=True)
class Proposal(AsDict):
    """A lapsed limit that now needs a decision (待决定事项)."""

    clock: str
    ref: str
    last_day: date
    rule: LapseRule


@dataclass(frozen=True, slots=True)
class CaseView(AsDict):
    """Everything about a case on a day (案件详情)."""

    case: Case
    workflow: Workflow
    entries: tuple[Entry, ...]
    deadlines: Deadlines
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]
    next: tuple[str, ...]
    as_of: date
    amended: Mapping[int, Amended] = field(default_factory=dict)  # how entries were corrected or voided

    in_dict: ClassVar[tuple[str, ...]] = (
        "case", "workflow", "entries", "deadlines", "findings", "proposals", "next", "as_of", "amended", "seq",
    )  # fmt: skip

    @property
    def seq(self) -> int:
        """The number of the last entry: what an entry that follows it passes as ``if_seq``."""
        return self.entries[-1].seq


def view_case(
    rules: OfficeContext, found: OnRecord, as_of: date, recorded_by: datetime | None = None, now: datetime | None = None
) -> CaseView:
    """
    Read the case, its deadlines, its findings and pending decisions, as of a day (查看案件). *recorded_by* limits it
    to the entries written by that moment. With *now*, a moment of that day, a limit of hours that has run out by
    then is overdue.
    """
    workflow, number, entries = found
    if recorded_by is not None:
        entries = [entry for entry in entries if entry.written_at <= recorded_by]
        if not entries:
            raise NotYetRecorded(case=number, moment=recorded_by)
    record = record_of(entries, as_of)
    if not record:
        raise UnknownCase(
            case=number, mean=said(" on {day}; its first entry is of {first}", day=as_of, first=entries[0].day)
        )
    case = replay(workflow, number, record)
    deadlines = reckon_case(workflow, record, rules.rulebook, as_of)
    if now is not None:
        deadlines = {key: at_moment(each, now) for key, each in deadlines.items()}
    findings = list(all_findings(workflow, case, deadlines))
    findings.extend(_no_served(workflow, record, deadlines))
    proposals = tuple(_proposals(deadlines, as_of))
    return CaseView(
        case, workflow, tuple(entries), deadlines, tuple(sorted(findings, key=lambda f: f.seq)), proposals,
        offered(workflow, case, deadlines), as_of, amendments(entries),
    )  # fmt: skip


def _no_served(workflow: Workflow, record: Sequence[Entry], deadlines: Deadlines) -> list[Finding]:
    """A consultation without a day of receipt never lapses: somebody must find out the day."""
    found = []
    by_seq = {entry.seq: entry for entry in record}
    for deadline in deadlines.values():
        for event in deadline.clock.events:
            rule = event.rule
            lapse = getattr(rule, "lapse", "")
            if event.verb != "suspend" or not lapse:
                continue
            entry = by_seq[event.entry.seq]
            ref = str(entry.facts.get("ref", ""))
            still = any(s.ref == ref and s.ended is None and s.action == entry.action for s in deadline.suspensions)
            if still and not entry.facts.get("served"):
                found.append(Finding("served_unknown", entry.seq, {"action": entry.action, "ref": ref}))
    return found


def _proposals(deadlines: Deadlines, as_of: date) -> list[Proposal]:
    proposals = []
    for (name, ref), deadline in deadlines.items():
        if deadline.status is not Status.RUNNING or as_of <= deadline.last_day:
            continue
        started = deadline.clock.events[0].entry.facts
        for rule in deadline.clock.rule.lapse:
            if all(condition.holds(started) for condition in rule.when):
                proposals.append(Proposal(name, ref, deadline.last_day, rule))
    return proposals


def pick_clock(view: CaseView, clock: str, ref: str = "") -> Deadline:
    """
    The clock requested, or the office's most urgent one. Raises NotFound with the existing clocks, or with the
    reason why there are none.
    """
    if view.case.state == MISFILED:
        raise CaseMisfiled(case=view.case.number)
    if not view.deadlines:
        raise NoClocks(case=view.case.number)
    if not clock:
        return most_urgent(view.deadlines) or next(iter(view.deadlines.values()))
    runs = [
        deadline
        for (name, at), deadline in view.deadlines.items()
        if clock in (name, deadline.clock.rule.label) and (not ref or at == ref)
    ]
    if not runs:
        names = sorted({name for name, _ in view.deadlines})
        raise UnknownClock(case=view.case.number, clock=clock, clocks=names)
    return runs[0]


def explain(rules: OfficeContext, view: CaseView, clock: str = "", ref: str = "") -> Explanation:
    """Explain the deadline of one clock, day by day (逐日说明)."""
    deadline = pick_clock(view, clock, ref)
    calendar = rules.rulebook.calendar_of(unit_of(view.workflow, view.case.record))
    history = tuple(
        Happening(
            event.day,
            event.verb.value,
            event.entry.action,
            view.workflow.actions[event.entry.action].label,
            event.entry.seq,
            str(event.entry.facts.get("ref", "")),
            int(event.entry.facts["days"]) if event.verb == "extend" and event.entry.facts.get("days") else None,
        )
        for event in deadline.clock.events
    )
    return Explanation(
        view.case.number, view.workflow, view.as_of, deadline, history, work_through(deadline, calendar),
        calendar.edition, calendar.announced_through,
    )  # fmt: skip
