"""
How a last day is counted again under another calendar (重算式): the little that it rests on, as one text.

A clock row keeps it, so that a new edition of the calendar can be held against a million open clocks without
reading their records.
"""

from __future__ import annotations

from datetime import date, timedelta

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.clock import Verb
from gkflow.domain.counting import Span, day_zero, last_day, span_of, union
from gkflow.domain.deadline import Deadline, Status
from gkflow.domain.law import LimitUnit, MonthEnd, RestDayReceipt, Roll

READ = "?"  # the record has to be read: what it rests on depends on the calendar itself
STILL = ""  # no calendar moves it

_UNITS = {
    LimitUnit.WORKING_DAY: "w",
    LimitUnit.DAY: "d",
    LimitUnit.MONTH: "m",
    LimitUnit.YEAR: "y",
}
_OF = {sign: unit for unit, sign in _UNITS.items()}


def recipe_of(deadline: Deadline) -> str:
    """
    What the last day of a running clock rests on: unit and length, how it rolls, and the days left out.

    ``READ`` where it rests on the last day of another clock, or of its own at some earlier time, which the calendar
    moves as well; ``STILL`` for a day that is named and does not roll.
    """
    value, last = deadline.value, deadline.last_day
    if value is None or last is None or deadline.status is not Status.RUNNING:
        return STILL
    if deadline.named:
        held_against = value.length is not None and (value.unit is LimitUnit.WORKING_DAY or value.roll is not Roll.NONE)
        return READ if value.roll is not Roll.NONE or held_against else STILL
    if value.length is None or value.unit not in _UNITS:
        return STILL
    if deadline.clock.rule.until and deadline.findings:
        return READ  # a day was named that does not hold; whether it does is a matter of the calendar
    if any(event.verb is Verb.WAIT for event in deadline.clock.events):
        return READ  # whether a notice was timely is itself a matter of the calendar
    spans: list[Span] = []
    if deadline.suspensions:
        # When silence ended a consultation is so as well.
        lapsing = {rule.trigger.action for rule in deadline.clock.rule.suspends if rule.lapse}
        if any(each.ended is None or each.action in lapsing for each in deadline.suspensions):
            return READ
        spans = union(span_of(each.began, each.ended, value.leaves_out) for each in deadline.suspensions if each.ended)
    signs = (
        _UNITS[value.unit],
        str(value.length + deadline.extension),
        "r" if value.roll is Roll.NEXT_WORKING_DAY else "",
        "n" if value.month_end is MonthEnd.NEXT_DAY else "",
        "z" if value.rest_day_receipt is RestDayReceipt.MOVED_TO_WORKING_DAY else "",
    )
    left_out = "".join(f" {began}/{ended}" for began, ended in spans)
    return "".join(signs) + left_out


def how_firm_of(recipe: str, since: date, last: date, calendar: WorkCalendar) -> tuple[bool, date, date]:
    """Whether a last day of that recipe may still move under *calendar*, and between which days (as ``how_firm``)."""
    if recipe[:1] == "w":
        after = since
    elif "r" in recipe.split(" ", 1)[0]:
        after = last - timedelta(days=1)  # only the roll of a calendar period asks which days are worked
    else:
        return False, last, last
    if not calendar.provisional(after, last):
        return False, last, last
    return (True, *calendar.range_of(last, since))


def recount(recipe: str, since: date, calendar: WorkCalendar) -> date:
    """The last day under *calendar*, for a clock of that recipe whose day 0 is *since*."""
    head, *left_out = recipe.split(" ")
    unit, rest = _OF[head[0]], head[1:]
    digits = rest.rstrip("rnz")
    flags = rest[len(digits) :]
    spans: list[Span] = []
    for each in left_out:
        began, ended = each.split("/")
        spans.append((date.fromisoformat(began), date.fromisoformat(ended)))
    reading = RestDayReceipt.MOVED_TO_WORKING_DAY if "z" in flags else RestDayReceipt.COUNTED_FROM_RECEIPT
    return last_day(
        day_zero(since, reading, calendar),
        int(digits),
        unit,
        calendar,
        roll=Roll.NEXT_WORKING_DAY if "r" in flags else Roll.NONE,
        month_end=MonthEnd.NEXT_DAY if "n" in flags else MonthEnd.LAST_DAY,
        spans=spans,
    )
