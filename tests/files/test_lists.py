"""Code lists (代码表): resolved into the workflow, so that its edition holds them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from builders import changed
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.errors import FilesAtFault
from gkflow.domain.rulebook import Rulebook
from gkflow.domain.soundness import problems
from gkflow.files.rulebook_files import read_rulebook
from gkflow.files.workflows import workflow_from_source

GOOD = Path(__file__).parent / "good"
PROJECT = Path(__file__).parents[2]
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
LISTED = """workflow: listed
label: 小流程
states:
  open: {label: 办理中, public: 正在办理}
  closed: {label: 已办结, public: 已办结, final: true}
facts:
  field: {label: 领域, type: choice, list: fields}
  rule: {label: 记分, type: choice, list: points}
actions:
  begin: {label: 立案, first: true, to: open, accepts: [field, rule]}
  close: {label: 办结, from: [open], to: closed}
clocks: {}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The good files with a workflow that takes its choices from lists."""
    path = shutil.copytree(GOOD, tmp_path / "home")
    (path / "workflows/listed.yaml").write_text(LISTED, encoding="utf-8")
    return path


def read(home: Path, profile: str = "national") -> Rulebook:
    return read_rulebook([home], PLAIN_WEEKS, profile)


def test_a_fact_takes_its_choices_from_the_list_with_their_labels(home: Path) -> None:
    facts = read(home).workflow("listed").facts

    assert dict(facts["field"].choices) == {"health": "卫生健康", "taxation": "税收管理"}
    assert dict(facts["field"].points) == {}
    assert dict(facts["rule"].choices) == {"late": "逾期", "outstanding": "工作突出"}


def test_points_come_with_the_choices_that_carry_them(home: Path) -> None:
    assert dict(read(home).workflow("listed").facts["rule"].points) == {"late": -2, "outstanding": 1.5}


def test_a_workflow_with_a_list_is_the_one_in_which_the_choices_are_written_out(home: Path) -> None:
    listed = read(home).workflow("listed")
    changed(home / "workflows/listed.yaml", "list: fields", "choices: {health: 卫生健康, taxation: 税收管理}")
    written = read(home).workflow("listed")

    assert written.facts["field"] == listed.facts["field"]
    assert written.actions == listed.actions


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("fields", "health: 卫生健康", "health: 卫生"),
        ("fields", "  health: 卫生健康\n", "  health: 卫生健康\n  employment: 就业\n"),
        ("fields", "  health: 卫生健康\n", ""),
        ("points", "points: -2", "points: -3"),
    ],
)
def test_a_changed_list_makes_a_new_edition_of_the_workflows_that_use_it_and_of_no_other(
    home: Path, file: str, old: str, new: str
) -> None:
    before = read(home)
    changed(home / f"config/lists/{file}.yaml", old, new)
    after = read(home)

    assert after.workflow("listed").edition != before.workflow("listed").edition
    assert after.workflow("small") == before.workflow("small")
    assert (after.law, after.ladders, after.recurring_tasks) == (before.law, before.ladders, before.recurring_tasks)
    fact = "field" if file == "fields" else "rule"
    old_flow, new_flow = before.workflow("listed"), after.workflow("listed")
    assert (new_flow.states, new_flow.actions["begin"]) == (old_flow.states, old_flow.actions["begin"])
    assert [name for name in new_flow.facts if new_flow.facts[name] != old_flow.facts[name]] == [fact]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("label: 领域\n", "label: 领域   # 示例\n"),
        ("label: 领域\n", "label: 试点领域\n"),
        ("cite: 示例方案 第一部分", "cite: 示例方案 第三部分"),
        (", cite: 示例方案 第二部分", ""),
    ],
)
def test_what_a_list_says_of_itself_makes_no_new_edition(home: Path, old: str, new: str) -> None:
    edition = read(home).workflow("listed").edition

    changed(home / "config/lists/fields.yaml", old, new)

    assert read(home).workflow("listed").edition == edition


def test_a_kept_edition_keeps_the_choices_and_the_points_of_its_day(home: Path) -> None:
    kept = read(home).workflow("listed")
    changed(home / "config/lists/fields.yaml", "  health: 卫生健康\n", "")
    changed(home / "config/lists/points.yaml", "points: -2", "points: -3")

    again = workflow_from_source(kept.source)

    assert again == kept
    assert "health" in again.facts["field"].choices
    assert again.facts["rule"].points["late"] == -2


def test_an_own_list_takes_the_place_of_the_packaged_one(home: Path, tmp_path: Path) -> None:
    own = tmp_path / "own/config/lists/fields.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("list: fields\nlabel: 本地领域\nitems: {employment: 就业}\n", encoding="utf-8")

    book = read_rulebook([home, tmp_path / "own"], PLAIN_WEEKS)

    assert dict(book.workflow("listed").facts["field"].choices) == {"employment": "就业"}


def test_a_fact_whose_choices_stand_in_two_places_is_reported(home: Path) -> None:
    # One obvious place per rule: which of the two holds nobody could tell.
    changed(home / "workflows/listed.yaml", "list: fields}", "list: fields, choices: {other: 其他}}")

    with pytest.raises(FilesAtFault):
        read(home)


def test_a_condition_on_a_choice_that_left_the_list_is_reported(home: Path) -> None:
    path = home / "workflows/listed.yaml"
    changed(path, "accepts: [field, rule]}", "needs: [{rule: {unless: {field: [health]}}}], accepts: [field]}")
    assert problems(read(home)) == ()

    changed(home / "config/lists/fields.yaml", "  health: 卫生健康\n", "")

    with pytest.raises(FilesAtFault, match='action "begin": fact "field" has no choice "health"'):
        read(home)


def test_every_fact_that_names_a_shipped_list_has_its_codes_and_labels() -> None:
    used = set()
    for flow in read_rulebook([PROJECT], PLAIN_WEEKS).workflows.values():
        said = yaml.safe_load((PROJECT / f"workflows/{flow.name}.yaml").read_text(encoding="utf-8"))
        for fact, name in [(fact, each["list"]) for fact, each in said["facts"].items() if "list" in each]:
            items = yaml.safe_load((PROJECT / f"config/lists/{name}.yaml").read_text(encoding="utf-8"))["items"]
            labels = {code: each if isinstance(each, str) else each["label"] for code, each in items.items()}
            assert dict(flow.facts[fact].choices) == labels, (flow.name, fact)
            used.add(name)
    assert {"fields", "points", "penalty-kinds", "certificate-types"} <= used


def test_the_plan_of_zhongshan_has_twenty_six_fields() -> None:
    # 中山方案 第三部分第（一）项: 26个试点领域.
    proactive = read_rulebook([PROJECT], PLAIN_WEEKS).workflow("proactive")

    assert len(proactive.facts["field"].choices) == 26
