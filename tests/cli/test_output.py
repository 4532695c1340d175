"""What is printed (输出): alignment, JSON, quoting."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gkflow.cli.columns import Column
from gkflow.cli.help import wrapped
from gkflow.cli.output import json_text, table_text
from gkflow.papers.tables import quoted, unquoted, write_csv

COLUMNS = (Column("a", "案件"), Column("n", "剩余"), Column("b", "说明"))


def test_wide_characters_are_aligned_and_nothing_is_cut() -> None:
    long = "很长的说明" * 60
    text = table_text([{"a": "一", "n": 5, "b": "x"}, {"a": "GK-1", "n": -12, "b": long}], COLUMNS)
    head, _, first, second = text.splitlines()
    assert second.endswith(long)
    places = {cell_len(line[: line.index(cell)]) for line, cell in ((first, "x"), (second, "很"), (head, "说"))}
    assert len(places) == 1
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_json_holds_days_and_moments_in_one_form() -> None:
    text = json_text([{"day": date(2022, 9, 30), "at": datetime(2022, 9, 30, 16, tzinfo=UTC), "none": None}])
    assert text == '[\n{"day": "2022-09-30", "at": "2022-10-01T00:00:00+08:00", "none": null}\n]'
    assert json_text([]) == "[]"


def test_a_text_that_looks_like_a_formula_is_quoted_and_can_be_read_back() -> None:
    # A Chinese spreadsheet takes the wide signs for a formula as well.
    for text in ("=1+1", "+86", "-x", "@a", "＝1+1", "＋86", "－x", "＠a"):
        assert quoted(text) == f"'{text}"
        assert unquoted(quoted(text)) == text
    assert quoted("a=1") == "a=1"
    assert quoted(-9) == -9


def test_csv_begins_with_a_byte_order_mark() -> None:
    file = io.StringIO()
    write_csv(file, ["甲", "乙"], [["=1", None], [date(2022, 9, 30), True]])
    assert file.getvalue() == "\ufeff甲,乙\r\n'=1,\r\n2022-09-30,true\r\n"


def test_chinese_help_is_broken_where_it_fits() -> None:
    assert wrapped("中止期间可以重复，次日起不计入", 18) == ["中止期间可以重复，", "次日起不计入"]
    # Punctuation begins no line, and none is wider than it may be.
    assert wrapped("中止期间可以重复，次日起不计入", 16) == ["中止期间可以重", "复，次日起不计入"]
    assert wrapped("请先运行 gkflow check，再看", 16) == ["请先运行 gkflow", "check，再看"]


@given(st.text("甲乙，。（）“”《》 ab-1…", max_size=60), st.integers(8, 40))
def test_what_is_broken_loses_nothing_and_fits(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    codes = re.findall(r"[ab1-]+", text)
    assert sorted(re.findall(r"[ab1-]+", "\n".join(lines))) == sorted(codes)
    for line in lines:
        # Wider is only what cannot be broken: one word or one character, with its punctuation.
        assert cell_len(line) <= room or len(re.findall(r"[甲乙]|[ab1-]+", line)) <= 1
