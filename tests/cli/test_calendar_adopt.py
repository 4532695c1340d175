"""``calendar adopt`` (采用放假安排): a notice, or a file written by hand, is read, refused, or entered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import notice_of_2027
from cli.notice_of_2027 import (
    BAD,
    CHANGES,
    DAYS_OFF,
    KEYS,
    MAKEUP_DAYS,
    NAMELESS,
    NOTICE,
    NUMBER,
    OLDER_SPRING,
    SPRING,
    answered,
    asked,
    everything,
    published_text,
)

Gkflow = Callable[..., Any]
notice = notice_of_2027.notice
cases = notice_of_2027.cases
the_days_of_2027_are_not_announced = notice_of_2027.the_days_of_2027_are_not_announced


# --- what a notice says ---------------------------------------------------------------------------------------


def test_a_dry_run_shows_what_a_notice_says_and_changes_and_writes_nothing(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    result = asked(office, notice(), "--dry-run")
    assert list(result) == KEYS
    assert (result["year"], result["days_off"], result["makeup_days"], result["problems"]) == (
        2027,
        DAYS_OFF,
        MAKEUP_DAYS,
        [],
    )
    assert result["changes"] == [
        {"day": day, "was": was, "now": now, "name": name, "firmness": "predicted"} for day, was, now, name in CHANGES
    ]
    assert everything(home) == before


@pytest.mark.parametrize("more", [("--yes",), ("--apply", "--yes"), ("--apply", "--yes", "--format", "csv")])
def test_a_dry_run_of_a_notice_writes_nothing_whatever_else_is_said(
    more: tuple[str, ...], office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    assert office("calendar", "adopt", notice(), "--dry-run", *more).code == 0
    assert everything(home) == before


def test_people_see_each_day_with_its_weekday_and_how_it_differs_from_the_prediction(
    office: Gkflow, notice: Callable[..., str]
) -> None:
    done = office("calendar", "adopt", notice(), "--dry-run")
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0] == f"国务院办公厅关于2027年部分节假日安排的通知 {NUMBER}"
    assert "  2027-02-05（星期五）  放假  春节" in lines
    assert "  2027-01-31（星期日）  上班  春节" in lines
    assert [line[2:12] for line in lines if "  放假  " in line] == DAYS_OFF
    assert [line[2:12] for line in lines if "  上班  " in line] == MAKEUP_DAYS
    words = {"working": "上班", "off": "放假"}
    assert [line for line in lines if "→" in line] == [
        f"  {day}（星期{'一二三四五六日'[date.fromisoformat(day).weekday()]}）  {words[was]} → {words[now]}  {name}"
        for day, was, now, name in CHANGES
    ]


def test_a_notice_can_be_looked_at_without_an_office_and_none_is_made(
    gkflow: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    assert asked(gkflow, notice(), "--dry-run")["days_off"] == DAYS_OFF
    assert not home.exists()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(NOTICE.translate(str.maketrans("，：（）", ",:()")), "utf-8", id="half-width marks"),
        pytest.param(NOTICE.translate(str.maketrans("0123456789", "０１２３４５６７８９")), "utf-8", id="wide figures"),
        pytest.param(NOTICE.replace("周", "星期"), "utf-8", id="星期"),
        pytest.param(NOTICE.replace("\n", "\r\n　　"), "utf-8", id="indented lines"),
        pytest.param(NOTICE, "gb18030", id="GB18030"),
        pytest.param(NOTICE, "utf-8-sig", id="with BOM"),
        pytest.param(NOTICE.replace(SPRING, OLDER_SPRING), "utf-8", id="an older form"),
    ],
)
def test_neither_width_nor_form_nor_encoding_makes_another_notice(
    text: str, encoding: str, gkflow: Gkflow, notice: Callable[..., str]
) -> None:
    result = asked(gkflow, notice(text, encoding), "--dry-run")
    assert result["problems"] == []
    assert (result["year"], result["days_off"], result["makeup_days"]) == (2027, DAYS_OFF, MAKEUP_DAYS)
    assert [each["day"] for each in result["changes"]] == [day for day, *_ in CHANGES]


# --- a notice that says what is known -------------------------------------------------------------------------


# 2008 and 2010 in the older forms; two amendments (延长…至, 调整).
@pytest.mark.parametrize("name", ["2008", "2010", "2019", "2026", "2019-amendment", "2020-amendment"])
def test_a_notice_that_says_what_is_known_changes_nothing_and_is_no_fault(
    name: str, office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    file = notice(published_text(name))
    result = asked(office, file, "--dry-run")
    assert list(result) == KEYS
    assert (result["year"], result["problems"], result["changes"]) == (int(name[:4]), [], [])
    assert result["days_off"]
    done = office("calendar", "adopt", file, "--yes")
    assert done.code == 0
    assert "与已知的相同" in done.out
    assert everything(home) == before


def test_a_notice_entered_twice_is_known_the_second_time(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    assert len(asked(office, notice(), "--yes")["changes"]) == len(CHANGES)
    before = everything(home)
    again = asked(office, notice(), "--yes")
    assert (again["days_off"], again["problems"], again["changes"]) == (DAYS_OFF, [], [])
    assert everything(home) == before


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("right", "wrong", "problems"), BAD)
def test_what_cannot_be_believed_is_named_with_its_sentence_and_nothing_is_written(
    right: str,
    wrong: str,
    problems: list[tuple[str, str | None, tuple[str, ...]]],
    office: Gkflow,
    home: Path,
    notice: Callable[..., str],
) -> None:
    before = everything(home)
    assert right in NOTICE
    file = notice(NOTICE.replace(right, wrong))
    for more in (("--dry-run",), ("--yes",), ("--yes", "--apply")):
        result = asked(office, file, *more, code=1)
        assert list(result) == KEYS
        assert [list(each) for each in result["problems"]] == [["sentence", "code", "reason"]] * len(problems)
        assert result["changes"] == []
        for each, (code, sentence, facts) in zip(result["problems"], problems, strict=True):
            assert each["code"] == code
            assert sentence is None or each["sentence"] == sentence
            assert each["reason"]
            assert all(fact in each["reason"] for fact in facts), each["reason"]

    done = office("calendar", "adopt", file, "--yes", "--apply")
    assert done.code == 1
    lines = [line for line in done.out.splitlines() if line.startswith("  有疑点：")]
    assert len(lines) == len(problems)
    for line, (_, sentence, facts) in zip(lines, problems, strict=True):
        assert line.startswith(f"  有疑点：{sentence or ''}")
        assert all(fact in line for fact in facts)
    assert "没有写入" in done.out
    assert everything(home) == before


def test_every_objection_to_a_notice_is_reported_at_once(office: Gkflow, notice: Callable[..., str]) -> None:
    text = NOTICE.replace("1月1日（周五）", "1月1日（周四）").replace("共7天", "共6天")
    text = text.replace("6月9日（周三）放假，共1天", "6月31日放假")
    result = asked(office, notice(text), "--dry-run", code=1)
    assert [(each["code"], each["sentence"][:2]) for each in result["problems"]] == [
        ("weekday_mismatch", "一、"),
        ("no_such_day", "五、"),
        ("count_mismatch", "七、"),
    ]


def test_a_notice_that_states_a_known_day_differently_is_refused_with_the_day(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    # The notice for 2026 has Sunday 4 January worked; this one Saturday 10 January instead.
    text = published_text("2026")
    other = text.replace("1月4日（周日）上班", "1月10日（周六）上班")
    assert other != text
    before = everything(home)
    file = notice(other)
    result = asked(office, file, "--yes", "--apply", code=1)
    assert {each["code"] for each in result["problems"]} == {"contradiction"}
    days = [set(re.findall(r"2026-\d\d-\d\d", f"{each['sentence']}{each['reason']}")) for each in result["problems"]]
    assert days == [{"2026-01-04"}, {"2026-01-10"}]
    assert result["changes"] == []
    assert office("calendar", "adopt", file, "--yes").code == 1
    assert everything(home) == before


def test_a_second_notice_for_a_year_that_was_entered_is_refused_where_it_differs(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(office, notice(), "--yes")
    before = everything(home)
    result = asked(office, notice(NOTICE.replace("2月20日（周六）", "2月13日（周六）")), "--yes", code=1)
    days = [set(re.findall(r"2027-\d\d-\d\d", f"{each['sentence']}{each['reason']}")) for each in result["problems"]]
    assert days == [{"2027-02-13"}, {"2027-02-20"}]
    assert everything(home) == before


@pytest.mark.parametrize(
    ("content", "more", "result"),
    [
        (None, (), "没有这个文件"),
        (b"\xff\xfe\x00\xd8", (), "编码不是 UTF-8, GB18030；请另存为 UTF-8 文本"),
        (NOTICE.encode("utf-16"), (), "编码不是 UTF-8, GB18030；请另存为 UTF-8 文本"),
        (NOTICE.replace("2026年11月18日\n", "").encode(), ("--yes",), "--published"),
        (NOTICE.encode(), ("--yes", "--published", "2026-11-31"), "“2026-11-31”不是日期"),
        (NOTICE.encode(), ("--yes", "--apply", "--published", "2999-01-04"), "公布之日 2999-01-04 还没有到"),
        (NOTICE.encode(), (), "--yes"),
    ],
    ids=["no file", "no text", "UTF-16", "no date", "no such day", "a day to come", "nobody to ask"],
)
def test_wrong_use_is_one_clear_line_and_writes_nothing(
    content: bytes | None, more: tuple[str, ...], result: str, office: Gkflow, home: Path, tmp_path: Path
) -> None:
    before = everything(home)
    file = tmp_path / "notice.txt"
    if content is not None:
        file.write_bytes(content)
    done = office("calendar", "adopt", str(file), *more)
    assert done.code == 2
    assert result in done.err
    assert "--encoding" not in done.err, "there is no such option"
    assert done.err.startswith("gkflow: ")
    assert done.err.count("\n") == 1
    assert everything(home) == before


# --- in which words -------------------------------------------------------------------------------------------


IN_ENGLISH = {"周一": "Monday", "周六": "Saturday", "周日": "Sunday"}


@pytest.mark.parametrize(("right", "wrong", "problems"), BAD)
def test_a_reason_is_given_in_the_language_chosen_on_the_screen_and_to_programs(
    right: str, wrong: str, problems: list[Any], gkflow: Gkflow, notice: Callable[..., str]
) -> None:
    file = notice(NOTICE.replace(right, wrong))
    for lang, form, other in (("zh", "  有疑点：{}（{}）", "[A-Za-z]"), ("en", "  problem: {} ({})", "[一-鿿]")):
        result = asked(gkflow, file, "--dry-run", "--lang", lang, code=1)["problems"]
        lines = gkflow("calendar", "adopt", file, "--dry-run", "--lang", lang).out.splitlines()
        for each, (_, _, facts) in zip(result, problems, strict=True):
            assert form.format(each["sentence"], each["reason"]) in lines
            words = each["reason"]
            for chinese in facts:
                fact = chinese if lang == "zh" else IN_ENGLISH.get(chinese, chinese)
                assert fact in words
                words = words.replace(fact, "")
            assert not re.search(f"{other}|[?{{]", words), words


def test_the_day_of_the_week_is_shown_in_the_language_chosen(gkflow: Gkflow, notice: Callable[..., str]) -> None:
    file = notice(NOTICE.replace("1月31日（周日）", "1月31日（周六）"))
    (problem,) = asked(gkflow, file, "--dry-run", "--lang", "en", code=1)["problems"]
    assert "is Sun" in problem["reason"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_text_that_names_no_year_is_refused_with_how_to_name_it(
    lang: str, office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    (problem,) = asked(office, notice(NAMELESS), "--yes", "--lang", lang, code=1)["problems"]
    assert problem["code"] == "no_year"
    assert everything(home) == before
    assert "--year" in problem["reason"]


def test_a_text_that_names_no_year_is_read_for_the_year_that_is_given_and_another_is_not(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    result = asked(office, notice(NAMELESS), "--yes", "--year", "2027")
    assert (result["year"], result["days_off"], result["makeup_days"]) == (2027, DAYS_OFF, MAKEUP_DAYS)
    assert [each["day"] for each in result["changes"]] == [day for day, *_ in CHANGES]
    assert yaml.safe_load((home / "config/calendar/2027.yaml").read_text(encoding="utf-8"))["calendar"] == 2027
    refused = asked(office, notice(), "--dry-run", "--year", "2028", code=1)["problems"]
    assert [each["code"] for each in refused] == ["other_year"]
    assert {"2027", "2028"} == set(re.findall("[0-9]{4}", refused[0]["reason"]))


# --- asking, and writing --------------------------------------------------------------------------------------


def test_who_is_asked_and_says_no_has_written_nothing(office: Gkflow, home: Path, notice: Callable[..., str]) -> None:
    before = everything(home)
    done = answered("n", notice())
    assert done.returncode == 0, done.stderr
    assert "写入日历文件？" in f"{done.stdout}{done.stderr}"
    assert everything(home) == before


def test_who_is_asked_and_says_yes_has_the_file_and_no_deadline_moved(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    files, rows = everything(home)
    done = answered("y", notice())
    assert done.returncode == 0, done.stderr
    assert "config/calendar/2027.yaml" in done.stderr
    after, rows_after = everything(home)
    assert set(after) - set(files) == {"config/calendar/2027.yaml"}
    assert rows_after == rows


def test_the_file_that_is_written_keeps_the_notice_its_sentences_and_each_day(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    url = "https://www.gov.cn/zhengce/2026.htm"
    done = office("calendar", "adopt", notice(), "--yes", "--published", "2026-11-19", "--url", url)
    assert done.code == 0, done.err
    kept = yaml.safe_load((home / "config" / "calendar" / "2027.yaml").read_text(encoding="utf-8"))
    assert (kept["calendar"], kept["annual"], kept["number"], kept["url"]) == (2027, True, NUMBER, url)
    assert kept["title"] == "国务院办公厅关于2027年部分节假日安排的通知"
    assert (kept["dated"], kept["published"]) == (date(2026, 11, 18), date(2026, 11, 19))
    assert SPRING in kept["quote"]
    assert [day.isoformat() for day in kept["days_off"]] == DAYS_OFF
    assert [day.isoformat() for day in kept["makeup_days"]] == MAKEUP_DAYS
    assert (kept["days_off"][date(2027, 2, 5)], kept["makeup_days"][date(2027, 10, 9)]) == ("春节", "国庆节")
    assert office("check").code == 0

    # Once adopted, known from the day on which it was published, and not before.
    assert office("calendar", "adopt", "--apply", "--yes").code == 0
    result = json.loads(office("calendar", "2027-02-11", "--format", "json").out)[0]
    assert (result["working"], result["firmness"], result["source"]) == (False, "final", NUMBER)
    then = json.loads(office("calendar", "2027-02-11", "--as-known-on", "2026-11-18", "--format", "json").out)[0]
    assert (then["working"], then["firmness"]) == (True, "predicted")


def test_a_notice_without_a_date_is_written_with_the_day_that_is_given(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    file = notice(NOTICE.replace("2026年11月18日\n", ""))
    assert office("calendar", "adopt", file, "--yes", "--published", "2026-11-20").code == 0
    kept = yaml.safe_load((home / "config" / "calendar" / "2027.yaml").read_text(encoding="utf-8"))
    assert kept["published"] == date(2026, 11, 20)
    assert "dated" not in kept
