"""
The sweep (巡检): process what has come due, day by day, each day once, in order.

It may be called any number of times, by any number of processes, in any order: a row per day and the unique keys of
escalations and notices make sure that everything happens exactly once. A day is swept in short transactions
(``sweep_day``), so that nobody waits for a long one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from gkflow.application.hours import tick_hours
from gkflow.application.office_context import OfficeContext
from gkflow.application.ports import Ledger, Store
from gkflow.application.recounting import recount_moved
from gkflow.application.sweep_day import OfDay, places, sweep_day
from gkflow.application.unsweep import Unswept, set_right, swept_ahead
from gkflow.domain.as_dict import AsDict, Data, dict_of
from gkflow.domain.case import legal_day
from gkflow.domain.escalation import threshold
from gkflow.domain.objections.days import ClockAhead, LaterThanNow
from gkflow.domain.workflow import Step

ONE_DAY = timedelta(days=1)
Shared = Callable[[date, bool], bool]
_DAY_LIMIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept(AsDict):
    """The result of a sweep (巡检结果): the days swept, the steps recorded, the messages written."""

    days: tuple[date, ...]
    reached: int
    notified: int
    taken: int = 0
    opened: int = 0  # cases opened by a step of a ladder, or for a recurring task
    asked: int | None = None  # the year whose notice of days off was requested
    not_deposited: str = ""  # why the seals could not be written outside of the database
    ahead: date | None = None  # the future day through which it has been swept, if nobody can say which clock is wrong
    unswept: Unswept | None = None  # what a wrong clock had swept, and was taken back first


def tick(
    store: Store,
    rules: OfficeContext,
    now: datetime,
    through: date,
    expected: datetime | None = None,
    shared: Shared | None = None,
) -> Swept:
    """
    Sweep every day since the last one, through *through* (巡检). The first sweep of an office begins with that day:
    old, closed cases of a register raise nothing.

    *expected* is the moment expected by a continuously running process. A clock that is ahead of it by more than a
    day is refused ("clock_ahead"), so that a wrong clock notifies nobody of lateness that did not happen. *shared*
    says of a day, and whether people are to be notified on it, that others do shares of it now: it is left to them,
    and to a later tick.
    """
    if expected is not None and now - expected > _DAY_LIMIT:
        raise ClockAhead(now=now.isoformat(), last=expected.isoformat())
    if through > legal_day(now):
        raise LaterThanNow(moment=through)
    recount_moved(store, rules, now)  # an interrupted adoption: nobody is notified by an outdated last day
    with store.writing(hold="alone") as ledger:
        unswept = set_right(ledger, now, expected)
        ahead = swept_ahead(ledger, now)
        last = ledger.sweeps.last_sweep()
        begin = _first_day(ledger, through) if last is None else last + ONE_DAY
        days = [begin + timedelta(days=i) for i in range((through - begin).days + 1)]
        if days:
            ledger.sweeps.plan_sweeps(days, now)
    done, total = [], OfDay()
    while (day := _next_day(store, through)) is not None:
        if shared is not None and shared(day, day == through):
            break
        found, ended = sweep_day(store, rules, day, now, notifying=day == through)
        total = OfDay(*(one + other for one, other in zip(total, found, strict=True)))
        if ended:
            done.append(day)
        else:
            # Another process has swept the day, taken it back, or adopted an edition: what it moves is recalculated.
            recount_moved(store, rules, now)
    with store.writing() as ledger:
        ledger.heartbeats.record("tick", now)
    by_the_hour = tick_hours(store, rules, now)
    reached, notified = total.reached + by_the_hour.reached, total.notified + by_the_hour.notified
    return Swept(tuple(done), reached, notified, total.taken, total.opened, ahead=ahead, unswept=unswept)


def _next_day(store: Store, through: date) -> date | None:
    """The oldest day that is not swept yet."""
    with store.reading() as ledger:
        day = ledger.sweeps.next_sweep()
    return day if day is not None and day <= through else None


def _first_day(ledger: Ledger, through: date) -> date:
    """
    The day on which the sweeps of an office begin: the one requested. If the first ones were taken back, the day on
    which the office was set up; earlier days are not swept.
    """
    founded = ledger.sweeps.founded() if ledger.sweeps.series else None
    return min(through, legal_day(founded)) if founded is not None else through


class WouldReach(NamedTuple):
    """A step that a sweep would record (模拟督办)."""

    case: str
    clock: str
    ref: str
    last_day: date
    step: Step

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


def simulate(store: Store, rules: OfficeContext, day: date) -> list[WouldReach]:
    """What a sweep of *day* would record, without writing anything: case, clock, ref, last day, step."""
    found: list[WouldReach] = []
    with store.reading() as ledger:
        for ladder in rules.rulebook.ladders.values():
            for step in ladder.steps:
                for place in places(rules.rulebook):
                    latest = threshold(step, day, place.calendar)
                    for line in ledger.sweeps.would_reach(ladder.name, step.offset, latest, day, place.where):
                        assert line.last_day is not None  # the search was by last day
                        found.append(WouldReach(line.case, line.clock, line.ref, line.last_day, step))
    return found
