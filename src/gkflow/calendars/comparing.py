"""
The sources of days off side by side (日历对照): where a data package and the adopted notices disagree.

What is compared is whether a day is worked; how a holiday is called differs from package to package and moves
no deadline. The adopted notices were themselves read from one of the packages and corrected: it is the other one
that finds an error of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gkflow.domain.calendar import WorkCalendar

CHINESE_CALENDAR, HOLIDAYS = "chinese-calendar", "holidays"


@dataclass(frozen=True, slots=True)
class Source:
    """
    One source of days (数据来源): its name, its distribution, and what it says of a day.

    ``worked`` answers None for a day of which the source knows nothing.
    """

    name: str
    distribution: str
    worked: Callable[[date], bool | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A day on which the sources disagree (不同之处): what the calendar says, and what each of the others says."""

    day: date
    worked: bool
    said: Mapping[str, bool | None]

    @property
    def against(self) -> tuple[str, ...]:
        """The sources that say otherwise than the calendar."""
        return tuple(name for name, worked in self.said.items() if worked is not None and worked != self.worked)


def differences(calendar: WorkCalendar, sources: Sequence[Source], first: date, last: date) -> Iterator[Difference]:
    """
    The days from *first* through *last* of which a source says otherwise than *calendar* (逐日对照).

    A source that knows nothing of a day does not disagree.
    """
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        found = Difference(day, calendar.is_working_day(day), {each.name: each.worked(day) for each in sources})
        if found.against:
            yield found


def years_known(source: Source, first: date, last: date) -> tuple[int, int] | None:
    """The first and the last year between the two days of which the source knows anything; None without any."""
    # No package begins or ends inside a year.
    years = [year for year in range(first.year, last.year + 1) if source.worked(date(year, 7, 1)) is not None]
    return (years[0], years[-1]) if years else None


def installed_sources() -> tuple[Source, ...]:
    """The two packages, each asked through its own functions, as another program would ask it (已安装的数据包)."""
    return (
        Source(CHINESE_CALENDAR, "chinesecalendar", _chinese_calendar()),
        Source(HOLIDAYS, "holidays", _holidays()),
    )


def _chinese_calendar() -> Callable[[date], bool | None]:
    # Both are imported here: most commands need neither.
    import chinese_calendar

    def worked(day: date) -> bool | None:
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:  # a year of which it has no data
            return None

    return worked


def _holidays() -> Callable[[date], bool | None]:
    from holidays import country_holidays

    days = country_holidays("CN")

    def worked(day: date) -> bool | None:
        if not days.start_year <= day.year <= days.end_year:
            return None  # it would answer, and by the week alone
        return days.is_working_day(day)

    return worked
