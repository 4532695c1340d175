"""``calendar adopt`` (采用放假安排): what a new calendar moves is listed, then moved, then notified."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import gkflow as library
from cli import notice_of_2027
from cli.notice_of_2027 import (
    AFTER,
    AS_PREDICTED,
    BEFORE,
    CHANGES,
    HEADS,
    KEYS,
    KEYS_OF_MOVES,
    LONGER,
    MOVED,
    NUMBER,
    REGIONAL,
    WHY,
    answered,
    asked,
    edition_of,
    everything,
    in_a_process,
    last_days,
    moves_of,
    on_screen,
    published_text,
    signs_on,
    span,
)
from slow_walks import slow_after
from store.offices import foretold

Gkflow = Callable[..., Any]
notice = notice_of_2027.notice
cases = notice_of_2027.cases
the_days_of_2027_are_not_announced = notice_of_2027.the_days_of_2027_are_not_announced
ALL_KEYS = [*KEYS, *KEYS_OF_MOVES]


# --- what is listed -------------------------------------------------------------------------------------------


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


def test_the_list_of_moves_is_the_same_as_csv_and_as_xlsx_and_stands_alone_on_stdout(
    cases: Gkflow, home: Path, tmp_path: Path, notice: Callable[..., str]
) -> None:
    from openpyxl import load_workbook

    how = {"Z-2": "提前", "Z-1": "提前", "L-1": "推后"}
    wanted = [[case, f"许可{case}", "公开期限", old, new, how[case], why] for case, old, new, why in MOVED]
    # The notice that is read at the same time goes to stderr, before the table and after it.
    printed = in_a_process(notice(), "--yes", "--format", "csv")
    book = in_a_process("--format", "xlsx")
    assert printed.stdout.startswith(b"\xef\xbb\xbf"), "a spreadsheet knows UTF-8 by its mark"
    assert "2027-02-05（星期五）  放假  春节" in printed.stderr.decode()
    for done in (printed, book):
        assert done.returncode == 0
        assert done.stderr.decode().splitlines()[-1].startswith("3 项届满日变动，其中 2 项提前。尚未采用")

    saved = tmp_path / "moves.csv"
    assert cases("calendar", "adopt", "--output", str(saved)).code == 0
    assert saved.read_bytes() == printed.stdout
    head, *rows = csv.reader(printed.stdout.decode("utf-8-sig").splitlines())
    assert (head, [row[:7] for row in rows]) == (HEADS, wanted)

    assert cases("calendar", "adopt", "--output", str(tmp_path / "moves.xlsx")).code == 0
    for file in (io.BytesIO(book.stdout), tmp_path / "moves.xlsx"):
        sheet = load_workbook(file).active
        assert sheet is not None
        first, *below = sheet.iter_rows(values_only=True)
        assert list(first) == HEADS
        plain = [[each.date().isoformat() if isinstance(each, datetime) else each for each in row] for row in below]
        assert [row[:7] for row in plain] == wanted
    assert last_days(cases) == BEFORE


def test_the_table_stands_alone_on_stdout_where_somebody_is_asked_as_well(
    cases: Gkflow, notice: Callable[..., str]
) -> None:
    assert answered("y", notice(), "--format", "csv").stdout.startswith("\ufeff")


def test_the_keys_of_the_json_are_always_the_same_and_a_file_holds_what_is_printed(
    cases: Gkflow, home: Path, tmp_path: Path, notice: Callable[..., str]
) -> None:
    result = [asked(cases), asked(cases, notice(published_text("2026")), "--yes"), asked(cases, notice(), "--yes")]
    result += [asked(cases, notice()), asked(cases), asked(cases, "--apply", "--dry-run", "--yes")]
    saved = tmp_path / "m.json"
    done = cases("calendar", "adopt", "--output", str(saved))
    assert (done.code, done.out) == (0, "")
    assert json.loads(saved.read_text(encoding="utf-8")) == result[-1]
    result += [asked(cases, "--apply", "--yes"), asked(cases, "--apply", "--yes")]
    assert [list(each) for each in result] == [ALL_KEYS] * 8
    assert [(each["year"], len(each["changes"]), len(each["moved"])) for each in result] == [
        (None, 0, 0), (2026, 0, 0), (2027, len(CHANGES), 3), (2027, 0, 3), (None, 0, 3), (None, 0, 3), (None, 0, 3),
        (None, 0, 0),
    ]  # fmt: skip
    assert [each["earlier"] for each in result] == [0, 0, 2, 2, 2, 2, 2, 0]
    assert [each["applied"] for each in result] == [False] * 6 + [True, False]
    with library.open() as opened:
        adopted = opened.calendars.present.name
    assert [each["edition"] for each in result] == [None] * 6 + [adopted[:12], None]


def test_the_keys_of_the_json_are_there_without_an_office_as_well(gkflow: Gkflow, notice: Callable[..., str]) -> None:
    result = asked(gkflow, notice(), "--yes", "--apply")
    assert list(result) == ALL_KEYS
    assert (len(result["changes"]), result["moved"], result["applied"]) == (len(CHANGES), [], False)


def test_a_dry_run_without_a_file_lists_what_waits_and_writes_nothing(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes")
    before = everything(home)
    done = cases("calendar", "adopt", "--dry-run", "--apply", "--yes")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines() if "许可" in line] == ["Z-2", "Z-1", "L-1"]
    assert done.out.splitlines()[-1].startswith("3 项届满日变动，其中 2 项提前。尚未采用")
    assert moves_of(asked(cases, "--dry-run", "--apply", "--yes")) == MOVED
    assert everything(home) == before


# --- what is moved --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ending",
    slow_after(1, ["csv", "xlsx", "txt", "json"]),
)
def test_nothing_moves_where_the_list_cannot_be_written(
    ending: str, cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    files, rows = everything(home)
    done = in_a_process(notice(), "--apply", "--yes", "--output", f"nowhere/x.{ending}")
    assert done.returncode == 2
    assert f"gkflow: 无法读写 nowhere/x.{ending}" in done.stderr.decode()
    after, rows_after = everything(home)
    assert after.keys() - files.keys() == {"config/calendar/2027.yaml"}, "the notice was entered before"
    assert rows_after == rows
    assert last_days(cases) == BEFORE


@pytest.mark.parametrize("ending", ["csv", "txt", "xlsx"])
def test_a_list_that_cannot_be_written_is_one_clear_line(
    ending: str, cases: Gkflow, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes")
    done = in_a_process("--output", f"nowhere/x.{ending}")
    assert done.stderr.decode() == f"gkflow: 无法读写 nowhere/x.{ending}：文件或者文件夹不存在\n"


def test_the_list_stands_on_the_screen_before_the_question_and_no_moves_nothing(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes")
    before = everything(home)
    code, screen = on_screen("n", "--apply")
    assert code == 0
    places = [screen.index(each) for each in ("Z-2", "Z-1", "L-1", "采用这一版日历，3 项届满日变动？", "尚未采用")]
    assert places == sorted(places)
    assert everything(home) == before


def test_applying_moves_each_deadline_and_writes_an_entry_in_its_case(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    before = edition_of(cases, "Z-1")
    asked(cases, notice(), "--yes")
    done = asked(cases, "--apply", "--yes", "--by", "王五")
    assert moves_of(done) == MOVED
    assert last_days(cases) == AFTER
    for case, old, new, why in MOVED:
        assert edition_of(cases, case) != before
        record = json.loads(cases("show", case, "--format", "json").out)["record"]
        assert [entry["action"] for entry in record] == ["decide", "recount"]
        assert record[-1]["by"] == "王五"
        facts = record[-1]["facts"]
        assert (facts["recounted"], facts["last_day_before"], facts["last_day_after"]) == ("publish", old, new)
        assert facts["text"] == why
        assert facts["calendar_edition"] == edition_of(cases, case)
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


def test_a_notice_that_says_what_was_predicted_makes_the_deadlines_firm_and_moves_none(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    from gkflow.cli.commands.doctor import words

    assert "与推定的相同" in cases("calendar", "adopt", notice(AS_PREDICTED), "--dry-run").out
    entered = asked(cases, notice(AS_PREDICTED), "--yes")
    assert (entered["problems"], entered["changes"], entered["moved"]) == ([], [], [])
    assert entered["days_off"][3:9] == span("2027-02-05..2027-02-10")
    assert (home / "config" / "calendar" / "2027.yaml").is_file()
    done = cases("calendar", "adopt", "--apply", "--yes")
    assert done.code == 0
    assert [line for line in done.err.splitlines() if "GKFLOW_NOW" not in line] == []
    assert done.out == "已采用。没有届满日变动；4 件在办案件的届满日已重新核定。\n"
    listed = json.loads(cases("cases", "--format", "json").out)
    assert {row["case"]: (row["deadline"], row["provisional"]) for row in listed} == {
        case: (day, False) for case, day in BEFORE.items()
    }
    signs = signs_on("2026-11-25")
    assert words(signs["calendar"]) == "工作日历：放假安排已知至 2027-12-31"
    assert (signs["provisional"].level, "calendar_edition" in signs) == ("ok", False)
    assert "0 件与办理记录不符" in cases("rebuild", "--dry-run").out


def test_officers_are_notified_and_of_earlier_days_first_and_the_head_of_the_section_as_well(
    cases: Gkflow, notice: Callable[..., str]
) -> None:
    asked(cases, notice(), "--yes", "--apply")
    result = json.loads(cases("notices", "--format", "json").out)
    result.sort(key=lambda row: row["id"])
    assert [(row["case"], row["kind"], row["name"]) for row in result[-1:]] == [("L-1", "moved_later", "张三")]
    assert sorted((row["case"], row["kind"], row["name"]) for row in result[:-1]) == [
        ("Z-1", "moved_earlier", "张三"),
        ("Z-1", "moved_earlier", "李科长"),
        ("Z-2", "moved_earlier", "张三"),
        ("Z-2", "moved_earlier", "李科长"),
    ]
    assert {row["status"] for row in result} == {"waiting"}
    (id_,) = (row["id"] for row in result if (row["case"], row["name"]) == ("Z-1", "张三"))
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
    result = asked(cases, file, "--dry-run")
    assert (result["days_off"], result["makeup_days"]) == (span("2027-02-13..2027-02-16"), [])
    # The 13th and the 14th are a weekend, and off as it is; the 15th and the 16th were announced as working days.
    assert [(each["day"], each["was"], each["now"], each["firmness"]) for each in result["changes"]] == [
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


def test_the_notice_of_a_region_moves_the_cases_of_the_units_there(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write('\n[units.NN]\nlabel = "南宁市某局"\nregion = "450100"\n')
    # Seven working days after Friday 2 April: 6 7 8 9 | 12 13 14 (清明 until Monday the 5th); with Friday the 9th and
    # Monday the 12th off 6 7 8 | 13 14 15 16.
    with library.open() as opened:
        for number, unit in (("G-1", "GK"), ("N-1", "NN")):
            foretold(opened, number, "2026-03-02", "2027-04-02", unit=unit)
    result = asked(cases, notice(REGIONAL, name="guangxi.yaml"), "--yes", "--apply")
    assert result["changes"] == [
        {"day": day, "was": "working", "now": "off", "name": "壮族三月三", "firmness": "predicted"}
        for day in ("2027-04-09", "2027-04-12")
    ]
    assert everything(home)[0]["config/calendar/guangxi.yaml"] == REGIONAL
    why = "2027-04-09放假（桂政办电〔2026〕50号）；2027-04-12放假（桂政办电〔2026〕50号）"
    assert moves_of(result) == [("N-1", "2027-04-14", "2027-04-16", why)]
    assert last_days(cases) == {**BEFORE, "G-1": "2027-04-14", "N-1": "2027-04-16"}
    facts = json.loads(cases("show", "N-1", "--format", "json").out)["record"][-1]["facts"]
    assert facts["calendar_edition"] == edition_of(cases, "N-1")
    assert edition_of(cases, "N-1") != edition_of(cases, "G-1")


# --- who is asked for the notice ------------------------------------------------------------------------------


def test_the_doctor_asks_for_next_years_notice_from_november_until_it_is_in(
    office: Gkflow, notice: Callable[..., str]
) -> None:
    from gkflow.cli.commands.doctor import words

    def result(day: str) -> tuple[str, int | None]:
        sign = signs_on(day)["calendar"]
        year = re.search("([0-9]{4}) 年的通知尚未录入", words(sign))
        assert sign.facts["missing"] == (int(year[1]) if year else None)
        return sign.level, sign.facts["missing"]

    assert [result(day) for day in ("2026-10-31", "2026-11-01", "2026-12-31")] == [
        ("ok", None),
        ("warning", 2027),
        ("warning", 2027),
    ]
    asked(office, notice(), "--yes")
    sign = signs_on("2026-11-25")["calendar"]
    assert (sign.level, sign.facts["missing"], sign.facts["entered"]) == ("warning", 2027, True)
    assert "2027 年的通知已录入，尚未采用" in words(sign)
    asked(office, "--apply", "--yes")
    assert [result(day) for day in ("2026-11-01", "2026-12-31", "2027-10-31", "2027-11-01")] == [
        ("ok", None),
        ("ok", None),
        ("ok", None),
        ("warning", 2028),
    ]


def test_the_doctor_reports_a_notice_that_is_entered_and_not_adopted(
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


@pytest.mark.parametrize("first", [("daemon", "--once"), ("sweep",)])
def test_a_run_from_cron_says_that_the_notice_was_asked_for(
    first: tuple[str, ...], cases: Gkflow, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gkflow.bootstrap import now
    from gkflow.domain.case import legal_day

    # The daemon runs by the machine's clock alone. On whatever day the test runs: with provisional deadlines it is
    # asked for all year, but for the holidays with which a week may begin.
    monkeypatch.delenv("GKFLOW_NOW")
    today = legal_day(now())
    asks = library.calendar(home).roll(today - timedelta(days=today.weekday())) <= today
    lines = [f"{today.year + 1} 年放假安排尚未采用，已催录（gkflow calendar adopt）。"]
    assert [line for line in cases(*first).out.splitlines() if "催录" in line] == (lines if asks else [])
    rows = json.loads(cases("notices", "--format", "json").out)
    assert bool([row for row in rows if row["kind"] == "calendar"]) is asks
    for again in (("daemon", "--once"), ("sweep",)):
        assert "催录" not in cases(*again).out
    assert len(json.loads(cases("notices", "--format", "json").out)) == len(rows)


def test_every_command_says_the_same_of_a_day_before_and_after_the_adoption(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    def said() -> set[tuple[str, bool]]:
        """The last day of Z-1, and whether 2027-01-31 (a Sunday that the notice makes worked) is worked."""
        listed = {row["case"]: row["deadline"] for row in json.loads(cases("cases", "--format", "json").out)}
        explained = json.loads(cases("explain", "Z-1", "--format", "json").out)
        zero = explained["working"][0]["day"]
        reckoned = json.loads(cases("deadline", zero, "7", "--format", "json").out)
        (shown,) = [
            each["deadline"]
            for each in json.loads(cases("show", "Z-1", "--format", "json").out)["clocks"]
            if each["clock"] == "publish"
        ]
        day = json.loads(cases("calendar", "2027-01-31", "--format", "json").out)
        (result,) = day if isinstance(day, list) else [day]
        return {
            (last, bool(result["working"]))
            for last in (listed["Z-1"], explained["deadline"], reckoned["deadline"], shown)
        }

    before = {(BEFORE["Z-1"], False)}
    assert said() == before
    asked(cases, notice(), "--yes")
    assert said() == before, "entered and not adopted: nothing speaks of it yet"
    asked(cases, "--apply", "--yes")
    assert said() == {(AFTER["Z-1"], True)}


def test_where_nobody_can_be_notified_the_answer_and_the_outbox_say_so_once(
    cases: Gkflow, home: Path, notice: Callable[..., str]
) -> None:
    settings = home / "gkflow.toml"
    whole = settings.read_text(encoding="utf-8")
    settings.write_text(whole[: whole.index("[[people]]")], encoding="utf-8")
    assert cases("calendar", "adopt", notice(), "--yes").code == 0
    done = cases("calendar", "adopt", "--apply", "--yes", "--by", "李科长")
    assert done.code == 0, done.err
    with library.open() as office:
        written = [each for each in office.notices() if each.kind.startswith("moved")]
    assert sorted((each.case, each.kind, each.name) for each in written) == [
        ("L-1", "moved_later", ""), ("Z-1", "moved_earlier", ""), ("Z-2", "moved_earlier", ""),
    ]  # fmt: skip
    assert "设置中没有可以通知的人，3 条通知只写入通知文件" in done.out
    assert "承办人已列入" not in done.out
