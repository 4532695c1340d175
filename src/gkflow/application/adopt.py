"""
Adopting an edition of the calendar or of the rules (采用日历、采用规则): list the open deadlines that move and why;
after a person has reviewed them, move them.

Closed cases and stopped clocks never move. The earlier last day stays on record with the new one. To undo an edition,
adopt another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gkflow.application.affected import Affected
from gkflow.application.docket import read_case, reckon_case, unit_of
from gkflow.application.moved import Cause, DayChanged, Moved, written
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, MovedGroup
from gkflow.application.transaction import Transaction
from gkflow.domain.as_dict import AsDict
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.event import CALENDAR_ADOPTED, RULES_ADOPTED, Event
from gkflow.domain.recalculation_key import how_firm_of, recount

_ONE_DAY = timedelta(days=1)
_BACK = timedelta(days=15)  # a day that becomes a working day again may follow a long holiday


@dataclass(frozen=True, slots=True)
class Adopting(AsDict):
    """The result of adopting an edition (采用结果)."""

    edition: str
    moved: int
    earlier: int
    touched: int  # cases whose rows were recomputed, whether they moved or only became firmer
    notices: int = 0  # written to the outbox
    unaddressed: int = 0  # of these, the ones that reach nobody: the settings name nobody for their roles


def changed_days(old: WorkCalendar, new: WorkCalendar) -> list[date]:
    """The days that are working days in only one of the two calendars (变动的日子), in order."""
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


def changes_between(
    changed: Sequence[date], calendar: WorkCalendar, since: date, old: date, new: date
) -> Iterator[Cause]:
    """The days that cause a move, each with the notice that set it (变动的依据)."""
    for day in changed:
        if since < day <= max(old, new):
            note = calendar.note(day)
            yield DayChanged(day.isoformat(), calendar.is_working_day(day), note.source if note is not None else "")


def find_moves(ledger: Ledger, old: OfficeContext, new: OfficeContext, as_of: date) -> Iterator[Moved]:
    """
    Every open deadline that moves when *new* replaces *old*, those that end earlier first (届满日变动).

    Groups of clocks are counted once; the record itself is read only where a lapse is still to come.
    """
    _note(ledger, old, new, as_of)
    yield from ledger.moves.moving()


def _note(ledger: Ledger, old: OfficeContext, new: OfficeContext, as_of: date) -> None:
    affected = Affected(ledger, old, new)
    ledger.moves.begin_moves(as_of, affected.clocks())
    ledger.moves.put_groups(_groups(ledger, old, new))
    ledger.moves.put_read_moves(_by_reading(ledger, old, new, affected, as_of))
    ledger.moves.order_moves()


def _calendars(old: OfficeContext, new: OfficeContext, unit: str) -> tuple[WorkCalendar, WorkCalendar]:
    return old.rulebook.calendar_of(unit), new.rulebook.calendar_of(unit)


def _groups(ledger: Ledger, old: OfficeContext, new: OfficeContext) -> list[MovedGroup]:
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
    for group in ledger.moves.groups(last, first - _BACK if days else first):
        before, after = _calendars(old, new, group.unit)
        key = (after.edition, group.recalculation_key, group.since)
        if key not in counted:
            counted[key] = recount(group.recalculation_key, group.since, after)
        then = counted[key]
        firm, earliest, latest = how_firm_of(group.recalculation_key, group.since, then, after)
        moved = then != group.last_day
        if moved or firm != bool(group.provisional) or (firm and (earliest, latest) != (group.earliest, group.latest)):
            changed = changes.get((before.edition, after.edition), [])
            causes = list(changes_between(changed, after, group.since, group.last_day, then)) if moved else []
            rows.append(
                MovedGroup(
                    group.unit, group.recalculation_key, group.since, group.last_day, then, 1 if moved else 0,
                    written(causes),
                )
            )  # fmt: skip
    return rows


def _by_reading(
    ledger: Ledger, old: OfficeContext, new: OfficeContext, affected: Affected, as_of: date
) -> Iterator[Moved]:
    for number in ledger.moves.cases_to_read():
        entries = ledger.record.entries(number)
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
                causes = affected.causes(workflow, deadline)
                if then is not None and now is not None:
                    causes += changes_between(changed, after, deadline.since, then, now)
                facts = case.facts
                title, officer = str(facts.get("title", "")), str(facts.get("officer", ""))
                yield Moved(number, workflow.name, key[0], key[1], title, unit, officer, then, now, written(causes))


def _moves(was: Deadline, now: Deadline) -> bool:
    """Whether the clock ran, or runs, towards a last day; false if it is stopped, suspended or waiting."""
    if now.status is Status.RUNNING:
        return was.status in (Status.RUNNING, Status.NO_LIMIT) and now.last_day is not None
    return now.status is Status.NO_LIMIT and was.status is Status.RUNNING


def begin_adopting(
    tx: Transaction, new: OfficeContext, edition: str, adopt: Callable[[], None], by: str = ""
) -> Adopting:
    """
    Adopt an edition (采用). *adopt* records it and, in the same transaction, every affected case is queued for
    ``recount_moved``, those whose deadline ends earlier first.
    """
    ledger, old = tx.ledger, tx.rules
    _note(ledger, old, new, tx.today)
    adopt()
    by_rules = old.rulebook.edition != new.rulebook.edition
    adopted = RULES_ADOPTED if by_rules else CALENDAR_ADOPTED
    ledger.events.add(Event(adopted, tx.now, facts={"edition": edition, "by": by}))
    return Adopting(edition, *ledger.moves.queue_moves(tx.now, by, by_rules))
