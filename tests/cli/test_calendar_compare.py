"""``calendar compare`` (日历对照): the data packages and the adopted notices, and each day on which they disagree."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from gkflow.calendars.comparing import Source, differences, years_known
from gkflow.domain.calendar import WorkCalendar

Gkflow = Callable[..., Any]


def compared(gkflow: Gkflow, *words: str) -> list[dict[str, Any]]:
    done = gkflow("calendar", "compare", *words, "--format", "json")
    assert done.code == 0, done.err
    rows: list[dict[str, Any]] = json.loads(done.out)
    return rows


def test_one_day_of_2004_to_2026_is_wrong_in_chinese_calendar(gkflow: Gkflow) -> None:
    assert compared(gkflow, "2004..2026") == [
        {
            "day": "2005-12-31", "weekday": 6, "chinese_calendar": False, "holidays": True, "adopted": True,
            "against": ["chinese-calendar"], "name": "元旦", "source": "国办发明电〔2005〕35号", "firmness": "final",
        }
    ]  # fmt: skip


def test_the_table_counts_what_was_compared(gkflow: Gkflow) -> None:
    out = gkflow("calendar", "compare", "2005-12..2006-01").out
    (row,) = (line.split() for line in out.splitlines() if line.startswith("2005"))
    assert row == [
        "2005-12-31", "六", "休息", "上班", "上班", "chinese-calendar", "元旦", "国办发明电〔2005〕35号", "确定"
    ]  # fmt: skip
    assert "对照 2005-12-01 至 2006-01-31，共 62 天：" in out
    assert "：1 天不同\n" in out
    assert "：0 天不同\n" in out


def test_without_a_span_every_announced_year_is_compared(gkflow: Gkflow) -> None:
    assert [row["day"] for row in compared(gkflow)] == ["2005-12-31"]
    assert "对照 2004-01-01 至 20" in gkflow("calendar", "compare").out


def test_a_year_without_data_is_said_to_be_one_and_no_difference(gkflow: Gkflow) -> None:
    assert compared(gkflow, "2088") == []
    out = gkflow("calendar", "compare", "2088").out
    assert "没有这些年的数据" in out
    assert "366 天尚无通知，按法定节假日推定" in out
    assert "（只有 2004 年的数据）" in gkflow("calendar", "compare", "2003..2004").out


def test_years_of_which_nobody_knows_anything_are_refused(gkflow: Gkflow) -> None:
    done = gkflow("calendar", "compare", "2090..2150")
    assert (done.code, done.out) == (2, "")
    assert "2100 年以后的法定节假日无从推定" in done.err


def test_what_was_not_announced_yet_differs_as_known_then(gkflow: Gkflow) -> None:
    # The extension of 2020: Friday 01-31 and the make-up Saturday 02-01 became days off.
    rows = compared(gkflow, "2020", "--as-known-on", "2020-01-20")
    assert [(row["day"], row["adopted"], row["chinese_calendar"], row["holidays"]) for row in rows] == [
        ("2020-01-31", True, False, False),
        ("2020-02-01", True, False, False),
    ]
    assert compared(gkflow, "2020", "--as-known-on", "2020-01-28") == []


def test_the_packages_know_the_country_alone(gkflow: Gkflow) -> None:
    rows = compared(gkflow, "2017", "--region", "450000")
    assert [(row["day"], row["adopted"]) for row in rows] == [
        ("2017-03-30", False), ("2017-03-31", False), ("2017-04-01", False), ("2017-04-08", True)
    ]  # fmt: skip
    assert all(row["against"] == ["chinese-calendar", "holidays"] for row in rows)


def test_a_source_that_knows_nothing_of_a_day_does_not_disagree() -> None:
    monday = date(2025, 1, 6)
    calendar = WorkCalendar(days_off=[date(2025, 1, 7)], makeup_days=[date(2025, 1, 11)])
    silent = Source("silent", "", lambda day: None)
    weeks = Source("weeks", "", lambda day: day.weekday() < 5)
    known = Source("since", "", lambda day: calendar.is_working_day(day) if day >= date(2025, 1, 8) else False)
    found = list(differences(calendar, (silent, weeks, known), monday, date(2025, 1, 12)))
    assert [(each.day, each.worked, each.against) for each in found] == [
        (date(2025, 1, 6), True, ("since",)),
        (date(2025, 1, 7), False, ("weeks",)),
        (date(2025, 1, 11), True, ("weeks",)),
    ]
    assert found[0].said == {"silent": None, "weeks": True, "since": False}


def test_the_years_of_a_source_are_those_of_which_it_says_something() -> None:
    some = Source("some", "", lambda day: day.weekday() < 5 if 2004 <= day.year <= 2026 else None)
    assert years_known(some, date(2001, 1, 1), date(2010, 12, 31)) == (2004, 2010)
    assert years_known(some, date(2027, 1, 1), date(2030, 12, 31)) is None
