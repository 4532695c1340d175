"""An export for people (供人阅读的导出): Chinese headings and labels in xlsx, codes in csv; both are read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Gkflow = Callable[..., Any]


def sheet(path: Path) -> list[tuple[Any, ...]]:
    book = load_workbook(path, read_only=True)
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_a_workbook_speaks_chinese_and_csv_speaks_codes(register: Gkflow, tmp_path: Path) -> None:
    assert register("export", "-o", str(tmp_path / "r.xlsx")).code == 0
    heads, *rows = sheet(tmp_path / "r.xlsx")
    assert heads[:6] == ("案件编号", "流程", "日期", "动作", "经办人", "机关")
    assert not [head for head in heads if head in ("channel", "decision", "method")]
    assert {row[1] for row in rows} <= {"依申请公开", "行政处罚公示", "行政许可公示"}
    cells = {cell for row in rows for cell in row}
    assert {"收件", "答复", "GK"} <= cells
    assert not cells & {"receive", "reply", "request", "internet"}
    assert register("export").out.splitlines()[0].startswith("\ufeffcase,workflow,day,action,by,unit")
    assert register("export", "--lang", "en", "-o", str(tmp_path / "e.xlsx")).code == 0
    assert sheet(tmp_path / "e.xlsx")[0][0] == "case"


def test_the_workbook_for_people_is_a_register_that_import_reads(register: Gkflow, tmp_path: Path) -> None:
    register("export", "-o", str(tmp_path / "r.xlsx"))
    done = register("import", str(tmp_path / "r.xlsx"))
    assert done.code == 0, done.out
    assert "新记 0 行" in done.out
    assert "内容不同" not in done.out


def test_a_case_that_is_named_twice_is_written_once(register: Gkflow) -> None:
    once = register("export", "RC01", "RC02", "--format", "json").out

    assert register("export", "RC01", "RC02", "RC01", "--format", "json").out == once
    assert register("export", "RC01", "RC01", "--published").out == register("export", "RC01", "--published").out
