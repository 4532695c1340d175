"""A line of the list of cases (台账行): the case with the clock shown for it, and the query that chooses lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import ClockRevision, DocketLine, Ledger
from gkflow.application.resolve_names import officer_named, unit_named, unit_served
from gkflow.application.shown_clock import choose_clock, unused_powers, why_unclocked
from gkflow.domain.as_dict import AsDict
from gkflow.domain.hints import did_you_mean, near_names, there_are
from gkflow.domain.objections.cases import NoSuchClock, UnknownState
from gkflow.domain.objections.facts import NotBetween
from gkflow.domain.sentences import said
from gkflow.domain.urgency import ListStatus, light, stand
from gkflow.domain.workflow import MISFILED


@dataclass(frozen=True, slots=True)
class CaseLine(AsDict):
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
    officer_name: str | None = None  # of the officer, whose id may be another


@dataclass(frozen=True, slots=True)
class CaseQuery(AsDict):
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
    recorded_as: Sequence[str] = ()  # other texts under which the officer may be on record


LONGEST_WITHIN = 1000  # working days ahead: four years, as far as any limit reaches
_MANY = 20  # names that one line can hold
EVERY_OPEN_CASE = CaseQuery()


def known_names(ledger: Ledger, rules: OfficeContext, asked: CaseQuery) -> CaseQuery:
    """The query with workflow, clock, unit and officer by their names on record. Raises NotFound, Refused."""
    if asked.due_within is not None and not 0 <= asked.due_within <= LONGEST_WITHIN:
        raise NotBetween(name="due_within", value=asked.due_within, least=0, most=LONGEST_WITHIN)
    if asked.workflow:
        asked = replace(asked, workflow=rules.rulebook.workflow(asked.workflow).name)
    if asked.clock:
        asked = replace(asked, clock=_clock_named(rules, asked))
    if asked.state:
        _check_state(rules, asked)
    # The names on record are read only to object to one that is not among them: they are a scan.
    if asked.unit and not ledger.lists.is_unit(asked.unit):
        asked = replace(asked, unit=unit_named(rules, asked.unit, ledger.lists.units_on_record()))
        unit_served(ledger, asked.unit)
    officer = rules.person(asked.officer.strip()) if rules.names else asked.officer
    if rules.names and officer:
        asked = replace(asked, officer=officer, recorded_as=rules.recorded_as(officer))
    if officer and officer not in rules.names and not ledger.lists.is_officer(officer):
        asked = replace(asked, officer=officer_named(rules, asked.officer, ledger.lists.officers_on_record()))
    return asked


def _clock_named(rules: OfficeContext, asked: CaseQuery) -> str:
    clocks = [
        rule
        for workflow in rules.rulebook.workflows.values()
        if not asked.workflow or workflow.name == asked.workflow
        for rule in workflow.clocks
    ]
    for rule in clocks:
        if asked.clock in (rule.name, rule.label):
            return rule.name
    names, there = _existing((rule.name, rule.label) for rule in clocks)
    raise NoSuchClock(clock=asked.clock, mean=did_you_mean(near_names(asked.clock, names)), there=there)


def _check_state(rules: OfficeContext, asked: CaseQuery) -> None:
    """Refuse an unknown state: a typing error would give an empty list, which reads as "all is well"."""
    flows = rules.rulebook.workflows.values()
    states = [state for flow in flows for state in flow.states.values()]
    if any(asked.state in (state.name, state.label) for state in states):
        return
    if asked.workflow:
        states = [state for flow in flows if flow.name == asked.workflow for state in flow.states.values()]
    names, there = _existing((state.name, state.label) for state in states)
    raise UnknownState(state=asked.state, mean=did_you_mean(near_names(asked.state, names)), there=there)


def _existing(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], str]:
    """The names and labels, and the hint that lists them, or says how they are listed if a line cannot hold them."""
    found = dict(pairs)
    names = [word for pair in found.items() for word in pair]
    if len(found) > _MANY:
        return names, said("; name a workflow as well to see which ones there are")
    return names, there_are(f"{label}({name})" if label != name else name for name, label in found.items())


class _Shown(NamedTuple):
    """What a line says of its clock (所示计时), in the order of ``CaseLine``."""

    clock: str | None = None
    clock_label: str | None = None
    last_day: date | None = None
    earliest: date | None = None
    provisional: bool = False
    status: str = ListStatus.DONE.value
    verdict: str | None = None
    days_left: int | None = None
    light: str | None = None
    ref: str = ""


_NOTHING = _Shown()
_NO_CLOCK = _Shown(status=ListStatus.UNCLOCKED.value)
_NO_CASE = _Shown(status=ListStatus.MISFILED.value)


def case_line(
    rules: OfficeContext, day: date, docket: DocketLine, clocks: Sequence[ClockRevision], asked: CaseQuery
) -> CaseLine:
    """The line of a case, from its docket line and its clocks as of *day*."""
    workflow = rules.rulebook.workflows.get(docket.workflow)
    state = workflow.states.get(docket.state) if workflow is not None else None
    is_open = docket.ended > day
    clock, reason, shown = choose_clock(clocks, asked.clock, asked.ran_out), None, _NOTHING
    if is_open and not asked.clock:
        reason = why_unclocked(workflow, docket.state, clocks, clock)
    if docket.state == MISFILED:
        shown = _NO_CASE
    elif reason is not None:
        shown = _NO_CLOCK
    elif clock is not None:
        shown = _shown(rules, day, docket, clock, asked)
    return CaseLine(
        docket.case, docket.workflow, docket.title or None, docket.state,
        state.label if state is not None else docket.state, docket.unit or None, docket.officer or None,
        docket.received, *shown, is_open, _attention(clocks, day) if is_open else (), reason,
        rules.names.get(rules.person_or_same(docket.officer), docket.officer) or None,
    )  # fmt: skip


def _shown(rules: OfficeContext, day: date, docket: DocketLine, clock: ClockRevision, asked: CaseQuery) -> _Shown:
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
    return _Shown(
        clock.clock, rule.label if rule is not None else clock.clock,
        clock.last_day if clock.status in ("running", "stopped") else None, earliest, bool(clock.provisional),
        status.value, verdict.value, left, light(rules.lights, status, left) if clock.owed else None, clock.ref,
    )  # fmt: skip


def _attention(clocks: Sequence[ClockRevision], day: date) -> tuple[str, ...]:
    """The powers of the office whose last day has passed, unused (限期行使的权力已过期限)."""
    return tuple(p.clock for p in unused_powers(clocks) if p.last_day is not None and p.last_day < day)
