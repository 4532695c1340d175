"""The calculation of a deadline (推算过程): every day from day 0 to the last, counted or excluded, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from gkflow.domain.as_dict import Data, dict_of
from gkflow.domain.calendar import Firmness, WorkCalendar
from gkflow.domain.counting import ONE_DAY, Span, day_zero, last_day, span_of, union
from gkflow.domain.deadline import Deadline, Status, Suspension
from gkflow.domain.law import Direction, LimitUnit, LimitValue


class Why(StrEnum):
    """Why a day is counted or excluded (计入或者不计入的原因)."""

    DAY_ZERO = "day_zero"
    DAY_ZERO_MOVED = "day_zero_moved"
    COUNTED = "counted"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUSPENDED = "suspended"
    ROLLED = "rolled"
    FIXED = "fixed"


class WorkingLine(NamedTuple):
    """
    One day of the calculation (推算行).

    ``counted`` is the number of the day, None if it is excluded or is day 0. ``name`` is the holiday or the make-up
    day, ``source`` its notice; ``ref`` says whom a suspension concerns.
    """

    day: date
    counted: int | None
    why: Why
    name: str = ""
    source: str = ""
    ref: str = ""
    firmness: Firmness = Firmness.FINAL

    def as_dict(self) -> Data:
        """Its fields by name, as JSON's types (see ``gkflow.domain.as_dict``)."""
        return dict_of(self)


def work_through(deadline: Deadline, calendar: WorkCalendar) -> tuple[WorkingLine, ...]:
    """
    The calculation of a deadline; of a suspended one until its day, of a waiting one only day 0.

    Each day is checked against the calendar, independently of how the last day was computed; so the number of the last
    counted day verifies it.
    """
    value = deadline.value
    if value is None or deadline.status is Status.WAITING or deadline.waiting_since is not None:
        return (_line(deadline.since, None, Why.DAY_ZERO, calendar),)
    through = deadline.last_day or deadline.stopped or deadline.as_of
    if deadline.named or value.length is None:
        zero = _line(deadline.since, None, Why.DAY_ZERO, calendar)
        return (zero,) if deadline.last_day is None else (zero, _line(through, None, Why.FIXED, calendar))
    spans = [(*span_of(s.began, s.ended, value.leaves_out), s) for s in deadline.suspensions if s.ended is not None]
    spans += [
        (span_of(s.began, through, value.leaves_out)[0], through, s)
        for s in deadline.suspensions
        if s.ended is None and deadline.last_day is None
    ]
    if value.direction is Direction.BEFORE:
        return tuple(_lines_back(deadline.since, through, value, value.length, calendar))
    return tuple(_lines(deadline.since, through, value, value.length + deadline.extension, spans, calendar))


def work_through_days(
    since: date, through: date, value: LimitValue, length: int, spans: Sequence[Span], calendar: WorkCalendar
) -> tuple[WorkingLine, ...]:
    """The same for plain days, without a case."""
    named = [(began, ended, Suspension(began, ended, "", "")) for began, ended in union(spans)]
    return tuple(_lines(since, through, value, length, named, calendar))


def _lines(
    since: date,
    through: date,
    value: LimitValue,
    length: int,
    spans: Sequence[tuple[date, date, Suspension]],
    calendar: WorkCalendar,
) -> Iterator[WorkingLine]:
    working_days = value.unit is LimitUnit.WORKING_DAY
    zero = day_zero(since, value.rest_day_receipt, calendar)
    if zero != since:
        yield _line(since, None, Why.DAY_ZERO_MOVED, calendar)
    yield _line(zero, None, Why.DAY_ZERO, calendar)
    unrolled = _unrolled(zero, length, value, [(b, e) for b, e, _ in spans]) if not working_days else through
    number, day = 0, zero
    while day < through:
        day += ONE_DAY
        held = next((suspension for began, ended, suspension in spans if began < day <= ended), None)
        worked = calendar.is_working_day(day)
        if working_days and not worked:
            weekend = day.weekday() in calendar.weekend and calendar.note(day) is None
            yield _line(day, None, Why.WEEKEND if weekend else Why.HOLIDAY, calendar)
        elif held is not None:
            yield _line(day, None, Why.SUSPENDED, calendar, held.ref)
        elif not working_days and day > unrolled:
            yield _line(day, None, Why.ROLLED, calendar)
        else:
            number += 1
            makeup = working_days and day.weekday() in calendar.weekend
            yield _line(day, number, Why.MAKEUP if makeup else Why.COUNTED, calendar)


def _lines_back(
    event: date, last: date, value: LimitValue, length: int, calendar: WorkCalendar
) -> Iterator[WorkingLine]:
    """Counted back from the day of the event, which is not counted (举行听证的七日前): the latest day first."""
    yield _line(event, None, Why.DAY_ZERO, calendar)
    working_days, number, day = value.unit is LimitUnit.WORKING_DAY, 0, event
    while day > last:
        day -= ONE_DAY
        weekend = day.weekday() in calendar.weekend
        if working_days and not calendar.is_working_day(day):
            yield _line(day, None, Why.WEEKEND if weekend and calendar.note(day) is None else Why.HOLIDAY, calendar)
        elif number == length:
            yield _line(day, None, Why.ROLLED, calendar)
        else:
            number += 1
            yield _line(day, number, Why.MAKEUP if working_days and weekend else Why.COUNTED, calendar)


def _unrolled(since: date, length: int, value: LimitValue, spans: Sequence[Span]) -> date:
    plain = WorkCalendar(days_off=(), makeup_days=())
    return last_day(since, length, value.unit, plain, month_end=value.month_end, spans=spans)


def _line(day: date, counted: int | None, why: Why, calendar: WorkCalendar, ref: str = "") -> WorkingLine:
    note = calendar.note(day)
    return WorkingLine(
        day,
        counted,
        why,
        note.name if note is not None else "",
        note.source if note is not None else "",
        ref,
        calendar.firmness(day),
    )
