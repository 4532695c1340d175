"""
The days off that the law itself fixes (法定节假日推定), for years without a notice.

Weekends, the days of 全国年节及纪念日放假办法 第二条 as in force in that year, and by 第六条 a
substitute on the next working day for each of them that falls on a Saturday or Sunday. No make-up days: only
a notice can move rest days. Measured over 2008-2026 this is exact for 87 of 100 limits of 20 working days.

The ``holidays`` library knows the statutory days. Two things must be told to it: ``observed=True`` (its
default) gives the substitutes of 第六条, and ``has_special_holidays = False`` leaves out what it has copied
from notices, which it would give without the make-up days that belong to them.
"""

from __future__ import annotations

from datetime import date

from gkflow.domain.calendar import CalendarError, DayNote, YearOfDays

LAW = "全国年节及纪念日放假办法"
STATUTORY, SUBSTITUTE = f"{LAW} 第二条", f"{LAW} 第六条"
# The law counts New Year's Eve among the days of 春节.
_NAMES = {"农历除夕": "春节"}
_SUBSTITUTE_MARK = "（补假）"


def statutory_year(year: int) -> YearOfDays:
    """
    What the law fixes for *year*, whether or not a notice has been published for it.

    Years before the first that the library knows (1950) have weekends only; after its last one (2100)
    nothing is known of the lunar festivals, and the year is refused.
    """
    # Imported here: loading the library takes longer than everything else that a command does.
    from holidays import country_holidays

    days = country_holidays("CN", language="zh_CN", observed=True, expand=True)
    if year > days.end_year:
        raise CalendarError(f"no statutory days off are known after {days.end_year}, and {year} was reached")
    if year < days.start_year:
        return YearOfDays()
    days.has_special_holidays = False
    # The library fills a year when a day of it is asked for.
    days.get(date(year, 1, 1))
    notes = {day: _note(days.get_list(day)) for day in days if day.year == year}
    return YearOfDays(days_off=frozenset(notes), notes=notes)


def _note(names: list[str]) -> DayNote:
    """The note of a day: a festival that falls on it itself is said before a substitute for another day."""
    substitute = all(name.endswith(_SUBSTITUTE_MARK) for name in names)
    plain = [name for name in names if substitute or not name.endswith(_SUBSTITUTE_MARK)]
    told = dict.fromkeys(_NAMES.get(bare, bare) for bare in (n.removesuffix(_SUBSTITUTE_MARK) for n in plain))
    return DayNote(name="、".join(told), source=SUBSTITUTE if substitute else STATUTORY)
