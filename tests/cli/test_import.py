"""``import`` and ``export`` (导入、导出): good rows are kept, bad ones named; the register comes out as it went in."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import gkflow as library

Gkflow = Callable[..., Any]
ROOT = Path(__file__).parents[2]
HEADING = "案件编号,流程,日期,动作,经办人,收件方式,延长天数,来电"


def entries(case: str) -> list[tuple[Any, ...]]:
    with library.open() as office:
        return [(e.day, e.action, e.by, e.unit, dict(e.facts), dict(e.remarks)) for e in office.case(case).record]


def a_file(folder: Path, *lines: str, name: str = "register.csv", encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return str(path)


def test_every_bad_row_is_listed_with_its_number_and_reason_and_the_good_ones_are_kept(
    office: Gkflow, tmp_path: Path
) -> None:
    file = a_file(
        tmp_path, HEADING,
        "A1,依申请公开,2022年9月30日,收件,张三,当面提交,,是",
        "A2,依申请公开,2022/10/8,答复,李四,,,",
        "A3,依申请公开,2922-10-08,收件,李四,,,",
        "A4,依申请公开,,收件,李四,,,",
        "A5,依申请公开,2022-10-08,收信,李四,,,",
        "A6,依申请,2022-10-08,收件,李四,,,",
        "A7,依申请公开,2022-10-40,收件,李四,,,",
        "A1,依申请公开,2022-10-20,延长答复期限,李四,,很多,",
        "A1,依申请公开,2022-09-01,备注,李四,,,",
        "A1,行政许可公示,2022-10-21,备注,李四,,,",
        "A1,依申请公开,2022-10-22,答复,李四,,,,多出来的",
        "",
        "A1,依申请公开,2022-10-24,归档,李四,,,",
    )  # fmt: skip
    done = office("import", file)
    assert done.code == 1
    printed = {line.split()[1]: line for line in done.out.splitlines() if line.startswith("  第")}
    reasons = {
        "2": "请核对年份",  # a register of long ago is taken, and its case named once
        "3": "收件", "4": "还没有到", "5": "“日期”一栏是空的", "6": "收信", "7": "依申请", "8": "2022-10-40",
        "9": "延长天数", "10": "早于", "11": "流程是“依申请公开”", "12": "错位",
    }  # fmt: skip
    assert set(printed) == set(reasons)
    for row, reason in reasons.items():
        assert reason in printed[row]
    assert "作为备注保存：来电" in done.out
    assert "共 12 行，新记 3 行（1 件案件），已在册 0 行，不予导入 9 行" in done.out.splitlines()[-1]
    assert done.err == ""
    assert [(day, action) for day, action, *_ in entries("A1")] == [
        (date(2022, 9, 30), "receive"), (date(2022, 10, 20), "extend"), (date(2022, 10, 24), "archive"),
    ]  # fmt: skip
    assert entries("A1")[0][4:] == ({"channel": "in_person"}, {"来电": "是"})
    assert entries("A1")[1][4:] == ({}, {"延长天数": "很多"})


def test_an_import_repeated_takes_nothing_and_a_changed_row_is_reported_and_not_taken(
    office: Gkflow, tmp_path: Path
) -> None:
    lines = [HEADING, "A1,request,2022-09-30,receive,张三,in_person,,", "A1,request,2022-10-20,extend,张三,,20,"]
    file = a_file(tmp_path, *lines)
    assert office("import", file).code == 0
    before = entries("A1")
    again = office("import", file)
    assert again.code == 0
    assert "新记 0 行（0 件案件），已在册 2 行，不予导入 0 行" in again.out

    changed = office("import", a_file(tmp_path, *lines[:2], lines[2].replace(",20,", ",10,")))
    assert changed.code == 0
    assert "第 3 行  A1" in changed.out
    assert "未采用" in changed.out
    assert "其中 1 行内容不同" in changed.out.splitlines()[-1]
    assert entries("A1") == before


def test_a_dry_run_writes_nothing(office: Gkflow, tmp_path: Path) -> None:
    done = office("import", a_file(tmp_path, HEADING, "A1,request,2022-09-30,receive,,,,"), "--dry-run")
    assert done.code == 0
    assert "试导入（未写入）：共 1 行，新记 1 行" in done.out
    assert json.loads(office("cases", "--all", "--format", "json").out) == []


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("utf-16", "\t")]
)
def test_the_encoding_and_the_delimiter_are_found_out(
    office: Gkflow, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    lines = [HEADING, "A1,依申请公开,2022-09-30,收件,张三,当面提交,,"]
    file = a_file(tmp_path, *(line.replace(",", delimiter) for line in lines), encoding=encoding)
    assert office("import", file).code == 0
    assert entries("A1") == [(date(2022, 9, 30), "receive", "张三", "GK", {"channel": "in_person"}, {})]


def test_a_workbook_is_read_with_its_dates_and_numbers(office: Gkflow, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["案件编号", "流程", "日期", "动作", "延长天数"],
        [20220001, "依申请公开", date(2022, 9, 30), "收件", None],
        [20220001.0, "依申请公开", date(2022, 10, 20), "延长答复期限", 20.0],
    ):
        sheet.append(row)
    book.save(tmp_path / "register.xlsx")
    assert office("import", str(tmp_path / "register.xlsx")).code == 0
    assert [(day, action, facts) for day, action, _, _, facts, _ in entries("20220001")] == [
        (date(2022, 9, 30), "receive", {}), (date(2022, 10, 20), "extend", {"days": 20}),
    ]  # fmt: skip


def test_rows_without_a_name_bear_the_one_given(office: Gkflow, tmp_path: Path) -> None:
    lines = ["case,workflow,day,action,by", "A1,request,2022-09-30,receive,", "A1,request,2022-10-10,register,赵六"]
    assert office("import", a_file(tmp_path, *lines), "--by", "王五").code == 0
    assert [(by, unit) for _, _, by, unit, _, _ in entries("A1")] == [("王五", "GK"), ("赵六", "GK")]


def test_what_cannot_be_read_is_one_clear_line(office: Gkflow, tmp_path: Path) -> None:
    (tmp_path / "noise.csv").write_bytes(b"case,workflow,day,action\n\xff\xff\x00\x80\n")
    (tmp_path / "not.xlsx").write_text("case,workflow,day,action\n")
    for words, reason in {
        (a_file(tmp_path, "case,workflow,when", "A1,request,2022-09-30"),): "缺少必需的列：日期 (day)、动作 (action)",
        (a_file(tmp_path, "case,案件编号,workflow,day,action", name="twice.csv"),): "列重复：case",
        (a_file(tmp_path, "", name="empty.csv"),): "缺少必需的列",
        (str(tmp_path / "none.csv"),): "没有这个文件",
        (str(tmp_path / "not.xlsx"),): "不是可以读取的 Excel 工作簿",
        (str(tmp_path / "noise.csv"),): "编码",
        (a_file(tmp_path, HEADING, name="x.csv"), "--encoding", "utf-99"): "编码",
        (a_file(tmp_path, HEADING, name="old.xls"),): "另存为",
    }.items():
        done = office("import", *words)
        assert (done.code, done.out) == (2, "")
        assert reason in done.err
        assert done.err.count("\n") == 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_export_imported_elsewhere_gives_the_same_record(
    register: Gkflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    received = ["receive", "--day", "2022-09-01", "--fact", "channel=in_person", "--fact", "title==1+1", "--by", "张三"]
    assert register(*received).code == 0
    case = "GK-2022-0001"
    # The note is typed in late: the entry corrected is the second one written, and the third by its day.
    for action, day, *facts in (
        ("register", "2022-09-09"),
        ("assign", "2022-09-12", "officer=李四"),
        ("note", "2022-09-05", "text=第一行"),
        ("correct_entry", "2022-09-14", "seq=2", "day=2022-09-08", "reason=笔误"),
    ):
        given = [word for fact in facts for word in ("--fact", fact)]
        done = register("do", case, action, "--day", day, "--by", "张三", *given)
        assert done.code == 0, done.err
    out = str(tmp_path / f"out.{ending}")
    assert register("export", "--output", out).code == 0
    cases = [row["case"] for row in json.loads(register("cases", "--all", "--format", "json").out)]
    before = {number: entries(number) for number in cases}
    assert len(before) == 16
    registered = (date(2022, 9, 8), "register", "张三", "GK", {}, {})  # as corrected
    assert registered in before[case]

    monkeypatch.setenv("GKFLOW_HOME", str(tmp_path / "elsewhere"))
    assert register("init", "--unit", "GK").code == 0
    done = register("import", out)
    assert done.code == 0, done.out
    after = {number: entries(number) for number in cases}
    assert registered in after[case]
    assert (before[case][-1][4].pop("seq"), after[case][-1][4].pop("seq")) == (2, 3)
    assert after == before
    assert "不予导入 0 行" in done.out
    assert "新记 0 行" in register("import", out).out


def test_the_export_is_quoted_for_spreadsheets_and_has_a_mark_for_excel(office: Gkflow, tmp_path: Path) -> None:
    office("receive", "--day", "2022-09-01", "--fact", "channel=in_person", "--fact", "title==HYPERLINK()", "--by", "a")
    out = office("export").out
    assert out.startswith("\ufeffcase,workflow,day,action,by,unit,")
    row = next(csv.DictReader(out.lstrip("\ufeff").splitlines()))
    assert row["title"] == "'=HYPERLINK()"


def published(office: Gkflow, number: str, *more: str) -> None:
    """The penalty is published, with the facts that its record still wants."""
    wanted = ("document_number", "legal_basis", "case_name", "violation", "authority", "outcome", "remedy")
    facts = [*more, "decision_date=2025-07-11", *(f"{name}=某" for name in wanted)]
    done = office(
        "do", number, "publish", "--day", "2025-07-14", *(word for fact in facts for word in ("--fact", fact))
    )
    assert done.code == 0, done.err


def test_the_published_record_has_labels_and_no_identity_number(office: Gkflow) -> None:
    facts = ["--fact", "counterparty_kind=natural_person", "--fact", "identity_number=11010519491231002X"]
    done = office("receive", "penalty", "--number", "P1", "--day", "2025-07-11", *facts)
    assert done.code == 0, done.err
    published(office, "P1", "person_name=李四")
    assert entries("P1")[0][4]["identity_number"] == "11010519491231002X"
    shown = json.loads(office("export", "--published", "--format", "json").out)
    assert [row["案件编号"] for row in shown] == ["P1"]
    assert "11010519491231002X" not in json.dumps(shown, ensure_ascii=False)


def test_a_masked_name_is_masked_in_other_texts_as_well(office: Gkflow) -> None:
    facts = ["--fact", "counterparty_kind=natural_person", "--fact", "person_name=欧阳小明11010519491231002X"]
    done = office("receive", "penalty", "--number", "P1", "--day", "2025-07-11", *facts)
    assert done.code == 0, done.err
    facts = ["--fact", "counterparty_kind=natural_person", "--fact", "person_name=欧阳小明"]
    done = office(
        "receive", "penalty", "--number", "P2", "--day", "2025-07-11", *facts, "--fact", "title=对欧阳小明的处罚"
    )
    assert done.code == 0, done.err
    for number in ("P1", "P2"):
        published(office, number)
    one, two = json.loads(office("export", "--published", "--format", "json").out)
    assert "对欧＊＊＊的处罚" in two.values()
    for row in (one, two):
        assert "阳小明" not in json.dumps(row, ensure_ascii=False)


def test_an_unknown_case_is_not_an_empty_export(register: Gkflow) -> None:
    done = register("export", "RC99")
    assert (done.code, done.out) == (2, "")
    assert "RC99" in done.err
