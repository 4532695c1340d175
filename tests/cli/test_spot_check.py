"""``spot-check`` (抽查): a draw that anybody can repeat, and a supervision of each case drawn."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Gkflow = Callable[..., Any]
EVER = ("--since", "2010-01-01")


def object_of(gkflow: Gkflow, *words: str) -> dict[str, Any]:
    done = gkflow(*words, "--format", "json")
    assert done.code == 0, done.err
    value: dict[str, Any] = json.loads(done.out)
    return value


def cases_of(gkflow: Gkflow, workflow: str) -> list[str]:
    rows = json.loads(gkflow("cases", "--all", "--workflow", workflow, "--format", "json").out)
    return [row["case"] for row in rows]


def test_the_draw_can_be_repeated_by_hand(register: Gkflow) -> None:
    result = object_of(register, "spot-check", "request", "--count", "4", *EVER, "--dry-run")
    population = cases_of(register, "request")
    assert result["population"] == len(population) == 13
    by_hand = sorted(population, key=lambda case: hashlib.sha256(f"{result['seed']}/{case}".encode()).hexdigest())
    assert [each["case"] for each in result["cases"]] == by_hand[:4]
    assert list(result) == ["workflow", "since", "until", "seed", "population", "count", "dry_run", "cases"]
    assert list(result["cases"][0]) == ["place", "case", "supervision"]


def test_a_dry_run_opens_nothing_and_says_how_to_draw_the_same(register: Gkflow) -> None:
    done = register("spot-check", "依申请公开", "--count", "2", *EVER, "--dry-run")
    assert "试算，没有写入" in done.out
    assert cases_of(register, "supervision") == []
    seed = next(line.split()[1] for line in done.out.splitlines() if line.startswith("种子"))
    assert f"--seed {seed} --since 2010-01-01" in done.out
    drawn = object_of(register, "spot-check", "依申请公开", "--count", "2", *EVER, "--seed", seed)
    assert all(f"  {each['case']}\n" in done.out for each in drawn["cases"])


def test_each_case_drawn_gets_a_supervision_that_names_seed_and_origin(register: Gkflow) -> None:
    result = object_of(register, "spot-check", "request", "--count", "3", *EVER, "--seed", "2026 春", "--by", "王五")
    assert (result["seed"], result["count"], result["dry_run"]) == ("2026 春", 3, False)
    assert sorted(each["supervision"] for each in result["cases"]) == sorted(cases_of(register, "supervision"))
    for each in result["cases"]:
        case = json.loads(register("show", each["supervision"], "--format", "json").out)
        (entry,) = case["record"]
        assert entry["by"] == "王五"
        assert (entry["facts"]["drawn_case"], entry["facts"]["seed"]) == (each["case"], "2026 春")
        assert case["links"] == [
            {"case": each["case"], "relation": "origin", "workflow": "request", "state": case["links"][0]["state"]}
        ]


def test_the_same_draw_again_opens_nothing_new(register: Gkflow) -> None:
    words = ("spot-check", "request", "--count", "2", *EVER, "--seed", "甲")
    first = object_of(register, *words)
    assert object_of(register, *words) == first
    assert len(cases_of(register, "supervision")) == 2
    # A larger draw with that seed begins with the same cases; what would be new has no supervision yet.
    more = object_of(register, "spot-check", "request", "--count", "3", *EVER, "--seed", "甲", "--dry-run")
    assert more["cases"][:2] == first["cases"]
    assert more["cases"][2]["supervision"] is None


def test_more_than_there_are_is_all_there_are(register: Gkflow) -> None:
    done = register("spot-check", "permit", "--count", "9", *EVER, "--seed", "x")
    assert done.code == 0
    assert "不足 9 件，已全部抽取" in done.out
    assert len(cases_of(register, "supervision")) == len(cases_of(register, "permit"))


def test_the_period_bounds_the_population(register: Gkflow) -> None:
    result = object_of(
        register, "spot-check", "request", "--count", "9", "--since", "2022-09-30", "--until", "2022-09-30", "--dry-run"
    )
    assert [each["case"] for each in result["cases"]] == ["RC01"]


def test_the_example_of_the_report_is_a_command_that_runs(register: Gkflow) -> None:
    seed = "it's 2026"
    done = register("spot-check", "request", "--count", "1", *EVER, "--dry-run", "--seed", seed, "--lang", "en")
    line = next(line for line in done.out.splitlines() if "sha256sum" in line)
    command = line.partition("E.g.: ")[2].replace("sha256sum", "cat")
    if sys.platform == "win32":
        pytest.skip("a line for a POSIX shell")
    printed = subprocess.run(["sh", "-c", command], capture_output=True, text=True, encoding="utf-8", check=True)
    case = object_of(register, "spot-check", "request", "--count", "1", *EVER, "--dry-run", "--seed", seed)["cases"][0]
    assert printed.stdout == f"{seed}/{case['case']}"


@pytest.mark.parametrize(
    ("words", "result"),
    [
        (("request",), "缺少 --count"),
        (("--count", "2"), "缺少 流程"),
        (("request", "--count", "0"), "--count = 0：要在 1 到"),
        (("request", "--count", "two"), "--count = two：不是整数"),
        (("requst", "--count", "2"), "没有流程“requst”"),
        (("request", "--count", "2", "--since", "2001-01-01", "--until", "2001-02-01"), "无从抽查"),
        (("request", "--count", "2", "--since", "2001-03-01", "--until", "2001-02-01"), "晚于 --until"),
    ],
)
def test_wrong_use_is_one_line_and_opens_nothing(words: tuple[str, ...], result: str, register: Gkflow) -> None:
    done = register("spot-check", *words)
    assert (done.code, done.out) == (2, "")
    assert result in done.err
    assert done.err.count("\n") == 1
    assert cases_of(register, "supervision") == []
