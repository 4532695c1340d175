"""A calendar file that somebody has written (手写的日历文件): it takes the way of a notice, and is checked like one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import notice_of_2027
from cli.notice_of_2027 import (
    AFTER,
    BAD_FILES,
    BY_HAND,
    CHANGES,
    DAYS_OFF,
    MAKEUP_DAYS,
    MOVED,
    NOTICE,
    NUMBER,
    REGIONAL,
    asked,
    everything,
    last_days,
    moves_of,
    span,
    write_by_hand,
)

Gkflow = Callable[..., Any]
notice = notice_of_2027.notice
cases = notice_of_2027.cases
the_days_of_2027_are_not_announced = notice_of_2027.the_days_of_2027_are_not_announced


# --- a calendar file that somebody has written ----------------------------------------------------------------


def test_a_calendar_file_is_entered_under_its_own_name_as_it_was_written(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    files, rows = everything(home)
    mine = notice(BY_HAND, name="mine.yaml")
    looked = asked(cases, mine, "--dry-run")
    assert (looked["year"], looked["days_off"], looked["makeup_days"]) == (2027, DAYS_OFF, MAKEUP_DAYS)
    assert [(each["day"], each["was"], each["now"]) for each in looked["changes"]] == [each[:3] for each in CHANGES]
    assert everything(home) == (files, rows)

    assert moves_of(asked(cases, mine, "--yes")) == MOVED
    after, rows_after = everything(home)
    assert {name: after[name] for name in after.keys() - files} == {"config/calendar/mine.yaml": BY_HAND}
    assert rows_after == rows
    assert cases("check").code == 0
    same = asked(cases, notice(BY_HAND, name="again.yaml"), "--yes")
    assert (same["problems"], same["changes"]) == ([], [])
    assert everything(home) == (after, rows), "what is known already is not written once more"


@pytest.mark.parametrize(
    ("right", "wrong", "zh", "en"),
    [
        ("  2027-02-12: 假日\n", "", "所引通知写有2027-02-12，文件中没有",
         "the file lacks 2027-02-12, which the quote names"),
        ("makeup_days:\n", "  2027-10-08: 假日\nmakeup_days:\n", "文件中写有2027-10-08，所引通知没有",
         "the file names 2027-10-08, which does not stand in the quote"),
        ("共8天", "共9天", "写明共9天，所列为8天", "9 days are stated, 8 are named"),
    ],
    ids=["a day short", "a day too many", "a number of days that does not add up"],
)  # fmt: skip
def test_a_calendar_file_that_contradicts_its_quotation_is_refused(
    right: str, wrong: str, zh: str, en: str, office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    assert right in BY_HAND
    mine = notice(BY_HAND.replace(right, wrong), name="mine.yaml")
    for lang, reason in (("zh", zh), ("en", en)):
        result = asked(office, mine, "--yes", "--apply", "--lang", lang, code=1)
        assert [each["reason"] for each in result["problems"]] == [reason]
        assert result["changes"] == []
    assert f"（{zh}）" in office("calendar", "adopt", mine, "--yes", "--lang", "zh").out
    assert everything(home) == before


def test_a_calendar_file_that_contradicts_another_notice_is_refused(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(office, notice(), "--yes")
    before = everything(home)
    mine = notice(re.sub("quote: .*\n|  2027-02-12: 假日\n", "", BY_HAND), name="mine.yaml")
    reasons = {"zh": f"2027-02-12与{NUMBER}所写不同", "en": f"2027-02-12 is stated otherwise by {NUMBER}"}
    for lang, reason in reasons.items():
        (problem,) = asked(office, mine, "--yes", "--lang", lang, code=1)["problems"]
        assert (problem["code"], problem["reason"]) == ("contradiction", reason)
    assert everything(home) == before


def test_a_calendar_file_whose_name_is_taken_is_refused(office: Gkflow, home: Path, notice: Callable[..., str]) -> None:
    asked(office, notice(REGIONAL, name="mine.yaml"), "--yes")
    before = everything(home)
    for name in ("mine", "2005"):  # 2005 comes with the rules
        done = office("calendar", "adopt", notice(BY_HAND, name=f"{name}.yaml"), "--yes")
        assert (done.code, done.out, done.err) == (2, "", f"gkflow: 已有日历文件 {name}，请换一个文件名\n")
    assert everything(home) == before


def test_a_calendar_file_called_as_the_list_of_notices_is_refused(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    assert office("calendar", "adopt", notice(REGIONAL, name="notices.yaml"), "--yes").code == 2
    assert everything(home) == before


def test_a_calendar_file_for_a_region_that_does_not_exist_is_refused_with_its_line(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    mine = notice(REGIONAL.replace("450000", "990000"), name="mine.yaml")
    done = office("calendar", "adopt", mine, "--yes")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{mine} 第 5 行：适用范围“990000”")
    assert everything(home) == before


# --- a file written by hand -----------------------------------------------------------------------------------


def test_a_file_written_by_hand_moves_what_its_notice_moves(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    write_by_hand(home, BY_HAND)
    assert moves_of(asked(cases)) == MOVED
    assert asked(cases, notice(), "--dry-run")["changes"] == []
    assert moves_of(asked(cases, "--apply", "--yes")) == MOVED
    assert last_days(cases) == AFTER


def test_a_file_written_by_hand_may_leave_weekends_to_the_week(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    # Without its sentences: what the notice says of 2 and 3 January is what the week says.
    short = re.sub("quote: .*\n|  2027-01-0[23]: 假日\n", "", BY_HAND)
    assert len(BY_HAND.splitlines()) - len(short.splitlines()) == 3
    write_by_hand(home, short)
    result = asked(cases, notice(), "--dry-run")
    assert (result["problems"], result["changes"]) == ([], [])
    assert moves_of(asked(cases)) == MOVED


def test_a_notice_that_differs_from_the_file_written_by_hand_is_refused(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    write_by_hand(home, re.sub("quote: .*\n|  2027-02-12: 假日\n", "", BY_HAND))
    before = everything(home)
    (problem,) = asked(cases, notice(), "--yes", code=1)["problems"]
    assert problem["code"] == "contradiction"
    assert "2027-02-12" in f"{problem['sentence']}{problem['reason']}"
    assert everything(home) == before


@pytest.mark.parametrize(("right", "wrong", "result", "line"), BAD_FILES)
def test_a_file_written_by_hand_that_is_at_fault_is_refused_with_its_line(
    right: str, wrong: str, result: str, line: int | None, cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    assert right in BY_HAND
    text = BY_HAND.replace(right, wrong)
    file = write_by_hand(home, text)
    place = line or text[: text.index(wrong) + len(wrong)].count("\n") + 1
    before = everything(home)
    for words in ((), ("--apply", "--yes"), (notice(), "--yes", "--apply")):
        done = cases("calendar", "adopt", *words)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"{file.as_posix()} 第 {place} 行："), done.err
        assert result in done.err.removeprefix(file.as_posix())
        assert done.err.count("\n") == 1
    assert everything(home) == before


def test_a_year_without_a_working_day_is_refused(office: Gkflow, home: Path) -> None:
    days = "".join(f"  {day}: 放假\n" for day in span("2027-01-01..2027-12-31"))
    head = "calendar: 2027\ntitle: 全年放假\npublished: 2026-11-18\nannual: true\ndays_off:\n"
    file = write_by_hand(home, head + days)
    before = everything(home)
    done = office("calendar", "adopt", "--apply", "--yes")
    assert (done.code, done.out) == (2, "")
    lines = done.err.splitlines()
    assert len(lines) == 12, "one for each month"
    assert all(line.startswith(f"{file.as_posix()} 第 5 行：") for line in lines)
    assert [re.findall("2027-[0-9]{2}", line)[-1] for line in lines] == [f"2027-{month:02}" for month in range(1, 13)]
    assert everything(home) == before


def test_two_files_that_state_a_day_differently_are_refused_with_both_of_them(office: Gkflow, home: Path) -> None:
    first = write_by_hand(home, BY_HAND, "2027.yaml")
    other = re.sub("quote: .*\n|  2027-10-09: 假日\n", "", BY_HAND)
    second = write_by_hand(home, other.replace(NUMBER, "国办发明电〔2026〕11号"), "2027-2.yaml")
    before = everything(home)
    done = office("calendar", "adopt", "--apply", "--yes")
    assert (done.code, done.out) == (2, "")
    assert "2027-10-09" in done.err
    assert first.as_posix() in done.err
    assert second.as_posix() in done.err
    assert done.err.count("\n") == 1
    assert everything(home) == before


def test_a_calendar_file_in_another_encoding_is_refused_in_words(office: Gkflow, home: Path, tmp_path: Path) -> None:
    before = everything(home)
    mine = tmp_path / "mine.yaml"
    mine.write_text(BY_HAND, encoding="gb18030")
    done = office("calendar", "adopt", str(mine), "--yes")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"gkflow: {mine} 的编码不是 UTF-8；请另存为 UTF-8 文本\n"
    assert everything(home) == before


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_is_published_on_a_day_to_come_is_refused(
    by_hand: bool, office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    later = BY_HAND.replace("published: 2026-11-18", "published: 2096-11-18")
    file = notice(later, name="mine.yaml") if by_hand else notice(NOTICE.replace("2026年11月18日", "2096年11月18日"))
    done = office("calendar", "adopt", file, "--yes", "--apply")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("gkflow: 公布之日 2096-11-18 还没有到")
    assert everything(home) == before


def test_a_calendar_file_for_several_regions_lists_what_changes_in_any_of_them(
    office: Gkflow, notice: Callable[..., str]
) -> None:
    # In Guangxi 2017-03-30 is off already (三月三); in Guangdong it is a Thursday like any other.
    text = "calendar: 2017\ntitle: 某安排\nscope: ['450000', '440000']\ndays_off: {2017-03-30: 某节}\n"
    result = asked(office, notice(text, name="mine.yaml"), "--dry-run")
    assert [each["day"] for each in result["changes"]] == ["2017-03-30"]


def test_entering_a_notice_where_there_is_no_office_makes_none(
    gkflow: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    assert gkflow("calendar", "adopt", notice(), "--yes").code == 0
    assert sorted(path.name for path in home.rglob("*") if path.is_file()) == ["2027.yaml"]
