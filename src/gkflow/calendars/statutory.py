"""
The days off that the law itself sets (法定节假日推定), for years without a notice.

Weekends, the days of 全国年节及纪念日放假办法 第二条 as in force in that year, and by 第六条 a substitute on the next
working day for each of them that falls on a Saturday or Sunday. No make-up days: only a notice can move rest days.
Measured over 2008-2026 this is exact for 87 of 100 limits of 20 working days.

The fixed days are below, by the text in force; those of the lunar calendar are in :mod:`gkflow.calendars.lunar`. No
notice of a single year has a part in them: where two festivals fall on one day, each counts as a day, as in the notices
of 2009 and 2020. Nothing outside this package is needed: a deadline must not depend on what else is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from gkflow.calendars.lunar import FIRST, LAST, lunar_days
from gkflow.domain.calendar import DayNote, YearOfDays
from gkflow.domain.objections.calendars import CalendarError
from gkflow.domain.sentences import said

LAW = "全国年节及纪念日放假办法"
STATUTORY, SUBSTITUTE = f"{LAW} 第二条", f"{LAW} 第六条"
_SUBSTITUTES_SINCE = 2000
_SATURDAY = 5


def statutory_year(year: int) -> YearOfDays:
    """
    The statutory days off of *year*, whether or not a notice has been published for it.

    Years before 1950 have weekends only; after 2100 the lunar festivals are unknown, and the year is refused.
    """
    if year > LAST:
        raise CalendarError(
            reason=said("no statutory days off are known after {last}, and {year} was reached", last=LAST, year=year)
        )
    if year < FIRST:
        return YearOfDays()
    festivals: dict[date, list[str]] = {}
    for day, name in sorted(_festivals(year)):
        festivals.setdefault(day, []).append(name)
    notes = {day: DayNote("、".join(dict.fromkeys(names)), STATUTORY) for day, names in festivals.items()}
    if year >= _SUBSTITUTES_SINCE:
        for day, name in _owed(festivals):
            while day.weekday() >= _SATURDAY or day in notes:
                day += timedelta(days=1)
            notes[day] = DayNote(name, SUBSTITUTE)
    return YearOfDays(days_off=frozenset(notes), notes=notes)


def _festivals(year: int) -> Iterator[tuple[date, str]]:
    """
    The days of 第二条 as in force in *year*.

    1949-12-23 (政务院): 新年1日，春节3日（初一至初三），劳动节1日，国庆纪念日2日.
    1999-09-18 (令第270号): 劳动节3日，国庆节3日.
    From 2008 (令第513号): 春节3日（除夕、初一、初二），清明节、端午节、中秋节各1日，劳动节1日.
    From 2014 (令第644号): 春节3日（初一至初三）. From 2025 (令第795号): 春节4日（除夕至初三），劳动节2日.
    """
    lunar = lunar_days(year)
    yield date(year, 1, 1), "元旦"
    since_eve, through = (-1, 1) if 2008 <= year <= 2013 else (-1 if year >= 2025 else 0, 2)
    for place in range(since_eve, through + 1):
        yield lunar.new_year + timedelta(days=place), "春节"
    for festival, name in (
        (lunar.tomb_sweeping, "清明节"),
        (lunar.dragon_boat, "端午节"),
        (lunar.mid_autumn, "中秋节"),
    ):
        if festival is not None:
            yield festival, name
    labour = 3 if 2000 <= year <= 2007 else 2 if year >= 2025 else 1
    yield from ((date(year, 5, day), "劳动节") for day in range(1, labour + 1))
    yield from ((date(year, 10, day), "国庆节") for day in range(1, (3 if year >= 1999 else 2) + 1))


def _owed(festivals: dict[date, list[str]]) -> Iterator[tuple[date, str]]:
    """The festivals with a substitute: on a weekend, or the second on its day."""
    for day, names in festivals.items():
        yield from ((day, name) for name in (names if day.weekday() >= _SATURDAY else names[1:]))
