"""
The caches (台账与计时缓存): the record as rows that SQL can search.

``draw_up`` is their only writer: it computes the docket line and the clock revisions from the record alone, so that
``rebuild`` and a test can compare them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from gkflow.application.docket_revisions import as_revision, merged, revision_on, with_revision
from gkflow.application.ports import FOREVER, ClockRevision, DocketLine, DocketRevision, Ledger
from gkflow.application.transaction import OnRecord
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import ASIDE, Case, Entry, record_of
from gkflow.domain.clock import ClockReader, read_clocks, with_implied
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.machine import ended_on, replay
from gkflow.domain.recalculation_key import READ, recalculation_key_of
from gkflow.domain.reckoning import InUse, reckon_all
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.workflow import ClockKind, Obligor, Workflow

Deadlines = dict[tuple[str, str], Deadline]


def read_case(workflow: Workflow, number: str, entries: Sequence[Entry], as_of: date | None = None) -> Case:
    """The case on a day, read from its record (案件)."""
    return replay(workflow, number, record_of(entries, as_of))


def reckon_case(workflow: Workflow, record: Sequence[Entry], rulebook: Rulebook, as_of: date) -> Deadlines:
    """Every deadline of a case on a day, by (clock, ref)."""
    calendar, in_use = _in_use(workflow, record, rulebook)
    return reckon_all(read_clocks(workflow, record), rulebook.limit, calendar, as_of, None, in_use)


def _in_use(workflow: Workflow, record: Sequence[Entry], rulebook: Rulebook) -> tuple[WorkCalendar, InUse | None]:
    """The calendar by which a case is counted, and the others that the office has adopted since, if any."""
    unit = unit_of(workflow, record) if rulebook.local else ""
    adopted, present = rulebook.adopted_by(unit) if record else None, rulebook.calendar_of(unit)
    if adopted is None:
        return present, None
    return present, InUse(adopted, min(entry.written_at for entry in record), ended_on(workflow, record))


class Reckoned(NamedTuple):
    """What a verb has just computed about a case on a day, to avoid repeating it."""

    day: date
    case: Case
    deadlines: Deadlines


def unit_of(workflow: Workflow, record: Sequence[Entry]) -> str:
    """
    The unit that has the case (承办机关): the one that it was handed to, else the one named last. Acts of another
    unit do not count: a department that reviews a town's catalogue does not take the case over. Nor do remarks and
    corrections, which say nothing about the unit.
    """
    actions = workflow.actions
    for entry in reversed(record):
        if entry.action in ASIDE:
            continue
        action = actions.get(entry.action)
        if action is not None and action.hands_to and entry.facts.get(action.hands_to):
            return str(entry.facts[action.hands_to])
        if entry.unit and not (action is not None and action.owner_of):
            return entry.unit
    return ""


def docket_line(workflow: Workflow, number: str, entries: Sequence[Entry], case: Case | None = None) -> DocketLine:
    """The docket line of a case (台账行)."""
    case = case or read_case(workflow, number, entries)
    facts = case.facts
    unit = unit_of(workflow, case.record)
    return DocketLine(
        number,
        workflow.name,
        workflow.edition,
        str(facts.get("title", "")),
        case.state,
        unit,
        str(facts.get("officer", "")),
        case.record[0].day,
        max(max(entry.day for entry in entries), case.record[-1].day),
        case.ended or FOREVER,
        len(entries),
        entries[-1].hash,
    )


def _revision(number: str, workflow: Workflow, deadline: Deadline, day: date, silent: bool) -> ClockRevision:
    """The row of a clock from *day* on (计时行)."""
    clock, stopped = deadline.clock, deadline.status is Status.STOPPED
    rule = clock.rule
    # The next sweep checks every step of a fresh row; later ones only the steps newly reached.
    ladder = "" if silent else rule.ladder
    return ClockRevision(
        number, rule.name, clock.ref, day, FOREVER, workflow.name, rule.obligor.value, rule.kind.value,
        1 if rule.obligor is Obligor.OFFICE and rule.kind is ClockKind.DUTY else 0,
        deadline.status.value, deadline.verdict.value if stopped else "", deadline.since, deadline.last_day,
        deadline.remaining, deadline.stopped, deadline.days_left if stopped else None,
        1 if deadline.provisional else 0, deadline.earliest if deadline.last_day is not None else None,
        deadline.latest, deadline.risk, ladder, 1 if ladder and deadline.status is Status.RUNNING else 0,
        deadline.calendar, recalculation_key_of(deadline), clock.events[-1].entry.action if stopped else "",
    )  # fmt: skip


def lines_on(
    workflow: Workflow, number: str, record: Sequence[Entry], rulebook: Rulebook, day: date
) -> list[ClockRevision]:
    """Every clock of a case on a day, computed now and not read from the cache."""
    deadlines = reckon_case(workflow, record, rulebook, day)
    return [_revision(number, workflow, each, day, silent=False) for each in deadlines.values()]


def revisions(
    workflow: Workflow,
    number: str,
    entries: Sequence[Entry],
    rulebook: Rulebook,
    since: date | None = None,
    reckoned: Reckoned | None = None,
) -> list[ClockRevision]:
    """
    Every revision of every clock from *since* on (计时修订): one for each day on which a clock changed, by an entry
    or by a lapse that the law itself sets. *reckoned* is the caller's result for the last of these days.
    """
    # Corrections apply to every day, so the record as of a day is its entries up to that day; what the first
    # entry implies for a later day has a day of its own.
    record = with_implied(workflow, record_of(entries))
    days = sorted({entry.day for entry in record if since is None or entry.day >= since})
    lines: list[ClockRevision] = []
    current: dict[tuple[str, str], tuple[int, Deadline, bool]] = {}
    closing = _closing(workflow, record)
    adoptions = _adoptions(workflow, number, record, rulebook, since)
    if adoptions:
        days = sorted({*days, *adoptions})
    reader, position, deadlines = ClockReader(workflow), 0, None  # type: ClockReader, int, Deadlines | None
    calendar: WorkCalendar | None = None
    while days:
        day = days.pop(0)
        if reckoned is not None and day == reckoned.day:
            deadlines = reckoned.deadlines
            if rulebook.local:
                calendar, _ = _in_use(workflow, record[: bisect_right(record, day, key=_day_of)], rulebook)
        else:
            # The record only grows from day to day: earlier results still hold.
            before_day, position = position, bisect_right(record, day, position, key=_day_of)
            reader.feed(record[before_day:position])
            # Each day is counted by the calendar of the unit that had the case then: a transfer changes no earlier day.
            earlier = calendar
            calendar, in_use = _in_use(workflow, record[:position], rulebook)
            # Under another calendar no earlier result holds, except for stopped clocks.
            held = None if day in adoptions or calendar is not earlier else deadlines
            clocks = reader.clocks()
            deadlines = reckon_all(clocks, rulebook.limit, calendar, day, held, in_use)
        closed = bool(closing) and any(entry.action in closing for entry in record if entry.day <= day)
        for key, deadline in deadlines.items():
            if deadline.status is Status.SUSPENDED:
                _add_lapses(days, deadline, deadlines, day)
            # No reminders for a finished case, even if a register has no reply on record.
            silent = closed and deadline.status is Status.RUNNING
            before = current.get(key)
            if before is not None and before[1] is deadline and before[2] == silent:
                continue
            line = _revision(number, workflow, deadline, day, silent)
            if before is not None:
                old = lines[before[0]]
                if line._replace(from_day=old.from_day, calendar=old.calendar) == old:
                    continue
                lines[before[0]] = old._replace(until_day=day)
            current[key] = (len(lines), deadline, silent)
            lines.append(line)
    return lines


def _adoptions(
    workflow: Workflow, number: str, record: Sequence[Entry], rulebook: Rulebook, since: date | None
) -> frozenset[date]:
    """The days on which another calendar came into use while the case was open and on record, for each of its units."""
    ends = range(1, len(record) + 1) if rulebook.local else (len(record),)
    by_unit = [
        in_use for _, in_use in (_in_use(workflow, record[:end], rulebook) for end in ends) if in_use is not None
    ]
    if not by_unit:
        return frozenset()
    case = replay(workflow, number, record)
    return frozenset(
        step.day
        for in_use in by_unit
        for step in in_use.adopted.steps[1:]
        if step.at >= in_use.known_since  # at one moment (fixed GKFLOW_NOW): the case was known before
        and step.day >= case.record[0].day
        and (since is None or step.day >= since)
        and (case.ended is None or step.day < case.ended)
    )


def _closing(workflow: Workflow, entries: Sequence[Entry]) -> set[str]:
    """The actions among the entries that lead to a final state."""
    taken = (workflow.actions[entry.action] for entry in entries if entry.action in workflow.actions)
    return {action.name for action in taken if action.target and workflow.states[action.target].final}


def _day_of(entry: Entry) -> date:
    return entry.day


def _add_lapses(days: list[date], deadline: Deadline, deadlines: Deadlines, day: date) -> None:
    """A suspension that the law itself ends makes a further revision, without an entry."""
    lapses = {rule.lapse for rule in deadline.clock.rule.suspends if rule.lapse}
    for (name, _), other in deadlines.items():
        if name in lapses and other.last_day is not None and other.last_day > day and other.last_day not in days:
            days.append(other.last_day)
    days.sort()


def draw_up(
    ledger: Ledger, rulebook: Rulebook, case: OnRecord, since: date | None, reckoned: Reckoned | None = None
) -> DocketLine:
    """
    Write the caches of a case from *since* on (None: all), in the caller's transaction (登记台账).

    Unchanged rows are left alone.
    """
    workflow, number, entries = case
    lines = revisions(workflow, number, entries, rulebook, since, reckoned)
    if since is None:
        ledger.docket.add_clocks(lines)
    elif lines or any(entry.day >= since for entry in entries):
        # Else nothing happened from that day on, and what is stored holds.
        _merge(ledger, number, lines, since)
    latest = reckoned is not None and all(entry.day <= reckoned.day for entry in entries)
    docket = docket_line(workflow, number, entries, reckoned.case if reckoned is not None and latest else None)
    rows = docket_revisions(workflow, docket, entries, lines, since)
    if since is not None and rulebook.local:
        _check_again(ledger, rulebook, docket)
    docket = _keep_revisions(ledger, docket, rows, since)
    ledger.docket.put([docket], fresh=since is None)
    return docket


def _check_again(ledger: Ledger, rulebook: Rulebook, docket: DocketLine) -> None:
    """
    A case that goes to a unit with another calendar is checked for every step again: the sweep of that calendar may
    have gone past its last day while the case was elsewhere.
    """
    old = ledger.docket.line(docket.case)
    if old is not None and rulebook.calendar_of(old.unit) is not rulebook.calendar_of(docket.unit):
        ledger.docket.check_again(docket.case)


def docket_revisions(
    workflow: Workflow,
    docket: DocketLine,
    entries: Sequence[Entry],
    clocks: Sequence[ClockRevision],
    since: date | None = None,
) -> list[DocketRevision]:
    """
    Every docket revision of a case from *since* on (台账修订), one for each day on which it changed. *docket* is its
    docket line of the latest day, *clocks* are its clock revisions from *since* on.
    """
    record = record_of(entries)
    days = {entry.day for entry in record if since is None or entry.day >= since}
    days.update(clock.from_day for clock in clocks)
    rows = []
    for day in sorted(days):
        then = docket
        if day < docket.latest:
            # Corrections apply to every day, so the record as of a day is its entries up to that day.
            held = record[: bisect_right(record, day, key=_day_of)]
            then = docket_line(workflow, docket.case, held, replay(workflow, docket.case, held))
        rows.append(revision_on(workflow, then, clocks, day))
    return merged(rows)


def _keep_revisions(
    ledger: Ledger, docket: DocketLine, rows: Sequence[DocketRevision], since: date | None
) -> DocketLine:
    """Write the docket revisions from *since* on, and return the docket line with the last one."""
    old = ledger.docket.line(docket.case) if since is not None else None
    if since is None or old is None:
        ledger.docket.add_revisions(rows[:-1])
        return with_revision(docket, rows[-1])
    if not old.status:
        return docket  # from before schema 0007: the earlier days are missing until ``rebuild``
    last = as_revision(old)
    if not rows:
        return with_revision(docket, last)
    if last.from_day < since:
        # What is on record of earlier days holds: the usual case, an entry of a later day.
        found = merged([last, *rows])
        ledger.docket.add_revisions(found[:-1])
        return with_revision(docket, found[-1])
    before = [row for row in ledger.docket.revisions(docket.case) if row.from_day < since]
    found = merged([*before, *rows])
    ledger.docket.drop_revisions(docket.case)
    ledger.docket.add_revisions(found[:-1])
    return with_revision(docket, found[-1])


def as_drawn(line: ClockRevision) -> ClockRevision:
    """
    The row as first computed: without the notes of sweeps since, and with its own edition, because a row that
    another edition leaves unchanged keeps the name of the first.
    """
    return line._replace(fresh=1 if line.ladder and line.status == Status.RUNNING.value else 0, calendar="")


def _same(old: ClockRevision, new: ClockRevision) -> bool:
    old = old._replace(from_day=new.from_day, until_day=new.until_day, fresh=new.fresh, calendar=new.calendar)
    return stands_as(old, new)


def stands_as(old: ClockRevision, new: ClockRevision) -> bool:
    """Whether a stored row equals the computed one; a row from before keys were kept has no key to compare."""
    if old.recalculation_key == READ:
        new = new._replace(recalculation_key=READ, stopped_by=old.stopped_by)
    return old == new


def _merge(ledger: Ledger, number: str, lines: Sequence[ClockRevision], since: date) -> None:
    stored = ledger.docket.clocks(number)
    # One that ended on this very day may go on: a consultation opened and answered within the day moved nothing.
    kept = {(line.clock, line.ref): line for line in stored if line.from_day < since <= line.until_day}
    later = [line for line in stored if line.from_day >= since]
    drawn: list[ClockRevision] = []
    for line in lines:
        old = kept.get((line.clock, line.ref))
        if line.from_day == since and old is not None and _same(old, line):
            if old.until_day != line.until_day:
                ledger.docket.end_clock(old, line.until_day)
            kept.pop((line.clock, line.ref))
            continue
        drawn.append(line)
    for old in kept.values():
        if old.until_day != since:
            ledger.docket.end_clock(old, since)
    if sorted(map(as_drawn, later), key=_place) == sorted(map(as_drawn, drawn), key=_place):
        return
    if later:
        ledger.docket.drop_clocks(number, since)
    ledger.docket.add_clocks(drawn)


def _place(line: ClockRevision) -> tuple[str, str, date]:
    return (line.clock, line.ref, line.from_day)
