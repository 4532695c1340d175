"""The lists (台账查询): cases as of a day, each in exactly one status, with its most urgent clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from gkflow.application.docket import docket_line, lines_on
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import FOREVER, ClockRevision, DocketLine, Ledger
from gkflow.application.resolve_names import officer_named, unit_named
from gkflow.domain.case import record_of
from gkflow.domain.deadline import Status
from gkflow.domain.objections.cases import NoSuchClock, UnknownState
from gkflow.domain.rulebook import mean
from gkflow.domain.urgency import ListStatus, light, stand, urgency
from gkflow.domain.workflow import ClockKind, Obligor, Workflow


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list (台账行): the office's most urgent clock, or the clock requested."""

    case: str
    workflow: str
    title: str | None
    state: str
    state_label: str
    unit: str | None
    officer: str | None
    received: date
    clock: str | None
    clock_label: str | None
    last_day: date | None
    earliest: date | None
    provisional: bool
    status: str
    verdict: str | None
    days_left: int | None
    light: str | None
    ref: str = ""
    open: bool = True
    # Powers of the office that lapsed unused (权力已过期限): no duty is overdue for them.
    attention: tuple[str, ...] = ()
    reason: str | None = None  # why no clock runs: "not_started", or "no_limit" (none was in force on that day)


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """The filter of a list (查询条件)."""

    include_closed: bool = False
    overdue: bool = False
    due_within: int | None = None
    clock: str = ""
    state: str = ""
    workflow: str = ""
    unit: str = ""
    officer: str = ""
    attention: bool = False
    ran_out: frozenset[tuple[str, str, str]] = frozenset()  # clocks (case, clock, ref) whose hours are over today


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
    if asked.workflow:
        asked = replace(asked, workflow=rules.rulebook.workflow(asked.workflow).name)
    if asked.clock:
        asked = replace(asked, clock=_clock_named(rules, asked))
    if asked.state:
        _check_state(rules, asked.state)
    if asked.unit:
        asked = replace(asked, unit=unit_named(rules, asked.unit, ledger.lists.units_on_record()))
    if asked.officer:
        asked = replace(asked, officer=officer_named(rules, asked.officer, ledger.lists.officers_on_record()))
    if reckon or recorded_by is not None:
        lines = _reckoned(ledger, rules, day, asked, recorded_by)
    elif (asked.overdue or asked.due_within is not None) and not asked.clock and not asked.include_closed:
        lines = _owed(ledger, rules, day, asked)
    else:
        lines = _all(ledger, rules, day, asked)
    chosen = [line for line in lines if _matches(line, asked)]
    chosen.sort(key=lambda line: (line.last_day or FOREVER, line.received, line.case))
    return chosen


def _clock_named(rules: OfficeContext, asked: CaseQuery) -> str:
    clocks = [
        rule
        for workflow in rules.rulebook.workflows.values()
        if not asked.workflow or workflow.name == asked.workflow
        for rule in workflow.clocks
    ]
    names = {rule.name for rule in clocks}
    if asked.clock in names:
        return asked.clock
    for rule in clocks:
        if rule.label == asked.clock:
            return rule.name
    raise NoSuchClock(clock=asked.clock, clocks=sorted(names))


def _check_state(rules: OfficeContext, name: str) -> None:
    """Refuse an unknown state: a typing error would give an empty list, which reads as "all is well"."""
    states = [state for workflow in rules.rulebook.workflows.values() for state in workflow.states.values()]
    names = dict.fromkeys(word for state in states for word in (state.name, state.label))
    if name not in names:
        raise UnknownState(state=name, mean=mean(name, names))


def _matches(line: CaseLine, asked: CaseQuery) -> bool:
    if asked.overdue and line.status != ListStatus.OVERDUE:
        return False
    if asked.due_within is not None and not (
        line.days_left is not None
        and line.status in (ListStatus.RUNNING, ListStatus.DUE_SOON, ListStatus.DUE_TODAY)
        and line.days_left <= asked.due_within
    ):
        return False
    return (
        (not asked.state or line.state == asked.state or line.state_label == asked.state)
        and (not asked.workflow or line.workflow == asked.workflow)
        and (not asked.unit or line.unit == asked.unit)
        and (not asked.officer or line.officer == asked.officer)
        and (not asked.attention or bool(line.attention))
    )


def _owed(ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery) -> list[CaseLine]:
    if asked.overdue and asked.ran_out:
        # Includes the day itself, for clocks in hours that end on it.
        pairs = [
            (docket, clock)
            for docket, clock in ledger.lists.late(day, "<=")
            if clock.last_day != day or (clock.case, clock.clock, clock.ref) in asked.ran_out
        ]
    elif asked.overdue:
        pairs = ledger.lists.late(day)
    else:
        # Until the day before the next working day: a fixed last day may be a day off.
        book = rules.rulebook
        ahead = [each.add(day, (asked.due_within or 0) + 1) for each in (book.calendar, *book.local.values())]
        pairs = ledger.lists.late(day, "<", max(ahead))
    by_case: dict[str, tuple[DocketLine, list[ClockRevision]]] = {}
    for docket, clock in pairs:
        by_case.setdefault(docket.case, (docket, []))[1].append(clock)
    for power in ledger.lists.powers_past(day, list(by_case)):
        by_case[power.case][1].append(power)
    lines = []
    for docket, clocks in by_case.values():
        then = _as_of(ledger, rules, docket, day)
        if then is not None and then.ended > day:
            lines.append(_case_line(rules, day, then, clocks, asked))
    return lines


def _all(ledger: Ledger, rules: OfficeContext, day: date, asked: CaseQuery) -> list[CaseLine]:
    clocks: dict[str, list[ClockRevision]] = {}
    for clock in ledger.lists.clocks_on(day, asked.include_closed):
        clocks.setdefault(clock.case, []).append(clock)
    lines = []
    for docket in ledger.lists.dockets(day, asked.include_closed):
        mine = clocks.get(docket.case, [])
        if asked.clock and not any(clock.clock == asked.clock for clock in mine):
            continue
        then = _as_of(ledger, rules, docket, day)
        if then is not None and (asked.include_closed or then.ended > day):
            lines.append(_case_line(rules, day, then, mine, asked))
    return lines


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
            lines.append(_case_line(rules, day, then, mine, asked))
    return lines


def _as_of(ledger: Ledger, rules: OfficeContext, docket: DocketLine, day: date) -> DocketLine | None:
    """The docket line as of *day*, rebuilt from the record where something happened since; None if nothing had yet."""
    if docket.latest <= day:
        return docket
    entries = ledger.record.entries(docket.case)
    workflow = rules.workflow_of(ledger, docket.workflow, docket.edition)
    record = record_of(entries, day)
    return docket_line(workflow, docket.case, record) if record else None


def choose_clock(clocks: Iterable[ClockRevision], name: str = "") -> ClockRevision | None:
    """The clock shown for the case: the one requested, else the office's most urgent duty."""
    mine = [c for c in clocks if c.clock == name] if name else [c for c in clocks if c.owed and c.status != "no_limit"]
    return min(mine, key=lambda c: urgency(c.status, c.last_day, c.stopped), default=None)


def _case_line(
    rules: OfficeContext, day: date, docket: DocketLine, clocks: Sequence[ClockRevision], asked: CaseQuery
) -> CaseLine:
    workflow = rules.rulebook.workflows.get(docket.workflow)
    state = workflow.states.get(docket.state) if workflow is not None else None
    clock = choose_clock(clocks, asked.clock)
    line = CaseLine(
        docket.case,
        docket.workflow,
        docket.title or None,
        docket.state,
        state.label if state is not None else docket.state,
        docket.unit or None,
        docket.officer or None,
        docket.received,
        None,
        None,
        None,
        None,
        False,
        ListStatus.DONE.value,
        None,
        None,
        None,
        open=docket.ended > day,
        attention=_attention(clocks, day) if docket.ended > day else (),
    )
    reason = _unclocked(workflow, docket, clocks, clock) if docket.ended > day and not asked.clock else None
    if reason is not None:
        return replace(line, status=ListStatus.UNCLOCKED.value, reason=reason)
    return line if clock is None else _with_clock(rules, day, docket, line, clock, asked)


def _with_clock(
    rules: OfficeContext, day: date, docket: DocketLine, line: CaseLine, clock: ClockRevision, asked: CaseQuery
) -> CaseLine:
    """The line of a case with the clock shown for it."""
    workflow = rules.rulebook.workflows.get(docket.workflow)
    rule = workflow.clock(clock.clock) if workflow is not None else None
    calendar = rules.rulebook.calendar_of(docket.unit)
    over = (clock.case, clock.clock, clock.ref) in asked.ran_out
    status, verdict, left = stand(calendar, clock, day, rules.lights, hours_over=over)
    if docket.ended <= day:
        status = ListStatus.DONE
    elif status is ListStatus.OVERDUE and not clock.owed:
        # A power that lapsed, an internal target and the terms of others are no duty of the office.
        status = ListStatus.RUNNING
    earliest = clock.earliest
    if clock.status in ("suspended", "waiting") and clock.remaining is not None:
        earliest = calendar.add(day, clock.remaining)
    return replace(
        line,
        clock=clock.clock,
        clock_label=rule.label if rule is not None else clock.clock,
        last_day=clock.last_day if clock.status in ("running", "stopped") else None,
        earliest=earliest,
        provisional=bool(clock.provisional),
        status=status.value,
        verdict=verdict.value,
        days_left=left,
        light=light(rules.lights, status, left) if clock.owed else None,
        ref=clock.ref,
    )


def _attention(clocks: Sequence[ClockRevision], day: date) -> tuple[str, ...]:
    """The powers of the office whose last day has passed, unused (限期行使的权力已过期限)."""
    return tuple(
        clock.clock
        for clock in clocks
        if clock.kind == ClockKind.POWER.value
        and clock.obligor == Obligor.OFFICE.value
        and clock.status == Status.RUNNING.value
        and clock.last_day is not None
        and clock.last_day < day
    )


def _unclocked(
    workflow: Workflow | None, docket: DocketLine, clocks: Sequence[ClockRevision], clock: ClockRevision | None
) -> str | None:
    """Why no clock of the office runs in an open, unanswered case; None if one does or did."""
    if clock is not None and clock.status != Status.STOPPED.value:
        return None
    unlimited = [each for each in clocks if each.owed and each.status == Status.NO_LIMIT.value]
    if unlimited and (clock is None or max(each.since for each in unlimited) >= (clock.stopped or date.min)):
        return "no_limit"
    if clock is not None or (workflow is not None and docket.state in answered_states(workflow)):
        return None
    return "not_started"


_answered: dict[str, frozenset[str]] = {}


def answered_states(workflow: Workflow) -> frozenset[str]:
    """The states that fulfil a duty of the office (已办状态): published, replied, reported."""
    found = _answered.get(workflow.edition)
    if found is None:
        owed = [rule for rule in workflow.clocks if rule.obligor is Obligor.OFFICE and rule.kind is ClockKind.DUTY]
        begins = {start.action for rule in owed for start in rule.starts}
        ends = {stop.action for rule in owed for stop in rule.stops} - begins
        found = _answered[workflow.edition] = frozenset(
            action.target for action in workflow.actions.values() if action.name in ends and action.target
        )
    return found
