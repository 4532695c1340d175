"""How cases are numbered (案件编号): a series for each unit and year, or for a workflow that the settings name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Gkflow = Callable[..., Any]


def received(gkflow: Gkflow, workflow: str, day: str) -> str:
    facts = ("--fact", "channel=in_person") if workflow == "request" else ()
    done = gkflow("receive", workflow, "--day", day, "--format", "json", *facts)
    return str(json.loads(done.out)["case"])


@pytest.fixture
def numbered(office: Gkflow, home: Path, monkeypatch: pytest.MonkeyPatch) -> Gkflow:
    monkeypatch.setenv("GKFLOW_NOW", "2026-11-27")
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write('\n[numbers]\npenalty = "CF"\npermit = "许可"\n')
    return office


def test_a_workflow_with_a_series_is_numbered_by_itself(numbered: Gkflow) -> None:
    found = [received(numbered, flow, "2026-11-26") for flow in ("penalty", "request", "penalty", "permit", "request")]
    assert found == ["GK-CF-2026-0001", "GK-2026-0001", "GK-CF-2026-0002", "GK-许可-2026-0001", "GK-2026-0002"]


def test_without_a_series_the_numbers_are_those_of_unit_and_year(
    office: Gkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GKFLOW_NOW", "2026-11-27")
    assert [received(office, flow, "2026-11-26") for flow in ("request", "penalty")] == ["GK-2026-0001", "GK-2026-0002"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('penalty = "C F"', "字母、数字或者汉字"),
        ("penalty = 3", "字母、数字或者汉字"),
        ('penalty = "A"\npermit = "A"', "已给了另一个流程"),
        ('penality = "A"', "没有流程“penality”，是不是 penalty？"),
    ],
)
def test_a_series_that_cannot_be_is_reported(text: str, message: str, office: Gkflow, home: Path) -> None:
    with (home / "gkflow.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[numbers]\n{text}\n")
    done = office("cases")
    assert done.code in (1, 2)
    assert message in done.err
