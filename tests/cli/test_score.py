"""``score`` (考评得分): points of each unit in a period, read off the record."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.printed import rows_of

Gkflow = Callable[..., Any]


def scored(gkflow: Gkflow, day: str, rule: str, unit: str, *more: str) -> None:
    facts = ("--fact", f"points_rule={rule}", "--fact", f"scored_unit={unit}", *more)
    done = gkflow("do", "S1", "score", "--day", day, *facts)
    assert done.code == 0, done.err


@pytest.fixture
def points(office: Gkflow, home: Path) -> Gkflow:
    """A supervision of 2025 with four entries that gave or took points, of two units."""
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write('\n[units.fgj]\nlabel = "市发展改革局"\n')
    assert office("receive", "supervision", "--number", "S1", "--day", "2025-03-03", "--yes").code == 0
    scored(office, "2025-03-31", "outstanding", "fgj", "--by", "王五")
    scored(office, "2025-04-01", "reply_late", "fgj", "--fact", "reason=三件逾期")
    scored(office, "2025-04-02", "red_sheet", "别的单位")
    scored(office, "2025-04-03", "reply_late", "fgj")
    return office


def test_added_deducted_and_total_of_each_unit(points: Gkflow) -> None:
    rows = {row["unit"]: row for row in rows_of(points, "score", "--since", "2025-01-01", "--until", "2025-12-31")}
    keys = ["unit", "unit_label", "added", "deducted", "total", "entries", "points"]
    assert all(list(row) == keys for row in rows.values())
    mine = rows["fgj"]
    # outstanding +2, reply_late −6 twice.
    assert [mine[key] for key in keys[1:6]] == ["市发展改革局", 2, -12, -10, 3]
    assert mine["points"][1] == {
        "case": "S1", "day": "2025-04-01", "rule": "reply_late", "label": "依申请公开逾期答复（每条）", "points": -6,
        "by": None, "reason": "三件逾期",
    }  # fmt: skip
    assert (rows["别的单位"]["unit_label"], rows["别的单位"]["total"]) == (None, -2)


def test_the_period_holds_its_first_and_its_last_day(points: Gkflow) -> None:
    def days(*words: str) -> list[str]:
        return [point["day"] for row in rows_of(points, "score", *words) for point in row["points"]]

    assert days("--since", "2025-03-31", "--until", "2025-04-01") == ["2025-03-31", "2025-04-01"]
    assert days("--since", "2025-04-01", "--until", "2025-04-01") == ["2025-04-01"]
    # The year is that of the last day.
    assert days("--until", "2025-03-31") == ["2025-03-31"]
    assert days() == []


def test_a_voided_entry_gives_nothing(points: Gkflow) -> None:
    facts = ("--fact", "seq=3", "--fact", "void=是", "--fact", "reason=记错了")
    assert points("do", "S1", "correct_entry", "--day", "2025-04-10", *facts).code == 0
    rows = {row["unit"]: row for row in rows_of(points, "score", "--until", "2025-12-31")}
    assert (rows["fgj"]["deducted"], rows["fgj"]["entries"]) == (-6, 2)


def test_one_unit_may_be_named_by_code_or_by_label(points: Gkflow) -> None:
    by_code = rows_of(points, "score", "--until", "2025-12-31", "--unit", "fgj")
    assert [row["unit"] for row in by_code] == ["fgj"]
    assert rows_of(points, "score", "--until", "2025-12-31", "--unit", "市发展改革局") == by_code
    unknown = points("score", "--until", "2025-12-31", "--unit", "无此单位")
    assert (unknown.code, unknown.out) == (2, "")
    assert "市发展改革局(fgj)" in unknown.err


def test_an_entry_that_names_the_unit_by_its_label_is_found_with_its_code(points: Gkflow) -> None:
    scored(points, "2025-04-04", "outstanding", "市发展改革局")
    rows = rows_of(points, "score", "--until", "2025-12-31", "--unit", "fgj")
    assert sum(row["entries"] for row in rows) == 4


def test_the_table_has_the_sums_and_the_detail_every_entry(points: Gkflow) -> None:
    table = points("score", "--until", "2025-12-31").out
    assert "考评得分（2025-01-01 至 2025-12-31）" in table
    (line,) = (line for line in table.splitlines() if "市发展改革局" in line)
    assert line.split()[1:] == ["2", "-12", "-10", "3"]
    assert "三件逾期" not in table
    detail = points("score", "--until", "2025-12-31", "--detail").out
    assert detail.startswith(table)
    assert detail.count("依申请公开逾期答复") == 2
    assert "三件逾期" in detail
    assert "王五" in detail


def test_a_spreadsheet_with_detail_has_a_row_for_each_entry(points: Gkflow, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    assert points("score", "--until", "2025-12-31", "--detail", "--output", str(file)).code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert [row["分值"] for row in rows] == ["2", "-6", "-6", "-2"]
    assert list(rows[0]) == ["机关", "案件", "日期", "记分规则", "分值", "经办人", "理由"]


def test_no_points_is_said_and_is_no_fault(points: Gkflow) -> None:
    done = points("score", "--since", "2024-01-01", "--until", "2024-12-31")
    assert (done.code, done.out) == (0, "")
    assert "2024-01-01 至 2024-12-31 没有记分" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--since", "2025-05-01", "--until", "2025-04-01"), "--since 2025-05-01 晚于 --until 2025-04-01"),
        (("--until", "x"), "“x”不是日期"),
        (("--format", "pdf"), "--format 只能是"),
    ],
)
def test_wrong_use_is_one_line(words: tuple[str, ...], message: str, office: Gkflow) -> None:
    done = office("score", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1
