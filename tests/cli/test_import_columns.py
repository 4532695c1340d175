"""``import --columns`` (列对照): the export of another system, in its own words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gkflow as library
from gkflow.cli.commands.import_ import _MAPPING

Gkflow = Callable[..., Any]

# The headings of the list of administrative penalties (发改办财金〔2018〕424号); invented cases.
EXPORT = """行政处罚信息公示表,,,,,,
序号,行政处罚决定书文号,处罚决定日期,行政相对人类别,行政相对人名称,处罚类别,录入账号
1,某市监罚〔2025〕１号,2025/7/11 0:00:00,法人,某食品有限公司,罚款,某市场监管局
2,某市监罚〔2025〕2号,2025-07-14,自然人,欧阳小明,警告,某市场监管局
,,,,,,
"""
MAPPING = """
heading: 2
columns:
  行政处罚决定书文号: [case, document_number]
  处罚决定日期: [日期, decision_date]
  行政相对人类别: 行政相对人类别
  行政相对人名称: {when: {counterparty_kind: 自然人}, then: person_name, else: counterparty}
constants: {workflow: 行政处罚公示, action: decide, by: 录入员}
values:
  counterparty_kind: {法人: legal_person}
ignore: [序号]
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The export and its mapping."""
    export, mapping = tmp_path / "export.csv", tmp_path / "mapping.yaml"
    export.write_text(EXPORT, encoding="gb18030")
    mapping.write_text(MAPPING, encoding="utf-8")
    return export, mapping


def test_an_export_of_a_platform_is_taken_by_a_mapping(office: Gkflow, files: tuple[Path, Path]) -> None:
    export, mapping = files
    done = office("import", str(export), "--columns", str(mapping))
    assert done.code == 0, done.out + done.err
    assert "新记 2 行（2 件案件）" in done.out
    assert "作为备注保存：处罚类别" not in done.out  # it is a fact, by its own label
    assert "作为备注保存：录入账号" in done.out
    with library.open() as opened:
        one, two = (opened.case(number).first for number in ("某市监罚〔2025〕1号", "某市监罚〔2025〕2号"))
    assert (one.workflow, one.action, one.by, str(one.day)) == ("penalty", "decide", "录入员", "2025-07-11")
    assert one.facts["document_number"] == "某市监罚〔2025〕１号"
    assert (one.facts["counterparty"], one.facts["counterparty_kind"]) == ("某食品有限公司", "legal_person")
    assert (one.facts["decision_date"], dict(one.remarks)) == ("2025-07-11", {"录入账号": "某市场监管局"})
    # A natural person's name has a fact of its own, which is masked where it is published.
    assert (two.facts["person_name"], "counterparty" in two.facts) == ("欧阳小明", False)
    assert "已在册 2 行" in office("import", str(export), "--columns", str(mapping)).out


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("[case, document_number]", "[case, docment_number]", 'no column or fact "docment_number" (do you mean'),
        ("[日期, decision_date]", "case", '"case" is given already (line 4)'),
        ("action: decide", "action: decid", 'penalty has no action "decid" (do you mean'),
        ("workflow: 行政处罚公示", "workflow: 处罚", 'no workflow "处罚"'),
        ("{法人: legal_person}", "{法人: company}", 'counterparty_kind has no choice "company"; there are:'),
        ("counterparty_kind: {法人", "outcome: {法人", '"outcome" is no column of this mapping'),
        ("ignore: [序号]", "ignored: [序号]", 'unknown key "ignored" (do you mean "ignore"?)'),
        ("{counterparty_kind: 自然人}", "{kind: 自然人}", 'when: no fact "kind"'),
        ("ignore: [序号]", "ignore: [处罚决定日期]", '"处罚决定日期" is mapped as well'),
    ],
)
def test_a_fault_of_the_mapping_is_reported_with_its_line_and_nothing_is_taken(
    office: Gkflow, files: tuple[Path, Path], wrong: str, right: str, said: str
) -> None:
    export, mapping = files
    assert wrong in MAPPING
    mapping.write_text(MAPPING.replace(wrong, right), encoding="utf-8")
    done = office("import", str(export), "--columns", str(mapping), "--lang", "en")
    assert done.code == 2
    assert said in done.err
    assert "mapping.yaml:" in done.err
    with library.open() as opened:
        assert opened.cases(include_closed=True) == []


def test_a_heading_of_the_mapping_that_the_file_does_not_have_is_reported(
    office: Gkflow, files: tuple[Path, Path]
) -> None:
    export, mapping = files
    export.write_text(EXPORT.replace("行政相对人名称", "相对人"), encoding="utf-8")
    done = office("import", str(export), "--columns", str(mapping))
    assert (done.code, done.out) == (2, "")
    assert "缺少必需的列：行政相对人名称" in done.err


def test_the_mapping_shown_by_the_help_is_one_that_is_read(office: Gkflow, tmp_path: Path) -> None:
    shown = _MAPPING.format(heading="", constants="", values="", ignore="", row="")
    assert shown.splitlines()[1] in office("import", "--help").out
    mapping, export = tmp_path / "mapping.yaml", tmp_path / "export.csv"
    mapping.write_text(shown, encoding="utf-8")
    heading = "序号,行政处罚决定书文号,处罚决定日期,行政相对人类别,行政相对人名称"
    export.write_text(f"公示表\n{heading}\n1,某罚1号,2025-07-11,法人,某公司\n", encoding="utf-8")
    done = office("import", str(export), "--columns", str(mapping))
    assert (done.code, "新记 1 行" in done.out) == (0, True), done.out + done.err


def test_the_mapping_of_the_manual_is_one_that_is_read(office: Gkflow, files: tuple[Path, Path]) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
    export, mapping = files
    mapping.write_text(manual.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    done = office("import", str(export), "--columns", str(mapping))
    assert (done.code, "新记 2 行" in done.out) == (0, True), done.out + done.err
