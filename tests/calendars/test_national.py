"""The national calendar against the notices of the State Council and the worked dates of the law."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkflow.calendars.announcements import announcement_of, notices_from
from gkflow.calendars.national import national_calendar
from gkflow.calendars.statutory import statutory_year
from gkflow.domain.calendar import Firmness, WorkCalendar, YearOfDays
from gkflow.domain.edition import Announcement

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config" / "calendar"
HOLIDAY_CN = ROOT.parent / "shared" / "data" / "holiday_cn.csv"


def shipped(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((CONFIG / name).read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def national() -> WorkCalendar:
    return national_calendar([announcement_of(shipped("2005.yaml"))], notices_from(shipped("notices.yaml")))


@pytest.mark.parametrize(
    ("day_0", "n", "last"),
    [
        ("2026-02-10", 7, "2026-02-26"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-02-10", 40, "2026-04-14"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-28", 3, "2026-05-06"),
        ("2026-09-15", 20, "2026-10-19"),
        ("2026-09-18", 20, "2026-10-22"),
        ("2026-09-24", 7, "2026-10-12"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 7, "2026-10-15"),
        ("2026-10-08", 10, "2026-10-21"),
        ("2026-12-10", 20, "2027-01-08"),
        # From the histories of notices: each moved a last day to an earlier one.
        ("2007-12-10", 15, "2007-12-29"),
        ("2011-12-05", 20, "2011-12-31"),
        ("2018-12-03", 20, "2018-12-29"),
        ("2019-03-05", 40, "2019-04-30"),
        ("2019-12-31", 20, "2020-02-05"),
    ],
)
def test_the_worked_dates(national: WorkCalendar, day_0: str, n: int, last: str) -> None:
    start, end = date.fromisoformat(day_0), date.fromisoformat(last)
    assert national.add(start, n) == end
    assert national.count(start, end) == n
    assert list(zip(range(n), national.working_days_after(start), strict=False))[-1][1] == end


@pytest.mark.parametrize(
    ("rest_day", "rolled"),
    [("2026-10-02", "2026-10-08"), ("2027-02-28", "2027-03-01"), ("2026-10-10", "2026-10-10")],
)
def test_the_worked_dates_that_roll(national: WorkCalendar, rest_day: str, rolled: str) -> None:
    assert national.roll(date.fromisoformat(rest_day)) == date.fromisoformat(rolled)


@pytest.mark.skipif(
    national_calendar().announced_through != date(2026, 12, 31), reason="the installed package knows 2027"
)
def test_a_limit_that_reaches_2027_is_provisional_and_says_its_range(national: WorkCalendar) -> None:
    start, last = date(2026, 12, 10), date(2027, 1, 8)
    assert national.add(start, 20) == last
    assert national.firmness(last) is Firmness.PREDICTED
    assert national.provisional(start, last)
    assert national.range_of(last) == (date(2027, 1, 1), date(2027, 1, 13))
    assert not national.provisional(date(2026, 9, 30), date(2026, 10, 10))


def test_the_calendar_is_announced_for_the_years_that_the_package_has(national: WorkCalendar) -> None:
    from chinese_calendar.constants import holidays

    assert national.announced_from == date(2004, 1, 1)
    assert national.announced_through == date(max(holidays).year, 12, 31)
    assert national.firmness(date(2025, 12, 31)) is Firmness.FINAL


@pytest.mark.skipif(not HOLIDAY_CN.exists(), reason=f"compares with {HOLIDAY_CN.name}, which is no part of gkflow")
def test_every_day_of_2007_to_2026_agrees_with_holiday_cn(national: WorkCalendar) -> None:
    with HOLIDAY_CN.open(encoding="utf-8", newline="") as file:
        listed = {date.fromisoformat(row["date"]): row["is_off_day"] == "0" for row in csv.DictReader(file)}
    days = [date(2007, 1, 1) + timedelta(days=n) for n in range(7305)]
    assert days[-1] == date(2026, 12, 31)
    differing = [d for d in days if national.is_working_day(d) != listed.get(d, d.weekday() < 5)]
    assert differing == []
    # The number of working days through each day, reckoned here by itself.
    worked = 0
    for day in days:
        worked += listed.get(day, day.weekday() < 5)
        assert national.count(date(2006, 12, 31), day) == worked


def test_saturday_2005_12_31_was_worked(national: WorkCalendar) -> None:
    assert national.is_working_day(date(2005, 12, 31))
    note = national.note(date(2005, 12, 31))
    assert note is not None
    assert (note.name, note.source) == ("元旦", "国办发明电〔2005〕35号")


@pytest.mark.parametrize(
    ("day", "name", "number"),
    [
        ("2026-10-01", "国庆节", "国办发明电〔2025〕7号"),
        ("2026-10-10", "国庆节", "国办发明电〔2025〕7号"),
        ("2018-12-29", "元旦", "国办发明电〔2018〕15号"),
        ("2018-12-31", "元旦", "国办发明电〔2018〕15号"),
        ("2006-12-30", "元旦", "国办发明电〔2006〕49号"),
        ("2019-05-03", "劳动节", "国办发明电〔2019〕3号"),
        ("2019-05-01", "劳动节", "国办发明电〔2018〕15号"),
        ("2020-02-01", "春节", "国办发明电〔2020〕1号"),
        ("2026-04-06", "清明节", "国办发明电〔2025〕7号"),
    ],
)
def test_a_day_names_its_holiday_and_the_notice_it_is_known_from(
    national: WorkCalendar, day: str, name: str, number: str
) -> None:
    note = national.note(date.fromisoformat(day))
    assert note is not None
    assert (note.name, note.source) == (name, number)
    assert note.url.startswith("http")


def test_a_foreseen_day_names_the_article(national: WorkCalendar) -> None:
    note = national.note(date(2031, 1, 1))
    assert note is not None
    assert (note.name, note.source) == ("元旦", "全国年节及纪念日放假办法 第二条")


def test_years_before_the_first_notice_do_not_crash(national: WorkCalendar) -> None:
    assert national.add(date(2003, 12, 30), 2) == date(2004, 1, 2)
    assert national.add(date(1949, 9, 30), 1) == date(1949, 10, 3)
    assert not national.is_working_day(date(1999, 10, 1))
    assert national.provisional(date(2003, 12, 1), date(2003, 12, 10))


# --- overlays -----------------------------------------------------------------------------------------------


def an_overlay(**changes: Any) -> Announcement:
    return announcement_of(
        {
            "calendar": 2027,
            "title": "样例",
            "number": "样〔2026〕1号",
            "published": date(2026, 11, 25),
            **changes,
        }
    )


def test_an_overlay_takes_precedence_over_the_package() -> None:
    calendar = national_calendar([an_overlay(days_off={"2026-10-10": "本地"}, makeup_days={date(2026, 10, 1): "本地"})])
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert calendar.is_working_day(date(2026, 10, 1))
    note = calendar.note(date(2026, 10, 10))
    assert note is not None
    assert note.source == "样〔2026〕1号"


def test_of_two_overlays_the_later_published_one_wins_whatever_their_order() -> None:
    earlier = an_overlay(days_off={"2026-03-03": "一"})
    later = an_overlay(published=date(2026, 12, 1), makeup_days={"2026-03-03": "二"})
    assert national_calendar([later, earlier]).is_working_day(date(2026, 3, 3))
    assert national_calendar([earlier, later]) == national_calendar([later, earlier])


def test_an_annual_notice_announces_its_year_and_may_change_the_december_before() -> None:
    asked: list[int] = []

    def predict(year: int) -> YearOfDays:
        asked.append(year)
        return statutory_year(year)

    bare = national_calendar(predict=predict)
    known = bare.announced_through
    assert known is not None
    year = known.year + 1
    december, new_year = date(known.year, 12, 30), date(year, 1, 1)
    notice = an_overlay(calendar=year, annual=True, days_off={december: "元旦", new_year: "元旦"})
    calendar = national_calendar([notice], predict=predict)
    assert calendar.announced_through == date(year, 12, 31)
    assert not calendar.is_working_day(december)
    assert calendar.firmness(december) is Firmness.FINAL
    calendar.count(date(year, 1, 1), date(year, 12, 31))
    assert asked == []
    assert calendar.edition != bare.edition

    local = national_calendar([an_overlay(calendar=year, days_off={new_year: "元旦"})])
    assert local.announced_through == known, "a notice of some days announces no year"
    gap = national_calendar([an_overlay(calendar=year + 1, annual=True, days_off={date(year + 1, 1, 1): "元旦"})])
    assert gap.announced_through == known, "the year between is still without a notice"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days_of": {}}, "unknown keys: days_of"),
        ({"days_off": {"2027-02-30": "春节"}}, "calendar 2027: days_off: '2027-02-30' is no day"),
        (
            {"days_off": {"2027-01-01": "元旦"}, "makeup_days": {"2027-01-01": "元旦"}},
            "off and worked at once",
        ),
        ({"published": None}, "calendar 2027: published: None is no day"),
    ],
)
def test_a_faulty_overlay_is_refused_with_its_place(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        an_overlay(**changes)


def test_the_list_of_notices_has_every_year_and_the_three_amendments() -> None:
    notices = notices_from(shipped("notices.yaml"))
    assert [notice.year for notice in notices if notice.days is None] == list(range(2006, 2027))
    assert [notice.year for notice in notices if notice.days is not None] == [2015, 2019, 2020]
    assert all(notice.number and notice.title and notice.dated and notice.published for notice in notices)
    for notice in notices:
        assert notice.dated is not None
        assert notice.published is not None
        assert notice.dated <= notice.published
        assert f"〔{notice.dated.year}〕" in notice.number


def test_the_libraries_are_loaded_only_when_a_calendar_needs_them() -> None:
    program = (
        "import sys\n"
        "import gkflow.calendars.national as n\n"
        "assert not {'chinese_calendar', 'holidays'} & set(sys.modules), 'loaded by import'\n"
        "from datetime import date\n"
        "n.national_calendar().add(date(2026, 3, 2), 20)\n"
        "assert 'chinese_calendar' in sys.modules and 'holidays' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
