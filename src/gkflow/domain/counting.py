"""
Counting days (期间计算): the last day of a period, without the days that a suspension excludes.

Pure arithmetic for every unit; ``deadline`` chooses the length and the suspensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.law import LeavesOut, LimitUnit, MonthEnd, RestDayReceipt, Roll
from gkflow.domain.objections.days import OutOfRange
from gkflow.domain.objections.terms import UnitNotCounted

ONE_DAY = timedelta(days=1)

# A suspension excludes the days after the one on which it began, through the one on which it ended:
# (began, ended]. 条例 第三十三条第三款: 征求第三方和其他机关意见所需时间不计算在前款规定的期限内.
Span = tuple[date, date]


def union(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, overlapping or adjacent ones merged: a day is excluded once, however many were consulted."""
    merged: list[Span] = []
    for began, ended in sorted(spans):
        if ended <= began:
            continue  # 当日征求、当日答复: nothing is excluded
        if merged and began <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ended))
        else:
            merged.append((began, ended))
    return merged


def span_of(began: date, ended: date, reading: LeavesOut = LeavesOut.AFTER_BEGAN_THROUGH_ENDED) -> Span:
    """The days that a suspension excludes, by the reading that the limit names."""
    if reading is LeavesOut.AFTER_BEGAN_THROUGH_ENDED:
        return began, ended
    if reading in (LeavesOut.FROM_BEGAN_THROUGH_ENDED, LeavesOut.FROM_BEGAN_BEFORE_ENDED):
        began -= ONE_DAY
    if reading in (LeavesOut.FROM_BEGAN_BEFORE_ENDED, LeavesOut.AFTER_BEGAN_BEFORE_ENDED):
        ended -= ONE_DAY
    return began, ended


def day_zero(since: date, reading: RestDayReceipt, calendar: WorkCalendar) -> date:
    """Day 0, which is never counted (民法典 第二百零一条: 开始的当日不计入，自下一日开始计算)."""
    return calendar.roll(since) if reading is RestDayReceipt.MOVED_TO_WORKING_DAY else since


def last_day(
    since: date,
    length: int,
    unit: LimitUnit,
    calendar: WorkCalendar,
    *,
    roll: Roll = Roll.NONE,
    month_end: MonthEnd = MonthEnd.LAST_DAY,
    spans: Sequence[Span] = (),
) -> date:
    """
    The last day of *length* units after *since*, which is itself not counted.

    Working days are counted one by one and end on a working day; calendar days likewise; months and years end on the
    corresponding day, or if there is none as *month_end* says (民法典 第二百零二条), and a suspension shifts their
    start by the days that it excludes. A calendar period whose last day is a day off ends as *roll* says; none ends on
    an excluded day, but on the next one. Length 0 is the day itself. Hours and fixed dates are refused.
    """
    merged = union(spans) if spans else ()
    if unit is LimitUnit.WORKING_DAY:
        return last_working_day(since, length, merged, calendar)
    if unit is LimitUnit.DAY:
        last = since + timedelta(days=length)
        while merged and (then := since + timedelta(days=length + _left_out(merged, since, last, None))) != last:
            last = then
    elif unit is LimitUnit.MONTH or unit is LimitUnit.YEAR:
        period = relativedelta(months=length) if unit is LimitUnit.MONTH else relativedelta(years=length)
        last = _corresponding(since, period, month_end)
        while merged:
            shifted = since + timedelta(days=_left_out(merged, since, last, None))
            if (then := _corresponding(shifted, period, month_end)) == last:
                break
            last = then
    else:
        raise UnitNotCounted(unit=str(unit))
    # 民法典 第二百零三条: 以法定休假日结束的次日为期间的最后一日; a make-up Saturday is a working day.
    last = calendar.roll(last) if roll is Roll.NEXT_WORKING_DAY else last
    for began, ended in merged if length else ():
        # A month's end or a roll can reach into a suspension that the length itself did not.
        if max(began, since) < last <= ended:
            last = ended + ONE_DAY
            last = calendar.roll(last) if roll is Roll.NEXT_WORKING_DAY else last
    return last


def last_day_before(event: date, length: int, unit: LimitUnit, calendar: WorkCalendar, *, roll: Roll) -> date:
    """
    The last day for an act that must be done *length* units before *event* (……的七日前).

    行政处罚法 第六十四条第二项: 行政机关应当在举行听证的七日前，通知当事人及有关人员听证的时间、地点. The mirror of
    forward counting: the day of the event is not counted, the day before it is number 1, and the last day counted back
    is the last day. If that is a day off, the last day is the working day *before*: rolling forward would leave fewer
    days than the law gives (民法典 第二百零三条 lengthens a term for whoever has to act in it; here it would shorten
    another's).
    """
    if unit is LimitUnit.WORKING_DAY:
        return calendar.add(event, -length) if length else event
    if unit is not LimitUnit.DAY:
        raise RuntimeError(f"a limit in {unit} is not counted back")
    last = event - timedelta(days=length)
    return calendar.roll_back(last) if roll is Roll.PREVIOUS_WORKING_DAY else last


def _corresponding(since: date, period: relativedelta, month_end: MonthEnd) -> date:
    try:
        last: date = since + period
    except ValueError:  # beyond the year 9999
        raise OutOfRange() from None
    return last + ONE_DAY if last.day < since.day and month_end is MonthEnd.NEXT_DAY else last


def last_working_day(since: date, length: int, merged: Sequence[Span], calendar: WorkCalendar) -> date:
    """The *length*-th working day after *since* outside of the *merged* spans (a union, in order)."""
    last = calendar.add(since, length)
    # Extended by the working days excluded up to the last day, until no further one is added.
    while merged and (out := _left_out(merged, since, last, calendar)):
        then = calendar.add(since, length + out)
        if then == last:
            break
        last = then
    return last


def last_moment(since: datetime, hours: int) -> datetime:
    """
    The end of a limit in hours (按小时计算), which run through nights and days off.

    民法典 第二百零一条第二款: 按照小时计算期间的，自法律规定或者当事人约定的时间开始计算.
    """
    return since + timedelta(hours=hours)


def _left_out(merged: Sequence[Span], since: date, through: date, calendar: WorkCalendar | None) -> int:
    """Days of the spans inside (since, through]: working days of *calendar*, or calendar days."""
    total = 0
    for began, ended in merged:
        after, end = max(began, since), min(ended, through)
        if end > after:
            total += calendar.count(after, end) if calendar is not None else (end - after).days
    return total


def left_out(spans: Sequence[Span], since: date, through: date, calendar: WorkCalendar) -> int:
    """How many working days of (since, through] the spans exclude."""
    return _left_out(union(spans), since, through, calendar)


def signed_working_days(today: date, last: date, calendar: WorkCalendar) -> int:
    """
    Working days left (剩余工作日): until the last day; after it, minus the count since, at most −1.

    A reply on the Saturday after a Friday is late by one day though there is no working day in between.
    """
    if today <= last:
        return calendar.count(today, last)
    return min(-1, -calendar.count(last, today))
