"""The national announcements (全国放假公告): State Council notices, with their days from chinese-calendar."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from gkflow.calendars.announcements import HolidayNotice
from gkflow.calendars.statutory import statutory_year
from gkflow.domain.calendar import WorkCalendar, YearOfDays
from gkflow.domain.edition import Announcement, CalendarEdition, Festival
from gkflow.plugs import HolidaySource

NEW_YEAR = "元旦"
# The package has 清明, the law and the notices have 清明节.
_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
_Days = dict[date, str]


def national_calendar(
    files: Sequence[Announcement] = (),
    notices: Sequence[HolidayNotice] = (),
    predict: Callable[[int], YearOfDays] | None = statutory_year,
) -> WorkCalendar:
    """The national calendar, with the announcements of *files* over it; the later publication wins."""
    return calendar_edition(files, notices, predict).calendar()


def calendar_edition(
    files: Sequence[Announcement] = (),
    notices: Sequence[HolidayNotice] = (),
    predict: Callable[[int], YearOfDays] | None = statutory_year,
    festivals: Sequence[Festival] = (),
    sources: Sequence[HolidaySource] = (),
) -> CalendarEdition:
    """
    All announcements that the installed packages and the files know (已知的放假公告).

    *notices* give the source and the publication of the package's days; *files* set days of their own, *sources* are
    announcements of other packages. Years without an announcement are left to *predict*.
    """
    # A year in the package without a listed date became known with the notice that the office entered for it.
    entered = {year: each.published for each in files if each.national for year in each.years}
    # A file with single days of a notice that the package has corrects the package; one for the whole year is a second
    # source of the same days, and has to agree.
    corrected = {(each.number, day) for each in files if each.number and not each.annual for day in each.days}
    announced = (announcement for source in sources for announcement in source())
    said = (*_packaged(notices, entered, corrected), *announced, *files)
    return CalendarEdition(said, predict, tuple(festivals))


def _package() -> tuple[Mapping[date, str], Mapping[date, str]]:
    """The days off and the make-up days of the package, each with the English name of its holiday."""
    # Imported here so that `import gkflow` stays quick. The functions of the package are not used: they search all days
    # at each call and refuse future years.
    from chinese_calendar.constants import holidays, workdays

    return holidays, workdays


def _packaged(
    notices: Sequence[HolidayNotice], entered: Mapping[int, date | None], corrected: Collection[tuple[str, date]]
) -> Iterator[Announcement]:
    """One announcement for each year of the package, and one for each amendment, each with its own days."""
    from chinese_calendar.constants import Holiday

    chinese = {holiday.value: _NAMES.get(holiday.chinese, holiday.chinese) for holiday in Holiday}
    annual = {notice.year: notice for notice in notices if notice.days is None}
    amended = {day: notice for notice in notices if notice.days is not None for day in notice.days}
    off, makeup = ({day: chinese.get(name, name) for day, name in days.items()} for days in _package())
    # The package holds whole years; a notice covers its year to the last day.
    for year in sorted({day.year for day in off}):
        number = annual[year].number if year in annual else ""
        days_off, makeup_days = (
            {
                day: name
                for day, name in days.items()
                if day not in amended and (number, day) not in corrected and _of_notice(day, name) == year
            }
            for days in (off, makeup)
        )
        said = _annual(year, annual.get(year), days_off, makeup_days, notices)
        yield replace(said, published=said.published or entered.get(year))
    for notice in notices:
        if notice.days is not None:
            yield _amendment(notice, off, makeup)


def _of_notice(day: date, name: str) -> int:
    """The December days of a New Year are in the notice of the next year."""
    return day.year + 1 if name == NEW_YEAR and day.month == 12 else day.year


def _annual(
    year: int, notice: HolidayNotice | None, off: _Days, makeup: _Days, notices: Sequence[HolidayNotice]
) -> Announcement:
    for other in notices:
        if other.days is not None and other.year == year:
            # The state before an amendment.
            off, makeup = {**off, **other.off_before}, {**makeup, **other.makeup_before}
    return Announcement(
        f"national-{year}",
        notice.title if notice is not None else "",
        notice.published if notice is not None else None,
        notice.number if notice is not None else "",
        notice.url if notice is not None else "",
        years=(year,),
        days_off=MappingProxyType(off),
        makeup_days=MappingProxyType(makeup),
        known=notice.known if notice is not None else "secondary",
    )


def _amendment(notice: HolidayNotice, off: Mapping[date, str], makeup: Mapping[date, str]) -> Announcement:
    days = sorted(notice.days or ())
    return Announcement(
        f"national-{notice.year}-{notice.number}",
        notice.title or notice.number,
        notice.published,
        notice.number,
        notice.url,
        days_off=MappingProxyType({day: off[day] for day in days if day in off}),
        makeup_days=MappingProxyType({day: makeup[day] for day in days if day in makeup}),
        plain_days=MappingProxyType({day: "" for day in days if day not in off and day not in makeup}),
        known=notice.known,
    )
