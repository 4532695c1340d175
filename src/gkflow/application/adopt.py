"""
Adopting an edition of the calendar or of the rules (采用日历、采用规则): which open deadlines move and why, and, when
people have looked, moving them.

Closed cases never move, nor does a clock that has stopped. What was told before stays on the record beside the new
day; an edition is undone by adopting another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from gkflow.application.affected import Affected
from gkflow.application.docket import draw_up, read_case, reckon_case, unit_of
from gkflow.application.entered import Act, make_entry, write
from gkflow.application.ports import NoticeLine
from gkflow.application.rules import Rules
from gkflow.application.telling import lines_to
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import RECOUNT
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.recipe import how_firm_of, recount

EARLIER, LATER = "moved_earlier", "moved_later"
_ONE_DAY = timedelta(days=1)
_BACK = timedelta(days=15)  # a day that is put back to a working day may lie behind a long holiday


class Moved(NamedTuple):
    """
    One deadline that another calendar, or another limit, moves (变动的届满日). None: by the rules of then there was,
    by those of now there is, no such limit.
    """

    case: str
    workflow: str
    clock: str
    ref: str
    title: str
    unit: str
    officer: str
    old: date | None
    new: date | None
    why: str

    @property
    def earlier(self) -> bool:
        """Whether it ends before the day that everybody knew, or where nobody knew of any."""
        return self.new is not None and (self.old is None or self.new < self.old)


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
    affected = Affected(ledger, old, new)
    ledger.begin_moves(as_of, affected.clocks())
    ledger.put_groups(_groups(ledger, old, new))
    ledger.put_read_moves(_by_reading(ledger, old, new, affected, as_of))
    ledger.order_moves()


def _calendars(old: Rules, new: Rules, unit: str) -> tuple[WorkCalendar, WorkCalendar]:
    return old.rulebook.calendar_of(unit), new.rulebook.calendar_of(unit)


def _groups(ledger: Any, old: Rules, new: Rules) -> list[tuple[Any, ...]]:
    changes: dict[tuple[str, str], list[date]] = {}
    places = [_calendars(old, new, unit) for unit in ("", *old.rulebook.local, *new.rulebook.local)]
    if all(before.edition == after.edition for before, after in places):
        return []  # the rules changed, not the days
    for before, after in places:
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
        firm, earliest, latest = how_firm_of(group.recipe, group.since, then, after)
        moved = then != group.last_day
        if moved or firm != bool(group.provisional) or (firm and (earliest, latest) != (group.earliest, group.latest)):
            changed = changes.get((before.edition, after.edition), [])
            why = why_moved(changed, after, group.since, group.last_day, then) if moved else ""
            rows.append((group.unit, group.recipe, group.since, group.last_day, then, 1 if moved else 0, why))
    return rows


def _by_reading(ledger: Any, old: Rules, new: Rules, affected: Affected, as_of: date) -> Iterator[Moved]:
    for number in ledger.cases_to_read():
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
            if then != now and _moves(was[key], deadline):
                why = affected.why(workflow, was[key], deadline)
                if then is not None and now is not None:
                    why = "；".join(filter(None, (why, why_moved(changed, after, deadline.since, then, now))))
                facts = case.facts
                title, officer = str(facts.get("title", "")), str(facts.get("officer", ""))
                yield Moved(number, workflow.name, key[0], key[1], title, unit, officer, then, now, why)


def _moves(was: Deadline, now: Deadline) -> bool:
    """Whether the clock ran towards a day, or runs towards one now; not what has stopped, stands still or waits."""
    if now.status is Status.RUNNING:
        return was.status in (Status.RUNNING, Status.NO_LIMIT) and now.last_day is not None
    return now.status is Status.NO_LIMIT and was.status is Status.RUNNING


def apply_moves(
    ledger: Any, old: Rules, new: Rules, edition: str, adopt: Callable[[], None], now: datetime, today: date,
    by: str = "",
) -> Adopting:  # fmt: skip
    """
    Adopt an edition (采用): put it on record (*adopt*), write an entry for every clock that moves, draw up what it
    touches, and tell the officers, those whose deadline ends earlier first and louder; all in the ledger's
    transaction.
    """
    _note(ledger, old, new, today)
    adopt()
    ledger.keep_source(new.wording.edition, "wording", "notices", new.wording.source, now)
    by_rules = old.rulebook.edition != new.rulebook.edition
    moved = earlier = touched = 0
    waiting: list[NoticeLine] = []  # of a case that moves both ways: what ends later is told when all the rest is
    for rows in ledger.moving_cases():
        moves = [Moved(*row) for row in rows]
        told = list(_recounted(ledger, new, moves, now, today, by, by_rules))
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
    ledger: Any, rules: Rules, moves: Sequence[Moved], now: datetime, today: date, by: str, by_rules: bool
) -> Iterator[NoticeLine]:
    """Write what moved in one case, an entry for each clock; what is to be told of it."""
    number = moves[0].case
    entries = ledger.entries(number)
    workflow = rules.workflow_of(ledger, entries[0].workflow, entries[0].edition)
    for moved in moves:
        facts = {
            "recounted": moved.clock,
            **({"recounted_ref": moved.ref} if moved.ref else {}),
            **({"last_day_before": moved.old.isoformat()} if moved.old is not None else {}),
            **({"last_day_after": moved.new.isoformat()} if moved.new is not None else {}),
            # The names that explain and gkflow rules show tell.
            "calendar_edition": rules.rulebook.calendar_of(moved.unit).edition[:12],
            **({"rules_edition": rules.rulebook.edition[:12]} if by_rules else {}),
            "text": moved.why,
        }
        entry = make_entry(number, entries, workflow, Act(RECOUNT, today, by), facts, today, now)
        entries = (*entries, write(ledger, rules, workflow, number, entries, entry))
        rule = workflow.clock(moved.clock)
        label = rule.label if rule is not None else moved.clock
        yield from _lines(rules, moved, workflow.label, label, entry.seq, today, now, by_rules)


def _lines(
    rules: Rules, moved: Moved, workflow: str, label: str, seq: int, today: date, now: datetime, by_rules: bool
) -> Iterator[NoticeLine]:
    """To the officer; where it ends earlier, to the head of the section as well."""
    kind = EARLIER if moved.earlier else LATER
    facts = {
        "kind": kind, "case": moved.case, "workflow_label": workflow, "title": moved.title, "clock": moved.clock,
        "clock_label": label, "ref": moved.ref, "before": _day(moved.old), "deadline": _day(moved.new),
        "cause": "规则变动" if by_rules else "放假安排变动", "why": moved.why, "day": today.isoformat(),
        "officer": moved.officer,
    }  # fmt: skip
    found = rules.addressees(("officer", "section_head") if moved.earlier else ("officer",), moved.unit, moved.officer)
    yield from lines_to(rules, found, f"recount/{moved.case}/{seq}", facts, now, case=moved.case, unit=moved.unit)


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else "（无此期限）"
