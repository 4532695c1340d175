"""``calendar show`` (月历), ``--region`` and ``--as-known-on``: days drawn by weeks, for whom, and as known when."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from cli.printed import rows_of
from gkflow.cli.help import width

Gkflow = Callable[..., Any]
ONE_DAY = timedelta(days=1)


def days_where(rows: list[dict[str, Any]], **wanted: Any) -> list[str]:
    return [row["day"] for row in rows if all(row[key] == value for key, value in wanted.items())]


# --- the picture ----------------------------------------------------------------------------------------------


def test_a_month_is_drawn_by_weeks_with_the_notice_below(gkflow: Gkflow, golden: Callable[[str, str], None]) -> None:
    golden("calendar-show-2026-10", gkflow("calendar", "show", "2026-10").out)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("words", [("2016..2029",), ("2017-04", "--region", "450000"), ("2011", "--region", "513400")])
def test_every_line_fits_into_80_columns(words: tuple[str, ...], lang: str, gkflow: Gkflow) -> None:
    done = gkflow("calendar", "show", *words, "--lang", lang)
    assert done.code == 0
    assert max(map(width, done.out.splitlines())) < 80
    assert not any(line.endswith(" ") for line in done.out.splitlines())


def test_a_predicted_month_is_marked_day_by_day(gkflow: Gkflow) -> None:
    rows = rows_of(gkflow, "calendar", "show", "2089-10")
    assert all(row["firmness"] == "predicted" and row["provisional"] for row in rows)
    drawn = gkflow("calendar", "show", "2089-10").out
    grid, below = drawn.split("\n\n")
    assert grid.count("暂") == 31
    assert "国庆节放假（全国年节及纪念日放假办法 第二条），推定" in below
    assert "确定程度：推定（尚无放假通知）" in below


def test_the_last_days_of_a_year_are_provisional_until_the_next_notice_is_out(gkflow: Gkflow) -> None:
    # The notice for 2019 was published on 2018-12-06: Saturday 12-29 worked, Monday 12-31 off.
    before = rows_of(gkflow, "calendar", "show", "2018-12", "--as-known-on", "2018-12-05")
    assert days_where(before, provisional=True) == [f"2018-12-{day}" for day in (27, 28, 29, 30, 31)]
    assert days_where(before, name="元旦") == []
    after = rows_of(gkflow, "calendar", "show", "2018-12", "--as-known-on", "2018-12-06")
    assert days_where(after, provisional=True) == []
    assert days_where(after, name="元旦", working=True) == ["2018-12-29"]
    assert days_where(after, name="元旦", working=False) == ["2018-12-30", "2018-12-31"]


def test_several_months_are_drawn_one_after_another(gkflow: Gkflow) -> None:
    assert [row["day"] for row in rows_of(gkflow, "calendar", "show", "2025-12-15..2026-01-02")] == [
        (date(2025, 12, 1) + ONE_DAY * n).isoformat() for n in range(62)
    ]
    drawn = gkflow("calendar", "show", "2025-12..2026-01").out
    assert drawn.index("2025年12月") < drawn.index("2026年1月") < drawn.index("1-1 至 1-3  元旦放假")
    assert len(rows_of(gkflow, "calendar", "show", "2024")) == 366


def test_show_says_of_each_day_what_the_plain_calendar_says(gkflow: Gkflow) -> None:
    plain = rows_of(gkflow, "calendar", "2026-02")
    shown = rows_of(gkflow, "calendar", "show", "2026-02")
    assert [{key: row[key] for key in plain[0]} for row in shown] == plain
    assert list(shown[0]) == [*plain[0], "provisional", "due", "cases"]


# --- the cases of an office -----------------------------------------------------------------------------------


def test_without_an_office_no_cases_are_counted_and_nothing_is_made(gkflow: Gkflow, home: Path) -> None:
    assert {row["due"] for row in rows_of(gkflow, "calendar", "show", "2022-11")} == {None}
    assert "届满" not in gkflow("calendar", "show", "2022-11").out
    assert not home.exists()


def test_open_cases_stand_on_the_days_on_which_they_fall_due(register: Gkflow) -> None:
    listed = json.loads(register("cases", "--format", "json").out)
    due = {row["case"]: row["deadline"] for row in listed if row["deadline"] and row["status"] != "done"}
    assert due["RC01"] == "2022-11-02"
    first, last = min(due.values()), max(due.values())
    rows = rows_of(register, "calendar", "show", f"{first}..{last}")
    assert {row["day"]: row["due"] for row in rows if row["due"]} == Counter(due.values())
    assert {case: row["day"] for row in rows for case in row["cases"]} == due
    drawn = register("calendar", "show", "2022-11").out
    weeks = drawn.splitlines()
    place = next(n for n, line in enumerate(weeks) if "届满1件" in line)
    # Below the Wednesday.
    assert weeks[place].index("届满") == weeks[place - 1].index("  2 ") + len("  2 ") - 3
    assert "在办案件届满 1 件，其中逾期未办 1 件" in drawn


def test_in_a_region_only_the_cases_of_the_units_there_are_counted(register: Gkflow, home: Path) -> None:
    # RC01 is due on 2022-11-02; its unit lies nowhere until the settings say where.
    assert {row["due"] for row in rows_of(register, "calendar", "show", "2022-11", "--region", "450000")} == {0}
    settings = home / "gkflow.toml"
    heading = '[units."GK"]\n'
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(heading, f'{heading}region = "450000"\n'), encoding="utf-8")
    due = {
        row["day"]: row["cases"]
        for row in rows_of(register, "calendar", "show", "2022-11", "--region", "450000")
        if row["due"]
    }
    assert due["2022-11-02"] == ["RC01"]
    assert {row["due"] for row in rows_of(register, "calendar", "show", "2022-11", "--region", "440000")} == {0}


def test_an_earlier_day_of_knowledge_shows_the_cases_on_the_days_known_then(office: Gkflow) -> None:
    # Twenty working days from 2019-12-31: 02-03 by the notice for 2020, 02-05 since 国办发明电〔2020〕1号.
    office("receive", "--day", "2019-12-31", "--fact", "channel=in_person", "--number", "A")
    for words, day in (((), "2020-02-05"), (("--as-known-on", "2020-01-20"), "2020-02-03")):
        due = {row["day"]: row["cases"] for row in rows_of(office, "calendar", "show", "2020-02", *words) if row["due"]}
        assert due == {day: ["A"]}
        feed = office("calendar", "show", "2020-02", *words, "--format", "ics").out
        (event,) = (each for each in Calendar.from_ical(feed).walk("VEVENT") if " A" in str(each["summary"]))
        assert event["dtstart"].dt.isoformat() == day


@pytest.mark.slow
def test_what_the_office_has_not_adopted_is_not_shown_but_mentioned(office: Gkflow, home: Path) -> None:
    file = home / "config" / "calendar" / "own.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "calendar: 2025\ntitle: 临时放假\npublished: 2025-03-01\ndays_off: {2025-03-12: 植树节}\n", encoding="utf-8"
    )

    def said(*words: str) -> str:
        # In a process of its own: each reads the files once.
        command = [sys.executable, "-m", "gkflow", *words]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout

    def shown(*words: str) -> str:
        return said("calendar", *words)

    for words in (("2025-03",), ("2025-03-12",), ("show", "2025-03")):
        drawn = shown(*words)
        assert "植树节" not in drawn
        assert "另有新的放假安排尚未采用" in drawn
    # Third working day after Monday 10 March, the Wednesday being worked; off, once the notice is adopted.
    last = said("deadline", "2025-03-10", "3")
    assert "2025-03-13" in last
    assert "另有新的放假安排尚未采用" in last
    for unit, day in (("day", "2025-03-12"), ("month", "2025-03-12")):
        start = "2025-03-10" if unit == "day" else "2025-02-12"
        assert day in said("deadline", start, "2" if unit == "day" else "1", "--unit", unit)
    # The packages do not know the day, and neither does what the office reckons with.
    assert json.loads(shown("compare", "2025", "--format", "json")) == []
    said("calendar", "adopt", "--apply", "--yes", "--by", "某办")
    assert "放假（植树节）" in shown("2025-03-12")
    for start, n, unit, day in (
        ("2025-03-10", "3", "working_day", "2025-03-14"),
        ("2025-03-10", "2", "day", "2025-03-13"),
        ("2025-02-12", "1", "month", "2025-03-13"),
    ):
        assert day in said("deadline", start, n, "--unit", unit)


# --- as an iCalendar file -------------------------------------------------------------------------------------


def events(text: str) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_a_month_as_an_icalendar_file_holds_days_off_and_make_up_days(gkflow: Gkflow, tmp_path: Path) -> None:
    shown = events(gkflow("calendar", "show", "2026-10", "--format", "ics").out)
    assert [(str(each["SUMMARY"]), each["DTSTART"].dt, each["DTEND"].dt, str(each["STATUS"])) for each in shown] == [
        ("国庆节 放假", date(2026, 10, 1), date(2026, 10, 8), "CONFIRMED"),
        ("国庆节 调休上班", date(2026, 10, 10), date(2026, 10, 11), "CONFIRMED"),
    ]
    assert str(shown[0]["DESCRIPTION"]) == "国办发明电〔2025〕7号"
    file = tmp_path / "october.ics"
    assert gkflow("calendar", "show", "2026-10", "--output", str(file)).code == 0
    assert [each["UID"] for each in events(file.read_text(encoding="utf-8"))] == [each["UID"] for each in shown]


def test_a_predicted_day_off_is_tentative(gkflow: Gkflow) -> None:
    shown = events(gkflow("calendar", "show", "2089-10", "--format", "ics").out)
    assert shown
    assert {str(each["STATUS"]) for each in shown} == {"TENTATIVE"}
    assert all("推定" in str(each["DESCRIPTION"]) for each in shown)


def test_the_cases_of_the_office_are_in_its_file(register: Gkflow) -> None:
    (shown,) = events(register("calendar", "show", "2022-11", "--format", "ics").out)
    assert (shown["DTSTART"].dt, str(shown["STATUS"])) == (date(2022, 11, 2), "CONFIRMED")
    assert str(shown["SUMMARY"]) == "逾期未办 答复期限 RC01"


# --- for whom, and as known when ------------------------------------------------------------------------------


def test_a_region_has_days_of_its_own(gkflow: Gkflow) -> None:
    # Guangxi 2017: the national make-up day 04-01 is off, 04-08 is worked instead.
    for words in ((), ("show",)):
        national = rows_of(gkflow, "calendar", *words, "2017-04")
        local = rows_of(gkflow, "calendar", *words, "2017-04", "--region", "450000")
        changed = [
            (here["day"], there["working"], here["working"])
            for there, here in zip(national, local, strict=True)
            if there["working"] != here["working"]
        ]
        assert changed == [("2017-04-01", True, False), ("2017-04-08", False, True)]
    assert "放假（壮族三月三）" in gkflow("calendar", "2017-04-01", "--region", "450100").out
    assert "调休上班（清明节）" in gkflow("calendar", "2017-04-01").out
    assert "地区：450000" in gkflow("calendar", "show", "2017-04", "--region", "450000").out


def test_a_deadline_in_a_region_counts_its_days(gkflow: Gkflow) -> None:
    # 03-30, 03-31 and 04-01 are off in Guangxi: 5, 6, 7 and 8 April are counted instead.
    def last(*words: str) -> str:
        return str(json.loads(gkflow("deadline", "2017-03-29", "4", *words, "--format", "json").out)["deadline"])

    assert last() == "2017-04-05"
    assert last("--region", "450000") == "2017-04-08"  # a Saturday, worked there
    shown = gkflow("deadline", "2017-03-29", "4", "--region", "450000", "--explain").out
    assert "地区    450000" in shown
    assert "2017-04-01  星期六  不计入  壮族三月三  广西壮族自治区人民政府办公厅" in shown


@pytest.mark.parametrize(
    ("known", "last"), [("2020-01-20", "2020-02-03"), ("2020-01-26", "2020-02-03"), ("2020-01-28", "2020-02-05")]
)
def test_a_deadline_is_answered_as_one_would_have_answered_then(known: str, last: str, gkflow: Gkflow) -> None:
    words = ("deadline", "2019-12-31", "20", "--as-known-on", known)
    shown = json.loads(gkflow(*words, "--format", "json").out)
    assert (shown["deadline"], shown["provisional"]) == (last, False)
    lines = gkflow(*words).out.splitlines()
    assert f"通知    只按 {known} 以前（含当日）公布的" in lines
    assert lines[-1].startswith(f"届满日  {last}")


def test_a_year_whose_notice_was_not_out_is_predicted_as_it_was_then(gkflow: Gkflow) -> None:
    # The notice for 2020 was published on 2019-11-21.
    words = ("deadline", "2019-12-10", "20", "--format", "json", "--as-known-on")
    assert json.loads(gkflow(*words, "2019-11-20").out)["provisional"] is True
    assert json.loads(gkflow(*words, "2019-11-21").out)["provisional"] is False
    (row,) = rows_of(gkflow, "calendar", "2020-01-19", "--as-known-on", "2019-11-20")  # a make-up Sunday
    assert (row["working"], row["firmness"]) == (False, "predicted")
    (row,) = rows_of(gkflow, "calendar", "2020-01-19", "--as-known-on", "2019-11-21")
    assert (row["working"], row["source"]) == (True, "国办发明电〔2019〕16号")


# --- the notice behind every day ------------------------------------------------------------------------------


def test_a_period_of_months_names_the_notice_behind_each_day_that_moves_its_end(gkflow: Gkflow) -> None:
    lines = gkflow("deadline", "2022-09-01", "1", "--unit", "month", "--explain").out.splitlines()
    notice = "国办发明电〔2021〕11号"
    assert f"2022-10-01  星期六  第30日  国庆节  {notice}" in lines
    assert f"2022-10-07  星期五  不计入  国庆节，末日顺延（民法典第二百零三条）  {notice}" in lines
    # A make-up Saturday is a day on which a period may end.
    assert f"2022-10-08  星期六  届满    末日顺延至此（民法典第二百零三条），调休上班（国庆节）  {notice}" in lines
    assert lines[-1] == f"届满日  2022-10-08（星期六），调休上班（国庆节，{notice}）"


def test_a_period_that_ends_on_a_plain_weekend_names_no_notice(gkflow: Gkflow) -> None:
    lines = gkflow("deadline", "2025-02-15", "1", "--unit", "month", "--explain").out.splitlines()
    assert "2025-03-15  星期六  第28日  周末" in lines
    assert "2025-03-16  星期日  不计入  周末，末日顺延（民法典第二百零三条）" in lines
    assert "2025-03-17  星期一  届满    末日顺延至此（民法典第二百零三条）" in lines


def test_a_make_up_day_inside_a_suspension_has_its_notice(gkflow: Gkflow) -> None:
    words = ("deadline", "2025-09-22", "20", "--suspend", "2025-09-29..2025-10-17", "--explain")
    assert "2025-10-11  星期六  不计入  中止（调休上班日）  国办发明电〔2024〕12号" in gkflow(*words).out.splitlines()


def test_every_day_off_of_a_reckoning_has_its_source_as_json(gkflow: Gkflow) -> None:
    shown = json.loads(gkflow("deadline", "2026-09-24", "10", "--format", "json").out)
    # 25-27 September, 1-7 October; 10 October is worked.
    assert Counter(line["why"] for line in shown["working"] if line["source"] == "国办发明电〔2025〕7号") == {
        "holiday: 中秋节": 3, "holiday: 国庆节": 7, "makeup: 国庆节": 1
    }  # fmt: skip
    assert {line["why"] for line in shown["working"] if line["source"] is None} == {"day_zero", "counted", "weekend"}
    foreseen = json.loads(gkflow("deadline", "2089-09-20", "20", "--format", "json").out)["working"][1:]
    assert all(line["why"].endswith(" (predicted)") for line in foreseen)
    assert {line["source"] for line in foreseen} == {
        None, "全国年节及纪念日放假办法 第二条", "全国年节及纪念日放假办法 第六条"
    }  # fmt: skip


# --- wrong use ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("calendar", "2026-10", "2026-11"), "多余的参数：2026-11"),
        (("calendar", "2026"), "一次一个月份；几个月用 gkflow calendar show"),
        (("calendar", "2026-10", "--format", "ics"), "ics 用于 gkflow calendar show"),
        (("calendar", "compare", "--format", "ics"), "ics 用于 gkflow calendar show"),
        (("calendar", "shwo"), "“shwo”不是日期"),
        (("calendar", "show", "2026-13"), "没有这个月份"),
        (("calendar", "show", "2026-10..2026-09"), "止日早于起日"),
        (("calendar", "show", "2026-10.."), "两边都要写日期"),
        (("calendar", "show", "--region", "45"), "要写六位地区代码"),
        (("calendar", "show", "--as-known-on", "2020-02-30"), "“2020-02-30”不是日期"),
        (("deadline", "2026-01-05", "5", "--region", "广西"), "要写六位地区代码"),
        (("calendar", "show", "2026-10", "--output", "nowhere/x.ics"), "文件或者文件夹不存在"),
    ],
)
def test_wrong_use_is_one_clear_line(words: tuple[str, ...], shown: str, gkflow: Gkflow) -> None:
    done = gkflow(*words)
    assert (done.code, done.out) == (2, "")
    assert shown in done.err
    assert done.err.count("\n") == 1


# --- where a day comes from -------------------------------------------------------------------------------------


def test_each_day_carries_its_notice_its_publication_and_for_whom_it_holds(gkflow: Gkflow) -> None:
    (row,) = json.loads(gkflow("calendar", "2026-10-10", "--format", "json").out)
    assert (row["source"], row["published"], row["scope"], row["binds"]) == (
        "国办发明电〔2025〕7号", "2025-11-04", "CN", "everyone",
    )  # fmt: skip
    assert row["title"] == "国务院办公厅关于2026年部分节假日安排的通知"
    assert row["url"].startswith("https://www.gov.cn/")
    shown = gkflow("calendar", "2026-10-10").out
    assert "全国，2025-11-04 公布" in shown
    assert row["url"] in shown


def test_a_local_day_names_its_region_and_whom_it_binds(gkflow: Gkflow) -> None:
    (row,) = json.loads(gkflow("calendar", "2014-11-07", "--region", "110000", "--format", "json").out)
    assert (row["working"], row["scope"], row["binds"], row["published"]) == (False, "110000", "organs", "2014-10-09")


def test_what_binds_enterprises_alone_moves_no_organs_day(gkflow: Gkflow) -> None:
    # Guangdong 2020: enterprises were to begin after 02-09; the organs worked from 02-03.
    (row,) = json.loads(gkflow("calendar", "2020-02-05", "--region", "440000", "--format", "json").out)
    # It stands by the notice of the country for the whole year, and by no other.
    assert (row["working"], row["name"], row["source"]) == (True, None, "国办发明电〔2019〕16号")
    assert (row["scope"], row["binds"]) == ("CN", "everyone")


def test_a_day_that_follows_the_week_stands_by_the_notice_of_its_year_and_a_predicted_one_by_none(
    gkflow: Gkflow,
) -> None:
    (sunday,) = json.loads(gkflow("calendar", "2026-10-11", "--format", "json").out)
    assert (sunday["working"], sunday["name"], sunday["source"]) == (False, None, "国办发明电〔2025〕7号")
    (friday,) = json.loads(gkflow("calendar", "2029-03-16", "--format", "json").out)
    assert (friday["working"], friday["source"], friday["published"]) == (True, None, None)
