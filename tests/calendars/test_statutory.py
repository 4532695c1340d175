"""What the law fixes for a year without a notice (放假办法 第二条、第六条)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from holidays import country_holidays

from gkflow.calendars.statutory import LAW, statutory_year
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.objections.calendars import CalendarError


def days(year: int, *spans: str) -> set[date]:
    """The days of a year, written as ``02-06..02-10``."""
    found: set[date] = set()
    for span in spans:
        first, _, last = span.partition("..")
        day = date.fromisoformat(f"{year}-{first}")
        while day <= date.fromisoformat(f"{year}-{last or first}"):
            found.add(day)
            day += timedelta(days=1)
    return found


def working_days(year: int) -> int:
    foreseen = statutory_year(year)
    calendar = WorkCalendar(days_off=foreseen.days_off, makeup_days=foreseen.makeup_days)
    return calendar.count(date(year - 1, 12, 31), date(year, 12, 31))


def test_2027_by_the_law_as_amended_in_2024() -> None:
    foreseen = statutory_year(2027)
    assert foreseen.days_off == days(
        2027, "01-01", "02-05..02-10", "04-05", "05-01..05-04", "06-09", "09-15", "10-01..10-05"
    )
    assert foreseen.makeup_days == frozenset()
    assert working_days(2027) == 248


def test_a_substitute_names_article_6_and_the_festival_article_2() -> None:
    notes = statutory_year(2027).notes
    assert (notes[date(2027, 2, 5)].name, notes[date(2027, 2, 5)].source) == ("春节", f"{LAW} 第二条")
    assert (notes[date(2027, 2, 9)].name, notes[date(2027, 2, 9)].source) == ("春节", f"{LAW} 第六条")
    assert notes[date(2027, 10, 5)].name == "国庆节"
    assert notes[date(2027, 6, 9)].name == "端午节"


def test_a_day_of_two_festivals_names_both() -> None:
    # 2031: the fifteenth of the eighth lunar month is 1 October.
    assert set(statutory_year(2031).notes[date(2031, 10, 1)].name.split("、")) == {"中秋节", "国庆节"}


@pytest.mark.parametrize(
    ("year", "off", "worked"),
    [
        # 令第795号, from 2025: New Year's Eve and 2 May.
        (2025, ["2025-01-28", "2025-05-02"], []),
        # 令第644号, 2014-2024: neither.
        (2024, ["2024-02-10"], ["2024-02-09", "2024-05-02"]),
        # 令第513号, 2008-2013: New Year's Eve, and 清明, 端午, 中秋.
        (2010, ["2010-02-13", "2010-04-05", "2010-06-16", "2010-09-22"], ["2010-05-04"]),
        # Before: a week in May and no lunar festivals but 春节.
        (2007, ["2007-05-02", "2007-05-03"], ["2007-04-05", "2007-06-19", "2007-09-25"]),
    ],
)
def test_each_year_follows_the_text_in_force_then(year: int, off: list[str], worked: list[str]) -> None:
    foreseen = statutory_year(year).days_off
    assert {date.fromisoformat(day) for day in off} <= foreseen
    assert not {date.fromisoformat(day) for day in worked} & foreseen


@pytest.mark.parametrize("year", [2019, 2024, 2026])
def test_days_that_only_a_notice_gave_are_left_out(year: int) -> None:
    # The notices had these bridged by make-up days; without the make-up days they would be days too many.
    bridged = {2019: date(2019, 10, 7), 2024: date(2024, 2, 16), 2026: date(2026, 1, 2)}
    assert bridged[year] not in statutory_year(year).days_off


@pytest.mark.parametrize("year", range(1990, 2101))
def test_every_year_of_a_working_life_can_be_foreseen(year: int) -> None:
    foreseen = statutory_year(year)
    assert date(year, 1, 1) in foreseen.days_off
    assert all(day.year == year for day in foreseen.days_off)
    assert set(foreseen.notes) == foreseen.days_off


@pytest.mark.parametrize("decade", range(1950, 2110, 10))
def test_the_days_off_are_those_of_the_package_holidays(decade: int) -> None:
    """The package computes the lunar calendar; here its days are a table. Days of a single notice are left out."""
    for year in range(decade, min(decade + 10, 2101)):
        theirs = country_holidays("CN", language="zh_CN", observed=False, expand=True)
        theirs.has_special_holidays = False
        theirs.get(date(year, 1, 1))  # computes the year
        days_off = {day for day in theirs if day.year == year}
        notes = statutory_year(year).notes
        assert {day for day, note in notes.items() if note.source == f"{LAW} 第二条"} == days_off
        for day in days_off:
            names = {"春节" if name == "农历除夕" else name for name in theirs.get_list(day)}
            assert set(notes[day].name.split("、")) == names


def test_years_that_the_table_does_not_know() -> None:
    assert statutory_year(1900).days_off == frozenset()
    with pytest.raises(CalendarError, match="2101 was reached"):
        statutory_year(2101)
