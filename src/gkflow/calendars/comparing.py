"""
Comparison of the sources of days off (日历对照): where a data package and the adopted notices disagree.

Only working days are compared; the names of holidays differ from package to package and move no deadline. The adopted
notices were themselves read from one of the packages and corrected, so it is the other package that finds errors of the
first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gkflow import extras
from gkflow.domain.calendar import WorkCalendar

CHINESE_CALENDAR, HOLIDAYS = "chinese-calendar", "holidays"


@dataclass(frozen=True, slots=True)
class Source:
    """
    One source of days (数据来源): its name, its distribution, and its answer for a day.

    ``worked`` returns None for a day that the source does not know.
    """

    name: str
    distribution: str
    worked: Callable[[date], bool | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A day on which the sources disagree (不同之处): the answers of the calendar and of each source."""

    day: date
    worked: bool
    said: Mapping[str, bool | None]

    @property
    def against(self) -> tuple[str, ...]:
        """The sources that disagree with the calendar."""
        return tuple(name for name, worked in self.said.items() if worked is not None and worked != self.worked)


def differences(calendar: WorkCalendar, sources: Sequence[Source], first: date, last: date) -> Iterator[Difference]:
    """
    The days from *first* through *last* on which a source disagrees with *calendar* (逐日对照).

    A source that does not know a day does not disagree.
    """
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        found = Difference(day, calendar.is_working_day(day), {each.name: each.worked(day) for each in sources})
        if found.against:
            yield found


def years_known(source: Source, first: date, last: date) -> tuple[int, int] | None:
    """The first and the last year between the two days that the source knows; None if there is none."""
    # No package begins or ends inside a year.
    years = [year for year in range(first.year, last.year + 1) if source.worked(date(year, 7, 1)) is not None]
    return (years[0], years[-1]) if years else None


def installed_sources() -> tuple[Source, ...]:
    """
    The two packages, each through its own functions, as other programs use them (已安装的数据包).

    Raises LibraryMissing without holidays: one package compared with itself would find nothing.
    """
    extras.require("holidays")
    return (
        Source(CHINESE_CALENDAR, "chinesecalendar", _chinese_calendar()),
        Source(HOLIDAYS, "holidays", _holidays()),
    )


def _chinese_calendar() -> Callable[[date], bool | None]:
    # Both are imported here, because most commands need neither.
    import chinese_calendar

    def worked(day: date) -> bool | None:
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:  # a year without data
            return None

    return worked


def _holidays() -> Callable[[date], bool | None]:
    from holidays import country_holidays

    days = country_holidays("CN")

    def worked(day: date) -> bool | None:
        if not days.start_year <= day.year <= days.end_year:
            return None  # its answer would only follow the weekday
        return days.is_working_day(day)

    return worked
