"""
Last days that are named, not counted (指定日): a fixed date, a day in the entry, hours from a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.case import NOTHING, legal_day
from gkflow.domain.clock import ClockEvent, day_fact, moment_fact
from gkflow.domain.counting import last_moment
from gkflow.domain.law import Bound, Known, LimitUnit, LimitValue, Roll, YearOf
from gkflow.domain.workflow import ClockRule, Obligor, Trigger

_COUNTED = (LimitUnit.WORKING_DAY, LimitUnit.DAY, LimitUnit.MONTH, LimitUnit.YEAR)


class Appointed(NamedTuple):
    """
    A named last day (指定的届满日); ``objection`` is its finding, with its facts. Without a day the named one is
    invalid, and the limit's own is counted.
    """

    day: date | None
    moment: datetime | None = None
    objection: str = ""
    facts: Mapping[str, Any] = NOTHING


def appointed(
    rule: ClockRule, value: LimitValue, event: ClockEvent, calendar: WorkCalendar, count: Callable[[int], date]
) -> Appointed | None:
    """
    The last day that a start names, or that its limit fixes; None if the days are counted.

    *count* counts the limit's own length from the start: a day named by an entry is compared with it.
    """
    if rule.until and (named := day_fact(event.entry.facts, rule.until)) is not None:
        return _named(rule, value, event, calendar, named, count)
    if value.unit is LimitUnit.FIXED_DATE and value.month and value.day:
        return Appointed(_statutory(_fixed_date(value, event.day), value, calendar))
    if value.unit is LimitUnit.HOUR and value.length is not None:
        return _hours(value.length, event)
    return None


def _named(
    rule: ClockRule,
    value: LimitValue,
    event: ClockEvent,
    calendar: WorkCalendar,
    named: date,
    count: Callable[[int], date],
) -> Appointed:
    day = _rolled(named, value, calendar)
    facts = {"until": rule.until, "day": named, "cite": value.citation}
    if value.unit is LimitUnit.FIXED_DATE:
        # 每年1月31日前: the office may set itself an earlier day, never a later one.
        lawful = _statutory(_fixed_date(value, event.day, named), value, calendar)
        return (
            Appointed(day) if named <= lawful else Appointed(lawful, None, "term_too_long", {**facts, "last": lawful})
        )
    # The office's own proposal does not bind it further, unless the clock says so; a limit that it has set for others
    # is their minimum.
    own = value.citation.known is Known.PROPOSAL and rule.obligor is Obligor.OFFICE and not rule.shortened_by
    if value.length is None or value.unit not in _COUNTED or own:
        return Appointed(day)
    counted = count(value.length)
    facts["last"] = counted
    if value.bound is Bound.AT_LEAST and named < counted:
        # 因情况紧急等原因需要缩短期限的，应当予以说明 (决策条例 第十五条): the reason, not the wish, shortens it.
        if not (rule.shortened_by and event.entry.facts.get(rule.shortened_by)):
            return Appointed(None, None, "term_too_short", {**facts, "reason": rule.shortened_by})
    elif value.bound is Bound.AT_MOST and named > counted:
        return Appointed(None, None, "term_too_long", facts)
    return Appointed(day)


def _statutory(day: date, value: LimitValue, calendar: WorkCalendar) -> date:
    return calendar.roll(day) if value.roll is Roll.NEXT_WORKING_DAY else _rolled(day, value, calendar)


def _fixed_date(value: LimitValue, start: date, named: date | None = None) -> date:
    """
    The fixed date of a round that begins on *start*; if an entry names a day, the one nearest to it, if that is
    earlier: a report of last January that is entered in February is not due next January.
    """
    day = _next_fixed_date(value, start)
    if named is None or value.year:
        return day
    assert value.month
    assert value.day
    near = [date(year, value.month, value.day) for year in (named.year - 1, named.year, named.year + 1)]
    return min(day, min(near, key=lambda each: abs(each - named)))


def _next_fixed_date(value: LimitValue, start: date) -> date:
    assert value.month
    assert value.day
    if value.year:
        return date(value.year, value.month, value.day)
    if value.of is YearOf.FOLLOWING_YEAR:
        return date(start.year + 1, value.month, value.day)
    same_year = date(start.year, value.month, value.day)
    return same_year if same_year >= start else date(start.year + 1, value.month, value.day)


def _rolled(day: date, value: LimitValue, calendar: WorkCalendar) -> date:
    return calendar.roll_back(day) if value.roll is Roll.PREVIOUS_WORKING_DAY else day


def _hours(length: int, event: ClockEvent) -> Appointed:
    """民法典 第二百零一条第二款: 按照小时计算期间的，自法律规定或者当事人约定的时间开始计算."""
    moment = moment_of(event)
    if moment is not None:
        end = last_moment(moment, length)
        return Appointed(legal_day(end), end)
    # No moment on record: the beginning of the day, so that nobody is notified too late; and a finding says so.
    end = last_moment(datetime.combine(event.day, time(), ZoneInfo("Asia/Shanghai")), length)
    return Appointed(legal_day(end), end, "moment_missing", {"day": event.day})


def moment_of(event: ClockEvent) -> datetime | None:
    """
    The moment of an event (时刻): the one in the entry, else when it was recorded, if that was on the same day.
    """
    rule = event.rule
    named = moment_fact(event.entry.facts, rule.day) if isinstance(rule, Trigger) and rule.day else None
    if named is not None:
        return named
    written = event.entry.written_at
    return written if legal_day(written) == event.day else None
