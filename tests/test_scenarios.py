"""The scenarios that lawyers read (情景): tests/scenarios/*.yaml against the rules of this repository."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from builders import entries_of, rules
from gkflow.domain.case import record_of
from gkflow.domain.clock import read_clocks
from gkflow.domain.deadline import Deadline
from gkflow.domain.findings import all_findings
from gkflow.domain.machine import replay
from gkflow.domain.reckoning import reckon_all

FOLDER = Path(__file__).parent / "scenarios"
KEYS = {"name", "cite", "workflow", "record", "as_of", "expect"}
CLOCK_KEYS = {
    "deadline": "last_day",
    "status": "status",
    "verdict": "verdict",
    "base": "base",
    "risk": "risk",
    "days_left": "days_left",
    "provisional": "provisional",
    "earliest": "earliest",
    "latest": "latest",
    "last_moment": "last_moment",
}


def read_scenarios() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for scenario in yaml.safe_load(file.read_text(encoding="utf-8")):
            found.append(pytest.param(scenario, id=f"{file.stem}: {scenario['name']}"))
    return found


SCENARIOS = read_scenarios()


def test_every_scenario_has_a_name_of_its_own() -> None:
    names = [scenario.id for scenario in SCENARIOS]

    assert sorted(names) == sorted(set(names))
    assert len(names) >= 131


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_ends_as_the_law_says(scenario: dict[str, Any]) -> None:
    check_form(scenario)
    rulebook = rules(scenario.get("profile", "national"))
    workflow = rulebook.workflow(scenario["workflow"])
    as_of = scenario["as_of"]
    record = record_of(entries_of(scenario["record"], workflow), as_of)
    case = replay(workflow, "C-1", record)
    deadlines = reckon_all(read_clocks(workflow, record), rulebook.limit, rulebook.calendar, as_of)
    codes = {finding.code for finding in all_findings(workflow, case, deadlines, written=as_of)}

    found: dict[str, Any] = {}
    for key, wanted in scenario["expect"].items():
        if key == "state":
            found[key] = case.state
        elif key == "findings":
            found[key] = [code for code in wanted if code in codes] if wanted else sorted(codes)
        else:
            found[key] = what_stands(run_of(deadlines, key), wanted)

    assert found == scenario["expect"]


def check_form(scenario: Mapping[str, Any]) -> None:
    """A key that is misspelt would be a check that never runs."""
    keys = set(scenario)
    assert keys >= KEYS, f"missing: {sorted(KEYS - keys)}"
    assert keys <= KEYS | {"profile"}, f"unknown: {sorted(keys - KEYS - {'profile'})}"
    assert isinstance(scenario["as_of"], date)
    assert scenario["record"]
    assert scenario["expect"]
    workflow = rules().workflow(scenario["workflow"])
    for key, wanted in scenario["expect"].items():
        if key == "findings":
            assert isinstance(wanted, list)
        elif key == "state":
            assert wanted in workflow.states
        else:
            assert workflow.clock(key.partition(" ")[0]), f"workflow {workflow.name} has no clock {key}"
            assert wanted == "none" or (wanted and set(wanted) <= set(CLOCK_KEYS)), f"{key}: {wanted}"


def run_of(deadlines: Mapping[tuple[str, str], Deadline], key: str) -> Deadline | None:
    """The run that a key names: ``third_party``, or ``third_party 甲公司`` where several run."""
    name, _, ref = key.partition(" ")
    runs = [deadline for (each, at), deadline in deadlines.items() if each == name and (not ref or at == ref)]
    assert len(runs) <= 1, f"{key}: several run; name one of {[deadline.clock.ref for deadline in runs]}"
    return runs[0] if runs else None


def what_stands(deadline: Deadline | None, wanted: Any) -> Any:
    if deadline is None:
        return "none"
    if wanted == "none":
        return f"exists, last day {deadline.last_day}"
    return {key: plain(getattr(deadline, CLOCK_KEYS[key])) for key in wanted}


def plain(value: Any) -> Any:
    """A moment as a lawyer writes it, in Beijing time."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="minutes")
    return value
