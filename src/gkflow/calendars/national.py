"""The national calendar (全国工作日历): the notices of the State Council, as chinese-calendar knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from gkflow.calendars.overlay import HolidayNotice, Overlay
from gkflow.calendars.statutory import statutory_year
from gkflow.domain.calendar import DayNote, WorkCalendar, YearOfDays

NEW_YEAR = "元旦"
# The package says 清明, the law and the notices say 清明节.
_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def national_calendar(
    overlays: Sequence[Overlay] = (),
    notices: Sequence[HolidayNotice] = (),
    predict: Callable[[int], YearOfDays] | None = statutory_year,
) -> WorkCalendar:
    """
    The calendar of the whole country, with *overlays* over it; the later published one wins.

    *notices* only tell from which notice a day is known. Years that no notice covers are left to *predict*.
    """
    off, makeup = _packaged(notices)
    # The package holds whole years; a notice covers its year to the last day.
    covered = {day.year for day in off}
    for overlay in sorted(overlays, key=lambda overlay: overlay.published):
        for days, others, said in ((off, makeup, overlay.days_off), (makeup, off, overlay.makeup_days)):
            for day, name in said.items():
                others.pop(day, None)
                days[day] = overlay.note(name)
        if overlay.annual:
            covered.add(overlay.year)
    first, last = _run(covered, max(day.year for day in _package()[0]))
    return WorkCalendar(
        days_off=off,
        makeup_days=makeup,
        notes=off | makeup,
        announced_from=date(first, 1, 1),
        announced_through=date(last, 12, 31),
        predict=predict,
    ).with_edition()


def _run(years: set[int], around: int) -> tuple[int, int]:
    """The years without a gap around one of them: a notice for 2028 says nothing of 2027."""
    first = last = around
    while first - 1 in years:
        first -= 1
    while last + 1 in years:
        last += 1
    return first, last


def _package() -> tuple[Mapping[date, str], Mapping[date, str]]:
    """The days off and the make-up days of the package, each with the English name of its holiday."""
    # Imported here so that `import gkflow` stays quick. The functions of the package are not used: they look
    # through all their days at each call and refuse years to come.
    from chinese_calendar.constants import holidays, workdays

    return holidays, workdays


def _packaged(notices: Sequence[HolidayNotice]) -> tuple[dict[date, DayNote], dict[date, DayNote]]:
    from chinese_calendar.constants import Holiday

    chinese = {holiday.value: _NAMES.get(holiday.chinese, holiday.chinese) for holiday in Holiday}
    annual = {notice.year: notice for notice in notices if notice.days is None}
    amended = {day: notice for notice in notices if notice.days is not None for day in notice.days}

    def note(day: date, english: str) -> DayNote:
        name = chinese.get(english, english)
        # The days of a New Year that lie in December stand in the notice of the year to come.
        year = day.year + 1 if name == NEW_YEAR and day.month == 12 else day.year
        notice = amended.get(day) or annual.get(year)
        return DayNote(name, notice.number, notice.url) if notice else DayNote(name)

    off, makeup = _package()
    return {day: note(day, name) for day, name in off.items()}, {day: note(day, name) for day, name in makeup.items()}
