"""``deadline``, ``calendar`` and ``limits`` (推算期限、工作日历、期限一览): no office, no database."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Gkflow = Callable[..., Any]


def reckoned(gkflow: Gkflow, *words: str) -> dict[str, Any]:
    done = gkflow("deadline", *words, "--format", "json")
    assert done.code == 0, done.err
    value = json.loads(done.out)
    assert isinstance(value, dict)
    return value


def test_the_keys_are_those_that_scripts_rely_on(gkflow: Gkflow) -> None:
    result = reckoned(gkflow, "2022-09-30", "20")
    keys = ["start", "length", "unit", "deadline", "provisional", "earliest", "latest", "local_unknown", "working"]
    assert list(result) == keys
    assert {key: result[key] for key in ("start", "length", "unit", "deadline", "provisional")} == {
        "start": "2022-09-30", "length": 20, "unit": "working_day", "deadline": "2022-11-02", "provisional": False,
    }  # fmt: skip
    assert result["earliest"] == result["latest"] == "2022-11-02"
    assert result["working"][0] == {"day": "2022-09-30", "counted": None, "why": "day_zero", "source": None}
    assert result["working"][-1] == {"day": "2022-11-02", "counted": 20, "why": "counted", "source": None}
    why = {line["day"]: line["why"] for line in result["working"]}
    assert (why["2022-10-07"], why["2022-10-08"], why["2022-10-15"]) == ("holiday: 国庆节", "makeup: 国庆节", "weekend")
    assert [line["counted"] for line in result["working"] if line["counted"]] == list(range(1, 21))


@pytest.mark.parametrize("day", ["2022-09-30", "2022/9/30", "2022年9月30日", "2022.9.30"])
def test_a_day_may_be_written_as_people_write_it(day: str, gkflow: Gkflow) -> None:
    assert reckoned(gkflow, day, "20")["start"] == "2022-09-30"


@pytest.mark.parametrize(
    ("words", "deadline"),
    [
        (("2026-09-30", "3"), "2026-10-10"),  # a make-up Saturday is a last day
        (("2022-09-29", "1", "--unit", "month", "--extend", "2"), "2022-12-29"),
        (("2022-09-29", "3", "--unit", "month"), "2022-12-29"),
        (("2022-09-01", "1", "--unit", "month"), "2022-10-08"),  # 2022-10-01 is off through 10-07
        (("2022-09-01", "1", "--unit", "month", "--no-roll"), "2022-10-01"),
        (("2022-09-30", "0"), "2022-09-30"),
        (("2025-09-22", "20", "--suspend", "2025-09-29..2025-10-17"), "2025-11-06"),
        (
            ("2025-09-22", "20", "--suspend", "2025-09-29..2025-10-10", "--suspend", "2025-10-09..2025-10-17"),
            "2025-11-06",  # a union
        ),
        (("2025-09-22", "20", "--suspend", "2025-10-24..2025-11-24"), "2025-10-24"),  # begun on the last day
    ],
)  # fmt: skip
def test_the_last_day(words: tuple[str, ...], deadline: str, gkflow: Gkflow) -> None:
    assert reckoned(gkflow, *words)["deadline"] == deadline


def test_a_deadline_without_a_notice_is_provisional_and_says_its_range(gkflow: Gkflow) -> None:
    result = reckoned(gkflow, "2026-12-10", "20")
    assert (result["deadline"], result["provisional"]) == ("2027-01-08", True)
    assert (result["earliest"], result["latest"]) == ("2027-01-01", "2027-01-13")
    words = gkflow("deadline", "2026-12-10", "20").out
    assert "届满日  2027-01-08（星期五）  暂定" in words
    assert "2027-01-01 至 2027-01-13" in words


def test_the_reckoning_is_shown_day_by_day(gkflow: Gkflow) -> None:
    lines = gkflow("deadline", "2022-09-30", "1", "--explain").out.splitlines()
    assert "2022-09-30  星期五  起算日  当日不计入（民法典第二百零一条）" in lines
    assert "2022-10-01  星期六  不计入  国庆节  国办发明电〔2021〕11号" in lines
    assert "2022-10-08  星期六  第1日   调休上班（国庆节）  国办发明电〔2021〕11号" in lines
    assert lines[-1] == "届满日  2022-10-08（星期六）"


def test_a_month_is_drawn_with_days_off_and_make_up_days(gkflow: Gkflow, golden: Callable[[str, str], None]) -> None:
    golden("calendar-2022-10", gkflow("calendar", "2022年10月").out)


def test_the_rows_of_a_month(gkflow: Gkflow) -> None:
    rows = json.loads(gkflow("calendar", "2022-10", "--format", "json").out)
    keys = ["day", "weekday", "working", "name", "source", "firmness", "title", "url", "published", "scope", "binds"]
    assert [list(row) for row in rows] == [keys] * 31
    assert sum(row["working"] for row in rows) == 18
    assert {key: rows[7][key] for key in keys[:6]} == {
        "day": "2022-10-08", "weekday": 6, "working": True, "name": "国庆节",
        "source": "国办发明电〔2021〕11号", "firmness": "final",
    }  # fmt: skip
    assert (rows[7]["published"], rows[7]["scope"]) == ("2021-10-25", "CN")
    # A Saturday that the notice leaves to the week: it stands by the notice for the whole year.
    assert [rows[14][key] for key in keys[4:]] == [rows[7][key] for key in keys[4:]]
    assert rows[14]["name"] is None


def test_a_year_without_a_notice_is_predicted(gkflow: Gkflow) -> None:
    (row,) = json.loads(gkflow("calendar", "2029-10-01", "--format", "json").out)
    assert (row["working"], row["firmness"], row["name"]) == (False, "predicted", "国庆节")


def test_every_limit_has_its_article_and_how_surely_it_is_known(gkflow: Gkflow) -> None:
    rows = json.loads(gkflow("limits", "--all", "--format", "json").out)
    reply = [row for row in rows if row["limit"] == "ogi-regulations/reply"]
    assert [(row["since"], row["length"], row["known"]) for row in reply] == [
        ("2008-05-01", 15, "memory"),
        ("2019-05-15", 20, "found"),
    ]
    assert all(row["article"] and row["known"] for row in rows if row["length"] is not None)


def test_the_table_of_limits_for_the_readme(gkflow: Gkflow) -> None:
    lines = gkflow("limits", "--format", "md").out.splitlines()
    assert lines[0] == "| 期限 | 长度 | 约束 | 施行 | 失效 | 依据 | 文本 | 原文 | 代码 |"
    assert len({line.count(" | ") for line in lines}) == 1
    row = next(line for line in lines if "ogi-regulations/reply`" in line and "2019" in line)
    assert "20个工作日" in row
    assert "第三十三条第二款" in row
    assert "已核对原文" in row


def test_the_limits_of_one_workflow(gkflow: Gkflow) -> None:
    names = {row["limit"] for row in json.loads(gkflow("limits", "--workflow", "依申请公开", "--format", "json").out)}
    assert {"ogi-regulations/reply", "ogi-regulations/reply-extension"} <= names
    assert not any(name.startswith("credit-repair") for name in names)


@pytest.mark.parametrize(
    ("words", "festival"),
    [
        (("2025-06-03", "5", "--region", "650000"), "古尔邦节"),
        (("2025-03-28", "3", "--region", "450000"), "壮族三月三"),
    ],
)
def test_a_region_whose_local_days_are_not_known_has_no_firm_day_and_says_so(
    gkflow: Gkflow, words: tuple[str, ...], festival: str
) -> None:
    result = reckoned(gkflow, *words)
    assert result["provisional"]
    assert festival in result["local_unknown"]
    said = gkflow("deadline", *words).out
    assert f"{festival}：2025年放假日期尚未公布" in said
    assert "暂定" in said
    assert "地方安排" not in said


def test_a_region_says_which_local_notices_are_known(gkflow: Gkflow) -> None:
    said = gkflow("deadline", "2026-04-10", "5", "--region", "450000").out
    assert "广西壮族自治区2026年壮族三月三放假安排" in said
    assert "暂定" not in said
    assert "尚无2026年的地方放假通知" in gkflow("deadline", "2026-04-10", "5", "--region", "120000").out


@pytest.mark.parametrize("words", [("2028-03-06", "1"), ("2028-03-06", "2"), ("2028-03-03", "1", "--unit", "month")])
def test_the_provisional_range_never_begins_before_day_one(gkflow: Gkflow, words: tuple[str, ...]) -> None:
    result = reckoned(gkflow, *words)
    assert result["start"] < result["earliest"] <= result["deadline"] <= result["latest"]
