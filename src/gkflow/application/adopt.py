"""
Adopting a calendar edition (采用日历): which open deadlines move and why, and, when people have looked, moving them.

Closed cases never move, nor does a clock that has stopped. What was told before stays on the record beside the new
day; an edition is undone by adopting another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from gkflow.application.docket import draw_up, read_case, reckon_case, unit_of
from gkflow.application.entered import Act, make_entry, write
from gkflow.application.ports import NoticeLine
from gkflow.application.rules import Rules
from gkflow.application.telling import lines_to
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import RECOUNT
from gkflow.domain.deadline import Status
from gkflow.domain.recipe import recount

EARLIER, LATER = "moved_earlier", "moved_later"
_ONE_DAY = timedelta(days=1)
_BACK = timedelta(days=15)  # a day that is put back to a working day may lie behind a long holiday


class Moved(NamedTuple):
    """One deadline that another calendar moves (变动的届满日)."""

    case: str
    workflow: str
    clock: str
    ref: str
    title: str
    unit: str
    officer: str
    old: date
    new: date
    why: str

    @property
    def earlier(self) -> bool:
        """Whether it ends before the day that everybody knew."""
        return self.new < self.old


@dataclass(frozen=True, slots=True)
class Adopting:
    """What adopting an edition did (采用结果)."""

    edition: str
    moved: int
    earlier: int
    touched: int  # cases whose rows were drawn up anew, moved or only firmer


def changed_days(old: WorkCalendar, new: WorkCalendar) -> list[date]:
    """The days that are worked under one calendar and not under the other (变动的日子), in order."""
    years = {day.year for day in old.days_off ^ new.days_off} | {day.year for day in old.makeup_days ^ new.makeup_days}
    for one, other in ((old, new), (new, old)):
        since, until = one.announced_through, other.announced_through
        if since is not None and until is not None and since < until:
            years.update(range(since.year, until.year + 1))
    found = []
    for year in sorted(years):
        day = date(year, 1, 1)
        while day.year == year:
            if old.is_working_day(day) != new.is_working_day(day):
                found.append(day)
            day += _ONE_DAY
    return found


def why_moved(changed: list[date], calendar: WorkCalendar, since: date, old: date, new: date) -> str:
    """The days behind a move, each with the notice that set it (变动的依据)."""
    told = []
    for day in changed:
        if since < day <= max(old, new):
            note = calendar.note(day)
            how = "上班" if calendar.is_working_day(day) else "放假"
            told.append(f"{day}{how}" + (f"（{note.source}）" if note is not None and note.source else ""))
    return "；".join(told[:4]) + ("等" if len(told) > 4 else "")


def find_moves(ledger: Any, old: Rules, new: Rules, as_of: date) -> Iterator[Moved]:
    """
    Every open deadline that moves when *new* takes the place of *old*, those that end earlier first (届满日变动).

    Groups of clocks are counted once; only where a lapse is still to come is the record itself read.
    """
    _note(ledger, old, new, as_of)
    yield from (Moved(*row) for row in ledger.moving())


def _note(ledger: Any, old: Rules, new: Rules, as_of: date) -> None:
    read = ledger.to_read(as_of)
    ledger.put_moving(_groups(ledger, old, new), read, _by_reading(ledger, old, new, read, as_of))


def _calendars(old: Rules, new: Rules, unit: str) -> tuple[WorkCalendar, WorkCalendar]:
    return old.rulebook.calendar_of(unit), new.rulebook.calendar_of(unit)


def _groups(ledger: Any, old: Rules, new: Rules) -> list[tuple[Any, ...]]:
    changes: dict[tuple[str, str], list[date]] = {}
    for unit in ("", *old.rulebook.local, *new.rulebook.local):
        before, after = _calendars(old, new, unit)
        if (before.edition, after.edition) not in changes:
            changes[before.edition, after.edition] = changed_days(before, after)
    days = sorted(day for each in changes.values() for day in each)
    first, last = (days[0], days[-1]) if days else (date.max, date.min)
    counted: dict[tuple[str, str, date], date] = {}
    rows = []
    for group in ledger.groups(last, first - _BACK if days else first):
        before, after = _calendars(old, new, group.unit)
        key = (after.edition, group.recipe, group.since)
        if key not in counted:
            counted[key] = recount(group.recipe, group.since, after)
        then = counted[key]
        firm = after.provisional(group.since, then)
        moved = then != group.last_day
        if (
            moved
            or firm != bool(group.provisional)
            or (firm and after.range_of(then) != (group.earliest, group.latest))
        ):
            changed = changes.get((before.edition, after.edition), [])
            why = why_moved(changed, after, group.since, group.last_day, then) if moved else ""
            rows.append((group.unit, group.recipe, group.since, group.last_day, then, 1 if moved else 0, why))
    return rows


def _by_reading(ledger: Any, old: Rules, new: Rules, numbers: Sequence[str], as_of: date) -> Iterator[Moved]:
    for number in numbers:
        entries = ledger.entries(number)
        workflow = old.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        case = read_case(workflow, number, entries, as_of)
        if case.ended is not None:
            continue
        unit = unit_of(workflow, case.record)
        before, after = _calendars(old, new, unit)
        was = reckon_case(workflow, case.record, old.rulebook, as_of)
        changed = changed_days(before, after)
        for key, deadline in reckon_case(workflow, case.record, new.rulebook, as_of).items():
            then, now = was[key].last_day, deadline.last_day
            if deadline.status is Status.RUNNING and then is not None and now is not None and then != now:
                why = why_moved(changed, after, deadline.since, then, now)
                facts = case.facts
                title, officer = str(facts.get("title", "")), str(facts.get("officer", ""))
                yield Moved(number, workflow.name, key[0], key[1], title, unit, officer, then, now, why)


def apply_moves(
    ledger: Any, old: Rules, new: Rules, edition: str, data: str, now: datetime, today: date, by: str = ""
) -> Adopting:
    """
    Adopt an edition (采用): put it on record, write an entry for every clock that moves, draw up what it touches, and
    tell the officers, those whose deadline ends earlier first and louder; all in the ledger's transaction.
    """
    _note(ledger, old, new, today)
    ledger.adopt_calendar(edition, data, by, now)
    ledger.keep_source(new.wording.edition, "wording", "notices", new.wording.source, now)
    moved = earlier = touched = 0
    waiting: list[NoticeLine] = []  # of a case that moves both ways: what ends later is told when all the rest is
    for rows in ledger.moving_cases():
        moves = [Moved(*row) for row in rows]
        told = list(_recounted(ledger, new, moves, now, today, by))
        ledger.put_notices([line for line in told if line.kind == EARLIER or not moves[0].earlier])
        waiting += [line for line in told if line.kind != EARLIER and moves[0].earlier]
        moved, earlier, touched = moved + len(moves), earlier + sum(each.earlier for each in moves), touched + 1
    ledger.put_notices(waiting)
    for number in ledger.touched():
        entries = ledger.entries(number)
        workflow = new.workflow_of(ledger, entries[0].workflow, entries[0].edition)
        draw_up(ledger, workflow, number, entries, new.rulebook, today)
        touched += 1
    return Adopting(edition, moved, earlier, touched)


def _recounted(
    ledger: Any, rules: Rules, moves: Sequence[Moved], now: datetime, today: date, by: str
) -> Iterator[NoticeLine]:
    """Write what moved in one case, an entry for each clock; what is to be told of it."""
    number = moves[0].case
    entries = ledger.entries(number)
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    for moved in moves:
        facts = {
            "recounted": moved.clock,
            **({"recounted_ref": moved.ref} if moved.ref else {}),
            "last_day_before": moved.old.isoformat(),
            "last_day_after": moved.new.isoformat(),
            "calendar_edition": rules.rulebook.calendar_of(moved.unit).edition[:12],  # the name that explain tells
            "text": moved.why,
        }
        entry = make_entry(number, entries, workflow, Act(RECOUNT, today, by), facts, today, now)
        entries = (*entries, write(ledger, rules, workflow, number, entries, entry))
        rule = workflow.clock(moved.clock)
        label = rule.label if rule is not None else moved.clock
        yield from _lines(rules, moved, workflow.label, label, entry.seq, today, now)


def _lines(
    rules: Rules, moved: Moved, workflow: str, label: str, seq: int, today: date, now: datetime
) -> Iterator[NoticeLine]:
    """To the officer; where it ends earlier, to the head of the section as well."""
    kind = EARLIER if moved.earlier else LATER
    facts = {
        "kind": kind, "case": moved.case, "workflow_label": workflow, "title": moved.title, "clock": moved.clock,
        "clock_label": label, "ref": moved.ref, "before": moved.old.isoformat(), "deadline": moved.new.isoformat(),
        "why": moved.why, "day": today.isoformat(), "officer": moved.officer,
    }  # fmt: skip
    found = rules.addressees(("officer", "section_head") if moved.earlier else ("officer",), moved.unit, moved.officer)
    yield from lines_to(rules, found, f"recount/{moved.case}/{seq}", facts, now, case=moved.case, unit=moved.unit)
