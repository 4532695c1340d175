"""The coverage table (覆盖表): every system of the five documents is answered, and what is named exists."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from builders import a_value
from gkflow.domain.law import LimitUnit, TimeLimit

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "docs" / "coverage.yaml"


def the_tool() -> ModuleType:
    """The tool under a name of its own: a well-known package is called coverage as well."""
    spec = importlib.util.spec_from_file_location("coverage_table", ROOT / "tools" / "coverage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TOOL = the_tool()


@pytest.fixture(scope="module")
def there() -> Any:
    return TOOL.read_repository(ROOT)


@pytest.fixture(scope="module")
def coverage(there: Any) -> Any:
    return TOOL.read_coverage(SOURCE, there)


# A repository of one workflow, which is that of the good specimens.
SPECIMENS = Path(__file__).parent / "files" / "good"
SHOWN = """
- {name: 按期答复, workflow: small}
- {name: 逾期答复, workflow: small}
"""
SMALL = """
documents:
  "1": {label: 甲, instrument: reg, dated: 2020年6月16日}
as_of: 2020-01-01
asked: 3
by_law: []
systems:
  S1:
    name: 申请办理
    seed: 1 二
    workflow: small
    scenarios: {small.yaml: 按期答复}
  S2:
    name: 设立专区
    seed: 1 三（三）
    why: 设立专区没有日期。
  S3:
    name: 逾期提醒
    seed: [1 四, 1 五]
    workflow: [small]
    scenarios: {small.yaml: [逾期答复]}
    note: 按条例办理。
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small repository: one workflow, two scenarios, three systems."""
    root = shutil.copytree(SPECIMENS, tmp_path / "small")
    for path, text in (("tests/scenarios/small.yaml", SHOWN), ("docs/coverage.yaml", SMALL)):
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def rows_of(text: str) -> dict[str, list[str]]:
    """The rows of the tables by their first cell."""
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {cells[0].strip(): [cell.strip() for cell in cells] for cells in lines}


def test_the_table_is_up_to_date() -> None:
    assert TOOL.main(["--check"]) == 0


def test_every_system_has_a_row_and_every_row_an_answer(coverage: Any, there: Any) -> None:
    rows = rows_of(TOOL.table(coverage, there))
    asked = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["asked"]
    for number in range(1, asked + 1):
        _, name, seed, workflow, scenarios, said = rows[f"S{number}"]
        assert name
        assert seed
        assert (workflow != "—" and scenarios != "—") or said, f"S{number}"
    assert f"S{asked + 1}" not in rows


def test_every_workflow_has_a_row_with_limits_scenarios_and_what_it_serves(coverage: Any, there: Any) -> None:
    rows = rows_of(TOOL.table(coverage, there))
    for path in (ROOT / "workflows").glob("*.yaml"):
        (cells,) = [cells for first, cells in rows.items() if first.endswith(f"`{path.stem}`")]
        assert len(cells) == 4
        assert all(cells), path.stem
        assert "《" in cells[1]
        assert ".yaml" in cells[2]


def test_each_scenario_that_is_named_belongs_to_a_workflow_of_its_row() -> None:
    # Read here without the tool, which says the same.
    for number, system in yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["systems"].items():
        workflows = system.get("workflow", [])
        shown = set()
        for file, names in system.get("scenarios", {}).items():
            text = (ROOT / "tests" / "scenarios" / file).read_text(encoding="utf-8")
            there = {scenario["name"]: scenario["workflow"] for scenario in yaml.safe_load(text)}
            assert set(names) <= set(there), number
            shown |= {there[name] for name in names}
        assert shown == set([workflows] if isinstance(workflows, str) else workflows), number


def test_the_count_beside_a_file_is_that_of_the_workflow_s_own_scenarios(coverage: Any, there: Any) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for path in (ROOT / "tests" / "scenarios").glob("*.yaml"):
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8")):
            counts[scenario["workflow"], path.name] += 1
    rows = rows_of(TOOL.table(coverage, there))
    for (workflow, file), count in counts.items():
        (cells,) = [cells for first, cells in rows.items() if first.endswith(f"`{workflow}`")]
        assert f"`{file}` {count}" in cells[2]


def test_the_table_of_a_small_repository(small: Path) -> None:
    assert TOOL.main([], small) == 0
    text = (small / "docs" / "coverage.md").read_text(encoding="utf-8")
    rows = rows_of(text)
    assert "3项制度" in text
    assert "2项有流程和情景，1项只有理由" in text
    assert rows["S1"][1:] == ["申请办理", "甲 二", "小流程 `small`", "`small.yaml`<br>· 按期答复", ""]
    assert rows["S2"][3:] == ["—", "—", "设立专区没有日期。"]
    assert rows["S3"][2] == "甲 四<br>甲 五"
    assert rows["小流程 `small`"][2:] == ["`small.yaml` 2", "S1、S3"]


def test_checking_changes_nothing_and_writing_brings_it_up_to_date(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = small / "docs" / "coverage.md"

    assert TOOL.main(["--check"], small) == 1
    assert not table.exists()
    assert "out of date" in capsys.readouterr().err

    assert TOOL.main([], small) == 0
    assert TOOL.main(["--check"], small) == 0

    table.write_text(table.read_text(encoding="utf-8") + "改动\n", encoding="utf-8")
    assert TOOL.main(["--check"], small) == 1
    assert table.read_text(encoding="utf-8").endswith("改动\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  S2:\n", "  S4:\n", 'system "S2" is missing'),
        ("asked: 3\n", "asked: 4\n", 'system "S4" is missing'),
        ("asked: 3\n", "asked: 2\n", 'system "S3": the systems are S1 to S2'),
        ("    why: 设立专区", "    note: 设立专区", "has no answer: name a workflow and its scenarios, or say why"),
        ("    workflow: small\n", "    workflow: smal\n", 'no workflow "smal" (do you mean "small"?)'),
        ("按期答复}", "按时答复}", 'has no scenario "按时答复" (do you mean "按期答复"?)'),
        ("{small.yaml: 按期", "{smal.yaml: 按期", 'no file "smal.yaml"'),
        ("    workflow: small\n", "    why: 见下。\n", 'a scenario of "small" is named, which is no workflow of'),
        ("    scenarios: {small.yaml: 按期答复}\n", "", 'system "S1": no scenario shows "small"'),
        ("by_law: []", "by_law: [smal]", 'no workflow "smal" (do you mean "small"?)'),
        ("by_law: []", "by_law: [small]", "its cite names no article"),
        ("    seed: 1 二\n", "    seed: 7 二\n", 'seed "7 二"'),
        ("instrument: reg", "instrument: rag", 'no instrument "rag"'),
        ("设立专区没有日期。", "设立专区。没有日期", "why is one sentence"),
        ("    name: 设立专区\n", "    name: 设立专区\n    deadline: 5\n", 'unknown key "deadline"'),
        ("    name: 设立专区\n", "    name: 设立专区\n    name: 专区\n", 'key "name" stands here again'),
    ],
)
def test_what_is_wrong_with_the_source_is_reported(
    old: str, new: str, said: str, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = small / "docs" / "coverage.yaml"
    text = source.read_text(encoding="utf-8")
    assert text.count(old) == 1
    source.write_text(text.replace(old, new), encoding="utf-8")

    assert TOOL.main([], small) == 1

    printed = capsys.readouterr().err
    assert said in printed
    assert "docs/coverage.yaml" in printed
    assert not (small / "docs" / "coverage.md").exists()


def test_a_workflow_that_serves_nothing_is_reported(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = small / "docs" / "coverage.yaml"
    text = source.read_text(encoding="utf-8")
    for line in ("    workflow: small\n", "    workflow: [small]\n"):
        text = text.replace(line, "    why: 没有日期。\n")
    source.write_text(re.sub(r"    scenarios: .*\n", "", text), encoding="utf-8")
    assert TOOL.main([], small) == 1
    assert 'workflow "small" serves no system, and no law is said to ask for it' in capsys.readouterr().err


def test_a_workflow_without_a_scenario_file_is_reported(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "tests" / "scenarios" / "small.yaml").unlink()
    assert TOOL.main([], small) == 1
    assert 'workflow "small" has no file in tests/scenarios' in capsys.readouterr().err


def test_neither_the_tool_nor_its_tests_know_a_procedure_by_name() -> None:
    names = "|".join(path.stem for path in (ROOT / "workflows").glob("*.yaml"))
    for path in (ROOT / "tools" / "coverage.py", Path(__file__)):
        # A name in quotes, as code would use it; many are words that prose uses as well.
        found = re.findall(rf"""["'`]({names})(?:\.yaml)?["'`]""", path.read_text(encoding="utf-8"))
        assert found == [], path.name


def test_a_limit_is_shown_as_it_is_in_force_on_the_day_and_not_by_its_last_value() -> None:
    """条例 2008 第二十四条: 15个工作日; 条例 2019 第三十三条: 20个工作日, from 2019-05-15."""
    old, new = (a_value(length, LimitUnit.WORKING_DAY) for length in (15, 20))
    limit = TimeLimit("reg/reply", "答复期限", ((date(2008, 5, 1), old), (date(2019, 5, 15), new)))
    said = {day: TOOL._limit(limit, day).split("，")[0] for day in (date(2019, 5, 14), date(2019, 5, 15))}
    assert said == {date(2019, 5, 14): "答复期限：15个工作日", date(2019, 5, 15): "答复期限：20个工作日"}
    assert "2008-05-01起施行" in TOOL._limit(limit, date(2008, 4, 30))
