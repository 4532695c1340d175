"""``init``, ``receive``, ``do``, ``cases``, ``show``, ``explain`` (建立机关、收件、办理、台账、查看、推算说明)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.printed import rows_of

Gkflow = Callable[..., Any]
Golden = Callable[[str, str], None]

KEYS = "case workflow title state state_label unit officer received clock clock_label deadline earliest provisional"
KEYS += " status verdict days_left light reason attention officer_name"
# CONTRACT 3: the fifteen real cases.
VERDICTS = {
    "RC01": "overdue", "RC02": "overdue", "RC10": "overdue", "RC24": "overdue", "RC31": "late",
    "RC16": "late_unless_extended", "RC45": "late_unless_extended", "RC05": "on_time", "RC06": "on_time",
    "RC18": "on_time", "RC21": "on_time", "RC25": "on_time", "RC58": "on_time", "PB01": "on_time", "PB03": "on_time",
}  # fmt: skip


def object_of(gkflow: Gkflow, *words: str) -> dict[str, Any]:
    done = gkflow(*words, "--format", "json")
    assert done.code == 0, done.err
    value = json.loads(done.out)
    assert isinstance(value, dict)
    return value


# -- init --------------------------------------------------------------------------------------------------------


def test_init_run_again_changes_nothing(gkflow: Gkflow, home: Path) -> None:
    first = gkflow("init", "--name", "某市人民政府办公室", "--unit", "GK")
    assert first.code == 0
    assert "机关已建立" in first.out
    assert "gkflow receive" in first.out
    assert "gkflow import" in first.out
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.suffix == ".toml"}
    again = gkflow("init", "--name", "另一机关")
    assert again.code == 0
    assert "未作改动" in again.out
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.suffix == ".toml"} == before
    assert "某市人民政府办公室" in before["gkflow.toml"].decode()


def test_init_takes_the_folder_that_is_named(gkflow: Gkflow, tmp_path: Path, home: Path) -> None:
    done = gkflow("init", str(tmp_path / "elsewhere"))
    assert done.code == 0
    assert (tmp_path / "elsewhere" / "gkflow.toml").is_file()
    assert f"cd {tmp_path / 'elsewhere'}" in done.out
    assert not home.exists()


def test_init_in_a_place_that_cannot_be_written_is_one_line(gkflow: Gkflow, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = gkflow("init", str(tmp_path / "file"))
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1


# -- receive and do ----------------------------------------------------------------------------------------------


def test_receive_shows_number_day_zero_last_day_and_next_actions(office: Gkflow) -> None:
    result = object_of(office, "receive", "依申请公开", "--day", "2025-09-22", "--fact", "收件方式=当面提交")
    assert list(result) == [
        "case", "seq", "workflow", "state", "state_label", "public", "day", "day_zero", "last_day", "provisional",
        "opened", "next", "findings",
    ]  # fmt: skip
    assert (result["case"], result["seq"], result["public"], result["opened"]) == ("GK-2025-0001", 1, "已收到申请", [])
    assert (result["day_zero"], result["last_day"]) == ("2025-09-22", "2025-10-24")
    assert "register" in result["next"]


def test_receive_without_writing(office: Gkflow) -> None:
    done = office("receive", "--day", "2025-09-22", "--fact", "channel=in_person", "--dry-run")
    assert "试算，没有写入" in done.out
    assert rows_of(office, "cases", "--all") == []


def test_the_same_key_again_writes_nothing_twice(office: Gkflow) -> None:
    words = ("receive", "--day", "2025-09-22", "--fact", "channel=in_person", "--key", "portal-1")
    assert object_of(office, *words)["case"] == object_of(office, *words)["case"]
    assert len(rows_of(office, "cases", "--all")) == 1


def test_do_without_an_action_lists_what_may_be_done(register: Gkflow) -> None:
    rows = rows_of(register, "do", "RC01")
    assert list(rows[0]) == ["action", "label", "must", "may", "roles", "article"]
    reply = next(row for row in rows if row["action"] == "reply")
    assert reply["must"] == ["decision", "method"]
    assert "archive" not in [row["action"] for row in rows]
    result = register("do", "RC01").out
    assert all(word in result for word in ("decision", "答复类型", "method", "送达方式"))


def test_do_shows_the_old_and_the_new_last_day(office: Gkflow) -> None:
    office("receive", "--day", "2025-09-22", "--fact", "channel=in_person")
    office("do", "GK-2025-0001", "登记", "--day", "2025-09-22")
    words = ("do", "GK-2025-0001", "延长答复期限", "--day", "2025-10-20", "--fact", "days=20", "--fact", "批准人=李四")
    tried = office(*words, "--dry-run")
    assert tried.out.splitlines()[0] == "届满日（答复期限）：2025-10-24 → 2025-11-21（星期五）"
    assert rows_of(office, "cases", "--as-of", "2025-10-21")[0]["deadline"] == "2025-10-24"
    assert office(*words).code == 0
    assert rows_of(office, "cases", "--as-of", "2025-10-21")[0]["deadline"] == "2025-11-21"


# -- cases -------------------------------------------------------------------------------------------------------


def test_the_fifteen_real_cases_have_their_verdicts(register: Gkflow) -> None:
    rows = rows_of(register, "cases", "--all", "--as-of", "2026-11-22")
    assert all(list(row) == KEYS.split() for row in rows)
    assert {row["case"]: row["verdict"] for row in rows} == VERDICTS


def test_pages_one_after_the_other_are_the_list(register: Gkflow) -> None:
    whole = rows_of(register, "cases", "--all", "--as-of", "2026-11-22")
    found, after = [], ()
    for _ in range(4):
        page = register("cases", "--all", "--as-of", "2026-11-22", "--limit", "4", *after, "--format", "json")
        found += json.loads(page.out)
        after = ("--after", page.err.split("--after ")[-1].strip()) if page.err else ()
        if not after:
            break
    assert found == whole
    assert after == (), "the last page names no other"


def test_a_page_says_how_the_next_one_is_reached(register: Gkflow) -> None:
    done = register("cases", "--all", "--limit", "4")
    assert done.err.startswith("还有下一页：同一命令加上 --after ")
    wrong = register("cases", "--limit", "4", "--after", done.err.split("--after ")[-1].strip())
    assert (wrong.code, wrong.out) == (2, "")
    assert "不是这份台账中的位置" in wrong.err
    assert "不分页" in register("cases", "--limit", "4", "--recorded-by", "2026-11-22").err
    assert register("cases", "--limit", "0").code == 2


def test_a_row_holds_what_scripts_rely_on(register: Gkflow) -> None:
    rows = {row["case"]: row for row in rows_of(register, "cases", "--overdue", "--as-of", "2022-11-15")}
    assert set(rows) == {"RC01", "RC10", "RC24"}
    assert rows["RC01"] == {
        "case": "RC01", "workflow": "request", "title": None, "state": "received", "state_label": "已收件",
        "unit": "GK", "officer": None, "received": "2022-09-30", "clock": "reply", "clock_label": "答复期限",
        "deadline": "2022-11-02", "earliest": "2022-11-02", "provisional": False, "status": "overdue",
        "verdict": "overdue", "days_left": -9, "light": "red", "reason": None, "attention": ["correction_notice"],
        "officer_name": None,
    }  # fmt: skip


def test_the_table_of_cases_reads_well(register: Gkflow, golden: Golden) -> None:
    golden("cases", register("cases", "--all", "--as-of", "2026-11-22").out)


def test_a_provisional_and_a_suspended_case_say_so_in_the_table(office: Gkflow) -> None:
    office("receive", "--day", "2026-10-23", "--fact", "channel=in_person", "--number", "停")
    office("do", "停", "register", "--day", "2026-10-23")
    office("do", "停", "consult_third_party", "--day", "2026-11-02", "--fact", "ref=A")
    line = next(line for line in office("cases", "--as-of", "2026-11-06").out.splitlines() if line.startswith("停"))
    assert "最早 2026-11-26" in line  # 6 working days were counted; 14 remain after 11-06
    assert line.endswith("期限中止")
    (row,) = rows_of(office, "cases", "--as-of", "2026-11-06")
    assert (row["deadline"], row["earliest"], row["light"]) == (None, "2026-11-26", None)


def test_filters_take_codes_and_labels(register: Gkflow) -> None:
    every = ("cases", "--all", "--as-of", "2026-11-22")
    by_code = rows_of(register, *every, "--workflow", "penalty")
    assert [row["case"] for row in by_code] == ["PB01"]
    assert rows_of(register, *every, "--workflow", "行政处罚公示") == by_code
    assert {row["case"] for row in rows_of(register, *every, "--state", "已收件")} == {"RC01", "RC02", "RC10"}
    # An unknown name is no empty list, which would read as "all is well".
    for option, name in (("--officer", "nobody"), ("--unit", "nowhere"), ("--state", "lost"), ("--clock", "none")):
        refused = register(*every, option, name)
        assert (refused.code, refused.out) == (2, "")
        assert name in refused.err
    (due,) = rows_of(register, "cases", "--due-within", "3", "--as-of", "2022-10-31")
    assert (due["case"], due["days_left"], due["light"]) == ("RC01", 2, "orange")


def test_exit_code_reports_a_list_that_is_not_empty(register: Gkflow) -> None:
    assert register("cases", "--overdue", "--as-of", "2022-11-15", "--exit-code").code == 1
    assert register("cases", "--overdue", "--as-of", "2011-06-02", "--exit-code").code == 0
    assert register("cases", "--overdue", "--as-of", "2011-06-02").out == "没有符合条件的案件。\n"


def test_csv_has_a_byte_order_mark_and_quotes_formulas(office: Gkflow, tmp_path: Path) -> None:
    office("receive", "--day", "2025-09-22", "--fact", "channel=in_person", "--title", '=HYPERLINK("http://x")')
    file = tmp_path / "list.csv"
    done = office("cases", "--as-of", "2025-09-22", "--output", str(file))
    assert (done.code, done.out) == (0, "")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert row["内容摘要"] == '\'=HYPERLINK("http://x")'
    assert (row["届满日"], row["剩余工作日"], row["情形"], row["暂定"]) == ("2025-10-24", "20", "办理中", "否")
    assert office("cases", "--format", "csv").out.startswith("\ufeff案件编号,")


def test_xlsx_holds_days_as_days_and_text_as_text(register: Gkflow, tmp_path: Path) -> None:
    from datetime import date, datetime

    from openpyxl import load_workbook

    file = tmp_path / "list.xlsx"
    words = ("cases", "--overdue", "--as-of", "2022-11-15", "--format", "xlsx")
    assert register(*words, "--output", str(file)).code == 0
    table = list(load_workbook(file).active.iter_rows(values_only=True))
    assert table[0][0] == "案件编号"
    line = next(dict(zip(table[0], row, strict=True)) for row in table[1:] if row[0] == "RC01")
    assert isinstance(line["届满日"], datetime)
    assert (line["届满日"].date(), line["剩余工作日"], line["情形"]) == (date(2022, 11, 2), -9, "逾期未办")


def test_a_file_that_cannot_be_written_is_one_line(register: Gkflow, tmp_path: Path) -> None:
    done = register("cases", "--output", str(tmp_path / "nowhere" / "list.csv"))
    assert (done.code, done.out) == (2, "")
    assert "文件或者文件夹不存在" in done.err


# -- show and explain --------------------------------------------------------------------------------------------


def test_show_lists_findings_proposals_and_what_may_be_done(register: Gkflow, golden: Golden) -> None:
    golden("show-RC24", register("show", "RC24", "--as-of", "2022-11-15").out)
    result = object_of(register, "show", "RC24", "--as-of", "2022-11-15")
    assert [(each["seq"], each["code"]) for each in result["findings"]] == [
        (2, "not_allowed"), (2, "facts_missing"), (2, "notice_late"),
    ]  # fmt: skip
    assert [(each["clock"], each["action"]) for each in result["proposals"]] == [("payment", "abandon")]


def test_show_of_a_day_knows_nothing_of_later_entries(register: Gkflow) -> None:
    result = object_of(register, "show", "RC24", "--as-of", "2022-09-01")
    assert [entry["action"] for entry in result["record"]] == ["receive"]
    assert (result["state"], result["findings"]) == ("received", [])


def test_nothing_of_a_request_is_shown_to_the_public_and_the_reason_is_given(office: Gkflow) -> None:
    office("receive", "--day", "2025-09-22", "--fact", "channel=in_person", "--fact", "applicant_name=王五")
    done = office("show", "GK-2025-0001", "--public")
    assert (done.code, done.out) == (0, "")
    assert "这类案件一律不对外公开" in done.err
    assert object_of(office, "show", "GK-2025-0001", "--public") == {}


def test_explain_says_why_this_day(register: Gkflow, golden: Golden) -> None:
    golden("explain-RC01", register("explain", "RC01", "--as-of", "2022-11-15").out)


def a_suspended_and_extended_case(office: Gkflow) -> None:
    for words in (
        ("receive", "--day", "2025-09-22", "--fact", "channel=in_person", "--number", "S1"),
        ("do", "S1", "register", "--day", "2025-09-22"),
        (
            "do",
            "S1",
            "consult_third_party",
            "--day",
            "2025-09-29",
            "--fact",
            "ref=甲公司",
            "--fact",
            "served=2025-09-30",
        ),
        ("do", "S1", "third_party_answers", "--day", "2025-10-17", "--fact", "ref=甲公司", "--fact", "opinion=agree"),
        ("do", "S1", "extend", "--day", "2025-11-03", "--fact", "days=10", "--fact", "approved_by=李四"),
    ):
        done = office(*words)
        assert done.code == 0, done.err


def test_explain_shows_suspension_and_extension(office: Gkflow, golden: Golden) -> None:
    a_suspended_and_extended_case(office)
    golden("explain-extended", office("explain", "S1", "--as-of", "2025-11-10").out)


def test_the_explanation_as_json(office: Gkflow) -> None:
    a_suspended_and_extended_case(office)
    result = object_of(office, "explain", "S1", "--as-of", "2025-11-10")
    assert list(result) == [
        "case", "clock", "clock_label", "ref", "as_of", "limit", "limit_label", "length", "unit", "article", "quote",
        "known", "decree", "rest_day_receipt", "leaves_out", "month_end", "roll", "start", "base", "deadline",
        "extension", "status", "verdict",
        "days_left", "provisional", "earliest", "latest", "risk", "stopped", "calendar", "announced_through",
        "last_moment", "history", "working",
    ]  # fmt: skip
    # 2025-11-06 is the last day of the worked example of 第三十三条; ten working days later is 2025-11-20.
    assert (result["base"], result["deadline"], result["extension"]) == ("2025-11-06", "2025-11-20", 10)
    assert [(each["day"], each["verb"], each["ref"], each["days"]) for each in result["history"]] == [
        ("2025-09-22", "start", None, None),
        ("2025-09-29", "suspend", "甲公司", None),
        ("2025-10-17", "resume", "甲公司", None),
        ("2025-11-03", "extend", None, 10),
    ]
    assert list(result["history"][0]) == ["day", "verb", "action", "action_label", "seq", "ref", "days"]
    assert list(result["working"][0]) == ["day", "counted", "why", "source"]
    assert [line["counted"] for line in result["working"] if line["counted"]] == list(range(1, 31))
    assert result["working"][8] == {"day": "2025-09-30", "counted": None, "why": "suspended: 甲公司", "source": None}


def test_the_clock_of_one_consultation_can_be_asked_for(office: Gkflow) -> None:
    a_suspended_and_extended_case(office)
    result = object_of(office, "explain", "S1", "--clock", "third_party/甲公司", "--as-of", "2025-11-10")
    assert (result["clock"], result["ref"], result["stopped"]) == ("third_party", "甲公司", "2025-10-17")
    assert office("explain", "S1", "--clock", "third_party/乙公司", "--as-of", "2025-11-10").code == 2


def test_english_says_the_same(register: Gkflow) -> None:
    done = register("explain", "RC01", "--as-of", "2022-11-15", "--lang", "en")
    assert "last day  2022-11-02 (Wed)" in done.out
    assert "overdue, 9 working days past" in done.out
    done = register("cases", "--overdue", "--as-of", "2022-11-15", "--lang", "en")
    assert done.out.splitlines()[-1] == "3 cases: overdue 3"


def test_an_objection_names_the_action_as_its_own_workflow_does(gkflow: Gkflow) -> None:
    assert gkflow("init").code == 0
    assert gkflow("receive", "permit", "--number", "P", "--day", "2025-11-03", "--yes").code == 0
    refused = gkflow("do", "P", "publish", "--day", "2025-11-04")
    assert refused.code == 2
    assert refused.err.startswith("gkflow: 公开：还缺 行政许可决定书文号(document_number)、")


def test_a_day_far_from_today_is_asked_back_and_taken_with_yes(
    home: object, capsys: pytest.CaptureFixture[str]
) -> None:
    from gkflow.cli.app import run

    assert run(("init",)) == 0
    words = ("receive", "--number", "A", "--day", "2002-09-30", "--fact", "channel=in_person")
    capsys.readouterr()
    assert run(words) == 2
    assert "--yes" in capsys.readouterr().err
    assert run((*words, "--yes")) == 0
    capsys.readouterr()
    assert run(("cases", "--format", "json")) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["status"], row["reason"]) == ("unclocked", "no_limit")


def test_what_was_received_by_mistake_is_no_case_of_the_last_line_and_not_done(register: Gkflow) -> None:
    whole = register("cases", "--all").out.splitlines()[-1]
    for number in ("M1", "M2"):
        register("receive", "request", "--number", number, "--day", "2026-11-02", "--fact", "channel=in_person")
        register("do", number, "误收", "--fact", "reason=重复登记")
    for more in ((), ("--limit", "200")):
        lines = register("cases", "--all", *more).out.splitlines()
        assert [line.split()[-1] for line in lines if line.startswith("M")] == ["误收", "误收"]
        assert lines[-1].startswith(f"{whole}；另有误收 2 件")
    rows = json.loads(register("cases", "--all", "--format", "json").out)
    assert {row["status"] for row in rows if row["case"].startswith("M")} == {"misfiled"}
    only = register("cases", "--all", "--state", "误收").out.splitlines()[-1]
    assert only == "没有案件；另有误收 2 件"


def test_an_act_entered_late_prints_the_case_as_it_is_now_and_says_as_of_which_day_it_is_recorded(
    office: Gkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GKFLOW_NOW", "2026-11-20T10:00")
    office("receive", "request", "--number", "R1", "--day", "2026-11-02", "--fact", "channel=in_person")
    office("do", "R1", "reply", "--day", "2026-11-16", "--fact", "decision=D-PUB", "--fact", "method=posted")
    late = office("do", "R1", "登记", "--day", "2026-11-03")
    assert late.code == 0, late.err
    assert "状态    已答复" in late.out
    assert "记入 2026-11-03；以下状态、届满日和可以办理的动作均为今天的情形" in late.out
    following = next(line for line in late.out.splitlines() if line.startswith("可以"))
    assert "送达" in following
    assert "答复、" not in following
    row = json.loads(
        office("do", "R1", "分办", "--day", "2026-11-03", "--fact", "officer=张三", "--format", "json").out
    )
    assert (row["state"], row["day"]) == ("replied", "2026-11-03")
    assert "deliver" in row["next"]
    assert "reply" not in row["next"]
