"""
How a last day is recalculated under another calendar (重算依据): its few inputs, as JSON.

A clock row keeps it, so that a new edition of the calendar can be compared with a million open clocks without reading
their records. Rows with the same text have the same inputs.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.clock import Verb
from gkflow.domain.counting import Span, day_zero, last_day, span_of, union
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.law import Direction, LimitUnit, MonthEnd, RestDayReceipt, Roll

READ = '"record"'  # the record has to be read: the inputs depend on the calendar itself
STILL = '"nothing"'  # no calendar moves it
_COUNTED = (LimitUnit.WORKING_DAY, LimitUnit.DAY, LimitUnit.MONTH, LimitUnit.YEAR)


def recalculation_key_of(deadline: Deadline) -> str:
    """
    The inputs of a running clock's last day: unit and length, how it rolls, and the excluded days.

    ``READ`` if it depends on the last day of another clock, or on an earlier last day of its own, which the calendar
    moves as well; ``STILL`` for a named day that does not roll.
    """
    value, last = deadline.value, deadline.last_day
    if value is None or last is None or deadline.status is not Status.RUNNING:
        return STILL
    if deadline.named:
        held_against = value.length is not None and (value.unit is LimitUnit.WORKING_DAY or value.roll is not Roll.NONE)
        return READ if value.roll is not Roll.NONE or held_against else STILL
    if value.length is None or value.unit not in _COUNTED:
        return STILL
    if value.direction is Direction.BEFORE:
        # It is before the day from which it is counted, where the database does not search for affected clocks.
        return READ if value.unit is LimitUnit.WORKING_DAY or value.roll is not Roll.NONE else STILL
    if deadline.clock.rule.until and deadline.findings:
        return READ  # an invalid day was named; whether it is valid depends on the calendar
    if any(event.verb is Verb.WAIT for event in deadline.clock.events):
        return READ  # whether a notice was timely depends on the calendar
    spans: list[Span] = []
    if deadline.suspensions:
        # So does the day on which silence ended a consultation.
        lapsing = {rule.trigger.action for rule in deadline.clock.rule.suspends if rule.lapse}
        if any(each.ended is None or each.action in lapsing for each in deadline.suspensions):
            return READ
        spans = union(span_of(each.began, each.ended, value.leaves_out) for each in deadline.suspensions if each.ended)
    return _text(
        value.unit, value.length + deadline.extension, value.roll, value.month_end, value.rest_day_receipt, tuple(spans)
    )


@lru_cache(maxsize=1024)
def _text(
    unit: LimitUnit, length: int, roll: Roll, month_end: MonthEnd, receipt: RestDayReceipt, left_out: tuple[Span, ...]
) -> str:
    key: dict[str, Any] = {"unit": unit.value, "length": length}
    if roll is Roll.NEXT_WORKING_DAY:
        key["roll"] = roll.value
    if month_end is MonthEnd.NEXT_DAY:
        key["month_end"] = month_end.value
    if receipt is RestDayReceipt.MOVED_TO_WORKING_DAY:
        key["rest_day_receipt"] = receipt.value
    if left_out:
        key["left_out"] = [[began.isoformat(), ended.isoformat()] for began, ended in left_out]
    return json.dumps(key, separators=(",", ":"))


@lru_cache(maxsize=1024)
def _read(key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(key)
    return found


def how_firm_of(key: str, since: date, last: date, calendar: WorkCalendar) -> tuple[bool, date, date]:
    """Whether a last day of that key may still move under *calendar*, and between which days (as ``how_firm``)."""
    rests_on = _read(key)
    if rests_on["unit"] == LimitUnit.WORKING_DAY.value:
        after = since
    elif "roll" in rests_on:
        after = last - timedelta(days=1)  # only the roll of a calendar period depends on working days
    else:
        return False, last, last
    if not calendar.provisional(after, last):
        return False, last, last
    return (True, *calendar.range_of(last, since))


def recount(key: str, since: date, calendar: WorkCalendar) -> date:
    """The last day under *calendar*, for a clock of that key whose day 0 is *since*."""
    rests_on = _read(key)
    receipt = RestDayReceipt(rests_on.get("rest_day_receipt", RestDayReceipt.COUNTED_FROM_RECEIPT.value))
    return last_day(
        day_zero(since, receipt, calendar),
        rests_on["length"],
        LimitUnit(rests_on["unit"]),
        calendar,
        roll=Roll(rests_on.get("roll", Roll.NONE.value)),
        month_end=MonthEnd(rests_on.get("month_end", MonthEnd.LAST_DAY.value)),
        spans=[(date.fromisoformat(began), date.fromisoformat(ended)) for began, ended in rests_on.get("left_out", ())],
    )
