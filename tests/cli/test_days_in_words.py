"""Days as people say them (口语日期): 今天, 昨天, 11月27日, as seen from the moment of the door."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkflow.cli import options
from gkflow.domain.errors import Refused

Gkflow = Callable[..., Any]
NOTICES = Path(__file__).parents[1] / "calendars" / "notices"


@pytest.fixture
def on_5_january(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door's moment: 5 January 2027, twenty past midnight in Beijing, still the 4th in Greenwich."""
    monkeypatch.setenv("GKFLOW_NOW", "2027-01-05T00:20")


@pytest.mark.parametrize(
    ("text", "past", "day"),
    [
        ("今天", True, date(2027, 1, 5)),
        ("today", False, date(2027, 1, 5)),
        ("昨天", True, date(2027, 1, 4)),
        ("Yesterday", True, date(2027, 1, 4)),
        ("前天", True, date(2027, 1, 3)),
        ("明天", False, date(2027, 1, 6)),
        ("1月5日", True, date(2027, 1, 5)),
        # What happened on 28 December happened last year; a list as of that day may lie ahead.
        ("12月28日", True, date(2026, 12, 28)),
        ("12月28日", False, date(2027, 12, 28)),
        ("11 月 27 号", True, date(2026, 11, 27)),
        # More than half a year ago is no slip of speech: it is this year's, and refused as a day to come.
        ("6月1日", True, date(2027, 6, 1)),
        ("7月15日", True, date(2026, 7, 15)),
        ("2022年9月30日", True, date(2022, 9, 30)),
    ],
)
def test_a_day_in_words(text: str, past: bool, day: date, on_5_january: None) -> None:
    assert options.day(text, past=past) == day


@pytest.mark.parametrize("text", ["2月30日", "13月1日", "大后天", "0月1日"])
def test_a_day_that_cannot_be_is_refused(text: str, on_5_january: None) -> None:
    with pytest.raises(Refused):
        options.day(text, past=True)


def test_an_entry_of_yesterday_stands_on_its_day(office: Gkflow, on_5_january: None) -> None:
    done = office("receive", "--number", "D-1", "--day", "12月28日", "--fact", "channel=in_person", "--format", "json")
    assert json.loads(done.out)["day"] == "2026-12-28"
    assert office("do", "D-1", "register", "--day", "12月29日").code == 0
    words = ("consult_third_party", "--day", "昨天", "--fact", "ref=甲公司", "--fact", "served=昨天")
    assert office("do", "D-1", *words).code == 0
    assert "2027-01-04" in office("show", "D-1").out


def test_a_fact_that_is_a_day_is_read_in_the_forms_of_every_option(office: Gkflow, on_5_january: None) -> None:
    office("receive", "--number", "D-1", "--day", "12月28日", "--fact", "channel=in_person")
    office("do", "D-1", "register", "--day", "12月28日")
    words = ("consult_third_party", "--day", "12月30日", "--fact", "ref=甲公司", "--fact", "served=1月4日")
    assert office("do", "D-1", *words).code == 0
    for label, written in (("day", "12月31日"), ("更正后的日期", "2026年12月31日"), ("served", "１月４日")):
        done = office(
            "do", "D-1", "更正记录", "--fact", "seq=3", "--fact", f"{label}={written}", "--fact", "reason=误录"
        )
        assert done.code == 0, done.err
    third = json.loads(office("show", "D-1", "--format", "json").out)["record"][2]["now"]
    assert (third["day"], third["facts"]["served"]) == ("2026-12-31", "2027-01-04")


def test_a_day_without_its_year_that_lies_ahead_is_taken_where_it_is_still_to_come(
    office: Gkflow, on_5_january: None
) -> None:
    office("receive", "--number", "D-1", "--day", "12月28日", "--fact", "channel=in_person")
    office("do", "D-1", "register", "--day", "12月28日")
    postpone = ("do", "D-1", "postpone", "--fact", "reason=大量")
    asked = office(*postpone, "--fact", "until=1月4日")
    assert (asked.code, "“1月4日”" in asked.err, "2026-11-22" in asked.err) == (2, True, True)
    assert office(*postpone, "--fact", "until=2月10日").code == 0
    assert "2027-02-10" in office("show", "D-1").out


def test_a_wrong_day_of_a_correction_is_named_by_its_label(office: Gkflow, on_5_january: None) -> None:
    office("receive", "--number", "D-1", "--day", "12月28日", "--fact", "channel=in_person")
    wrong = office("do", "D-1", "更正记录", "--fact", "seq=1", "--fact", "day=2月30日", "--fact", "reason=误录")
    assert wrong.code == 2
    assert "更正后的日期" in wrong.err
    assert "day" not in wrong.err
    unknown = office("do", "D-1", "更正记录", "--fact", "seq=1", "--fact", "日期=12月29日", "--fact", "reason=误录")
    assert "是不是 更正后的日期？" in unknown.err


def test_a_notice_is_read_from_standard_input(gkflow: Gkflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = yaml.safe_load((NOTICES / "2024.yaml").read_text(encoding="utf-8"))
    raw = "\n".join([said["title"], *(each["text"] for each in said["festivals"]), "2023年10月25日"]).encode()

    class Standard:
        buffer = io.BytesIO(raw)

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr("sys.stdin", Standard())
    piped = json.loads(gkflow("calendar", "adopt", "-", "--dry-run", "--format", "json").out)
    path = tmp_path / "notice.txt"
    path.write_bytes(raw)
    assert piped == json.loads(gkflow("calendar", "adopt", str(path), "--dry-run", "--format", "json").out)
    assert "2024-02-10" in piped["days_off"]


def test_the_office_is_found_from_a_folder_below_it(
    office: Gkflow, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = home / "来文" / "2026"
    below.mkdir(parents=True)
    office("receive", "--number", "B-1", "--fact", "channel=in_person")
    monkeypatch.delenv("GKFLOW_HOME")
    monkeypatch.chdir(below)
    assert "B-1" in office("cases").out
    monkeypatch.chdir(home.parent)
    assert "gkflow init" in office("cases").err


@pytest.mark.parametrize("name", ["x.pdf", "x.docx", "x.CSVX", "x.xls"])
def test_a_file_that_gkflow_cannot_write_is_refused(name: str, register: Gkflow, tmp_path: Path) -> None:
    for words in (("cases",), ("export",), ("limits",)):
        done = register(*words, "-o", str(tmp_path / name))
        assert done.code == 2
        assert ".csv、.xlsx、.json、.txt" in done.err
    assert not (tmp_path / name).exists()


def test_a_form_that_contradicts_the_name_of_the_file_is_refused(register: Gkflow, tmp_path: Path) -> None:
    assert register("cases", "--format", "json", "-o", str(tmp_path / "x.xlsx")).code == 2
    assert register("cases", "--format", "json", "-o", str(tmp_path / "x")).code == 0
