"""``remedies`` (复议诉讼情况): table four of the annual report, on the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gkflow as library
from cli.printed import rows_of
from gkflow.domain.case import legal_day

Gkflow = Callable[..., Any]
KEYS = ["group", "group_label", "upheld", "corrected", "other", "pending", "total"]


@pytest.fixture
def cases(office: Gkflow) -> Gkflow:
    """A reconsideration that was pending at the end of 2024, one of 2025, and a lawsuit that follows the first."""

    def entered(*words: str) -> None:
        done = office(*words)
        assert done.code == 0, done.err

    entered("receive", "reconsideration", "--yes", "--number", "F1", "--day", "2024-12-02")
    entered("do", "F1", "decide", "--day", "2025-01-06", "--fact", "outcome=结果维持")
    entered("receive", "reconsideration", "--yes", "--number", "F2", "--day", "2025-03-03")
    entered("do", "F2", "decide", "--day", "2025-04-07", "--fact", "outcome=corrected", "--fact", "redo=again")
    entered("do", "F1", "sued", "--day", "2025-01-20")
    return office


def test_json_has_a_row_for_each_group(cases: Gkflow) -> None:
    rows = rows_of(cases, "remedies", "--year", "2025")
    assert all(list(row) == KEYS for row in rows)
    assert [list(row.values()) for row in rows] == [
        ["reconsideration", "行政复议", 1, 1, 0, 0, 2],
        ["direct", "行政诉讼·未经复议直接起诉", 0, 0, 0, 0, 0],
        ["after_reconsideration", "行政诉讼·复议后起诉", 0, 0, 0, 1, 1],
    ]
    assert [row["pending"] for row in rows_of(cases, "remedies", "--year", "2024")] == [1, 0, 0]
    # This year, where none is named: the lawsuit is still pending.
    assert [row["total"] for row in rows_of(cases, "remedies")] == [0, 0, 1]


def test_the_table_has_the_headings_of_the_report(cases: Gkflow) -> None:
    done = cases("remedies", "--year", "2025")
    assert done.out.startswith("政府信息公开行政复议、行政诉讼情况（2025 年）\n")
    lines = done.out.splitlines()
    assert lines[1].split() == ["组别", "结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    assert [line.split() for line in lines[3:]] == [
        ["行政复议", "1", "1", "0", "0", "2"],
        ["行政诉讼·未经复议直接起诉", "0", "0", "0", "0", "0"],
        ["行政诉讼·复议后起诉", "0", "0", "0", "1", "1"],
    ]
    english = cases("--lang", "en", "remedies", "--year", "2025").out
    assert "lawsuit after reconsideration" in english
    assert "upheld" in english
    assert not any("\u4e00" <= char <= "\u9fff" for char in english)


def test_a_spreadsheet_has_the_same_rows(cases: Gkflow, tmp_path: Path) -> None:
    printed = list(
        csv.DictReader(io.StringIO(cases("remedies", "--year", "2025", "--format", "csv").out.lstrip("\ufeff")))
    )
    assert [(row["组别"], row["结果纠正"], row["总计"]) for row in printed] == [
        ("行政复议", "1", "2"),
        ("行政诉讼·未经复议直接起诉", "0", "0"),
        ("行政诉讼·复议后起诉", "0", "1"),
    ]
    file = tmp_path / "table.xlsx"
    assert cases("remedies", "--year", "2025", "--output", str(file)).code == 0
    from openpyxl import load_workbook

    values = [list(row) for row in load_workbook(file).active.iter_rows(values_only=True)]
    assert ["行政复议", 1, 1, 0, 0, 2] in values


def test_a_lawsuit_of_a_register_that_does_not_say_its_path_is_shown(cases: Gkflow, tmp_path: Path) -> None:
    file = tmp_path / "suits.csv"
    file.write_text("case,workflow,day,action\nS9,litigation,2025-03-03,receive_copy\n", encoding="utf-8")
    assert cases("import", str(file)).code == 0
    assert "行政诉讼·未记明起诉方式" in cases("remedies", "--year", "2025").out
    assert rows_of(cases, "remedies", "--year", "2025")[3]["pending"] == 1


@pytest.mark.parametrize("year", ["2007", "9999", "0", "-1"])
def test_a_year_before_the_regulations_or_to_come_is_refused(year: str, office: Gkflow) -> None:
    done = office("remedies", "--year", year)
    assert (done.code, done.out) == (2, "")
    assert f"--year = {year}：要在 2008 到" in done.err
    assert done.err.count("\n") == 1


def test_this_year_is_the_last_one_and_2008_the_first(office: Gkflow) -> None:
    with library.open() as opened:
        present = legal_day(opened.moment(None)).year
    assert office("remedies", "--year", str(present)).code == office("remedies", "--year", "2008").code == 0
    assert f"要在 2008 到 {present} 之间" in office("remedies", "--year", str(present + 1)).err


@pytest.mark.parametrize(
    ("words", "message"), [(("--year", "去年"), "--year = 去年：不是整数"), (("--format", "pdf"), "--format 只能是")]
)
def test_wrong_use_is_one_line(words: tuple[str, ...], message: str, office: Gkflow) -> None:
    done = office("remedies", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1
