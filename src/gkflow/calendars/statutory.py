"""
The days off that the law itself sets (法定节假日推定), for years without a notice.

Weekends, the days of 全国年节及纪念日放假办法 第二条 as in force in that year, and by 第六条 a substitute on the next
working day for each of them that falls on a Saturday or Sunday. No make-up days: only a notice can move rest days.
Measured over 2008-2026 this is exact for 87 of 100 limits of 20 working days.

The ``holidays`` library has the statutory days; the substitutes are computed here. The library leaves out some that
the notices of their year arranged otherwise (2012-06-25, 2015-09-28), and gives none where two festivals fall on one
day, which the notices of 2009 and 2020 counted as a day each. ``has_special_holidays = False`` excludes the days that
it has copied from notices without their make-up days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from gkflow.domain.calendar import DayNote, YearOfDays
from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said

LAW = "全国年节及纪念日放假办法"
STATUTORY, SUBSTITUTE = f"{LAW} 第二条", f"{LAW} 第六条"
# The law counts New Year's Eve among the days of 春节.
_NAMES = {"农历除夕": "春节"}
_SUBSTITUTES_SINCE = 2000
_SATURDAY = 5


def statutory_year(year: int) -> YearOfDays:
    """
    The statutory days off of *year*, whether or not a notice has been published for it.

    Years before the first in the library (1950) have weekends only; after its last one (2100) the lunar festivals are
    unknown, and the year is refused.
    """
    # Imported here: loading the library takes longer than the rest of a command.
    from holidays import country_holidays

    days = country_holidays("CN", language="zh_CN", observed=False, expand=True)
    if year > days.end_year:
        raise CalendarError(
            reason=said(
                "no statutory days off are known after {last}, and {year} was reached", last=days.end_year, year=year
            )
        )
    if year < days.start_year:
        return YearOfDays()
    days.has_special_holidays = False
    # The library computes a year when one of its days is requested.
    days.get(date(year, 1, 1))
    festivals = {
        day: [_NAMES.get(name, name) for name in days.get_list(day)] for day in sorted(days) if day.year == year
    }
    notes = {day: DayNote("、".join(dict.fromkeys(names)), STATUTORY) for day, names in festivals.items()}
    if year >= _SUBSTITUTES_SINCE:
        for day, name in _owed(festivals):
            while day.weekday() >= _SATURDAY or day in notes:
                day += timedelta(days=1)
            notes[day] = DayNote(name, SUBSTITUTE)
    return YearOfDays(days_off=frozenset(notes), notes=notes)


def _owed(festivals: dict[date, list[str]]) -> Iterator[tuple[date, str]]:
    """The festivals with a substitute: on a weekend, or the second on its day."""
    for day, names in festivals.items():
        yield from ((day, name) for name in (names if day.weekday() >= _SATURDAY else names[1:]))
