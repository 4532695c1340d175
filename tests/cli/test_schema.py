"""``gkflow schema`` (文件格式): the kinds of file, and the JSON Schema of each, in an office and outside of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkflow.files.schemas import KINDS

Gkflow = Callable[..., Any]

ROOT = Path(__file__).parents[2]


def test_the_kinds_are_listed_with_what_they_are_and_where_their_files_are(gkflow: Gkflow) -> None:
    done = gkflow("schema")
    assert done.code == 0
    for kind in KINDS.values():
        assert kind.name in done.out
        assert kind.zh in done.out
    assert "config/ladders/*.yaml" in done.out
    assert "a procedure" in gkflow("--lang", "en", "schema").out


def test_the_list_is_json_for_programs(gkflow: Gkflow) -> None:
    rows = json.loads(gkflow("schema", "--format", "json").out)
    assert {"kind": "law", "label": "法律依据", "meaning": "an instrument and its limits",
            "files": ["config/law/*.yaml"]} in rows  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_that_is_printed_is_the_one_that_is_shipped(kind: str, gkflow: Gkflow) -> None:
    done = gkflow("schema", kind)
    assert done.code == 0
    assert done.out == (ROOT / "docs" / "schema" / f"{kind}.json").read_text(encoding="utf-8")


def test_a_kind_may_be_given_by_its_chinese_name(gkflow: Gkflow) -> None:
    assert gkflow("schema", "流程").out == gkflow("schema", "workflow").out


def test_an_unknown_kind_is_refused_with_those_that_there_are(gkflow: Gkflow) -> None:
    done = gkflow("schema", "workflw")
    assert done.code == 2
    assert done.out == ""
    assert "没有文件种类“workflw”" in done.err
    assert "流程(workflow)" in done.err
    assert 'no kind "workflw"; there are: workflow' in gkflow("--lang", "en", "schema", "workflw").err
