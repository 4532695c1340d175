"""On time or late (时限认定), and how firm a last day is; what CONTRACT calls the verdict compares days, not counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.deadline import Deadline, Status, Verdict
from gkflow.domain.law import LimitUnit, Roll
from gkflow.domain.workflow import ClockKind

_ONE_DAY = timedelta(days=1)


def verdict_of(deadline: Deadline, done: date, at: datetime | None, *, extended: bool) -> Verdict:
    """
    The verdict on what was done on *done* (时限认定). A limit in hours is compared with the moment *at*, where one
    is on record, else as a day.
    """
    last, longest = deadline.last_day, deadline.longest
    if deadline.clock.rule.kind is ClockKind.TERM:  # nobody is late when a term has run out
        return Verdict.ON_TIME
    if last is None or done < last:
        return Verdict.ON_TIME
    if done == last:
        end = deadline.last_moment
        return Verdict.LATE if at is not None and end is not None and at > end else Verdict.ON_TIME
    # No extension on record, but within the last day that the longest lawful one would have given.
    if not extended and longest is not None and done <= longest:
        return Verdict.LATE_UNLESS_EXTENDED
    return Verdict.LATE


def has_run_out(deadline: Deadline, moment: datetime) -> bool:
    """
    Whether the hours of a duty that still runs have run out by *moment* (按小时计算的期限届满). A limit of days lasts
    until its last day ends (民法典 第二百零三条), whatever the hour.
    """
    end = deadline.last_moment
    runs = deadline.status is Status.RUNNING and deadline.clock.rule.kind is ClockKind.DUTY
    return runs and end is not None and end < moment


def how_firm(deadline: Deadline, last: date, calendar: WorkCalendar) -> tuple[bool, date, date]:
    """Whether *last* may still move with a notice to come (暂定), and between which days."""
    since = _asks_from(deadline, last)
    if since is not None and calendar.provisional(since, last):
        return (True, *calendar.range_of(last, deadline.since))
    return False, last, last


def _asks_from(deadline: Deadline, last: date) -> date | None:
    """From which day on it matters which days are worked; None where it never does."""
    value = deadline.value
    if value is None:
        return None
    if deadline.named:
        rolls = value.roll is Roll.PREVIOUS_WORKING_DAY or (
            value.roll is Roll.NEXT_WORKING_DAY and value.unit is LimitUnit.FIXED_DATE
        )
        return last - _ONE_DAY if rolls else None
    if value.unit is LimitUnit.WORKING_DAY:
        return deadline.since
    # Only the roll of a calendar period asks.
    return last - _ONE_DAY if value.roll is Roll.NEXT_WORKING_DAY else None
