"""On time or late (时限认定), and how firm a last day is; what CONTRACT calls the verdict compares days, not counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.deadline import Deadline, Running, Status, Verdict
from gkflow.domain.law import Direction, LimitUnit, LimitValue, Roll
from gkflow.domain.workflow import ClockKind

_ONE_DAY = timedelta(days=1)


def verdict_of(
    kind: ClockKind,
    done: date,
    last: date | None,
    longest: date | None = None,
    *,
    moment: datetime | None = None,
    end: datetime | None = None,
) -> Verdict:
    """
    The verdict on an act done on *done* (时限认定).

    *longest* is the last day with the longest lawful extension, if none is on record. The end of a limit in hours is
    compared with the *moment*, if one is on record, else as a day.
    """
    if kind is ClockKind.TERM:  # nobody is late when a term has run out
        return Verdict.ON_TIME
    if last is None or done < last:
        return Verdict.ON_TIME
    if done == last:
        return Verdict.LATE if moment is not None and end is not None and moment > end else Verdict.ON_TIME
    return Verdict.LATE_UNLESS_EXTENDED if longest is not None and done <= longest else Verdict.LATE


def verdict_of_running(kind: ClockKind, last: date, day: date, *, hours_over: bool = False) -> Verdict:
    """
    The verdict on a clock that still runs on *day* (时限认定): only a duty can be overdue, from the day after its last,
    or once its hours are over.
    """
    return Verdict.OVERDUE if kind is ClockKind.DUTY and (hours_over or day > last) else Verdict.RUNNING


def has_run_out(deadline: Deadline, moment: datetime) -> bool:
    """
    Whether the hours of a duty that still runs have run out by *moment* (按小时计算的期限届满). A limit of days lasts
    until its last day ends (民法典 第二百零三条), whatever the hour.
    """
    end = deadline.last_moment
    runs = deadline.status is Status.RUNNING and deadline.clock.rule.kind is ClockKind.DUTY
    return runs and end is not None and end < moment


def at_moment(deadline: Deadline, moment: datetime) -> Deadline:
    """The deadline at a moment of its day (此时的认定): a duty whose hours have run out is overdue."""
    if isinstance(deadline, Running) and has_run_out(deadline, moment):
        kind = deadline.clock.rule.kind
        return deadline._replace(verdict=verdict_of_running(kind, deadline.last_day, deadline.as_of, hours_over=True))
    return deadline


def how_firm(
    value: LimitValue, named: bool, since: date, last: date, calendar: WorkCalendar
) -> tuple[bool, date, date]:
    """
    Whether *last* may still move with a future notice (暂定), and between which days; *named*: it was not counted from
    *since*.
    """
    if value.direction is Direction.BEFORE and not named:
        asks = value.unit is LimitUnit.WORKING_DAY or value.roll is not Roll.NONE
        if asks and calendar.provisional(last - _ONE_DAY, since):
            return (True, *calendar.range_of(last))
        return False, last, last
    asks_from = _asks_from(value, named, since, last)
    if asks_from is not None and calendar.provisional(asks_from, last):
        return (True, *calendar.range_of(last, since))
    return False, last, last


def _asks_from(value: LimitValue, named: bool, since: date, last: date) -> date | None:
    """The first day whose being a working day matters; None if none does."""
    if named:
        rolls = value.roll is Roll.PREVIOUS_WORKING_DAY or (
            value.roll is Roll.NEXT_WORKING_DAY and value.unit is LimitUnit.FIXED_DATE
        )
        return last - _ONE_DAY if rolls else None
    if value.unit is LimitUnit.WORKING_DAY:
        return since
    # Only the roll of a calendar period depends on it.
    return last - _ONE_DAY if value.roll is Roll.NEXT_WORKING_DAY else None
