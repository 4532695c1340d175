"""The coverage table (覆盖表): every system of the five documents is answered, and what is named exists."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from builders import a_value
from gkflow.domain.errors import FilesAtFault
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


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository with documents of its own, and the rules and scenarios of this one."""
    for name in ("workflows", "config", "tests"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "coverage.yaml").write_bytes(SOURCE.read_bytes())
    return tmp_path


def rows_of(text: str) -> dict[str, list[str]]:
    """The rows of the tables by their first cell."""
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {cells[0].strip(): [cell.strip() for cell in cells] for cells in lines}


def test_the_table_is_up_to_date() -> None:
    assert TOOL.main(["--check"]) == 0


def test_every_system_has_a_row_and_every_row_an_answer(coverage: Any, there: Any) -> None:
    rows = rows_of(TOOL.table(coverage, there))
    for number in range(1, 54):
        _, name, seed, workflow, scenarios, said = rows[f"S{number}"]
        assert name
        assert seed
        assert (workflow != "—" and scenarios != "—") or said, f"S{number}"
    assert "S54" not in rows


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
    named = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["systems"]
    assert list(named) == [f"S{number}" for number in range(1, 54)]
    for number, system in named.items():
        workflows = system.get("workflow", [])
        shown = set()
        for file, names in system.get("scenarios", {}).items():
            text = (ROOT / "tests" / "scenarios" / file).read_text(encoding="utf-8")
            there = {scenario["name"]: scenario["workflow"] for scenario in yaml.safe_load(text)}
            assert set(names) <= set(there), number
            shown |= {there[name] for name in names}
        assert shown == set([workflows] if isinstance(workflows, str) else workflows), number


def test_the_count_beside_a_file_is_that_of_the_workflow_s_own_scenarios(coverage: Any, there: Any) -> None:
    rows = rows_of(TOOL.table(coverage, there))
    permits = [
        scenario
        for scenario in yaml.safe_load((ROOT / "tests/scenarios/publicity.yaml").read_text(encoding="utf-8"))
        if scenario["workflow"] == "permit"
    ]
    assert f"`publicity.yaml` {len(permits)}" in rows["行政许可公示 `permit`"][2]


def test_checking_changes_nothing_and_writing_brings_it_up_to_date(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = copy / "docs" / "coverage.md"

    assert TOOL.main(["--check"], copy) == 1
    assert not table.exists()
    assert "out of date" in capsys.readouterr().err

    assert TOOL.main([], copy) == 0
    assert table.read_bytes() == (ROOT / "docs" / "coverage.md").read_bytes()
    assert TOOL.main(["--check"], copy) == 0

    table.write_text(table.read_text(encoding="utf-8") + "改动\n", encoding="utf-8")
    assert TOOL.main(["--check"], copy) == 1
    assert table.read_text(encoding="utf-8").endswith("改动\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  S41:\n", "  S54:\n", 'system "S41" is missing'),
        ("    why: 设立专区", "    note: 设立专区", "has no answer: name a workflow and its scenarios, or say why"),
        ("    workflow: message\n", "    workflow: massage\n", 'no workflow "massage" (do you mean "message"?)'),
        ("投诉七个工作日内答复", "投诉八个工作日内答复", 'has no scenario "投诉八个工作日内答复"'),
        ("      message.yaml:\n", "      messages.yaml:\n", 'no file "messages.yaml"'),
        ("    workflow: [task, proactive]\n", "    workflow: task\n", 'a scenario of "proactive" is named'),
        ("    workflow: opinion\n", "    workflow: [opinion, duty]\n", 'no scenario shows "duty"'),
        ("    workflow: opinion\n", "    workflow: duty\n", 'workflow "opinion" serves no system'),
        ("by_law: [complaint, ", "by_law: [", 'workflow "complaint" serves no system'),
        ("by_law: [complaint, ", "by_law: [complaint, interpretation, ", "its cite names no article"),
        ("    seed: 1 二\n", "    seed: 7 二\n", 'seed "7 二"'),
        ("instrument: yunnan-pilot-plan-2017", "instrument: yunnan-plan-2017", 'no instrument "yunnan-plan-2017"'),
        ("    why: 设立专区没有日期，", "    why: 设立专区没有日期。", "why is one sentence"),
        ("    name: 留言办理\n", "    name: 留言办理\n    deadline: 5\n", 'unknown key "deadline"'),
        ("    name: 留言办理\n", "    name: 留言办理\n    name: 留言\n", 'key "name" stands here again'),
    ],
)
def test_what_is_wrong_with_the_source_is_told(old: str, new: str, said: str, tmp_path: Path, there: Any) -> None:
    text = SOURCE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    wrong = tmp_path / "coverage.yaml"
    wrong.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(FilesAtFault) as caught:
        TOOL.read_coverage(wrong, there)

    assert said in str(caught.value)
    assert "docs/coverage.yaml" in str(caught.value)


def test_a_workflow_without_a_scenario_file_is_told(there: Any) -> None:
    scenarios = {file: found for file, found in there.scenarios.items() if file != "complaint.yaml"}
    bare = TOOL.Repository(there.rulebook, there.profiles, scenarios)

    with pytest.raises(FilesAtFault, match=r'workflow "complaint" has no file in tests/scenarios'):
        TOOL.read_coverage(SOURCE, bare)


def test_a_limit_is_shown_as_it_is_in_force_on_the_day_and_not_by_its_last_value() -> None:
    """条例 2008 第二十四条: 15个工作日; 条例 2019 第三十三条: 20个工作日, from 2019-05-15."""
    old, new = (a_value(length, LimitUnit.WORKING_DAY) for length in (15, 20))
    limit = TimeLimit("reg/reply", "答复期限", ((date(2008, 5, 1), old), (date(2019, 5, 15), new)))
    said = {day: TOOL._limit(limit, day).split("，")[0] for day in (date(2019, 5, 14), date(2019, 5, 15))}
    assert said == {date(2019, 5, 14): "答复期限：15个工作日", date(2019, 5, 15): "答复期限：20个工作日"}
    assert "2008-05-01起施行" in TOOL._limit(limit, date(2008, 4, 30))
