"""
The days off as notices usually arrange them (放假通例推定), for years without a notice.

The rules below describe today's arrangements, extended back to 2008, the first year of the present festivals. They were
written with hindsight, from the same notices that they are measured against: being exact for more than 96 of 100
limits of 2008-2026 shows how regular the notices are, and promises less for a future year. Their errors are larger than
those of the statutory days (:mod:`gkflow.calendars.statutory`), which remain the default.

- 春节: seven days from New Year's Eve, eight since 2025 (国办发明电〔2024〕12号). The law counted the Eve until
  2013 and counts it again since 2025; the notices of 2015-2023 gave it all the same, that of 2014 did not.
- 国庆节: 1 to 7 October. With 中秋节 from 29 September to 8 October eight days, from the earlier of the two
  (〔2008〕42号, 〔2011〕45号, 〔2016〕17号, 〔2019〕16号, 〔2022〕16号, 〔2024〕12号).
- 劳动节: five days since 2020 (〔2019〕16号), those with the fewest make-up days, and of these the latest.
- 元旦, 清明节, 端午节, 中秋节, 劳动节 until 2019: three days with the weekend; a Tuesday or Thursday is bridged to
    it, a Wednesday stays alone (as in every annual notice since 2014, 〔2013〕28号).
- Make-up days: what a holiday takes beyond the days of the law is worked on the nearest rest day, if it takes
  two days on the last rest day before it and the first after it: mostly a Sunday before, a Saturday after. Where a
  whole weekend adjoins it, both days were worked there, until 放假办法 第七条 (令第795号, from 2025) set that no
  more than six days are normally worked in a row around a holiday.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from gkflow.calendars.statutory import STATUTORY, statutory_year
from gkflow.domain.calendar import DayNote, YearOfDays

CUSTOM = "历年放假通知的通例"
FIRST = 2008
NEW_YEAR, SPRING, QINGMING, LABOUR = "元旦", "春节", "清明节", "劳动节"
DRAGON_BOAT, MID_AUTUMN, NATIONAL = "端午节", "中秋节", "国庆节"
_EVE_GIVEN = range(2015, 2025)  # 春节 from the Eve although the law did not count it
_EIGHT_OF_SPRING = _SIX_IN_A_ROW = 2025
_FIVE_OF_LABOUR = 2020
_DAY = timedelta(days=1)
_SATURDAY = 5
# Monday to Sunday: how many days before and after a festival make up its three days.
_THREE_DAYS = ((2, 0), (2, 0), (0, 0), (0, 2), (0, 2), (0, 2), (1, 1))


class _Holiday(NamedTuple):
    """Consecutive days off, and how many of them the law gives."""

    name: str
    first: date
    length: int
    given: int

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + n * _DAY for n in range(self.length))

    @property
    def owed(self) -> int:
        """The working days used beyond those of the law: a day on a weekend is given by 第六条."""
        return sum(day.weekday() < _SATURDAY for day in self.days) - self.given


def shape_year(year: int) -> YearOfDays:
    """
    The expected days of *year*; years before 2008 and after 2100 follow the law alone.

    December days of the next New Year belong to *year*.

    >>> [f"{day:%m-%d}" for day in sorted(shape_year(2018).makeup_days) if day.month > 9]
    ['12-29']
    """
    law = statutory_year(year)
    if year < FIRST:
        return law
    holidays = tuple(_holidays(year, law))
    off = {day: holiday.name for holiday in holidays for day in holiday.days}
    makeup: dict[date, str] = {}
    for holiday in holidays:
        for day in _made_up(holiday, off.keys() | makeup.keys()):
            makeup[day] = holiday.name
    notes = {day: DayNote(name, CUSTOM) for day, name in (off | makeup).items() if day.year == year}
    return YearOfDays(
        days_off=frozenset(day for day in off if day.year == year),
        makeup_days=frozenset(day for day in makeup if day.year == year),
        notes=notes | dict(law.notes),
    )


def _holidays(year: int, law: YearOfDays) -> Iterator[_Holiday]:
    festivals: dict[str, list[date]] = {}
    for day in sorted(law.days_off):
        if (note := law.notes[day]).source == STATUTORY:
            for name in note.name.split("、"):
                festivals.setdefault(name, []).append(day)
    yield _three_days(NEW_YEAR, festivals[NEW_YEAR][0])
    spring = festivals[SPRING]
    eve = spring[0] - _DAY if year in _EVE_GIVEN else spring[0]
    yield _Holiday(SPRING, eve, 8 if year >= _EIGHT_OF_SPRING else 7, len(spring))
    yield _three_days(QINGMING, festivals[QINGMING][0])
    yield _labour(year, festivals[LABOUR])
    yield _three_days(DRAGON_BOAT, festivals[DRAGON_BOAT][0])
    yield from _autumn(festivals[MID_AUTUMN][0], festivals[NATIONAL])
    yield _three_days(NEW_YEAR, date(year + 1, 1, 1))


def _three_days(name: str, festival: date) -> _Holiday:
    before, after = _THREE_DAYS[festival.weekday()]
    return _Holiday(name, festival - before * _DAY, before + 1 + after, 1)


def _labour(year: int, festival: list[date]) -> _Holiday:
    if year < _FIVE_OF_LABOUR:
        return _three_days(LABOUR, festival[0])
    latest_first = (festival[0] - n * _DAY for n in range(6 - len(festival)))
    return min((_Holiday(LABOUR, first, 5, len(festival)) for first in latest_first), key=lambda each: each.owed)


def _autumn(moon: date, national: list[date]) -> Iterator[_Holiday]:
    if moon >= national[0] - 2 * _DAY:
        yield _Holiday(NATIONAL, min(moon, national[0]), 8, len(national) + 1)
    else:
        yield _three_days(MID_AUTUMN, moon)
        yield _Holiday(NATIONAL, national[0], 7, len(national))


def _made_up(holiday: _Holiday, taken: Container[date]) -> Iterable[date]:
    """The rest days that are worked for *holiday*, none of them *taken* by another."""
    first, last = holiday.first, holiday.days[-1]
    before, after = _rest_day(first, -_DAY, taken), _rest_day(last, _DAY, taken)
    match holiday.owed:
        case 0:
            return ()
        case 1:
            return (before if first - before <= after - last else after,)
    if first.year < _SIX_IN_A_ROW:
        for weekend in ((first - 2 * _DAY, first - _DAY), (last + _DAY, last + 2 * _DAY)):
            if weekend[0].weekday() == _SATURDAY and not any(day in taken for day in weekend):
                return weekend
    return before, after


def _rest_day(day: date, step: timedelta, taken: Container[date]) -> date:
    """The nearest Saturday or Sunday from *day* on that is not *taken*."""
    day += step
    while day.weekday() < _SATURDAY or day in taken:
        day += step
    return day
