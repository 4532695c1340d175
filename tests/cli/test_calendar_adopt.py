"""``calendar adopt`` (采用放假安排): a notice is read or refused; what it moves is listed, then moved, then told."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

import gkflow as library
from gkflow.bootstrap import forget_files

Gkflow = Callable[..., Any]
NOTICES = Path(__file__).parents[1] / "calendars" / "notices"
NUMBER = "国办发明电〔2026〕9号"
SPRING = "二、春节：2月5日（周五、农历除夕）至12日（周五）放假调休，共8天。1月31日（周日）、2月20日（周六）上班。"

# Invented, in the words of the notice for 2026. To be renewed when the days of 2027 are known to the packages.
NOTICE = f"""国务院办公厅关于2027年部分节假日安排的通知
{NUMBER}
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
{SPRING}
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假，共1天。
六、中秋节：9月15日（周三）放假，不调休，共1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，确保人民群众祥和平安度过节日假期。
国务院办公厅
2026年11月18日
"""

# The same days for 春节, as the notices of 2008 and 2009 would have said it.
OLDER_SPRING = (
    "二、春节：2月5日—12日（农历除夕至正月初七）放假，共8天。其中，2月5日（除夕）、2月6日（春节）、2月7日、8日为"
    "法定节假日，1月31日（星期日）、2月20日（星期六）两个公休日调至2月11日（星期四）、2月12日（星期五），"
    "1月31日（星期日）、2月20日（星期六）上班。"
)

# Days off before that notice, by 全国年节及纪念日放假办法: 1 January; 除夕 and the first three days of the year (Friday
# 5 to Monday 8 February), and for the Saturday and the Sunday among them Tuesday 9 and Wednesday 10; 1 and 2 May
# (Saturday, Sunday), and for them Monday 3 and Tuesday 4; 1 to 3 October (Friday to Sunday), and for two of them Monday
# 4 and Tuesday 5; the three festivals of one day. No day is made up for. What is left is what the notice changes.
CHANGES = [
    ("2027-01-31", "off", "working", "春节"),
    ("2027-02-11", "working", "off", "春节"),
    ("2027-02-12", "working", "off", "春节"),
    ("2027-02-20", "off", "working", "春节"),
    ("2027-05-05", "working", "off", "劳动节"),
    ("2027-05-08", "off", "working", "劳动节"),
    ("2027-09-26", "off", "working", "国庆节"),
    ("2027-10-06", "working", "off", "国庆节"),
    ("2027-10-07", "working", "off", "国庆节"),
    ("2027-10-09", "off", "working", "国庆节"),
]
KEYS = ["year", "days_off", "makeup_days", "problems", "changes"]

# Three more days off after the eight: Saturday 13 and Sunday 14 were off anyway.
LONGER = """国务院办公厅关于延长2027年春节假期的通知
国办发明电〔2026〕10号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将延长2027年春节假期的具体安排通知如下。
一、延长2027年春节假期至2月16日（星期二），2月17日（星期三）起正常上班。
国务院办公厅
2026年11月20日
"""


def span(*ends: str) -> list[str]:
    """The days of ``2027-02-05..2027-02-12``, one after another."""
    days: list[str] = []
    for each in ends:
        first, last = (date.fromisoformat(end) for end in (each.split("..") * 2)[:2])
        days += [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    return days


DAYS_OFF = span(
    "2027-01-01..2027-01-03", "2027-02-05..2027-02-12", "2027-04-03..2027-04-05", "2027-05-01..2027-05-05",
    "2027-06-09", "2027-09-15", "2027-10-01..2027-10-07",
)  # fmt: skip
MAKEUP_DAYS = span("2027-01-31", "2027-02-20", "2027-05-08", "2027-09-26", "2027-10-09")

# The same notice written into a file by hand: its sentences, and each day that they name.
BY_HAND = "\n".join(
    [
        "calendar: 2027",
        "title: 国务院办公厅关于2027年部分节假日安排的通知",
        f"number: {NUMBER}",
        "published: 2026-11-18",
        "annual: true",
        f"quote: {''.join(NOTICE.splitlines()[4:11])}",
        "days_off:",
        *(f"  {day}: 假日" for day in DAYS_OFF),
        "makeup_days:",
        *(f"  {day}: 假日" for day in MAKEUP_DAYS),
        "",
    ]
)


@pytest.fixture
def notice(tmp_path: Path) -> Callable[..., str]:
    """Writes the text of a notice into a file and says where it is."""

    def write(text: str = NOTICE, encoding: str = "utf-8") -> str:
        file = tmp_path / "notice.txt"
        file.write_text(text, encoding=encoding)
        return str(file)

    return write


@pytest.fixture(autouse=True)
def the_days_of_2027_are_not_announced(home: Path) -> None:
    """Every expectation here is against the prediction."""
    through = library.calendar(home).announced_through
    assert through == date(2026, 12, 31), f"days are announced through {through}: move these tests on by a year"


def asked(gkflow: Gkflow, *words: str, code: int = 0) -> dict[str, Any]:
    done = gkflow("calendar", "adopt", *words, "--format", "json")
    assert done.code == code, done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def everything(home: Path) -> tuple[dict[str, str], str]:
    """Every file of the office, and every row of its database, the calendar editions among them."""
    files = sorted(path for path in home.rglob("*") if path.is_file() and "gkflow.db" not in path.name)
    database = sqlite3.connect(home / "gkflow.db")
    rows = "\n".join(database.iterdump())
    database.close()
    assert 'INSERT INTO "calendar_edition"' in rows
    return {path.relative_to(home).as_posix(): path.read_text(encoding="utf-8") for path in files}, rows


# --- what a notice says ---------------------------------------------------------------------------------------


def test_a_dry_run_tells_what_a_notice_says_and_changes_and_writes_nothing(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    told = asked(office, notice(), "--dry-run")
    assert list(told) == KEYS
    assert (told["year"], told["days_off"], told["makeup_days"], told["problems"]) == (2027, DAYS_OFF, MAKEUP_DAYS, [])
    assert told["changes"] == [
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
    told = asked(gkflow, notice(text, encoding), "--dry-run")
    assert told["problems"] == []
    assert (told["year"], told["days_off"], told["makeup_days"]) == (2027, DAYS_OFF, MAKEUP_DAYS)
    assert [each["day"] for each in told["changes"]] == [day for day, *_ in CHANGES]


# --- a notice that says what is known -------------------------------------------------------------------------


def published_text(name: str) -> str:
    """A notice that was really published, as tests/calendars/notices keeps it."""
    kept = yaml.safe_load((NOTICES / f"{name}.yaml").read_text(encoding="utf-8"))
    sentences = [each["text"] for each in kept["festivals"]]
    signed = kept.get("signed", f"{kept['dated'].year}年{kept['dated'].month}月{kept['dated'].day}日")
    issuer = kept.get("issuer", "国务院办公厅")
    return "\n".join([kept["title"], kept["number"], *sentences, issuer, signed])


# 2008 and 2010 in the older forms; two amendments (延长…至, 调整).
@pytest.mark.parametrize("name", ["2008", "2010", "2019", "2026", "2019-amendment", "2020-amendment"])
def test_a_notice_that_says_what_is_known_changes_nothing_and_is_no_fault(
    name: str, office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = everything(home)
    file = notice(published_text(name))
    told = asked(office, file, "--dry-run")
    assert list(told) == KEYS
    assert (told["year"], told["problems"], told["changes"]) == (int(name[:4]), [], [])
    assert told["days_off"]
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

# What is changed in the notice, and what each objection has to name: code, sentence, and facts within the reason.
BAD: list[Any] = [
    pytest.param(
        "1月31日（周日）", "1月31日（周六）",
        [("weekday_mismatch", "1月31日（周六）、2月20日（周六）上班。", ("2027-01-31", "周日", "周六"))],
        id="a weekday that does not match its date",
    ),
    pytest.param(
        "共8天", "共9天",
        [("count_mismatch", SPRING.partition("。")[0].replace("共8天", "共9天") + "。", ("8", "9"))],
        id="a number of days that does not add up",
    ),
    pytest.param(
        "6月9日（周三）放假，共1天", "2026年6月19日放假",
        [("other_year", "五、端午节：2026年6月19日放假。", ("2026", "2027"))],
        id="a day of another year",
    ),
    pytest.param(
        "三、清明节：4月3日（周六）至5日（周一）放假，共3天。", "三、清明节：4月3日起放假，回来日期另告。",
        [("unreadable", "三、清明节：4月3日起放假，回来日期另告。", ("4月3日起放假",))],
        id="a sentence that is not understood",
    ),
    pytest.param(
        SPRING, "二、春节：2月1日至28日放假，共28天。",
        [("no_working_day", "二、春节：2月1日至28日放假，共28天。", ("2027-02",))],
        id="a month without a working day",
    ),
    pytest.param(
        "5月8日（周六）上班", "5月3日（周一）上班",
        [
            ("off_and_worked", "5月3日（周一）上班。", ("2027-05-03",)),
            ("works_anyway", "5月3日（周一）上班。", ("2027-05-03", "周一")),
        ],
        id="a day that is off and worked",
    ),
    pytest.param(
        "六、中秋节：9月15日（周三）放假，不调休，共1天。\n", "",
        [("incomplete", "国务院办公厅关于2027年部分节假日安排的通知", ("中秋节",))],
        id="a festival that is left out",
    ),
    pytest.param(
        "国务院办公厅", "某市人民政府办公室",
        [("other_issuer", None, ("某市人民政府办公室关于2027年部分节假日安排的通知",))],
        id="a notice of another office",
    ),
    pytest.param(
        NOTICE, "政府公布二○二七年公众假期\n香港特别行政区成立纪念日　七月一日　星期四",
        [("other_country", None, ("公众假期",))],
        id="a notice of another country",
    ),
    pytest.param(
        NOTICE, "国务院办公厅关于印发2027年政务公开工作要点的通知\n各地区、各部门要认真贯彻执行。",
        [("not_a_notice", "国务院办公厅关于印发2027年政务公开工作要点的通知", ())],
        id="no notice of days off",
    ),
    pytest.param(
        NOTICE, LONGER,
        [("unknown_end", LONGER.splitlines()[4], ("春节", "2027-02-16"))],
        id="an extension of days that are not known yet",
    ),
    pytest.param(NOTICE, "", [("not_a_notice", "", ())], id="an empty file"),
]  # fmt: skip


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
        told = asked(office, file, *more, code=1)
        assert list(told) == KEYS
        assert [list(each) for each in told["problems"]] == [["sentence", "code", "reason"]] * len(problems)
        assert told["changes"] == []
        for each, (code, sentence, facts) in zip(told["problems"], problems, strict=True):
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


def test_every_objection_to_a_notice_is_told_at_once(office: Gkflow, notice: Callable[..., str]) -> None:
    text = NOTICE.replace("1月1日（周五）", "1月1日（周四）").replace("共7天", "共6天")
    text = text.replace("6月9日（周三）放假，共1天", "6月31日放假")
    told = asked(office, notice(text), "--dry-run", code=1)
    assert [(each["code"], each["sentence"][:2]) for each in told["problems"]] == [
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
    told = asked(office, file, "--yes", "--apply", code=1)
    assert {each["code"] for each in told["problems"]} == {"contradiction"}
    days = [set(re.findall(r"2026-\d\d-\d\d", f"{each['sentence']}{each['reason']}")) for each in told["problems"]]
    assert days == [{"2026-01-04"}, {"2026-01-10"}]
    assert told["changes"] == []
    assert office("calendar", "adopt", file, "--yes").code == 1
    assert everything(home) == before


def test_a_second_notice_for_a_year_that_was_entered_is_refused_where_it_differs(
    office: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(office, notice(), "--yes")
    before = everything(home)
    told = asked(office, notice(NOTICE.replace("2月20日（周六）", "2月13日（周六）")), "--yes", code=1)
    days = [set(re.findall(r"2027-\d\d-\d\d", f"{each['sentence']}{each['reason']}")) for each in told["problems"]]
    assert days == [{"2027-02-13"}, {"2027-02-20"}]
    assert everything(home) == before


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        (None, (), "没有这个文件"),
        (b"\xff\xfe\x00\xd8", (), "编码"),
        (NOTICE.replace("2026年11月18日\n", "").encode(), ("--yes",), "--published"),
        (NOTICE.encode(), ("--yes", "--published", "2026-11-31"), "“2026-11-31”不是日期"),
        (NOTICE.encode(), (), "--yes"),
    ],
    ids=["no file", "no text", "no date", "no such day", "nobody to ask"],
)
def test_wrong_use_is_one_clear_line_and_writes_nothing(
    content: bytes | None, more: tuple[str, ...], told: str, office: Gkflow, home: Path, tmp_path: Path
) -> None:
    before = everything(home)
    file = tmp_path / "notice.txt"
    if content is not None:
        file.write_bytes(content)
    done = office("calendar", "adopt", str(file), *more)
    assert done.code == 2
    assert told in done.err
    assert done.err.startswith("gkflow: ")
    assert done.err.count("\n") == 1
    assert everything(home) == before


# --- asking, and writing --------------------------------------------------------------------------------------


def answered(answer: str, *words: str) -> subprocess.CompletedProcess[str]:
    """``gkflow calendar adopt`` in a process of its own, with somebody at the terminal who answers."""
    pty = pytest.importorskip("pty", reason="terminals of this kind are those of Unix")
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        return subprocess.run(
            [sys.executable, "-m", "gkflow", "calendar", "adopt", *words],
            stdin=theirs, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)


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

    # Known from the day on which it was published, and not before.
    told = json.loads(office("calendar", "2027-02-11", "--format", "json").out)[0]
    assert (told["working"], told["firmness"], told["source"]) == (False, "final", NUMBER)
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


# --- what moves -----------------------------------------------------------------------------------------------

PEOPLE = """
[[people]]
name = "张三"
roles = ["officer"]

[[people]]
name = "李科长"
roles = ["section_head"]
"""
# Seven working days after the decision, counted by hand; "off" as in CHANGES.
#   Z-1, 27 January:  28 29 | 1 2 3 4 | 11 by the prediction; 28 29 31 1 2 3 4 with Sunday the 31st worked
#   Z-2, 26 January:  27 28 29 | 1 2 3 4 by the prediction; 27 28 29 31 1 2 3 with the 31st
#   L-1, 1 February:  2 3 4 | 11 12 | 15 16 by the prediction; 2 3 4 | 15 16 17 18 with the 11th and 12th off
#   S-1, 28 April:    29 30 | 5 6 7 | 10 11 by the prediction; 29 30 | 6 7 8 | 10 11: a day goes, a day comes
DECIDED = {"L-1": "2027-02-01", "S-1": "2027-04-28", "Z-1": "2027-01-27", "Z-2": "2027-01-26", "E-1": "2027-01-27"}
BEFORE = {"L-1": "2027-02-16", "S-1": "2027-05-11", "Z-1": "2027-02-11", "Z-2": "2027-02-04"}
AFTER = {"L-1": "2027-02-18", "S-1": "2027-05-11", "Z-1": "2027-02-04", "Z-2": "2027-02-03"}
WHY = {
    "Z-2": f"2027-01-31上班（{NUMBER}）",
    "Z-1": f"2027-01-31上班（{NUMBER}）；2027-02-11放假（{NUMBER}）",
    "L-1": f"2027-02-11放假（{NUMBER}）；2027-02-12放假（{NUMBER}）",
}
MOVED = [(case, BEFORE[case], AFTER[case], WHY[case]) for case in ("Z-2", "Z-1", "L-1")]  # earlier ones first


@pytest.fixture
def cases(office: Gkflow, home: Path) -> Gkflow:
    """The command line of an office with people, four permits that are to be published, and one that has ended."""
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write(PEOPLE)
    for number, decided in DECIDED.items():
        facts = ("--fact", f"decision_date={decided}", "--title", f"许可{number}")
        assert office("receive", "permit", "--number", number, "--day", "2026-03-02", *facts).code == 0
    done = office("do", "E-1", "withhold", "--day", "2026-03-03", "--fact", "withhold_ground=state_secret")
    assert done.code == 0, done.err
    assert last_days(office) == BEFORE
    return office


def last_days(gkflow: Gkflow, *words: str) -> dict[str, str]:
    done = gkflow("cases", *words, "--format", "json")
    assert done.code == 0, done.err
    return {row["case"]: row["deadline"] for row in json.loads(done.out)}


def moves_of(told: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(row["case"], row["old"], row["new"], row["why"]) for row in told["moved"]]


def test_the_deadlines_that_move_are_listed_earlier_ones_first_and_nothing_moves_yet(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    _, rows = everything(home)
    entered = asked(cases, notice(), "--yes")
    assert moves_of(entered) == MOVED
    assert [row["earlier"] for row in entered["moved"]] == [True, True, False]
    assert {row["clock"] for row in entered["moved"]} == {"publish"}
    assert moves_of(asked(cases)) == MOVED, "it waits to be adopted, and is listed as often as one asks"

    table = cases("calendar", "adopt")
    assert table.code == 0
    listed = [line.split() for line in table.out.splitlines() if line[:4] in BEFORE or line[:3] in BEFORE]
    assert [(line[0], line[3], line[4], line[5]) for line in listed] == [
        ("Z-2", BEFORE["Z-2"], AFTER["Z-2"], "提前"),
        ("Z-1", BEFORE["Z-1"], AFTER["Z-1"], "提前"),
        ("L-1", BEFORE["L-1"], AFTER["L-1"], "推后"),
    ]
    assert table.out.splitlines()[-1].startswith("3 项届满日变动，其中 2 项提前。尚未采用")
    assert last_days(cases) == BEFORE
    assert everything(home)[1] == rows


def test_the_list_of_moves_is_the_same_as_csv_and_as_xlsx(
    cases: Gkflow, home: Path, tmp_path: Path, notice: Callable[..., str]
) -> None:
    from openpyxl import load_workbook

    asked(cases, notice(), "--yes")
    heads = ["案件编号", "内容摘要", "期限", "原届满日", "现届满日", "方向", "依据", "承办人"]
    how = {"Z-2": "提前", "Z-1": "提前", "L-1": "推后"}
    wanted = [[case, f"许可{case}", "公开期限", old, new, how[case], why] for case, old, new, why in MOVED]

    printed = cases("calendar", "adopt", "--format", "csv").out
    saved = tmp_path / "moves.csv"
    assert cases("calendar", "adopt", "--output", str(saved)).code == 0
    assert saved.read_bytes().startswith(b"\xef\xbb\xbf"), "a spreadsheet knows UTF-8 by its mark"
    for text in (printed.removeprefix("\ufeff"), saved.read_text(encoding="utf-8-sig")):
        head, *rows = csv.reader(text.splitlines())
        assert head == heads
        assert [row[:7] for row in rows] == wanted

    book = tmp_path / "moves.xlsx"
    assert cases("calendar", "adopt", "--format", "xlsx", "--output", str(book)).code == 0
    sheet = load_workbook(book).active
    assert sheet is not None
    first, *below = sheet.iter_rows(values_only=True)
    assert list(first) == heads
    plain = [[each.date().isoformat() if isinstance(each, datetime) else each for each in row] for row in below]
    assert [row[:7] for row in plain] == wanted
    assert last_days(cases) == BEFORE


def test_applying_moves_each_deadline_and_writes_an_entry_in_its_case(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes")
    done = asked(cases, "--apply", "--yes", "--by", "王五")
    assert moves_of(done) == MOVED
    assert last_days(cases) == AFTER
    for case, old, new, why in MOVED:
        record = json.loads(cases("show", case, "--format", "json").out)["record"]
        assert [entry["action"] for entry in record] == ["decide", "recount"]
        assert record[-1]["by"] == "王五"
        facts = record[-1]["facts"]
        assert (facts["recounted"], facts["last_day_before"], facts["last_day_after"]) == ("publish", old, new)
        assert facts["text"] == why
    for case in ("S-1", "E-1"):
        record = json.loads(cases("show", case, "--format", "json").out)["record"]
        assert "recount" not in {entry["action"] for entry in record}
    assert last_days(cases, "--as-of", "2026-03-03") == BEFORE, "what was said then stays"
    assert cases("verify").code == 0
    assert "0 件与办理记录不符" in cases("rebuild", "--dry-run").out


def test_a_moved_deadline_is_explained_by_the_notice_and_no_longer_provisional(
    cases: Gkflow, notice: Callable[..., str]
) -> None:
    listed = json.loads(cases("cases", "--format", "json").out)
    assert {row["provisional"] for row in listed if row["deadline"]} == {True}
    asked(cases, notice(), "--yes", "--apply")
    listed = json.loads(cases("cases", "--format", "json").out)
    assert {row["provisional"] for row in listed if row["deadline"]} == {False}
    lines = cases("explain", "Z-1").out.splitlines()
    assert f"  2027-01-31  星期日  第3日   调休上班（春节）  {NUMBER}" in lines
    assert "届满日  2027-02-04（星期四）" in lines
    lines = cases("explain", "L-1").out.splitlines()
    assert any(line.startswith("  2027-02-12  星期五  不计入") and line.endswith(NUMBER) for line in lines)
    assert "届满日  2027-02-18（星期四）" in lines


def test_officers_are_told_and_of_earlier_days_first_and_the_head_of_the_section_as_well(
    cases: Gkflow, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes", "--apply")
    told = json.loads(cases("notices", "--format", "json").out)
    told.sort(key=lambda row: row["id"])
    assert [(row["case"], row["kind"], row["name"]) for row in told[-1:]] == [("L-1", "moved_later", "张三")]
    assert sorted((row["case"], row["kind"], row["name"]) for row in told[:-1]) == [
        ("Z-1", "moved_earlier", "张三"),
        ("Z-1", "moved_earlier", "李科长"),
        ("Z-2", "moved_earlier", "张三"),
        ("Z-2", "moved_earlier", "李科长"),
    ]
    assert {row["status"] for row in told} == {"waiting"}
    (id_,) = (row["id"] for row in told if (row["case"], row["name"]) == ("Z-1", "张三"))
    text = cases("notices", "--show", str(id_)).out
    assert "2027-02-11" in text
    assert "2027-02-04" in text
    assert WHY["Z-1"] in text


def test_what_was_adopted_is_not_adopted_again(cases: Gkflow, home: Path, notice: Callable[..., str]) -> None:
    asked(cases, notice(), "--yes", "--apply")
    before = everything(home)
    again = cases("calendar", "adopt", "--apply", "--yes")
    assert (again.code, again.out) == (0, "")
    assert "没有可采用的" in again.err
    assert asked(cases, notice(), "--yes", "--apply")["changes"] == []
    assert everything(home) == before


def test_nothing_moves_where_nobody_can_be_asked_or_somebody_says_no(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes")
    before = everything(home)
    unasked = cases("calendar", "adopt", "--apply")
    assert unasked.code == 2
    assert "--yes" in unasked.err
    assert unasked.err.count("\n") == 1
    assert answered("n", "--apply").returncode == 0
    assert everything(home) == before
    assert answered("y", "--apply").returncode == 0
    assert last_days(cases) == AFTER


def test_an_amendment_has_a_file_of_its_own_and_moves_what_rests_on_its_days(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes", "--apply")
    files, _ = everything(home)
    file = notice(LONGER)
    told = asked(cases, file, "--dry-run")
    assert (told["days_off"], told["makeup_days"]) == (span("2027-02-13..2027-02-16"), [])
    # The 13th and the 14th are a weekend, and off as it is; the 15th and the 16th were announced as working days.
    assert [(each["day"], each["was"], each["now"], each["firmness"]) for each in told["changes"]] == [
        ("2027-02-15", "working", "off", "final"),
        ("2027-02-16", "working", "off", "final"),
    ]
    done = asked(cases, file, "--yes", "--apply")
    # L-1, 1 February: 2 3 4 | 17 18 19 and Saturday the 20th, which is worked.
    number = "国办发明电〔2026〕10号"
    why = f"2027-02-15放假（{number}）；2027-02-16放假（{number}）"
    assert moves_of(done) == [("L-1", "2027-02-18", "2027-02-20", why)]
    assert last_days(cases) == {**AFTER, "L-1": "2027-02-20"}
    after, _ = everything(home)
    assert set(after) - set(files) == {"config/calendar/2027-2.yaml"}
    assert after["config/calendar/2027.yaml"] == files["config/calendar/2027.yaml"]


# --- a file written by hand -----------------------------------------------------------------------------------


def write_by_hand(home: Path, text: str, name: str = "2027.yaml") -> Path:
    """Put a calendar file into the office, and forget the files that this process has read: a user's next command."""
    file = home / "config" / "calendar" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    forget_files()
    return file


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
    told = asked(cases, notice(), "--dry-run")
    assert (told["problems"], told["changes"]) == ([], [])
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


# What is changed in the file, what the fault has to name, and its line where that is not the line of the change.
@pytest.mark.parametrize(
    ("right", "wrong", "told", "line"),
    [
        pytest.param("annual: true", "annaul: true", "annaul", None, id="an unknown key"),
        pytest.param("annual: true", "annual: true\nannual: true", "annual", None, id="a key said twice"),
        pytest.param("annual: true", "annual: perhaps", "annual", None, id="neither yes nor no"),
        pytest.param("annual: true", 'scope: "990000"', "990000", None, id="an unknown region"),
        pytest.param("annual: true", "scope: 浙江", "浙江", None, id="no code of a region"),
        pytest.param("published: 2026-11-18\n", "", "published", 1, id="no day of publication"),
        pytest.param("  2027-02-12: 假日", "  2027-02-30: 假日", "2027-02-30", None, id="no such day"),
        # In one of the lists, and told there where the list begins.
        pytest.param("  2027-02-20: 假日", "  2027-02-06: 假日", "2027-02-06", 36, id="off and worked"),
        pytest.param("  2027-02-20: 假日", "  2027-02-19: 假日", "2027-02-19", 36, id="made up for on a Friday"),
        pytest.param("  2027-02-12: 假日", "  2031-02-12: 假日", "2031-02-12", 7, id="a day of another year"),
        pytest.param("  2027-02-12: 假日\n", "", "2027-02-12", 1, id="a day short of the quotation"),
        pytest.param("1月31日（周日）", "1月31日（周六）", "2027-01-31", 1, id="a weekday that does not match"),
        pytest.param("共8天", "共9天", "9", 1, id="a number of days that does not add up"),
    ],
)
def test_a_file_written_by_hand_that_is_at_fault_is_refused_with_its_line(
    right: str, wrong: str, told: str, line: int | None, cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    assert right in BY_HAND
    text = BY_HAND.replace(right, wrong)
    file = write_by_hand(home, text)
    place = line or text[: text.index(wrong) + len(wrong)].count("\n") + 1
    before = everything(home)
    for words in ((), ("--apply", "--yes"), (notice(), "--yes", "--apply")):
        done = cases("calendar", "adopt", *words)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(f"{file.as_posix()}:{place}  "), done.err
        assert told in done.err.removeprefix(file.as_posix())
        assert done.err.count("\n") == 1
    assert everything(home) == before


def test_a_year_without_a_working_day_is_refused(office: Gkflow, home: Path) -> None:
    days = "".join(f"  {day}: 放假\n" for day in span("2027-01-01..2027-12-31"))
    head = "calendar: 2027\ntitle: 全年放假\npublished: 2026-11-18\nannual: true\ndays_off:\n"
    file = write_by_hand(home, head + days)
    before = everything(home)
    done = office("calendar", "adopt", "--apply", "--yes")
    assert (done.code, done.out) == (1, "")
    lines = done.err.splitlines()
    assert len(lines) == 12, "one for each month"
    assert all(line.startswith(f"{file.as_posix()}:5  ") for line in lines)
    assert [re.findall("2027-[0-9]{2}", line)[-1] for line in lines] == [f"2027-{month:02}" for month in range(1, 13)]
    assert everything(home) == before


def test_two_files_that_state_a_day_differently_are_refused_with_both_of_them(office: Gkflow, home: Path) -> None:
    first = write_by_hand(home, BY_HAND, "2027.yaml")
    other = re.sub("quote: .*\n|  2027-10-09: 假日\n", "", BY_HAND)
    second = write_by_hand(home, other.replace(NUMBER, "国办发明电〔2026〕11号"), "2027-2.yaml")
    before = everything(home)
    done = office("calendar", "adopt", "--apply", "--yes")
    assert (done.code, done.out) == (1, "")
    assert "2027-10-09" in done.err
    assert first.as_posix() in done.err
    assert second.as_posix() in done.err
    assert done.err.count("\n") == 1
    assert everything(home) == before


# --- who is asked for the notice ------------------------------------------------------------------------------


def signs_on(day: str) -> dict[str, Any]:
    """What ``doctor`` looks at, on the morning of a day."""
    with library.open() as opened:
        return {sign.name: sign for sign in opened.doctor(datetime.fromisoformat(f"{day}T09:00+08:00"))}


def test_the_doctor_asks_for_next_years_notice_from_november_until_it_is_in(
    office: Gkflow, notice: Callable[..., str]
) -> None:
    from gkflow.cli.commands.doctor import words

    def told(day: str) -> tuple[str, int | None]:
        sign = signs_on(day)["calendar"]
        year = re.search("([0-9]{4}) 年的通知尚未录入", words(sign))
        assert sign.facts["missing"] == (int(year[1]) if year else None)
        return sign.level, sign.facts["missing"]

    assert [told(day) for day in ("2026-10-31", "2026-11-01", "2026-12-31")] == [
        ("ok", None),
        ("warning", 2027),
        ("warning", 2027),
    ]
    asked(office, notice(), "--yes", "--apply")
    assert [told(day) for day in ("2026-11-01", "2026-12-31", "2027-10-31", "2027-11-01")] == [
        ("ok", None),
        ("ok", None),
        ("ok", None),
        ("warning", 2028),
    ]


def test_the_doctor_tells_of_a_notice_that_is_entered_and_not_adopted(
    office: Gkflow, notice: Callable[..., str]
) -> None:
    def signs() -> dict[str, dict[str, Any]]:
        return {sign["name"]: sign for sign in json.loads(office("doctor", "--format", "json").out)}

    assert "calendar_edition" not in signs()
    asked(office, notice(), "--yes")
    waiting = signs()
    assert waiting["calendar_edition"]["level"] == "warning"
    assert "gkflow calendar adopt" in waiting["calendar_edition"]["words"]
    assert waiting["calendar"]["facts"]["announced_through"] == "2026-12-31"
    asked(office, "--apply", "--yes")
    adopted = signs()
    assert "calendar_edition" not in adopted
    assert adopted["calendar"]["facts"]["announced_through"] == "2027-12-31"
