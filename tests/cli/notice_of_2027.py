"""
A notice for 2027 as it may come (2027年放假安排), what it changes and moves, and an office that has to adopt it.

What the tests of ``calendar adopt`` share; the notice is invented, and so is the office.
"""

from __future__ import annotations

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
from screen import Screen
from store.offices import foretold

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
KEYS_OF_MOVES = ["moved", "applied", "edition", "earlier"]
HEADS = ["案件编号", "内容摘要", "期限", "原届满日", "现届满日", "方向", "依据", "承办人"]

# A notice that sets nothing but what the law foresees, as counted above.
AS_PREDICTED = (
    NOTICE.replace(SPRING, "二、春节：2月5日（周五、农历除夕）至10日（周三）放假，共6天。")
    .replace("5日（周三）放假调休，共5天。5月8日（周六）上班。", "4日（周二）放假，共4天。")
    .replace("7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。", "5日（周二）放假，共5天。")
)

# Neither the title nor a sentence says which year it is for.
NAMELESS = NOTICE.replace("关于2027年部分", "关于部分").replace("现将2027年元旦", "现将元旦")

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

# Two days off of a region: Friday 9 April, the third of the third month, and Monday 12 April. Invented.
REGIONAL = """calendar: 2027
title: 广西壮族自治区人民政府办公厅关于2027年壮族三月三放假的通知
number: 桂政办电〔2026〕50号
published: 2026-11-10
scope: "450000"
days_off:
  2027-04-09: 壮族三月三
  2027-04-12: 壮族三月三
"""

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

# What is changed in the file, what the fault has to name, and its line where that is not the line of the change.
BAD_FILES: list[Any] = [
    pytest.param("annual: true", "annaul: true", "annaul", None, id="an unknown key"),
    pytest.param("annual: true", "annual: true\nannual: true", "annual", None, id="a key said twice"),
    pytest.param("annual: true", "annual: perhaps", "annual", None, id="neither yes nor no"),
    pytest.param("annual: true", 'scope: "990000"', "990000", None, id="an unknown region"),
    pytest.param("annual: true", "scope: 浙江", "浙江", None, id="no code of a region"),
    pytest.param("published: 2026-11-18\n", "", "published", 1, id="no day of publication"),
    pytest.param("  2027-02-12: 假日", "  2027-02-30: 假日", "2027-02-30", None, id="no such day"),
    # In one of the lists, and reported where the list begins.
    pytest.param("  2027-02-20: 假日", "  2027-02-06: 假日", "2027-02-06", 36, id="off and worked"),
    pytest.param("  2027-02-20: 假日", "  2027-02-19: 假日", "2027-02-19", 36, id="made up for on a Friday"),
    pytest.param("  2027-02-12: 假日", "  2031-02-12: 假日", "2031-02-12", 7, id="a day of another year"),
    pytest.param("  2027-02-12: 假日\n", "", "2027-02-12", 1, id="a day short of the quotation"),
    pytest.param("1月31日（周日）", "1月31日（周六）", "2027-01-31", 1, id="a weekday that does not match"),
    pytest.param("共8天", "共9天", "9", 1, id="a number of days that does not add up"),
]


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
def notice(tmp_path: Path) -> Callable[..., str]:
    """Writes the text of a notice into a file and says where it is."""

    def write(text: str = NOTICE, encoding: str = "utf-8", name: str = "notice.txt") -> str:
        file = tmp_path / name
        file.write_text(text, encoding=encoding)
        return str(file)

    return write


TODAY = "2026-11-25"  # a Wednesday, after the notice of 18 November and that of the 20th


@pytest.fixture(autouse=True)
def the_days_of_2027_are_not_announced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every expectation here is against the prediction, a week after the notice was published."""
    monkeypatch.setenv("GKFLOW_NOW", TODAY)
    through = library.calendar(home).announced_through
    assert through == date(2026, 12, 31), f"days are announced through {through}: move these tests on by a year"


def asked(gkflow: Gkflow, *words: str, code: int = 0) -> dict[str, Any]:
    done = gkflow("calendar", "adopt", *words, "--format", "json")
    assert done.code == code, done.err
    result: dict[str, Any] = json.loads(done.out)
    return result


def everything(home: Path) -> tuple[dict[str, str], str]:
    """Every file of the office, and every row of its database, the calendar editions among them."""
    files = sorted(path for path in home.rglob("*") if path.is_file() and "gkflow.db" not in path.name)
    database = sqlite3.connect(home / "gkflow.db")
    rows = "\n".join(database.iterdump())
    database.close()
    assert 'INSERT INTO "gk_calendar_edition"' in rows
    return {path.relative_to(home).as_posix(): path.read_text(encoding="utf-8") for path in files}, rows


@pytest.fixture
def cases(office: Gkflow, home: Path) -> Gkflow:
    """The command line of an office with people, four permits that are to be published, and one that has ended."""
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write(PEOPLE)
        file.write('[me]\nname = "李科长"\n')
    with library.open() as opened:
        for number, decided in DECIDED.items():
            foretold(opened, number, "2026-03-02", decided, title=f"许可{number}")
    done = office("do", "E-1", "withhold", "--day", "2026-03-03", "--fact", "withhold_ground=state_secret")
    assert done.code == 0, done.err
    assert last_days(office) == BEFORE
    return office


def last_days(gkflow: Gkflow, *words: str) -> dict[str, str]:
    done = gkflow("cases", *words, "--format", "json")
    assert done.code == 0, done.err
    return {row["case"]: row["deadline"] for row in json.loads(done.out)}


def moves_of(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(row["case"], row["old"], row["new"], row["why"]) for row in result["moved"]]


def edition_of(gkflow: Gkflow, case: str) -> str:
    """The name of the calendar edition by which ``explain`` reckons."""
    (name,) = re.findall("^日历    版本 ([0-9a-f]{12})，", gkflow("explain", case).out, re.MULTILINE)
    return str(name)


def published_text(name: str) -> str:
    """A notice that was really published, as tests/calendars/notices keeps it."""
    kept = yaml.safe_load((NOTICES / f"{name}.yaml").read_text(encoding="utf-8"))
    sentences = [each["text"] for each in kept["festivals"]]
    signed = kept.get("signed", f"{kept['dated'].year}年{kept['dated'].month}月{kept['dated'].day}日")
    issuer = kept.get("issuer", "国务院办公厅")
    return "\n".join([kept["title"], kept["number"], *sentences, issuer, signed])


ADOPT = (sys.executable, "-m", "gkflow", "calendar", "adopt")


def in_a_process(*words: str) -> subprocess.CompletedProcess[bytes]:
    """``gkflow calendar adopt`` in a process of its own, with nobody to ask: its very bytes."""
    done = subprocess.run([*ADOPT, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    forget_files()  # what this process has read of them, for its next command
    return done


def answered(answer: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The same, with somebody at a terminal who answers; what is printed goes into pipes."""
    pty = pytest.importorskip("pty", reason="terminals of this kind are those of Unix")
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        return subprocess.run(
            [*ADOPT, *words], stdin=theirs, capture_output=True, encoding="utf-8", timeout=120, check=False
        )
    finally:
        os.close(ours)
        os.close(theirs)


def on_screen(answer: str, *words: str) -> tuple[int, str]:
    """The same, all of it at the terminal: the exit code, and what stands on the screen from top to bottom."""
    with Screen() as screen:
        screen.type(f"{answer}\n")
        done = subprocess.run([*ADOPT, *words], stdin=screen.end, stdout=screen.end, stderr=screen.end, check=False)
    return done.returncode, screen.text


def write_by_hand(home: Path, text: str, name: str = "2027.yaml") -> Path:
    """Put a calendar file into the office, as somebody does who knows nothing of ``calendar adopt``."""
    file = home / "config" / "calendar" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    forget_files()
    return file


def signs_on(day: str) -> dict[str, Any]:
    """What ``doctor`` looks at, on the morning of a day."""
    with library.open() as opened:
        return {sign.name: sign for sign in opened.doctor(datetime.fromisoformat(f"{day}T09:00+08:00"))}
