"""Which steps of a ladder a deadline has reached (提醒、催办、督办): steps are reached, not hit."""

from __future__ import annotations

from datetime import date, timedelta

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.workflow import Ladder, Step


def day_of(step: Step, last: date, calendar: WorkCalendar) -> date:
    """The day on which a step is reached: *offset* working days from the last day, make-up days included."""
    return calendar.add(last, step.offset)


def threshold(step: Step, today: date, calendar: WorkCalendar) -> date:
    """
    The latest last day for which *step* is reached *today*: the inverse of ``day_of``.

    A sweep computes one threshold per step and lets the database compare days; ``day_of(step, last) <= today`` if and
    only if ``last <= threshold(step, today)``.
    """
    offset = step.offset
    if offset == 0:
        return today
    if offset < 0:
        return calendar.add(today, -offset)
    # The offset-th working day before today, where today itself counts if it is a working day.
    earliest = calendar.add(today + timedelta(days=1), -offset)
    return earliest - timedelta(days=1)


def reached(ladder: Ladder, deadline: Deadline, calendar: WorkCalendar, today: date) -> tuple[Step, ...]:
    """The steps reached on *today*; none for a clock that is stopped, suspended, waiting or without a limit."""
    last = deadline.last_day
    if deadline.status is not Status.RUNNING or last is None:
        return ()
    return tuple(step for step in ladder.steps if day_of(step, last, calendar) <= today)
